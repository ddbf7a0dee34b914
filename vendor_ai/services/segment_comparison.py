"""A vendor update measured segment by segment: whom it serves better, and whom worse."""

from collections.abc import Mapping
from typing import Any

from vendor_ai.change.segments import MINIMUM_SIZE, SegmentChange, SegmentCounts, compare_segments
from vendor_ai.db import prediction_log as log_store
from vendor_ai.db.vendor import component_key
from vendor_ai.domain.errors import InvalidInputError
from vendor_ai.domain.prediction import SEGMENT_PREFIX, field_name
from vendor_ai.kit.number import float_text, fraction_text
from vendor_ai.predictions.version import VersionCalls
from vendor_ai.services.prediction_log import OUTCOME, PREDICTION, PredictionLog

UNKNOWN = "not stated"


def compare_by_segment(log: PredictionLog, component: str, before: str, after: str, *, segment: str) -> list[SegmentChange]:
    """Return the change of accuracy in every segment, the largest first.

    Args:
        log: The prediction log, refreshed by the caller.
        component: Slug or exact name.
        before: The earlier served version.
        after: The later one.
        segment: The logged field, e.g. ``segment.region``.

    Raises:
        NotFoundError: When there is no such component.
        InvalidInputError: When the log has no such field.
    """
    name = field_name(segment)
    with log.records.read() as session:
        key, about = component_key(session, component)
        predictions, outcomes = (log_store.files(session, key, kind) for kind in (PREDICTION, OUTCOME))
    known = sorted({column for file in predictions for column in file.columns if column.startswith(SEGMENT_PREFIX)})
    if name not in known:
        raise InvalidInputError(f"The log of {about.ref} has no {segment!r}. It has: {', '.join(known) or 'no segments'}.")
    sides = [
        _counts(log.engine.version_calls(version, predictions=predictions, outcomes=outcomes, segment=name)) for version in (before, after)
    ]
    merged = {
        value: _joined(sides[0].get(value, (0, 0)), sides[1].get(value, (0, 0))) for value in sorted(sides[0].keys() | sides[1].keys())
    }
    largest = sorted(merged.items(), key=lambda entry: (-entry[1].labelled_before - entry[1].labelled_after, entry[0]))
    return compare_segments(dict(largest))


def _joined(before: tuple[int, int], after: tuple[int, int]) -> SegmentCounts:
    return SegmentCounts(labelled_before=before[0], correct_before=before[1], labelled_after=after[0], correct_after=after[1])


def _counts(calls: VersionCalls) -> dict[str, tuple[int, int]]:
    """Labelled and right calls of each segment."""
    found: dict[str, tuple[int, int]] = {}
    for value, hit in zip(calls.segment.tolist(), calls.correct.tolist(), strict=True):
        if hit in (0.0, 1.0):
            labelled, right = found.get(value or UNKNOWN, (0, 0))
            found[value or UNKNOWN] = (labelled + 1, right + int(hit))
    return found


def segment_json(segment: str, changes: list[SegmentChange]) -> dict[str, Any]:
    """One field's table in the **compare** document: differences are before minus after."""
    return {"by": segment, "minimum": MINIMUM_SIZE, "segments": [_row(change) for change in changes]}


def _row(it: SegmentChange) -> Mapping[str, Any]:
    counts, change = it.counts, it.change
    low, high = (None, None) if change is None else change.interval
    return {
        "segment": it.segment,
        "before": {"labelled": counts.labelled_before, "correct": counts.correct_before},
        "after": {"labelled": counts.labelled_after, "correct": counts.correct_after},
        "compared": change is not None,
        "difference": None if change is None else fraction_text(change.difference),
        "interval": None if low is None or high is None else [float_text(low), float_text(high)],
        "z": None if change is None else float_text(change.z),
        "p_value": None if change is None else float_text(change.p_value),
        "p_adjusted": None if it.p_adjusted is None else float_text(it.p_adjusted),
    }
