"""Where predictions of new outcomes are looked for: first where they are likely, in the end everywhere."""

from datetime import UTC, date, datetime, timedelta
from itertools import pairwise

import pyarrow as pa
import pytest

from vendor_ai.domain.prediction import LogFile
from vendor_ai.predictions.duckdb import search_order


def file(first: date, last: date) -> LogFile:
    return LogFile("p", "prediction", 1, "", first, last, ("prediction_id",))


def outcomes(*predicted_at: datetime | None) -> pa.Table:
    ids = [f"call-{number}" for number in range(len(predicted_at))]
    return pa.table({"prediction_id": ids, "predicted_at": pa.array(predicted_at, pa.timestamp("us", tz="UTC"))})


@pytest.mark.parametrize("days", [1, 2, 3, 100, 1_000])
def test_the_log_is_searched_backwards_in_growing_stretches_without_gaps(days: int) -> None:
    first = date(2026, 1, 1)
    stored = [file(first + timedelta(days=day), first + timedelta(days=day)) for day in range(days)]
    stretches = list(search_order(stored, outcomes(None)))
    begin = datetime(2026, 1, 1, tzinfo=UTC)
    assert stretches[0] == (begin + timedelta(days=days - 1), begin + timedelta(days=days))
    assert stretches[-1][0] == begin
    assert all(later[0] == earlier[1] for later, earlier in pairwise(stretches))
    assert len(stretches) == days.bit_length()


def test_the_times_that_outcomes_name_come_first() -> None:
    early, late = datetime(2026, 1, 5, 3, tzinfo=UTC), datetime(2026, 1, 7, tzinfo=UTC)
    stretches = list(search_order([file(date(2026, 1, 1), date(2026, 3, 31))], outcomes(late, None, early)))
    assert stretches[0] == (early, late + timedelta(microseconds=1))
    assert stretches[1] == (datetime(2026, 3, 31, tzinfo=UTC), datetime(2026, 4, 1, tzinfo=UTC))
    assert stretches[-1][0] == datetime(2026, 1, 1, tzinfo=UTC)


def test_an_empty_log_is_not_searched() -> None:
    assert list(search_order([], outcomes(datetime(2026, 1, 5, tzinfo=UTC)))) == []
