"""The limit is the threshold with the tolerance applied, exact."""

from decimal import Decimal
from fractions import Fraction

import pytest

from vendor_ai.domain.contract import Performance, Rule, Tolerance, ToleranceKind, ToleranceMeaning
from vendor_ai.kit.period import PeriodLength

ABSOLUTE, RELATIVE = ToleranceKind.ABSOLUTE, ToleranceKind.RELATIVE
ALLOWANCE, NOISE, PRECISION = ToleranceMeaning.ALLOWANCE, ToleranceMeaning.NOISE, ToleranceMeaning.PRECISION


def floor(tolerance: Tolerance | None, rule: Rule = Rule.POINT) -> Fraction:
    return Performance("accuracy", Decimal("0.85"), None, PeriodLength.QUARTER, tolerance, rule=rule).limit


def ceiling(tolerance: Tolerance | None, rule: Rule = Rule.POINT) -> Fraction:
    return Performance("latency_p95", None, Decimal("200"), PeriodLength.QUARTER, tolerance, rule=rule).limit


def test_without_a_tolerance_the_limit_is_the_threshold() -> None:
    assert floor(None) == Fraction(17, 20)
    assert ceiling(None) == 200


@pytest.mark.parametrize("rule", list(Rule))
def test_an_allowance_of_two_points_lowers_85_percent_to_83_under_either_rule(rule: Rule) -> None:
    assert floor(Tolerance(Decimal("0.02"), ABSOLUTE, ALLOWANCE), rule) == Fraction(83, 100)


def test_a_relative_allowance_is_a_share_of_the_threshold() -> None:
    assert floor(Tolerance(Decimal("0.02"), RELATIVE, ALLOWANCE)) == Fraction(833, 1000)


def test_noise_moves_the_limit_under_the_point_rule_only() -> None:
    noise = Tolerance(Decimal("0.02"), ABSOLUTE, NOISE)
    assert floor(noise, Rule.POINT) == Fraction(83, 100)
    assert floor(noise, Rule.PROVEN) == Fraction(85, 100)


@pytest.mark.parametrize("rule", list(Rule))
def test_a_tolerance_of_precision_never_moves_the_limit(rule: Rule) -> None:
    assert floor(Tolerance(Decimal("0.02"), ABSOLUTE, PRECISION), rule) == Fraction(85, 100)


def test_a_tolerance_raises_a_ceiling() -> None:
    assert ceiling(Tolerance(Decimal("10"), ABSOLUTE, ALLOWANCE)) == 210
    assert ceiling(Tolerance(Decimal("0.1"), RELATIVE, ALLOWANCE)) == 220
    assert ceiling(Tolerance(Decimal("10"), ABSOLUTE, NOISE), Rule.PROVEN) == 200


def test_840_of_1000_is_exactly_at_a_limit_of_84_percent() -> None:
    limit = floor(Tolerance(Decimal("0.01"), ABSOLUTE, ALLOWANCE))
    assert Fraction(840, 1000) == limit
