"""F1, balanced accuracy and averages over classes: worked by hand and against scikit-learn."""

from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn import metrics as oracle

from vendor_ai.domain.measure import Counts
from vendor_ai.domain.metric import MetricOptions, Statistic
from vendor_ai.metrics import METRICS
from vendor_ai.metrics.averaging import cells
from vendor_ai.metrics.completed import completed
from vendor_ai.metrics.confusion import PositiveLabelMissingError

Cell = tuple[str, str, int]

# Of 10 cats 8 are found, of 10 dogs 5, of 2 owls 1; cat is answered 11 times, dog 7 times, owl 4 times.
CONFUSION = {
    ("cat", "cat"): 8,
    ("cat", "dog"): 1,
    ("cat", "owl"): 1,
    ("dog", "cat"): 3,
    ("dog", "dog"): 5,
    ("dog", "owl"): 2,
    ("owl", "dog"): 1,
    ("owl", "owl"): 1,
}
COUNTS = Counts(predicted=30, labelled=25, correct=14, confusion=CONFUSION)


def statistic(key: str, options: MetricOptions) -> Statistic:
    found = METRICS[key].statistic_for(options)
    assert found is not None
    return found


def value(key: str, counts: Counts = COUNTS, **asked: Any) -> Fraction | float | None:
    options = completed(METRICS[key], counts, MetricOptions(**asked))
    found = statistic(key, options)
    return found.exact(found.parts(counts, options))


@pytest.mark.parametrize(
    ("key", "asked", "expected"),
    [
        ("balanced_accuracy", {}, Fraction(8 + 5 + 5, 30)),
        ("recall", {"average": "macro"}, Fraction(8 + 5 + 5, 30)),
        ("recall", {"average": "weighted"}, Fraction(14, 22)),
        ("precision", {"average": "macro"}, (Fraction(8, 11) + Fraction(5, 7) + Fraction(1, 4)) / 3),
        ("precision", {"average": "weighted"}, (10 * Fraction(8, 11) + 10 * Fraction(5, 7) + 2 * Fraction(1, 4)) / 22),
        ("f1", {"average": "macro"}, (Fraction(16, 21) + Fraction(10, 17) + Fraction(2, 6)) / 3),
        ("f1", {"average": "weighted"}, (10 * Fraction(16, 21) + 10 * Fraction(10, 17) + 2 * Fraction(2, 6)) / 22),
        ("f1", {"average": "micro"}, Fraction(14, 22)),
        ("f1", {"positive": "cat"}, Fraction(16, 21)),
    ],
)
def test_three_classes_worked_by_hand(key: str, asked: dict[str, str], expected: Fraction) -> None:
    assert value(key, **asked) == expected


@pytest.mark.parametrize(("positive", "base"), [("cat", 8 + 3 + 2), ("owl", 1 + 3 + 1)])
def test_the_calls_behind_an_f1_score_are_those_that_have_to_do_with_its_class(positive: str, base: int) -> None:
    options = MetricOptions(positive=positive)
    assert statistic("f1", options).base(COUNTS, options) == base
    assert statistic("f1", MetricOptions(average="micro")).base(COUNTS, MetricOptions(average="micro")) == 22


@pytest.mark.parametrize(
    ("key", "asked"),
    [("f1", {"positive": "cat"}), ("f1", {"average": "macro"}), ("precision", {"average": "macro"}), ("balanced_accuracy", {})],
)
def test_calls_whose_class_is_not_known_stay_open(key: str, asked: dict[str, str]) -> None:
    # 30 predicted calls, of which 22 are labelled with a class and 3 only as right or wrong.
    assert statistic(key, MetricOptions(**asked)).open_calls(COUNTS, MetricOptions(**asked)) == 8


def test_f1_without_a_positive_label_or_an_average_is_refused() -> None:
    with pytest.raises(PositiveLabelMissingError, match="positive: LABEL"):
        value("f1")


@pytest.mark.parametrize(
    ("key", "asked"),
    [
        ("f1", {"positive": "cat"}),
        ("f1", {"average": "micro"}),
        ("f1", {"average": "weighted"}),
        ("recall", {"average": "macro"}),
        ("precision", {"average": "macro"}),
        ("balanced_accuracy", {}),
    ],
)
def test_without_labelled_calls_there_is_no_figure(key: str, asked: dict[str, str]) -> None:
    assert value(key, Counts(predicted=5), **asked) is None
    options = completed(METRICS[key], Counts(), MetricOptions(**asked))
    empty = statistic(key, options).parts(Counts(), options)
    assert np.isnan(statistic(key, options).figure(np.array(empty, dtype=float)))


def test_a_class_without_a_figure_of_its_own_is_left_out_of_the_average() -> None:
    # Nobody answered "b", so it has no precision; nothing was "c", so there was nothing to find.
    counts = Counts(confusion={("a", "a"): 3, ("b", "a"): 1, ("a", "c"): 2})
    assert value("precision", counts, average="macro") == (Fraction(3, 4) + 0) / 2
    assert value("recall", counts, average="macro") == value("balanced_accuracy", counts) == (Fraction(3, 5) + 0) / 2
    # F1 exists for every class that was answered or right: 6/9 for "a", 0 for the others.
    assert value("f1", counts, average="macro") == Fraction(6, 9) / 3


def test_a_log_without_a_single_right_answer_averages_to_nothing_found() -> None:
    counts = Counts(confusion={("a", "b"): 3, ("b", "a"): 2})
    for average in ("macro", "weighted"):
        assert [value(key, counts, average=average) for key in ("precision", "recall", "f1")] == [0, 0, 0]


def test_the_parts_of_an_average_count_every_call_in_one_place() -> None:
    for average in ("macro", "weighted"):
        options = completed(METRICS["f1"], COUNTS, MetricOptions(average=average))
        assert sum(cells(COUNTS, options)) == 22
        assert len(cells(COUNTS, options)) == 3 * 3 + 3


CELLS = st.lists(st.tuples(st.sampled_from("abcd"), st.sampled_from("abcd"), st.integers(1, 9)), min_size=1, max_size=12)


def confusion_of(cells_found: list[Cell]) -> Counts:
    confusion: dict[tuple[str, str], int] = {}
    for actual, predicted, count in cells_found:
        confusion[actual, predicted] = confusion.get((actual, predicted), 0) + count
    size = sum(confusion.values())
    return Counts(predicted=size, labelled=size, confusion=confusion)


@settings(deadline=None, max_examples=60)
@given(CELLS)
def test_averages_equal_those_of_scikit_learn(found: list[Cell]) -> None:
    actual, predicted, weights = (np.array(column) for column in zip(*found, strict=True))
    counts = confusion_of(found)
    # Without a single pair of class and answer that has both, scikit-learn has nothing to average and says 0.
    scores = {"precision": oracle.precision_score, "recall": oracle.recall_score, "f1": oracle.f1_score}
    for average in ("macro", "weighted"):
        for key, score in scores.items():
            expected = score(actual, predicted, average=average, sample_weight=weights, zero_division=np.nan)
            assert float(value(key, counts, average=average) or 0) == pytest.approx(0 if np.isnan(expected) else expected)
    micro = oracle.f1_score(actual, predicted, average="micro", sample_weight=weights, zero_division=0)
    assert float(value("f1", counts, average="micro") or 0) == pytest.approx(micro)
    one = oracle.f1_score(actual == "a", predicted == "a", sample_weight=weights, zero_division=0)
    assert float(value("f1", counts, positive="a") or 0) == pytest.approx(one)


@settings(deadline=None, max_examples=60)
@given(CELLS)
def test_balanced_accuracy_equals_that_of_scikit_learn(found: list[Cell]) -> None:
    actual, predicted, weights = (np.array(column) for column in zip(*found, strict=True))
    balanced = float(value("balanced_accuracy", confusion_of(found)) or 0)
    recalls = oracle.recall_score(actual, predicted, labels=np.unique(actual), average="macro", sample_weight=weights)
    assert balanced == pytest.approx(recalls)
    if set(predicted) <= set(actual) and len(set(actual)) > 1:  # else it warns
        assert balanced == pytest.approx(oracle.balanced_accuracy_score(actual, predicted, sample_weight=weights))
