"""What a reviewer must look at singly: reasons, demanded evidence and its dates."""

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from tests.factories.pack import a_question
from vendor_ai.domain.answer import Answer
from vendor_ai.domain.evidence import Confidentiality, Document
from vendor_ai.domain.question import NOT_APPLICABLE
from vendor_ai.domain.review_remark import remarks

TODAY = date(2026, 11, 20)
DEMANDING = replace(a_question("tested"), evidence_required=True, evidence_months=12)
FREE = a_question("monitored")


def a_document(issued: date | None = None, *, expires: date | None = None, deleted: bool = False) -> Document:
    """Stored on the day of the review."""
    at = datetime(2026, 11, 20, 8, tzinfo=UTC)
    return Document(
        "doc-1", "acme", "report.pdf", "application/pdf", 10, "", "", Confidentiality.INTERNAL, "user:eve", at,
        issued_on=issued, expires_on=expires, deleted_at=at if deleted else None,
    )  # fmt: skip


def test_an_answer_that_demands_nothing_and_states_nothing_is_free_of_remarks() -> None:
    assert remarks(FREE, Answer("monitored", "l1", comment="See our site."), (), TODAY) == ()


@pytest.mark.parametrize(
    ("comment", "said"), [("", ("not applicable without a reason",)), (" \n", ("not applicable without a reason",)), ("No AI.", ())]
)
def test_not_applicable_needs_a_reason_and_no_evidence(comment: str, said: tuple[str, ...]) -> None:
    assert remarks(DEMANDING, Answer("tested", NOT_APPLICABLE, comment=comment), (), TODAY) == said


def test_demanded_evidence_is_a_text_or_a_document_that_is_still_there() -> None:
    bare = Answer("tested", "l1")

    assert remarks(DEMANDING, bare, (), TODAY) == ("demanded evidence is missing",)
    assert remarks(DEMANDING, bare, [a_document(deleted=True)], TODAY) == ("demanded evidence is missing",)
    assert remarks(DEMANDING, bare, [a_document()], TODAY) == ()
    assert remarks(DEMANDING, replace(bare, evidence="Report 7"), (), TODAY) == ()


@pytest.mark.parametrize(
    ("dated", "said"),
    [
        ("2026-11-20", ()),
        ("2026-11-21", ("evidence is dated 2026-11-21, in the future",)),
        ("2025-11-20", ()),  # the last day of its twelve months
        ("2025-11-19", ("evidence of 2025-11-19 is older than 12 months",)),
    ],
)
def test_the_date_of_evidence_lies_between_its_months_and_today(dated: str, said: tuple[str, ...]) -> None:
    assert remarks(DEMANDING, Answer("tested", "l1", evidence="Report", dated=dated), (), TODAY) == said


def test_age_does_not_matter_where_the_question_sets_no_months() -> None:
    assert remarks(FREE, Answer("monitored", "l1", evidence="Report", dated="1999-01-01"), (), TODAY) == ()


def test_documents_are_remarked_on_unless_one_of_them_holds() -> None:
    answer = Answer("tested", "l1", evidence="Attached")
    old, over, good = a_document(date(2025, 1, 1)), a_document(date(2026, 1, 1), expires=date(2026, 11, 19)), a_document(date(2026, 1, 1))

    assert remarks(DEMANDING, answer, [old, over], TODAY) == ("doc-1 of 2025-01-01 is older than 12 months", "doc-1 expired on 2026-11-19")
    assert remarks(DEMANDING, answer, [old, over, good], TODAY) == ()
    assert remarks(DEMANDING, answer, [replace(over, expires_on=TODAY)], TODAY) == ()
