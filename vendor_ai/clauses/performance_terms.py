"""The terms of a performance clause as people write them."""

from collections.abc import Mapping
from decimal import Decimal
from fractions import Fraction
from typing import Any

from vendor_ai.clauses.performance_option import read_bound, read_cluster, read_groups, read_labels
from vendor_ai.domain.clause import Surroundings
from vendor_ai.domain.contract import (
    Credit,
    CreditTier,
    InsufficientPeriod,
    Performance,
    Rule,
    Tolerance,
    ToleranceKind,
    ToleranceMeaning,
)
from vendor_ai.domain.metric import Metric
from vendor_ai.domain.prediction import SEGMENT_PREFIX
from vendor_ai.domain.term import Mistake, TermReader, suggestion
from vendor_ai.kit.number import fraction_text
from vendor_ai.kit.period import PeriodLength

_TOLERANCE_SHAPE = '{amount: "0.02", kind: absolute, meaning: allowance}'
_CREDIT_SHAPE = '{percent_of_monthly_fee: "5"}'


def read_performance(reader: TermReader, surroundings: Surroundings) -> Performance:
    """Return the terms; what is wrong with them goes to ``reader``."""
    key, metric = _read_metric(reader, surroundings.metrics)
    average, positive = read_labels(reader, metric)
    definitions = surroundings.definitions
    agreed = None if definitions.get("completeness") is None else Decimal(definitions["completeness"])
    at_least, at_most = _read_threshold(reader, metric)
    by, minimum_group = read_groups(reader, metric)
    freeze_days, claim_days = _read_deadlines(reader, definitions)
    terms = Performance(
        metric=key,
        at_least=at_least,
        at_most=at_most,
        period=reader.choice("period", PeriodLength, PeriodLength.QUARTER, required=True),
        tolerance=_read_tolerance(reader, metric),
        minimum_sample=reader.whole("minimum_sample", 100, at_least=1),
        rule=reader.choice("rule", Rule, Rule.POINT),
        persistence=reader.whole("persistence", 1, at_least=1, at_most=120),
        insufficient_period=reader.choice("insufficient_period", InsufficientPeriod, InsufficientPeriod.BREAKS),
        credit=_read_credit(reader, surroundings),
        where=_read_where(reader),
        average=average,
        positive=positive,
        label_sources=reader.texts("label_sources"),
        freeze_days=freeze_days,
        maturity_days=reader.whole("maturity_days", 0, at_most=3650),
        completeness=reader.number("completeness", agreed, low="0", high="1"),
        bound_ms=read_bound(reader, metric),
        by=by,
        minimum_group=minimum_group,
        cluster=read_cluster(reader, metric),
        claim_days=claim_days,
    )
    _check_limit(reader, terms, metric)
    return terms


def _read_metric(reader: TermReader, metrics: Mapping[str, Metric] | None) -> tuple[str, Metric | None]:
    key = reader.text("metric", required=True)
    if metrics is None or not key:
        return key, None
    if key not in metrics:
        near = suggestion(key, metrics)
        reader.wrong("metric", f"{key!r} is not a metric.{near or ' There are ' + ', '.join(sorted(metrics)) + '.'}")
    return key, metrics.get(key)


def _read_threshold(reader: TermReader, metric: Metric | None) -> tuple[Decimal | None, Decimal | None]:
    """Exactly one of ``at_least`` and ``at_most``, in the metric's direction and range."""
    right = None if metric is None else "at_least" if metric.better == "higher" else "at_most"
    given = [name for name in ("at_least", "at_most") if reader.has(name)]
    if not given:
        reader.wrong(right or "at_least", f"is missing: write {f'the {right}' if right else 'at_least or at_most'} that was promised.")
    elif len(given) == 2:
        reader.wrong("at_most", "stands beside 'at_least'; a clause has one threshold. Make two clauses of it, or remove one.")
    elif metric is not None and given != [right]:
        better = "the more the better" if right == "at_least" else "the less the better"
        reader.wrong(given[0], f"is the wrong direction: for {metric.key} it is {better}, so write {right}.")
    share = metric is not None and metric.unit == "share"
    advice = " A share of 85 % is written 0.85." if share else ""
    low = "" if metric is not None and _below_zero(metric) else "0"
    found = {name: reader.number(name, None, low=low, high="1" if share else "", advice=advice) for name in ("at_least", "at_most")}
    return found["at_least"], found["at_most"]


def _below_zero(metric: Metric) -> bool:
    """Whether the figure can be negative, as a number can of which more is better."""
    return metric.unit == "number" and metric.better == "higher"


def _read_tolerance(reader: TermReader, metric: Metric | None) -> Tolerance | None:
    part = reader.part("tolerance", shape=_TOLERANCE_SHAPE)
    if part is None:
        return None
    kind = part.choice("kind", ToleranceKind, ToleranceKind.ABSOLUTE, required=True)
    share = kind is ToleranceKind.RELATIVE or (metric is not None and metric.unit == "share")
    advice = " Two points are written 0.02." if share else ""
    amount = part.number("amount", Decimal(0), low="0", high="1" if share else "", advice=advice, required=True)
    meaning = part.choice("meaning", ToleranceMeaning, ToleranceMeaning.ALLOWANCE, required=True)
    part.finish()
    return Tolerance(amount, kind, meaning)


def _read_deadlines(reader: TermReader, definitions: Mapping[str, Any]) -> tuple[int, int | None]:
    """Days until the labels freeze, and days to claim; claiming must still be possible once the labels are final."""
    freeze_days = reader.whole("freeze_days", int(definitions.get("label_freeze_days", 30)), at_most=3650)
    agreed: int | None = definitions.get("claim_days")
    claim_days = reader.whole("claim_days", agreed, at_most=3650)
    given = [name for name in ("claim_days", "freeze_days") if reader.has(name)]
    if given and claim_days is not None and freeze_days > claim_days:
        reader.wrong(given[0], freeze_after_claim(freeze_days, claim_days))
    return freeze_days, claim_days


def freeze_after_claim(freeze_days: int, claim_days: int) -> str:
    """What to say when the labels freeze after the last day to claim."""
    return (
        f"lets the labels freeze {freeze_days} days after the period, when the {claim_days} days to claim are over. "
        "Freeze earlier or agree a later deadline."
    )


def _read_where(reader: TermReader) -> Mapping[str, tuple[str, ...]]:
    part = reader.part("where", shape="{segment.region: EU}")
    if part is None:
        return {}
    found: dict[str, tuple[str, ...]] = {}
    for name, value in part.data.items():
        if name == "model_version" or (name.startswith(SEGMENT_PREFIX) and name != SEGMENT_PREFIX):
            found[name] = part.texts(name) if isinstance(value, list | tuple) else (part.text(name),)
        else:
            part.wrong(name, f"cannot be filtered by; write model_version or {SEGMENT_PREFIX}NAME.")
    return found


def _read_credit(reader: TermReader, surroundings: Surroundings) -> Credit | None:
    part = reader.part("credit", shape=_CREDIT_SHAPE)
    if part is None:
        return None
    if not surroundings.has_monthly_fee:
        reader.wrong("credit", "is a percentage of the monthly fee, but the contract names no monthly_fee. Add it at the top.")
    tiered = part.has("tiers")
    flat = part.number("percent_of_monthly_fee", Decimal(0), low="0", high="100", required=not tiered)
    if tiered and part.has("percent_of_monthly_fee"):
        part.wrong("percent_of_monthly_fee", "stands beside 'tiers'; a credit has one of the two.")
    months = part.whole("months", 1, at_least=1, at_most=120)
    tiers = _read_tiers(part) if tiered else ()
    part.finish()
    return Credit(flat, months, tiers)


def _read_tiers(credit: TermReader) -> tuple[CreditTier, ...]:
    """Tiers in ascending order; each empty one is a mistake here, gaps and overlaps are found against the limit later."""
    tiers = []
    for part in credit.parts("tiers"):
        percent = part.number("percent", Decimal(0), low="0", high="100", required=True)
        tier = CreditTier(part.number("at_least", None), part.number("below", None), percent)
        if tier.at_least is not None and tier.below is not None and tier.at_least >= tier.below:
            part.wrong("below", f"{tier.below} is not above at_least ({tier.at_least}); no value lies in this tier.")
        part.finish()
        tiers.append(tier)
    return tuple(sorted(tiers, key=lambda tier: (tier.at_least is not None, tier.at_least or Decimal(0))))


def tier_faults(tiers: tuple[CreditTier, ...], limit: Fraction, *, is_floor: bool) -> list[str]:
    """Say which missed values lie in no tier, and which in two.

    Args:
        tiers: In ascending order.
        limit: Values below it (floor) or above it (ceiling) are misses.
        is_floor: Whether the clause says ``at_least``.
    """
    faults = []
    first = tiers[0]
    if is_floor and first.at_least:
        faults.append(f"leave a gap: values below {first.at_least} lie in no tier.")
    if not is_floor and first.at_least is not None and first.at_least > limit:
        faults.append(f"leave a gap: missed values from {fraction_text(limit)} to {first.at_least} lie in no tier.")
    reach = first.below
    for tier in tiers[1:]:
        if reach is None or tier.at_least is None or tier.at_least < reach:
            faults.append(f"overlap: the tier from {tier.at_least or 'the lowest value'} begins before the one below it ends.")
        elif tier.at_least > reach:
            faults.append(f"leave a gap: values from {reach} to {tier.at_least} lie in no tier.")
        reach = None if reach is None or tier.below is None else max(reach, tier.below)
    if is_floor and reach is not None and reach < limit:
        faults.append(f"leave a gap: missed values from {reach} to {fraction_text(limit)} lie in no tier.")
    if not is_floor and reach is not None:
        faults.append(f"leave a gap: values from {reach} up lie in no tier.")
    return faults


def _check_limit(reader: TermReader, terms: Performance, metric: Metric | None) -> None:
    """The limit must be one that can be missed, and every missed value must have its credit tier."""
    if (terms.at_least is None) == (terms.at_most is None) or reader.faulty("metric", "at_least", "at_most", "tolerance"):
        return
    floored = metric is None or not _below_zero(metric)
    never_missed = floored and terms.limit <= 0 if terms.is_floor else metric is not None and metric.unit == "share" and terms.limit >= 1
    if never_missed:
        name = "tolerance" if terms.tolerance is not None else "at_least" if terms.is_floor else "at_most"
        reader.wrong(name, f"puts the limit at {fraction_text(terms.limit)}, which no value can miss.")
    if terms.credit is not None and terms.credit.tiers and not reader.faulty("credit"):
        for fault in tier_faults(terms.credit.tiers, terms.limit, is_floor=terms.is_floor):
            reader.mistakes.append(Mistake((*reader.path, "credit", "tiers"), fault))
