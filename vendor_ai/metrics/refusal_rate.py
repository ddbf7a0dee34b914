"""The share of moderated answers in which the vendor's model refused the request."""

from vendor_ai.metrics.moderation import moderated_share

METRIC = moderated_share(
    "refusal_rate", "Refusal rate", "refused", "Outcomes of source moderation that say refused / all outcomes of that source."
)
