"""Notice given beside notice agreed, for a version that began to answer."""

from datetime import UTC, datetime

import pytest

from vendor_ai.clauses.change_notice import ServedChange, judge_change
from vendor_ai.domain.contract import ChangeNotice
from vendor_ai.domain.verdict import VersionChange

TERMS = ChangeNotice()
SEEN = datetime(2026, 4, 1, 9, tzinfo=UTC)


def judged(
    received_at: datetime | None,
    terms: ChangeNotice = TERMS,
    *,
    emergency: bool = False,
    material: bool | None = True,
    time_zone: str = "UTC",
) -> VersionChange:
    notice = None if received_at is None else "n-1"
    change = ServedChange("acme-ocr", "v1", "v2", SEEN, received_at, notice, emergency, material)
    return judge_change(terms, change, time_zone=time_zone)


def test_a_change_without_a_word_is_unannounced() -> None:
    change = judged(None)
    assert (change.unannounced, change.days_notice, change.days_agreed, change.notice_id) == (True, None, 60, None)
    assert change.violated
    assert change.reason == "No notice was received."


def test_days_count_between_calendar_dates_whatever_the_hour() -> None:
    # 31 January to 1 April is 28 + 31 + 1 = 60 days.
    change = judged(datetime(2026, 1, 31, 23, 59, tzinfo=UTC))
    assert (change.days_notice, change.unannounced, change.reason) == (60, False, "")
    assert not change.violated


def test_a_day_short_is_too_late_and_says_by_how_much() -> None:
    change = judged(datetime(2026, 2, 1, 0, 0, tzinfo=UTC))
    assert (change.days_notice, change.unannounced) == (59, True)
    assert change.reason == "The notice came 59 days ahead; 60 were agreed."


def test_the_contract_s_zone_decides_on_which_date_a_notice_came() -> None:
    # 23:30 UTC on 31 January is already 1 February in Berlin.
    received = datetime(2026, 1, 31, 23, 30, tzinfo=UTC)
    assert judged(received, time_zone="UTC").days_notice == 60
    assert judged(received, time_zone="Europe/Berlin").days_notice == 59


def test_a_notice_after_the_change_is_no_notice_even_where_no_days_were_agreed() -> None:
    terms = ChangeNotice(notice_days=0)
    late = judged(datetime(2026, 4, 1, 10, tzinfo=UTC), terms)
    assert late.unannounced
    assert late.reason == "The notice came after the change."
    assert not judged(datetime(2026, 4, 1, 9, tzinfo=UTC), terms).unannounced


@pytest.mark.parametrize(("hour", "minute", "late"), [(9, 0, False), (9, 1, True)])
def test_an_emergency_notice_counts_in_hours(hour: int, minute: int, late: bool) -> None:
    change = judged(datetime(2026, 3, 30, hour, minute, tzinfo=UTC), emergency=True)
    assert (change.unannounced, change.days_notice, change.days_agreed) == (late, 2, 2)
    if late:
        assert change.reason == "An emergency notice came 47 hours ahead; 48 were agreed."


@pytest.mark.parametrize(("material", "violated"), [(True, True), (False, False), (None, False)])
def test_an_unannounced_change_is_a_violation_only_where_it_is_material(material: bool | None, violated: bool) -> None:
    change = judged(None, material=material)
    assert change.unannounced
    assert change.material is material
    assert change.violated is violated


@pytest.mark.parametrize("material", [True, False, None])
def test_a_clause_that_covers_any_change_does_not_ask_for_materiality(material: bool | None) -> None:
    change = judged(None, ChangeNotice(covers="any"), material=material)
    assert change.violated
    assert change.reason == "No notice was received. The clause covers any change."


def test_a_short_notice_is_enough_where_a_short_one_was_agreed() -> None:
    assert not judged(datetime(2026, 3, 2, tzinfo=UTC), ChangeNotice(notice_days=30)).unannounced
