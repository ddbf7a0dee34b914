"""How often the test by days calls compliance or a breach proven although the true rate is the limit.

Run it as ``python -m benchmarks.clusters``; it prints one row a scenario.
"""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from vendor_ai.inference.clusters import cluster_p_values
from vendor_ai.inference.exact import breach_p_value, compliance_p_value

LIMIT = 0.005
LEVEL = 0.05
CALLS = 200
QUARTERS = 4_000

Days = Callable[[np.random.Generator, int], NDArray[np.int64]]


def independent(rng: np.random.Generator, days: int) -> NDArray[np.int64]:
    return rng.binomial(CALLS, LIMIT, days)


def bursts(share_of_days: float, rate: float) -> Days:
    return lambda rng, days: rng.binomial(CALLS, np.where(rng.random(days) < share_of_days, rate, 0.0))


def better(rng: np.random.Generator, days: int) -> NDArray[np.int64]:
    return rng.binomial(CALLS, 0.003, days)


SCENARIOS: dict[str, tuple[int, Days]] = {
    "independent": (60, independent),
    "5 % of days fail in 10 % of calls": (60, bursts(0.05, 0.10)),
    "2 % of days fail in 25 % of calls": (90, bursts(0.02, 0.25)),
    "power: true rate 0.3 %": (60, better),
}


def main() -> None:
    print(f"{'scenario':36} {'breach: calls':>14} {'by days':>8} {'compliance: calls':>18} {'by days':>8}")
    for name, (days, draw) in SCENARIOS.items():
        rng = np.random.default_rng(3)
        proven = np.zeros(4)
        for _ in range(QUARTERS):
            failed, calls = draw(rng, days), np.full(days, CALLS)
            breach = float(breach_p_value(failed.sum(), calls.sum(), LIMIT, False))
            kept = float(compliance_p_value(failed.sum(), calls.sum(), LIMIT, False))
            breach_days, kept_days = cluster_p_values(failed, calls, LIMIT, is_floor=False, draws=1_999)
            proven += [breach <= LEVEL, max(breach, breach_days) <= LEVEL, kept <= LEVEL, max(kept, kept_days) <= LEVEL]
        shares = proven / QUARTERS
        print(f"{name:36} {shares[0]:14.1%} {shares[1]:8.1%} {shares[2]:18.1%} {shares[3]:8.1%}")


if __name__ == "__main__":
    main()
