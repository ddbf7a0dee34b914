"""Documents handed in by staff: what is known stays one document, and its terms change only where that is asked for."""

from datetime import date
from pathlib import Path

import pytest
from sqlmodel import Session

from tests.factories.command_line import CommandLine
from tests.factories.document import PDF, PNG, office
from tests.factories.due_diligence import APPROVER, NOW, PROCUREMENT, REVIEWER, store_vendor
from vendor_ai.db import audit
from vendor_ai.db.base import Records
from vendor_ai.domain.errors import ConflictError, InvalidInputError
from vendor_ai.domain.evidence import Confidentiality, DocumentTerms, DocumentTooLargeError
from vendor_ai.domain.vendor import Component
from vendor_ai.services import evidence
from vendor_ai.services.evidence import EvidenceLimits
from vendor_ai.services.evidence_arrival import Arrival, hand_in, hand_in_address
from vendor_ai.services.evidence_shelf import EvidenceShelf

TODAY = NOW.date()
ISSUED, SOON, LATE = date(2026, 3, 1), date(2026, 12, 31), date(2027, 12, 31)
NOTHING_SAID = DocumentTerms()
ADDRESS = "https://trust.example/soc2"


@pytest.fixture
def vendors(records: Records) -> Records:
    with records.write() as session:
        store_vendor(session)
        store_vendor(session, Component("vision", "Vision", "globex"), vendor="globex")
    return records


def arrive(session: Session, home: Path, terms: DocumentTerms = NOTHING_SAID, *, content: bytes = PDF, **options: object) -> Arrival:
    given = {"name": "soc2.pdf", "vendor_ref": "acme", "by": PROCUREMENT, "at": NOW, **options}
    return hand_in(session, home, content, terms=terms, **given)  # type: ignore[arg-type]


def noted(session: Session) -> list[str]:
    """What the audit chain says of documents, in order."""
    return [event.action for _, event, _, _ in audit.walk(session) if event.noun == "document"]


# --- a content that is known ------------------------------------------------------------------------------------------------


def test_a_content_that_is_known_is_the_document_there_is_whatever_it_is_called_and_whoever_brings_it(
    vendors: Records, tmp_path: Path
) -> None:
    with vendors.write() as session:
        first = arrive(session, tmp_path, DocumentTerms(expires_on=SOON))
        again = [arrive(session, tmp_path), arrive(session, tmp_path, name="copy.pdf"), arrive(session, tmp_path, by=REVIEWER)]
        listed, said = evidence.documents(session), noted(session)

    assert (first.known, first.document.ref) == (False, "acme-e1")
    assert [(arrival.known, arrival.document, arrival.changed) for arrival in again] == [(True, first.document, ())] * 3
    assert listed == [first.document]
    assert said == ["document.stored"]
    assert again[1].notes(TODAY) == ("It is known as acme-e1 (soc2.pdf); nothing was changed.",)
    assert first.notes(TODAY) == ()


def test_the_same_content_of_another_vendor_is_another_document(vendors: Records, tmp_path: Path) -> None:
    with vendors.write() as session:
        arrivals = [arrive(session, tmp_path, vendor_ref=vendor) for vendor in ("acme", "globex")]

    assert [(arrival.known, arrival.document.ref) for arrival in arrivals] == [(False, "acme-e1"), (False, "globex-e1")]


def test_a_document_that_was_deleted_is_not_known_any_more(vendors: Records, tmp_path: Path) -> None:
    with vendors.write() as session:
        arrive(session, tmp_path)
        evidence.delete_document(session, "acme-e1", "Old.", by=PROCUREMENT, at=NOW)
        again = arrive(session, tmp_path)

    assert (again.known, again.document.ref, again.document.deleted_at) == (False, "acme-e2", None)


def test_who_may_not_see_a_document_is_not_told_of_it(vendors: Records, tmp_path: Path) -> None:
    with vendors.write() as session:
        arrive(session, tmp_path, DocumentTerms(viewers=("rolf",)))
        stranger, viewer = arrive(session, tmp_path, by=APPROVER), arrive(session, tmp_path, by=REVIEWER)

    assert (stranger.known, stranger.document.ref, stranger.document.viewers) == (False, "acme-e2", ())
    assert (viewer.known, viewer.document.ref, viewer.document.viewers) == (True, "acme-e1", ("rolf",))


def test_of_two_with_one_content_the_one_of_that_name_is_meant(vendors: Records, tmp_path: Path) -> None:
    with vendors.write() as session:
        for name in ("a.pdf", "b.pdf"):
            evidence.add_document(session, tmp_path, PDF, name=name, vendor_ref="acme", by=PROCUREMENT, at=NOW)
        found = [arrive(session, tmp_path, name=name).document.ref for name in ("b.pdf", "a.pdf", "other.pdf")]

    assert found == ["acme-e2", "acme-e1", "acme-e1"]


def test_a_damaged_content_is_healed_by_sending_it_again(vendors: Records, tmp_path: Path) -> None:
    with vendors.write() as session:
        kept = arrive(session, tmp_path).document
    EvidenceShelf(tmp_path).place(kept.sha256).write_bytes(b"other")
    with vendors.write() as session:
        arrive(session, tmp_path)
        assert evidence.unsound_documents(session, tmp_path) == []


def test_a_known_content_above_a_limit_that_was_lowered_is_refused(vendors: Records, tmp_path: Path) -> None:
    with vendors.write() as session:
        arrive(session, tmp_path)
    with pytest.raises(DocumentTooLargeError), vendors.write() as session:
        arrive(session, tmp_path, limits=EvidenceLimits(file=len(PDF) - 1))


def test_what_an_add_refuses_is_refused_here_too(vendors: Records, tmp_path: Path) -> None:
    with pytest.raises(InvalidInputError, match="which is not what its name says"), vendors.write() as session:
        arrive(session, tmp_path, content=PDF, name="table.xlsx")
    with vendors.read() as session:
        assert evidence.documents(session) == []


# --- its terms --------------------------------------------------------------------------------------------------------------

STORED = DocumentTerms(ISSUED, SOON, Confidentiality.NDA, ("rolf",), LATE)


@pytest.mark.parametrize(
    ("given", "said"),
    [
        (DocumentTerms(issued_on=date(2026, 4, 1)), "its date of issue is 2026-03-01, not 2026-04-01"),
        (DocumentTerms(expires_on=LATE), "its last day is 2026-12-31, not 2027-12-31"),
        (DocumentTerms(confidentiality=Confidentiality.INTERNAL), "its confidentiality is nda, not internal"),
        (DocumentTerms(viewers=("rolf", "anna")), "its list of viewers is rolf, not anna, rolf"),
        (DocumentTerms(delete_on=SOON), "its deletion date is 2027-12-31, not 2026-12-31"),
    ],
)
def test_a_difference_is_named_and_changes_nothing(vendors: Records, tmp_path: Path, given: DocumentTerms, said: str) -> None:
    with vendors.write() as session:
        before = arrive(session, tmp_path, STORED).document
    with pytest.raises(ConflictError) as refused, vendors.write() as session:
        arrive(session, tmp_path, given)
    with vendors.read() as session:
        after, chain = evidence.document(session, "acme-e1"), noted(session)

    assert f"soc2.pdf is known as acme-e1 with other terms: {said}. Nothing was changed." in str(refused.value)
    assert "--update" in str(refused.value)
    assert (after, chain) == (before, ["document.stored"])


def test_every_difference_is_named_at_once_and_what_was_open_is_said(vendors: Records, tmp_path: Path) -> None:
    with vendors.write() as session:
        arrive(session, tmp_path)
    with pytest.raises(ConflictError) as refused, vendors.write() as session:
        arrive(session, tmp_path, DocumentTerms(expires_on=SOON, viewers=("rolf",)))

    assert "its last day is not stated, not 2026-12-31; its list of viewers is empty, not rolf" in str(refused.value)


def test_terms_that_are_given_as_they_are_or_not_at_all_are_no_difference(vendors: Records, tmp_path: Path) -> None:
    with vendors.write() as session:
        arrive(session, tmp_path, STORED)
        for given in (STORED, NOTHING_SAID, DocumentTerms(viewers=(" rolf ", "rolf"))):
            for update in (False, True):
                assert arrive(session, tmp_path, given, update=update).changed == ()
        assert noted(session) == ["document.stored"]


def test_an_update_changes_what_was_given_alone_and_is_in_the_audit_chain(vendors: Records, tmp_path: Path) -> None:
    with vendors.write() as session:
        arrive(session, tmp_path, STORED)
        arrival = arrive(session, tmp_path, DocumentTerms(expires_on=LATE, viewers=("anna",)), update=True, by=REVIEWER)
        *_, (_, event, _, _) = audit.walk(session)

    kept = arrival.document
    assert arrival.changed == ("expires_on", "viewers")
    assert (kept.ref, kept.expires_on, kept.viewers) == ("acme-e1", LATE, ("anna",))
    assert (kept.issued_on, kept.confidentiality, kept.delete_on) == (ISSUED, Confidentiality.NDA, LATE)
    assert (event.action, event.actor, event.reference) == ("document.changed", REVIEWER.name, "acme-e1")
    assert event.data == {
        "expires_on": {"before": "2026-12-31", "after": "2027-12-31"},
        "viewers": {"before": ["rolf"], "after": ["anna"]},
    }


@pytest.mark.parametrize(
    ("given", "said"),
    [
        (DocumentTerms(expires_on=date(2026, 2, 28)), "lies before the date of issue 2026-03-01"),
        (DocumentTerms(issued_on=date(2027, 1, 1)), "which lies ahead"),
        (DocumentTerms(delete_on=TODAY), "has passed"),
        (DocumentTerms(confidentiality=Confidentiality.LINK_ONLY), "link_only keeps an address"),
    ],
)
def test_an_update_to_what_cannot_be_is_refused(vendors: Records, tmp_path: Path, given: DocumentTerms, said: str) -> None:
    with vendors.write() as session:
        before = arrive(session, tmp_path, STORED).document
    with pytest.raises(InvalidInputError, match=said), vendors.write() as session:
        arrive(session, tmp_path, given, update=True)
    with vendors.read() as session:
        assert evidence.document(session, "acme-e1") == before


def test_a_spreadsheet_is_not_changed_to_viewing_only(vendors: Records, tmp_path: Path) -> None:
    table = office("xl/workbook.xml")
    with vendors.write() as session:
        arrive(session, tmp_path, content=table, name="list.xlsx")
    with pytest.raises(InvalidInputError, match="Send it as PDF"), vendors.write() as session:
        terms = DocumentTerms(confidentiality=Confidentiality.VIEW_ONLY)
        arrive(session, tmp_path, terms, content=table, name="list.xlsx", update=True)


def test_a_deletion_date_that_has_passed_does_not_hold_up_another_change(vendors: Records, tmp_path: Path) -> None:
    late = NOW.replace(year=2028)
    with vendors.write() as session:
        arrive(session, tmp_path, STORED)
        assert arrive(session, tmp_path, DocumentTerms(viewers=("anna",)), update=True, at=late).changed == ("viewers",)


# --- what its sender should know --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("last_day", "expired"), [(date(2026, 11, 19), True), (TODAY, False)])
def test_a_last_day_in_the_past_is_taken_with_a_note(vendors: Records, tmp_path: Path, last_day: date, expired: bool) -> None:
    with vendors.write() as session:
        arrival = arrive(session, tmp_path, DocumentTerms(expires_on=last_day))

    assert arrival.document.expires_on == last_day
    assert any("has expired: its last day was 2026-11-19" in note for note in arrival.notes(TODAY)) is expired


def test_a_new_date_of_issue_leaves_the_last_day_and_says_so(vendors: Records, tmp_path: Path) -> None:
    with vendors.write() as session:
        arrive(session, tmp_path, DocumentTerms(ISSUED, SOON))
        arrival = arrive(session, tmp_path, DocumentTerms(issued_on=date(2026, 6, 1)), update=True)

    assert arrival.document.expires_on == SOON
    assert arrival.notes(TODAY)[-1] == "acme-e1 still holds until 2026-12-31; change that with --expires."


# --- addresses --------------------------------------------------------------------------------------------------------------


def test_an_address_is_kept_once_and_its_terms_change_as_those_of_a_file(vendors: Records) -> None:
    def send(session: Session, terms: DocumentTerms = NOTHING_SAID, *, url: str = ADDRESS, update: bool = False) -> Arrival:
        return hand_in_address(session, url, vendor_ref="acme", terms=terms, update=update, by=PROCUREMENT, at=NOW)

    with vendors.write() as session:
        first, again, other = send(session), send(session, url=f" {ADDRESS} "), send(session, url=f"{ADDRESS}/2")
        with pytest.raises(ConflictError, match="its last day is not stated, not 2026-12-31"):
            send(session, DocumentTerms(expires_on=SOON))
        changed = send(session, DocumentTerms(expires_on=SOON), update=True)

    assert [arrival.document.ref for arrival in (first, again, other, changed)] == ["acme-e1", "acme-e1", "acme-e2", "acme-e1"]
    assert (again.known, changed.changed, changed.document.expires_on) == (True, ("expires_on",), SOON)


@pytest.mark.parametrize("terms", [DocumentTerms(confidentiality=Confidentiality.NDA), DocumentTerms(delete_on=LATE)])
def test_an_address_takes_no_terms_of_a_content(vendors: Records, terms: DocumentTerms) -> None:
    with pytest.raises(InvalidInputError, match="link_only and has no content"), vendors.write() as session:
        hand_in_address(session, ADDRESS, vendor_ref="acme", terms=terms, by=PROCUREMENT, at=NOW)


# --- from the command line --------------------------------------------------------------------------------------------------


@pytest.fixture
def report(cli: CommandLine, tmp_path: Path) -> Path:
    cli.inventory("ocr")
    path = tmp_path / "soc2.pdf"
    path.write_bytes(PDF)
    return path


def test_the_command_line_says_that_a_document_is_known_and_links_it_all_the_same(cli: CommandLine, report: Path) -> None:
    cli.ok("assessment", "send", "ocr")
    cli.ok("document", "add", report, "--vendor", "Acme AI")
    again = cli.ok("document", "add", report, "--vendor", "Acme AI", "--assessment", "ocr-a1", "--question", "doc-model-card")
    shown = cli.ok("document", "add", report, "--vendor", "Acme AI", "--json").json

    assert "It is known as acme-ai-e1 (soc2.pdf); nothing was changed." in again.err
    assert (shown["document"], shown["known"], shown["changed"]) == ("acme-ai-e1", True, [])
    assert [use["subject"] for use in shown["uses"]] == ["doc-model-card"]
    assert len(cli.ok("document", "list", "--json").json) == 1


def test_the_command_line_refuses_other_terms_until_told_to_take_them(cli: CommandLine, report: Path) -> None:
    added = ("document", "add", report, "--vendor", "Acme AI", "--expires")
    cli.ok(*added, "2998-06-30")
    refused = cli(*added, "2999-06-30")
    kept = cli.ok("document", "show", "acme-ai-e1", "--json").json["expires_on"]
    changed = cli.ok(*added, "2999-06-30", "--update", "--json").json

    assert (refused.code, kept) == (3, "2998-06-30")
    assert "its last day is 2998-06-30, not 2999-06-30" in refused.err
    assert (changed["expires_on"], changed["changed"]) == ("2999-06-30", ["expires_on"])


def test_the_command_line_notes_a_last_day_that_has_passed(cli: CommandLine, report: Path) -> None:
    added = cli.ok("document", "add", report, "--vendor", "Acme AI", "--expires", "2020-12-31")
    assert "acme-ai-e1 has expired: its last day was 2020-12-31." in added.err


def test_the_command_line_refuses_terms_that_an_address_cannot_have(cli: CommandLine, report: Path) -> None:
    refused = cli("document", "add", "--url", ADDRESS, "--vendor", "Acme AI", "--confidentiality", "nda")
    assert refused.code == 3
    assert "link_only" in refused.err
    cli.ok("document", "add", "--url", ADDRESS, "--vendor", "Acme AI", "--confidentiality", "link_only")


def test_show_gives_the_addresses_and_a_deleted_content_has_none(cli: CommandLine, report: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VENDOR_AI_PUBLIC_URL", "https://ai.example/")
    cli.ok("assessment", "send", "ocr")
    cli.ok("document", "add", report, "--vendor", "Acme AI", "--assessment", "ocr-a1", "--question", "doc-model-card")
    shown = cli.ok("document", "show", "acme-ai-e1", "--json").json["addresses"]
    table = cli.ok("document", "show", "acme-ai-e1").out
    cli.ok("document", "delete", "acme-ai-e1", "--reason", "Old.")
    after = cli.ok("document", "show", "acme-ai-e1", "--json").json["addresses"]

    api = "https://ai.example/api/v1/documents/acme-ai-e1"
    assert shown == {"api": [api, f"{api}/content", f"{api}/views"], "pages": ["https://ai.example/assessments/ocr-a1#doc-model-card"]}
    assert f"{api}/content" in table
    assert after["api"] == [api, f"{api}/views"]


def test_another_picture_is_another_document(vendors: Records, tmp_path: Path) -> None:
    with vendors.write() as session:
        refs = [arrive(session, tmp_path, content=content, name=name).document.ref for content, name in ((PNG, "a.png"), (PDF, "a.pdf"))]
    assert refs == ["acme-e1", "acme-e2"]
