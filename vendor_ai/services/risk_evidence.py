"""What the days that a clause's alarm has taken in say against the promise as it stands today."""

import hashlib
import json
from collections.abc import Sequence
from fractions import Fraction

import numpy as np

from vendor_ai.domain.contract import Performance
from vendor_ai.domain.measure import Measure
from vendor_ai.domain.metric import Metric
from vendor_ai.inference.sequential import log_e_process

_MOST = 1e12


def watched(clause: str, terms: Performance, measure: Measure) -> str:
    """Name a clause with what it counts: amended to count other calls, it starts afresh; with another limit, its days are weighed anew."""
    counted = json.dumps([measure.key, terms.metric, terms.positive, terms.average])
    return f"{clause}@{hashlib.sha256(counted.encode()).hexdigest()[:16]}"


def log_evidence(days: Sequence[tuple[int, int]], terms: Performance, metric: Metric) -> list[float]:
    """The logarithm of the evidence after each day's hits of trials; a day without calls changes nothing. What no column holds is cut."""
    shares = [hits / trials if trials else np.nan for hits, trials in days]
    limit, is_floor = (terms.limit, terms.is_floor) if metric.quantile is None else (Fraction(1) - metric.quantile, False)
    found = log_e_process(shares, min(max(float(limit), 0.0), 1.0), is_floor=is_floor)
    return [float(value) for value in np.clip(found, -_MOST, _MOST)]
