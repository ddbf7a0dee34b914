"""Fields of another program's record: wherever they are nested, in whatever words they say how a call ended."""

import hashlib
from collections.abc import Mapping
from typing import Any

import msgspec

from vendor_ai.domain.prediction import CallStatus
from vendor_ai.importers.log_shape import UnreadableRecordError
from vendor_ai.importers.log_value import ValueProblem, number, time_reader

_JSON_BEGINS = ("{", "[", '"')
_DECODER = msgspec.json.Decoder()
_time = time_reader("UTC")  # only for spans of time, which the zone does not change

# Parts of the names that clients give their errors, in the order they are looked for. What broke on the way, or came back broken, is the
# vendor's failure, whatever else its name says.
_ERROR_WORDS = (
    (CallStatus.ERROR, ("connection", "invalidresponse", "invalid_response", "internalserver", "serviceunavailable")),
    (CallStatus.TIMEOUT, ("timeout", "timed_out", "deadline")),
    (CallStatus.RATE_LIMITED, ("ratelimit", "rate_limit", "toomanyrequests", "too_many_requests", "throttl", "resource_exhausted")),
    (CallStatus.CANCELLED, ("cancel",)),
    (
        CallStatus.CLIENT_ERROR,
        (
            "badrequest",
            "bad_request",
            "invalidrequest",
            "invalid_request",
            "authentication",
            "permission",
            "notfound",
            "not_found",
            "contextwindow",
            "contentpolicy",
        ),
    ),
)


def pick(record: Mapping[str, Any], *paths: str) -> Any:
    """The first of some dotted paths that is filled; JSON texts are looked into as if they were objects."""
    for path in paths:
        found = record[path] if path in record else _within(record, path)
        if found is not None and not (isinstance(found, str) and not found.strip()):
            return found
    return None


def _within(value: Mapping[str, Any], path: str) -> Any:
    """What stands at a dotted path, one of whose beginnings names an object or a JSON text."""
    head = path
    while "." in head:
        head = head.rpartition(".")[0]
        inner = opened(value.get(head))
        if isinstance(inner, Mapping):
            rest = path[len(head) + 1 :]
            found = inner[rest] if rest in inner else _within(inner, rest)
            if found is not None:
                return found
    return None


def content(record: Mapping[str, Any], path: str) -> Any:
    """What stands at a path, be it an object whose fields were made columns of their own."""
    found = pick(record, path)
    if found is not None:
        return found
    prefix = f"{path}."
    return {name[len(prefix) :]: part for name, part in record.items() if name.startswith(prefix)} or None


def opened(value: Any) -> Any:
    """JSON text as what it says, a list of pairs (a map in Parquet) as an object; everything else as it is."""
    if isinstance(value, str) and value.lstrip().startswith(_JSON_BEGINS):
        try:
            return _DECODER.decode(value)
        except (msgspec.DecodeError, RecursionError):
            return value
    if isinstance(value, list) and value and all(isinstance(pair, tuple) and len(pair) == 2 for pair in value):
        return dict(value)
    return value


def text_of(value: Any) -> str | None:
    """A plain value as text; None for what is empty or nested."""
    if value is None or isinstance(value, Mapping | list):
        return None
    return str(value).strip() or None


def number_of(record: Mapping[str, Any], *paths: str) -> float | None:
    """The number at the first filled path.

    Raises:
        UnreadableRecordError: When something else stands there.
    """
    for path in paths:
        value = pick(record, path)
        if value is None:
            continue
        try:
            return number(value)
        except ValueProblem as problem:
            raise UnreadableRecordError(str(problem), path) from None
    return None


def duration_ms(start: Any, end: Any, column: str) -> float | None:
    """Milliseconds between two instants, None where one is missing.

    Raises:
        UnreadableRecordError: When one of them is no time.
    """
    if start is None or end is None:
        return None
    try:
        return (_time(end) - _time(start)).total_seconds() * 1_000
    except ValueProblem as problem:
        raise UnreadableRecordError(str(problem), column) from None


def hashed(value: Any) -> str | None:
    """SHA-256 of an input, the same whether it was logged as JSON text or as an object; the input itself is not kept."""
    value = opened(value)
    if value is None or value in ("", [], {}):
        return None
    content = value.encode() if isinstance(value, str) else msgspec.json.encode(value, order="deterministic", enc_hook=str)
    return hashlib.sha256(content).hexdigest()


def status_of_code(code: float) -> CallStatus:
    """How a call ended by its HTTP status."""
    match int(code):
        case 408 | 504:
            return CallStatus.TIMEOUT
        case 429:
            return CallStatus.RATE_LIMITED
        case 499:
            return CallStatus.CANCELLED
        case known if known < 400:
            return CallStatus.OK
        case known if known < 500:
            return CallStatus.CLIENT_ERROR
    return CallStatus.ERROR


def status_of_error(name: str) -> CallStatus:
    """How a failed call ended by the name or code of its error; what is not known to be the caller's is the vendor's error."""
    if name.isdecimal() and 400 <= int(name) < 600:
        return status_of_code(int(name))
    lowered = name.lower()
    return next((status for status, words in _ERROR_WORDS if any(word in lowered for word in words)), CallStatus.ERROR)
