"""What holds for every metric: parts add up, exact and vectorised figures agree, and no data is no figure."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vendor_ai.domain.measure import Counts, total
from vendor_ai.domain.metric import Metric, MetricOptions, Statistic
from vendor_ai.domain.need import FIXED_POINT
from vendor_ai.metrics import METRICS
from vendor_ai.metrics.completed import completed
from vendor_ai.metrics.confusion import BINARY

KEYS = {
    "accuracy", "average_precision", "balanced_accuracy", "brier", "calibration_error", "cost_per_call", "cost_per_correct_call",
    "demographic_parity_difference", "demographic_parity_ratio", "equalised_odds_difference", "error_rate", "error_rate_client_error",
    "error_rate_error", "error_rate_rate_limited", "error_rate_timeout", "f1", "harmful_output_rate", "latency_above", "latency_p50",
    "latency_p95", "latency_p99", "mae", "mape", "override_rate", "precision", "r2", "recall", "refusal_rate", "rmse", "roc_auc",
    "specificity", "throughput", "uptime", "uptime_time",
}  # fmt: skip


def ways(metric: Metric) -> Iterator[MetricOptions]:
    """The options under which a metric can be asked."""
    if metric.needs_positive:
        yield MetricOptions(positive="a", minimum_group=1)
        yield from (MetricOptions(average=average) for average in metric.averages if average != BINARY)
    else:
        yield MetricOptions()


STATISTICS = [
    pytest.param(metric, options, statistic, id=f"{key}-{options.average or options.positive or 'plain'}")
    for key, metric in METRICS.items()
    for options in ways(metric)
    if (statistic := metric.statistic_for(options)) is not None
]
SUMS = sorted({need.name for metric in METRICS.values() for need in metric.needs if need.amount is not None})
COUNTED = sorted({need.name for metric in METRICS.values() for need in metric.needs_for("a") if need.amount is None})

_CONFUSION = st.dictionaries(st.tuples(st.sampled_from("abc"), st.sampled_from("abc")), st.integers(1, 30), max_size=6)


@st.composite
def any_counts(draw: st.DrawFn, *, groups: bool = True) -> Counts:
    """Counters in which everything that metrics need has some number."""
    confusion = draw(_CONFUSION)
    known = sum(confusion.values())
    return Counts(
        answered=draw(st.integers(0, 50)) + known,
        predicted=draw(st.integers(0, 20)) + known,
        confusion=confusion,
        sums={name: draw(st.integers(0, 40)) for name in COUNTED} | {name: draw(st.integers(0, 40 * FIXED_POINT)) for name in SUMS},
        groups={name: draw(any_counts(groups=False)) for name in draw(st.sets(st.sampled_from("xyz")))} if groups else {},
    )


def test_every_metric_of_the_list_is_found_by_scanning() -> None:
    assert set(METRICS) == KEYS
    assert all(metric.source and metric.label for metric in METRICS.values())
    assert len({metric.label for metric in METRICS.values()}) == len(METRICS)


def test_the_manual_names_every_metric() -> None:
    manual = (Path(__file__).resolve().parents[2] / "docs" / "metrics.md").read_text(encoding="utf-8")
    assert {key for key in METRICS if f"`{key}`" not in manual} == set()


def test_averages_are_offered_where_there_is_a_way_to_them() -> None:
    for metric in METRICS.values():
        assert (metric.averaged is not None) == ("macro" in metric.averages)
        assert metric.needs_positive == (BINARY in metric.averages)


@pytest.mark.parametrize(("metric", "options", "statistic"), STATISTICS)
@settings(max_examples=20, deadline=None)
@given(data=st.data())
def test_parts_of_days_add_up_to_those_of_the_period(
    metric: Metric, options: MetricOptions, statistic: Statistic, data: st.DataObject
) -> None:
    days = data.draw(st.lists(any_counts(), min_size=1, max_size=3))
    period = total(days)
    chosen = completed(metric, period, options)

    by_day = [statistic.parts(day, chosen) for day in days]

    assert tuple(map(sum, zip(*by_day, strict=True))) == statistic.parts(period, chosen)


@pytest.mark.parametrize(("metric", "options", "statistic"), STATISTICS)
@settings(max_examples=30, deadline=None)
@given(data=st.data())
def test_exact_and_vectorised_figures_agree(metric: Metric, options: MetricOptions, statistic: Statistic, data: st.DataObject) -> None:
    first, second = data.draw(any_counts()), data.draw(any_counts())
    chosen = completed(metric, total((first, second)), options)
    rows = [statistic.parts(counts, chosen) for counts in (first, second)]

    figures = statistic.figure(np.array([rows, rows], dtype=np.float64))

    assert figures.shape == (2, 2)
    for index, parts in enumerate(rows):
        exact = statistic.exact(parts)
        assert figures[0, index] == pytest.approx(np.nan if exact is None else float(exact), rel=1e-9, abs=1e-9, nan_ok=True)


@pytest.mark.parametrize(("metric", "options", "statistic"), STATISTICS)
def test_no_data_is_no_figure_and_neither_good_nor_bad(metric: Metric, options: MetricOptions, statistic: Statistic) -> None:
    chosen = completed(metric, Counts(), options)
    parts = statistic.parts(Counts(), chosen)

    assert statistic.exact(parts) is None
    assert np.isnan(statistic.figure(np.array(parts, dtype=np.float64)))
    assert (statistic.base(Counts(), chosen), statistic.open_calls(Counts(), chosen)) == (0, 0)


@pytest.mark.parametrize(("metric", "options", "statistic"), [entry for entry in STATISTICS if entry.values[2].disjoint])
@settings(max_examples=20, deadline=None)
@given(counts=any_counts())
def test_disjoint_parts_count_no_call_twice(metric: Metric, options: MetricOptions, statistic: Statistic, counts: Counts) -> None:
    chosen = completed(metric, counts, options)
    seen = [counts.groups[name] for name in chosen.labels] if metric.grouped else [counts]
    calls = [statistic.base(part, chosen) if metric.needs_of_positive else sum(part.confusion.values()) for part in seen]
    assert sum(statistic.parts(counts, chosen)) <= sum(calls)


@settings(max_examples=30, deadline=None)
@given(counts=any_counts(), more=st.integers(1, 9))
def test_labels_come_from_the_whole_period_and_groups_only_where_they_are_large_enough(counts: Counts, more: int) -> None:
    by_class = completed(METRICS["f1"], counts, MetricOptions(average="macro"))
    assert set(by_class.labels) == {label for cell in counts.confusion for label in cell}
    options = replace(MetricOptions(positive="a"), minimum_group=more)

    def answers_of(group: Counts) -> int:
        return group.sums["answered:a"] + group.sums["answered_not:a"]

    by_group = completed(METRICS["demographic_parity_ratio"], counts, options)
    assert by_group.labels == tuple(sorted(name for name, group in counts.groups.items() if answers_of(group) >= more))
