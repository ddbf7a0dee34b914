"""Approvals and the audit chain as files that prove themselves: whole they verify anywhere, changed anywhere they do not."""

import json
import random
from collections.abc import Iterator
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from tests.factories.command_line import CommandLine
from tests.factories.due_diligence import NOW
from tests.factories.gate import MEDIUM_APPROVALS, approve, store_component
from vendor_ai.db.audit import entry_digest
from vendor_ai.db.base import Records
from vendor_ai.db.schema import ensure
from vendor_ai.domain.approval import ChainEntry, approval_statement
from vendor_ai.domain.audit import AuditEvent
from vendor_ai.domain.gate import Gate
from vendor_ai.services.approval import approval_file
from vendor_ai.services.audit import export_lines
from vendor_ai.services.signing import SigningKey, known_signing_key, signing_key
from vendor_ai.services.verification import KINDS, FileCheck, verify_file


def written(records: Records, folder: Path) -> Path:
    """Approval 2 of a component with three, as `gate export` writes it."""
    with records.write() as session:
        store_component(session, "MEDIUM", notes="ä ☃")
        approve(session, Gate.DEPLOYMENT, *MEDIUM_APPROVALS)
        document = approval_file(session, 2)
    return save(folder / "approval.json", document)


def save(path: Path, document: Any) -> Path:
    path.write_text(json.dumps(document, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")
    return path


@pytest.fixture
def sqlite(tmp_path: Path) -> Iterator[Records]:
    found = Records(f"sqlite:///{tmp_path / 'home' / 'vendor-ai.db'}")
    ensure(found)
    yield found
    found.close()


@pytest.fixture
def approval(sqlite: Records, tmp_path: Path) -> Path:
    return written(sqlite, tmp_path)


@pytest.fixture
def chain(sqlite: Records, approval: Path) -> Path:
    path = approval.with_name("chain.jsonl")
    with sqlite.write() as session:
        path.write_text("".join(export_lines(session)), encoding="utf-8")
    return path


def said(check: FileCheck) -> str:
    return " ".join(check.problems)


def test_an_approval_verifies_away_from_its_installation(records: Records, tmp_path: Path) -> None:
    path = written(records, tmp_path)
    with records.read() as session:
        key = known_signing_key(session)
    assert key is not None
    records.close()

    check = verify_file(path, fingerprint=key.fingerprint.upper())

    assert (check.ok, check.problems) == (True, ())
    assert check.facts["approval"] == {
        "number": 2,
        "gate": "deployment",
        "approval": "fairness_audit",
        "note": "Looked at it.",
        "valid_until": None,
        "by": "user:alice",
        "at": NOW.isoformat(),
    }
    assert check.facts["component"]["tier"] == "MEDIUM"


def test_the_signed_entry_is_the_one_in_the_audit_chain(sqlite: Records, approval: Path) -> None:
    document = json.loads(approval.read_text())
    with sqlite.write() as session:
        lines = [json.loads(line) for line in export_lines(session)]

    assert document["audit"] in lines[1:]


def test_a_changed_byte_anywhere_is_found_unless_it_only_moves_blanks(approval: Path, soak: bool) -> None:
    content, whole = approval.read_bytes(), json.loads(approval.read_text())
    chance = random.Random(20261120)
    survived = 0
    places = range(len(content)) if soak else sorted(chance.sample(range(len(content)), 150))
    for place in places:
        other = chance.choice([byte for byte in range(256) if byte != content[place]])
        for byte in {other, content[place] ^ 0x20, content[place] ^ 1}:
            approval.write_bytes(content[:place] + bytes([byte]) + content[place + 1 :])
            if verify_file(approval).ok:
                survived += 1
                assert json.loads(approval.read_text()) == whole
    assert survived < len(places) // 5  # blanks between the words of the file mean nothing


def leaves(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """The path to every value of a document, and to every mapping in it."""
    if isinstance(value, dict):
        yield path
        for name, inner in value.items():
            yield from leaves(inner, (*path, name))
    elif isinstance(value, list):
        for index, inner in enumerate(value):
            yield from leaves(inner, (*path, index))
    else:
        yield path


def at_path(document: Any, path: tuple[Any, ...]) -> Any:
    for step in path:
        document = document[step]
    return document


def test_no_field_can_be_changed_removed_added_or_given_another_type(approval: Path) -> None:
    whole = json.loads(approval.read_text())
    for path in leaves(whole):
        changed = []
        if isinstance(at_path(whole, path), dict):
            more = deepcopy(whole)
            at_path(more, path)["added"] = "x"
            changed.append(more)
        else:
            for value in ("other", 0, 3.0, True, None, [], {}):
                other = deepcopy(whole)
                at_path(other, path[:-1])[path[-1]] = value
                if json.dumps(other) != json.dumps(whole):
                    changed.append(other)
        if path and isinstance(path[-1], str):
            less = deepcopy(whole)
            del at_path(less, path[:-1])[path[-1]]
            changed.append(less)
        for document in changed:
            assert not verify_file(save(approval, document)).ok, path


def test_what_is_signed_by_another_key_is_told_by_the_fingerprint_alone(approval: Path) -> None:
    document = json.loads(approval.read_text())
    event = document["audit"]["event"]
    event["data"]["approval"] = "legal_approval"
    forged = AuditEvent(NOW, event["actor"], event["action"], event["noun"], event["reference"], event["data"])
    digest = entry_digest(document["audit"]["sequence"], forged, document["audit"]["previous"])
    entry = ChainEntry(document["audit"]["sequence"], document["audit"]["previous"], digest, forged)
    thief = SigningKey(Ed25519PrivateKey.generate())
    statement = approval_statement(entry)
    path = save(approval, statement | {"public_key": thief.public, "signature": thief.sign(statement)})

    alone = verify_file(path)
    assert alone.ok
    assert "the file alone cannot tell whose key it is" in " ".join(alone.notes)
    assert "Another key signed it" in said(verify_file(path, fingerprint="ab" * 32))


def test_a_signed_statement_that_its_entry_does_not_make_is_refused(sqlite: Records, approval: Path) -> None:
    document = json.loads(approval.read_text())
    statement = {name: value for name, value in document.items() if name not in ("public_key", "signature")}
    statement["approval"] = {**statement["approval"], "gate": "continuation"}
    with sqlite.read() as session:
        key = known_signing_key(session)
    assert key is not None

    path = save(approval, statement | {"public_key": key.public, "signature": key.sign(statement)})

    assert verify_file(path).problems == ("What the file says beside its audit entry is not what the entry says.",)


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"", "not JSON"),
        (b"not json", "not JSON"),
        (b"\xff\xfe", "not JSON"),
        (b"[]", "no JSON document with a kind"),
        (b'{"kind": "letter", "version": 1}', "kind 'letter' is none that can be verified"),
        (b'{"kind": ["vendor-ai-approval"]}', "is none that can be verified"),
        (b'{"kind": "vendor-ai-approval", "version": 2}', "version 2 is not known"),
        (b'{"kind": "vendor-ai-approval", "version": 1.0}', "version 1.0 is not known"),
        (b'{"kind": "vendor-ai-approval", "version": true}', "version True is not known"),
        (b'{"kind": "a", "kind": "b"}', "stands twice"),
        (b'{"kind": NaN}', "no JSON value"),
        (b'{"kind": "vendor-ai-approval", "version": 1}', "public key is not one"),
        (b'{"kind": "vendor-ai-approval", "version": 1, "audit": {"event": []}}', "audit entry is not one"),
        (b'{"kind": "vendor-ai-approval", "version": 1, "note": "\\ud800"}', "public key is not one"),
        (b"[" * 100_000, "not JSON"),
        (b'{"kind": ' + b"9" * 5_000 + b"}", "not JSON"),
    ],
)
def test_what_is_no_such_file_is_refused_in_words(tmp_path: Path, content: bytes, says: str) -> None:
    path = tmp_path / "file.json"
    path.write_bytes(content)

    check = verify_file(path)

    assert not check.ok
    assert says in said(check)


@pytest.mark.parametrize(("of", "length"), [("public_key", 64), ("signature", 128)])
def test_a_key_or_signature_has_one_spelling(approval: Path, of: str, length: int) -> None:
    whole = json.loads(approval.read_text())
    assert len(whole[of]) == length
    for text in (whole[of].upper(), f" {whole[of][1:]}", whole[of][:-2], "g" * length):
        assert not verify_file(save(approval, {**whole, of: text})).ok


def test_a_chain_verifies_away_from_its_installation(sqlite: Records, chain: Path) -> None:
    with sqlite.read() as session:
        key = known_signing_key(session)
    assert key is not None

    check = verify_file(chain, fingerprint=key.fingerprint)

    assert (check.ok, check.notes, check.facts["entries"]) == (True, (), 6)  # three people, three approvals


def edited(lines: list[str], number: int, **fields: Any) -> list[str]:
    entry = json.loads(lines[number])
    entry["event"] |= fields
    return [*lines[:number], json.dumps(entry) + "\n", *lines[number + 1 :]]


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (lambda lines: edited(lines, 4, actor="user:mallory"), "Entry 4 was changed"),
        (lambda lines: [*lines[:4], *lines[5:]], "Entry 4 is missing"),
        (lambda lines: lines[:-1], "The file holds 5 entries"),
        (lambda lines: [*lines, lines[-1]], "missing or out of place"),
        (lambda lines: [lines[0], lines[2], lines[1], *lines[3:]], "out of place"),
        (lambda lines: [*lines[:3], "\n", *lines[3:]], "not JSON"),
        (lambda lines: [*lines[:3], '{"sequence": 3}\n', *lines[3:]], "Line 4 is no entry"),
        (lambda lines: [lines[0].replace('"entries": 6', '"entries": 5'), *lines[1:-1]], "signature does not fit"),
    ],
    ids=["edited", "deleted", "cut", "repeated", "swapped", "blank line", "no entry", "cut with its head"],
)
def test_a_changed_chain_is_found(chain: Path, change: Any, says: str) -> None:
    chain.write_text("".join(change(chain.read_text().splitlines(keepends=True))))

    check = verify_file(chain)

    assert not check.ok
    assert says in said(check)


def test_the_key_is_made_once_and_a_read_session_does_not_make_it(records: Records) -> None:
    with records.read() as session:
        assert known_signing_key(session) is None
    with records.write() as session:
        made = signing_key(session)
    with records.write() as session:
        assert signing_key(session).public == made.public
    with records.read() as session:
        known = known_signing_key(session)
    assert known is not None
    assert known.fingerprint == made.fingerprint


def test_a_kind_of_file_is_one_entry_of_a_table() -> None:
    assert list(KINDS) == ["vendor-ai-approval", "vendor-ai-audit"]


def test_files_on_the_command_line(cli: CommandLine, tmp_path: Path) -> None:
    (tmp_path / "in.csv").write_text("vendor,component,use_case,decision_type\nAcme,OCR,sorting letters,automated\n")
    cli.ok("inventory", "import", tmp_path / "in.csv")
    cli.ok("user", "add", "sam", "--role", "security_officer")
    token = cli.ok("token", "create", "sam-1", "--user", "sam", "--scope", "decide", "--json").json["token"]
    words = ["--gate", "use_case", "--approval", "security_review", "--note", "x", "--valid-until", "2099-12-31", "--token", token]
    cli.ok("gate", "approve", "ocr", *words, "--file", tmp_path / "a.json")
    cli.ok("gate", "export", "1", tmp_path / "b.json")
    cli.ok("audit", "export", tmp_path / "chain.jsonl")
    mark = cli.ok("gate", "key", "--json").json["fingerprint"]

    assert (tmp_path / "a.json").read_bytes() == (tmp_path / "b.json").read_bytes()
    elsewhere = CommandLine(tmp_path / "elsewhere")
    for name in ("a.json", "chain.jsonl"):
        checked = elsewhere.ok("verify", tmp_path / name, "--fingerprint", mark, "--json").json
        assert (checked["ok"], checked["fingerprint"]) == (True, mark)
        assert "whole and signed" in elsewhere.ok("verify", tmp_path / name).out
    assert not elsewhere.home.exists()
    (tmp_path / "a.json").write_text((tmp_path / "a.json").read_text().replace("security_review", "legal_approval"))
    refused = elsewhere("verify", tmp_path / "a.json")
    assert (refused.code, "NOT to be relied on" in refused.out, "signature does not fit" in refused.err) == (1, True, True)
    assert elsewhere("verify", tmp_path / "none.json").code == 3
    assert cli("gate", "export", "1", tmp_path / "b.json").code == 3  # it is there already
    assert cli("audit", "export", tmp_path / "chain.jsonl").code == 3
    assert cli("gate", "export", "7", tmp_path / "c.json").code == 3


def test_within_an_installation_only_its_own_key_is_taken_for_granted(tmp_path: Path, approval: Path, sqlite: Records) -> None:
    cli = CommandLine(tmp_path / "elsewhere")
    with sqlite.read() as session:
        foreign = known_signing_key(session)
    assert foreign is not None
    stranger = cli.ok("verify", approval)
    assert "signed by a key nobody vouched for here" in stranger.out
    assert "nobody vouched" not in cli.ok("verify", approval, "--fingerprint", foreign.fingerprint).out
    ours = cli.ok("gate", "key", "--json").json["fingerprint"]

    refused = cli("verify", approval)

    assert (refused.code, "NOT to be relied on" in refused.out) == (1, True)
    assert f"signed by a key that is not this installation's: its fingerprint is {foreign.fingerprint}, ours is {ours}" in refused.err
    assert cli.ok("verify", approval, "--fingerprint", foreign.fingerprint, "--json").json["ok"] is True


def test_what_this_installation_signed_needs_no_further_word(sqlite: Records, approval: Path) -> None:
    own = CommandLine(sqlite.path.parent)

    said = own.ok("verify", approval).out

    assert "nobody vouched" not in said
    assert "Approved: fairness_audit at the gate deployment (number 2): Looked at it." in said
    assert "Component: ocr (OCR) of acme, tier MEDIUM" in said
    assert f"By user:alice on {NOW.isoformat()}" in said
