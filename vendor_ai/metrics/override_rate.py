"""Of the calls a person decided on, the share in which the final decision differs from the vendor's answer."""

from typing import Any

from vendor_ai.domain.measure import HUMAN_DECISION, Counts
from vendor_ai.domain.metric import Metric, MetricOptions, Reading
from vendor_ai.domain.need import Need


# The outcome's source is a column of the call like any other, named here as the engine names it.
def _decided(call: Any) -> Any:
    return call.labelled & (call.source == HUMAN_DECISION)


DECIDED = Need("human_decisions", _decided)
OVERRIDDEN = Need("human_decisions_overriding", lambda call: _decided(call) & ~call.hit)


def read_override_rate(counts: Counts, _options: MetricOptions) -> Reading:
    """Overriding decisions of all human decisions; calls that nobody decided on are no trials and will not become any."""
    return Reading(hits=counts.sums.get(OVERRIDDEN.name, 0), trials=counts.sums.get(DECIDED.name, 0))


METRIC = Metric(
    key="override_rate",
    label="Override rate",
    unit="share",
    better="lower",
    needs_labels=True,
    read=read_override_rate,
    needs=(DECIDED, OVERRIDDEN),
    label_source=HUMAN_DECISION,
    source="Outcomes of source human_decision that differ from the answer / all outcomes of that source.",
)
