"""The protobuf wire format of trace requests, against bytes built by hand."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.factories import wire
from vendor_ai.domain.errors import InvalidInputError
from vendor_ai.importers.otlp import read_protobuf, traced_spans
from vendor_ai.importers.otlp_wire import decoded, lengthy, numbered


def test_a_request_written_byte_by_byte_is_read() -> None:
    content = bytes.fromhex(
        "0a 13"  # resource_spans, 19 bytes
        "   12 11"  # scope_spans, 17 bytes
        "      12 0f"  # spans, 15 bytes
        "         12 02 ab cd"  # span_id
        "         30 03"  # kind: client
        "         39 01 00 00 00 00 00 00 00"  # start: 1 ns
    )

    assert decoded(content) == {"resourceSpans": [{"scopeSpans": [{"spans": [{"spanId": "abcd", "kind": 3, "startTimeUnixNano": 1}]}]}]}


def test_every_kind_of_value_is_read() -> None:
    values = {
        "text": wire.held(1, "grün"),
        "flag": wire.number(2, 1),
        "negative": wire.number(3, -5),
        "large": wire.number(3, 2**40),
        "double": wire.double(4, 0.25),
        "list": wire.held(5, wire.held(1, wire.held(1, "a")) + wire.held(1, wire.number(3, 7))),
        "map": wire.held(6, wire.held(1, wire.text("inner", "b"))),
    }
    span = wire.client_span("r", *(wire.attribute(key, value) for key, value in values.items()))
    (traced,) = traced_spans(read_protobuf(wire.request(span, component="acme-ocr")))

    assert {key: traced.attributes[key] for key in values} == {
        "text": "grün",
        "flag": True,
        "negative": -5,
        "large": 2**40,
        "double": 0.25,
        "list": ["a", 7],
        "map": {"inner": "b"},
    }
    assert traced.resource == {"vendor_ai.component": "acme-ocr"}
    assert (traced.span.trace_id, traced.span.span_id) == ("000102030405060708090a0b0c0d0e0f", "0001020304050607")
    assert (traced.span.start_time_unix_nano, traced.span.end_time_unix_nano) == (1_782_900_000_000_000_000, 1_782_900_001_250_000_000)


def test_fields_nobody_needs_are_passed_over_whatever_their_type() -> None:
    odd = wire.number(200, 9) + wire.fixed(201, 9) + wire.held(202, "x") + wire.varint(203 * 8 + 5) + b"\0\0\0\0"
    (traced,) = traced_spans(read_protobuf(wire.request(odd + wire.client_span("r") + odd)))

    assert traced.attributes["gen_ai.response.id"] == "r"


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"\x0a", "it ends in the middle of a number"),
        (b"\x0a\x05ab", "it ends in the middle of a field"),
        (b"\x0a" + b"\xff" * 10 + b"\x01", "a number is longer than ten bytes"),
        (b"\x0b", "there is no wire type 3"),
        (b"\x02\x00", "a field has the number 0"),
        (b"\x08\x01", "resourceSpans is of wire type 0, not 2"),
        (wire.request(wire.held(9, wire.held(1, b"\xff\xfe"))), "key is not UTF-8 text"),
    ],
    ids=["cut in a tag", "cut in a field", "endless number", "group", "no number", "other type", "no text"],
)
def test_what_is_no_message_is_refused_with_the_reason(content: bytes, words: str) -> None:
    with pytest.raises(InvalidInputError, match=f"The body is not an OTLP trace request in protobuf \\({words}\\)"):
        read_protobuf(content)


def test_values_nested_without_end_are_refused() -> None:
    value = wire.held(1, "x")
    for _ in range(200):
        value = wire.held(5, wire.held(1, value))
    with pytest.raises(InvalidInputError, match="it is nested too deeply"):
        read_protobuf(wire.request(wire.client_span("r", wire.attribute("deep", value))))


@given(content=st.binary(max_size=60), cut=st.integers(0, 200))
@settings(max_examples=300, deadline=None, derandomize=True)
def test_any_bytes_are_read_or_refused(content: bytes, cut: int) -> None:
    whole = wire.request(wire.client_span("r"), component="c")
    for candidate in (content, whole[:cut], whole[:cut] + content + whole[cut:]):
        try:
            spans = list(traced_spans(read_protobuf(candidate)))
        except InvalidInputError:
            continue
        assert len(spans) <= len(candidate)


def test_what_is_written_can_be_read_by_hand() -> None:
    assert numbered(1, 300) == bytes.fromhex("08 ac 02")
    assert numbered(1, 0) == b""
    assert lengthy(2, b"ab") == bytes.fromhex("12 02 61 62")
    assert lengthy(2, b"") == b""
