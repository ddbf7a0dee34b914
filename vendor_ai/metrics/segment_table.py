"""A share by segment, each with its interval; small segments are shown and not compared."""

from dataclasses import dataclass
from fractions import Fraction

from vendor_ai.domain.measure import Counts
from vendor_ai.domain.metric import Metric, MetricOptions
from vendor_ai.inference.exact import two_sided_interval


@dataclass(frozen=True, slots=True)
class SegmentRow:
    """One segment.

    Attributes:
        group: Its value, as logged.
        n: Calls in the metric's own denominator.
        open_calls: Calls that could still join.
        value: The exact share; None without calls.
        interval: Two-sided exact interval of independent calls; (0, 1) without calls.
        compared: Whether it is large enough to be held against others.
    """

    group: str
    n: int
    open_calls: int
    value: Fraction | None
    interval: tuple[float, float]
    compared: bool


def segment_table(metric: Metric, counts: Counts, options: MetricOptions, *, confidence: float = 0.95) -> list[SegmentRow]:
    """Return one row for each value of the field that the counters were grouped by, in order of the values.

    Args:
        metric: One that is a plain share of calls with these options.
        counts: Counters of a period, with groups.
        options: Its ``minimum_group`` decides which segments are compared.
        confidence: Of each interval, e.g. 0.95.

    Raises:
        ValueError: When the metric is no plain share.
    """
    if metric.read is None or metric.statistic_for(options) is not None:
        raise ValueError(f"{metric.key} is no share of calls; a table by segment shows shares only.")
    readings = [(name, metric.read(group, options)) for name, group in sorted(counts.groups.items())]
    low, high = two_sided_interval([reading.hits for _, reading in readings], [reading.trials for _, reading in readings], confidence)
    return [
        SegmentRow(
            group=name,
            n=reading.trials,
            open_calls=reading.open_trials + reading.undecided,
            value=reading.share,
            interval=(float(low[index]), float(high[index])),
            compared=reading.trials >= max(options.minimum_group, 1),
        )
        for index, (name, reading) in enumerate(readings)
    ]
