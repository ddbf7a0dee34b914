"""`vendor-ai gate`: from a proposal to approval, by people with tokens."""

import pytest

from tests.factories.command_line import CommandLine
from tests.factories.gate import MEDIUM_APPROVALS


@pytest.fixture
def proposed(cli: CommandLine) -> CommandLine:
    """A home with one proposed component of MEDIUM tier, ``ocr``."""
    path = cli.home.parent / "in.csv"
    path.write_text("vendor,component,use_case,decision_type,business_owner,status\nAcme AI,OCR,sorting letters,automated,Ines,proposed\n")
    cli.ok("inventory", "import", path)
    return cli


def bearer(cli: CommandLine, name: str, *roles: str) -> str:
    cli.ok("user", "add", name, *(word for role in roles for word in ("--role", role)))
    return str(cli.ok("token", "create", f"{name}-1", "--user", name, "--scope", "decide", "--json").json["token"])


def test_from_proposal_to_use_on_the_command_line(proposed: CommandLine) -> None:
    cli = proposed
    token = bearer(cli, "vera", "technical_validator", "fairness_auditor", "security_officer")

    closed = cli("gate", "check", "ocr", "--gate", "use-case", "--json")
    assert (closed.code, closed.json["missing_approvals"]) == (1, list(MEDIUM_APPROVALS))
    assert cli("component", "status", "ocr", "--to", "approved").code == 1
    said = [
        cli.ok("gate", "approve", "ocr", "--gate", "use_case", "--approval", name, "--note", "Fine.", "--token", token).out
        for name in MEDIUM_APPROVALS
    ]
    assert "still closed. Missing approvals: fairness_audit, security_review." in " ".join(said[0].split())
    assert "The use-case gate of ocr is open." in said[-1]
    opened = cli.ok("gate", "check", "OCR", "--gate", "use_case", "--json").json
    assert [entry["by"] for entry in opened["approvals"]] == ["user:vera"] * 3
    assert cli.ok("component", "status", "ocr", "--to", "approved", "--json").json["changed"] is True
    blocked = cli("component", "status", "ocr", "--to", "in_use", "--json")
    assert (blocked.code, blocked.json["gate"]["gate"]) == (1, "deployment")
    assert "deployment gate is closed" in blocked.err
    cli.ok("gate", "revoke", "1", "--reason", "Wrong data.", "--token", token)
    assert "technical_validation" in cli("gate", "check", "ocr", "--gate", "use_case").out
    assert [entry["state"] for entry in cli.ok("component", "approvals", "ocr", "--json").json] == ["revoked", "valid", "valid"]


def test_facts_and_waivers_on_the_command_line(proposed: CommandLine) -> None:
    cli = proposed
    vera, omar = bearer(cli, "vera", "technical_validator"), bearer(cli, "omar", "risk_officer")

    cli.ok("gate", "fact", "ocr", "failed_validation", "--note", "Recall 0.61")
    assert "Recall 0.61" in cli("gate", "check", "ocr", "--gate", "deployment").out
    words = ["--gate", "use_case", "--subject", "fairness_audit", "--reason", "Booked", "--until", "2099-12-31"]
    number = cli.ok("gate", "waive", "ocr", *words, "--token", vera, "--json").json["waiver"]
    cli.ok("gate", "second", str(number), "--token", omar)
    assert cli("gate", "check", "ocr", "--gate", "use_case", "--json").json["waivers"][0]["second_by"] == "user:omar"
    assert "holds" in cli.ok("gate", "waivers").out
    cli.ok("gate", "end-waiver", str(number), "--reason", "Done", "--token", omar)
    cli.ok("gate", "clear", "1", "--note", "Recall 0.86", "--token", omar)
    assert "Recall" not in cli("gate", "check", "ocr", "--gate", "deployment").out


@pytest.mark.parametrize(
    "words",
    [
        ["approve", "ocr", "--gate", "use_case", "--approval", "technical_validation", "--note", "x"],
        ["revoke", "1", "--reason", "x"],
        ["waive", "ocr", "--gate", "use_case", "--subject", "x", "--reason", "x", "--until", "2099-01-01"],
        ["second", "1"],
        ["clear", "1", "--note", "x"],
    ],
)
def test_who_approves_shows_a_token_with_the_scope(cli: CommandLine, words: list[str]) -> None:
    cli.inventory("ocr")
    reader = cli.ok("token", "create", "r", "--scope", "read", "--json").json["token"]

    assert (cli("gate", *words).code, cli("gate", *words, "--token", reader).code) == (3, 3)
    asked = " ".join(cli("gate", *words).err.split())
    assert "vendor-ai user add NAME --role risk_officer" in asked
    assert "vendor-ai token create TOKEN --user NAME --scope decide" in asked


def test_an_approval_says_as_json_whether_the_gate_is_open_now(proposed: CommandLine) -> None:
    token = bearer(proposed, "vera", "technical_validator")

    words = ["--gate", "use_case", "--approval", "technical_validation", "--note", "Fine.", "--token", token]
    given = proposed.ok("gate", "approve", "ocr", *words, "--json").json

    assert (given["component"], given["gate"], given["open"]) == ("ocr", "use_case", False)
    assert given["missing_approvals"] == ["fairness_audit", "security_review"]


def test_a_token_that_is_nobodys_approves_nothing_and_says_what_to_do(proposed: CommandLine) -> None:
    token = proposed.ok("token", "create", "ci", "--scope", "decide", "--json").json["token"]

    words = ["--gate", "use_case", "--approval", "security_review", "--note", "x", "--token", token]
    refused = proposed("gate", "approve", "ocr", *words)

    assert refused.code == 3
    assert "token:ci is no person known here" in " ".join(refused.err.split())
    assert "user add NAME --role security_officer" in " ".join(refused.err.split())


@pytest.mark.parametrize(
    ("words", "code", "says"),
    [
        (["gate", "check", "nothing", "--gate", "use_case"], 3, "no component 'nothing'"),
        (["gate", "check", "ocr", "--gate", "launch"], 3, "no gate 'launch'"),
        (["gate", "check", "ocr"], 2, "--gate"),
        (["component", "status", "ocr", "--to", "gone"], 3, "no status 'gone'"),
    ],
)
def test_wrong_words_are_named(cli: CommandLine, words: list[str], code: int, says: str) -> None:
    cli.inventory("ocr")

    outcome = cli(*words)

    assert outcome.code == code
    assert says in outcome.err
