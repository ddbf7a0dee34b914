"""Metrics that are shares of calls: worked by hand and against scikit-learn."""

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.metrics import accuracy_score, precision_score, recall_score

from vendor_ai.domain.measure import Counts
from vendor_ai.domain.metric import MetricOptions, Reading
from vendor_ai.metrics import METRICS
from vendor_ai.metrics.confusion import AverageNotAShareError, PositiveLabelMissingError

# (actual, predicted): 40 found, 10 missed, 20 false alarms, 130 rightly left alone.
CONFUSION = {("fraud", "fraud"): 40, ("fraud", "ok"): 10, ("ok", "fraud"): 20, ("ok", "ok"): 130}
COUNTS = Counts(
    attempted=260,
    answered=240,
    failed={"error": 7, "timeout": 3},
    excluded={"cancelled": 10},
    predicted=230,
    labelled=210,
    correct=175,
    confusion=CONFUSION,
    timed=243,
    above=12,
    undecided=2,
)
FRAUD = MetricOptions(positive="fraud")


def read(metric: str, options: MetricOptions = FRAUD, counts: Counts = COUNTS) -> Reading:
    return METRICS[metric].read(counts, options)


def test_every_metric_of_the_contract_template_is_registered() -> None:
    assert set(METRICS) >= {"accuracy", "precision", "recall", "latency_p95", "latency_p99", "uptime", "error_rate"}


@pytest.mark.parametrize(
    ("metric", "expected"),
    [
        ("accuracy", Reading(175, 210, open_trials=20)),
        ("precision", Reading(40, 60, open_trials=30)),
        ("recall", Reading(40, 50, open_trials=30)),
        ("uptime", Reading(240, 250)),
        ("error_rate", Reading(10, 250)),
        ("error_rate_error", Reading(7, 250)),
        ("error_rate_timeout", Reading(3, 250)),
        ("error_rate_rate_limited", Reading(0, 250)),
        ("specificity", Reading(130, 150, open_trials=30)),
        ("latency_p50", Reading(12, 243, undecided=2)),
        ("latency_p95", Reading(12, 243, undecided=2)),
        ("latency_p99", Reading(12, 243, undecided=2)),
        ("latency_above", Reading(12, 243, undecided=2)),
    ],
)
def test_the_counters_are_read_as_worked_by_hand(metric: str, expected: Reading) -> None:
    assert read(metric) == expected


@pytest.mark.parametrize("metric", ["precision", "recall", "specificity"])
def test_two_classes_without_a_positive_label_are_refused(metric: str) -> None:
    with pytest.raises(PositiveLabelMissingError, match="positive: LABEL"):
        read(metric, MetricOptions())


@pytest.mark.parametrize(("metric", "average"), [("precision", "macro"), ("precision", "weighted"), ("recall", "macro")])
def test_an_average_that_is_no_share_of_calls_is_not_read_as_one(metric: str, average: str) -> None:
    assert METRICS[metric].statistic_for(MetricOptions(average=average)) is METRICS[metric].averaged
    with pytest.raises(AverageNotAShareError, match="use one of binary, micro"):
        read(metric, MetricOptions(average=average))


def test_a_label_that_never_occurs_gives_no_trials() -> None:
    assert read("recall", MetricOptions(positive="unheard")).share is None
    assert read("precision", MetricOptions(positive="unheard")).share is None


def test_no_calls_give_no_share() -> None:
    for metric in METRICS.values():
        if metric.read is not None:
            reading = metric.read(Counts(), FRAUD)
            assert (reading.share, reading.bounds, reading.settled) == (None, None, True)


def test_the_error_rates_of_all_causes_add_up_to_the_error_rate() -> None:
    failed = {"error": 5, "timeout": 4, "rate_limited": 3, "client_error": 2}
    counts = Counts(answered=86, failed=failed)
    assert [read(f"error_rate_{cause}", counts=counts).hits for cause in failed] == [5, 4, 3, 2]
    assert read("error_rate", counts=counts) == Reading(14, 100)


def test_one_class_of_three_is_held_against_the_other_two() -> None:
    # 7 of 10 answered "a" were; 7 of 9 that were "a" were found; of the 16 others 13 were not taken for "a", right or wrong among them.
    counts = Counts(confusion={("a", "a"): 7, ("b", "a"): 3, ("a", "c"): 2, ("b", "c"): 4, ("c", "c"): 9}, predicted=25)
    one = MetricOptions(positive="a")
    assert read("precision", one, counts) == Reading(7, 10)
    assert read("recall", one, counts) == Reading(7, 9)
    assert read("specificity", one, counts) == Reading(13, 16)


def test_open_calls_fall_on_either_side_in_the_worst_cases() -> None:
    reading = read("accuracy")
    assert reading.bounds == (Fraction(175, 230), Fraction(195, 230))
    assert not reading.settled


def test_an_undecided_time_out_is_a_trial_already() -> None:
    assert read("latency_p95").bounds == (Fraction(12, 243), Fraction(14, 243))


def test_labels_that_say_only_right_or_wrong_stay_open_for_precision() -> None:
    counts = Counts(predicted=100, labelled=100, correct=90, confusion={("a", "a"): 30, ("b", "a"): 10})
    assert read("accuracy", counts=counts).settled
    assert read("precision", MetricOptions(positive="a"), counts) == Reading(30, 40, open_trials=60)


@settings(deadline=None)
@given(st.lists(st.tuples(st.sampled_from("abc"), st.sampled_from("abc"), st.integers(1, 9)), min_size=1, max_size=9))
def test_shares_equal_those_of_scikit_learn(cells: list[tuple[str, str, int]]) -> None:
    actual, predicted, weights = (np.array(column) for column in zip(*cells, strict=True))
    confusion: dict[tuple[str, str], int] = {}
    for truth, answer, count in cells:
        confusion[truth, answer] = confusion.get((truth, answer), 0) + count
    size = sum(confusion.values())
    right = sum(count for (truth, answer), count in confusion.items() if truth == answer)
    counts = Counts(predicted=size, labelled=size, correct=right, confusion=confusion)

    def share(metric: str, **options: str) -> float:
        return float(read(metric, MetricOptions(**options), counts).share or 0)

    arguments = {"sample_weight": weights, "zero_division": 0}
    assert share("accuracy") == pytest.approx(accuracy_score(actual, predicted, sample_weight=weights))
    backwards = recall_score(actual != "a", predicted != "a", **arguments)
    assert share("specificity", positive="a") == pytest.approx(backwards)
    assert share("precision", positive="a") == pytest.approx(precision_score(actual, predicted, labels=["a"], average="micro", **arguments))
    assert share("recall", positive="a") == pytest.approx(recall_score(actual, predicted, labels=["a"], average="micro", **arguments))
    assert share("precision", average="micro") == pytest.approx(precision_score(actual, predicted, average="micro", **arguments))
    assert share("recall", average="weighted") == pytest.approx(recall_score(actual, predicted, average="weighted", **arguments))
