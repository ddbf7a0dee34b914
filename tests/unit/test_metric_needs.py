"""What metrics have counted, run over a data frame and in DuckDB, against reading the calls one by one."""

import math
from collections import defaultdict
from collections.abc import Callable, Sequence
from fractions import Fraction
from typing import Any

import duckdb
import ibis
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.factories.counted_calls import CountedCall, any_calls, counts_of, frame_of, needed
from vendor_ai.domain.metric import MetricOptions, Reading
from vendor_ai.domain.need import FIXED_POINT, Need
from vendor_ai.metrics import METRICS

NEEDS = {need.name: need for metric in METRICS.values() for need in metric.needs}
Calls = Sequence[CountedCall]


def value(key: str, calls: Calls, **options: Any) -> Fraction | float | None:
    """A metric's figure over some calls, by its needs and counters."""
    metric = METRICS[key]
    counts, chosen = counts_of(calls, metric.needs), MetricOptions(**options)
    if metric.read is not None:
        return metric.read(counts, chosen).share
    assert metric.statistic is not None
    return metric.statistic.exact(metric.statistic.parts(counts, chosen))


def mean(values: list[float]) -> float | None:
    return math.fsum(values) / len(values) if values else None


def share(hits: int, trials: int) -> float | None:
    return hits / trials if trials else None


def errors(calls: Calls, most: float) -> list[float]:
    """Errors of at most ``most``."""
    found = [abs(call.prediction_value - call.actual_value) for call in calls if call.valued]  # type: ignore[operator]
    return [error for error in found if error <= most]


def confident(calls: Calls) -> list[tuple[float, bool]]:
    return [
        (call.confidence, bool(call.hit)) for call in calls if call.hit is not None and call.confidence is not None and call.confidence <= 1
    ]


def mape(calls: Calls) -> float | None:
    valued = [call for call in calls if call.valued and call.actual_value]
    shares = [abs(call.prediction_value - call.actual_value) / abs(call.actual_value) for call in valued]  # type: ignore[operator,arg-type]
    found = mean([of_truth for of_truth in shares if of_truth <= 1e12])
    return None if found is None else 100 * found


def rmse(calls: Calls) -> float | None:
    found = mean([error * error for error in errors(calls, 1e9)])
    return None if found is None else math.sqrt(found)


def brier(calls: Calls) -> float | None:
    return mean([(confidence - hit) ** 2 for confidence, hit in confident(calls)])


def calibration_error(calls: Calls) -> float | None:
    bins: dict[int, list[float]] = defaultdict(list)
    for confidence, hit in confident(calls):
        # A whole number of percent, so that an upper edge is met exactly.
        bins[max(math.ceil(round(confidence * 100) / 10), 1)].append(confidence - hit)
    size = sum(len(gaps) for gaps in bins.values())
    return sum(abs(math.fsum(gaps)) for gaps in bins.values()) / size if size else None


def uptime_time(calls: Calls) -> float | None:
    called = {call.minute for call in calls if call.counted}
    return share(len({call.minute for call in calls if call.answered}), len(called))


def throughput(calls: Calls) -> float | None:
    return share(sum(call.answered for call in calls), len({call.minute for call in calls if call.counted}))


def costed(calls: Calls) -> list[CountedCall]:
    return [call for call in calls if call.counted and call.cost is not None and call.cost <= 1e12]


def cost_per_call(calls: Calls) -> float | None:
    paid = costed(calls)
    answered = sum(call.answered for call in paid)
    return math.fsum(call.cost or 0 for call in paid) / answered if answered else None


def cost_per_correct_call(calls: Calls) -> float | None:
    paid = [call for call in costed(calls) if call.hit is not None]
    correct = sum(bool(call.hit) for call in paid)
    return math.fsum(call.cost or 0 for call in paid) / correct if correct else None


def override_rate(calls: Calls) -> float | None:
    decided = [call for call in calls if call.source == "human_decision" and call.hit is not None]
    return share(sum(not call.hit for call in decided), len(decided))


def moderated(word: str) -> Callable[[Calls], float | None]:
    def found(calls: Calls) -> float | None:
        looked_at = [call for call in calls if call.answered and call.source == "moderation" and call.actual is not None]
        return share(sum(call.actual == word for call in looked_at), len(looked_at))

    return found


PLAINLY: dict[str, Callable[[Calls], float | None]] = {
    "mae": lambda calls: mean(errors(calls, 1e12)),
    "mape": mape,
    "rmse": rmse,
    "brier": brier,
    "calibration_error": calibration_error,
    "uptime_time": uptime_time,
    "throughput": throughput,
    "cost_per_call": cost_per_call,
    "cost_per_correct_call": cost_per_correct_call,
    "override_rate": override_rate,
    "refusal_rate": moderated("refused"),
    "harmful_output_rate": moderated("harmful"),
}


def test_every_metric_with_needs_is_read_call_by_call_here_or_beside_scikit_learn() -> None:
    assert {key for key, metric in METRICS.items() if metric.needs} == {*PLAINLY, "r2"}


@pytest.mark.parametrize("key", sorted(PLAINLY))
@settings(max_examples=40, deadline=None)
@given(calls=any_calls())
def test_a_figure_from_counters_is_that_of_reading_the_calls_one_by_one(key: str, calls: list[CountedCall]) -> None:
    found, expected = value(key, calls), PLAINLY[key](calls)

    assert (found is None) == (expected is None)
    if found is not None:
        # Each amount is kept to a millionth; a mean of squares of that grain has a root that is known to a thousandth.
        assert float(found) == pytest.approx(expected, rel=1e-9, abs=1e-3 if key == "rmse" else 1e-4 if key == "mape" else 2e-6)


@settings(max_examples=25, deadline=None)
@given(calls=any_calls())
def test_no_call_is_both_counted_and_open_and_none_is_counted_twice(calls: list[CountedCall]) -> None:
    counts = counts_of(calls, NEEDS.values())
    for key, metric in METRICS.items():
        if metric.statistic is not None and not metric.grouped:
            options = MetricOptions(positive="a")
            base, still_open = metric.statistic.base(counts, options), metric.statistic.open_calls(counts, options)
            assert (key, base >= 0, still_open >= 0) == (key, True, True)
            assert base + still_open <= counts.attempted


def test_a_name_stands_for_one_need_only() -> None:
    for metric in METRICS.values():
        for need in metric.needs:
            assert NEEDS[need.name] is need, f"{metric.key} gives {need.name} another meaning"


def in_duckdb(needs: Sequence[Need], calls: Calls) -> dict[str, int]:
    """The needs as one query."""
    types = {"boolean": pa.bool_(), "Float64": pa.float64()}
    frame = frame_of(calls)
    schema = pa.schema([(name, types.get(str(dtype), pa.string())) for name, dtype in frame.dtypes.items()])
    table: Any = ibis.table(ibis.Schema.from_pyarrow(schema), name="calls")

    def summed(need: Need) -> Any:
        where = need.where(table).fill_null(False)
        if need.amount is None:
            return where.cast("int64").sum()
        whole = (need.amount(table) * FIXED_POINT + 0.5).floor().cast("decimal(38, 0)")
        return ibis.ifelse(where, whole, ibis.null("decimal(38, 0)")).sum()

    query = ibis.to_sql(table.aggregate(**{need.name: summed(need) for need in needs}), dialect="duckdb")
    with duckdb.connect() as connection:
        connection.register("calls", pa.Table.from_pandas(frame, schema=schema, preserve_index=False))
        totals = connection.sql(query).fetchall()[0]
    return {need.name: int(total or 0) for need, total in zip(needs, totals, strict=True)}


@settings(max_examples=8, deadline=None)
@given(calls=any_calls(most=40).filter(bool))
def test_duckdb_counts_what_the_data_frame_counts(calls: list[CountedCall]) -> None:
    frame = frame_of(calls)
    assert in_duckdb(list(NEEDS.values()), calls) == {name: needed(need, frame) for name, need in NEEDS.items()}


NUMBERS = [(3.0, 2.5), (-0.5, 0.0), (2.0, 2.0), (7.0, 8.0)]


def numbers(pairs: Sequence[tuple[float | None, float | None]]) -> list[CountedCall]:
    """Calls from pairs of true and predicted number."""
    return [CountedCall(prediction_value=predicted, actual_value=true) for true, predicted in pairs]


@pytest.mark.parametrize(
    ("key", "expected"),
    [
        ("mae", Fraction(1, 2)),  # errors 0.5, 0.5, 0 and 1
        ("rmse", math.sqrt(0.375)),  # squares 0.25, 0.25, 0 and 1
        # 0.5 of 3 (kept as 0.166667), 0.5 of 0.5, 0 of 2 and 1 of 7 (kept as 0.142857)
        ("mape", Fraction(100 * 1_309_524, 4 * 10**6)),
        # true numbers have mean 2.875 and squares of 62.25 - 4 x 2.875^2 = 29.1875 around it; 1 - 1.5 / 29.1875
        ("r2", 1 - Fraction(15, 10) / Fraction(291875, 10000)),
    ],
)
def test_four_numbers_worked_by_hand(key: str, expected: Fraction | float) -> None:
    assert value(key, numbers(NUMBERS)) == expected


@pytest.mark.parametrize("key", ["mae", "rmse", "mape", "r2"])
@settings(max_examples=40, deadline=None)
@given(pairs=st.lists(st.tuples(*[st.integers(-4000, 4000).map(lambda tenths: tenths / 10)] * 2), min_size=2, max_size=12))
def test_figures_of_numbers_equal_those_of_scikit_learn(key: str, pairs: list[tuple[float, float]]) -> None:
    from sklearn import metrics

    true, predicted = ([pair[index] for pair in pairs] for index in (0, 1))
    if key == "mape":
        pairs = [pair for pair in pairs if pair[0]]
    if not pairs or (key == "r2" and len(set(true)) == 1):
        assert value(key, numbers(pairs)) is None
        return
    true, predicted = ([pair[index] for pair in pairs] for index in (0, 1))
    oracle = {
        "mae": metrics.mean_absolute_error,
        "rmse": metrics.root_mean_squared_error,
        "mape": lambda *sides: 100 * metrics.mean_absolute_percentage_error(*sides),
        "r2": metrics.r2_score,
    }[key]
    assert float(value(key, numbers(pairs)) or 0) == pytest.approx(oracle(true, predicted), rel=1e-6, abs=1e-4)


def test_a_true_number_of_zero_has_no_percentage_and_leaves_nothing_open() -> None:
    metric, calls = METRICS["mape"], numbers([(0.0, 5.0), (4.0, 5.0), (None, 1.0)])
    counts = counts_of(calls, metric.needs)

    assert value("mape", calls) == 25
    assert metric.statistic is not None
    assert metric.statistic.open_calls(counts, MetricOptions()) == 1
    assert value("mape", numbers([(0.0, 5.0)])) is None


def test_an_error_too_large_to_be_summed_stays_open_instead_of_vanishing() -> None:
    for key in ("mae", "rmse", "r2"):
        metric = METRICS[key]
        assert metric.statistic is not None
        counts = counts_of(numbers([(1.0, 2.0), (2.0, 1e30)]), metric.needs)
        assert (metric.statistic.base(counts, MetricOptions()), metric.statistic.open_calls(counts, MetricOptions())) == (1, 1)


def test_squares_of_prices_in_the_hundred_millions_are_summed_exactly() -> None:
    # Errors of 20,000,000 and 0: the square of the first alone is 4e14.
    prices = numbers([(450_000_000.0, 470_000_000.0), (250_000_000.0, 250_000_000.0)])
    assert value("rmse", prices) == math.sqrt(2e14)
    # Squares around the mean: 2 x (1e8)^2; 1 - 4e14 / 2e16.
    assert value("r2", prices) == Fraction(98, 100)


@pytest.mark.parametrize("truth", [0.0, 1 / 3, 123_456.789])
def test_true_numbers_that_never_vary_have_no_explained_variance(truth: float) -> None:
    assert value("r2", numbers([(truth, 1.0), (truth, 2.0), (truth, truth)])) is None


def test_predictions_worse_than_the_mean_explain_less_than_nothing() -> None:
    # Squared errors 8, squares around the mean 2.
    assert value("r2", numbers([(1.0, 3.0), (3.0, 1.0)])) == -3


def sure(confidence: float, *, right: bool) -> CountedCall:
    return CountedCall(prediction="a", actual="a" if right else "b", confidence=confidence)


def test_the_brier_score_of_three_calls_worked_by_hand() -> None:
    # 0.04 and 0.36 for the right ones, 0.25 for the wrong one.
    calls = [sure(0.8, right=True), sure(0.4, right=True), sure(0.5, right=False)]
    assert value("brier", calls) == Fraction(65, 300)


@settings(max_examples=40, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 100), st.booleans()), min_size=1, max_size=15))
def test_the_brier_score_is_the_usual_one_of_two_classes_whichever_is_positive(rows: list[tuple[int, bool]]) -> None:
    from sklearn.metrics import brier_score_loss

    confidences, hits = [percent / 100 for percent, _ in rows], [hit for _, hit in rows]
    found = value("brier", [sure(confidence, right=hit) for confidence, hit in zip(confidences, hits, strict=True)])
    assert float(found or 0) == pytest.approx(brier_score_loss(hits, confidences, labels=[False, True]), abs=1e-6)


def test_the_calibration_error_of_two_bins_worked_by_hand() -> None:
    # Bin (0.8, 0.9]: confidences 0.9 and 0.84, one of two right, 1.74 - 1 = 0.74. Bin (0.5, 0.6]: 0.6 and right, 0.4. Together 1.14 of 3.
    calls = [sure(0.9, right=True), sure(0.84, right=False), sure(0.6, right=True)]
    assert value("calibration_error", calls) == Fraction(114, 300)


def test_the_upper_edge_of_a_bin_belongs_to_it() -> None:
    # 0.3 and 0.21 share a bin, in which the gaps of -0.7 and 0.21 offset each other; apart they would not.
    assert value("calibration_error", [sure(0.3, right=True), sure(0.21, right=False)]) == Fraction(49, 200)
    assert value("calibration_error", [sure(0.3, right=True), sure(0.2, right=False)]) == Fraction(90, 200)


def test_a_vendor_that_is_as_right_as_it_says_has_no_calibration_error() -> None:
    assert value("calibration_error", [sure(0.75, right=right) for right in (True, True, True, False)]) == 0


def test_half_of_the_minutes_with_calls_had_an_answer() -> None:
    # Minute 1 is answered in spite of a failure, minute 2 is not, minute 3 held excluded calls only.
    calls = [
        CountedCall("timeout", minute=1),
        CountedCall(minute=1),
        CountedCall("error", minute=2),
        CountedCall("cancelled", excluded="cancelled", minute=3),
    ]
    assert value("uptime_time", calls) == Fraction(1, 2)
    assert value("throughput", [*calls, CountedCall(minute=1), CountedCall(minute=1)]) == Fraction(3, 2)


def test_a_failed_call_that_was_charged_makes_the_answered_ones_dearer() -> None:
    # 0.02 + 0.04 + 0.03 for two answers; an answer without a cost waits for it, a failure without one was free.
    calls = [CountedCall(cost=0.02), CountedCall(cost=0.04), CountedCall("error", cost=0.03), CountedCall(), CountedCall("timeout")]
    metric = METRICS["cost_per_call"]

    assert value("cost_per_call", calls) == Fraction(45, 1000)
    assert metric.statistic is not None
    assert metric.statistic.open_calls(counts_of(calls, metric.needs), MetricOptions()) == 1


def test_a_right_answer_costs_what_the_wrong_ones_cost_too() -> None:
    calls = [CountedCall(prediction="a", actual=actual, cost=0.05) for actual in ("a", "b", "a")]
    assert value("cost_per_correct_call", calls) == Fraction(15, 200)
    assert value("cost_per_correct_call", calls[1:2]) is None


def test_only_decisions_of_people_override() -> None:
    def decided(actual: str, source: str | None) -> CountedCall:
        return CountedCall(prediction="grant", actual=actual, source=source)

    calls = [
        decided("refuse", "human_decision"),
        *[decided("grant", "human_decision")] * 3,
        decided("refuse", "audit"),
        decided("refuse", None),
    ]
    metric = METRICS["override_rate"]

    assert metric.read is not None
    assert metric.read(counts_of(calls, metric.needs), MetricOptions()) == Reading(1, 4)


def test_answers_that_nobody_moderated_could_still_be_harmful() -> None:
    words = ["harmful", "refused", "fine", "fine", "fine"]
    calls = [*(CountedCall(actual=word, source="moderation") for word in words), CountedCall(), CountedCall("error")]
    for key, hits in (("harmful_output_rate", 1), ("refusal_rate", 1)):
        metric = METRICS[key]
        assert metric.read is not None
        assert metric.read(counts_of(calls, metric.needs), MetricOptions()) == Reading(hits, 5, open_trials=1)
