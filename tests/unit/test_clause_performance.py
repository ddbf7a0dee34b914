"""When a measured promise is kept, how long a run of violations is, and what it costs."""

from dataclasses import replace
from decimal import Decimal
from fractions import Fraction

import pytest

from vendor_ai.clauses.performance import PastPeriod, credit_due, describe, judge, run_length
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
from vendor_ai.domain.verdict import Evidence, Measurement, Result
from vendor_ai.kit.money import Money
from vendor_ai.kit.period import PeriodLength

TERMS = Performance("accuracy", Decimal("0.85"), None, PeriodLength.QUARTER)
FEE = Money(Decimal("12000.00"), "EUR")

VIOLATED = PastPeriod(Result.MISSED, True)
MET = PastPeriod(Result.MET, False)
UNPROVEN = PastPeriod(Result.MISSED, False)
EMPTY = PastPeriod(Result.INSUFFICIENT_DATA, False)


def measured(
    n: int,
    *,
    missed: bool | None,
    evidence: Evidence = Evidence.NOT_PROVEN,
    interval: tuple[float | None, float | None] = (0.8, 0.9),
) -> Measurement:
    return Measurement(Fraction(17, 20), interval, n, n, {}, missed, None, None, evidence)


def test_99_calls_are_too_few_and_100_are_judged() -> None:
    assert judge(TERMS, measured(99, missed=True)) == (Result.INSUFFICIENT_DATA, False)
    assert judge(TERMS, measured(100, missed=True)) == (Result.MISSED, True)
    assert judge(TERMS, measured(100, missed=False)) == (Result.MET, False)


def test_no_data_is_neither_good_nor_a_breach() -> None:
    terms = replace(TERMS, minimum_sample=1)
    assert judge(terms, measured(0, missed=None)) == (Result.INSUFFICIENT_DATA, False)
    assert judge(terms, measured(5, missed=None)) == (Result.INSUFFICIENT_DATA, False)


@pytest.mark.parametrize("evidence", [Evidence.NOT_PROVEN, Evidence.AT_RISK, Evidence.PROVEN_COMPLIANT])
def test_under_the_proven_rule_a_miss_without_proof_breaks_nothing(evidence: Evidence) -> None:
    terms = replace(TERMS, rule=Rule.PROVEN)
    assert judge(terms, measured(200, missed=True, evidence=evidence)) == (Result.MISSED, False)
    assert judge(TERMS, measured(200, missed=True, evidence=evidence)) == (Result.MISSED, True)


def test_under_the_proven_rule_a_proven_miss_breaks_the_clause() -> None:
    terms = replace(TERMS, rule=Rule.PROVEN)
    assert judge(terms, measured(200, missed=True, evidence=Evidence.PROVEN_BREACH)) == (Result.MISSED, True)


def precise(amount: str, kind: ToleranceKind = ToleranceKind.ABSOLUTE) -> Performance:
    return replace(TERMS, tolerance=Tolerance(Decimal(amount), kind, ToleranceMeaning.PRECISION))


def test_a_tolerance_of_precision_asks_for_an_interval_that_narrow() -> None:
    # Half of 0.75 to 1.0 is 0.125, exact in binary.
    wide = measured(500, missed=True, interval=(0.75, 1.0))
    assert judge(precise("0.125"), wide) == (Result.MISSED, True)
    assert judge(precise("0.124"), wide) == (Result.INSUFFICIENT_DATA, False)


def test_a_relative_precision_is_a_share_of_the_threshold() -> None:
    # 0.15 of 0.85 is 0.1275, 0.14 of it 0.119.
    wide = measured(500, missed=False, interval=(0.75, 1.0))
    assert judge(precise("0.15", ToleranceKind.RELATIVE), wide) == (Result.MET, False)
    assert judge(precise("0.14", ToleranceKind.RELATIVE), wide) == (Result.INSUFFICIENT_DATA, False)


@pytest.mark.parametrize("interval", [(None, 0.9), (0.8, None), (None, None)])
def test_an_interval_with_an_open_side_is_never_precise_enough(interval: tuple[float | None, float | None]) -> None:
    assert judge(precise("0.5"), measured(500, missed=True, interval=interval)) == (Result.INSUFFICIENT_DATA, False)
    assert judge(TERMS, measured(500, missed=True, interval=interval)) == (Result.MISSED, True)


@pytest.mark.parametrize(
    ("history", "breaks", "bridges"),
    [
        ([], 0, 0),
        ([VIOLATED], 1, 1),
        ([VIOLATED, VIOLATED], 2, 2),
        ([VIOLATED, MET, VIOLATED], 1, 1),
        ([VIOLATED, MET], 0, 0),
        ([VIOLATED, UNPROVEN, VIOLATED], 1, 1),
        ([VIOLATED, EMPTY, VIOLATED], 1, 2),
        ([VIOLATED, EMPTY, EMPTY, VIOLATED, VIOLATED], 2, 3),
        ([VIOLATED, EMPTY], 0, 1),
        ([MET, EMPTY, VIOLATED], 1, 1),
        ([EMPTY, EMPTY], 0, 0),
    ],
)
def test_an_empty_period_breaks_a_run_or_bridges_it(history: list[PastPeriod], breaks: int, bridges: int) -> None:
    assert run_length(history, TERMS) == breaks
    assert run_length(history, replace(TERMS, insufficient_period=InsufficientPeriod.BRIDGES)) == bridges


PERSISTENT = replace(TERMS, persistence=2, credit=Credit(Decimal("5")))


def due(terms: Performance, *, violated: bool = True, consecutive: int = 2, fee: Money | None = FEE) -> Money | None:
    return credit_due(terms, violated=violated, consecutive=consecutive, monthly_fee=fee)


def test_five_percent_of_12000_is_due_from_the_second_violated_quarter_on() -> None:
    assert due(PERSISTENT, consecutive=1) is None
    assert due(PERSISTENT, consecutive=2) == Money(Decimal("600.00"), "EUR")
    assert due(PERSISTENT, consecutive=3) == Money(Decimal("600.00"), "EUR")


def test_months_multiply_the_fee_that_the_percentage_is_taken_of() -> None:
    assert due(replace(PERSISTENT, credit=Credit(Decimal("5"), months=3))) == Money(Decimal("1800.00"), "EUR")


def test_no_credit_without_a_violation_an_agreement_or_a_fee() -> None:
    assert due(PERSISTENT, violated=False) is None
    assert due(replace(PERSISTENT, credit=None)) is None
    assert due(PERSISTENT, fee=None) is None


def test_a_bridged_period_earns_no_credit_of_its_own() -> None:
    bridging = replace(PERSISTENT, insufficient_period=InsufficientPeriod.BRIDGES)
    run = run_length([VIOLATED, VIOLATED, EMPTY], bridging)
    assert run == 2
    assert due(bridging, violated=EMPTY.violated, consecutive=run) is None


def test_a_credit_is_rounded_once_to_the_currency_s_smallest_unit_half_up() -> None:
    # 2.5 % of 999.80 is 24.995; of 1001 yen 25.025.
    half = replace(PERSISTENT, credit=Credit(Decimal("2.5")))
    assert due(half, fee=Money(Decimal("999.80"), "EUR")) == Money(Decimal("25.00"), "EUR")
    assert due(half, fee=Money(Decimal("1001"), "JPY")) == Money(Decimal("25"), "JPY")


TIERED = replace(
    PERSISTENT,
    credit=Credit(
        Decimal(0),
        tiers=(CreditTier(None, Decimal("0.80"), Decimal("10")), CreditTier(Decimal("0.80"), Decimal("0.85"), Decimal("5"))),
    ),
)


@pytest.mark.parametrize(
    ("value", "amount"), [(Fraction(79, 100), "1200.00"), (Fraction(80, 100), "600.00"), (Fraction(84, 100), "600.00")]
)
def test_a_tiered_credit_takes_the_percentage_of_the_tier_that_holds_the_value(value: Fraction, amount: str) -> None:
    assert credit_due(TIERED, violated=True, consecutive=2, monthly_fee=FEE, value=value) == Money(Decimal(amount), "EUR")


def test_a_tiered_credit_without_the_measured_value_is_our_mistake() -> None:
    with pytest.raises(ValueError, match="measured value"):
        due(TIERED)


def test_noise_that_is_not_applied_is_said_so() -> None:
    noise = Tolerance(Decimal("0.02"), ToleranceKind.ABSOLUTE, ToleranceMeaning.NOISE)
    lines = {line.term: line.value for line in describe(replace(TERMS, rule=Rule.PROVEN, tolerance=noise))}
    assert lines["limit"] == "not below 0.85"
    assert "not applied" in lines["tolerance"]


def test_a_description_marks_what_was_left_out() -> None:
    lines = {line.term: (line.value, line.is_default) for line in describe(PERSISTENT)}
    assert lines["persistence"] == ("2", False)
    assert lines["rule"] == ("point", True)
    assert lines["tolerance"] == ("none agreed", True)
    assert lines["where"] == ("every call", True)
    assert lines["credit"] == ("5 % of one monthly fee per violated period, once persistent", False)


def test_a_description_names_tiers_filters_and_labels() -> None:
    terms = replace(TIERED, where={"segment.region": ("EU", "UK"), "model_version": ("v2",)}, positive="fraud")
    lines = {line.term: line.value for line in describe(terms)}
    assert lines["where"] == "model_version is v2 and segment.region is EU or UK"
    assert lines["positive"] == "fraud"
    assert "10 % from the lowest value to below 0.80" in lines["credit"]
