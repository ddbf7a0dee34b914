"""The columns of the log's files and of the batches that become files."""

import pyarrow as pa

from vendor_ai.domain.prediction import OUTCOME_FIELDS, PREDICTION_FIELDS, FieldType, LogField

_TYPES = {
    FieldType.TEXT: pa.string(),
    FieldType.NUMBER: pa.float64(),
    FieldType.INTEGER: pa.int64(),
    FieldType.TIME: pa.timestamp("us", tz="UTC"),
    FieldType.FLAG: pa.bool_(),
}


def arrow_type(field: LogField) -> pa.DataType:
    """The Arrow type a field is stored as."""
    return _TYPES[field.type]


def _schema(fields: tuple[LogField, ...]) -> pa.Schema:
    return pa.schema([pa.field(field.name, arrow_type(field)) for field in fields])


PREDICTION_SCHEMA = _schema(PREDICTION_FIELDS)
OUTCOME_SCHEMA = _schema(OUTCOME_FIELDS)
SEQUENCE = "sequence"  # the order of arrival: breaks ties among outcomes, and names a prediction by a number
CALL = "call"  # in an outcome's file the ``sequence`` of its prediction: numbers join faster than texts
AGAIN = "again"  # in an outcome's file whether another one about the same prediction came before
# An outcome's file also keeps its prediction's time, which prunes.
STORED_OUTCOME_SCHEMA = pa.schema(
    [
        *OUTCOME_SCHEMA,
        pa.field("occurred_at", pa.timestamp("us", tz="UTC")),
        pa.field(SEQUENCE, pa.int64()),
        pa.field(CALL, pa.int64()),
        pa.field(AGAIN, pa.bool_()),
    ]
)
STORED_PREDICTION_SCHEMA = PREDICTION_SCHEMA.append(pa.field(SEQUENCE, pa.int64()))
WHOLE = frozenset({SEQUENCE, CALL, AGAIN})  # a file has them for every row, or not at all


PACKED_FROM = 1 << 15  # bytes; below it packing takes longer than writing what it saves


def to_blob(table: pa.Table) -> bytes:
    """One batch as an Arrow IPC stream, compressed where it is large."""
    sink = pa.BufferOutputStream()
    codec = pa.Codec("zstd", compression_level=1) if table.nbytes >= PACKED_FROM else None
    with pa.ipc.new_stream(sink, table.schema, options=pa.ipc.IpcWriteOptions(compression=codec)) as writer:
        writer.write_table(table)
    content: bytes = sink.getvalue().to_pybytes()
    return content


def from_blob(blob: bytes) -> pa.Table:
    """The inverse of ``to_blob``."""
    with pa.ipc.open_stream(blob) as reader:
        return reader.read_all()
