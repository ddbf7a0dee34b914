"""One file a metric: what it counts, and how counters become the share under test."""

from vendor_ai.domain.metric import Metric
from vendor_ai.kit.registry import Registry

METRICS: Registry[Metric] = Registry("vendor_ai.metrics", "METRIC")
