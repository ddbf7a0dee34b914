"""Segments of an update: differences by hand, p-values adjusted over the compared ones only."""

from fractions import Fraction

import pytest
from statsmodels.stats.multitest import multipletests
from statsmodels.stats.proportion import proportions_ztest

from vendor_ai.change.segments import SegmentCounts, compare_segments


def counts(labelled_before: int, correct_before: int, labelled_after: int, correct_after: int) -> SegmentCounts:
    return SegmentCounts(
        labelled_before=labelled_before, correct_before=correct_before, labelled_after=labelled_after, correct_after=correct_after
    )


SEGMENTS = {
    "EU": counts(1000, 900, 1000, 850),
    "US": counts(500, 450, 500, 455),
    "tiny": counts(18, 18, 500, 100),
    "APAC": counts(30, 27, 30, 20),
}


def test_each_segment_is_compared_and_adjusted_over_the_compared_ones() -> None:
    found = compare_segments(SEGMENTS)
    raw = [
        proportions_ztest([one.correct_before, one.correct_after], [one.labelled_before, one.labelled_after])[1]
        for name, one in SEGMENTS.items()
        if name != "tiny"
    ]
    adjusted = multipletests(raw, method="fdr_by")[1]
    assert [segment.segment for segment in found] == ["EU", "US", "tiny", "APAC"]
    assert [segment.p_adjusted for segment in found if segment.change] == pytest.approx(adjusted)
    assert found[0].change is not None
    assert found[0].change.difference == Fraction(5, 100)


def test_a_segment_under_the_minimum_size_is_shown_and_not_compared() -> None:
    tiny = compare_segments(SEGMENTS)[2]
    assert (tiny.counts.correct_before, tiny.change, tiny.p_adjusted) == (18, None, None)


def test_the_minimum_size_can_be_set_and_no_calls_are_never_compared() -> None:
    assert compare_segments(SEGMENTS, minimum=18)[2].change is not None
    assert compare_segments({"new": counts(0, 0, 50, 40)}, minimum=0)[0].change is None


def test_no_segments_are_no_comparison() -> None:
    assert compare_segments({}) == []
