"""How many timed calls took longer than the clause's limit."""

from vendor_ai.domain.measure import Counts
from vendor_ai.domain.metric import MetricOptions, Reading


def read_exceedance(counts: Counts, _options: MetricOptions) -> Reading:
    """Calls known to exceed the measure's latency limit, of all timed calls.

    "P95 at most 200 ms" holds exactly when at most 5 % of the calls take longer than 200 ms. A time-out logged at or under the limit is a
    trial that may be a hit: nobody knows how long the answer would have taken.
    """
    return Reading(hits=counts.above, trials=counts.timed, undecided=counts.undecided)
