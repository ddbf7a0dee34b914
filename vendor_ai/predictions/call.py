"""The calls a measure covers and what each counts as, as engine-neutral expressions."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import NamedTuple, TypeAlias

import ibis
import ibis.expr.operations as ops
import ibis.expr.types as ir

from vendor_ai.domain.measure import Measure
from vendor_ai.domain.need import Call, Need
from vendor_ai.predictions.schema import CALL
from vendor_ai.predictions.scope import Scope, local_day

MINUTE_FACTS = frozenset({"opens_minute", "minute_answered"})
COMPONENT = "component"  # a number, where one scan reads several components
GROUP, BUCKET = "group", "bucket"  # columns: the value compared, and the bucket of the cluster
TRAFFIC, SHADOW = "segment.traffic", "shadow"  # calls of a vendor's new version that only watches
_DIGITS = "0123456789abcdef"
_FACT_TYPES = {
    **dict.fromkeys(("counted", "answered", "predicted", "labelled", "hit", "timed", "valued"), "boolean"),
    **dict.fromkeys(("opens_minute", "minute_answered"), "boolean"),
    **dict.fromkeys(("status", "prediction", "actual", "source"), "string"),
    **dict.fromkeys(("prediction_value", "actual_value", "confidence", "latency_ms", "cost"), "float64"),
    **dict.fromkeys(("input_tokens", "output_tokens"), "int64"),
}
_LOGGED = {"confidence": "float64", "cost": "float64", "input_tokens": "int64", "output_tokens": "int64"}  # taken as they are


class Window(NamedTuple):
    """Announced maintenance ``[starts_at, ends_at)``: a call that starts in it counts for nobody."""

    starts_at: datetime
    ends_at: datetime


Windows: TypeAlias = Sequence[tuple[datetime, datetime]]


def facts_of(needs: Iterable[Need]) -> frozenset[str]:
    """The columns of a call that some needs read."""
    call: Call = ibis.table(_FACT_TYPES, name="call")
    parts = [part for need in needs for part in (need.where(call), *([need.amount(call)] if need.amount is not None else []))]
    return frozenset(field.name for part in parts for field in part.op().find(ops.Field))


def column(table: ir.Table, name: str, type_name: str) -> ir.Value:
    """A column that may be missing, then null."""
    return table[name] if name in table.columns else ibis.null(type_name)


def component_of(table: ir.Table) -> dict[str, ir.Value]:
    """The column that tells components apart, where one scan reads several."""
    return {COMPONENT: table[COMPONENT]} if COMPONENT in table.columns else {}


def identity_of(predictions: ir.Table, outcomes: ir.Table) -> list[str]:
    """The columns that name a prediction in both tables: by number where both have it, else by text."""
    return [*component_of(predictions), CALL if CALL in predictions.columns and CALL in outcomes.columns else "prediction_id"]


def calls(
    predictions: ir.Table,
    measure: Measure,
    scope: Scope,
    *,
    facts: frozenset[str] = frozenset(),
    windows: Windows = (),
    shadow: bool = False,
) -> ir.Table:
    """The calls a measure covers, each with its local day and what it counts as.

    Args:
        predictions: The component's calls.
        measure: What is counted; its limit and needs play no part here.
        scope: The days.
        facts: Further columns of a call that are wanted (see ``vendor_ai.domain.need.Call``).
        windows: Announced maintenance.
        shadow: Count the calls of a version that only watches as well; figures of contracts never do.
    """
    table = predictions.filter((predictions.occurred_at >= scope.start) & (predictions.occurred_at < scope.end))
    for name, values in measure.where.items():
        table = table.filter(column(table, name, "string").isin(list(values)))
    chosen = table.select(**_facts(table, measure, scope, _excluded(table, windows, shadow=shadow), facts))
    if not scope.contiguous:
        chosen = chosen.filter(chosen.day.isin(list(scope.days)))
    return _with_minutes(chosen).drop("occurred_at") if facts & MINUTE_FACTS else chosen


def _facts(table: ir.Table, measure: Measure, scope: Scope, excluded: ir.Value, facts: frozenset[str]) -> dict[str, ir.Value]:
    status, counted = table.status, excluded.isnull()
    latency = column(table, "latency_ms", "float64")
    prediction, number = column(table, "prediction", "string"), column(table, "prediction_value", "float64")
    found = {
        **component_of(table),
        "prediction_id": table.prediction_id,
        **({CALL: table[CALL]} if CALL in table.columns else {}),
        "day": local_day(table, scope),
        "version": column(table, "model_version", "string").fill_null(""),
        "fraction": column(table, "sampling_fraction", "float64").cast("string").fill_null(""),
        "status": status,
        "excluded": excluded,
        "prediction": prediction,
        "prediction_value": number,
        "latency_ms": latency,
        "counted": counted,
        "answered": counted & (status == "ok"),
        "predicted": counted & (status == "ok") & (prediction.notnull() | number.notnull()),
        "timed": counted & (((status == "ok") & latency.notnull()) | (status == "timeout")),
    }
    if measure.group_by:
        found[GROUP] = column(table, measure.group_by, "string").cast("string")
    if measure.cluster_key:
        found[BUCKET] = _bucket(column(table, measure.cluster_key, "string").cast("string"))
    found |= {name: column(table, name, _LOGGED[name]) for name in sorted(facts & _LOGGED.keys())}
    return found | ({"occurred_at": table.occurred_at} if facts & MINUTE_FACTS else {})


def _excluded(table: ir.Table, windows: Windows, *, shadow: bool) -> ir.Value:
    """Why a call counts for nobody; null where it counts."""
    status, at = table.status, table.occurred_at
    fault = column(table, "fault", "string").fill_null("")
    watching = [] if shadow or TRAFFIC not in table.columns else [((table[TRAFFIC] == SHADOW).fill_null(False), ibis.literal(SHADOW))]
    maintained = [((at >= starts_at) & (at < ends_at), ibis.literal("maintenance")) for starts_at, ends_at in windows]
    return ibis.cases(
        (status == "cancelled", "cancelled"),
        *watching,
        *maintained,
        (fault == "customer", "customer_fault"),
        (status.isin(["client_error", "rate_limited"]) & (fault != "vendor"), status),
        else_=ibis.null("string"),
    )


def _bucket(text: ir.Value) -> ir.Value:
    """One of 64 buckets, the first six bits of the MD5; every engine agrees on them."""
    digest = text.hexdigest("md5")
    first, second = (ibis.literal(_DIGITS).find(digest.substr(place, 1)) for place in (0, 1))
    return (first * 4 + (second / 4).floor()).cast("int64")


def _with_minutes(table: ir.Table) -> ir.Table:
    """Each call with whether it is the first counted one of its minute, and whether that minute holds an answered one."""
    # A local day need not begin with a UTC minute in every zone there was; with the day in it, a day's figures rest on its own rows.
    minute = [*component_of(table).values(), table.day, table.occurred_at.truncate("minute")]
    order = [table.counted.cast("int64").desc(), table.occurred_at.asc(), table.prediction_id.asc()]
    return table.mutate(
        opens_minute=table.counted & (ibis.row_number().over(group_by=minute, order_by=order) == 0),
        minute_answered=table.answered.cast("int64").max().over(group_by=minute) == 1,
    )
