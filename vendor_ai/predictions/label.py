"""The outcome of each call that counts, as engine-neutral expressions."""

from collections.abc import Sequence

import ibis
import ibis.expr.types as ir

from vendor_ai.domain.measure import Measure
from vendor_ai.predictions.call import column, component_of
from vendor_ai.predictions.scope import Scope

_SAID = ("actual", "actual_value", "correct")  # what outcomes can disagree about


def labels(
    outcomes: ir.Table, measure: Measure, scope: Scope, *, facts: frozenset[str] = frozenset(), decided: ir.Table | None = None
) -> ir.Table:
    """One outcome a prediction: the best ranked source, then the latest observation, then the last stored.

    ``contradicted`` says whether the outcomes of that rank disagree among themselves; ``source`` is there where ``facts`` names it. An
    engine that holds tables may compute ``decided_labels`` before and hand them in.
    """
    # Few predictions have several outcomes; putting all in order costs more than finding those few.
    chosen = decided_labels(outcomes, measure, scope, facts=facts) if decided is None else decided
    named = _ranked(outcomes, measure, scope, facts)
    alone = named.anti_join(chosen, _identity(named)).mutate(contradicted=ibis.literal(False))
    kept = _kept(named, facts)
    return alone.select(kept).union(chosen.select(kept))


def decided_labels(outcomes: ir.Table, measure: Measure, scope: Scope, *, facts: frozenset[str] = frozenset()) -> ir.Table:
    """The same for the predictions that have several outcomes."""
    named = _ranked(outcomes, measure, scope, facts)
    identity = _identity(named)
    several = named.group_by(identity).having(named.count() > 1).aggregate(outcomes=named.count()).drop("outcomes")
    contested = named.semi_join(several, identity)
    order = [ibis.asc("rank"), ibis.desc("observed_at", nulls_first=False), ibis.desc("sequence")]
    numbered = contested.mutate(
        place=ibis.row_number().over(group_by=identity, order_by=order),
        contradicted=_disagree(contested, identity, [name for name in _SAID if name in outcomes.columns]),
    )
    return numbered.filter(numbered.place == 0).select(_kept(named, facts))


def _identity(named: ir.Table) -> list[str]:
    return [*component_of(named), "prediction_id"]


def _kept(named: ir.Table, facts: frozenset[str]) -> list[str]:
    return [*_identity(named), *_SAID, "contradicted", *({"source"} & facts)]


def _ranked(outcomes: ir.Table, measure: Measure, scope: Scope, facts: frozenset[str]) -> ir.Table:
    """The outcomes of calls in the scope, each with the rank of its source."""
    table = outcomes.filter((outcomes.occurred_at >= scope.start) & (outcomes.occurred_at < scope.end))
    source = column(table, "source", "string").fill_null("")
    ranks = [(source == name, ibis.literal(position, "int64")) for position, name in enumerate(measure.label_sources)]
    rank = ibis.cases(*ranks, else_=ibis.literal(len(ranks), "int64")) if ranks else ibis.literal(0, "int64")
    return table.select(
        **component_of(table),
        prediction_id=table.prediction_id,
        actual=column(table, "actual", "string"),
        actual_value=column(table, "actual_value", "float64"),
        correct=column(table, "correct", "boolean"),
        observed_at=column(table, "observed_at", "timestamp('UTC')"),
        sequence=table.sequence,
        rank=rank,
        **({"source": column(table, "source", "string")} if "source" in facts else {}),
    )


def _disagree(named: ir.Table, identity: Sequence[str], said: Sequence[str]) -> ir.Value:
    """Whether outcomes of one rank say different things about a call; what one of them leaves open is no contradiction."""
    alike = ibis.window(group_by=[*identity, "rank"])
    agreed: ir.Value = ibis.literal(True)
    for name in said:
        value = named[name].cast("int64") if name == "correct" else named[name]
        agreed = agreed & (value.min().over(alike) == value.max().over(alike)).fill_null(True)
    return ~agreed
