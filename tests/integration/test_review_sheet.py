"""The review sheet: everything a reviewer needs, readable at 80 columns and as a workbook."""

import io
from dataclasses import replace
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from tests.factories.command_line import CommandLine
from tests.factories.document import PDF
from tests.factories.due_diligence import NOW, PROCUREMENT, REVIEWER, SECOND, start, store_vendor
from tests.factories.pack import a_pack, a_question
from vendor_ai.db.base import Records
from vendor_ai.domain.answer import Answer
from vendor_ai.domain.assessment import AnswerSource
from vendor_ai.domain.evidence import EvidenceNoun
from vendor_ai.domain.message import MessageKind, Side
from vendor_ai.domain.pack import Level, Pack
from vendor_ai.domain.review import ReviewKind
from vendor_ai.importers.answers import AnswerSet
from vendor_ai.services import answering, message
from vendor_ai.services.assessment_sheet import Sheet, SheetLine, sheet_of
from vendor_ai.services.evidence import add_document
from vendor_ai.services.evidence_link import link_document
from vendor_ai.services.review import review, second
from vendor_ai.services.review_sheet import NOT_READ_BACK, entry_of, workbook_of

LONG_ID = "tested-by-somebody-who-is-independent-of-the-vendor-and-its-suppliers-in-writing"
FORMULA = '=HYPERLINK("http://evil.example")'


@pytest.fixture
def ref(records: Records) -> str:
    """`tested` demands evidence not older than a year and has it; `monitored` has a comment only."""
    tested = replace(a_question("tested"), evidence_required=True, evidence_months=12, evidence="The report.")
    pack = Pack("sheet", "1.0", "Sheet pack", "", a_pack([], d1="0.5", d2="0.5").dimensions, (tested, a_question("monitored", "d2")))
    given = [Answer("tested", "l2", evidence="Report 7", dated="2026-01-05"), Answer("monitored", "l1", comment=FORMULA)]
    with records.write() as session:
        store_vendor(session)
        ref = start(session, pack=pack)
        answers = AnswerSet(None, {answer.question: answer for answer in given})
        answering.import_answers(session, ref, answers, source=AnswerSource.OWN_TEST, by=PROCUREMENT, at=NOW)
    return ref


def sheet(records: Records, ref: str) -> Sheet:
    with records.read() as session:
        return sheet_of(session, ref, at=NOW)


def line_of(records: Records, ref: str, question: str) -> SheetLine:
    return next(line for line in sheet(records, ref).lines if line.question.id == question)


def rows_of(content: bytes) -> list[dict[str, Any]]:
    """The rows of the workbook by heading."""
    rows = list(openpyxl.load_workbook(io.BytesIO(content))["Review"].iter_rows(values_only=True))
    return [dict(zip(rows[1], row, strict=True)) for row in rows[2:]]


def test_an_answer_is_shown_by_its_label_with_source_evidence_and_demand(records: Records, ref: str) -> None:
    entry = entry_of(line_of(records, ref, "tested"))
    option = next(option for option in a_question("tested").options if option.value == "l2")

    assert entry["Answer"] == option.label
    assert entry["Source"] == "own test (user:petra), 2026-11-20"
    assert entry["Evidence"] == "Report 7, dated 2026-01-05 (demanded, not older than 12 months; asked for: The report.)"
    assert entry_of(line_of(records, ref, "monitored"))["Evidence"] == "none stated (not demanded)"
    assert (entry["Claimed level"], entry["Reviewed level"], entry["Verified"], entry["To look at"]) == ("MEDIUM", "", "no", "")


def test_linked_documents_stand_at_their_question(records: Records, ref: str, tmp_path: Path) -> None:
    with records.write() as session:
        added = add_document(session, tmp_path, PDF, name="report.pdf", vendor_ref="acme", issued_on=NOW.date(), by=PROCUREMENT, at=NOW)
        link_document(session, added.ref, noun=EvidenceNoun.QUESTION, reference=ref, subject="tested", by=PROCUREMENT, at=NOW)

    shown = entry_of(line_of(records, ref, "tested"))["Documents"]
    assert shown == f"{added.ref} report.pdf (issued 2026-11-20, expires 2027-11-20)"
    assert entry_of(line_of(records, ref, "monitored"))["Documents"] == ""


def test_open_messages_stand_at_their_question_until_settled(records: Records, ref: str) -> None:
    with records.write() as session:
        asked = message.write(
            session, ref, "Which report?", side=Side.STAFF, kind=MessageKind.CLARIFICATION, question="tested", by=REVIEWER, at=NOW
        )
        message.write(session, ref, "That of May.", side=Side.VENDOR, kind=MessageKind.REPLY, reply_to=asked.number, by=SECOND, at=NOW)
        message.write(session, ref, "See the call.", side=Side.STAFF, internal=True, by=REVIEWER, at=NOW)

    both = [message.text for message in line_of(records, ref, "tested").messages]
    whole = [message.text for message in sheet(records, ref).general_messages]
    with records.write() as session:
        message.settle(session, ref, asked.number, by=REVIEWER, at=NOW)

    assert (both, whole) == (["Which report?", "That of May."], ["See the call."])
    assert line_of(records, ref, "tested").messages == ()


def test_a_proposed_level_is_told_from_one_that_counts(records: Records, ref: str) -> None:
    facts = {"verified": True, "level": Level.HIGH, "reason": "No proof.", "until": NOW.date().replace(year=2027)}
    with records.write() as session:
        act = review(session, ref, kind=ReviewKind.QUESTION, subject="tested", by=REVIEWER, at=NOW, **facts)  # type: ignore[arg-type]
    proposed = entry_of(line_of(records, ref, "tested"))["Reviewed level"]
    with records.write() as session:
        second(session, ref, act.number, reason="Seen.", by=SECOND, at=NOW)

    assert proposed == f"HIGH proposed (review {act.number} waits for a second person)"
    entry = entry_of(line_of(records, ref, "tested"))
    assert (entry["Claimed level"], entry["Reviewed level"]) == ("MEDIUM", "HIGH until 2027-11-20")
    assert entry["Review"] == f"{act.number}: verified by user:rolf, 2026-11-20, agreed to by user:sven: No proof."


def test_the_workbook_keeps_text_as_text_and_says_that_notes_are_not_read_back(records: Records, ref: str) -> None:
    content = workbook_of(sheet(records, ref))
    page = openpyxl.load_workbook(io.BytesIO(content))["Review"]

    first, other = rows_of(content)
    assert (first["Question"], first["Area"], other["Comment"]) == ("tested", sheet(records, ref).pack.dimensions[0].label, FORMULA)
    assert [first[title] for title in ("Your finding", "Your level", "Your reason")] == [None, None, None]
    assert {cell.data_type for row in page.iter_rows() for cell in row if cell.value == FORMULA} == {"s"}
    assert NOT_READ_BACK in str(page["A1"].value)
    assert (page.freeze_panes, page.print_title_rows, page.page_setup.orientation) == ("C3", "$1:$2", "landscape")


PACK = f"""\
pack: small
version: "1.0"
title: Small pack
dimensions:
  - {{id: safety, label: Safety, group: technical, weight: 1}}
questions:
  - id: used
    dimension: safety
    text: {"Is it in use, and by whom, and for what, and since when, and with which other parts? " * 2}
    options: [{{value: yes, label: In use, level: LOW}}, {{value: no, label: Not used, level: HIGH}}]
  - id: {LONG_ID}
    dimension: safety
    text: Was it tested?
    applies_when: {{question: used, answer: no}}
    options: [{{value: good, label: Well tested, level: LOW}}, {{value: bad, label: Not tested, level: CRITICAL}}]
"""


@pytest.fixture
def acme(cli: CommandLine) -> CommandLine:
    """An assessment whose second question its first answer rules out."""
    cli.inventory("ocr")
    (cli.home.parent / "small.yaml").write_text(PACK)
    (cli.home.parent / "answers.yaml").write_text(f'used: {{value: "yes", comment: "Since May \\e[31mred"}}\n{LONG_ID}: good\n')
    cli.ok("assessment", "send", "ocr", "--pack", cli.home.parent / "small.yaml")
    cli.ok("assessment", "import", "ocr-a1", cli.home.parent / "answers.yaml")
    return cli


def test_the_printed_sheet_fits_80_columns_and_breaks_no_id(acme: CommandLine) -> None:
    lines = acme.ok("assessment", "review", "ocr-a1").out.splitlines()

    assert LONG_ID in lines
    assert max(len(line) for line in lines if line != LONG_ID) <= 80
    assert "  Answer        In use" in lines
    assert "  [claimed LOW; not verified]" in lines
    assert "  [claimed LOW; not asked after the other answers]" in lines


def test_a_vendors_text_does_not_steer_the_terminal(acme: CommandLine) -> None:
    shown = acme.ok("assessment", "review", "ocr-a1").out

    assert "Since May \ufffd[31mred" in shown
    assert "\x1b" not in shown


def test_the_sheet_is_written_to_a_file_with_a_word_on_its_notes(acme: CommandLine) -> None:
    file = acme.home.parent / "sheet.xlsx"
    said = acme.ok("assessment", "review", "ocr-a1", "--to", file).out

    assert "not read back" in said
    assert [row["Verified"] for row in rows_of(file.read_bytes())] == ["no", "not asked after the other answers"]
