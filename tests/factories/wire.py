"""Protobuf bytes built by hand, independently of the reader."""

import struct

_VARINT, _FIXED64, _BYTES = 0, 1, 2


def varint(number: int) -> bytes:
    """Seven bits a byte, the lowest first."""
    parts = []
    while True:
        number, low = divmod(number, 128)
        parts.append(low + 128 if number else low)
        if not number:
            return bytes(parts)


def held(field: int, content: bytes | str) -> bytes:
    """A field of text, bytes or a message."""
    content = content.encode() if isinstance(content, str) else content
    return varint(field * 8 + _BYTES) + varint(len(content)) + content


def number(field: int, value: int) -> bytes:
    """A field of a number; negative ones fill 64 bits."""
    return varint(field * 8 + _VARINT) + varint(value % 2**64)


def fixed(field: int, value: int) -> bytes:
    """A field of eight bytes."""
    return varint(field * 8 + _FIXED64) + value.to_bytes(8, "little")


def double(field: int, value: float) -> bytes:
    """A field of a floating-point number."""
    return varint(field * 8 + _FIXED64) + struct.pack("<d", value)


def attribute(key: str, value: bytes) -> bytes:
    """A KeyValue whose AnyValue is given as its bytes."""
    return held(1, key) + held(2, value)


def text(key: str, value: str) -> bytes:
    """A KeyValue of text."""
    return attribute(key, held(1, value))


def client_span(identity: str, *attributes: bytes, events: tuple[bytes, ...] = (), start: int = 1_782_900_000_000_000_000) -> bytes:
    """A chat span of 1.25 s whose response has this id."""
    named = [text("gen_ai.operation.name", "chat"), text("gen_ai.response.id", identity), *attributes]
    return b"".join(
        [
            held(1, bytes(range(16))),
            held(2, bytes(range(8))),
            held(5, "chat reader"),
            number(6, 3),
            fixed(7, start),
            fixed(8, start + 1_250_000_000),
            *(held(9, entry) for entry in named),
            *(held(11, event) for event in events),
        ]
    )


def request(*spans: bytes, component: str | None = None) -> bytes:
    """An ExportTraceServiceRequest of one program."""
    resource = held(1, text("vendor_ai.component", component)) if component else b""
    return held(1, held(1, resource) + held(2, b"".join(held(2, span) for span in spans)))
