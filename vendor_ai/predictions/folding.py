"""From batches to files: repeats dropped, outcomes joined to their prediction's day."""

from collections.abc import Sequence
from dataclasses import dataclass

import duckdb
import pyarrow as pa
import pyarrow.compute as pc

from vendor_ai.domain.prediction import Folded
from vendor_ai.predictions.schema import OUTCOME_SCHEMA, PREDICTION_SCHEMA, STORED_OUTCOME_SCHEMA

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


def sift_outcomes(
    connection: duckdb.DuckDBPyConnection,
    incoming: pa.Table,
    *,
    prediction_paths: Sequence[str],
    outcome_paths: Sequence[str],
    fresh_predictions: pa.Table,
    first_sequence: int,
) -> Sifted:
    """Give outcomes their prediction's time; drop exact repeats; keep those apart whose prediction has not come."""
    columns = OUTCOME_SCHEMA.names
    connection.register("incoming", incoming)
    connection.register("fresh_predictions", fresh_predictions.select(["prediction_id", "occurred_at"]))
    _source(connection, "predictions", prediction_paths, ["prediction_id", "occurred_at"], PREDICTION_SCHEMA)
    _source(connection, "outcomes", outcome_paths, columns, OUTCOME_SCHEMA)
    listed = ", ".join(columns)
    every = ", ".join(f"n.{column}" for column in columns)
    connection.execute(
        f"""
        CREATE TEMP TABLE placed AS
        WITH ids AS (SELECT DISTINCT prediction_id FROM incoming),
        times AS (
            SELECT prediction_id, min(occurred_at) AS occurred_at FROM (
                SELECT prediction_id, occurred_at FROM fresh_predictions
                UNION ALL SELECT prediction_id, occurred_at FROM predictions SEMI JOIN ids USING (prediction_id)
            ) GROUP BY prediction_id
        ),
        known AS (SELECT DISTINCT {listed}, 1 AS repeated FROM outcomes SEMI JOIN ids USING (prediction_id))
        SELECT n.*, t.occurred_at,
               o.repeated IS NULL AND row_number() OVER (PARTITION BY {every} ORDER BY n.{POSITION}) = 1 AS fresh,
               FALSE AS conflict
        FROM incoming n
        LEFT JOIN times t ON n.prediction_id = t.prediction_id
        LEFT JOIN known o ON {_same(columns)}
        """
    )
    judged: pa.Table = connection.sql(f"SELECT {POSITION}, {BATCH}, {ROW}, prediction_id, fresh, conflict FROM placed").to_arrow_table()
    stored: pa.Table = connection.sql(
        f"SELECT {listed}, occurred_at, {first_sequence} + {POSITION} AS sequence FROM placed WHERE fresh AND occurred_at IS NOT NULL"
    ).to_arrow_table()
    waiting: pa.Table = connection.sql(
        f"SELECT {listed} FROM placed WHERE fresh AND occurred_at IS NULL ORDER BY {POSITION}"
    ).to_arrow_table()
    return Sifted(stored.cast(STORED_OUTCOME_SCHEMA), waiting.cast(OUTCOME_SCHEMA), _account(judged))
