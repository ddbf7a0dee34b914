"""Names, dates and viewers of evidence."""

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from vendor_ai.domain.actor import Actor
from vendor_ai.domain.errors import NotAllowedError
from vendor_ai.domain.evidence import LONGEST_NAME, Confidentiality, Document, DocumentUse, EvidenceNoun, clean_name, months_after

DOCUMENT = Document(
    "acme-e1", "acme", "soc2.pdf", "application/pdf", 10, "ab", "", Confidentiality.NDA, "link:3:Jane Doe", datetime(2026, 1, 1, tzinfo=UTC)
)


@pytest.mark.parametrize(
    ("given", "shown"),
    [
        ("../../etc/passwd", "passwd"),
        ("C:\\Users\\jane\\soc2.pdf", "soc2.pdf"),
        ("  .hidden\x00.pdf", "hidden.pdf"),
        ("report\u202efdp.exe", "reportfdp.exe"),
        ("a<b>:c.pdf", "a_b__c.pdf"),
        ("Pru\u0308fbericht 2026.pdf", "Pr\u00fcfbericht 2026.pdf"),
        ("..", "document"),
        ("....//....//soc2.pdf", "soc2.pdf"),
        ("/etc/cron.d/\r\n\tjob.pdf", "job.pdf"),
        ("a\u200bb\ufeffc\u2069.pdf", "abc.pdf"),
        ("\x1b]0;title\x07x.pdf", "]0;titlex.pdf"),
        ("two   \u00a0 blanks.pdf", "two blanks.pdf"),
        ("con|aux?.pdf", "con_aux_.pdf"),
        ("\u202e\u200b", "document"),
        ("", "document"),
        ("///", "document"),
    ],
)
def test_a_name_is_shown_without_folders_and_hidden_marks(given: str, shown: str) -> None:
    assert clean_name(given) == shown


def test_a_long_name_keeps_its_ending() -> None:
    shown = clean_name("x" * 500 + ".pdf")
    assert len(shown) == LONGEST_NAME
    assert shown.endswith("x.pdf")


@pytest.mark.parametrize(
    ("day", "months", "after"),
    [
        (date(2026, 1, 31), 1, date(2026, 2, 28)),
        (date(2024, 1, 31), 1, date(2024, 2, 29)),
        (date(2025, 12, 15), 12, date(2026, 12, 15)),
        (date(2026, 11, 30), 3, date(2027, 2, 28)),
    ],
)
def test_months_end_on_the_same_day_or_the_last_there_is(day: date, months: int, after: date) -> None:
    assert months_after(day, months) == after


def test_a_document_holds_to_the_end_of_its_last_day() -> None:
    document = replace(DOCUMENT, expires_on=date(2026, 6, 30))
    assert not document.expired(date(2026, 6, 30))
    assert document.expired(date(2026, 7, 1))
    assert not DOCUMENT.expired(date(2099, 1, 1))


@pytest.mark.parametrize("name", ["user:alice", "cli:alice", "token:audit", "link:3:Jane Doe"])
def test_named_viewers_and_who_handed_it_over_may_look(name: str) -> None:
    replace(DOCUMENT, viewers=("alice", "token:audit")).refuse_stranger(Actor(name))


@pytest.mark.parametrize("name", ["user:bob", "token:alice", "link:4:alice", "user:alice2"])
def test_others_may_not_look_and_a_bare_name_means_a_person(name: str) -> None:
    with pytest.raises(NotAllowedError, match="named people only"):
        replace(DOCUMENT, viewers=("alice",)).refuse_stranger(Actor(name))


def test_without_named_viewers_whoever_may_read_may_look() -> None:
    DOCUMENT.refuse_stranger(Actor("user:bob"))


@pytest.mark.parametrize("name", ["../a\u202eb.pdf", "x" * 500 + ".pdf", "con|aux?.pdf", "....", "report." + "x" * 300])
def test_a_cleaned_name_is_clean_and_short_enough_already(name: str) -> None:
    shown = clean_name(name)
    assert clean_name(shown) == shown
    assert 0 < len(shown) <= LONGEST_NAME


@pytest.mark.parametrize(
    ("actor", "seen"), [("user:alice", True), ("token:audit", True), ("token:alice", False), ("user:audit", False), ("cli:bob", False)]
)
def test_who_may_see_it_is_told_without_a_refusal(actor: str, seen: bool) -> None:
    assert replace(DOCUMENT, viewers=("alice", "token:audit")).seen_by(Actor(actor)) is seen


def test_addresses_lead_to_the_interface_and_to_the_pages_of_what_it_stands_for() -> None:
    uses = (DocumentUse(EvidenceNoun.QUESTION, "ocr-a1", "tested"), DocumentUse(EvidenceNoun.CLAUSE, "acme-2026", "uptime"))
    place = "https://ai.example/api/v1/documents/acme-e1"
    found = replace(DOCUMENT, uses=uses).addresses("https://ai.example")

    assert found["pages"] == ["https://ai.example/assessments/ocr-a1#tested", "https://ai.example/contracts/acme-2026"]
    assert found["api"] == [place, f"{place}/content", f"{place}/views"]
    assert replace(DOCUMENT, sha256="", url="https://a.example").addresses("https://ai.example")["api"] == [place, f"{place}/views"]
