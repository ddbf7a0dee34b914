"""A vendor update: the calls of one served version beside those of another."""

import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import stats

from vendor_ai.change.distribution import change_of_categories
from vendor_ai.change.percentile import linear_percentiles
from vendor_ai.change.proportion import change_in_pairs, change_of_share
from vendor_ai.change.rollout import RolloutFacts, RolloutRule, decide
from vendor_ai.domain.comparison import (
    AccuracyChange,
    Comparison,
    LatencyChange,
    OutputChange,
    PairedChange,
    Rollout,
    VersionFigures,
)

DEFAULT_RULE = RolloutRule()


@dataclass(frozen=True, slots=True, eq=False)
class VersionRows:
    """The calls one version served, as columns of equal length, in order of time.

    Attributes:
        prediction: Answers as text, shape (n,), dtype object or str; None or "" where a call has none.
        correct: 1 right, 0 wrong, shape (n,); NaN or -1 without a label.
        latency_ms: Milliseconds of answered calls, shape (n,); NaN where a call has none.
        input_id: What was asked, shape (n,), None or "" where not logged; None for the column as a whole where nobody logs it.
    """

    prediction: NDArray[Any]
    correct: NDArray[Any]
    latency_ms: NDArray[np.float64]
    input_id: NDArray[Any] | None = None

    def __post_init__(self) -> None:
        sizes = {len(column) for column in (self.prediction, self.correct, self.latency_ms, self.input_id) if column is not None}
        if len(sizes) != 1:
            raise ValueError("The columns of one version must have the same length.")

    @property
    def labelled(self) -> NDArray[np.bool_]:
        """Which calls have a label, shape (n,)."""
        marks = np.asarray(self.correct, dtype=np.float64)
        return np.asarray((marks == 0) | (marks == 1), dtype=np.bool_)

    @property
    def timed(self) -> NDArray[np.float64]:
        """The latencies there are, in ms."""
        latency = np.asarray(self.latency_ms, dtype=np.float64)
        return latency[~np.isnan(latency)]


def compare(before: VersionRows, after: VersionRows, before_version: str, after_version: str) -> Comparison:
    """Return every figure of an update, differences before minus after, and what they advise.

    A part without data on both sides (labels, latencies, answers, inputs answered by both) is None; nothing raises for lack of data.

    Args:
        before: Calls of the version that was served first.
        after: Calls of the version that replaced it.
        before_version: Its name.
        after_version: The other's name.
    """
    old, new = _figures(before, before_version), _figures(after, after_version)
    accuracy = change_of_share(old.correct, old.labelled, new.correct, new.labelled) if old.labelled and new.labelled else None
    latency = _latency_change(before.timed, after.timed, old, new)
    return Comparison(
        before=old,
        after=new,
        accuracy=accuracy,
        paired=_paired_change(before, after),
        latency=latency,
        outputs=_output_change(before, after),
        recommendation=recommend(accuracy, latency),
    )


def recommend(accuracy: AccuracyChange | None, latency: LatencyChange | None) -> Rollout:
    """Return what an update's figures advise by the default rule.

    An error rate more than 0.005 above the old version's, significant at 0.05, or a P95 more than 50 ms slower rolls back; the same error
    rate without significance is watched, and so is a version whose accuracy nobody can know: no labels are no proof of safety.
    """
    p95_difference_ms = None if latency is None else latency.p95_difference_ms
    return decide(DEFAULT_RULE, RolloutFacts(accuracy=accuracy, p95_difference_ms=p95_difference_ms))[0]


def _figures(rows: VersionRows, version: str) -> VersionFigures:
    labelled = rows.labelled
    marks = np.asarray(rows.correct, dtype=np.float64)[labelled]
    known, correct = int(marks.size), int(marks.sum())
    p50, p95 = linear_percentiles(rows.timed, (0.5, 0.95))
    return VersionFigures(
        version=version,
        n=len(rows.prediction),
        labelled=known,
        correct=correct,
        accuracy=correct / known if known else None,
        latency_p50_ms=p50,
        latency_p95_ms=p95,
    )


def _latency_change(
    before: NDArray[np.float64], after: NDArray[np.float64], old: VersionFigures, new: VersionFigures
) -> LatencyChange | None:
    if old.latency_p95_ms is None or new.latency_p95_ms is None:
        return None
    test = stats.mannwhitneyu(before, after, alternative="two-sided")
    return LatencyChange(u=float(test.statistic), p_value=float(test.pvalue), p95_difference_ms=old.latency_p95_ms - new.latency_p95_ms)


def _output_change(before: VersionRows, after: VersionRows) -> OutputChange | None:
    old, new = _answers(before.prediction), _answers(after.prediction)
    return change_of_categories(old, new) if old and new else None


def _answers(prediction: NDArray[Any]) -> Counter[str]:
    """Calls by answer; calls without one are left out."""
    answers: Counter[str] = Counter()
    for answer, count in Counter(prediction.tolist()).items():
        if _given(answer):
            answers[str(answer)] += count
    return answers


def _paired_change(before: VersionRows, after: VersionRows) -> PairedChange | None:
    """The exact paired test over inputs that both versions answered with a label; None without such an input."""
    old, new = _right_by_input(before), _right_by_input(after)
    pairs = Counter((right, new[asked]) for asked, right in old.items() if asked in new)
    if not pairs:
        return None
    return change_in_pairs(pairs[False, False], pairs[False, True], pairs[True, False], pairs[True, True])


def _right_by_input(rows: VersionRows) -> dict[Any, bool]:
    """Whether the first labelled call for each input was right: one pair an input, however often it was asked."""
    if rows.input_id is None:
        return {}
    labelled = rows.labelled
    asked: Sequence[Any] = rows.input_id[labelled].tolist()
    right: Sequence[bool] = (np.asarray(rows.correct, dtype=np.float64)[labelled] == 1).tolist()
    # Written backwards, so that the first call of an input is the one that stays.
    firsts = dict(zip(reversed(asked), reversed(right), strict=True))
    return {key: value for key, value in firsts.items() if _given(key)}


def _given(value: object) -> bool:
    """Whether a cell holds something: not None, not empty, not NaN."""
    return value is not None and value != "" and not (isinstance(value, float) and math.isnan(value))
