"""One value of a log, as people and programs write it."""

import math
import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from vendor_ai.domain.errors import InvalidInputError


class ValueProblem(ValueError):
    """The value cannot be read; the message says why."""


EARLIEST, LATEST = datetime(1970, 1, 1, tzinfo=UTC), datetime(2100, 1, 1, tzinfo=UTC)
CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
_TRUE = {"true", "t", "yes", "y", "1", "1.0", "correct", "pass"}
_FALSE = {"false", "f", "no", "n", "0", "0.0", "incorrect", "fail"}
_COMMA_NUMBER = re.compile(r"^[+-]?(\d{1,3}(\.\d{3})+|\d*),\d+([eE][+-]?\d+)?$")
_THOUSANDS = re.compile(r"^[+-]?[1-9]\d{0,2}(,\d{3})+$")
_WHOLE_WITH_POINT = re.compile(r"^([+-]?\d+)\.0+$")
_EPOCH_TEXT = re.compile(r"^\d{9,20}(\.\d+)?$")


def text(value: Any) -> str | None:
    """The value as text without blanks around it; None where nothing is left, or where a column of numbers has none."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float) and math.isnan(value):
        return None
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    if isinstance(value, bytes):
        raise ValueProblem("the value is binary, not text.")
    word = str(value).strip()
    if not word.isprintable() and CONTROL.search(word):
        raise ValueProblem(f"{word!r} holds a control character.")
    return word or None


def label(value: Any) -> str | None:
    """A predicted or actual label as text; a whole number loses its zeros, since programs write 1 as 1.0 once a column has gaps."""
    read = text(value)
    if read in ("True", "False"):  # as Python and pandas write what JSON and Parquet hold as a flag
        return read.lower()
    whole = _WHOLE_WITH_POINT.match(read) if read else None
    return whole[1] if whole else read


def number(value: Any, *, decimal_comma: bool = False) -> float | None:
    """A finite number; a comma may stand for the decimal point.

    ``decimal_comma`` says that the file writes numbers so; else 1,234 is refused, since it can be 1.234 or 1234.
    """
    if isinstance(value, str):
        value = value.strip()
        if not value:
            return None
        if not decimal_comma and _THOUSANDS.match(value):
            raise ValueProblem(f"{value!r} can be read as a thousand and as a fraction. Write it without a comma.")
        if _COMMA_NUMBER.match(value):
            value = value.replace(".", "").replace(",", ".")
    try:
        result = float(value)
    except (TypeError, ValueError):
        raise ValueProblem(f"{value!r} is not a number.") from None
    except OverflowError:
        raise ValueProblem("the number is too large.") from None
    if not math.isfinite(result):
        raise ValueProblem(f"{value!r} is not a finite number.")
    return result


def integer(value: Any, *, decimal_comma: bool = False) -> int | None:
    """A whole number."""
    result = number(value, decimal_comma=decimal_comma)
    if result is None:
        return None
    if not result.is_integer() or abs(result) >= 2**63:
        raise ValueProblem(f"{value!r} is not a whole number.")
    return int(result)


def flag(value: Any) -> bool | None:
    """Right or wrong, as yes/no, true/false, 1/0, pass/fail or correct/incorrect; None where a column of numbers has none."""
    if isinstance(value, float) and math.isnan(value):
        return None
    word = str(value).strip().lower()
    if word in _TRUE:
        return True
    if word in _FALSE:
        return False
    raise ValueProblem(f"{value!r} is neither true nor false.")


def _from_epoch(value: float) -> datetime:
    """Seconds, milliseconds, microseconds or nanoseconds since 1970, told apart by size; whole numbers exactly, cut to microseconds."""
    for largest, per_second in ((1e11, 1), (1e14, 1_000), (1e17, 1_000_000), (1e20, 1_000_000_000)):
        if 0 <= value < largest:
            micros = value * 1_000_000 // per_second if isinstance(value, int) else round(value * 1_000_000 / per_second)
            return datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=micros)
    raise ValueProblem(f"{value!r} is not a time since 1970.")


def time_reader(time_zone: str | None) -> Callable[[Any], datetime]:
    """Return a reader of instants: ISO 8601 with an offset, or epoch; naive ones lie in ``time_zone``.

    Raises:
        InvalidInputError: When the zone does not exist.
    """
    try:
        zone = ZoneInfo(time_zone) if time_zone else None
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise InvalidInputError(f"There is no time zone {time_zone!r}. Use a name such as Europe/Berlin or UTC.") from None

    def read(value: Any) -> datetime:
        instant = read_any(value)
        if not EARLIEST <= instant < LATEST:
            raise ValueProblem(f"{value!s} lies in the year {instant.year}; a call between 1970 and 2099 is expected.")
        return instant

    def read_any(value: Any) -> datetime:
        if isinstance(value, datetime):
            instant = value
        elif isinstance(value, int | float) and not isinstance(value, bool):
            return _from_epoch(value if isinstance(value, int) else number(value) or 0.0)
        else:
            word = str(value).strip()
            if _EPOCH_TEXT.match(word):
                return _from_epoch(int(word) if word.isdigit() else float(word))
            try:
                instant = datetime.fromisoformat(word)
            except ValueError:
                raise ValueProblem(f"{word!r} is not a time. Write ISO 8601 with an offset, such as 2026-07-01T09:30:00+02:00.") from None
        try:
            if instant.tzinfo is not None:
                return instant.astimezone(UTC)
            if zone is None:
                raise ValueProblem(f"{value!s} has no offset from UTC. Add one, or say the zone with --time-zone.")
            local = instant.replace(tzinfo=zone)
            if local.astimezone(UTC).astimezone(zone).replace(tzinfo=None) != instant:
                raise ValueProblem(f"{value!s} does not exist in {zone.key}: the clocks went forward over it.")
            return local.astimezone(UTC)
        except OverflowError:
            raise ValueProblem(f"{value!s} lies outside the years 1 to 9999 in UTC.") from None

    return read
