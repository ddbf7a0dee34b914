"""Response time that half of the timed calls do not exceed."""

from fractions import Fraction

from vendor_ai.domain.metric import Metric
from vendor_ai.metrics.exceedance import read_exceedance

METRIC = Metric(
    key="latency_p50",
    label="Response time (median)",
    unit="ms",
    better="lower",
    needs_labels=False,
    read=read_exceedance,
    quantile=Fraction(1, 2),
    source="Inverted distribution function, Hyndman & Fan (1996), definition 1.",
)
