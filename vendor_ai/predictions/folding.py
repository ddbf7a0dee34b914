"""From batches to files: repeats dropped, outcomes joined to their prediction's day."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import duckdb
import pyarrow as pa
import pyarrow.compute as pc

from vendor_ai.domain.prediction import Folded
from vendor_ai.predictions.schema import (
    AGAIN,
    CALL,
    OUTCOME_SCHEMA,
    SEQUENCE,
    STORED_OUTCOME_SCHEMA,
    STORED_PREDICTION_SCHEMA,
)

BATCH = "batch"
POSITION = "position"
ROW = "source_row"  # where the row stood in its file; travels in the batch, not into the log
_HIDDEN = (BATCH, POSITION, ROW)


@dataclass(frozen=True, slots=True)
class Sifted:
    """Rows to store, rows that wait, and what became of every batch."""

    rows: pa.Table
    waiting: pa.Table
    folded: dict[int, Folded]


def stack(batches: Sequence[tuple[int | None, pa.Table]], schema: pa.Schema) -> pa.Table:
    """Put batches under each other in the order they came, each row with its batch and position.

    ``schema`` gives the columns that must be there; further ones (segments, features) are kept.
    """
    wanted = schema.append(pa.field(ROW, pa.int64()))
    tables = []
    for key, table in batches:
        missing = [field for field in wanted if field.name not in table.column_names]
        columns = [
            *table.columns,
            *(pa.nulls(table.num_rows, field.type) for field in missing),
            pa.array([key] * table.num_rows, pa.int64()),
        ]
        tables.append(pa.table(columns, names=[*table.column_names, *(field.name for field in missing), BATCH]))
    stacked = pa.concat_tables(tables, promote_options="default") if tables else wanted.append(pa.field(BATCH, pa.int64())).empty_table()
    return stacked.append_column(POSITION, pa.array(range(stacked.num_rows), pa.int64()))


_SQL_TYPES = {pa.string(): "VARCHAR", pa.float64(): "DOUBLE", pa.int64(): "BIGINT", pa.bool_(): "BOOLEAN"}


def _source(connection: duckdb.DuckDBPyConnection, name: str, paths: Sequence[str], columns: Sequence[str], schema: pa.Schema) -> None:
    """Make a view over files in which every column of ``columns`` exists, typed as in ``schema``."""
    if not paths:
        connection.register(name, pa.schema([schema.field(column) for column in columns]).empty_table())
        return
    relation = connection.read_parquet(list(paths), union_by_name=True)
    present = set(relation.columns)
    parts = [
        quoted(column)
        if column in present
        else f"CAST(NULL AS {_SQL_TYPES.get(schema.field(column).type, 'TIMESTAMPTZ')}) AS {quoted(column)}"
        for column in columns
    ]
    relation.project(", ".join(parts)).create_view(name)


def quoted(column: str) -> str:
    """A column's name as SQL."""
    return '"' + column.replace('"', '""') + '"'


def _same(columns: Sequence[str], other: str = "o") -> str:
    return " AND ".join(f"n.{quoted(column)} IS NOT DISTINCT FROM {other}.{quoted(column)}" for column in columns)


def sift_predictions(connection: duckdb.DuckDBPyConnection, incoming: pa.Table, stored_paths: Sequence[str]) -> Sifted:
    """Keep the first row of every new ``prediction_id``; the first stored wins over any later one."""
    columns = [name for name in incoming.column_names if name not in _HIDDEN]
    connection.register("incoming", incoming)
    _source(connection, "stored", stored_paths, columns, incoming.schema)
    connection.execute(
        f"""
        CREATE TEMP TABLE judged AS
        WITH firsts AS (SELECT prediction_id, min({POSITION}) AS first FROM incoming GROUP BY prediction_id),
        known AS (SELECT o.* FROM stored o SEMI JOIN firsts f ON o.prediction_id = f.prediction_id)
        SELECT n.{POSITION}, n.{BATCH}, n.{ROW}, n.prediction_id,
               o.prediction_id IS NULL AND n.{POSITION} = f.first AS fresh,
               CASE WHEN o.prediction_id IS NOT NULL THEN NOT ({_same(columns)})
                    WHEN n.{POSITION} <> f.first THEN NOT ({_same(columns, "p")})
                    ELSE FALSE END AS conflict
        FROM incoming n
        JOIN firsts f ON n.prediction_id = f.prediction_id
        JOIN incoming p ON p.{POSITION} = f.first
        LEFT JOIN known o ON n.prediction_id = o.prediction_id
        """
    )
    judged: pa.Table = connection.sql(f"SELECT * FROM judged ORDER BY {POSITION}").to_arrow_table()
    fresh = incoming.filter(judged["fresh"]).drop_columns(list(_HIDDEN))
    return Sifted(fresh, incoming.slice(0, 0), _account(judged))


def _account(judged: pa.Table) -> dict[int, Folded]:
    """Count stored rows, repeats and conflicts for each batch."""
    folded: dict[int, Folded] = {}
    grouped = judged.group_by(BATCH).aggregate([("fresh", "sum"), ([], "count_all")])
    clashes = judged.filter(judged["conflict"])
    for batch, fresh, rows in zip(*(grouped[name].to_pylist() for name in (BATCH, "fresh_sum", "count_all")), strict=True):
        if batch is not None:
            mine = clashes.filter(pc.equal(clashes[BATCH], batch))
            conflicts = tuple(zip(mine[ROW].to_pylist(), mine["prediction_id"].to_pylist(), strict=True))
            folded[batch] = Folded(int(fresh or 0), rows - int(fresh or 0), conflicts)
    return folded


def numbered(table: pa.Table, first: int) -> pa.Table:
    """New predictions with their place in the order of arrival."""
    return table.append_column(SEQUENCE, pa.array(range(first, first + table.num_rows), pa.int64()))


PLACES = pa.schema([STORED_PREDICTION_SCHEMA.field(name) for name in ("prediction_id", "occurred_at", SEQUENCE)])


def places(predictions: pa.Table) -> pa.Table:
    """Where predictions stand: their ids, times and numbers; the latter null where they have none."""
    numbers = predictions[SEQUENCE] if SEQUENCE in predictions.column_names else pa.nulls(predictions.num_rows, pa.int64())
    return pa.table([predictions["prediction_id"], predictions["occurred_at"], numbers], schema=PLACES)


def find_places(connection: duckdb.DuckDBPyConnection, ids: pa.Table, paths: Sequence[str], *, start: datetime, end: datetime) -> pa.Table:
    """Where the predictions with these ``prediction_id`` stand, among the rows of ``[start, end)`` in some files."""
    connection.register("wanted", ids)
    relation = connection.read_parquet(list(paths), union_by_name=True)
    number = SEQUENCE if SEQUENCE in relation.columns else "CAST(NULL AS BIGINT)"
    found: pa.Table = connection.sql(
        f"SELECT prediction_id, occurred_at, {number} AS {SEQUENCE} FROM read_parquet(?, union_by_name = true) "
        "SEMI JOIN wanted USING (prediction_id) WHERE occurred_at >= ? AND occurred_at < ?",
        params=[list(paths), start, end],
    ).to_arrow_table()
    connection.unregister("wanted")
    return found.cast(PLACES)


def sift_outcomes(
    connection: duckdb.DuckDBPyConnection, incoming: pa.Table, *, found: pa.Table, outcome_paths: Sequence[str], first_sequence: int
) -> Sifted:
    """Give outcomes their prediction's time; drop exact repeats; keep those apart whose prediction has not come.

    Args:
        connection: A fresh one.
        incoming: Stacked batches.
        found: Where their predictions stand (see ``places``).
        outcome_paths: Files that may hold outcomes about them.
        first_sequence: The number of the first of them in the order of arrival.
    """
    columns = OUTCOME_SCHEMA.names
    connection.register("incoming", incoming)
    connection.register("places", found)
    _source(connection, "outcomes", outcome_paths, columns, OUTCOME_SCHEMA)
    listed = ", ".join(columns)
    every = ", ".join(f"n.{column}" for column in columns)
    connection.execute(
        f"""
        CREATE TEMP TABLE placed AS
        WITH ids AS (SELECT DISTINCT prediction_id FROM incoming),
        times AS (SELECT prediction_id, min(occurred_at) AS occurred_at, min({SEQUENCE}) AS {CALL} FROM places GROUP BY prediction_id),
        known AS (SELECT DISTINCT {listed}, 1 AS repeated FROM outcomes SEMI JOIN ids USING (prediction_id)),
        earlier AS (SELECT DISTINCT prediction_id, 1 AS stored FROM known)
        SELECT n.*, t.occurred_at, t.{CALL},
               e.stored IS NOT NULL OR row_number() OVER (PARTITION BY n.prediction_id ORDER BY n.{POSITION}) > 1 AS {AGAIN},
               o.repeated IS NULL AND row_number() OVER (PARTITION BY {every} ORDER BY n.{POSITION}) = 1 AS fresh,
               FALSE AS conflict
        FROM incoming n
        LEFT JOIN times t ON n.prediction_id = t.prediction_id
        LEFT JOIN known o ON {_same(columns)}
        LEFT JOIN earlier e ON n.prediction_id = e.prediction_id
        """
    )
    judged: pa.Table = connection.sql(f"SELECT {POSITION}, {BATCH}, {ROW}, prediction_id, fresh, conflict FROM placed").to_arrow_table()
    stored: pa.Table = connection.sql(
        f"SELECT {listed}, occurred_at, {first_sequence} + {POSITION} AS {SEQUENCE}, {CALL}, {AGAIN} FROM placed "
        "WHERE fresh AND occurred_at IS NOT NULL"
    ).to_arrow_table()
    waiting: pa.Table = connection.sql(
        f"SELECT {listed} FROM placed WHERE fresh AND occurred_at IS NULL ORDER BY {POSITION}"
    ).to_arrow_table()
    return Sifted(stored.cast(STORED_OUTCOME_SCHEMA), waiting.cast(OUTCOME_SCHEMA), _account(judged))
