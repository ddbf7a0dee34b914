"""The share of moderated answers that were harmful."""

from vendor_ai.metrics.moderation import moderated_share

METRIC = moderated_share(
    "harmful_output_rate", "Harmful output rate", "harmful", "Outcomes of source moderation that say harmful / all outcomes of that source."
)
