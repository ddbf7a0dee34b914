"""One scan over the log's files that counts some measures, as translated queries."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from functools import lru_cache

import duckdb
import ibis
import ibis.expr.types as ir

from vendor_ai.domain.measure import Measure
from vendor_ai.domain.need import Need
from vendor_ai.domain.prediction import LogFile
from vendor_ai.predictions import counting
from vendor_ai.predictions.query import Query


@dataclass(frozen=True, slots=True)
class Source:
    """The files of one component."""

    predictions: Sequence[LogFile]
    outcomes: Sequence[LogFile]


@dataclass(frozen=True, slots=True)
class Scan:
    """What a scan over the views ``calls`` and ``labels`` asks, whichever components it reads; equal scans are equal text.

    The ``measure`` is one of the question's, as JSON; they differ in their limits and needs only.
    """

    calls: ibis.Schema
    labels: ibis.Schema | None
    measure: str
    limits: tuple[Decimal, ...]
    needs: tuple[Need, ...]
    plain: bool
    parts: tuple[str, ...]
    scope: counting.Scope
    windows: tuple[tuple[datetime, datetime], ...]


@dataclass(frozen=True, slots=True)
class Counting:
    """The translated queries of one scan; totals and confusion counts of all calls ("") and by part."""

    decided: Query | None
    cells: Query
    totals: Mapping[str, Query]
    confusion: Mapping[str, Query]

    def run(self, connection: duckdb.DuckDBPyConnection) -> dict[str, counting.Found]:
        """The rows of all calls and of each part."""
        if self.decided is not None:
            connection.execute(f"CREATE OR REPLACE TEMP TABLE decided AS {self.decided.sql}")
        connection.execute(f"CREATE OR REPLACE TEMP TABLE cells AS {self.cells.sql}")
        found: dict[str, counting.Found] = {
            part: (query.fetch(connection), self.confusion[part].fetch(connection) if part in self.confusion else [])
            for part, query in self.totals.items()
        }
        connection.execute("DROP TABLE cells")
        connection.execute("DROP TABLE IF EXISTS decided")
        return found


@lru_cache(maxsize=256)
def translated(scan: Scan) -> Counting:
    """The scan in the engine's own language."""
    measure = Measure.from_json(json.loads(scan.measure))
    question = counting.Question((measure,), (), scan.limits, scan.needs, scan.plain, scan.parts)
    calls, labels = ibis.table(scan.calls, name="calls"), None if scan.labels is None else ibis.table(scan.labels, name="labels")
    found = None
    if labels is not None:
        identity, facts = counting.identity_of(calls, labels), counting.facts_of(scan.needs)
        found = Query.of(counting.decided_labels(labels, measure, scan.scope, identity, facts=facts))
    decided = None if found is None else ibis.table(found.schema, name="decided")
    table = counting.labelled_calls(calls, labels, measure, scan.scope, needs=scan.needs, windows=scan.windows, decided=decided)
    cells = Query.of(counting.cells(table, question))
    stored = ibis.table(cells.schema, name="cells")
    every = ("", *scan.parts)
    return Counting(
        found,
        cells,
        {part: Query.of(counting.totals(stored, question, part)) for part in every},
        {part: Query.of(counting.confusion(stored, part)) for part in every if scan.plain},
    )


def scan_of(
    question: counting.Question, calls: ir.Table, labels: ir.Table | None, scope: counting.Scope, windows: counting.Windows
) -> Scan:
    """The scan that answers a question from the views' tables."""
    return Scan(
        calls=calls.schema(),
        labels=None if labels is None else labels.schema(),
        measure=json.dumps(replace(question.measures[0], component="", limit_ms=None, needs=()).as_json()),
        limits=question.limits,
        needs=question.needs,
        plain=question.plain,
        parts=question.parts,
        scope=scope,
        windows=tuple(windows),
    )
