"""Figures that are no plain share, in one family with the shares."""

from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal
from fractions import Fraction
from typing import Any

import numpy as np
import pytest

from vendor_ai.domain.measure import Counts, total
from vendor_ai.domain.metric import Metric, MetricOptions, RowStatistic, Statistic
from vendor_ai.domain.verdict import Evidence, Measurement, Reason
from vendor_ai.inference.measure import Entry, LabelCheck, measure
from vendor_ai.metrics import METRICS

ALPHA = Decimal("0.05")


def _parts(counts: Counts, _options: MetricOptions) -> tuple[int, ...]:
    """Right and wrong answers to actual cats, then to actual dogs."""
    pairs = (("cat", "cat"), ("cat", "dog"), ("dog", "dog"), ("dog", "cat"))
    return tuple(counts.confusion.get(pair, 0) for pair in pairs)


def _exact(parts: tuple[int, ...]) -> Fraction | None:
    cats, dogs = parts[0] + parts[1], parts[2] + parts[3]
    return (Fraction(parts[0], cats) + Fraction(parts[2], dogs)) / 2 if cats and dogs else None


def _figure(parts: Any) -> Any:
    values = np.asarray(parts, dtype=np.float64)
    cats, dogs = values[..., 0] + values[..., 1], values[..., 2] + values[..., 3]
    known = (cats > 0) & (dogs > 0)
    shares = values[..., 0] / np.where(known, cats, 1) + values[..., 2] / np.where(known, dogs, 1)
    return np.where(known, shares / 2, np.nan)


def balanced(*, disjoint: bool = True) -> Metric:
    """The mean of both classes' recall."""
    statistic = Statistic(
        parts=_parts,
        exact=_exact,
        figure=_figure,
        base=lambda counts, _: counts.labelled,
        open_calls=lambda counts, _: counts.predicted - counts.labelled,
        disjoint=disjoint,
    )
    return Metric("balanced", "Balanced", "share", "higher", needs_labels=True, statistic=statistic)


def labelled(cats: tuple[int, int], dogs: tuple[int, int], unlabelled: int = 0) -> Counts:
    """Right and wrong answers to each."""
    cells = {("cat", "cat"): cats[0], ("cat", "dog"): cats[1], ("dog", "dog"): dogs[0], ("dog", "cat"): dogs[1]}
    size = sum(cells.values())
    return Counts(
        attempted=size + unlabelled,
        answered=size + unlabelled,
        predicted=size + unlabelled,
        labelled=size,
        correct=cats[0] + dogs[0],
        confusion={pair: count for pair, count in cells.items() if count},
    )


def entry(counts: Counts, *, disjoint: bool = True, by_day: Mapping[str, Counts] | None = None, **more: Any) -> Entry:
    return Entry(
        metric=balanced(disjoint=disjoint), counts=counts, limit=Fraction(8, 10), is_floor=True, by_day=by_day or {}, **more
    )  # fmt: skip


def one(*entries: Entry) -> Measurement:
    return measure(entries, significance=ALPHA)[0]


def test_the_value_is_exact_and_the_share_of_all_calls_does_not_matter() -> None:
    # 90 of 100 cats and 5 of 10 dogs: (0.9 + 0.5) / 2, whereas 95 of 110 are right.
    found = one(entry(labelled((90, 10), (5, 5))))
    assert (found.value, found.n, found.missed) == (Fraction(7, 10), 110, True)


def test_exactly_at_the_limit_is_not_missed() -> None:
    assert one(entry(labelled((80, 20), (8, 2)))).missed is False


def test_a_figure_far_below_its_floor_is_a_proven_breach_by_redrawn_calls() -> None:
    found = one(entry(labelled((600, 400), (500, 500))))
    low, high = found.interval
    assert low is not None
    assert high is not None
    # The standard error of the mean of both recalls: sqrt(0.24 / 1,000 + 0.25 / 1,000) / 2 = 0.01107.
    assert (low, high) == pytest.approx((0.55 - 1.96 * 0.01107, 0.55 + 1.96 * 0.01107), abs=0.002)
    assert (found.evidence, found.reasons) == (Evidence.PROVEN_BREACH, (Reason.CLUSTERS_TOO_FEW,))


def test_half_the_calls_of_the_rare_class_are_too_few_to_prove_anything() -> None:
    assert one(entry(labelled((900, 100), (5, 5)))).evidence is Evidence.NOT_PROVEN


def test_parts_that_overlap_need_days_to_be_tested_and_without_twenty_nothing_is_proven() -> None:
    found = one(entry(labelled((600, 400), (500, 500)), disjoint=False))
    assert (found.value, found.missed, found.p_value, found.interval) == (Fraction(55, 100), True, None, (None, None))
    assert (found.evidence, found.reasons) == (Evidence.NOT_PROVEN, (Reason.TOO_FEW_DAYS,))


def test_from_twenty_days_on_whole_days_are_redrawn() -> None:
    by_day = {f"day-{number:02d}": labelled((60, 40), (50, 50)) for number in range(20)}
    found = one(entry(total(by_day.values()), disjoint=False, by_day=by_day))
    assert (found.evidence, found.reasons) == (Evidence.PROVEN_BREACH, (Reason.CLUSTERS_BY_DAY,))


def test_three_bad_days_of_twenty_one_prove_nothing_though_the_calls_alone_would() -> None:
    good, bad = labelled((88, 12), (88, 12)), labelled((10, 90), (10, 90))
    by_day = {f"day-{number:02d}": bad if number < 3 else good for number in range(21)}
    counts = total(by_day.values())
    assert one(entry(counts)).evidence is Evidence.PROVEN_BREACH
    assert one(entry(counts, by_day=by_day)).evidence is Evidence.NOT_PROVEN


def test_days_without_calls_do_not_count_as_days() -> None:
    by_day = {f"day-{number:02d}": labelled((60, 40), (50, 50)) if number < 19 else Counts() for number in range(25)}
    assert one(entry(total(by_day.values()), disjoint=False, by_day=by_day)).reasons == (Reason.TOO_FEW_DAYS,)


def test_clusters_of_the_contracts_key_are_redrawn_too_and_calls_without_one_are_a_cluster_together() -> None:
    clusters = {str(number): labelled((60, 40), (50, 50)) for number in range(20)}
    all_named = replace(total(clusters.values()), clusters=clusters)
    found = one(entry(all_named, disjoint=False))
    assert (found.evidence, found.reasons) == (Evidence.PROVEN_BREACH, (Reason.CLUSTERS_BY_KEY,))
    rest = labelled((4_000, 0), (4_000, 0))
    with_rest = replace(total([*clusters.values(), rest]), clusters=clusters)
    # 5,100 of 6,000 are right over both classes: 0.86 meets the floor, and the one large cluster that lifts it may be missing in a redraw.
    assert one(entry(with_rest, disjoint=False)).evidence is Evidence.NOT_PROVEN


def test_a_figure_with_calls_left_to_label_proves_nothing_since_it_has_no_worst_case_bounds() -> None:
    found = one(entry(labelled((600, 400), (500, 500), unlabelled=1)))
    assert (found.evidence, found.reasons[0], found.bounds) == (Evidence.NOT_PROVEN, Reason.UNLABELLED, None)


@pytest.mark.parametrize("check", [LabelCheck(100, 1), LabelCheck(2, 0)])
def test_a_figure_whose_labels_may_be_wrong_proves_nothing_even_where_no_check_found_an_error(check: LabelCheck) -> None:
    # Two checks that agree leave almost any error possible.
    assert one(entry(labelled((600, 400), (500, 500)))).evidence is Evidence.PROVEN_BREACH
    found = one(entry(labelled((600, 400), (500, 500)), check=check))
    assert (found.evidence, found.reasons[0]) == (Evidence.NOT_PROVEN, Reason.LABELS_UNCERTAIN)


def test_a_figure_without_a_value_is_no_data() -> None:
    found = one(entry(labelled((60, 40), (0, 0))))
    assert (found.value, found.missed, found.n, found.reasons) == (None, None, 0, (Reason.NO_DATA,))


def test_figures_and_shares_are_adjusted_as_one_family() -> None:
    share = Entry(
        metric=METRICS["accuracy"], counts=Counts(predicted=1000, labelled=1000, correct=800), limit=Fraction(83, 100), is_floor=True
    )  # fmt: skip
    alone, (first, second) = one(share), measure([share, entry(labelled((600, 400), (500, 500)))], significance=ALPHA)
    assert alone.p_value is not None
    assert second.p_value == pytest.approx(1 / 10_000)  # no draw reaches the floor
    # 0.0001 is the smaller of the two and counts twice; the larger stays.
    assert second.p_adjusted == pytest.approx(2 / 10_000)
    assert first.p_adjusted == pytest.approx(max(alone.p_value, 2 / 10_000))


def test_classes_are_taken_from_the_counters_where_nobody_names_them() -> None:
    seen: list[tuple[str, ...]] = []

    def parts(counts: Counts, options: MetricOptions) -> tuple[int, ...]:
        seen.append(options.labels)
        return _parts(counts, options)

    base = balanced().statistic
    assert base is not None
    statistic = Statistic(parts, base.exact, base.figure, base.base, base.open_calls, disjoint=True)
    metric = Metric("balanced", "Balanced", "share", "higher", needs_labels=True, statistic=statistic)
    one(Entry(metric=metric, counts=labelled((60, 40), (0, 10)), limit=Fraction(1, 2), is_floor=True))
    assert set(seen) == {("cat", "dog")}


def rows_metric() -> Metric:
    nothing = RowStatistic((), lambda *_: 0.0, lambda *_: (0.0, 0.0), lambda *_: (1.0, 1.0))
    return Metric("area", "Area", "share", "higher", needs_labels=True, rows=nothing)


def from_rows(**fields: Any) -> Entry:
    counts = fields.pop("counts", Counts(predicted=500, labelled=500))
    return Entry(metric=rows_metric(), counts=counts, limit=Fraction(9, 10), is_floor=True, **fields)


def test_a_figure_from_rows_brings_its_value_interval_and_p_values_along() -> None:
    found = one(from_rows(value=0.8, interval=(0.75, 0.85), p_values=(0.001, 1.0), base=500))
    assert (found.value, found.interval, found.n, found.missed) == (0.8, (0.75, 0.85), 500, True)
    assert (found.p_value, found.evidence, found.reasons) == (0.001, Evidence.PROVEN_BREACH, ())


def test_a_figure_from_rows_with_unlabelled_calls_proves_nothing() -> None:
    partly = Counts(predicted=500, labelled=499)
    found = one(from_rows(value=0.8, interval=(0.75, 0.85), p_values=(0.001, 1.0), base=499, counts=partly))
    assert (found.evidence, found.reasons) == (Evidence.NOT_PROVEN, (Reason.UNLABELLED,))


def test_a_figure_from_rows_proves_nothing_where_twenty_days_or_twelve_clusters_could_say_otherwise() -> None:
    def found(days: int, clusters: int) -> Measurement:
        parts = {str(number): Counts(predicted=20, labelled=20) for number in range(max(days, clusters))}
        by_day = {key: parts[key] for key in list(parts)[:days]}
        counts = Counts(predicted=500, labelled=500, clusters={key: parts[key] for key in list(parts)[:clusters]})
        return one(from_rows(value=0.8, interval=(0.75, 0.85), p_values=(0.001, 1.0), base=500, counts=counts, by_day=by_day))

    assert found(19, 11).evidence is Evidence.PROVEN_BREACH
    for days, clusters in ((20, 0), (0, 12)):
        untested = found(days, clusters)
        assert (untested.evidence, untested.reasons) == (Evidence.NOT_PROVEN, (Reason.CLUSTERS_UNTESTED,))
        assert (untested.value, untested.p_value, untested.missed) == (0.8, 0.001, True)


def test_days_without_labelled_calls_do_not_hold_a_figure_from_rows_back() -> None:
    by_day = {f"day-{number:02d}": Counts(predicted=20, labelled=20 if number < 19 else 0) for number in range(30)}
    assert one(from_rows(value=0.8, p_values=(0.001, 1.0), base=380, by_day=by_day)).evidence is Evidence.PROVEN_BREACH


@pytest.mark.parametrize("fields", [{}, {"value": float("nan"), "base": 5}])
def test_rows_without_a_figure_are_no_data(fields: dict[str, Any]) -> None:
    assert one(from_rows(**fields)).reasons == (Reason.NO_DATA,)


def groups(*positive: int, size: int = 500) -> Entry:
    """Groups of ``size`` calls each, so many of them answered with the positive label."""
    cells = [{"answered:yes": hits, "answered_not:yes": size - hits} for hits in positive]
    parts = {f"g{number}": Counts(attempted=size, answered=size, predicted=size, sums=cell) for number, cell in enumerate(cells)}
    counts = replace(total(parts.values()), groups=parts)
    options = MetricOptions(positive="yes", average="binary", labels=tuple(parts))
    metric = METRICS["demographic_parity_difference"]
    return Entry(metric=metric, counts=counts, limit=Fraction(1, 10), is_floor=False, options=options)


def test_many_groups_that_fare_alike_break_no_bound_on_their_largest_difference() -> None:
    # 50 % of 100 calls in each of eight groups: by chance alone the highest and the lowest of such shares lie 0.14 apart.
    found = one(replace(groups(*[50] * 8, size=100), limit=Fraction(5, 100)))
    assert (found.value, found.evidence) == (0, Evidence.NOT_PROVEN)
    spread = one(groups(43, 57, 50, 50, 50, 50, 50, 50, size=100))
    assert (spread.value, spread.missed, spread.evidence) == (Fraction(14, 100), True, Evidence.NOT_PROVEN)


def test_one_pair_far_apart_is_a_proven_breach_and_equal_large_groups_are_proven_compliant() -> None:
    apart = one(groups(250, 250, 250, 400))
    assert (apart.value, apart.evidence) == (Fraction(3, 10), Evidence.PROVEN_BREACH)
    low, high = apart.interval
    assert low is not None
    assert high is not None
    # One pair: standard error sqrt(0.25 / 500 + 0.16 / 500) = 0.0286; the lower end is adjusted for six pairs (2.64 standard errors).
    assert low == pytest.approx(0.3 - 2.64 * 0.0286, abs=0.012)
    assert high == pytest.approx(0.3 + 1.96 * 0.0286, abs=0.012)
    assert one(groups(500, 500, 500, size=1_000)).evidence is Evidence.PROVEN_COMPLIANT


def test_sums_with_more_digits_than_the_machines_integers_are_redrawn_too() -> None:
    huge = 10**24
    statistic = Statistic(
        parts=lambda counts, _: (counts.labelled, counts.correct * huge),
        exact=lambda parts: Fraction(parts[1], parts[0] * huge) if parts[0] else None,
        figure=lambda parts: np.asarray(parts)[..., 1] / np.asarray(parts)[..., 0] / huge,
        base=lambda counts, _: counts.labelled,
        open_calls=lambda _counts, _: 0,
    )
    metric = Metric("mean", "Mean", "number", "higher", needs_labels=True, statistic=statistic)
    clusters = {str(number): Counts(labelled=100, correct=40 + number) for number in range(20)}
    counts = replace(total(clusters.values()), clusters=clusters)
    found = one(Entry(metric=metric, counts=counts, limit=Fraction(8, 10), is_floor=True, by_day=clusters))
    assert (found.value, found.evidence) == (Fraction(990, 2_000), Evidence.PROVEN_BREACH)
