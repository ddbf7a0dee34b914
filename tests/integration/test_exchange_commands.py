"""The staff's side of the exchange on the command line: links, handing in for a vendor, sending back, receipts."""

import hashlib
import json
from pathlib import Path

import pytest

from tests.factories.command_line import CommandLine

PACK = "engineer-risk-checklist"


@pytest.fixture
def sent(cli: CommandLine) -> CommandLine:
    cli.inventory("ocr")
    cli.ok("assessment", "send", "ocr", "--pack", PACK)
    return cli


def first_question(cli: CommandLine) -> dict[str, str]:
    question = cli.ok("questionnaire", "show", PACK, "--json").json["questions"][0]
    return {question["id"]: question["options"][0]["value"]}


def test_a_link_is_printed_once_and_listed_without_its_token(sent: CommandLine) -> None:
    made = sent.ok("assessment", "link", "ocr-a1", "--name", "Jane Doe", "--email", "jane@acme.example", "--expires-days", "7")
    address = made.out.strip()
    (listed,) = sent.ok("assessment", "links", "ocr-a1", "--json").json

    assert address.startswith("http://127.0.0.1:8321/respond/")
    assert "It is not shown again" in made.err
    assert "VENDOR_AI_PUBLIC_URL" in made.err
    assert (listed["name"], listed["email"], listed["may_attest"], listed["last_used_at"]) == ("Jane Doe", "jane@acme.example", True, None)
    assert address.rpartition("/")[2] not in json.dumps(listed)
    assert "works" in sent.ok("assessment", "links", "ocr-a1").out


def test_a_link_has_the_address_by_which_vendors_reach_the_server(sent: CommandLine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VENDOR_AI_PUBLIC_URL", "https://risk.example.com/")
    made = sent.ok("assessment", "link", "ocr-a1", "--name", "Jane Doe", "--json").json
    assert made["url"].startswith("https://risk.example.com/respond/")


def test_a_revoked_link_is_listed_as_such(sent: CommandLine) -> None:
    number = str(sent.ok("assessment", "link", "ocr-a1", "--name", "Jane Doe", "--json").json["link"])
    assert sent.ok("assessment", "revoke-link", "ocr-a1", number, "--json").json["revoked"] is True
    assert "had been revoked before" in sent.ok("assessment", "revoke-link", "ocr-a1", number).out
    assert "revoked" in sent.ok("assessment", "links", "ocr-a1").out
    assert sent("assessment", "revoke-link", "ocr-a1", "99").code == 3


def test_answers_are_handed_in_for_a_vendor_sent_back_and_handed_in_again_each_with_its_receipt(sent: CommandLine, tmp_path: Path) -> None:
    (tmp_path / "one.json").write_text(json.dumps(first_question(sent)))
    sent.ok("assessment", "import", "ocr-a1", tmp_path / "one.json")
    first = sent.ok("assessment", "submit", "ocr-a1", "--signatory", "Jane Doe", "--role", "Head of Security", "--json").json
    sent.ok("assessment", "return", "ocr-a1", "--reason", "The rest is missing.")
    second = sent.ok("assessment", "submit", "ocr-a1", "--json").json
    shown = sent.ok("assessment", "receipt", "ocr-a1", "1", "--file", tmp_path / "copy.json", "--json").json

    assert (first["number"], second["number"]) == (1, 2)
    assert hashlib.sha256((tmp_path / "copy.json").read_bytes()).hexdigest() == first["sha256"] == shown["sha256"]
    assert (shown["signatory"], shown["role"]) == ("Jane Doe", "Head of Security")
    assert f"SHA-256 {second['sha256']}" in sent.ok("assessment", "receipt", "ocr-a1").out
    assert sent("assessment", "receipt", "ocr-a1", "--file", tmp_path / "copy.json").code == 3  # nothing is overwritten
    assert sent("assessment", "receipt", "ocr-a1", "7").code == 3


def test_what_nobody_needs_is_withdrawn_with_a_reason_and_its_links_open_nothing_to_fill(sent: CommandLine) -> None:
    assert sent("assessment", "withdraw", "ocr-a1", "--reason", " ").code == 3
    sent.ok("assessment", "withdraw", "ocr-a1", "--reason", "No longer bought.")
    refused = sent("assessment", "link", "ocr-a1", "--name", "Jane Doe")

    assert refused.code == 3
    assert "is withdrawn, so it cannot be opened to the vendor" in refused.err


def test_nothing_is_handed_in_where_nothing_was_answered(sent: CommandLine) -> None:
    refused = sent("assessment", "submit", "ocr-a1")
    assert refused.code == 3
    assert "has no answer yet" in refused.err
