"""The time of a log record as seconds since 1970-01-01 UTC."""

from datetime import datetime

_END_OF_TIME = 253_402_300_800.0  # the year 10000: datetimes end there
_MILLISECONDS_FROM = 100_000_000_000.0  # as seconds the year 5138, as milliseconds March 1973


def epoch_seconds(value: str | float) -> float:
    """Return the seconds that an epoch or an ISO 8601 text with an offset stands for.

    Args:
        value: Epoch seconds, epoch milliseconds (1e11 and above; one of Zeek's three ways to write a time), or ISO 8601.

    Raises:
        ValueError: When it is none of them, lies before 1970 or after 9999, or has no offset; the message is for the user.
    """
    try:
        seconds = float(value)
    except ValueError:
        return _from_iso(str(value))
    if seconds >= _MILLISECONDS_FROM:
        seconds /= 1000
    if not 0 <= seconds < _END_OF_TIME:  # NaN fails here too
        raise ValueError(f"{str(value)[:40]!r} is not a time between 1970 and 9999")
    return seconds


def _from_iso(text: str) -> float:
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        raise ValueError(f"{text[:40]!r} is not a time; expected seconds since 1970 or ISO 8601") from None
    if at.tzinfo is None:
        raise ValueError(f"the time {text[:40]!r} has no offset from UTC")
    return at.timestamp()
