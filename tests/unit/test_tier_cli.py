"""`vendor-ai component classify`, with a stored component and with a described use."""

from pathlib import Path

import pytest

from tests.factories.command_line import CommandLine

KEYS = ["tier", "reasons", "regulations", "required_controls", "required_documents", "required_approvals"]
ROOT = Path(__file__).resolve().parent.parent.parent


@pytest.fixture
def call(tmp_path: Path) -> CommandLine:
    return CommandLine(tmp_path / "home")


def stored(call: CommandLine, row: str) -> None:
    path = call.home.parent / "components.csv"
    path.write_text(f"vendor,component,use_case,decision_type,affected_rights,regions\n{row}\n")
    call.ok("inventory", "import", path)


def test_a_described_use_is_classified_with_exactly_the_keys_of_the_contract(call: CommandLine) -> None:
    words = ["--use-case", "CV screening for hiring", "--decision-type", "automated", "--right", "non_discrimination", "--region", "EU"]

    result = call.ok("component", "classify", *words, "--json").json

    assert list(result) == KEYS
    assert result["tier"] == "HIGH"
    assert result["required_approvals"] == ["technical_validation", "fairness_audit", "security_review", "legal_approval", "exec_sponsor"]
    assert all(isinstance(entry, str) for key in KEYS[1:] for entry in result[key])


def test_a_described_use_needs_no_home(call: CommandLine) -> None:
    call.ok("component", "classify", "--use-case", "spam filter")

    assert not call.home.exists()


def test_a_stored_component_is_classified_from_the_inventory(call: CommandLine) -> None:
    stored(call, "Acme AI,Acme Credit,Credit scoring of consumers,human_in_the_loop,privacy;non-discrimination,US;DE")

    assert call.ok("component", "classify", "acme-credit", "--json").json["tier"] == "HIGH"
    assert call.ok("component", "classify", "ACME CREDIT", "--json").json["tier"] == "HIGH"
    assert "Acme Credit (acme-credit): HIGH" in call.ok("component", "classify", "acme-credit").out


def test_the_tier_follows_the_inventory_when_it_changes(call: CommandLine) -> None:
    stored(call, "Acme AI,Sorter,Sorting of letters,human_in_the_loop,,DE")
    assert call.ok("component", "classify", "sorter", "--json").json["tier"] == "LOW"

    stored(call, "Acme AI,Sorter,Sorting of letters,automated,,DE")
    assert call.ok("component", "classify", "sorter", "--json").json["tier"] == "MEDIUM"


def test_a_component_of_which_nothing_is_known_says_so(call: CommandLine) -> None:
    call.inventory("ocr")

    result = call.ok("component", "classify", "ocr", "--json").json

    assert result["tier"] == "LOW"
    assert any(reason.startswith("The use case is not stated") for reason in result["reasons"])
    assert any(reason.startswith("The decision type is not stated") for reason in result["reasons"])
    assert result["reasons"][0] == "not stated: use case and decision type; LOW is only the least it can be"


@pytest.mark.parametrize(
    ("row", "heading", "to_state"),
    [
        ("Acme AI,Sorter,,automated,,", "Sorter (sorter): tier not known, at least MEDIUM", "use_case, in the inventory"),
        ("Acme AI,Sorter,Credit scoring,,privacy,", "Sorter (sorter): tier not known, at least MEDIUM", "decision_type, in the inventory"),
        ("Acme AI,Sorter,social scoring,,,", "Sorter (sorter): PROHIBITED", None),
        ("Acme AI,Sorter,Sorting of letters,automated,,", "Sorter (sorter): MEDIUM", None),
    ],
)
def test_the_text_says_that_the_tier_is_not_known_and_what_to_state(
    call: CommandLine, row: str, heading: str, to_state: str | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "200")
    stored(call, row)

    said = call.ok("component", "classify", "sorter").out

    assert heading in said
    assert ("To state" in said) is (to_state is not None)
    assert to_state is None or to_state in said


def test_the_components_of_the_demonstration_come_out_as_their_texts_say(call: CommandLine) -> None:
    call.ok("inventory", "import", ROOT / "vendor_ai" / "demo" / "samples" / "inventory.csv")

    tiers = {
        ref: call.ok("component", "classify", ref, "--json").json["tier"]
        for ref in ("digit-reader", "report-triage", "clearwater-assistant", "lot-sorter")
    }

    # Only the reading of laboratory reports names a right (privacy); none is automated or in a listed area.
    assert tiers == {"digit-reader": "LOW", "report-triage": "MEDIUM", "clearwater-assistant": "LOW", "lot-sorter": "LOW"}


def test_an_unknown_component_ends_with_one_sentence(call: CommandLine) -> None:
    outcome = call("component", "classify", "nothing")

    assert outcome.code == 3
    assert outcome.err.count("\n") == 1
    assert "There is no component 'nothing'." in outcome.err


def test_a_right_that_nobody_knows_is_refused_when_the_inventory_comes_in(call: CommandLine, tmp_path: Path) -> None:
    (tmp_path / "in.csv").write_text("vendor,component,affected_rights\nAcme AI,Acme Credit,privcy\n")

    outcome = call("inventory", "import", tmp_path / "in.csv", "--json")

    assert outcome.code == 1
    (problem,) = outcome.json["problems"]
    assert (problem["row"], problem["column"]) == (2, "affected_rights")
    assert "'privcy' is not a right that is weighed" in problem["message"]


@pytest.mark.parametrize(
    ("words", "says"),
    [
        ([], "--use-case"),
        (["--use-case", "  "], "--use-case"),
        (["--decision-type", "automated"], "--use-case"),
        (["--use-case", "x", "--right", "dignity"], "'dignity' is not a right"),
        (["--use-case", "x", "--decision-type", "manual"], "'manual' is not a decision type"),
        (["acme", "--use-case", "x"], "leave out --use-case"),
        (["acme", "--right", "privacy", "--region", "EU"], "leave out --right, --region"),
    ],
)
def test_wrong_use_ends_with_2(call: CommandLine, words: list[str], says: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "300")

    outcome = call("component", "classify", *words)

    assert outcome.code == 2
    assert says in outcome.err
    assert outcome.out == ""


def test_text_in_brackets_is_shown_as_written(call: CommandLine) -> None:
    assert "[bold]Mars" in call.ok("component", "classify", "--use-case", "spam filter", "--region", "[bold]Mars").out
