"""A vendor update segment by segment: who gains and who loses."""

from collections.abc import Mapping
from dataclasses import dataclass

from vendor_ai.change.proportion import change_of_share
from vendor_ai.domain.comparison import AccuracyChange
from vendor_ai.inference.benjamini_yekutieli import benjamini_yekutieli

MINIMUM_SIZE = 30


@dataclass(frozen=True, slots=True, kw_only=True)
class SegmentCounts:
    """Labelled calls of one segment and those of them that were right, under each version."""

    labelled_before: int
    correct_before: int
    labelled_after: int
    correct_after: int


@dataclass(frozen=True, slots=True)
class SegmentChange:
    """One segment: its counts, and its change with the p-value adjusted over all compared segments.

    ``change`` and ``p_adjusted`` are None where a version answered fewer labelled calls than the minimum size.
    """

    segment: str
    counts: SegmentCounts
    change: AccuracyChange | None
    p_adjusted: float | None


def compare_segments(segments: Mapping[str, SegmentCounts], minimum: int = MINIMUM_SIZE) -> list[SegmentChange]:
    """Return every segment's change, before minus after, in the order given.

    Args:
        segments: Counts by segment.
        minimum: Labelled calls a side below which a segment is shown and not compared.

    Source:
        Pooled two-proportion z and Newcombe's interval a segment; Benjamini-Yekutieli over the compared ones.
    """
    least = max(minimum, 1)
    compared = {
        name: change_of_share(counts.correct_before, counts.labelled_before, counts.correct_after, counts.labelled_after)
        for name, counts in segments.items()
        if min(counts.labelled_before, counts.labelled_after) >= least
    }
    adjusted = dict(zip(compared, benjamini_yekutieli([change.p_value for change in compared.values()]).tolist(), strict=True))
    return [SegmentChange(name, counts, compared.get(name), adjusted.get(name)) for name, counts in segments.items()]
