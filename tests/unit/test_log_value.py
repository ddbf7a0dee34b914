"""Single values of a log: numbers, truth, instants."""

from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vendor_ai.domain.errors import InvalidInputError
from vendor_ai.importers.log_value import ValueProblem, flag, integer, label, number, text, time_reader

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
# Counted in each unit, the size tells the unit from 1973 (nine digits of seconds) on; before that seconds are the only reading.
INSTANTS = st.datetimes(datetime(1973, 3, 4), datetime(2099, 12, 31), timezones=st.just(UTC))  # noqa: DTZ001 - the strategy adds the zone
CLOCKS = st.datetimes(datetime(1973, 1, 1), datetime(2037, 1, 1))  # noqa: DTZ001 - times as a clock on the wall shows them


@given(INSTANTS)
@settings(max_examples=300)
def test_epochs_of_any_unit_are_read_exactly_as_numbers_and_as_text(instant: datetime) -> None:
    read = time_reader(None)
    micros = (instant - EPOCH) // timedelta(microseconds=1)
    units = {micros // 10**6: 10**6, micros // 10**3: 10**3, micros: 1}
    for value, step in units.items():
        expected = EPOCH + timedelta(microseconds=value * step)
        assert read(value) == expected
        assert read(str(value)) == expected
    if micros * 1_000 < 10**20:
        for rest in (0, 499, 500, 999):
            assert read(micros * 1_000 + rest) == instant


@given(INSTANTS, st.integers(-14 * 60, 14 * 60))
@settings(max_examples=200)
def test_iso_times_with_any_offset_are_the_instant_they_name(instant: datetime, minutes: int) -> None:
    local = instant.astimezone(timezone(timedelta(minutes=minutes)))
    assert time_reader(None)(local.isoformat()) == instant
    assert time_reader("Europe/Berlin")(local.isoformat(" ")) == instant


@given(
    CLOCKS,
    st.sampled_from(["Europe/Berlin", "America/New_York", "Asia/Kathmandu", "Australia/Lord_Howe"]),
)
@settings(max_examples=300)
def test_naive_times_are_that_time_on_the_clocks_of_the_zone_or_no_time_at_all(moment: datetime, zone: str) -> None:
    try:
        found = time_reader(zone)(moment.isoformat())
    except ValueProblem:
        clock = ZoneInfo(zone)
        around = [(moment + timedelta(hours=shift)).replace(tzinfo=clock).utcoffset() for shift in (-2, 2)]
        assert around[0] < around[1]
    else:
        assert found.astimezone(ZoneInfo(zone)).replace(tzinfo=None) == moment


@pytest.mark.parametrize(
    ("zone", "missing", "double", "first"),
    [
        ("Europe/Berlin", "2026-03-29 02:30", "2026-10-25 02:30", "2026-10-25T00:30:00+00:00"),
        ("America/New_York", "2026-03-08 02:00", "2026-11-01 01:30", "2026-11-01T05:30:00+00:00"),
        ("Australia/Lord_Howe", "2026-10-04 02:15", "2026-04-05 01:45", "2026-04-04T14:45:00+00:00"),
    ],
)
def test_an_hour_that_the_clocks_skip_is_refused_and_one_they_repeat_is_its_first(zone: str, missing: str, double: str, first: str) -> None:
    read = time_reader(zone)
    with pytest.raises(ValueProblem, match=f"does not exist in {zone}"):
        read(missing)
    assert read(double).isoformat() == first


@pytest.mark.parametrize("value", ["", "soon", "2026-13-01T00:00Z", "12", "1767225600,5", True, -5, 10**21, "2026-07-01T24:30Z", [1], None])
def test_what_is_no_time_is_refused(value: object) -> None:
    with pytest.raises(ValueProblem):
        time_reader("UTC")(value)


@pytest.mark.parametrize("value", ["0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-12:00"])
def test_a_time_outside_the_calendar_once_in_utc_is_refused(value: str) -> None:
    with pytest.raises(ValueProblem, match="outside the years"):
        time_reader(None)(value)


@pytest.mark.parametrize("zone", ["Berlin", "../etc/passwd", "Europe/Berlin\0"])
def test_a_zone_that_does_not_exist_is_refused(zone: str) -> None:
    with pytest.raises(InvalidInputError, match="There is no time zone"):
        time_reader(zone)


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("1,5", 1.5),
        ("-0,25", -0.25),
        ("1.234,5", 1234.5),
        ("1.234.567,25", 1234567.25),
        (",5", 0.5),
        (" 12 ", 12.0),
        ("1e3", 1000.0),
        ("1.5", 1.5),
        (Decimal("2.50"), 2.5),
        (7, 7.0),
        (b"2.5", 2.5),
        ("  ", None),
    ],
)
def test_numbers_may_have_a_decimal_comma(written: object, meant: float | None) -> None:
    assert number(written) == meant


@pytest.mark.parametrize(
    "written", ["1,5,5", "1.23,4", "1 000", "12.34,5", "inf", "nan", "1e999", float("nan"), float("inf"), 10**400, [1], "0x10"]
)
def test_what_is_no_finite_number_is_refused(written: object) -> None:
    with pytest.raises(ValueProblem):
        number(written)


@pytest.mark.parametrize("written", ["1.5", 2**63, -(2**63), "x"])
def test_what_is_no_whole_number_that_can_be_kept_is_refused(written: object) -> None:
    with pytest.raises(ValueProblem):
        integer(written)


def test_whole_numbers_may_come_as_floats() -> None:
    assert (integer("12,0"), integer(3.0), integer(" ")) == (12, 3, None)


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("Yes", True),
        (" no ", False),
        ("1.0", True),
        ("0", False),
        (1.0, True),
        (0, False),
        (True, True),
        ("PASS", True),
        ("incorrect", False),
        (float("nan"), None),
    ],
)
def test_right_and_wrong_have_many_names(written: object, meant: bool | None) -> None:
    assert flag(written) is meant


@pytest.mark.parametrize("written", ["2", "maybe", 0.5, "ja"])
def test_what_is_neither_right_nor_wrong_is_refused(written: object) -> None:
    with pytest.raises(ValueProblem, match="neither true nor false"):
        flag(written)


@pytest.mark.parametrize(
    ("written", "meant"), [(" a b ", "a b"), (3.0, "3"), (2.5, "2.5"), (True, "true"), (12, "12"), ("   ", None), (float("nan"), None)]
)
def test_text_is_what_a_person_would_write(written: object, meant: str | None) -> None:
    assert text(written) == meant


def test_a_thousand_written_with_a_comma_is_refused_unless_the_file_writes_decimal_commas() -> None:
    with pytest.raises(ValueProblem, match="as a thousand and as a fraction"):
        number("1,234")
    assert number("1,234", decimal_comma=True) == 1.234
    assert number("0,234") == 0.234
    assert number("12,5") == 12.5


def test_a_whole_label_loses_the_zeros_that_a_column_with_gaps_gives_it() -> None:
    assert [label(value) for value in ("1.0", "1", 1.0, 1, "-3.00", "1.5", "v1.0", "yes")] == [
        "1",
        "1",
        "1",
        "1",
        "-3",
        "1.5",
        "v1.0",
        "yes",
    ]


def test_a_comma_for_the_point_may_have_an_exponent_as_programs_write_small_numbers() -> None:
    assert number("4,9e-07", decimal_comma=True) == 4.9e-07
    assert number("-1,5E+3", decimal_comma=True) == -1500.0
