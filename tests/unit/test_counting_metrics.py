"""Metrics from counters against scikit-learn on the rows they were counted from."""

import tempfile
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.metrics import accuracy_score, balanced_accuracy_score, f1_score, mean_absolute_error, precision_score, recall_score

from tests.factories.plain_counting import Call, Label, stored
from vendor_ai.domain.measure import Counts, Measure, total
from vendor_ai.domain.metric import MetricOptions
from vendor_ai.metrics import METRICS
from vendor_ai.metrics.completed import completed
from vendor_ai.predictions.duckdb import DuckDBEngine

DAY = datetime(2026, 7, 1, 12, tzinfo=UTC)
CLASSES = st.sampled_from(["yes", "no", "perhaps"])
PAIRS = st.lists(st.tuples(CLASSES, CLASSES, CLASSES), min_size=1, max_size=40)
NUMBERS = st.lists(st.tuples(*(st.integers(-10_000, 10_000).map(lambda number: number / 8),) * 2), min_size=1, max_size=40)


def counted(calls: list[Call], labels: list[Label], *needs: str) -> Counts:
    """The counters of some calls, stored as a log stores them."""
    measure = Measure("ocr", "UTC", needs=needs)
    known = {need.name: need for metric in METRICS.values() for need in metric.needs}
    with tempfile.TemporaryDirectory() as folder:
        engine = DuckDBEngine(Path(folder), threads=1)
        predictions, outcomes = stored(engine, calls, labels)
        found = engine.count([measure], predictions=predictions, outcomes=outcomes, days=[DAY.date()], needs=known)
    return total(entry.counts for entry in found[measure.key])


def figure(key: str, counts: Counts, **options: str) -> float:
    """A metric's value."""
    metric = METRICS[key]
    chosen = completed(metric, counts, MetricOptions(**options))
    statistic = metric.statistic_for(chosen)
    if statistic is not None:
        value = statistic.exact(statistic.parts(counts, chosen))
        return float("nan") if value is None else float(value)
    assert metric.read is not None
    share = metric.read(counts, chosen).share
    return float("nan") if share is None else float(share)


@settings(max_examples=25, deadline=None)
@given(PAIRS)
def test_shares_and_averages_are_those_of_scikit_learn_whatever_was_corrected(rows: list[tuple[str, str, str]]) -> None:
    calls = [Call(f"c{number}", DAY, prediction=said) for number, (said, _, _) in enumerate(rows)]
    first = [Label(f"c{number}", actual=wrong, observed_at=DAY) for number, (_, _, wrong) in enumerate(rows)]
    last = [Label(f"c{number}", actual=true, observed_at=DAY + timedelta(days=1)) for number, (_, true, _) in enumerate(rows)]
    counts = counted(calls, [*last, *first])
    said, true = [row[0] for row in rows], [row[1] for row in rows]
    assert counts.contradicted == sum(wrong != right for _, right, wrong in rows)
    assert figure("accuracy", counts) == pytest.approx(accuracy_score(true, said), rel=1e-12)
    # A class that was never answered has no precision and is left out of the mean; its F1 is 0.
    scores: dict[str, tuple[Callable[..., float], float]] = {
        "precision": (precision_score, float("nan")),
        "recall": (recall_score, float("nan")),
        "f1": (f1_score, 0.0),
    }
    for key, (score, undefined) in scores.items():
        for average in ("macro", "weighted"):
            expected = score(true, said, average=average, zero_division=undefined)
            assert figure(key, counts, average=average) == pytest.approx(expected, rel=1e-12, abs=1e-12), (key, average)
    seen = set(true)
    if len(seen) > 1 and set(said) <= seen:
        assert figure("balanced_accuracy", counts) == pytest.approx(balanced_accuracy_score(true, said), rel=1e-12)


@settings(max_examples=25, deadline=None)
@given(NUMBERS)
def test_the_mean_error_of_numbers_is_that_of_scikit_learn(rows: list[tuple[float, float]]) -> None:
    calls = [Call(f"c{number}", DAY, prediction_value=said) for number, (said, _) in enumerate(rows)]
    labels = [Label(f"c{number}", actual_value=true, observed_at=DAY) for number, (_, true) in enumerate(rows)]
    counts = counted(calls, labels, *(need.name for need in METRICS["mae"].needs))
    said, true = [row[0] for row in rows], [row[1] for row in rows]
    assert figure("mae", counts) == pytest.approx(mean_absolute_error(true, said), rel=1e-12)
    assert (counts.labelled, counts.correct) == (len(rows), sum(one == other for one, other in rows))
