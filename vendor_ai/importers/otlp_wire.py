"""The protobuf wire format, as far as OTLP trace requests and the answers to them need it."""

import struct
from collections.abc import Callable, Iterator
from typing import Any

# Source of the field numbers: opentelemetry-proto, trace/v1, common/v1, resource/v1 and collector/trace/v1; of the wire types:
# protobuf.dev, "Encoding". Names are those of the JSON encoding, so that both encodings give the same document.
_VARINT, _FIXED64, _BYTES, _FIXED32 = 0, 1, 2, 5
DEEPEST = 64
_Message = dict[int, tuple[str, Any]]  # number -> (name, what it holds); a list around it says that it repeats

_ANY_VALUE: _Message = {1: ("stringValue", "text"), 2: ("boolValue", "flag"), 3: ("intValue", "int64"), 4: ("doubleValue", "double")}
_KEY_VALUE: _Message = {1: ("key", "text"), 2: ("value", _ANY_VALUE)}
_ANY_VALUE[5] = ("arrayValue", {1: ("values", [_ANY_VALUE])})
_ANY_VALUE[6] = ("kvlistValue", {1: ("values", [_KEY_VALUE])})
_EVENT: _Message = {1: ("timeUnixNano", "fixed64"), 2: ("name", "text"), 3: ("attributes", [_KEY_VALUE])}
_SPAN: _Message = {
    1: ("traceId", "hex"),
    2: ("spanId", "hex"),
    6: ("kind", "int64"),
    7: ("startTimeUnixNano", "fixed64"),
    8: ("endTimeUnixNano", "fixed64"),
    9: ("attributes", [_KEY_VALUE]),
    11: ("events", [_EVENT]),
    15: ("status", {3: ("code", "int64")}),
}
_RESOURCE_SPANS: _Message = {1: ("resource", {1: ("attributes", [_KEY_VALUE])}), 2: ("scopeSpans", [{2: ("spans", [_SPAN])}])}
_REQUEST: _Message = {1: ("resourceSpans", [_RESOURCE_SPANS])}
_WIRE_TYPES = {"text": _BYTES, "hex": _BYTES, "flag": _VARINT, "int64": _VARINT, "fixed64": _FIXED64, "double": _FIXED64}
_READERS: dict[str, Callable[[Any], Any]] = {
    "text": lambda value: str(value, "utf-8"),
    "hex": lambda value: value.hex(),
    "flag": bool,
    "int64": lambda value: value - (1 << 64) if value >= 1 << 63 else value,
    "fixed64": lambda value: int.from_bytes(value, "little"),
    "double": lambda value: struct.unpack("<d", value)[0],
}


class WireError(ValueError):
    """The bytes are no message; the text says where."""


def decoded(content: bytes) -> dict[str, Any]:
    """An ExportTraceServiceRequest as the document that its JSON encoding is.

    Raises:
        WireError: When the bytes are none.
    """
    return _message(content, _REQUEST, 0)


def _message(content: bytes, known: _Message, depth: int) -> dict[str, Any]:
    if depth > DEEPEST:
        raise WireError("it is nested too deeply")
    document: dict[str, Any] = {}
    for number, wire_type, value in _fields(content):
        if number not in known:
            continue
        name, kind = known[number]
        if isinstance(kind, list):
            document.setdefault(name, []).append(_value(value, wire_type, kind[0], name, depth))
        else:
            document[name] = _value(value, wire_type, kind, name, depth)
    return document


def _value(value: Any, wire_type: int, kind: Any, name: str, depth: int) -> Any:
    expected = _BYTES if isinstance(kind, dict) else _WIRE_TYPES[kind]
    if wire_type != expected:
        raise WireError(f"{name} is of wire type {wire_type}, not {expected}")
    if isinstance(kind, dict):
        return _message(value, kind, depth + 1)
    try:
        return _READERS[kind](value)
    except UnicodeDecodeError:
        raise WireError(f"{name} is not UTF-8 text") from None


def _fields(content: bytes) -> Iterator[tuple[int, int, Any]]:
    """Number, wire type and raw value of each field."""
    place = 0
    while place < len(content):
        tag, place = _varint(content, place)
        number, wire_type = tag >> 3, tag & 7
        if number == 0:
            raise WireError("a field has the number 0")
        if wire_type == _VARINT:
            value, place = _varint(content, place)
            yield number, wire_type, value
            continue
        if wire_type == _BYTES:
            length, place = _varint(content, place)
        elif wire_type in (_FIXED64, _FIXED32):
            length = 8 if wire_type == _FIXED64 else 4
        else:
            raise WireError(f"there is no wire type {wire_type}")
        if length > len(content) - place:
            raise WireError("it ends in the middle of a field")
        yield number, wire_type, content[place : place + length]
        place += length


def _varint(content: bytes, place: int) -> tuple[int, int]:
    """A number of seven bits a byte, and the place behind it."""
    if place < len(content) and content[place] < 0x80:  # one byte, as it almost always is
        return content[place], place + 1
    result = 0
    for shift in range(0, 70, 7):
        if place >= len(content):
            raise WireError("it ends in the middle of a number")
        byte = content[place]
        place += 1
        result |= (byte & 0x7F) << shift
        if byte < 0x80:
            return result & ((1 << 64) - 1), place
    raise WireError("a number is longer than ten bytes")


def _written(number: int) -> bytes:
    parts = bytearray()
    while number >= 0x80:
        parts.append(number & 0x7F | 0x80)
        number >>= 7
    return bytes([*parts, number])


def numbered(field: int, value: int) -> bytes:
    """A field that holds a number; nothing for 0, which is the default."""
    return _written(field << 3 | _VARINT) + _written(value) if value else b""


def lengthy(field: int, value: bytes) -> bytes:
    """A field that holds text or a message; nothing where it is empty."""
    return _written(field << 3 | _BYTES) + _written(len(value)) + value if value else b""
