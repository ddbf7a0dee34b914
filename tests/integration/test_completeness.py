"""How complete a log is: rows against calls attempted and calls billed, on both databases."""

from datetime import UTC, date, datetime, timedelta
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

from tests.factories.log import AT, add_component, write_calls
from vendor_ai.db import audit
from vendor_ai.db.base import Records
from vendor_ai.db.call_count import BilledCallsRow, add_billed
from vendor_ai.db.vendor import component_key
from vendor_ai.domain.actor import Actor
from vendor_ai.domain.errors import InvalidInputError, NotAllowedError, NotFoundError
from vendor_ai.importers.log_table import LogReader
from vendor_ai.kit.period import local_midnight
from vendor_ai.outside.clock import FixedClock
from vendor_ai.predictions.duckdb import DuckDBEngine
from vendor_ai.services.completeness import Completeness, MinuteCount, completeness, completeness_of, enter_billed, record_counts
from vendor_ai.services.log_import import import_log_files
from vendor_ai.services.prediction_log import PredictionLog

REF = "acme-ocr"
BY = Actor("cli:test")
START = datetime(2026, 7, 1, tzinfo=UTC)
END = datetime(2026, 8, 1, tzinfo=UTC)
LATER = END + timedelta(days=10)


@pytest.fixture
def known(records: Records) -> Records:
    add_component(records, REF)
    return records


def count(records: Records, attempted: int, dropped: int = 0, spooled: int = 0, *, client: str = "c1", at: datetime = START) -> None:
    with records.write() as session:
        key = component_key(session, REF)[0]
        assert record_counts(session, key, client, [MinuteCount(at, attempted, dropped, spooled)], by=BY, at=LATER) == 1


def bill(records: Records, calls: int, first: date = date(2026, 7, 1), last: date = date(2026, 7, 31), **more: Any) -> None:
    with records.write() as session:
        enter_billed(session, REF, first=first, last=last, calls=calls, source=more.pop("source", "invoice 7"), by=BY, at=LATER, **more)


def found(records: Records, logged: int, start: datetime = START, end: datetime = END, time_zone: str = "UTC") -> Completeness:
    with records.read() as session:
        return completeness(session, component_key(session, REF)[0], start, end, logged=logged, time_zone=time_zone)


def test_where_nobody_counted_and_nothing_was_billed_nothing_is_known(known: Records) -> None:
    assert found(known, 100) == Completeness(100, None, None, None, None, None, "unknown")


def test_logged_rows_are_held_against_the_calls_attempted(known: Records) -> None:
    count(known, 150, dropped=30, spooled=50)
    count(known, 50, client="c2")
    assert found(known, 170) == Completeness(170, 200, 30, 50, None, Fraction(17, 20), "attempted")


def test_the_larger_of_attempted_and_billed_decides(known: Records) -> None:
    count(known, 200)
    bill(known, 250)
    assert (found(known, 200).share, found(known, 200).basis) == (Fraction(4, 5), "billed")
    count(known, 400)
    assert (found(known, 200).share, found(known, 200).basis) == (Fraction(1, 2), "attempted")


def test_what_is_logged_and_what_was_dropped_together_are_calls_too(known: Records) -> None:
    count(known, 200, dropped=30)
    assert (found(known, 190).share, found(known, 190).basis) == (Fraction(190, 220), "dropped")


def test_rows_of_which_only_a_share_was_logged_stand_for_more_calls(known: Records) -> None:
    count(known, 400)
    with known.read() as session:
        key = component_key(session, REF)[0]
        assert completeness(session, key, START, END, logged=100, calls=Fraction(300)).share == Fraction(3, 4)


def test_an_invoice_of_no_calls_wipes_out_no_other(known: Records) -> None:
    bill(known, 100)
    with known.write() as session:
        key = component_key(session, REF)[0]
        none = BilledCallsRow(
            component_id=key, first=START.date(), end=END.date(), calls=0, source="before", entered_by="cli:test", entered_at=LATER
        )
        add_billed(session, none)
    assert found(known, 90).billed == 100


def test_more_rows_than_calls_known_of_are_complete_and_no_more(known: Records) -> None:
    bill(known, 100)
    assert found(known, 120).share == 1


def test_where_rows_came_from_files_too_the_clients_still_say_what_they_dropped(known: Records) -> None:
    count(known, 100, dropped=20)
    assert (found(known, 980).share, found(known, 980).basis) == (Fraction(980, 1000), "dropped")


def test_calls_outside_the_span_do_not_count(known: Records) -> None:
    count(known, 10, at=START - timedelta(minutes=1))
    count(known, 20, at=START)
    count(known, 30, at=END - timedelta(minutes=1))
    count(known, 40, at=END)
    assert found(known, 25).attempted == 50


def test_no_call_at_all_leaves_the_share_open(known: Records) -> None:
    count(known, 0)
    assert (found(known, 0).share, found(known, 0).basis) == (None, "unknown")


def test_invoices_one_after_the_other_cover_a_quarter_and_a_gap_covers_nothing(known: Records) -> None:
    quarter = (datetime(2026, 7, 1, tzinfo=UTC), datetime(2026, 10, 1, tzinfo=UTC))
    bill(known, 100)
    bill(known, 300, date(2026, 9, 1), date(2026, 9, 30))
    assert found(known, 0, *quarter).billed is None
    bill(known, 200, date(2026, 8, 1), date(2026, 8, 31))
    assert found(known, 0, *quarter).billed == 600
    assert found(known, 0).billed == 100


def test_an_invoice_for_a_longer_time_says_nothing_about_a_part_of_it(known: Records) -> None:
    bill(known, 900, date(2026, 7, 1), date(2026, 9, 30))
    assert found(known, 10).billed is None


def test_of_two_figures_for_the_same_dates_the_one_entered_last_counts(known: Records) -> None:
    bill(known, 100)
    bill(known, 110, source="corrected invoice 7b")
    assert found(known, 0).billed == 110


def test_a_longer_invoice_replaces_its_parts_instead_of_adding_to_them(known: Records) -> None:
    bill(known, 60, date(2026, 7, 1), date(2026, 7, 15))
    bill(known, 70, date(2026, 7, 16), date(2026, 7, 31))
    assert found(known, 0).billed == 130
    bill(known, 140)
    assert found(known, 0).billed == 140


def test_invoices_name_dates_of_the_contracts_zone(known: Records) -> None:
    bill(known, 100)
    berlin = (local_midnight(date(2026, 7, 1), "Europe/Berlin"), local_midnight(date(2026, 8, 1), "Europe/Berlin"))
    assert found(known, 0, *berlin, time_zone="Europe/Berlin").billed == 100
    assert found(known, 0, *berlin).billed is None


def test_a_token_that_may_only_read_counts_nothing(known: Records) -> None:
    with pytest.raises(NotAllowedError, match="predictions:write"), known.write() as session:
        record_counts(session, 1, "c1", [MinuteCount(START, 1, 0, 0)], by=Actor("token:r", frozenset({"read"})), at=LATER)


def test_a_minute_in_another_zone_is_the_same_minute(known: Records) -> None:
    count(known, 5)
    count(known, 7, at=datetime.fromisoformat("2026-07-01T02:00:00+02:00"))
    assert found(known, 0).attempted == 7


def test_many_minutes_are_raised_at_once(known: Records) -> None:
    minutes = [START + timedelta(minutes=number) for number in range(3_000)]
    for attempted in (1, 2):
        with known.write() as session:
            record_counts(
                session, component_key(session, REF)[0], "c1", [MinuteCount(m, attempted, 0, 0) for m in minutes], by=BY, at=LATER
            )
    assert found(known, 0).attempted == 6_000


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"last": date(2026, 6, 30)}, "before it starts"),
        ({"calls": -1}, "no number of billed calls"),
        ({"calls": 0}, "1 or more"),
        ({"last": date(9999, 12, 31)}, "too far ahead"),
        ({"source": " "}, "where the figure comes"),
    ],
)
def test_a_bill_that_cannot_be_is_refused(known: Records, changes: dict[str, Any], sentence: str) -> None:
    with pytest.raises(InvalidInputError, match=sentence):
        bill(known, **{"calls": 5, **changes})


def test_a_bill_is_in_the_audit_chain_with_its_source(known: Records) -> None:
    bill(known, 100)
    with known.read() as session:
        (_, event, _), *_ = reversed(audit.events(session))
    assert (event.actor, event.action, event.reference) == ("cli:test", "calls.billed", REF)
    assert event.data == {"first": "2026-07-01", "last": "2026-07-31", "calls": 100, "source": "invoice 7"}


def test_rows_are_counted_in_the_files_between_two_dates_of_a_zone(tmp_path: Path, known: Records) -> None:
    log = PredictionLog(known, DuckDBEngine(tmp_path / "predictions", threads=1), FixedClock(AT))
    import_log_files(log, [write_calls(tmp_path / "calls.csv", 0, 250)], reader=LogReader(), component=REF, batch_rows=100)
    bill(known, 125, date(2026, 7, 2), date(2026, 7, 2))
    day = date(2026, 7, 2)
    assert completeness_of(log, REF, first=day, last=day).as_json() == {
        "logged": 100, "attempted": None, "dropped": None, "spooled": None, "billed": 125, "share": "0.800000", "basis": "billed",
    }  # fmt: skip
    assert completeness_of(log, REF, first=date(2026, 7, 1), last=day).logged == 200
    assert (
        completeness_of(log, REF, first=day, last=day, time_zone="America/New_York").logged == 50
    )  # 3 July, midnight UTC, is still 2 July there
    assert completeness_of(log, REF, first=date(2020, 1, 1), last=date(2020, 1, 2)).logged == 0
    with pytest.raises(NotFoundError):
        completeness_of(log, "nobody", first=day, last=day)
    with pytest.raises(InvalidInputError, match="not a time zone"):
        completeness_of(log, REF, first=day, last=day, time_zone="Mars/X")
    with pytest.raises(InvalidInputError, match="can be asked for"):
        completeness_of(log, REF, first=date(1, 1, 1), last=date(9999, 12, 31))
    with pytest.raises(InvalidInputError, match="before they start"):
        completeness_of(log, REF, first=day, last=day - timedelta(days=1))


def test_sampled_rows_in_the_files_count_for_the_calls_they_stand_for(tmp_path: Path, known: Records) -> None:
    log = PredictionLog(known, DuckDBEngine(tmp_path / "predictions", threads=1), FixedClock(AT))
    rows = [f"call-{number},2026-07-02T00:00:{number:02d}Z,yes,{'0.1' if number < 10 else ''}" for number in range(30)]
    path = tmp_path / "calls.csv"
    path.write_text("\n".join(["prediction_id,occurred_at,prediction,sampling_fraction", *rows]) + "\n")
    import_log_files(log, [path], reader=LogReader(), component=REF, batch_rows=100)
    day = date(2026, 7, 2)
    bill(known, 160, day, day)
    complete = completeness_of(log, REF, first=day, last=day)
    assert (complete.logged, complete.share) == (30, Fraction(120, 160))  # ten rows stand for a hundred calls, twenty for themselves
