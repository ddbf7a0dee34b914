"""Minutes (UTC) in which calls were made, counted at the first counted call of each."""

from vendor_ai.domain.measure import Counts
from vendor_ai.domain.need import Need

MINUTES = Need("minutes_with_calls", lambda call: call.opens_minute)


def minutes(counts: Counts) -> int:
    """Minutes with at least one counted call."""
    return counts.sums.get(MINUTES.name, 0)
