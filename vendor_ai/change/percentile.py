"""Percentiles as comparisons, charts and peers' figures use them: linear between ranks."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike

DEFINITION = "Hyndman-Fan 7, linear between ranks"


def linear_percentiles(milliseconds: ArrayLike, shares: Sequence[float]) -> tuple[float | None, ...]:
    """Return the percentile at each share (0 to 1) of answered calls, shape (n,), in ms; None without a call.

    A contract's percentile is another one, an order statistic: this one never decides a clause.

    Source:
        Hyndman & Fan (1996), The American Statistician 50, definition 7.
    """
    latency = np.asarray(milliseconds, dtype=np.float64)
    if latency.size == 0:
        return (None,) * len(shares)
    return tuple(float(value) for value in np.quantile(latency, shares, method="linear"))
