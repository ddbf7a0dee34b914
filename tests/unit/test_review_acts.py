"""Which act of review counts for a subject."""

from dataclasses import replace
from datetime import UTC, date, datetime

from vendor_ai.domain.pack import Level
from vendor_ai.domain.review import Review, ReviewKind, newest_by_subject, waiting_by_subject

AT = datetime(2026, 11, 20, tzinfo=UTC)
KEY = (ReviewKind.QUESTION, "tested")
AGREED = Review(
    number=1, kind=ReviewKind.QUESTION, subject="tested", answer_sha256="x", verified=True, level=Level.CRITICAL, reason="Seen.",
    until=date(2027, 1, 31), by="user:amy", at=AT, second_by="user:ben", second_at=AT,
)  # fmt: skip


def test_a_level_that_waits_takes_the_place_of_none_that_was_agreed() -> None:
    proposal = replace(AGREED, number=2, level=Level.LOW, by="user:cal", second_by="", second_at=None)
    assert newest_by_subject([AGREED, proposal])[KEY] == AGREED
    assert waiting_by_subject([AGREED, proposal]) == (proposal,)


def test_once_agreed_the_newer_level_counts() -> None:
    newer = replace(AGREED, number=2, level=Level.LOW, by="user:cal", second_by="user:dan")
    assert newest_by_subject([AGREED, newer])[KEY] == newer
    assert waiting_by_subject([AGREED, newer]) == ()


def test_a_newer_act_without_a_level_counts_at_once() -> None:
    plain = replace(AGREED, number=2, level=None, verified=False, second_by="")
    assert newest_by_subject([AGREED, plain])[KEY] == plain


def test_a_withdrawn_act_counts_for_nothing() -> None:
    assert newest_by_subject([replace(AGREED, withdrawn_at=AT)]) == {}


def test_a_level_holds_until_its_last_day_and_not_a_day_longer() -> None:
    assert AGREED.level_counts(date(2027, 1, 31))
    assert not AGREED.level_counts(date(2027, 2, 1))
    assert AGREED.ended(date(2027, 2, 1))
