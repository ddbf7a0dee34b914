"""Who asks, as the workbook's instructions say it."""

import io
from datetime import UTC, datetime
from typing import Any

import openpyxl
import pytest

from tests.factories.pack import a_pack, a_question
from vendor_ai.domain.asker import Asker, Cover
from vendor_ai.exporters.questionnaire_workbook import questionnaire_workbook
from vendor_ai.exporters.workbook_cover import COVER_TEXTS, cover_lines
from vendor_ai.exporters.workbook_text import FORM_TEXTS

WHOLE = Cover(Asker("Harbour {Bank}", "risk@harbour.example"), "ocr-a1", datetime(2027, 3, 31, 23, 59, tzinfo=UTC), "sorting of letters")


def instructions(**options: Any) -> list[str | None]:
    content = questionnaire_workbook(a_pack([a_question("tested")]), {}, component="OCR", **options)
    return [row[0].value for row in openpyxl.load_workbook(io.BytesIO(content)).worksheets[0].iter_rows()]


def test_the_whole_cover_stands_between_the_component_and_the_steps() -> None:
    assert instructions(cover=WHOLE)[1:8] == [
        "About: OCR",
        "Asked by Harbour {Bank}; “we” and “our” in the questions mean Harbour {Bank}.",
        "Contact: risk@harbour.example",
        "Reference: ocr-a1",
        "The answers are due 2027-03-31 23:59 UTC.",
        "What it is used for, as the company that asks has noted it: sorting of letters",
        None,
    ]


def test_what_is_not_known_is_left_out_and_a_pack_without_a_cover_says_nothing_of_it() -> None:
    assert instructions(cover=Cover())[1:4] == [
        "About: OCR",
        "“We” and “our” in the questions mean the company that sent you this file.",
        None,
    ]
    assert instructions()[1:3] == ["About: OCR", None]


def test_a_use_case_that_looks_like_a_formula_stays_text() -> None:
    content = questionnaire_workbook(a_pack([a_question("tested")]), {}, cover=Cover(Asker("=1+1")))
    cell = openpyxl.load_workbook(io.BytesIO(content)).worksheets[0]["A3"]
    assert (cell.data_type, cell.value) == ("s", "Asked by =1+1; “we” and “our” in the questions mean =1+1.")


@pytest.mark.parametrize("language", FORM_TEXTS)
def test_every_language_of_the_form_has_its_own_cover(language: str) -> None:
    assert set(COVER_TEXTS) == set(FORM_TEXTS)
    lines = cover_lines(WHOLE, language)
    assert len(lines) == 5
    assert all(value in "".join(lines) for value in ("Harbour {Bank}", "risk@harbour.example", "ocr-a1", "2027-03-31 23:59", "letters"))
    assert language == "en" or not set(lines) & set(cover_lines(WHOLE, "en"))
