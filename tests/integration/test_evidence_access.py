"""Who may look at a document and how it is handed out, from the command line; and how much room there is."""

import json
from pathlib import Path

import pytest
from sqlmodel import Session

from tests.factories.command_line import CommandLine, Outcome
from tests.factories.document import PDF, PNG, office
from tests.factories.due_diligence import NOW, PROCUREMENT, store_vendor
from tests.factories.model_document import cyclonedx
from vendor_ai.db.base import Records
from vendor_ai.domain.errors import ConflictError
from vendor_ai.domain.evidence import Document, DocumentTooLargeError
from vendor_ai.domain.vendor import Component
from vendor_ai.services import evidence
from vendor_ai.services.evidence import EvidenceLimits

ACME = ("--vendor", "Acme AI")


@pytest.fixture
def alice(cli: CommandLine, monkeypatch: pytest.MonkeyPatch) -> CommandLine:
    """Alice at the keyboard, with an assessment on its way."""
    cli.inventory("ocr")
    cli.ok("assessment", "send", "ocr")
    sit(monkeypatch, "alice")
    return cli


def sit(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    """Let somebody else sit at the keyboard."""
    monkeypatch.setenv("LOGNAME", name)


def put(cli: CommandLine, content: bytes, name: str, *options: str) -> Outcome:
    path = cli.home.parent / name
    path.write_bytes(content)
    return cli("document", "add", path, *ACME, *options)


def looks(cli: CommandLine, ref: str = "acme-ai-e1") -> list[str]:
    return [look["by"] for look in cli.ok("document", "views", ref, "--json").json]


# --- named viewers ----------------------------------------------------------------------------------------------------------


def test_named_viewers_and_who_handed_it_over_may_look_and_every_look_is_kept(
    alice: CommandLine, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    put(alice, PDF, "soc2.pdf", "--viewer", "bob")
    codes = []
    for name in ("alice", "bob", "carol"):
        sit(monkeypatch, name)
        codes.append(alice("document", "show", "acme-ai-e1").code)
        codes.append(alice("document", "get", "acme-ai-e1", tmp_path / f"{name}.pdf").code)

    assert codes == [0, 0, 0, 0, 3, 3]
    assert looks(alice) == ["cli:alice", "cli:alice", "cli:bob", "cli:bob"]
    assert sorted(path.name for path in tmp_path.glob("*.pdf")) == ["alice.pdf", "bob.pdf", "soc2.pdf"]


def test_a_refusal_names_whom_to_ask_and_writes_nothing(alice: CommandLine, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    put(alice, PDF, "soc2.pdf", "--viewer", "bob")
    sit(monkeypatch, "carol")
    refused = alice("document", "get", "acme-ai-e1", tmp_path / "copy.pdf")

    assert "acme-ai-e1 may be seen by named people only, and cli:carol is not one of them. Ask cli:alice." in refused.err
    assert not (tmp_path / "copy.pdf").exists()


def test_a_document_is_not_read_for_suggestions_by_who_may_not_see_it(alice: CommandLine, monkeypatch: pytest.MonkeyPatch) -> None:
    put(alice, cyclonedx(), "bom.json", "--viewer", "bob")
    sit(monkeypatch, "carol")
    refused = alice("assessment", "suggest", "ocr-a1", "--document", "acme-ai-e1")
    sit(monkeypatch, "bob")
    alice.ok("assessment", "suggest", "ocr-a1", "--document", "acme-ai-e1")

    assert refused.code == 3
    assert looks(alice) == ["cli:bob"]


def test_who_is_not_named_cannot_name_himself_by_handing_it_in_again(alice: CommandLine, monkeypatch: pytest.MonkeyPatch) -> None:
    put(alice, PDF, "soc2.pdf", "--viewer", "bob")
    sit(monkeypatch, "carol")
    added = put(alice, PDF, "soc2.pdf", "--viewer", "carol", "--update", "--json")
    first = next(entry for entry in alice.ok("document", "list", "--json").json if entry["document"] == "acme-ai-e1")

    assert json.loads(added.out)["document"] == "acme-ai-e2"
    assert first["viewers"] == ["bob"]
    assert alice("document", "show", "acme-ai-e1").code == 3


def test_a_viewer_who_was_taken_off_the_list_looks_no_more(alice: CommandLine, monkeypatch: pytest.MonkeyPatch) -> None:
    put(alice, PDF, "soc2.pdf", "--viewer", "bob")
    put(alice, PDF, "soc2.pdf", "--viewer", "carol", "--update")
    sit(monkeypatch, "bob")
    before = alice("document", "show", "acme-ai-e1").code
    sit(monkeypatch, "carol")

    assert (before, alice("document", "show", "acme-ai-e1").code) == (3, 0)


# --- how it may be passed on ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("confidentiality", "code"), [("internal", 0), ("nda", 0), ("view_only", 3)])
def test_what_may_only_be_viewed_is_not_written_to_a_file(alice: CommandLine, tmp_path: Path, confidentiality: str, code: int) -> None:
    put(alice, PDF, "soc2.pdf", "--confidentiality", confidentiality)
    outcome = alice("document", "get", "acme-ai-e1", tmp_path / "copy.pdf")

    assert outcome.code == code
    assert (tmp_path / "copy.pdf").exists() is (code == 0)
    assert len(looks(alice)) == (1 if code == 0 else 0)
    assert alice("document", "show", "acme-ai-e1").code == 0


def test_an_address_has_nothing_to_get(alice: CommandLine, tmp_path: Path) -> None:
    alice.ok("document", "add", "--url", "https://trust.example/soc2", *ACME)
    refused = alice("document", "get", "acme-ai-e1", tmp_path / "copy.pdf")
    assert refused.code == 3
    assert "is an address only: https://trust.example/soc2" in refused.err


def test_a_file_that_is_there_is_not_written_over(alice: CommandLine, tmp_path: Path) -> None:
    put(alice, PDF, "soc2.pdf")
    (tmp_path / "kept.txt").write_text("mine")
    refused = alice("document", "get", "acme-ai-e1", tmp_path / "kept.txt")
    assert refused.code == 3
    assert (tmp_path / "kept.txt").read_text() == "mine"


@pytest.mark.parametrize("name", ["soc2.pdf", "shot.png", "list.xlsx"])
def test_a_content_under_the_ending_of_another_is_refused_and_nothing_is_kept(alice: CommandLine, name: str) -> None:
    kinds = {"soc2.pdf": PDF, "shot.png": PNG, "list.xlsx": office("xl/workbook.xml")}
    for other, content in kinds.items():
        outcome = put(alice, content, name)
        assert outcome.code == (0 if other == name else 3)
    assert [entry["name"] for entry in alice.ok("document", "list", "--json").json] == [name]


def test_a_name_of_tricks_is_cleaned_wherever_it_is_shown(alice: CommandLine) -> None:
    name = "..\\..\\etc/\u202ereport\u200b\x1b[31m\x07 2026.pdf"
    added = json.loads(put(alice, PDF, "plain.pdf", "--name", name, "--json").out)
    table = alice.ok("document", "list").out

    assert added["name"] == "report[31m 2026.pdf"
    assert "\x1b" not in table
    assert [path.name for path in alice.home.parent.rglob("*report*")] == []


# --- room -------------------------------------------------------------------------------------------------------------------


@pytest.fixture
def vendors(records: Records) -> Records:
    with records.write() as session:
        store_vendor(session)
        store_vendor(session, Component("vision", "Vision", "globex"), vendor="globex")
    return records


def add(session: Session, home: Path, content: bytes, name: str, limits: EvidenceLimits, *, vendor: str = "acme") -> Document:
    return evidence.add_document(session, home, content, name=name, vendor_ref=vendor, limits=limits, by=PROCUREMENT, at=NOW)


@pytest.mark.parametrize(("spare", "fits"), [(0, True), (-1, False), (1, True)])
def test_the_room_of_a_vendor_ends_at_its_last_byte(vendors: Records, tmp_path: Path, spare: int, fits: bool) -> None:
    limits = EvidenceLimits(vendor=len(PDF) + len(PNG) + spare)
    with vendors.write() as session:
        add(session, tmp_path, PDF, "a.pdf", limits)
        if fits:
            assert add(session, tmp_path, PNG, "b.png", limits).ref == "acme-e2"
        else:
            with pytest.raises(ConflictError, match="Delete some"):
                add(session, tmp_path, PNG, "b.png", limits)


def test_one_vendor_does_not_use_up_the_room_of_another(vendors: Records, tmp_path: Path) -> None:
    limits = EvidenceLimits(vendor=len(PDF))
    with vendors.write() as session:
        assert [add(session, tmp_path, PDF, "a.pdf", limits, vendor=vendor).ref for vendor in ("acme", "globex")] == [
            "acme-e1",
            "globex-e1",
        ]


def test_a_full_vendor_can_still_send_what_is_there_already(vendors: Records, tmp_path: Path) -> None:
    limits = EvidenceLimits(vendor=len(PDF))
    with vendors.write() as session:
        add(session, tmp_path, PDF, "a.pdf", limits)
        assert add(session, tmp_path, PDF, "b.pdf", EvidenceLimits(vendor=0)).ref == "acme-e2"


def test_an_address_needs_no_room(vendors: Records) -> None:
    with vendors.write() as session:
        kept = evidence.add_address(session, "https://trust.example/a", vendor_ref="acme", by=PROCUREMENT, at=NOW)
    assert kept.size == 0


@pytest.mark.parametrize("beyond", [0, 1])
def test_a_file_may_be_exactly_of_the_limit(vendors: Records, tmp_path: Path, beyond: int) -> None:
    limits = EvidenceLimits(file=len(PDF))
    with vendors.write() as session:
        if not beyond:
            assert add(session, tmp_path, PDF, "a.pdf", limits).size == len(PDF)
            return
        with pytest.raises(DocumentTooLargeError):
            add(session, tmp_path, PDF + b"\n", "a.pdf", limits)
    assert not (tmp_path / "evidence").exists()


# --- one content behind several records -------------------------------------------------------------------------------------


def test_a_content_that_two_vendors_share_goes_with_the_last_of_them(vendors: Records, tmp_path: Path) -> None:
    limits = EvidenceLimits()
    left = []
    with vendors.write() as session:
        kept = [add(session, tmp_path, PDF, "a.pdf", limits, vendor=vendor) for vendor in ("acme", "globex")]
    for document in kept:
        with vendors.write() as session:
            evidence.delete_document(session, document.ref, "Old.", by=PROCUREMENT, at=NOW)
        with vendors.write() as session:
            left.append(len(evidence.remove_orphans(session, tmp_path)))

    assert left == [0, 1]


def test_a_content_that_was_deleted_and_came_back_is_kept(vendors: Records, tmp_path: Path) -> None:
    limits = EvidenceLimits()
    with vendors.write() as session:
        add(session, tmp_path, PDF, "a.pdf", limits)
        evidence.delete_document(session, "acme-e1", "Old.", by=PROCUREMENT, at=NOW)
        add(session, tmp_path, PDF, "a.pdf", limits)
    with vendors.write() as session:
        assert evidence.remove_orphans(session, tmp_path) == ()
        assert evidence.open_document(session, tmp_path, "acme-e2", as_file=True, by=PROCUREMENT, at=NOW)[1] == PDF


def test_a_deletion_that_is_not_committed_removes_no_content(vendors: Records, tmp_path: Path) -> None:
    with vendors.write() as session:
        add(session, tmp_path, PDF, "a.pdf", EvidenceLimits())
    with pytest.raises(RuntimeError), vendors.write() as session:
        evidence.delete_document(session, "acme-e1", "Old.", by=PROCUREMENT, at=NOW)
        raise RuntimeError("the transaction ends without a commit")
    with vendors.write() as session:
        assert evidence.remove_orphans(session, tmp_path) == ()
        assert evidence.unsound_documents(session, tmp_path) == []
