"""A contract's clauses measured as one family."""

from collections.abc import Mapping
from decimal import Decimal
from fractions import Fraction

import pytest
from scipy import stats
from statsmodels.stats.multitest import multipletests

from vendor_ai.domain.measure import Counts, total
from vendor_ai.domain.metric import MetricOptions, Reading
from vendor_ai.domain.verdict import Evidence, Measurement, Reason
from vendor_ai.inference.clusters import cluster_p_values
from vendor_ai.inference.family import Share
from vendor_ai.inference.measure import Entry, measure
from vendor_ai.metrics import METRICS

ALPHA = Decimal("0.05")
FLOOR = Fraction(83, 100)


def labelled(correct: int, size: int, unlabelled: int = 0) -> Counts:
    return Counts(attempted=size, answered=size, predicted=size + unlabelled, labelled=size, correct=correct)


def accuracy(counts: Counts, **more: object) -> Entry:
    return Entry(metric=METRICS["accuracy"], counts=counts, limit=FLOOR, is_floor=True, **more)


def latency(key: str, above: int, timed: int, **more: object) -> Entry:
    counts = Counts(timed=timed, above=above, undecided=int(more.pop("undecided", 0)))
    return Entry(metric=METRICS[key], counts=counts, limit=Fraction(200), is_floor=False, **more)


def uptime(answered: int, failed: int) -> Entry:
    counts = Counts(answered=answered, failed={"error": failed} if failed else {})
    return Entry(metric=METRICS["uptime"], counts=counts, limit=Fraction(995, 1000), is_floor=True)


def one(entry: Entry) -> Measurement:
    return measure([entry], significance=ALPHA)[0]


def test_511_of_1000_is_a_proven_breach_of_a_floor_of_83_percent() -> None:
    found = one(accuracy(labelled(511, 1000), versions={"gpt-4-0613": 1000}))
    assert (found.value, found.n, found.labelled, found.missed) == (Fraction(511, 1000), 1000, 1000, True)
    assert found.p_value == pytest.approx(5.9e-119, rel=0.01)
    assert found.p_adjusted == found.p_value
    assert found.evidence is Evidence.PROVEN_BREACH
    assert found.interval == pytest.approx(tuple(stats.binomtest(511, 1000).proportion_ci(0.95, method="exact")))
    assert found.bounds == (Fraction(511, 1000), Fraction(511, 1000))
    assert found.reasons == (Reason.CLUSTERS_TOO_FEW,)
    assert found.versions == {"gpt-4-0613": 1000}


def test_840_of_1000_meets_the_floor_and_proves_neither() -> None:
    found = one(accuracy(labelled(840, 1000)))
    assert found.p_value == pytest.approx(0.811, abs=0.0005)
    assert (found.missed, found.evidence) == (False, Evidence.NOT_PROVEN)
    assert found.reasons[0] == Reason.NOT_SIGNIFICANT


def test_a_share_exactly_at_the_limit_is_not_missed() -> None:
    assert one(accuracy(labelled(830, 1000))).missed is False
    assert one(accuracy(labelled(829, 1000))).missed is True


def test_a_percentile_is_missed_when_more_than_its_share_of_calls_lie_above() -> None:
    at, over = one(latency("latency_p95", 5, 100, value=200.0)), one(latency("latency_p95", 6, 100, value=201.0))
    assert (at.missed, over.missed) == (False, True)
    assert (at.value, over.value) == (200.0, 201.0)


def test_a_percentile_shows_the_interval_from_rows_and_says_where_it_rests_on_a_time_out() -> None:
    found = one(latency("latency_p95", 6, 100, value=30_000.0, value_at_least=True, interval=(150.0, None)))
    assert found.interval == (150.0, None)
    assert Reason.AT_LEAST in found.reasons


def test_two_slow_calls_of_fifty_do_not_prove_a_p99_missed() -> None:
    found = one(latency("latency_p99", 2, 50))
    assert found.p_value == pytest.approx(0.089, abs=0.0005)
    assert (found.missed, found.evidence) == (True, Evidence.NOT_PROVEN)


def test_undecided_time_outs_count_as_slow_only_where_that_hurts_the_claim() -> None:
    found = one(latency("latency_p95", 0, 1000, undecided=60))
    assert found.missed is False
    assert found.bounds == (0, Fraction(60, 1000))
    assert found.evidence is Evidence.NOT_PROVEN
    assert found.reasons[0] == Reason.UNDECIDED_TIMEOUTS
    assert one(latency("latency_p95", 0, 1000, undecided=5)).evidence is Evidence.PROVEN_COMPLIANT
    breach = one(latency("latency_p95", 300, 1000, undecided=60))
    assert (breach.evidence, breach.reasons[0]) == (Evidence.PROVEN_BREACH, Reason.WORST_CASE)


@pytest.mark.parametrize(("metric", "single", "of_six"), [("latency_p95", 59, 94), ("latency_p99", 299, 477), ("uptime", 598, 956)])
def test_compliance_needs_as_many_faultless_calls_as_the_text_says(metric: str, single: int, of_six: int) -> None:
    def faultless(calls: int) -> Entry:
        return uptime(calls, 0) if metric == "uptime" else latency(metric, 0, calls)

    def evidence(calls: int, family: int) -> Evidence:
        # The other five hold data that prove nothing.
        others = [accuracy(labelled(84, 100)) for _ in range(family - 1)]
        return measure([faultless(calls), *others], significance=ALPHA)[0].evidence

    assert evidence(single, 1) is Evidence.PROVEN_COMPLIANT
    assert evidence(single - 1, 1) is Evidence.NOT_PROVEN
    assert evidence(of_six, 6) is Evidence.PROVEN_COMPLIANT
    assert evidence(of_six - 1, 6) is Evidence.NOT_PROVEN


def test_p_values_are_raw_and_adjusted_over_the_entries_with_data_in_the_order_given() -> None:
    family = [
        accuracy(labelled(790, 1000)),
        accuracy(Counts()),
        latency("latency_p95", 9, 100),
        uptime(4950, 50),
        latency("latency_p99", 0, 100),
    ]
    found = measure(family, significance=ALPHA)
    raw = [
        stats.binomtest(790, 1000, 0.83, alternative="less").pvalue,
        stats.binomtest(9, 100, 0.05, alternative="greater").pvalue,
        stats.binomtest(4950, 5000, 0.995, alternative="less").pvalue,
        1.0,
    ]
    with_data = [found[index] for index in (0, 2, 3, 4)]
    assert [entry.p_value for entry in with_data] == pytest.approx(raw)
    assert [entry.p_adjusted for entry in with_data] == pytest.approx(multipletests(raw, method="holm")[1])


def test_no_data_is_neither_met_nor_missed_and_proves_nothing() -> None:
    found = one(accuracy(Counts(predicted=0)))
    assert (found.value, found.missed, found.p_value, found.p_adjusted, found.n) == (None, None, None, None, 0)
    assert found.interval == (None, None)
    assert (found.evidence, found.reasons, found.bounds) == (Evidence.NOT_PROVEN, (Reason.NO_DATA,), None)


def test_calls_without_any_label_can_still_turn_out_either_way() -> None:
    found = one(accuracy(labelled(0, 0, unlabelled=500)))
    assert (found.value, found.bounds) == (None, (0, 1))


def test_an_empty_family_measures_nothing() -> None:
    assert measure([], significance=ALPHA) == []


def test_a_breach_is_not_proven_while_unlabelled_calls_could_undo_it() -> None:
    found = one(accuracy(labelled(700, 1000, unlabelled=800)))
    assert found.missed is True
    assert found.p_adjusted is not None and found.p_adjusted < 1e-20
    assert found.bounds == (Fraction(700, 1800), Fraction(1500, 1800))
    assert (found.evidence, found.reasons[0]) == (Evidence.NOT_PROVEN, Reason.UNLABELLED)


def test_selective_labelling_of_a_vendor_at_the_floor_proves_nothing() -> None:
    # 825 of 1,000 are right, within chance of the floor; 100 right ones were left unlabelled.
    found = one(accuracy(labelled(825 - 100, 900, unlabelled=100)))
    assert found.p_value is not None and found.p_value < 0.05
    assert found.bounds is not None and found.bounds[1] < FLOOR
    assert (found.evidence, found.reasons[0]) == (Evidence.NOT_PROVEN, Reason.UNLABELLED)


def test_a_running_period_proves_nothing() -> None:
    found = one(accuracy(labelled(511, 1000), running=True))
    assert (found.missed, found.evidence, found.reasons[0]) == (True, Evidence.NOT_PROVEN, Reason.RUNNING_PERIOD)


def test_an_incomplete_log_proves_nothing() -> None:
    found = one(accuracy(labelled(511, 1000), completeness=Fraction(1, 2), completeness_needed=Decimal("0.99")))
    assert (found.evidence, found.reasons[0]) == (Evidence.NOT_PROVEN, Reason.LOG_INCOMPLETE)


def days(pattern: list[tuple[int, int]], unlabelled: int = 0) -> Mapping[str, Counts]:
    return {f"day-{index:02d}": labelled(correct, size, unlabelled) for index, (correct, size) in enumerate(pattern)}


BURSTS = [(86, 100)] * 18 + [(20, 100)] * 3


def test_from_twenty_days_on_the_larger_p_value_of_calls_and_days_decides() -> None:
    by_day = days(BURSTS)
    found = one(accuracy(total(by_day.values()), by_day=by_day))
    p_days, _ = cluster_p_values([k for k, _ in BURSTS], [n for _, n in BURSTS], 0.83, is_floor=True)
    assert found.p_value is not None and found.p_value < 1e-4 < p_days
    assert found.p_adjusted == p_days
    assert found.evidence is Evidence.NOT_PROVEN
    assert Reason.CLUSTERS_BY_DAY in found.reasons


def test_nineteen_days_are_too_few_and_the_test_of_calls_decides() -> None:
    by_day = days(BURSTS[2:])
    found = one(accuracy(total(by_day.values()), by_day=by_day))
    assert found.evidence is Evidence.PROVEN_BREACH
    assert found.reasons == (Reason.CLUSTERS_TOO_FEW,)


def test_days_without_labels_do_not_count_as_days() -> None:
    by_day = days([*BURSTS[2:], *[(0, 0)] * 10])
    assert one(accuracy(total(by_day.values()), by_day=by_day)).reasons == (Reason.CLUSTERS_TOO_FEW,)


def test_a_steady_breach_stays_proven_by_days_and_in_the_worst_case() -> None:
    by_day = days([(70, 100), (72, 100), (69, 100)] * 8, unlabelled=2)
    found = one(accuracy(total(by_day.values()), by_day=by_day))
    assert (found.evidence, found.reasons) == (Evidence.PROVEN_BREACH, (Reason.WORST_CASE, Reason.CLUSTERS_BY_DAY))


def test_a_percentile_promised_as_a_floor_is_refused() -> None:
    with pytest.raises(ValueError, match="at_most only"):
        one(Entry(metric=METRICS["latency_p95"], counts=Counts(), limit=Fraction(200), is_floor=True))


def test_recall_counts_actual_positives_as_its_own_denominator() -> None:
    confusion = {("fraud", "fraud"): 40, ("fraud", "ok"): 10, ("ok", "ok"): 950}
    counts = Counts(predicted=1000, labelled=1000, correct=990, confusion=confusion)
    entry = Entry(metric=METRICS["recall"], counts=counts, limit=Fraction(9, 10), is_floor=True, options=MetricOptions(positive="fraud"))
    found = one(entry)
    assert (found.n, found.labelled, found.value) == (50, 1000, Fraction(4, 5))
    assert found.p_value == pytest.approx(stats.binomtest(40, 50, 0.9, alternative="less").pvalue)


def test_a_share_without_trials_is_neither_met_nor_missed() -> None:
    assert Share(Reading(0, 0), (), FLOOR, is_floor=True).missed is None
