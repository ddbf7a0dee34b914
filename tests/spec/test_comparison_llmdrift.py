"""A real vendor update, measured: GPT-4 and GPT-3.5 on the same questions in March and June 2023.

Source of the log: github lchen001/LLMDrift (Apache-2.0). Its timestamps are those of a later re-run, so versions are told apart by name.
"""

import csv
import re
from decimal import Decimal
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest

from vendor_ai.change.comparison import VersionRows, compare
from vendor_ai.domain.comparison import AccuracyChange, Comparison, LatencyChange, OutputChange, PairedChange
from vendor_ai.domain.measure import Counts
from vendor_ai.domain.verdict import Evidence, Measurement
from vendor_ai.inference.measure import Entry, measure
from vendor_ai.metrics import METRICS

GPT_4 = ("gpt-4-0314", "gpt-4-0613")
GPT_35 = ("gpt-3.5-turbo-0301", "gpt-3.5-turbo-0613")


@pytest.fixture(scope="module")
def calls(test_data: Path) -> list[dict[str, str]]:
    with (test_data / "llmdrift/derived_prediction_log.csv").open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def served(calls: list[dict[str, str]], component: str, version: str) -> VersionRows:
    chosen = [call for call in calls if call["component"] == component and call["model_version"] == version]
    return VersionRows(
        prediction=np.array([call["prediction"] for call in chosen], dtype=object),
        correct=np.array([call["prediction"] == call["ground_truth"] for call in chosen], dtype=np.int8),
        latency_ms=np.array([float(call["latency_ms"]) for call in chosen]),
        input_id=np.array([re.findall(r"\d+$", call["request_id"])[0] for call in chosen], dtype=object),
    )


def update(calls: list[dict[str, str]], component: str, versions: tuple[str, str]) -> Comparison:
    before, after = versions
    return compare(served(calls, component, before), served(calls, component, after), before, after)


@pytest.fixture(scope="module")
def gpt_4(calls: list[dict[str, str]]) -> Comparison:
    return update(calls, "prime", GPT_4)


def parts(comparison: Comparison) -> tuple[AccuracyChange, PairedChange, LatencyChange, OutputChange]:
    assert comparison.accuracy and comparison.paired and comparison.latency and comparison.outputs
    return comparison.accuracy, comparison.paired, comparison.latency, comparison.outputs


def test_the_log_holds_what_its_description_says(calls: list[dict[str, str]]) -> None:
    assert len(calls) == 6000


def test_gpt_4_lost_a_third_of_its_accuracy_on_the_same_questions(gpt_4: Comparison) -> None:
    accuracy, paired, _, _ = parts(gpt_4)
    assert [(side.n, side.labelled, side.correct) for side in (gpt_4.before, gpt_4.after)] == [(1000, 1000, 840), (1000, 1000, 511)]
    assert accuracy.difference == Fraction(329, 1000)
    assert accuracy.z == pytest.approx(15.7131, abs=0.00005)
    assert accuracy.interval == pytest.approx((0.2899, 0.3666), abs=0.00005)
    assert paired.table == ((13, 147), (476, 364))


def test_gpt_4_became_faster_while_it_became_worse(gpt_4: Comparison) -> None:
    _, _, latency, _ = parts(gpt_4)
    assert latency.u == 843759
    assert gpt_4.before.latency_p50_ms == pytest.approx(6704, abs=0.5)
    assert gpt_4.after.latency_p50_ms == pytest.approx(1459, abs=0.5)
    assert gpt_4.before.latency_p95_ms == pytest.approx(21474, abs=0.5)
    assert gpt_4.after.latency_p95_ms == pytest.approx(12371, abs=0.5)
    assert latency.p95_difference_ms > 0


def test_gpt_4_answers_differently(gpt_4: Comparison) -> None:
    _, _, _, outputs = parts(gpt_4)
    assert outputs.chi2 == pytest.approx(891.752, abs=0.0005)
    assert outputs.psi == pytest.approx(3.0628, abs=0.00005)
    assert outputs.js_divergence == pytest.approx(0.38905, abs=0.000005)


def test_the_worse_version_is_rolled_back_however_fast_it_is(gpt_4: Comparison) -> None:
    assert gpt_4.recommendation == "ROLLBACK_IMMEDIATELY"


def test_gpt_35_improved_on_the_same_questions_and_became_slower(calls: list[dict[str, str]]) -> None:
    found = update(calls, "prime", GPT_35)
    accuracy, paired, latency, _ = parts(found)
    assert (found.before.correct, found.after.correct) == (496, 762)
    assert accuracy.z == pytest.approx(-12.3127, abs=0.00005)
    assert paired.table == ((85, 419), (153, 343))
    assert latency.u == 350168
    assert found.recommendation == "ROLLBACK_IMMEDIATELY"  # its P95 rose by 21 seconds


@pytest.mark.parametrize(("versions", "before", "after"), [(GPT_4, 418, 176), (GPT_35, 153, 241)])
def test_the_other_task_is_reproduced_too(calls: list[dict[str, str]], versions: tuple[str, str], before: int, after: int) -> None:
    found = update(calls, "happy", versions)
    assert (found.before.correct, found.after.correct) == (before, after)
    assert (found.before.n, found.after.n) == (500, 500)


def test_the_json_document_carries_the_exact_figures(gpt_4: Comparison) -> None:
    document = gpt_4.as_json()
    assert (document["before"]["accuracy"], document["after"]["accuracy"]) == ("0.84", "0.511")
    assert document["accuracy"]["difference"] == "0.329"
    assert document["paired"]["table"] == [[13, 147], [476, 364]]
    assert document["latency"]["u"] == "843759"


@pytest.mark.parametrize(
    ("version", "p_value", "missed", "evidence"),
    [("gpt-4-0314", 0.811, False, Evidence.NOT_PROVEN), ("gpt-4-0613", 5.9e-119, True, Evidence.PROVEN_BREACH)],
)
def test_85_percent_with_an_allowance_of_2_points_is_met_before_and_a_proven_breach_after(
    calls: list[dict[str, str]], version: str, p_value: float, missed: bool, evidence: Evidence
) -> None:
    marks = served(calls, "prime", version).correct
    counts = Counts(predicted=marks.size, labelled=marks.size, correct=int(marks.sum()))
    entry = Entry(metric=METRICS["accuracy"], counts=counts, limit=Fraction("0.85") - Fraction("0.02"), is_floor=True)
    found: Measurement = measure([entry], significance=Decimal("0.05"))[0]
    assert found.p_value == pytest.approx(p_value, rel=0.005)
    assert (found.missed, found.evidence) == (missed, evidence)
