"""The published figures of GPT-4, March against June 2023, through the whole program."""

from pathlib import Path

import pytest

from tests.factories.command_line import CommandLine, contract_text

MAPPING = ("--map", "prediction_id=request_id", "--map", "occurred_at=timestamp", "--map", "actual=ground_truth", "--time-zone", "UTC")


def clause(identity: str, version: str) -> str:
    return (
        f"  - {{id: {identity}, kind: performance, metric: accuracy, at_least: '0.85', period: quarter,\n"
        f"     where: {{model_version: {version}}}, tolerance: {{amount: '0.02', kind: absolute, meaning: allowance}}}}"
    )


@pytest.fixture
def openai(cli: CommandLine) -> CommandLine:
    cli.inventory("prime", "happy", vendor="OpenAI")
    return cli


def test_importing_the_file_twice_stores_its_six_thousand_rows_once(openai: CommandLine, test_data: Path) -> None:
    log = test_data / "llmdrift" / "derived_prediction_log.csv"
    first = openai.ok("prediction", "import", log, *MAPPING, "--json").json
    again = openai.ok("prediction", "import", log, *MAPPING, "--json").json
    assert (first["read"], first["stored"], first["duplicates"], first["rejected"]) == (6000, 6000, 0, 0)
    assert (again["read"], again["stored"], again["duplicates"], again["rejected"]) == (6000, 0, 6000, 0)


def test_the_later_version_is_a_proven_breach_and_the_earlier_one_met(openai: CommandLine, test_data: Path) -> None:
    openai.ok("prediction", "import", test_data / "llmdrift" / "derived_prediction_log.csv", *MAPPING)
    text = contract_text(clause("early", "gpt-4-0314"), clause("late", "gpt-4-0613"), starts="2023-01-01", ends="2023-12-31")
    openai.contract(text.replace("Acme AI", "OpenAI").replace("[ocr]", "[prime]"))
    document = openai.evaluate("acme-2026", "2023-Q3")
    early, late = document["clauses"]
    assert (early["n"], early["value"], early["result"], early["evidence"]) == (1000, "0.84", "MET", "NOT_PROVEN")
    assert (late["n"], late["value"], late["result"], late["evidence"]) == (1000, "0.511", "MISSED", "PROVEN_BREACH")
    assert float(early["p_value"]) == pytest.approx(0.811, abs=5e-4)
    assert float(late["p_value"]) == pytest.approx(5.9e-119, rel=1e-2)
    assert document["status"] == "VIOLATED"


def test_the_comparison_reproduces_every_published_figure(openai: CommandLine, test_data: Path, tmp_path: Path) -> None:
    lines = (test_data / "llmdrift" / "derived_prediction_log.csv").read_text().splitlines()
    numbered = [lines[0] + ",input_id", *(f"{line},{line.split(',')[0].rsplit('-', 1)[1]}" for line in lines[1:])]
    (tmp_path / "numbered.csv").write_text("\n".join(numbered) + "\n")
    openai.ok("prediction", "import", tmp_path / "numbered.csv", *MAPPING)

    def compared(before: str, after: str) -> dict:
        return openai.ok("model", "compare", "--component", "PRIME", "--before", before, "--after", after, "--json").json

    gpt4 = compared("gpt-4-0314", "gpt-4-0613")
    assert (gpt4["before"]["n"], gpt4["before"]["accuracy"], gpt4["after"]["accuracy"]) == (1000, "0.84", "0.511")
    assert float(gpt4["accuracy"]["z"]) == pytest.approx(15.7131, abs=5e-5)
    assert [float(side) for side in gpt4["accuracy"]["interval"]] == pytest.approx([0.2899, 0.3666], abs=5e-5)
    assert gpt4["paired"]["table"] == [[13, 147], [476, 364]]
    assert gpt4["latency"]["u"] == "843759"
    figures = [float(gpt4[side][key]) for side in ("before", "after") for key in ("latency_p50_ms", "latency_p95_ms")]
    assert figures == pytest.approx([6704, 21474, 1459, 12371], abs=0.5)
    assert float(gpt4["outputs"]["chi2"]) == pytest.approx(891.752, abs=5e-4)
    assert float(gpt4["outputs"]["psi"]) == pytest.approx(3.0628, abs=5e-5)
    assert float(gpt4["outputs"]["js_divergence"]) == pytest.approx(0.38905, abs=5e-6)
    assert gpt4["recommendation"] == "ROLLBACK_IMMEDIATELY"

    gpt35 = compared("gpt-3.5-turbo-0301", "gpt-3.5-turbo-0613")
    assert (gpt35["before"]["accuracy"], gpt35["after"]["accuracy"]) == ("0.496", "0.762")
    assert float(gpt35["accuracy"]["z"]) == pytest.approx(-12.3127, abs=5e-5)
    assert gpt35["paired"]["table"] == [[85, 419], [153, 343]]
    assert gpt35["latency"]["u"] == "350168"
