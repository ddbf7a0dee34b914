"""Questionnaires in the layouts of published ones, generated with invented texts."""

import io
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import xlsxwriter

from vendor_ai.importers.foreign.conversion import Conversion, Wishes, convert

TOPICS = ("badges", "ladders", "lanterns", "kettles", "anchors", "ribbons", "mirrors", "saddles", "barrels", "compasses")


@dataclass
class BookFile:
    """A workbook in memory."""

    sink: io.BytesIO = field(default_factory=io.BytesIO)

    @contextmanager
    def open(self) -> Iterator[Any]:
        with xlsxwriter.Workbook(self.sink, {"in_memory": True, "strings_to_formulas": False}) as book:
            yield book

    @property
    def content(self) -> bytes:
        return self.sink.getvalue()


def workbook(write: Callable[[Any], None]) -> bytes:
    """A workbook as ``write`` fills it."""
    file = BookFile()
    with file.open() as book:
        write(book)
    return file.content


def simple(*rows: Sequence[Any], name: str = "Questions") -> bytes:
    """A workbook of one sheet with these rows."""

    def write(book: Any) -> None:
        sheet = book.add_worksheet(name)
        for number, row in enumerate(rows):
            sheet.write_row(number, 0, row)

    return workbook(write)


def converted(content: bytes, name: str = "file.xlsx", **wishes: Any) -> Conversion:
    """The conversion of a file."""
    return convert(content, name, Wishes(**wishes))


def question(number: int, topic: str = "badges") -> str:
    """A question that nobody published."""
    return f"Are the {topic} of room {number} counted by somebody before the doors are opened?"


CAIQ_HEADER = (
    "Question ID",
    "Question",
    "CSP CAIQ Answer",
    "SSRM Control Ownership",
    "CSP Implementation Description (Optional/Recommended)",
    "CSC Responsibilities (Optional/Recommended)",
    "CCM Control ID",
    "CCM Control Specification",
    "CCM Control Title",
    "CCM Domain Title",
)
AI_CAIQ_HEADER = (
    "Question ID",
    "Question",
    "Service Provider AI-CAIQ Answer",
    "SSRM Control Ownership",
    "Service Provider Implementation Description",
    "Service Customer Responsibilities",
    "AICM Control ID",
    "AICM Control Specification",
    "AICM Control Title",
    "AICM Domain Title",
)
CAIQ_DOMAINS = {"B&B": "Badges & Barrels", "LAN": "Lantern Keeping", "ROP": "Ropes and Ladders"}


def caiq(answers: Mapping[str, tuple[str, str]] | None = None, *, header: Sequence[str] = CAIQ_HEADER) -> bytes:
    """Title row, header on row 2, three domains of two controls with two questions each, merged cells, closing rows."""

    def write(book: Any) -> None:
        intro = book.add_worksheet("Introduction")
        intro.write(0, 0, "About this questionnaire")
        intro.write(
            2, 0, "Fill in one answer per question. The rooms below are those of an invented house, and so is everything said of them."
        )
        sheet = book.add_worksheet("CAIQv9")
        sheet.merge_range(0, 0, 0, 9, "HOUSEKEEPING ASSESSMENT INITIATIVE QUESTIONNAIRE v9")
        sheet.write_row(1, 0, header)
        row = 2
        for prefix, domain in CAIQ_DOMAINS.items():
            first = row
            for control in ("01", "02"):
                for column, text in ((6, f"{prefix}-{control}"), (7, f"Keep the {prefix} in order."), (8, f"Control {control}")):
                    sheet.merge_range(row, column, row + 1, column, text)
                for number in (1, 2):
                    own = f"{prefix}-{control}.{number}"
                    given = (answers or {}).get(own, ("", ""))
                    sheet.write_row(row, 0, [own, question(row, domain.lower()), given[0], "", given[1]])
                    row += 1
            sheet.merge_range(first, 9, row - 1, 9, domain)
        sheet.data_validation(2, 2, row - 1, 2, {"validate": "list", "source": ["Yes", "No", "NA"]})
        sheet.data_validation(2, 3, row - 1, 3, {"validate": "list", "source": ["CSP-owned", "CSC-owned", "Shared"]})
        sheet.write(row, 0, "End of Standard")
        sheet.merge_range(row + 2, 0, row + 2, 9, "© 2026 Nobody. All rights reserved.")

    return workbook(write)


HECVAT_TABS = {"Organization": ("Company Overview", "Documentation"), "Product": ("Access", "Documentation")}


def hecvat(answers: Mapping[str, str] | None = None, *, stated: Mapping[str, float] | None = None) -> bytes:
    """Several tabs with a header row a section, ids such as COOV-01, lists on a hidden sheet, weights and expected answers on another."""
    answers = answers or {}

    def write(book: Any) -> None:
        start = book.add_worksheet("START HERE")
        start.write_column(
            0, 0, ["Welcome to the assessment of houses", "Read this first; every tab has its own questions, answer those that apply."]
        )
        ids: list[tuple[str, str]] = []
        for tab, sections in HECVAT_TABS.items():
            sheet = book.add_worksheet(tab)
            sheet.merge_range(0, 0, 0, 4, f"{tab} of the house")
            row = 2
            for section in sections:
                code = (section[:2] + tab[:2]).upper()
                sheet.merge_range(row, 0, row, 1, section)
                sheet.write_row(row, 2, ["Vendor Answers", "Additional Information", "Guidance"])
                for number in range(1, 4):
                    row += 1
                    own, text = f"{code}-{number:02}", question(len(ids) + 1, f"{code.lower()} things")
                    ids.append((own, text))
                    sheet.write_row(row, 0, [own, text, answers.get(own, ""), f"Note on {own}" if own in answers else "", "Look twice."])
                    sheet.data_validation(row, 2, row, 2, {"validate": "list", "source": "=yes_no_na"})
                row += 2
        _hecvat_beside(book, ids, stated or {})

    return workbook(write)


def _hecvat_beside(book: Any, ids: Sequence[tuple[str, str]], stated: Mapping[str, float]) -> None:
    values = book.add_worksheet("Values")
    values.write_column(0, 0, ["Yes", "No", "N/A"])
    values.hide()
    book.define_name("yes_no_na", "=Values!$A$1:$A$3")
    master = book.add_worksheet("Questions")
    master.write_row(0, 0, ["ID", "Question", "Compliant Response", "Default Weight", "Analyst Answer"])
    for row, (own, text) in enumerate(ids, start=1):
        master.write_row(row, 0, [own, text, "No" if own.endswith("-03") else "Yes", 5 * row])
    report = book.add_worksheet("Summary Report")
    report.write_row(0, 0, ["Category", "Score", "Max Score", "Percent"])
    for row, (label, figure) in enumerate(stated.items(), start=1):
        report.write(row, 0, label)
        report.write_formula(row, 3, "=B2/C2", None, figure)


def sig(rows: int, tabs: int = 10) -> bytes:
    """A tab a domain, section rows, serial numbers that start again on every tab, a column of references."""

    def write(book: Any) -> None:
        for tab in range(tabs):
            sheet = book.add_worksheet(f"{chr(65 + tab)}. {TOPICS[tab].title()}")
            sheet.write(0, 0, f"{TOPICS[tab].title()} of the house")
            sheet.write_row(2, 0, ["Ques Num", "Question/Request", "Response", "Additional Information", "Control Reference"])
            for number in range(rows // tabs):
                row = 3 + number
                answer = ("Yes", "No", "N/A")[number % 3] if number % 4 else ""
                sheet.write_row(row, 0, [f"{chr(65 + tab)}.{number + 1}", question(number, TOPICS[tab]), answer, "", f"X.{number}"])
            sheet.data_validation(3, 2, 2 + rows // tabs, 2, {"validate": "list", "source": ["Yes", "No", "N/A"]})

    return workbook(write)


def saved(folder: Path, content: bytes, name: str) -> Path:
    """The file on disk."""
    path = folder / name
    path.write_bytes(content)
    return path
