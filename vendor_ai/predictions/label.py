"""The outcome of each call that counts, as engine-neutral expressions."""

from collections.abc import Sequence

import ibis
import ibis.expr.types as ir

from vendor_ai.domain.measure import HUMAN_DECISION, MODERATION, Measure
from vendor_ai.predictions.call import column
from vendor_ai.predictions.schema import AGAIN
from vendor_ai.predictions.scope import Scope

_SAID = ("actual", "actual_value", "correct")  # what outcomes can disagree about


def labels(
    outcomes: ir.Table,
    measure: Measure,
    scope: Scope,
    identity: Sequence[str],
    *,
    facts: frozenset[str] = frozenset(),
    decided: ir.Table | None = None,
) -> ir.Table:
    """One outcome a prediction: the best ranked source, then the latest observation, then the last stored.

    ``contradicted`` says whether the outcomes of that rank disagree among themselves; ``source`` is there where ``facts`` names it. An
    engine that holds tables may compute ``decided_labels`` before and hand them in. ``identity`` names the columns that name a prediction.
    """
    # Few predictions have several outcomes; putting all in order costs more than finding those few.
    chosen = decided_labels(outcomes, measure, scope, identity, facts=facts) if decided is None else decided
    alone = _ranked(outcomes, measure, scope, identity, facts).anti_join(chosen, identity).mutate(contradicted=ibis.literal(False))
    kept = _kept(identity, facts)
    return alone.select(kept).union(chosen.select(kept))


def decided_labels(
    outcomes: ir.Table, measure: Measure, scope: Scope, identity: Sequence[str], *, facts: frozenset[str] = frozenset()
) -> ir.Table:
    """The same for the predictions that have several outcomes, and perhaps for some that have one."""
    named = _ranked(outcomes, measure, scope, identity, facts)
    contested = named.semi_join(_repeated(outcomes, scope, named, identity), identity)
    order = [ibis.asc("rank"), ibis.desc("observed_at", nulls_first=False), ibis.desc("sequence")]
    numbered = contested.mutate(
        place=ibis.row_number().over(group_by=identity, order_by=order),
        contradicted=_disagree(contested, identity, [name for name in _SAID if name in outcomes.columns]),
    )
    return numbered.filter(numbered.place == 0).select(_kept(identity, facts))


def _repeated(outcomes: ir.Table, scope: Scope, named: ir.Table, identity: Sequence[str]) -> ir.Table:
    """Predictions with several outcomes: those of which folding says that one came before, else those that are found twice."""
    if AGAIN not in outcomes.columns:
        return named.group_by(identity).having(named.count() > 1).aggregate(outcomes=named.count()).drop("outcomes")
    # Files from before the column was written say nothing of it: then every outcome is looked at.
    placed = outcomes.filter(outcomes[AGAIN].fill_null(True), outcomes.occurred_at >= scope.start, outcomes.occurred_at < scope.end)
    return placed.select(*identity).distinct()


def _kept(identity: Sequence[str], facts: frozenset[str]) -> list[str]:
    return [*identity, *_SAID, "contradicted", *({"source"} & facts)]


def _ranked(outcomes: ir.Table, measure: Measure, scope: Scope, identity: Sequence[str], facts: frozenset[str]) -> ir.Table:
    """The outcomes of calls in the scope whose source counts, each with the rank of that source."""
    source = column(outcomes, "source", "string").fill_null("")
    counts = source.isin(measure.label_sources) if measure.label_sources else source.notin((HUMAN_DECISION, MODERATION))
    table = outcomes.filter((outcomes.occurred_at >= scope.start) & (outcomes.occurred_at < scope.end) & counts)
    source = column(table, "source", "string").fill_null("")
    ranks = [(source == name, ibis.literal(position, "int64")) for position, name in enumerate(measure.label_sources)]
    rank = ibis.cases(*ranks, else_=ibis.literal(len(ranks), "int64")) if ranks else ibis.literal(0, "int64")
    return table.select(
        **{name: table[name] for name in identity},
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
