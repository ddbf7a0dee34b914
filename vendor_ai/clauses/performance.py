"""A measured promise: accuracy, latency or uptime against a threshold, with persistence and service credits."""

from collections.abc import Sequence
from dataclasses import dataclass, fields
from decimal import Decimal
from fractions import Fraction

from vendor_ai.clauses.performance_terms import read_performance
from vendor_ai.domain.clause import ClauseKind, Example
from vendor_ai.domain.contract import Credit, InsufficientPeriod, Performance, Rule, Tolerance, ToleranceKind, ToleranceMeaning
from vendor_ai.domain.declared_term import TermLine, value_text
from vendor_ai.domain.verdict import Evidence, Measurement, Result
from vendor_ai.kit.money import Money
from vendor_ai.kit.number import fraction_text


@dataclass(frozen=True, slots=True)
class PastPeriod:
    """How a clause came out in one closed period."""

    result: Result
    violated: bool


def judge(terms: Performance, measurement: Measurement) -> tuple[Result, bool]:
    """Return the contract's own result over one period, and whether it breaks the clause.

    Args:
        terms: What was agreed.
        measurement: What was measured; its ``missed`` already compares the exact figure with ``terms.limit`` (equality is met).

    Returns:
        ``INSUFFICIENT_DATA`` below the minimum sample, without data, or less precise than a ``precision`` tolerance asks;
        a miss violates the clause, under ``rule: proven`` only with proof.
    """
    if measurement.minimum_base < terms.minimum_sample or measurement.missed is None or not precise_enough(terms, measurement):
        return Result.INSUFFICIENT_DATA, False
    if not measurement.missed:
        return Result.MET, False
    proven = measurement.evidence is Evidence.PROVEN_BREACH
    return Result.MISSED, terms.rule is Rule.POINT or proven


def precise_enough(terms: Performance, measurement: Measurement) -> bool:
    """Whether half the interval's width stays within a ``precision`` tolerance; an unbounded side never does."""
    tolerance = terms.tolerance
    if tolerance is None or tolerance.meaning is not ToleranceMeaning.PRECISION:
        return True
    low, high = measurement.interval
    if low is None or high is None:
        return False
    allowed = Fraction(tolerance.amount)
    if tolerance.kind is ToleranceKind.RELATIVE:
        allowed *= Fraction(terms.threshold)
    return Fraction(high) - Fraction(low) <= 2 * allowed


def run_length(history: Sequence[PastPeriod], terms: Performance) -> int:
    """Return how many consecutive periods up to the last were violated.

    Args:
        history: Closed periods without a hole, newest last; the period to be judged is the last one.
        terms: Says whether a period without enough data ends the run (``breaks``) or neither counts nor ends it (``bridges``).
    """
    run = 0
    for past in reversed(history):
        if past.violated:
            run += 1
        elif past.result is not Result.INSUFFICIENT_DATA or terms.insufficient_period is InsufficientPeriod.BREAKS:
            break
    return run


def is_persistent(terms: Performance, consecutive: int) -> bool:
    """Whether a run of violated periods is as long as the contract asks."""
    return consecutive >= terms.persistence


def credit_due(
    terms: Performance, *, violated: bool, consecutive: int, monthly_fee: Money | None, value: Fraction | float | None = None
) -> Money | None:
    """Return the credit for one violated clause, component and period, in whole smallest units.

    Args:
        terms: What was agreed.
        violated: Whether this period breaks the clause; a bridged or kept one earns nothing.
        consecutive: Length of the run that ends with this period.
        monthly_fee: One month's fee.
        value: The measured value, needed where the credit has tiers.

    Returns:
        percent x monthly fee x months; None where nothing was agreed, or the violation is not persistent yet.

    Raises:
        ValueError: When a tiered credit is asked without a value.
    """
    if terms.credit is None or monthly_fee is None or not violated or not is_persistent(terms, consecutive):
        return None
    return monthly_fee.times(credit_percent(terms.credit, value) * terms.credit.months / 100).rounded()


def credit_percent(credit: Credit, value: Fraction | float | None) -> Decimal:
    """The agreed percentage of the monthly fee, from the tier that holds ``value`` where there are tiers."""
    if not credit.tiers:
        return credit.percent_of_monthly_fee
    if value is None:
        raise ValueError("A credit with tiers needs the measured value.")
    return next((tier.percent for tier in credit.tiers if tier.holds(value)), Decimal(0))


def describe(terms: Performance) -> list[TermLine]:
    """The terms as lines; what equals the stated default is marked."""
    defaults = {field.name: field.default for field in fields(Performance)}
    bound = "at_least" if terms.is_floor else "at_most"
    lines = [
        TermLine("metric", terms.metric, False),
        TermLine(bound, str(terms.threshold), False),
        TermLine("tolerance", _tolerance_text(terms.tolerance, terms.rule), terms.tolerance is None),
        TermLine("limit", f"{'not below' if terms.is_floor else 'not above'} {fraction_text(terms.limit)}", False),
        TermLine("period", str(terms.period), False),
    ]
    for name in ("minimum_sample", "rule", "persistence", "insufficient_period"):
        value = getattr(terms, name)
        lines.append(TermLine(name, str(value), value == defaults[name]))
    lines.append(TermLine("credit", _credit_text(terms.credit), terms.credit is None))
    where = " and ".join(f"{name} is {' or '.join(values)}" for name, values in sorted(terms.where.items()))
    lines.append(TermLine("where", where or "every call", not terms.where))
    own = {name: getattr(terms, name) for name in ("average", "positive", "bound_ms", "by")}
    lines += [TermLine(name, str(value), False) for name, value in own.items() if value not in (None, "")]
    if terms.by:
        lines.append(TermLine("minimum_group", str(terms.minimum_group), terms.minimum_group == defaults["minimum_group"]))
    lines.append(TermLine("cluster", terms.cluster or "none agreed", not terms.cluster))
    every_source = "all but human_decision and moderation, alike"
    lines.append(TermLine("label_sources", ", ".join(terms.label_sources) or every_source, not terms.label_sources))
    for name in ("freeze_days", "maturity_days", "completeness", "claim_days"):
        value = getattr(terms, name)
        lines.append(TermLine(name, value_text(value), value == defaults[name]))
    return lines


def _tolerance_text(tolerance: Tolerance | None, rule: Rule) -> str:
    if tolerance is None:
        return "none agreed"
    text = f"{tolerance.amount} {tolerance.kind}, as {tolerance.meaning}"
    unused = tolerance.meaning is ToleranceMeaning.NOISE and rule is Rule.PROVEN
    return f"{text}; not applied, since a proven miss already allows for chance" if unused else text


def _credit_text(credit: Credit | None) -> str:
    if credit is None:
        return "none agreed"
    months = "one monthly fee" if credit.months == 1 else f"{credit.months} monthly fees"
    if not credit.tiers:
        return f"{credit.percent_of_monthly_fee} % of {months} per violated period, once persistent"
    tiers = ", ".join(
        f"{tier.percent} % from {tier.at_least or 'the lowest value'} to below {tier.below or 'any value'}" for tier in credit.tiers
    )
    return f"share of {months} per violated period, once persistent: {tiers}"


_FLOOR = {"metric": "accuracy", "at_least": "0.85", "period": "quarter"} | {
    "tolerance": {"amount": "0.02", "kind": "absolute", "meaning": "allowance"}
}


def _measured(correct: int, n: int, evidence: Evidence, *, missed: bool) -> Measurement:
    return Measurement(Fraction(correct, n), (None, None), n, n, {}, missed, None, None, evidence)


# 840 and 511 of 1,000: one model's March and June versions on the same questions. Source: Chen, Zaharia & Zou (2023), LLMDrift.
EXAMPLES = (
    Example("840 of 1,000 stays over 83 %", _FLOOR, _measured(840, 1000, Evidence.NOT_PROVEN, missed=False), kept=True),
    Example("511 of 1,000 is below 83 %", _FLOOR, _measured(511, 1000, Evidence.PROVEN_BREACH, missed=True), kept=False),
    Example(
        "82 of 100 is below 83 % but proves nothing",
        _FLOOR | {"rule": "proven"},
        _measured(82, 100, Evidence.NOT_PROVEN, missed=True),
        kept=True,
    ),
    Example("70 of 99 are too few to judge", _FLOOR, _measured(70, 99, Evidence.PROVEN_BREACH, missed=True), kept=True),
)

CLAUSE_KIND = ClauseKind(
    key="performance",
    label="Measured performance",
    read=read_performance,
    describe=describe,
    is_kept=lambda terms, measurement: not judge(terms, measurement)[1],
    examples=EXAMPLES,
)
