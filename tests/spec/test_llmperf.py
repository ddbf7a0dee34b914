"""Hosted models' latency, as published: answered calls only, and which percentile is meant.

Source of the log: github ray-project/llmperf-leaderboard (Apache-2.0), 150 calls a model.
"""

import json
from pathlib import Path

import pytest

from tests.factories.command_line import CommandLine, contract_text
from vendor_ai.change.percentile import linear_percentiles

MODELS = ("groq_70b", "together_13b", "bedrock_13b", "lepton_13b")
STATUS = {None: "ok", 429: "rate_limited"}


@pytest.fixture(scope="module")
def calls(test_data: Path) -> dict[str, list[dict]]:
    return {model: json.loads((test_data / "llmperf" / f"{model}.json").read_text()) for model in MODELS}


def milliseconds(calls: list[dict], *, answered: bool = True) -> list[float]:
    return [1000 * call["end_to_end_latency_s"] for call in calls if not answered or call["error_code"] is None]


@pytest.mark.parametrize(
    ("model", "p95", "p99"),
    [("groq_70b", 0.942, 0.992), ("together_13b", 1.910, 54.314), ("bedrock_13b", 4.480, 4.503), ("lepton_13b", 3.860, 3.999)],
)
def test_the_published_percentiles_are_those_of_answered_calls_linear_between_ranks(
    calls: dict[str, list[dict]], model: str, p95: float, p99: float
) -> None:
    assert linear_percentiles(milliseconds(calls[model]), (0.95, 0.99)) == pytest.approx((1000 * p95, 1000 * p99), abs=0.5)


def test_counting_rate_limited_calls_makes_failing_look_fast(calls: dict[str, list[dict]]) -> None:
    lepton = calls["lepton_13b"]
    assert sum(call["error_code"] == 429 for call in lepton) == 130
    assert linear_percentiles(milliseconds(lepton, answered=False), (0.5,)) == (0.0,)
    assert linear_percentiles(milliseconds(lepton), (0.5,)) == pytest.approx((3505,), abs=0.5)


@pytest.fixture
def hosted(cli: CommandLine, calls: dict[str, list[dict]]) -> CommandLine:
    """The four models as served versions of one component."""
    cli.inventory("ocr")
    rows = [
        f"{model}-{number},2026-01-15T00:00:00Z,{1000 * call['end_to_end_latency_s']:.3f},{STATUS.get(call['error_code'], 'error')},{model}"
        for model in MODELS
        for number, call in enumerate(calls[model])
    ]
    assert cli.predictions(rows, header="prediction_id,occurred_at,latency_ms,status,model_version").code == 0
    return cli


def test_the_whole_program_leaves_failed_calls_out_of_its_percentiles(hosted: CommandLine) -> None:
    compared = hosted.ok("model", "compare", "--component", "ocr", "--before", "together_13b", "--after", "lepton_13b", "--json").json
    figures = [float(compared[side][f"latency_{share}_ms"]) for side in ("before", "after") for share in ("p50", "p95")]
    assert figures == pytest.approx([1586, 1910, 3505, 3860], abs=0.5)


def test_a_contracts_percentile_is_the_latency_of_a_call_and_not_one_between_two(hosted: CommandLine) -> None:
    clause = "  - {id: p95, kind: performance, metric: latency_p95, at_most: 2000, period: quarter, where: {model_version: groq_70b}}"
    hosted.contract(
        contract_text(clause, clause.replace("p95,", "p99,").replace("latency_p95", "latency_p99").replace("id: p95", "id: p99"))
    )
    p95, p99 = hosted.evaluate("acme-2026", "2026-Q1")["clauses"]
    # The 143rd and the 149th of 150 calls; linear between ranks the P99 would be 992 ms.
    assert (p95["n"], p99["n"]) == (150, 150)
    assert float(p95["value"]) == pytest.approx(942, abs=0.5)
    assert float(p99["value"]) == pytest.approx(1003, abs=0.5)
