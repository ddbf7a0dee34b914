"""One report value, four formats: whole, harmless, and the same bytes each time."""

import hashlib
import json
import math
import os
import re
import subprocess
import sys
from dataclasses import replace
from functools import cache
from html.parser import HTMLParser
from io import BytesIO
from itertools import combinations, pairwise
from pathlib import Path
from typing import Any, get_args

import openpyxl
import pypdf
import pytest

from tests.factories.account import account, empty_account
from vendor_ai.domain.account import FindingFact
from vendor_ai.domain.report import ChartBlock, Report, TableBlock
from vendor_ai.domain.vendor import Vendor
from vendor_ai.reports import FORMATS, FormatName, build_account, render

ROOT = Path(__file__).resolve().parent.parent.parent
HOSTILE = (
    "=1+1", "+1", "-1", "@SUM(A1)", '=HYPERLINK("http://x","y")', "<script>alert(1)</script>", "A & B <x>", "{{ 7*7 }}",
    "#panic() *bold* $x$",
    '"><img src=x onerror=alert(1)>', "_x0041_", "a\nb",
)  # fmt: skip


@cache
def rendered(name: str, format: FormatName) -> bytes:
    facts = {"full": account, "empty": empty_account, "hostile": hostile}[name]()
    return render(build_account(facts), format)


def hostile() -> Any:
    facts = account()
    findings = tuple(FindingFact(f"F-{index}", "finding", text, "LOW", owner=text) for index, text in enumerate(HOSTILE))
    month = facts.components[0]
    component = replace(month, component=replace(month.component, ref=HOSTILE[5]))
    series = tuple(replace(it, title=HOSTILE[9]) for it in facts.series)
    return replace(
        facts, vendor=Vendor("evil", "=1+1 <script>alert(1)</script>"), findings=findings, components=(component,), series=series
    )


def workbook(name: str) -> Any:
    return openpyxl.load_workbook(BytesIO(rendered(name, "xlsx")), data_only=False)


def pdf_text(name: str) -> str:
    pages = [page.extract_text() for page in pypdf.PdfReader(BytesIO(rendered(name, "pdf"))).pages]
    return re.sub(r"\s+", " ", "\n".join(pages))


class _Page(HTMLParser):
    """Tags, attributes and texts of a page."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.texts: list[str] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.texts.append(data)


def page(name: str) -> _Page:
    return _Page(rendered(name, "html").decode())


def test_the_formats_found_are_those_that_are_promised() -> None:
    assert set(FORMATS) == set(get_args(FormatName))


def test_the_same_input_gives_the_same_bytes_in_other_processes_with_other_hash_seeds() -> None:
    program = (
        "import hashlib\n"
        "from tests.factories.account import account\n"
        "from vendor_ai.reports import build_account, render\n"
        "report = build_account(account())\n"
        "for name in ('html', 'pdf', 'xlsx', 'json'):\n"
        "    print(name, hashlib.sha256(render(report, name)).hexdigest())\n"
    )
    said = [
        subprocess.run(
            [sys.executable, "-c", program],
            cwd=ROOT,
            env={**os.environ, "PYTHONHASHSEED": seed, "TZ": zone},
            check=True,
            capture_output=True,
            text=True,
        ).stdout
        for seed, zone in (("1", "UTC"), ("2", "Asia/Tokyo"))
    ]
    here = "".join(f"{name} {hashlib.sha256(rendered('full', name)).hexdigest()}\n" for name in get_args(FormatName))
    assert said == [here, here]


@pytest.mark.parametrize("format", get_args(FormatName))
def test_a_month_without_data_prints_in_every_format(format: FormatName) -> None:
    assert len(rendered("empty", format)) > 1000


def test_the_pdf_holds_threshold_verdict_and_amount() -> None:
    text = pdf_text("full")
    for words in ("at least 85 %", "83 %", "51.1 %", "Broken", "Breach proven", "600.00 EUR", "What this report cannot say", "Page 1 of"):
        assert words in text


def test_the_pdf_is_tagged_titled_and_dated_by_the_report() -> None:
    reader = pypdf.PdfReader(BytesIO(rendered("full", "pdf")))
    catalog = reader.trailer["/Root"]
    assert catalog["/MarkInfo"]["/Marked"]
    assert catalog["/Lang"] == "en"
    assert reader.metadata is not None
    assert reader.metadata.title == "Accountability report: Acme AI, October 2026"
    assert reader.metadata.creation_date_raw == "D:20261103080000Z"
    xmp = catalog["/Metadata"].get_data().decode()
    assert "<pdfuaid:part>1</pdfuaid:part>" in xmp
    assert "<pdfaid:part>2</pdfaid:part>" in xmp


def test_every_further_page_of_the_pdf_names_vendor_and_month() -> None:
    pages = pypdf.PdfReader(BytesIO(rendered("full", "pdf"))).pages
    assert len(pages) > 2
    for number, sheet in enumerate(pages, start=1):
        assert f"Page {number} of {len(pages)}" in sheet.extract_text()
        assert "Acme AI" in sheet.extract_text()
        assert "October 2026" in sheet.extract_text()


def test_hostile_text_is_printed_whole_in_the_pdf() -> None:
    text = pdf_text("hostile")
    for words in HOSTILE:
        assert re.sub(r"\s+", " ", words) in text


def test_a_long_table_repeats_its_header_on_every_page_it_fills() -> None:
    findings = tuple(FindingFact(f"F-{number}", "finding", f"Finding number {number}", "LOW") for number in range(150))
    pages = pypdf.PdfReader(BytesIO(render(build_account(replace(account(), findings=findings)), "pdf"))).pages
    filled = [text for text in (sheet.extract_text() for sheet in pages) if "Finding number" in text]
    assert len(filled) > 2
    assert all("What is open" in text for text in filled)


def test_letters_that_no_font_has_do_not_stop_the_pdf() -> None:
    facts = replace(account(), vendor=Vendor("kaisha", "\U000130b8 AI"))
    text = pypdf.PdfReader(BytesIO(render(build_account(facts), "pdf"))).pages[0].extract_text()
    assert "Broken" in text


def test_control_characters_do_not_stop_any_format() -> None:
    report = build_account(replace(account(), vendor=Vendor("bell", "Bell\x07 \x00 Co \ud800")))
    for format in get_args(FormatName):
        assert render(report, format)


def test_the_page_has_no_script_and_fetches_nothing() -> None:
    for name in ("full", "empty", "hostile"):
        found = page(name)
        assert "script" not in {tag for tag, _ in found.tags}
        assert "img" not in {tag for tag, _ in found.tags}
        attributes = {attribute for _, attributes in found.tags for attribute in attributes}
        assert not {attribute for attribute in attributes if attribute.startswith("on")}
        assert not attributes & {"src", "href", "xlink:href", "action", "srcset"}
        assert b"url(" not in rendered(name, "html")


def test_hostile_text_is_printed_whole_on_the_page() -> None:
    texts = page("hostile").texts
    for words in HOSTILE:
        assert words in texts


def test_the_page_has_headings_in_order_and_tables_with_captions_and_scopes() -> None:
    found = page("full")
    levels = [int(tag[1]) for tag, _ in found.tags if re.fullmatch(r"h[1-6]", tag)]
    assert levels[0] == 1
    assert all(after - before <= 1 for before, after in pairwise(levels))
    tags = [tag for tag, _ in found.tags]
    assert tags.count("caption") == tags.count("table") > 5
    assert {attributes.get("scope") for tag, attributes in found.tags if tag == "th"} == {"col"}
    assert ("html", {"lang": "en"}) in found.tags
    ids = [attributes["id"] for _, attributes in found.tags if "id" in attributes]
    assert len(ids) == len(set(ids))


def test_every_chart_of_the_page_is_an_image_with_words() -> None:
    found = page("full")
    charts = [attributes for tag, attributes in found.tags if tag == "svg"]
    assert len(charts) == len(_blocks(build_account(account()), ChartBlock))
    assert {attributes["role"] for attributes in charts} == {"img"}


def test_tones_are_said_in_words_and_shapes() -> None:
    html = rendered("full", "html").decode()
    assert re.search(r'aria-hidden="true">\u25b2</span> Broken', html)
    assert re.search(r'aria-hidden="true">\u25cf</span> Kept', html)
    assert re.search(r'aria-hidden="true">\u25cb</span> Too little data', html)


def _blocks(report: Report, kind: type) -> list[Any]:
    return [block for section in report.sections for block in section.blocks if isinstance(block, kind)]


def test_the_workbook_has_numbers_dates_and_no_formulas() -> None:
    book = workbook("full")
    kinds = {cell.data_type for sheet in book for row in sheet.iter_rows() for cell in row}
    assert kinds <= {"s", "n", "d"}
    header = [cell.value for cell in book["Clauses"][1]]
    first = dict(zip(header, book["Clauses"][2], strict=True))
    assert first["Measured"].value == 0.511
    assert first["Measured"].number_format == "0.0%"
    assert (first["Interval, low"].value, first["Interval, high"].value) == (0.4795, 0.5424)
    assert first["Calls"].value == 1000
    assert first["Credit"].value == 600
    assert first["Credit"].number_format == "#,##0.00 [$EUR]"
    assert first["p, raw"].value == 5.9e-119
    latency = dict(zip(header, book["Clauses"][5], strict=True))
    assert latency["Measured"].value == 148
    assert latency["Measured"].number_format == '#,##0" ms"'


def _tables_of(book: Any) -> list[Any]:
    return [sheet for sheet in book if sheet.title not in {"Report", "Charts"}]


def test_the_workbook_can_be_filtered_and_keeps_its_header_in_sight() -> None:
    book = workbook("full")
    for name in ("Clauses", "History", "Credits", "Chart data"):
        assert book[name].freeze_panes == "A2"
        assert book[name].auto_filter.ref.startswith("A1:")


def test_the_workbook_has_a_native_chart_with_the_limit_as_a_series() -> None:
    charts = workbook("full")["Charts"]._charts
    assert len(charts) == len(_blocks(build_account(account()), ChartBlock))
    data = workbook("full")["Chart data"]
    limits = {row[4].value for row in data.iter_rows(min_row=2) if row[0].value == "Accuracy, acme-ocr"}
    assert limits == {0.83}
    assert [len(chart.series) for chart in charts] == [3, 2, 2, 3]


def test_every_table_of_the_report_is_in_the_workbook_with_all_its_rows() -> None:
    book = workbook("full")
    rows = sum(sheet.max_row - 1 for sheet in book if sheet.title not in {"Report", "Charts", "Chart data"})
    assert rows == sum(len(block.rows) for block in _blocks(build_account(account()), TableBlock))


def test_hostile_text_stays_text_in_the_workbook_and_comes_back_whole() -> None:
    book = workbook("hostile")
    sheet = book["Findings"]
    titles = {row[1].value: row[1] for row in sheet.iter_rows(min_row=2)}
    assert set(HOSTILE) <= set(titles)
    assert {titles[text].data_type for text in HOSTILE} == {"s"}
    assert all(titles[text].quotePrefix for text in HOSTILE[:5])
    assert {cell.data_type for it in book for row in it.iter_rows() for cell in row} <= {"s", "n", "d"}


def test_a_text_longer_than_a_cell_is_cut_and_says_so() -> None:
    facts = replace(account(), findings=(FindingFact("F-1", "finding", "x" * 40_000, "LOW"),))
    book = openpyxl.load_workbook(BytesIO(render(build_account(facts), "xlsx")))
    value = book["Findings"]["B2"].value
    assert len(value) == 32_767
    assert value.endswith("[cut here; the JSON form holds the whole text]")


def test_the_workbook_says_what_the_other_formats_say() -> None:
    said = "\n".join(str(row[0].value) for row in workbook("full")["Report"].iter_rows())
    assert "Acme AI broke 3 of the 5 promises judged" in said
    assert "What this report cannot say" in said
    assert "The proxy log of 17 and 18 October was lost." in said


def test_json_carries_measured_numbers_as_decimal_strings_and_counts_as_integers() -> None:
    document = json.loads(rendered("full", "json"))
    clauses = next(section for section in document["sections"] if section["key"] == "clauses")
    first = next(block for block in clauses["blocks"] if block["type"] == "table")["rows"][0]
    assert first["measured"] == {"value": "0.511", "unit": "share"}
    assert first["interval"] == {"low": "0.4795", "high": "0.5424", "unit": "share"}
    assert first["n"] == 1000
    assert first["credit"] == {"amount": "600.00", "currency": "EUR"}
    assert first["p_value"] == "5.9e-119"
    assert first["verdict"] == {"text": "Broken", "tone": "bad"}


def test_json_holds_no_float() -> None:
    def refuse(text: str) -> None:
        raise AssertionError(f"a float: {text}")

    json.loads(rendered("full", "json"), parse_float=refuse)


def test_hostile_text_comes_back_from_json_as_it_was() -> None:
    text = rendered("hostile", "json").decode()
    titles = {row["title"] for row in _tables(json.loads(text)) if "title" in row}
    assert set(HOSTILE) <= titles


def _tables(document: Any) -> list[dict[str, Any]]:
    return [row for section in document["sections"] for block in section["blocks"] if block["type"] == "table" for row in block["rows"]]


def test_importing_the_reports_loads_no_heavy_package() -> None:
    program = (
        "import sys, vendor_ai.reports\n"
        "print(sorted({name.partition('.')[0] for name in sys.modules} & "
        "{'pandas', 'numpy', 'altair', 'vl_convert', 'typst', 'xlsxwriter', 'openpyxl', 'jinja2'}))"
    )
    said = subprocess.run([sys.executable, "-c", program], cwd=ROOT, check=True, capture_output=True, text=True).stdout
    assert said == "[]\n"


def column_pixels(sheet: Any) -> list[float]:
    """The width of each column on a screen: 7 pixels a character, as Excel has it for Arial 10."""
    return [it.width * 7 for it in sheet.column_dimensions.values() for _ in range(it.min, it.max + 1)]


def page_points(sheet: Any, millimetres: int) -> float:
    """What a sheet of A4 leaves between the margins, across."""
    return float(millimetres / 25.4 - sheet.page_margins.left - sheet.page_margins.right) * 72


def test_every_line_of_the_first_sheet_is_in_a_row_that_is_high_enough_for_it() -> None:
    sheet = workbook("full")["Report"]
    letters = sheet.column_dimensions["A"].width * 1.25  # no line of Arial 10 holds more letters for each digit of the width
    for cell in (row[0] for row in sheet.iter_rows() if row[0].value):
        assert sheet.row_dimensions[cell.row].height >= math.ceil(len(str(cell.value)) / letters) * 11.5, cell.value
        assert cell.alignment.wrap_text
    assert sum(column_pixels(sheet)) * 0.75 <= page_points(sheet, 210), "an upright page, unscaled"
    assert sheet.page_setup.orientation == "portrait"


def test_tables_print_one_page_wide_with_their_header_and_readable_and_left_out_details_are_said() -> None:
    for sheet in _tables_of(workbook("full")):
        page = sheet.page_setup
        assert (page.orientation, page.paperSize, page.fitToHeight, sheet.sheet_properties.pageSetUpPr.fitToPage) == (
            "landscape",
            9,
            0,
            True,
        )
        assert sheet.print_title_rows == "$1:$1"
        assert sheet.oddHeader.left.text
        last = openpyxl.utils.cell.range_boundaries(sheet.print_area.rpartition("!")[2].replace("$", ""))[2]
        assert last is not None
        assert 10 * page_points(sheet, 297) / (sum(column_pixels(sheet)[:last]) * 0.75) >= 7, sheet.title
    clauses = workbook("full")["Clauses"]
    printed = openpyxl.utils.get_column_letter([cell.value for cell in clauses[1]].index("In a row") + 1)
    assert clauses.print_area == f"'Clauses'!$A$1:${printed}${clauses.max_row}"
    assert clauses.oddHeader.right.text == "10 columns of detail are not printed"


def test_a_row_of_a_table_is_high_enough_for_its_longest_text() -> None:
    def height(title: str) -> float:
        facts = replace(account(), findings=(FindingFact("F-1", "finding", title, "LOW"),))
        return float(openpyxl.load_workbook(BytesIO(render(build_account(facts), "xlsx")))["Findings"].row_dimensions[2].height)

    # 200 letters of "word " are 1,100 pixels at the least; a column of words is at most 444 wide.
    assert height("Write it down.") < 3 * 11.5 <= height("word " * 40) < height("word " * 80)
    assert height("x" * 40_000) <= 409, "no row can be higher"


def test_headings_stand_out_and_numbers_stand_to_the_right_below_theirs() -> None:
    for sheet in _tables_of(workbook("full")):
        assert {(it.fill.fgColor.rgb, it.font.color.rgb, it.font.bold) for it in sheet[1]} == {("FF1F3A5F", "FFFFFFFF", True)}
        numbers = [cell for row in sheet.iter_rows(min_row=2) for cell in row if isinstance(cell.value, int | float)]
        assert {(cell.alignment.horizontal, sheet.cell(1, cell.column).alignment.horizontal) for cell in numbers} <= {("right", "right")}


def test_nothing_lies_over_anything_else() -> None:
    book = workbook("full")
    assert all(not sheet.merged_cells.ranges for sheet in book)
    assert not [cell.value for row in book["Charts"].iter_rows() for cell in row if cell.value is not None]
    boxes = [(it.anchor._from.col, it.anchor._from.row, it.anchor.to.col, it.anchor.to.row) for it in book["Charts"]._charts]
    for first, second in combinations(boxes, 2):
        assert first[2] < second[0] or second[2] < first[0] or first[3] < second[1] or second[3] < first[1]


def test_no_chart_is_cut_by_the_edge_of_a_printed_page() -> None:
    facts = account()
    board = openpyxl.load_workbook(BytesIO(render(build_account(replace(facts, series=facts.series * 3)), "xlsx")))["Charts"]
    rows = len(board.row_dimensions)
    assert [it.id for it in board.row_breaks.brk] == list(range(32, rows, 32)) != []
    assert all(it.anchor._from.row // 32 == it.anchor.to.row // 32 < rows / 32 for it in board._charts)
    assert sum(board.row_dimensions[row].height for row in range(1, 33)) <= 595 - (board.page_margins.top + board.page_margins.bottom) * 72
    assert sum(column_pixels(board)) * 0.75 <= page_points(board, 297)
    assert board.page_setup.scale in (None, 100)
    assert not board.sheet_properties.pageSetUpPr.fitToPage
