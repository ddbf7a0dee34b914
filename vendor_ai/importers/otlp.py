"""OTLP trace requests: the same records from JSON and from protobuf."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import msgspec

from vendor_ai.domain.errors import InvalidInputError
from vendor_ai.importers.otlp_wire import WireError, decoded

CLIENT_KINDS = (0, 3, "SPAN_KIND_UNSPECIFIED", "SPAN_KIND_CLIENT")
_FAILED = (2, "STATUS_CODE_ERROR")


class ArrayValue(msgspec.Struct, rename="camel"):
    """Values in a row."""

    values: "list[AnyValue]" = []


class AnyValue(msgspec.Struct, rename="camel"):
    """A value of one of several types; 64-bit integers stand in JSON as text."""

    string_value: str | None = None
    bool_value: bool | None = None
    int_value: int | str | None = None
    double_value: float | str | None = None
    array_value: ArrayValue | None = None
    kvlist_value: "KeyValueList | None" = None

    def plain(self) -> Any:
        """As Python writes it; bytes are nothing we read."""
        if self.array_value is not None:
            return [value.plain() for value in self.array_value.values]
        if self.kvlist_value is not None:
            return attributes_of(self.kvlist_value.values)
        if isinstance(self.int_value, str):
            return int(self.int_value) if self.int_value.lstrip("-").isdecimal() else None
        found = (self.string_value, self.bool_value, self.int_value, self.double_value)
        return next((value for value in found if value is not None), None)


class KeyValue(msgspec.Struct, rename="camel"):
    """One attribute."""

    key: str = ""
    value: AnyValue | None = None


class KeyValueList(msgspec.Struct, rename="camel"):
    """Attributes inside a value."""

    values: list[KeyValue] = []


class Event(msgspec.Struct, rename="camel"):
    """Something that happened during a span."""

    time_unix_nano: int | str = 0
    name: str = ""
    attributes: list[KeyValue] = []


class Status(msgspec.Struct, rename="camel"):
    """How a span ended."""

    code: int | str = 0


class Span(msgspec.Struct, rename="camel"):
    """One timed operation."""

    trace_id: str = ""
    span_id: str = ""
    kind: int | str = 0
    start_time_unix_nano: int | str = 0
    end_time_unix_nano: int | str = 0
    attributes: list[KeyValue] = []
    events: list[Event] = []
    status: Status | None = None

    @property
    def failed(self) -> bool:
        """Whether it ended in an error."""
        return self.status is not None and self.status.code in _FAILED


class ScopeSpans(msgspec.Struct, rename="camel"):
    """The spans of one library."""

    spans: list[Span] = []


class Resource(msgspec.Struct, rename="camel"):
    """What the spans come from."""

    attributes: list[KeyValue] = []


class ResourceSpans(msgspec.Struct, rename="camel"):
    """The spans of one program."""

    resource: Resource | None = None
    scope_spans: list[ScopeSpans] = []


class TracesRequest(msgspec.Struct, rename="camel"):
    """What a program exports at once."""

    resource_spans: list[ResourceSpans] = []


@dataclass(frozen=True, slots=True)
class TracedSpan:
    """A span with its attributes and those of the program it comes from."""

    span: Span
    attributes: dict[str, Any]
    resource: dict[str, Any]


def attributes_of(entries: list[KeyValue]) -> dict[str, Any]:
    """Attributes by their names."""
    return {entry.key: entry.value.plain() for entry in entries if entry.value is not None}


def nanoseconds(value: int | str) -> int | None:
    """Nanoseconds since 1970; None for 0, which stands for absent."""
    if isinstance(value, str):
        value = int(value) if value.isdecimal() and value.isascii() else 0
    return value if value > 0 else None


def read_json(content: bytes) -> TracesRequest:
    """A request in the JSON encoding.

    Raises:
        InvalidInputError: When it is none.
    """
    try:
        return msgspec.json.decode(content, type=TracesRequest)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise InvalidInputError(f"The body is not an OTLP trace request in JSON ({error}).") from error


def read_protobuf(content: bytes) -> TracesRequest:
    """A request in the protobuf encoding.

    Raises:
        InvalidInputError: When it is none.
    """
    try:
        return from_document(decoded(content))
    except WireError as error:
        raise InvalidInputError(f"The body is not an OTLP trace request in protobuf ({error}).") from error


def from_document(document: Any) -> TracesRequest:
    """A request that is decoded already.

    Raises:
        InvalidInputError: When it is none.
    """
    try:
        return msgspec.convert(document, TracesRequest)
    except (msgspec.ValidationError, RecursionError) as error:
        raise InvalidInputError(f"The document is not an OTLP trace request ({error}).") from error


def traced_spans(request: TracesRequest) -> Iterator[TracedSpan]:
    """Every span of a request, in its order."""
    for program in request.resource_spans:
        resource = attributes_of(program.resource.attributes) if program.resource else {}
        for scope in program.scope_spans:
            for span in scope.spans:
                yield TracedSpan(span, attributes_of(span.attributes), resource)
