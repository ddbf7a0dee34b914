"""What besides the test decides whether something is proven: samples, wrong labels, clusters, sampling, precision, alarms."""

from dataclasses import replace
from decimal import Decimal
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from scipy import stats

from vendor_ai.domain.measure import Counts, total
from vendor_ai.domain.metric import MetricOptions, Reading
from vendor_ai.domain.verdict import Evidence, Measurement, Reason
from vendor_ai.inference.clusters import cluster_p_values
from vendor_ai.inference.family import Drawn, Share, judge_family
from vendor_ai.inference.label_error import ErrorModel, survival_p_values
from vendor_ai.inference.measure import AuditLabels, Entry, LabelCheck, measure
from vendor_ai.metrics import METRICS

ALPHA = Decimal("0.05")
FLOOR = Fraction(83, 100)


def labelled(correct: int, size: int, unlabelled: int = 0) -> Counts:
    return Counts(attempted=size, answered=size, predicted=size + unlabelled, labelled=size, correct=correct)


def accuracy(counts: Counts, **more: Any) -> Entry:
    return Entry(metric=METRICS["accuracy"], counts=counts, limit=FLOOR, is_floor=True, **more)


def one(entry: Entry) -> Measurement:
    return measure([entry], significance=ALPHA)[0]


BIASED = labelled(698, 1000, unlabelled=9000)  # wrong rows were labelled three times as often


def test_a_committed_sample_stands_for_a_period_whose_labels_are_selected() -> None:
    found = one(accuracy(BIASED, audit=AuditLabels(labelled(876, 1000))))
    assert (found.value, found.n, found.labelled, found.missed) == (Fraction(876, 1000), 1000, 1000, False)
    assert found.interval == pytest.approx(tuple(stats.binomtest(876, 1000).proportion_ci(0.95, method="exact")))
    assert found.bounds == (Fraction(698, 10_000), Fraction(9_698, 10_000))  # of all calls, not of the sample
    assert (found.evidence, found.reasons) == (Evidence.PROVEN_COMPLIANT, (Reason.AUDIT_SAMPLE, Reason.CLUSTERS_TOO_FEW))


def test_calls_of_the_sample_that_lack_a_label_are_held_against_the_claim() -> None:
    few = one(accuracy(BIASED, audit=AuditLabels(labelled(876, 1000, unlabelled=10))))
    assert few.reasons[:2] == (Reason.WORST_CASE, Reason.AUDIT_SAMPLE)
    many = one(accuracy(BIASED, audit=AuditLabels(labelled(876, 1000, unlabelled=100))))  # 876 of 1,100 are 79.6 %
    assert (many.evidence, many.reasons[0]) == (Evidence.NOT_PROVEN, Reason.UNLABELLED)


def test_the_sample_is_not_needed_where_every_call_is_labelled_nor_worth_anything_without_labels() -> None:
    every = one(accuracy(labelled(700, 1000), audit=AuditLabels(labelled(9, 10))))
    assert (every.n, Reason.AUDIT_SAMPLE in every.reasons) == (1000, False)
    unread = one(accuracy(BIASED, audit=AuditLabels(labelled(0, 0, unlabelled=500))))
    assert (unread.n, unread.reasons[0]) == (1000, Reason.UNLABELLED)


def test_a_sample_is_tested_by_days_too() -> None:
    by_day = {f"day-{number:02d}": labelled(10 if number < 3 else 44, 50) for number in range(25)}
    sample = AuditLabels(total(by_day.values()), by_day)
    # 998 of 1,250 are 79.8 %: the calls alone would prove a breach, three days of 25 do not.
    assert stats.binomtest(998, 1250, 0.83, alternative="less").pvalue < 0.05
    found = one(accuracy(BIASED, audit=sample))
    assert (found.value, found.evidence, found.reasons[-1]) == (Fraction(998, 1250), Evidence.NOT_PROVEN, Reason.CLUSTERS_BY_DAY)


def test_five_percent_wrong_labels_no_longer_prove_a_breach_of_a_vendor_at_85_percent() -> None:
    # 5 % of the labels are wrong: a true 85 % reads 0.85 * 0.95 + 0.15 * 0.05 = 81.5 %.
    reads = labelled(8_150, 10_000)
    assert one(accuracy(reads)).evidence is Evidence.PROVEN_BREACH
    found = one(accuracy(reads, check=LabelCheck(1_000, 50)))
    assert (found.evidence, found.reasons[0]) == (Evidence.NOT_PROVEN, Reason.LABELS_UNCERTAIN)


def test_wrong_labels_that_all_struck_right_answers_prove_no_breach_of_a_vendor_at_its_limit() -> None:
    # 5 % of all labels are wrong, every one on a right answer: a true 83 % reads 78 %; 50 of 1,000 checks found them.
    rng = np.random.default_rng(1)
    read, disagreed = rng.binomial(10_000, 0.78, 60), rng.binomial(1_000, 0.05, 60)
    proven = [
        one(accuracy(labelled(int(right), 10_000), check=LabelCheck(1_000, int(differ)))).evidence is Evidence.PROVEN_BREACH
        for right, differ in zip(read, disagreed, strict=True)
    ]
    assert sum(proven) <= 3  # 5 % of 60


def test_wrong_labels_that_all_flattered_wrong_answers_prove_no_compliance() -> None:
    # A true 80 % reads 85 %, above the floor of 83 %.
    found = one(accuracy(labelled(8_500, 10_000), check=LabelCheck(1_000, 50)))
    assert (found.evidence, found.reasons[0]) == (Evidence.NOT_PROVEN, Reason.LABELS_UNCERTAIN)


def test_a_breach_that_wrong_labels_cannot_explain_stays_proven() -> None:
    assert one(accuracy(labelled(7_000, 10_000), check=LabelCheck(1_000, 50))).evidence is Evidence.PROVEN_BREACH


def test_no_disagreement_over_many_checked_labels_leaves_the_proof_as_it_is() -> None:
    found = one(accuracy(labelled(800, 1000), check=LabelCheck(5_000, 0)))
    p_breach, _ = survival_p_values(
        800, 1000, 0.83, is_floor=True, checked=5_000, disagreed=0, significance=0.05, model=ErrorModel.ANYWHERE
    )  # fmt: skip
    assert p_breach < 0.05
    assert found.evidence is Evidence.PROVEN_BREACH


def test_wrong_labels_and_missing_labels_are_held_against_the_claim_together() -> None:
    check = LabelCheck(1_000, 20)
    assert one(accuracy(labelled(7_700, 10_000), check=check)).evidence is Evidence.PROVEN_BREACH
    assert one(accuracy(labelled(7_700, 10_000, unlabelled=900), check=None)).evidence is Evidence.PROVEN_BREACH
    # At best 8,600 of 10,900 are 78.9 %; a true 83 % reads 79.5 % if 3.5 % of the labels are wrong, all on right answers: too near.
    assert one(accuracy(labelled(7_700, 10_000, unlabelled=900), check=check)).reasons[0] == Reason.LABELS_UNCERTAIN
    # With 700 open calls, at best 8,400 of 10,700 are 78.5 %. Ten times fewer calls leave it open.
    assert one(accuracy(labelled(7_700, 10_000, unlabelled=700), check=check)).evidence is Evidence.PROVEN_BREACH
    small = one(accuracy(labelled(770, 1_000, unlabelled=60), check=LabelCheck(100, 2)))
    assert (small.evidence, small.reasons[0]) == (Evidence.NOT_PROVEN, Reason.LABELS_UNCERTAIN)


def recall(found: int, missed: int, size: int, **more: Any) -> Entry:
    confusion = {("fraud", "fraud"): found, ("fraud", "ok"): missed, ("ok", "ok"): size - found - missed}
    counts = Counts(predicted=size, labelled=size, correct=size - missed, confusion=confusion)
    options = MetricOptions(positive="fraud")
    return Entry(metric=METRICS["recall"], counts=counts, limit=Fraction(9, 10), is_floor=True, options=options, **more)


def test_wrong_labels_among_ten_thousand_calls_can_explain_every_miss_of_a_hundred_frauds() -> None:
    assert one(recall(70, 30, 10_000)).evidence is Evidence.PROVEN_BREACH
    # One label in a thousand may be wrong: ten of 10,000, against 30 that were missed among 100.
    found = one(recall(70, 30, 10_000, check=LabelCheck(1_000, 3)))
    assert (found.evidence, found.reasons[0]) == (Evidence.NOT_PROVEN, Reason.LABELS_UNCERTAIN)
    assert one(recall(700, 300, 1_000, check=LabelCheck(1_000, 3))).evidence is Evidence.PROVEN_BREACH


def users(bad: int, good: int) -> dict[str, Counts]:
    """Clusters of ten calls, all of them wrong or all right."""
    return {str(number): labelled(0 if number < bad else 10, 10) for number in range(bad + good)}


def test_calls_of_one_user_that_fail_together_are_tested_by_user() -> None:
    clusters = users(bad=15, good=45)
    counts = replace(total(clusters.values()), clusters=clusters)
    found = one(accuracy(counts))
    p_users, _ = cluster_p_values([c.correct for c in clusters.values()], [c.labelled for c in clusters.values()], 0.83, is_floor=True)
    assert stats.binomtest(450, 600, 0.83, alternative="less").pvalue < 1e-6
    assert found.p_adjusted == p_users
    assert found.reasons[-1] == Reason.CLUSTERS_BY_KEY


def test_twenty_two_users_of_whom_four_always_fail_prove_no_breach_of_85_percent() -> None:
    # In the 64 buckets of the counters, 22 users hold 17 to 20 or so: here 18, where good ones meet good ones.
    clusters = {str(number): labelled(0 if number < 4 else 200, 200) for number in range(14)}
    clusters |= {str(number): labelled(400, 400) for number in range(14, 18)}
    counts = replace(total(clusters.values()), clusters=clusters)
    assert (counts.correct, counts.labelled) == (18 * 200, 22 * 200)  # 81.8 %
    assert stats.binomtest(counts.correct, counts.labelled, 0.85, alternative="less").pvalue < 1e-6
    found = one(replace(accuracy(counts), limit=Fraction(85, 100)))
    assert (found.evidence, found.reasons) == (Evidence.NOT_PROVEN, (Reason.NOT_SIGNIFICANT, Reason.CLUSTERS_BY_KEY))


def test_users_in_eleven_buckets_are_too_few_for_a_test_by_user() -> None:
    clusters = users(bad=5, good=6)
    found = one(accuracy(replace(total(clusters.values()), clusters=clusters)))
    assert found.reasons == (Reason.CLUSTERS_TOO_FEW,)


def test_calls_without_a_user_count_as_one_user() -> None:
    clusters = tuple(Reading(8, 10) for _ in range(20))
    share = Share(Reading(160 + 30, 200 + 40, open_trials=5), (), FLOOR, is_floor=True, clusters=clusters)
    assert share.all_clusters[-1] == Reading(30, 40, open_trials=5)
    assert len(share.all_clusters) == 21
    without_rest = Share(Reading(160, 200), (), FLOOR, is_floor=True, clusters=clusters)
    assert without_rest.all_clusters == clusters


def test_parts_of_the_log_that_hold_different_shares_of_the_calls_prove_nothing() -> None:
    found = one(accuracy(labelled(511, 1000), mixed_sampling=True))
    assert (found.evidence, found.reasons[0]) == (Evidence.NOT_PROVEN, Reason.MIXED_SAMPLING)


def test_an_interval_wider_than_agreed_is_named_and_one_exactly_as_wide_is_not() -> None:
    measured = one(accuracy(labelled(830, 1000)))
    low, high = measured.interval
    assert low is not None
    assert high is not None
    half = (Fraction(high) - Fraction(low)) / 2
    assert Reason.IMPRECISE not in one(accuracy(labelled(830, 1000), precision=half)).reasons
    assert Reason.IMPRECISE in one(accuracy(labelled(830, 1000), precision=half - Fraction(1, 10**9))).reasons


def test_a_percentile_without_an_upper_bound_is_never_precise_enough() -> None:
    counts = Counts(timed=10, above=1)
    entry = Entry(
        metric=METRICS["latency_p95"], counts=counts, limit=Fraction(200), is_floor=False, value=250.0, interval=(90.0, None),
        precision=Fraction(1000),
    )  # fmt: skip
    assert Reason.IMPRECISE in one(entry).reasons


def test_an_alarm_makes_a_running_clause_at_risk_and_never_a_closed_one() -> None:
    running = one(accuracy(labelled(511, 1000), running=True, at_risk=True))
    assert (running.evidence, running.reasons[0]) == (Evidence.AT_RISK, Reason.RUNNING_PERIOD)
    assert one(accuracy(labelled(840, 1000), at_risk=True)).evidence is Evidence.NOT_PROVEN


def test_a_member_that_was_tested_otherwise_keeps_its_p_values_and_open_calls_undo_them() -> None:
    settled, opened, doubted = judge_family(
        [
            Drawn(0.01, 1.0, settled=True, doubted=False),
            Drawn(0.02, 1.0, settled=False, doubted=False),
            Drawn(0.03, 1.0, settled=True, doubted=True),
        ]
    )
    assert [entry.p_exact for entry in (settled, opened, doubted)] == [0.01, 0.02, 0.03]
    assert settled.breach.p_adjusted == pytest.approx(0.03)
    sides = [(entry.breach.p_worst_case, entry.breach.p_label_error) for entry in (settled, opened, doubted)]
    assert np.array(sides) == pytest.approx(np.array([(0.03, 0.03), (1.0, 0.04), (0.04, 1.0)]))
