"""Holm's adjustment against statsmodels and a family worked by hand."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from statsmodels.stats.multitest import multipletests

from vendor_ai.inference.holm import holm, holm_one_replaced


def test_a_family_of_three_is_worked_by_hand() -> None:
    # Smallest times 3, next times 2 but never below it, largest times 1 but never below that.
    assert holm([0.04, 0.01, 0.03]) == pytest.approx([0.06, 0.03, 0.06])


@given(st.lists(st.floats(0, 1), min_size=1, max_size=12))
def test_the_adjustment_equals_that_of_statsmodels(p_values: list[float]) -> None:
    oracle = multipletests(p_values, method="holm")[1]
    assert holm(p_values) == pytest.approx(oracle, rel=1e-12, abs=1e-300)


def test_each_row_is_a_family_of_its_own() -> None:
    rows = np.array([[0.01, 0.04], [0.5, 0.6]])
    assert holm(rows) == pytest.approx(np.array([[0.02, 0.04], [1.0, 1.0]]))


def test_a_family_of_one_is_not_adjusted() -> None:
    assert holm([0.2]) == pytest.approx([0.2])


def test_an_empty_family_stays_empty() -> None:
    assert holm([]).shape == (0,)


def test_a_replacement_changes_only_its_own_member() -> None:
    # The second family is [0.01, 0.9]: its second member is last and is not multiplied.
    assert holm_one_replaced([0.01, 0.02], [0.01, 0.9]) == pytest.approx([0.02, 0.9])
