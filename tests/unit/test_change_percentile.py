"""Linear percentiles by hand."""

import pytest

from vendor_ai.change.percentile import linear_percentiles


def test_a_percentile_lies_on_the_line_between_two_ranks() -> None:
    # Rank 0.95 * 4 = 3.8 from 0: 40 + 0.8 * 60 = 88.
    assert linear_percentiles([10, 20, 30, 40, 100], (0.5, 0.95)) == (30, pytest.approx(88))


def test_no_call_has_no_percentile() -> None:
    assert linear_percentiles([], (0.5, 0.99)) == (None, None)
