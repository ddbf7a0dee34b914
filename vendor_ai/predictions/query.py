"""Questions to the embedded engine: expressions translated once, and views over the log's files."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import duckdb
import ibis
import ibis.expr.types as ir
import pyarrow as pa

from vendor_ai.predictions.call import COMPONENT
from vendor_ai.predictions.schema import CALL, PREDICTION_SCHEMA, STORED_OUTCOME_SCHEMA

_COLUMN_TYPES = {field.name: field.type for schema in (PREDICTION_SCHEMA, STORED_OUTCOME_SCHEMA) for field in schema} | {
    COMPONENT: pa.int64(),
    "occurred_us": pa.int64(),
}


def _sql(expression: ir.Table) -> str:
    """An engine-neutral expression in this engine's dialect."""
    return str(ibis.to_sql(expression, dialect="duckdb"))


@dataclass(frozen=True, slots=True)
class Query:
    """A query as text, with the columns it declares. Translating costs more than running, so equal questions are translated once."""

    sql: str
    schema: ibis.Schema

    @classmethod
    def of(cls, expression: ir.Table) -> "Query":
        """The query of an expression over views."""
        return cls(_sql(expression), expression.schema())

    def fetch(self, connection: duckdb.DuckDBPyConnection) -> list[dict[str, Any]]:
        """The rows, in the types declared (the engine itself sums integers into wider ones)."""
        rows: list[dict[str, Any]] = self.table(connection).to_pylist()
        return rows

    def table(self, connection: duckdb.DuckDBPyConnection) -> pa.Table:
        """The same by columns."""
        return connection.sql(self.sql).to_arrow_table().cast(self.schema.to_pyarrow())


def view(connection: duckdb.DuckDBPyConnection, name: str, paths: Sequence[Sequence[str]], *, call: str = "") -> ir.Table | None:
    """Make a view over the files of some components, in which each has its position as number; None without files.

    A column that the files of one component lack is null there. ``call`` is the column that joins calls and labels by number, or "".
    """
    renamed = f"{call} AS {CALL}, " if call else ""
    parts = [
        f"SELECT CAST({place} AS BIGINT) AS {COMPONENT}, epoch_us(occurred_at) AS occurred_us, {renamed}* "
        f"FROM read_parquet([{', '.join(_text(path) for path in files)}], union_by_name = true)"
        for place, files in enumerate(paths)
        if files
    ]
    if not parts:
        return None
    connection.execute(f"CREATE OR REPLACE TEMP VIEW {name} AS {' UNION ALL BY NAME '.join(parts)}")
    columns = connection.table(name).columns
    schema = pa.schema([(column, _COLUMN_TYPES.get(column, pa.string())) for column in columns])
    return ibis.table(ibis.Schema.from_pyarrow(schema), name=name)


def _text(value: str) -> str:
    return "'" + value.replace("'", "''") + "'"
