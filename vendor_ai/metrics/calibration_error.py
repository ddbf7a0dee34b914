"""How far the vendor's confidence lies from the share that was right, over ten equal bins of confidence."""

from collections.abc import Iterator
from fractions import Fraction
from typing import Any

import numpy as np

from vendor_ai.domain.measure import Counts
from vendor_ai.domain.metric import Metric, MetricOptions, Statistic
from vendor_ai.domain.need import FIXED_POINT, Call, Need
from vendor_ai.metrics.averaging import Array, ratio
from vendor_ai.metrics.brier import open_calls

BINS = 10
_KINDS = ("calls", "hits", "confidence")


def _name(kind: str, index: int) -> str:
    return f"calibration_{kind}_{index}"


def _needs(index: int) -> Iterator[Need]:
    """Calls, right ones and confidence of one bin; its upper edge belongs to it, and 0 to the first."""
    low, high = index / BINS, (index + 1) / BINS

    def inside(call: Call) -> Any:
        above = call.confidence > low if index else call.confidence >= 0
        return call.labelled & above & (call.confidence <= high)

    yield Need(_name("calls", index), inside)
    yield Need(_name("hits", index), lambda call: inside(call) & call.hit)
    yield Need(_name("confidence", index), inside, lambda call: call.confidence)


def parts(counts: Counts, _options: MetricOptions) -> tuple[int, ...]:
    """Calls, right ones and summed confidence, ten bins each."""
    return tuple(counts.sums.get(_name(kind, index), 0) for kind in _KINDS for index in range(BINS))


def exact(parts: tuple[int, ...]) -> Fraction | None:
    """The mean over calls of the distance between the mean confidence of their bin and the share that was right in it."""
    calls, hits, confidence = (parts[start : start + BINS] for start in range(0, 3 * BINS, BINS))
    if not sum(calls):
        return None
    gaps = sum(abs(summed - right * FIXED_POINT) for right, summed in zip(hits, confidence, strict=True))
    return Fraction(gaps, sum(calls) * FIXED_POINT)


def figure(parts: Any) -> Array:
    """The same over arrays of shape (..., 30)."""
    calls, hits, confidence = np.split(np.asarray(parts, dtype=np.float64), 3, axis=-1)
    return ratio(np.abs(confidence / FIXED_POINT - hits).sum(axis=-1), calls.sum(axis=-1))


def _base(counts: Counts, options: MetricOptions) -> int:
    return sum(parts(counts, options)[:BINS])


METRIC = Metric(
    key="calibration_error",
    label="Calibration error",
    unit="share",
    better="lower",
    needs_labels=True,
    statistic=Statistic(parts, exact, figure, _base, lambda counts, _options: open_calls(counts)),
    needs=tuple(need for index in range(BINS) for need in _needs(index)),
    source="Expected calibration error with ten bins of equal width, Guo et al. (2017).",
)
