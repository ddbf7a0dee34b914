"""From ten answers of our own staff to a tier, an inventory that says so, and the packs that are sent."""

import json
from collections.abc import Mapping
from pathlib import Path

import pytest

from tests.factories.command_line import CommandLine

RECRUITMENT = {
    "triage-use": "employment",
    "triage-decision": "automated",
    "triage-rights": ["privacy", "non_discrimination"],
    "triage-regions": "eu",
}
HARMLESS = {
    "triage-use": "internal_support",
    "triage-decision": "human_in_the_loop",
    "triage-rights": "none",
    "triage-technology": "neither",
}


@pytest.fixture
def triage(cli: CommandLine, tmp_path: Path) -> CommandLine:
    cli.inventory("ocr")
    cli.ok("assessment", "send", "ocr", "--pack", "triage")
    return cli


def given(cli: CommandLine, tmp_path: Path, answers: Mapping[str, object]) -> None:
    (tmp_path / "triage.json").write_text(json.dumps(answers))
    cli.ok("assessment", "import", "ocr-a1", tmp_path / "triage.json", "--source", "staff")


def test_an_automated_recruitment_use_in_the_eu_is_high_and_gets_the_deep_packs(triage: CommandLine, tmp_path: Path) -> None:
    given(triage, tmp_path, RECRUITMENT)
    found = triage.ok("assessment", "triage", "ocr-a1", "--json").json
    assert found["tier"] == "HIGH"
    assert found["packs"][0]["pack"] == "vendor-ai-due-diligence"
    assert "eu-ai-act-deployer" in [it["pack"] for it in found["packs"]]
    assert all(it["reason"] for it in found["packs"])


def test_without_apply_nothing_is_stored_and_with_it_the_inventory_says_the_same(triage: CommandLine, tmp_path: Path) -> None:
    given(triage, tmp_path, RECRUITMENT)
    before = triage.ok("component", "classify", "ocr", "--json").json["tier"]
    triage.ok("assessment", "triage", "ocr-a1")
    assert triage.ok("component", "classify", "ocr", "--json").json["tier"] == before == "LOW"
    assert triage.ok("assessment", "triage", "ocr-a1", "--apply", "--json").json["applied"]
    assert triage.ok("component", "classify", "ocr", "--json").json["tier"] == "HIGH"
    assert triage.ok("assessment", "triage", "ocr-a1", "--json").json["changes"] == {}
    assert triage.ok("audit", "list", "--json").json[-1]["action"] == "component.triaged"


def test_a_prohibited_practice_sends_no_pack(triage: CommandLine, tmp_path: Path) -> None:
    given(triage, tmp_path, {"triage-use": "social_scoring"})
    found = triage.ok("assessment", "triage", "ocr-a1", "--apply", "--send", "--json").json
    assert (found["tier"], found["packs"], found["sent"]) == ("PROHIBITED", [], [])


def test_send_starts_every_pack_once(triage: CommandLine, tmp_path: Path) -> None:
    given(triage, tmp_path, HARMLESS)
    first = triage.ok("assessment", "triage", "ocr-a1", "--apply", "--send", "--json").json
    assert len(first["sent"]) == len(first["packs"]) >= 1
    assert triage.ok("assessment", "triage", "ocr-a1", "--send", "--json").json["sent"] == []


def test_a_low_component_is_asked_at_most_25_questions(triage: CommandLine, tmp_path: Path) -> None:
    given(triage, tmp_path, HARMLESS)
    triage.ok("assessment", "triage", "ocr-a1", "--apply")
    assert triage.ok("component", "classify", "ocr", "--json").json["tier"] == "LOW"
    assert 20 <= triage.ok("assessment", "send", "ocr", "--json").json["questions"] <= 25


def test_another_pack_is_refused(triage: CommandLine) -> None:
    triage.ok("assessment", "send", "ocr")
    outcome = triage("assessment", "triage", "ocr-a2")
    assert outcome.code == 3
    assert "a tier is read from the pack triage" in outcome.err


def test_a_triage_without_answers_says_how_to_give_them(triage: CommandLine) -> None:
    outcome = triage("assessment", "triage", "ocr-a1")
    assert outcome.code == 3
    assert "has no answer yet" in outcome.err
