"""Daily counters as engine-neutral expressions: a pure function of a day's rows."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from decimal import Decimal
from typing import Any

import ibis
import ibis.expr.types as ir

from vendor_ai.domain.measure import Counts, DayCounts, Measure
from vendor_ai.domain.need import FIXED_POINT, Need, usable
from vendor_ai.predictions.call import BUCKET, COMPONENT, GROUP, Window, Windows, calls, component_of, facts_of, identity_of
from vendor_ai.predictions.label import decided_labels, labels
from vendor_ai.predictions.scope import EPOCH, Scope, offset_changes

__all__ = [
    "BUCKET",
    "COMPONENT",
    "EXCLUSIONS",
    "FAILURES",
    "GROUP",
    "Question",
    "Scope",
    "Window",
    "Windows",
    "assemble",
    "calls",
    "cells",
    "confusion",
    "decided_labels",
    "facts_of",
    "identity_of",
    "labelled_calls",
    "labels",
    "offset_changes",
    "questions",
    "totals",
]

FAILURES = ("error", "timeout", "rate_limited", "client_error")
EXCLUSIONS = ("cancelled", "customer_fault", "client_error", "rate_limited", "maintenance", "shadow")
_KEYS = ("day", "version", "fraction")
_PLAIN = ("attempted", "answered", "predicted", "labelled", "correct", "timed", "contradicted")
_Place = tuple[int, int, str, str]  # component, day, version, sampling fraction
Row = Mapping[str, Any]
Cells = Mapping[tuple[str, str], int]
Nested = Mapping[str, Counts]
Found = tuple[Sequence[Row], Sequence[Row]]  # the rows of totals and of confusion


@dataclass(frozen=True, slots=True)
class Question:
    """Measures that one scan answers: they differ in their limits and needs only.

    Attributes:
        measures: At least one.
        components: The components they belong to, in the order in which a scan of several numbers them.
        limits: Their latency limits, ascending.
        needs: What their metrics need, by name; a name no metric knows any more is left out.
        plain: Whether one of them has no limit, so that confusion counts are wanted.
        parts: The columns whose values are counted apart as well (``GROUP``, ``BUCKET``).
    """

    measures: tuple[Measure, ...]
    components: tuple[str, ...]
    limits: tuple[Decimal, ...]
    needs: tuple[Need, ...]
    plain: bool
    parts: tuple[str, ...]

    @classmethod
    def of(cls, measures: Sequence[Measure], needs: Mapping[str, Need]) -> "Question":
        """The question of measures that are alike."""
        named = sorted({name for measure in measures for name in measure.needs} & needs.keys())
        return cls(
            measures=tuple(measures),
            components=tuple(sorted({measure.component for measure in measures})),
            limits=tuple(sorted({measure.limit_ms for measure in measures if measure.limit_ms is not None})),
            needs=tuple(needs[name] for name in named),
            plain=any(measure.limit_ms is None for measure in measures),
            parts=tuple(part for part, name in ((GROUP, measures[0].group_by), (BUCKET, measures[0].cluster_key)) if name),
        )


def questions(measures: Iterable[Measure], needs: Mapping[str, Need]) -> list[Question]:
    """Measures, perhaps of several components, in as few scans as they take."""
    alike: dict[str, list[Measure]] = {}
    for measure in measures:
        common = replace(measure, component="", limit_ms=None, needs=())
        alike.setdefault(common.key, []).append(measure)
    return [Question.of(found, needs) for found in alike.values()]


def labelled_calls(
    predictions: ir.Table,
    outcomes: ir.Table | None,
    measure: Measure,
    scope: Scope,
    *,
    needs: Sequence[Need] = (),
    facts: frozenset[str] = frozenset(),
    windows: Windows = (),
    shadow: bool = False,
    decided: ir.Table | None = None,
) -> ir.Table:
    """Calls beside their outcome, with the facts that ``needs`` read and others asked for; ``hit`` is null where nothing says.

    An engine that holds tables may compute ``decided_labels`` before and hand them in.
    """
    facts |= facts_of(needs)
    table = calls(predictions, measure, scope, facts=facts, windows=windows, shadow=shadow)
    if outcomes is None:
        missing = {"actual": "string", "actual_value": "float64", "correct": "boolean", "contradicted": "boolean", "source": "string"}
        joined = table.mutate(**{name: ibis.null(type_name) for name, type_name in missing.items()})
    else:
        identity = identity_of(predictions, outcomes)
        found = labels(outcomes, measure, scope, identity, facts=facts, decided=decided)
        joined = table.left_join(found, identity, rname="label_{name}")
    compared = ibis.cases(
        (joined.actual.notnull() & joined.prediction.notnull(), joined.prediction == joined.actual),
        (
            joined.actual.isnull() & joined.prediction.isnull() & joined.prediction_value.notnull() & joined.actual_value.notnull(),
            joined.prediction_value == joined.actual_value,
        ),
        else_=joined.correct,
    )
    judged = joined.mutate(
        hit=ibis.ifelse(joined.predicted, compared, ibis.null("boolean")),
        valued=joined.answered & joined.prediction_value.notnull() & joined.actual_value.notnull(),
    )
    return judged.mutate(labelled=judged.hit.notnull())


def _keys(table: ir.Table, part: str = "") -> list[str]:
    return [*component_of(table), *_KEYS, *([part] if part else [])]


def cells(table: ir.Table, question: Question) -> ir.Table:
    """Labelled calls that are alike in everything that is counted, as one row with their number: what every count adds up from.

    ``above_I`` belongs to ``question.limits[I]`` and ``need_I`` to ``question.needs[I]``.
    """
    compared = table.labelled & table.actual.notnull() & table.prediction.notnull()
    alike: dict[str, ir.Value] = {
        name: table[name] for name in (*_keys(table), *question.parts, "status", "excluded", "predicted", "timed")
    }
    alike["hit"] = table.hit
    alike["contradicted"] = (table.labelled & table.contradicted).fill_null(False)
    for name in ("actual", "prediction"):
        alike[name] = ibis.ifelse(compared, table[name], ibis.null("string")) if question.plain else ibis.null("string")
    for index, limit in enumerate(question.limits):
        alike[f"above_{index}"] = table.timed & (table.latency_ms > float(limit)).fill_null(False)
    amounts = {f"need_{index}": _needed(table, need) for index, need in enumerate(question.needs)}
    chosen = table.select(**alike, **amounts)
    sums = {name: chosen[name].sum() for name in amounts}
    return chosen.group_by(list(alike)).aggregate(calls=chosen.count(), **sums)


def _needed(table: ir.Table, need: Need) -> ir.Value:
    """What each call adds to a need: one, or its amount in units of 1e-6."""
    call: Any = table
    wanted = need.where(call)
    if need.amount is None:
        return wanted.fill_null(False).cast("int64")
    amount = need.amount(call).cast("float64")
    # Zero adds nothing; what is too large must not reach the cast, whatever an engine computes first.
    kept = ibis.ifelse((wanted & usable(amount)).fill_null(False), amount, ibis.literal(0.0))
    return (kept * FIXED_POINT + 0.5).floor().cast("int64").cast("decimal(38, 0)")


def totals(table: ir.Table, question: Question, part: str = "") -> ir.Table:
    """Cells added up: one row a day, version and sampling fraction, with every plain count.

    With ``part`` (``GROUP`` or ``BUCKET``) one row for each of its values as well, and none for calls without one.
    """
    table = table.filter(table[part].notnull()) if part else table
    excluded, counted = table.excluded, table.excluded.isnull()

    def number(condition: ir.Value) -> ir.Value:
        return ibis.ifelse(condition.fill_null(False), table.calls, 0).sum()

    sums: dict[str, ir.Value] = {
        "attempted": table.calls.sum(),
        "answered": number(counted & (table.status == "ok")),
        "predicted": number(table.predicted),
        "labelled": number(table.hit.notnull()),
        "correct": number(table.hit),
        "timed": number(table.timed),
        "contradicted": number(table.contradicted),
    }
    sums |= {f"failed_{name}": number(counted & (table.status == name)) for name in FAILURES}
    sums |= {f"excluded_{name}": number(excluded == name) for name in EXCLUSIONS}
    for index in range(len(question.limits)):
        above = table[f"above_{index}"]
        sums[f"above_{index}"] = number(above)
        sums[f"undecided_{index}"] = number(table.timed & (table.status == "timeout") & ~above)
    sums |= {name: table[name].sum() for name in (f"need_{index}" for index in range(len(question.needs)))}
    return table.group_by(_keys(table, part)).aggregate(**sums)


def confusion(table: ir.Table, part: str = "") -> ir.Table:
    """Cells added up by actual and predicted label, where both are known, and by ``part`` where one is named."""
    known = table.filter(table.actual.notnull() & (table[part].notnull() if part else True))
    return known.group_by([*_keys(table, part), "actual", "prediction"]).aggregate(cell=known.calls.sum())


def assemble(found: Mapping[str, Found], question: Question) -> dict[str, list[DayCounts]]:
    """Counters of every measure, by its key, from the rows of ``totals`` and ``confusion``: of all calls (""), and of each part."""
    compared = {part: _compared(rows[1], part) for part, rows in found.items()}
    split = {part: _split(found[part][0], part) for part in question.parts}
    result: dict[str, list[DayCounts]] = {measure.key: [] for measure in question.measures}
    kept = [
        [_Kept.of(measure, question, result) for measure in question.measures if measure.component == ref] for ref in question.components
    ]
    for row in sorted(found[""][0], key=_place):
        place = _place(row)
        day = (EPOCH + timedelta(days=row["day"])).isoformat()
        for measure in kept[place[0]]:
            nested = {
                part: {value: measure.counts(inner, compared[part].get((*place, value), {})) for value, inner in split[part].get(place, ())}
                for part in question.parts
            }
            counts = measure.counts(row, compared[""].get((*place, None), {}), nested.get(GROUP), nested.get(BUCKET))
            measure.entries.append(DayCounts(day, row["version"], row["fraction"], counts))
    return result


@dataclass(frozen=True, slots=True)
class _Kept:
    """What one measure keeps of a row."""

    entries: list[DayCounts]
    limit: int | None
    needs: tuple[tuple[str, str], ...]

    @classmethod
    def of(cls, measure: Measure, question: Question, result: Mapping[str, list[DayCounts]]) -> "_Kept":
        limit = None if measure.limit_ms is None else question.limits.index(measure.limit_ms)
        needs = tuple((f"need_{index}", need.name) for index, need in enumerate(question.needs) if need.name in measure.needs)
        return cls(result[measure.key], limit, needs)

    def counts(self, row: Row, compared: Cells, groups: Nested | None = None, clusters: Nested | None = None) -> Counts:
        above, undecided = (0, 0) if self.limit is None else (row[f"above_{self.limit}"], row[f"undecided_{self.limit}"])
        return Counts(
            **{name: row[name] for name in _PLAIN},
            failed={name: row[f"failed_{name}"] for name in FAILURES if row[f"failed_{name}"]},
            excluded={name: row[f"excluded_{name}"] for name in EXCLUSIONS if row[f"excluded_{name}"]},
            confusion=compared if self.limit is None else {},
            above=above,
            undecided=undecided,
            sums={name: int(row[column]) for column, name in self.needs if row[column]},
            groups=groups or {},
            clusters=clusters or {},
        )


def _place(row: Row) -> _Place:
    return row.get(COMPONENT, 0), row["day"], row["version"], row["fraction"]


def _compared(rows: Sequence[Row], part: str) -> dict[tuple[int, int, str, str, str | None], dict[tuple[str, str], int]]:
    found: dict[tuple[int, int, str, str, str | None], dict[tuple[str, str], int]] = {}
    for row in rows:
        place = (*_place(row), str(row[part]) if part else None)
        found.setdefault(place, {})[row["actual"], row["prediction"]] = row["cell"]
    return found


def _split(rows: Sequence[Row], part: str) -> dict[_Place, list[tuple[str, Row]]]:
    found: dict[_Place, list[tuple[str, Row]]] = {}
    for row in rows:
        found.setdefault(_place(row), []).append((str(row[part]), row))
    return found
