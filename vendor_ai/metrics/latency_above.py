"""The share of timed calls that took longer than the bound named in the clause."""

from vendor_ai.domain.metric import Metric
from vendor_ai.metrics.exceedance import read_exceedance

METRIC = Metric(
    key="latency_above",
    label="Calls slower than the bound",
    unit="share",
    better="lower",
    needs_labels=False,
    read=read_exceedance,
    bounded=True,
    source="Timed calls above bound_ms / all timed calls.",
)
