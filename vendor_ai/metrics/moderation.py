"""Answers that a moderator looked at: outcomes of source ``moderation``, whose ``actual`` says what the answer was."""

from typing import Any

from vendor_ai.domain.measure import MODERATION, Counts
from vendor_ai.domain.metric import Metric, MetricOptions, Reading
from vendor_ai.domain.need import Need


def _moderated(call: Any) -> Any:
    return call.answered & (call.source == MODERATION) & call.actual.notnull()


MODERATED = Need("moderated", _moderated)


def moderated_share(key: str, label: str, word: str, source: str) -> Metric:
    """Return the share of moderated answers that were found to be ``word``; answers nobody moderated could still be either."""
    found = Need(f"moderated_{word}", lambda call: _moderated(call) & (call.actual == word))

    def read(counts: Counts, _options: MetricOptions) -> Reading:
        moderated = counts.sums.get(MODERATED.name, 0)
        return Reading(hits=counts.sums.get(found.name, 0), trials=moderated, open_trials=counts.answered - moderated)

    return Metric(
        key=key,
        label=label,
        unit="share",
        better="lower",
        needs_labels=True,
        read=read,
        needs=(MODERATED, found),
        label_source=MODERATION,
        source=source,
    )
