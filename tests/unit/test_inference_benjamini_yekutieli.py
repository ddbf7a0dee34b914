"""The adjustment of many signals: by hand, against statsmodels, and its edges."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from statsmodels.stats.multitest import multipletests

from vendor_ai.inference.benjamini_yekutieli import benjamini_yekutieli


def test_three_p_values_are_adjusted_as_by_hand() -> None:
    # m = 3, 1 + 1/2 + 1/3 = 11/6, so the factor is 5.5 / rank: 0.01 * 5.5, 0.02 * 2.75 and 0.5 * 1.8333.
    assert benjamini_yekutieli([0.02, 0.5, 0.01]) == pytest.approx([0.055, 0.916667, 0.055])


def test_one_signal_alone_keeps_its_p_value() -> None:
    assert benjamini_yekutieli([0.03]) == pytest.approx([0.03])


def test_no_signals_are_adjusted_to_none() -> None:
    assert benjamini_yekutieli([]).tolist() == []


@settings(deadline=None)
@given(st.lists(st.floats(0, 1), min_size=1, max_size=20))
def test_the_adjustment_equals_statsmodels(p_values: list[float]) -> None:
    assert benjamini_yekutieli(p_values) == pytest.approx(multipletests(p_values, method="fdr_by")[1])


def test_each_row_is_a_family_of_its_own() -> None:
    families = np.array([[0.01, 0.2], [0.4, 0.03]])
    assert benjamini_yekutieli(families) == pytest.approx(np.stack([benjamini_yekutieli(row) for row in families]))
