"""OTLP trace requests in JSON, as collectors write them to files: one request a line."""

from collections.abc import Iterator, Set

from vendor_ai.domain.errors import InvalidInputError
from vendor_ai.importers.gen_ai import rows_of
from vendor_ai.importers.log_shape import Notes, Record, Row, Shape, UnreadableRecordError
from vendor_ai.importers.otlp import from_document, traced_spans


def _recognises(columns: Set[str]) -> bool:
    return "resourceSpans" in columns


def _rows(record: Record, notes: Notes) -> Iterator[Row]:
    try:
        request = from_document(dict(record))
    except InvalidInputError as error:
        raise UnreadableRecordError(str(error), "resourceSpans") from error
    for traced in traced_spans(request):
        yield from rows_of(traced, notes)


SHAPE = Shape("otlp", "OpenTelemetry (OTLP) traces", "https://opentelemetry.io/docs/specs/semconv/gen-ai/", _recognises, _rows)
