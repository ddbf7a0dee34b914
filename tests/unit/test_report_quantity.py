"""Measured numbers on paper never say something the number does not."""

from decimal import Decimal
from fractions import Fraction

import pytest

from vendor_ai.domain.report import Quantity, Span, Unit
from vendor_ai.reports.quantity import decimal_of, exact_text, quantity, quantity_text, span, span_text


def shown(value: Fraction | float, unit: Unit = "share", limit: Fraction | None = None) -> str:
    found = quantity(value, unit, limit=limit)
    assert found is not None
    return quantity_text(found)


def test_a_share_is_printed_in_percent_with_one_digit() -> None:
    assert shown(Fraction(511, 1000)) == "51.1 %"


def test_a_miss_is_never_rounded_onto_the_limit() -> None:
    assert shown(Fraction(8299, 10000), limit=Fraction(83, 100)) == "82.99 %"


def test_the_limit_itself_needs_no_further_digits() -> None:
    assert shown(Fraction(83, 100), limit=Fraction(83, 100)) == "83.0 %"


def test_a_share_has_one_digit_more_than_its_limit() -> None:
    assert shown(Fraction(99_907, 100_000), limit=Fraction(995, 1000)) == "99.91 %"


def test_almost_all_is_not_printed_as_all() -> None:
    assert shown(Fraction(99_951, 100_000)) == "99.95 %"
    assert shown(Fraction(1)) == "100.0 %"


def test_almost_none_is_not_printed_as_none() -> None:
    assert shown(Fraction(1, 10_000)) == "0.01 %"
    assert shown(Fraction(0)) == "0.0 %"


def test_a_latency_just_above_its_limit_shows_the_digits_that_tell() -> None:
    assert shown(200.04, "ms", Fraction(200)) == "200.04 ms"
    assert shown(21_474.4, "ms", Fraction(200)) == "21,474 ms"


def test_half_a_unit_is_rounded_away_from_zero() -> None:
    assert shown(Fraction(5125, 10000)) == "51.3 %"


def test_a_negative_difference_has_a_true_minus_sign() -> None:
    assert quantity_text(Quantity(Decimal("-0.439"), "points")) == "\N{MINUS SIGN}43.9 points"


def test_a_number_of_the_contract_keeps_its_own_digits() -> None:
    assert exact_text(Decimal("0.85"), "share") == "85 %"
    assert exact_text(Decimal("0.9995"), "share") == "99.95 %"
    assert exact_text(Decimal("2000"), "ms") == "2,000 ms"
    assert exact_text(Decimal("0"), "share") == "0 %"


def test_no_data_is_no_quantity() -> None:
    assert quantity(None, "share") is None
    assert span((None, None), "share", 1) is None


def test_an_open_side_of_an_interval_is_said_in_words() -> None:
    assert span_text(Span(Decimal(203), None, "ms", 0)) == "203 ms or more"
    assert span_text(Span(None, Decimal("0.5424"), "share", 1)) == "54.2 % or less"
    assert span_text(Span(Decimal("0.4795"), Decimal("0.5424"), "share", 1)) == "48.0 to 54.2 %"


@pytest.mark.parametrize(
    ("value", "text"),
    [(Fraction(1, 3), "0.333333333"), (0.1, "0.1"), (Fraction(100), "100"), (Decimal("0.50"), "0.5"), (1e-12, "0")],
)
def test_numbers_are_kept_to_nine_digits(value: Fraction | Decimal | float, text: str) -> None:
    assert f"{decimal_of(value):f}" == text
