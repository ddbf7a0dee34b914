"""Response time that 99 % of the timed calls do not exceed."""

from fractions import Fraction

from vendor_ai.domain.metric import Metric
from vendor_ai.metrics.exceedance import read_exceedance

METRIC = Metric(
    key="latency_p99",
    label="Response time (99th percentile)",
    unit="ms",
    better="lower",
    needs_labels=False,
    read=read_exceedance,
    quantile=Fraction(99, 100),
    source="Inverted distribution function, Hyndman & Fan (1996), definition 1.",
)
