"""Wrong labels: formulas by hand, the exact interval, and the least favourable rate by a search over all of them."""

import numpy as np
import pytest
from scipy import stats

from vendor_ai.inference.exact import breach_p_value, compliance_p_value
from vendor_ai.inference.label_error import ErrorModel, corrected_reading_bounds, label_error, survival_p_values, survives


def p_values(hits: int, trials: int, limit: float, *, is_floor: bool = True, model: ErrorModel = ErrorModel.ALIKE) -> tuple[float, float]:
    """With 20 of 400 labels found wrong at a second look, at 5 %."""
    return survival_p_values(hits, trials, limit, is_floor=is_floor, checked=400, disagreed=20, significance=0.05, model=model)


def test_the_rate_of_wrong_labels_has_its_exact_interval() -> None:
    low, value, high = label_error(400, 20, 0.95)
    oracle = stats.binomtest(20, 400).proportion_ci(0.95, method="exact")
    assert value == 0.05
    assert (low, high) == pytest.approx((oracle.low, oracle.high))


def test_without_a_second_look_nothing_is_known_about_the_labels() -> None:
    assert label_error(0, 0, 0.95) == (0.0, None, 1.0)


def test_more_disagreements_than_checks_are_refused() -> None:
    with pytest.raises(ValueError, match="number of trials"):
        label_error(10, 11, 0.95)


def test_eighty_one_and_a_half_read_is_eighty_five_true_at_five_percent_wrong() -> None:
    # (0.815 - 0.05) / 0.9 = 0.85.
    assert corrected_reading_bounds(815, 1000, 0.05, 0.05) == pytest.approx((0.85, 0.85))


def test_the_bounds_move_outwards_with_the_error() -> None:
    # (0.9 - 0.02) / 0.96 = 0.91667 and (0.9 - 0.05) / 0.9 = 0.94444; mirrored below one half.
    assert corrected_reading_bounds(900, 1000, 0.02, 0.05) == pytest.approx((0.916667, 0.944444), abs=1e-6)
    assert corrected_reading_bounds(100, 1000, 0.02, 0.05) == pytest.approx((0.055556, 0.083333), abs=1e-6)


def test_true_shares_stay_between_none_and_all() -> None:
    assert corrected_reading_bounds(99, 100, 0.0, 0.05) == (0.99, 1.0)
    assert corrected_reading_bounds(1, 100, 0.0, 0.05) == (0.0, 0.01)


@pytest.mark.parametrize(("trials", "error_high"), [(0, 0.1), (100, 0.5), (100, 0.8)])
def test_labels_that_say_nothing_leave_everything_possible(trials: int, error_high: float) -> None:
    assert corrected_reading_bounds(trials // 2, trials, 0.1, error_high) == (0.0, 1.0)


@pytest.mark.parametrize("is_floor", [True, False])
@pytest.mark.parametrize("hits", [3900, 4000, 4300, 4600])
def test_the_p_value_is_the_worst_over_every_rate_in_the_interval_plus_what_the_interval_costs(hits: int, is_floor: bool) -> None:
    ends = stats.binomtest(20, 400).proportion_ci(0.995, method="exact")  # a tenth of 5 % outside
    read = [0.83 * (1 - e) + 0.17 * e for e in np.linspace(ends.low, ends.high, 2001)]
    breach = breach_p_value(hits, 5000, read, is_floor).max() + 0.005
    compliance = compliance_p_value(hits, 5000, read, is_floor).max() + 0.005
    found = p_values(hits, 5000, 0.83, is_floor=is_floor)
    assert found == pytest.approx((min(breach, 1), min(compliance, 1)))


def test_a_breach_that_wrong_labels_explain_does_not_survive_and_a_deep_one_does() -> None:
    arguments = {"is_floor": True, "checked": 400, "disagreed": 20, "significance": 0.05}
    assert float(breach_p_value(4075, 5000, 0.83, True)) < 0.01
    assert not survives(4075, 5000, 0.83, breach=True, **arguments)
    assert survives(3700, 5000, 0.83, breach=True, **arguments)


def test_compliance_survives_where_wrong_labels_can_only_have_hidden_it() -> None:
    arguments = {"is_floor": True, "checked": 400, "disagreed": 20, "significance": 0.05}
    assert survives(4400, 5000, 0.83, breach=False, **arguments)
    assert not survives(4075, 5000, 0.83, breach=False, **arguments)


def test_nothing_survives_labels_nobody_checked() -> None:
    assert survival_p_values(100, 1000, 0.83, is_floor=True, checked=0, disagreed=0, significance=0.05) == (1.0, 1.0)


def test_assuming_nothing_about_where_errors_strike_needs_more_proof() -> None:
    alike, anywhere = p_values(3750, 5000, 0.83), p_values(3750, 5000, 0.83, model=ErrorModel.ANYWHERE)
    assert alike[0] < 0.05 < anywhere[0]
    # 3,600 of 5,000 are 72 %: even nine points of errors on right answers only do not lift them to 83 %.
    assert p_values(3600, 5000, 0.83, model=ErrorModel.ANYWHERE)[0] <= 0.05


def test_compliance_under_errors_anywhere_allows_for_flattering_labels() -> None:
    assert p_values(4300, 5000, 0.83)[1] <= 0.05
    assert p_values(4300, 5000, 0.83, model=ErrorModel.ANYWHERE)[1] > 0.05
    assert p_values(4750, 5000, 0.83, model=ErrorModel.ANYWHERE)[1] <= 0.05
