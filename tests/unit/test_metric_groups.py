"""Groups compared and segments shown: worked by hand, and against reading the calls one by one."""

from collections.abc import Sequence
from dataclasses import replace
from fractions import Fraction
from itertools import permutations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import binomtest
from sklearn.metrics import recall_score

from tests.factories.counted_calls import CountedCall, counts_of
from vendor_ai.domain.measure import Counts
from vendor_ai.domain.metric import MetricOptions, Statistic
from vendor_ai.metrics import METRICS
from vendor_ai.metrics.completed import compared_groups, completed
from vendor_ai.metrics.confusion import PositiveLabelMissingError
from vendor_ai.metrics.segment_table import SegmentRow, segment_table

PARITY = ("demographic_parity_difference", "demographic_parity_ratio")
LOAN = MetricOptions(positive="loan", minimum_group=30)


def group(found: int, missed: int, false_alarms: int, left_alone: int) -> Counts:
    """Calls of one group about loans: found, missed, taken for one by mistake, left alone."""
    confusion = {("loan", "loan"): found, ("loan", "none"): missed, ("none", "loan"): false_alarms, ("none", "none"): left_alone}
    size = sum(confusion.values())
    answers = {"answered:loan": found + false_alarms, "answered_not:loan": missed + left_alone}
    return Counts(predicted=size, labelled=size, correct=found + left_alone, confusion=confusion, sums=answers)


def period(groups: dict[str, Counts], without_group: Counts | None = None) -> Counts:
    """The counters of a period whose calls fall into these groups, and some into none."""
    whole = without_group or Counts()
    for counts in groups.values():
        whole = whole + counts
    return replace(whole, groups=groups)


# Answered "loan": north 60 of 100, south 45 of 100, west 30 of 60. Of those who should have one 50/60, 36/60 and 24/30, of the others
# 10/40, 9/40 and 6/30.
THREE = period({"north": group(50, 10, 10, 30), "south": group(36, 24, 9, 31), "west": group(24, 6, 6, 24)})


def statistic(key: str) -> Statistic:
    found = METRICS[key].statistic
    assert found is not None
    return found


def value(key: str, counts: Counts, options: MetricOptions = LOAN) -> Fraction | float | None:
    chosen = completed(METRICS[key], counts, options)
    return statistic(key).exact(statistic(key).parts(counts, chosen))


@pytest.mark.parametrize(
    ("key", "expected"),
    [
        ("demographic_parity_difference", Fraction(15, 100)),
        ("demographic_parity_ratio", Fraction(45, 60)),
        # True positive rates 5/6, 3/5 and 4/5 are wider apart than the false positive rates 1/4, 9/40 and 1/5.
        ("equalised_odds_difference", Fraction(5, 6) - Fraction(3, 5)),
    ],
)
def test_three_groups_worked_by_hand(key: str, expected: Fraction) -> None:
    assert value(key, THREE) == expected


def test_false_alarms_that_are_wider_apart_decide_the_odds() -> None:
    counts = period({"north": group(20, 20, 30, 10), "south": group(18, 22, 5, 35)})
    assert value("equalised_odds_difference", counts) == Fraction(30 - 5, 40)


@pytest.mark.parametrize("key", [*PARITY, "equalised_odds_difference"])
def test_a_group_of_eighteen_does_not_drive_the_extremes(key: str) -> None:
    with_small = period({**THREE.groups, "east": group(9, 0, 9, 0)})
    assert value(key, with_small) == value(key, THREE)
    assert value(key, with_small, replace(LOAN, minimum_group=1)) != value(key, THREE, replace(LOAN, minimum_group=1))


def test_both_rates_of_the_odds_need_a_group_large_enough() -> None:
    # 25 of 90 calls should have had a loan: too few for their rate, however many the others are.
    counts = period({**THREE.groups, "east": group(0, 25, 65, 0)})
    assert compared_groups(METRICS["equalised_odds_difference"], counts, LOAN) == ("north", "south", "west")
    assert compared_groups(METRICS["demographic_parity_ratio"], counts, LOAN) == ("east", "north", "south", "west")


@pytest.mark.parametrize("key", [*PARITY, "equalised_odds_difference"])
def test_one_group_alone_is_compared_with_nothing(key: str) -> None:
    assert value(key, period({"north": THREE.groups["north"]})) is None
    assert value(key, period({}, without_group=THREE.groups["north"])) is None


def test_where_no_group_gets_the_positive_answer_the_difference_is_none_and_there_is_no_ratio() -> None:
    counts = period({"north": group(0, 20, 0, 20), "south": group(0, 30, 0, 10)})
    assert value("demographic_parity_difference", counts) == 0
    assert value("demographic_parity_ratio", counts) is None


@pytest.mark.parametrize("key", [*PARITY, "equalised_odds_difference"])
def test_groups_without_a_positive_label_are_refused(key: str) -> None:
    with pytest.raises(PositiveLabelMissingError, match="positive: LABEL"):
        value(key, THREE, MetricOptions())


def test_calls_without_a_group_and_calls_of_small_groups_are_in_no_denominator() -> None:
    waiting = replace(group(5, 5, 5, 5), predicted=26)
    counts = period({**THREE.groups, "east": waiting}, without_group=group(100, 0, 0, 0))
    options = completed(METRICS["demographic_parity_ratio"], counts, LOAN)
    assert statistic("demographic_parity_ratio").base(counts, options) == 100 + 100 + 60
    assert statistic("demographic_parity_ratio").open_calls(counts, options) == 0
    smaller = completed(METRICS["demographic_parity_ratio"], counts, replace(LOAN, minimum_group=20))
    assert statistic("demographic_parity_ratio").base(counts, smaller) == 260 + 20
    odds_of = completed(METRICS["equalised_odds_difference"], counts, replace(LOAN, minimum_group=10))
    assert statistic("equalised_odds_difference").open_calls(counts, odds_of) == 6


@pytest.mark.parametrize("key", PARITY)
def test_parity_reads_every_answer_whether_or_not_anybody_labelled_it(key: str) -> None:
    # Of the labelled calls 10 of 10 and 5 of 10 were given a loan; of all calls 15 of 40 in both groups.
    calls = [
        *[CountedCall(prediction="loan", actual="loan", group="n")] * 10,
        *[CountedCall(prediction="loan", group="n")] * 5,
        *[CountedCall(prediction="none", group="n")] * 25,
        *[CountedCall(prediction=answer, actual="loan", group="s") for answer in ("loan", "none")] * 5,
        *[CountedCall(prediction="loan", group="s")] * 10,
        *[CountedCall(prediction="none", group="s")] * 20,
        *[CountedCall("error", group="s"), CountedCall(prediction_value=1.0, group="s")] * 9,
    ]
    metric = METRICS[key]
    counts = counts_of(calls, metric.needs_for("loan"))

    assert value(key, counts) == (0 if key.endswith("difference") else 1)
    assert statistic(key).base(counts, completed(metric, counts, LOAN)) == 80
    assert statistic(key).open_calls(counts, completed(metric, counts, LOAN)) == 0


def test_a_day_without_calls_of_a_group_keeps_its_places() -> None:
    options = completed(METRICS["demographic_parity_ratio"], THREE, LOAN)
    monday, tuesday = period({"north": THREE.groups["north"], "west": THREE.groups["west"]}), period({"south": THREE.groups["south"]})
    assert statistic("demographic_parity_ratio").parts(monday, options) == (60, 40, 0, 0, 30, 30)
    assert statistic("demographic_parity_ratio").parts(tuesday, options) == (0, 0, 45, 55, 0, 0)


ROWS = st.lists(
    st.tuples(st.sampled_from("nsw"), st.sampled_from(["loan", "none"]), st.sampled_from(["loan", "none", "more"])), max_size=40
)


@settings(max_examples=80, deadline=None)
@given(ROWS)
def test_groups_are_compared_as_by_reading_the_calls_one_by_one(found: list[tuple[str, str, str]]) -> None:
    needs = METRICS[PARITY[0]].needs_for("loan")
    counts = counts_of([CountedCall(prediction=answer, actual=actual, group=name) for name, actual, answer in found], needs)
    options = MetricOptions(positive="loan", minimum_group=1)
    by_group = [[row for row in found if row[0] == name] for name in sorted({row[0] for row in found})]

    rates = [sum(answer == "loan" for *_, answer in rows) / len(rows) for rows in by_group]
    assert value(PARITY[0], counts, options) == (None if len(rates) < 2 else pytest.approx(max(a - b for a, b in permutations(rates, 2))))
    assert value(PARITY[1], counts, options) == (
        None if len(rates) < 2 or not any(rates) else pytest.approx(min(a / b for a, b in permutations(rates, 2) if b))
    )

    comparable = [rows for rows in by_group if len({actual for _, actual, _ in rows}) == 2]
    sides = [odds([(actual, answer) for _, actual, answer in rows]) for rows in comparable]
    expected = max((abs(a[side] - b[side]) for a, b in permutations(sides, 2) for side in (0, 1)), default=None)
    assert value("equalised_odds_difference", counts, options) == (None if expected is None else pytest.approx(expected))


def odds(rows: Sequence[tuple[str, str]]) -> tuple[float, float]:
    """True and false positive rate, by scikit-learn."""
    actual, answered = [truth == "loan" for truth, _ in rows], [answer == "loan" for _, answer in rows]
    return float(recall_score(actual, answered)), 1 - float(recall_score(actual, answered, pos_label=False))


def test_segments_are_shown_with_exact_intervals_and_small_ones_are_not_compared() -> None:
    counts = period({"EU": Counts(predicted=50, labelled=40, correct=30), "UK": Counts(predicted=9, labelled=9, correct=9), "US": Counts()})
    interval = binomtest(30, 40).proportion_ci(0.95, method="exact")

    eu, uk, us = segment_table(METRICS["accuracy"], counts, MetricOptions())

    assert (eu.group, eu.n, eu.open_calls, eu.value, eu.compared) == ("EU", 40, 10, Fraction(3, 4), True)
    assert eu.interval == pytest.approx((interval.low, interval.high))
    assert (uk.n, uk.value, uk.compared) == (9, 1, False)
    assert uk.interval[1] == 1
    assert us == SegmentRow("US", 0, 0, None, (0.0, 1.0), compared=False)


def test_segments_of_a_class_s_recall_have_the_class_s_denominator() -> None:
    north, south, west = segment_table(METRICS["recall"], THREE, LOAN)
    assert [(row.n, row.value) for row in (north, south, west)] == [(60, Fraction(5, 6)), (60, Fraction(3, 5)), (30, Fraction(4, 5))]


@pytest.mark.parametrize(("key", "options"), [("f1", LOAN), ("precision", MetricOptions(average="macro")), ("roc_auc", LOAN)])
def test_what_is_no_share_has_no_table_by_segment(key: str, options: MetricOptions) -> None:
    with pytest.raises(ValueError, match="no share of calls"):
        segment_table(METRICS[key], THREE, options)


def test_without_groups_the_table_is_empty() -> None:
    assert segment_table(METRICS["accuracy"], Counts(labelled=5, predicted=5), MetricOptions()) == []
