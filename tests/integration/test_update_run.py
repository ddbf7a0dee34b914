"""Trials of a vendor's new version: the rule is written before, the log decides by it."""

import json
from pathlib import Path
from typing import Any

import pytest

from tests.factories.command_line import CommandLine

HEADER = "prediction_id,occurred_at,prediction,actual,latency_ms,model_version,input_id,segment.traffic"
START, END = "2026-07-01", "2026-07-15"
BEFORE, DURING, AFTER = "2026-06-20", "2026-07-08T00:00:00+00:00", "2026-07-15T01:00:00+00:00"


def rows(version: str, right: int, wrong: int, *, day: str = "2026-07-02", latency: float = 100.0, traffic: str = "") -> list[str]:
    return [
        f"{version}-{day}-{n},{day}T10:00:00Z,{'yes' if n < right else 'no'},yes,{latency},{version},q{n},{traffic}"
        for n in range(right + wrong)
    ]


@pytest.fixture
def acme(cli: CommandLine) -> CommandLine:
    cli.inventory("OCR")
    return cli


def planned(cli: CommandLine, *options: str, kind: str = "canary", until: str = END) -> str:
    made = cli.ok(
        "update", "plan", "ocr", "--kind", kind, "--before", "v1", "--after", "v2", "--from", START, "--until", until, "--at", BEFORE,
        "--json", *options,
    ).json  # fmt: skip
    return str(made["run"])


def status(cli: CommandLine, ref: str, at: str = AFTER) -> Any:
    return cli.ok("update", "status", ref, "--at", at, "--json").json["so_far"]


def test_a_run_is_written_with_its_rule_before_it_starts(acme: CommandLine) -> None:
    ref = planned(acme)
    (run,) = acme.ok("update", "list", "--at", BEFORE, "--json").json
    assert (ref, run["state"], run["percent"]) == ("ocr-canary-v2-1", "planned", 5)
    assert (run["rule"]["error_rate_margin"], run["rule"]["p95_margin_ms"], run["rule"]["canary_days"]) == ("0.005", "50", 7)
    chain = [entry for entry in acme.ok("audit", "list", "--json").json if entry["action"] == "update_run.planned"]
    assert [entry["data"]["rule_sha256"] for entry in chain] == [run["rule_sha256"]]


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["--from", "2026-06-01"], "start lies in the future"),
        (["--until", "2026-07-03"], "takes at least 7 days"),
        (["--after", "v1"], "both are 'v1'"),
        (["--percent", "0"], "between 1 and 100"),
    ],
)
def test_a_run_that_cannot_decide_is_refused(acme: CommandLine, options: list[str], said: str) -> None:
    refused = acme(
        "update",
        "plan",
        "ocr",
        "--kind",
        "canary",
        "--before",
        "v1",
        "--after",
        "v2",
        "--from",
        START,
        "--until",
        END,
        "--at",
        BEFORE,
        *options,
    )
    assert refused.code == 3
    assert said in refused.err


def test_a_rule_with_a_field_nobody_knows_is_refused(acme: CommandLine, tmp_path: Path) -> None:
    path = tmp_path / "rule.json"
    path.write_text(json.dumps({"error_margin": "0.1"}))
    options = ["--kind", "canary", "--before", "v1", "--after", "v2", "--from", START, "--until", END, "--at", BEFORE]
    refused = acme("update", "plan", "ocr", "--rule", path, *options)
    assert (refused.code, "no field 'error_margin'" in refused.err) == (3, True)


def test_a_significant_loss_rolls_back_before_the_end(acme: CommandLine) -> None:
    """900 of 1,000 against 800 of 1,000: 0.10 more errors, z = 6.26 (pooled 0.85, SE 0.01597)."""
    ref = planned(acme)
    acme.predictions(rows("v1", 900, 100) + rows("v2", 800, 200), header=HEADER)
    found = status(acme, ref, DURING)
    assert (found["decision"], found["reasons"]) == ("ROLLBACK_IMMEDIATELY", ["error_rate_rose"])
    assert found["comparison"]["accuracy"]["difference"] == "0.1"
    decided = acme.ok("update", "decide", ref, "--at", DURING, "--json").json
    assert (decided["state"], decided["result"]["decision"]) == ("decided", "ROLLBACK_IMMEDIATELY")
    assert acme("update", "decide", ref, "--at", AFTER).code == 3


def test_a_good_version_waits_for_the_end_and_goes_on_to_a_quarter(acme: CommandLine) -> None:
    ref = planned(acme)
    acme.predictions(rows("v1", 900, 100) + rows("v2", 905, 95), header=HEADER)
    early = acme("update", "decide", ref, "--at", DURING)
    assert (early.code, "nothing rolls it back before" in early.err) == (3, True)
    found = acme.ok("update", "decide", ref, "--at", AFTER, "--json").json["result"]
    assert (found["decision"], found["next_percent"]) == ("PROCEED_TO_FULL_ROLLOUT", 25)


def test_only_calls_of_the_run_decide(acme: CommandLine) -> None:
    ref = planned(acme)
    acme.predictions(rows("v1", 90, 10) + rows("v2", 90, 10) + rows("v2", 0, 500, day="2026-07-20"), header=HEADER)
    assert status(acme, ref, "2026-08-01")["comparison"]["after"]["n"] == 100


def test_slower_by_more_than_fifty_milliseconds_rolls_back(acme: CommandLine) -> None:
    ref = planned(acme)
    acme.predictions(rows("v1", 90, 10) + rows("v2", 90, 10, latency=150.5), header=HEADER)
    assert status(acme, ref)["reasons"] == ["latency_rose"]


def test_what_people_say_counts(acme: CommandLine) -> None:
    ref = planned(acme)
    acme.predictions(rows("v1", 90, 10) + rows("v2", 90, 10), header=HEADER)
    assert status(acme, ref)["reasons"] == []
    assert acme("update", "fact", ref, "--kind", "security_incident", "--value", "perhaps").code == 3
    acme.ok("update", "fact", ref, "--kind", "security_incident", "--value", "yes")
    acme.ok("update", "fact", ref, "--kind", "business_before", "--value", "100")
    acme.ok("update", "fact", ref, "--kind", "business_after", "--value", "94.9")
    assert status(acme, ref)["reasons"] == ["security_incident", "business_metric_fell"]


def test_no_labels_are_no_proof_of_safety(acme: CommandLine) -> None:
    ref = planned(acme)
    unlabelled = [row.replace(",yes,100.0", ",,100.0") for row in rows("v1", 90, 0) + rows("v2", 90, 0)]
    acme.predictions(unlabelled, header=HEADER)
    found = status(acme, ref)
    assert (found["decision"], found["reasons"]) == ("MONITOR_CLOSELY", ["no_labels"])


def test_a_shadow_names_what_is_missing_before_a_canary(acme: CommandLine) -> None:
    ref = planned(acme, kind="shadow", until="2026-07-16")
    acme.predictions(rows("v1", 90, 10) + rows("v2", 80, 10, traffic="shadow"), header=HEADER)
    found = status(acme, ref, "2026-07-20")
    assert (found["calls"], found["mirrored"]) == (100, 90)
    assert found["obstacles"] == ["not_all_volume", "performance_unknown"]
    acme.predictions(rows("v2", 0, 100, day="2026-07-03", traffic="shadow")[90:], header=HEADER, name="more.csv")
    acme.ok("update", "fact", ref, "--kind", "validated", "--value", "0.85")
    # 80 of 100 is 0.80; 0.85 less its twentieth is 0.8075.
    assert status(acme, ref, "2026-07-20")["obstacles"] == ["below_validated"]


def test_shadow_calls_count_for_no_clause(acme: CommandLine) -> None:
    from tests.factories.command_line import accuracy_clause, contract_text

    acme.contract(contract_text(accuracy_clause()))
    acme.predictions(rows("v1", 100, 0) + rows("v2", 0, 100, traffic="shadow"), header=HEADER)
    (clause,) = acme.evaluate("acme-2026", "2026-Q3", "--at", "2026-11-20")["clauses"]
    assert (clause["value"], clause["n"], clause["excluded"]) == ("1", 100, {"shadow": 100})


def test_a_key_stays_in_while_the_share_grows(acme: CommandLine) -> None:
    small, large = planned(acme), planned(acme, "--percent", "50")
    keys = [f"user-{n}" for n in range(60)]
    new = {ref: {key for key in keys if acme.ok("update", "bucket", ref, key).out.strip() == "new"} for ref in (small, large)}
    assert new[small] <= new[large]
    assert 15 <= len(new[large]) <= 45  # 30 expected, four standard deviations of 3.9 either way


def test_a_stopped_run_decides_nothing(acme: CommandLine) -> None:
    ref = planned(acme)
    acme.ok("update", "stop", ref, "--reason", "Withdrawn")
    assert "is stopped" in acme("update", "decide", ref, "--at", AFTER).err
    assert "See `vendor-ai update list`" in acme("update", "stop", "none", "--reason", "x").err
