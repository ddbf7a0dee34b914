"""Daily counters as engine-neutral expressions: a pure function of a day's rows."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from itertools import pairwise
from typing import Any
from zoneinfo import ZoneInfo

import ibis
import ibis.expr.types as ir

from vendor_ai.domain.measure import Counts, DayCounts, Measure
from vendor_ai.kit.period import local_midnight

FAILURES = ("error", "timeout", "rate_limited", "client_error")
EXCLUSIONS = ("cancelled", "customer_fault", "client_error", "rate_limited")
_EPOCH = date(1970, 1, 1)
_KEYS = ("day", "version", "fraction")


@dataclass(frozen=True, slots=True)
class Scope:
    """The local days to count, as instants and as whole days since 1970."""

    start: datetime
    end: datetime
    days: tuple[int, ...]
    time_zone: str

    @classmethod
    def of(cls, days: Sequence[date], time_zone: str) -> "Scope":
        """The scope of some local dates, at least one."""
        ordered = sorted(days)
        numbers = tuple((day - _EPOCH).days for day in ordered)
        return cls(local_midnight(ordered[0], time_zone), local_midnight(ordered[-1] + timedelta(days=1), time_zone), numbers, time_zone)

    @property
    def contiguous(self) -> bool:
        """Whether no day between the first and the last is left out."""
        return self.days[-1] - self.days[0] + 1 == len(self.days)


def offset_changes(scope: Scope) -> list[tuple[int, int]]:
    """The zone's offset from UTC over the scope as (from epoch second, offset in seconds), first entry first.

    Searched by halving whole days, so a change is found to the second.
    """
    zone = ZoneInfo(scope.time_zone)

    def offset(second: int) -> int:
        shift = datetime.fromtimestamp(second, UTC).astimezone(zone).utcoffset()
        assert shift is not None
        return int(shift.total_seconds())

    second, end = int(scope.start.timestamp()), int(scope.end.timestamp())
    changes = [(second, offset(second))]
    while second < end:
        step = min(second + 86_400, end)
        if offset(step) != changes[-1][1]:
            low, high = second, step
            while high - low > 1:
                middle = (low + high) // 2
                low, high = (middle, high) if offset(middle) == changes[-1][1] else (low, middle)
            changes.append((high, offset(high)))
            step = high
        second = step
    return changes


def _column(table: ir.Table, name: str, type_name: str) -> ir.Value:
    return table[name] if name in table.columns else ibis.null(type_name)


def _local_day(occurred_at: ir.Value, scope: Scope) -> ir.Value:
    # A difference in whole seconds is cut; an epoch may be rounded, and half a second before midnight is not the next day.
    seconds = occurred_at.cast("timestamp").delta(ibis.timestamp(_EPOCH.isoformat()), unit="second").cast("int64")
    changes = offset_changes(scope)
    last = ibis.literal(changes[-1][1], "int64")
    # One flat choice: a scope of decades has hundreds of changes, too many to nest.
    until = [(seconds < since, ibis.literal(offset, "int64")) for (_, offset), (since, _) in pairwise(changes)]
    shift: ir.Value = ibis.cases(*until, else_=last) if until else last
    return ((seconds + shift) // 86_400).cast("int64")


def calls(predictions: ir.Table, measure: Measure, scope: Scope) -> ir.Table:
    """The calls a measure covers, each with its local day and what it counts as."""
    table = predictions.filter((predictions.occurred_at >= scope.start) & (predictions.occurred_at < scope.end))
    for name, values in measure.where.items():
        table = table.filter(_column(table, name, "string").isin(list(values)))
    status = table.status
    fault = _column(table, "fault", "string").fill_null("")
    excluded = ibis.cases(
        (status == "cancelled", "cancelled"),
        (fault == "customer", "customer_fault"),
        (status.isin(["client_error", "rate_limited"]) & (fault != "vendor"), status),
        else_=ibis.null("string"),
    )
    latency = _column(table, "latency_ms", "float64")
    prediction = _column(table, "prediction", "string")
    counted = excluded.isnull()
    chosen = table.select(
        prediction_id=table.prediction_id,
        day=_local_day(table.occurred_at, scope),
        version=_column(table, "model_version", "string").fill_null(""),
        fraction=_column(table, "sampling_fraction", "float64").cast("string").fill_null(""),
        status=status,
        excluded=excluded,
        prediction=prediction,
        latency=latency,
        answered=counted & (status == "ok"),
        predicted=counted & (status == "ok") & (prediction.notnull() | _column(table, "prediction_value", "float64").notnull()),
        timed=counted & (((status == "ok") & latency.notnull()) | (status == "timeout")),
    )
    return chosen if scope.contiguous else chosen.filter(chosen.day.isin(list(scope.days)))


def labels(outcomes: ir.Table, measure: Measure, scope: Scope) -> ir.Table:
    """One outcome a prediction: the best ranked source, then the latest observation, then the last stored."""
    table = outcomes.filter((outcomes.occurred_at >= scope.start) & (outcomes.occurred_at < scope.end))
    source = _column(table, "source", "string").fill_null("")
    ranks = [(source == name, ibis.literal(position, "int64")) for position, name in enumerate(measure.label_sources)]
    rank = ibis.cases(*ranks, else_=ibis.literal(len(ranks), "int64")) if ranks else ibis.literal(0, "int64")
    named = table.select(
        prediction_id=table.prediction_id,
        actual=_column(table, "actual", "string"),
        correct=_column(table, "correct", "boolean"),
        observed_at=_column(table, "observed_at", "timestamp('UTC')"),
        sequence=table.sequence,
        rank=rank,
    )
    order = [named.rank.asc(), ibis.desc(named.observed_at, nulls_first=False), named.sequence.desc()]
    numbered = named.mutate(place=ibis.row_number().over(group_by=named.prediction_id, order_by=order))
    return numbered.filter(numbered.place == 0).select("prediction_id", "actual", "correct")


def labelled_calls(predictions: ir.Table, outcomes: ir.Table | None, measure: Measure, scope: Scope) -> ir.Table:
    """Calls beside their outcome; ``hit`` is null where there is none."""
    table = calls(predictions, measure, scope)
    if outcomes is None:
        return table.mutate(actual=ibis.null("string"), hit=ibis.null("boolean"))
    found = labels(outcomes, measure, scope)
    joined = table.left_join(found, "prediction_id", rname="label_{name}")
    judged = ibis.ifelse(joined.actual.notnull() & joined.prediction.notnull(), joined.prediction == joined.actual, joined.correct)
    return joined.mutate(hit=ibis.ifelse(joined.predicted, judged, ibis.null("boolean")))


def _sum(condition: ir.Value) -> ir.Value:
    return condition.fill_null(False).cast("int64").sum()


def totals(table: ir.Table, limits: Sequence[Decimal]) -> ir.Table:
    """One row a day, version and sampling fraction, with every plain count; ``above_I`` belongs to ``limits[I]``."""
    excluded = table.excluded
    sums: dict[str, ir.Value] = {
        "attempted": table.count(),
        "answered": _sum(table.answered),
        "predicted": _sum(table.predicted),
        "labelled": _sum(table.hit.notnull()),
        "correct": _sum(table.hit),
        "timed": _sum(table.timed),
    }
    for name in FAILURES:
        sums[f"failed_{name}"] = _sum(excluded.isnull() & (table.status == name))
    for name in EXCLUSIONS:
        sums[f"excluded_{name}"] = _sum(excluded == name)
    for index, limit in enumerate(limits):
        above = table.timed & (table.latency > float(limit)).fill_null(False)
        sums[f"above_{index}"] = _sum(above)
        sums[f"undecided_{index}"] = _sum(table.timed & (table.status == "timeout") & ~above)
    return table.group_by(list(_KEYS)).aggregate(**sums)


def confusion(table: ir.Table) -> ir.Table:
    """Labelled calls by day, version, fraction, actual and predicted label."""
    known = table.filter(table.hit.notnull() & table.actual.notnull() & table.prediction.notnull())
    return known.group_by([*_KEYS, "actual", "prediction"]).aggregate(cell=known.count())


def assemble(
    total_rows: Sequence[Mapping[str, Any]],
    confusion_rows: Sequence[Mapping[str, Any]],
    limits: Sequence[Decimal | None],
    names: Sequence[Decimal],
) -> dict[Decimal | None, list[DayCounts]]:
    """Counters for every wanted limit (None: without one) from the rows of ``totals`` and ``confusion``."""
    cells: dict[tuple[int, str, str], dict[tuple[str, str], int]] = {}
    for row in confusion_rows:
        cells.setdefault((row["day"], row["version"], row["fraction"]), {})[(row["actual"], row["prediction"])] = row["cell"]
    result: dict[Decimal | None, list[DayCounts]] = {limit: [] for limit in limits}
    for row in sorted(total_rows, key=lambda entry: tuple(entry[key] for key in _KEYS)):
        place = (row["day"], row["version"], row["fraction"])
        common: dict[str, Any] = {name: row[name] for name in ("attempted", "answered", "predicted", "labelled", "correct", "timed")}
        common["failed"] = {name: row[f"failed_{name}"] for name in FAILURES if row[f"failed_{name}"]}
        common["excluded"] = {name: row[f"excluded_{name}"] for name in EXCLUSIONS if row[f"excluded_{name}"]}
        day = (_EPOCH + timedelta(days=row["day"])).isoformat()
        for limit in limits:
            if limit is None:
                counts = Counts(confusion=cells.get(place, {}), **common)
            else:
                index = names.index(limit)
                counts = Counts(above=row[f"above_{index}"], undecided=row[f"undecided_{index}"], **common)
            result[limit].append(DayCounts(day, row["version"], row["fraction"], counts))
    return result
