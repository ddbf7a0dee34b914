"""Many shares tested at once: each gets exactly what it gets alone."""

import numpy as np
import pytest

from vendor_ai.inference.clusters import Clustered, cluster_p_values, cluster_p_values_of


def random_shares(seed: int, count: int) -> list[Clustered]:
    """Shares over 3 to 40 clusters, some far from their limit and some at it, some with empty clusters."""
    draw = np.random.default_rng(seed)
    found = []
    for _ in range(count):
        size = int(draw.integers(3, 40))
        trials = draw.integers(0, 60, size)
        trials[:2] += 1  # two clusters hold trials for certain
        rate = draw.choice([0.02, 0.5, 0.9, 0.995])
        hits = draw.binomial(trials, np.clip(draw.normal(rate, 0.1, size), 0, 1))
        found.append(Clustered(hits, trials, float(draw.choice([rate, 0.3, 0.99])), bool(draw.integers(2))))
    return found


@pytest.mark.parametrize("seed", range(4))
def test_each_share_gets_what_it_gets_alone_to_the_last_digit(seed: int) -> None:
    many = random_shares(seed, 12)
    alone = [cluster_p_values(share.hits, share.trials, share.limit, is_floor=share.is_floor, draws=499) for share in many]
    assert cluster_p_values_of(many, draws=499) == alone
    assert cluster_p_values_of(many[::-1], draws=499) == alone[::-1]


def test_a_side_that_nobody_asks_for_is_zero_and_leaves_the_other_as_it_is() -> None:
    (share,) = random_shares(9, 1)
    breach, compliance = cluster_p_values_of([share], draws=499)[0]
    asked = [
        Clustered(share.hits, share.trials, share.limit, share.is_floor, breach=wanted, compliance=not wanted) for wanted in (True, False)
    ]
    assert cluster_p_values_of(asked, draws=499) == [(breach, 0.0), (0.0, compliance)]
    assert min(breach, compliance) > 0


def test_no_share_at_all_is_no_p_value_at_all() -> None:
    assert cluster_p_values_of([]) == []


def test_one_share_with_a_single_cluster_is_refused_among_others() -> None:
    with pytest.raises(ValueError, match="two clusters"):
        cluster_p_values_of([*random_shares(1, 2), Clustered([3], [5], 0.5, is_floor=True)])
