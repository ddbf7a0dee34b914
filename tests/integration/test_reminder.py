"""Reminders 7, 3 and 1 days ahead: each once, by mail where there is a server, noted either way."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tests.factories.command_line import CommandLine
from tests.factories.due_diligence import NOW, PROCUREMENT, answer, start, store_vendor, submitted
from tests.factories.mail import Post, mail_server
from vendor_ai.db import finding as finding_store
from vendor_ai.db import user as user_store
from vendor_ai.db.base import Records
from vendor_ai.db.finding import FindingRow
from vendor_ai.db.user import UserRow
from vendor_ai.domain.errors import InvalidInputError
from vendor_ai.domain.vendor import Component
from vendor_ai.jobs.reminder import due_items
from vendor_ai.outside.clock import FixedClock
from vendor_ai.outside.mail import Letter, MailFailedError, smtp_sender
from vendor_ai.services import reminder, vendor_link
from vendor_ai.services.job import run_items
from vendor_ai.settings import Settings
from vendor_ai.wiring import App

DUE = datetime(2026, 12, 10, 17, tzinfo=UTC)


@pytest.fixture
def post() -> Iterator[Post]:
    with mail_server() as post:
        yield post


class Sent:
    """Keeps letters instead of sending them; fails as often as it is told."""

    def __init__(self, failures: int = 0) -> None:
        self.letters: list[Letter] = []
        self.failures = failures

    def __call__(self, letter: Letter) -> None:
        if self.failures:
            self.failures -= 1
            raise MailFailedError("The mail could not be sent (busy). It is tried again.")
        self.letters.append(letter)


@pytest.mark.parametrize(
    ("days_before", "hours", "due"), [(8, 0, None), (7, 0, 7), (4, 0, 7), (3, 0, 3), (1, 0, 1), (0, 1, 1), (0, 0, None), (-1, 0, None)]
)
def test_the_reminder_that_is_due_is_the_nearest_one_whose_day_has_come(days_before: int, hours: int, due: int | None) -> None:
    at = DUE - timedelta(days=days_before, hours=hours)
    assert reminder.stage(DUE, NOW, at) == due


def test_nobody_is_reminded_of_what_they_have_just_received() -> None:
    sent = DUE - timedelta(days=2)
    assert reminder.stage(DUE, sent, sent + timedelta(hours=1)) is None
    assert reminder.stage(DUE, sent, DUE - timedelta(days=1)) == 1


def run(records: Records, tmp_path: Path, at: datetime, send: Sent | None) -> list[str]:
    """The states of the items that a run of the job carried out."""
    app = App(Settings(home=tmp_path / "home"), FixedClock(at))
    app.__dict__["database"] = records
    return [it.state for it in run_items(records, app.clock, "reminder", due_items(app, send))]


def made(records: Records) -> list[reminder.Reminder]:
    with records.read() as session:
        return list(reversed(reminder.reminders(session)))


def test_contact_and_link_holders_are_reminded_once_each_by_mail(records: Records, tmp_path: Path) -> None:
    with records.write() as session:
        store_vendor(session)
        ref = start(session, due_at=DUE, contact="Jane@acme.example")
        for email in ("jane@acme.example", "bob@acme.example", ""):
            vendor_link.make_link(session, ref, "Somebody", email=email, by=PROCUREMENT, at=NOW)
        ended = vendor_link.make_link(session, ref, "Gone", email="gone@acme.example", by=PROCUREMENT, at=NOW)
        vendor_link.revoke_link(session, ref, ended.number, by=PROCUREMENT, at=NOW)
    sent = Sent()
    for _ in range(2):
        run(records, tmp_path, DUE - timedelta(days=7), sent)

    assert sorted(letter.to for letter in sent.letters) == ["bob@acme.example", "jane@acme.example"]
    letter = sent.letters[0]
    assert letter.subject == "Answers to ocr-a1 due on 2026-12-10"
    assert "due on 2026-12-10 17:00 UTC." in letter.text
    assert "0 of 3 questions are answered" in letter.text
    assert "use the link that you received" in letter.text
    assert "/respond/" not in letter.text


def test_each_of_the_three_days_has_its_reminder_and_a_missed_one_is_not_made_up_for(records: Records, tmp_path: Path) -> None:
    with records.write() as session:
        store_vendor(session)
        start(session, due_at=DUE, contact="jane@acme.example")
    sent = Sent()
    for days in (9, 7, 6.5, 2, 1, 0.5, -1):  # nothing ran three days before
        run(records, tmp_path, DUE - timedelta(days=days), sent)

    assert [it.days for it in made(records)] == [7, 3, 1]
    assert len(sent.letters) == 3


def test_what_was_handed_in_is_not_reminded_of(records: Records, tmp_path: Path) -> None:
    with records.write() as session:
        store_vendor(session)
        submitted(session, due_at=DUE, contact="jane@acme.example")
    assert run(records, tmp_path, DUE - timedelta(days=1), Sent()) == []


def test_without_a_mail_server_a_reminder_stays_listed_as_unsent_and_goes_out_once_there_is_one(records: Records, tmp_path: Path) -> None:
    with records.write() as session:
        store_vendor(session)
        start(session, due_at=DUE, contact="jane@acme.example")
    run(records, tmp_path, DUE - timedelta(days=7), None)
    assert [(it.recipient, it.sent_at) for it in made(records)] == [("jane@acme.example", None)]

    sent = Sent()
    run(records, tmp_path, DUE - timedelta(days=6), sent)
    assert len(sent.letters) == 1
    assert made(records)[0].sent_at == DUE - timedelta(days=6)


def test_a_failure_is_noted_and_the_next_run_tries_again(records: Records, tmp_path: Path) -> None:
    with records.write() as session:
        store_vendor(session)
        start(session, due_at=DUE, contact="jane@acme.example")
    sent = Sent(failures=1)

    assert run(records, tmp_path, DUE - timedelta(days=7), sent) == ["done", "failed"]
    assert made(records)[0].failure == "The mail could not be sent (busy). It is tried again."
    assert run(records, tmp_path, DUE - timedelta(days=7) + timedelta(hours=1), sent) == ["done"]
    assert (made(records)[0].failure, len(sent.letters)) == ("", 1)


def test_what_nobody_gave_an_address_for_is_listed_for_the_staff(records: Records, tmp_path: Path) -> None:
    with records.write() as session:
        store_vendor(session)
        start(session, due_at=DUE, contact="ask at the front desk")
    sent = Sent()
    run(records, tmp_path, DUE - timedelta(days=3), sent)

    assert [(it.recipient, it.days) for it in made(records)] == [("", 3)]
    assert sent.letters == []


@pytest.mark.parametrize(
    ("owner", "address"),
    [
        ("vendor", "jane@acme.example"),
        ("dora@buyer.example", "dora@buyer.example"),
        ("Dora", "dora@buyer.example"),
        ("user:dora", "dora@buyer.example"),
        ("technical", "dora@buyer.example"),
        ("business", ""),
        ("emil", ""),
    ],
)
def test_a_condition_reminds_its_owner(records: Records, tmp_path: Path, owner: str, address: str) -> None:
    with records.write() as session:
        store_vendor(session, Component("ocr", "OCR", "acme", technical_owner="dora"))
        ref = start(session, contact="jane@acme.example")
        user_store.add(session, UserRow(name="dora", email="dora@buyer.example", roles=[], created_at=NOW))
        user_store.add(session, UserRow(name="emil", email="emil@buyer.example", roles=[], created_at=NOW, disabled_at=NOW))
        finding = FindingRow(
            kind="condition",
            subject=f"{ref}:tested",
            state="open",
            owner=owner,
            due_at=DUE,
            details={"text": "Send a report."},
            opened_at=NOW,
        )
        finding_store.add(session, finding)
    sent = Sent()
    run(records, tmp_path, DUE - timedelta(days=1), sent)

    assert [it.recipient for it in made(records)] == [address]
    assert [letter.to for letter in sent.letters] == [address] * bool(address)
    if address:
        assert sent.letters[0].text == "A condition about OCR is due on 2026-12-10 17:00 UTC:\nSend a report.\n"


def test_a_closed_condition_reminds_nobody(records: Records, tmp_path: Path) -> None:
    with records.write() as session:
        store_vendor(session)
        ref = start(session)
        closed = FindingRow(
            kind="condition", subject=f"{ref}:tested", state="closed", owner="vendor", due_at=DUE, details={}, opened_at=NOW, closed_at=NOW
        )
        finding_store.add(session, closed)
    assert run(records, tmp_path, DUE - timedelta(days=1), Sent()) == []


def test_a_letter_arrives_at_a_real_server_with_its_head_and_text(post: Post) -> None:
    send = smtp_sender(f"smtp://127.0.0.1:{post.port}", "vendor-risk@buyer.example")
    send(Letter("jane@acme.example", "Antworten fällig", "Bis 2026-12-10 17:00 UTC.\nGrüße\n", NOW))

    (letter,) = post.letters
    assert (letter["To"], letter["From"]) == ("jane@acme.example", "vendor-risk@buyer.example")
    assert letter["Date"] == "Fri, 20 Nov 2026 09:30:00 +0000"
    assert letter.get_payload(decode=True).decode().replace("\r\n", "\n") == "Bis 2026-12-10 17:00 UTC.\nGrüße\n"  # type: ignore[union-attr]


def test_what_the_server_refuses_or_no_server_is_one_sentence(post: Post) -> None:
    post.refuses.add("nobody@acme.example")
    letter = Letter("nobody@acme.example", "Due", "Soon.", NOW)
    with pytest.raises(MailFailedError, match=r"The mail to nobody@acme.example could not be sent .*It is tried again"):
        smtp_sender(f"127.0.0.1:{post.port}", "vendor-risk@buyer.example")(letter)
    with pytest.raises(MailFailedError, match="could not be sent"):
        smtp_sender("smtp://127.0.0.1:1", "vendor-risk@buyer.example")(letter)


def test_a_password_is_not_sent_in_the_clear(post: Post) -> None:
    send = smtp_sender(f"smtp://me:secret@127.0.0.1:{post.port}", "vendor-risk@buyer.example")
    with pytest.raises(MailFailedError, match="offers no TLS"):
        send(Letter("jane@acme.example", "Due", "Soon.", NOW))
    assert post.letters == []


@pytest.mark.parametrize(("server", "sender"), [("http://mail.example", "a@b.example"), ("smtp://", "a@b.example"), ("mail.example", "me")])
def test_a_mail_setting_that_cannot_be_used_names_its_variable(server: str, sender: str) -> None:
    with pytest.raises(InvalidInputError, match="VENDOR_AI_MAIL_"):
        smtp_sender(server, sender)


def test_the_job_sends_through_the_server_that_is_set(cli: CommandLine, post: Post, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VENDOR_AI_MAIL_SERVER", f"smtp://127.0.0.1:{post.port}")
    monkeypatch.setenv("VENDOR_AI_MAIL_FROM", "vendor-risk@buyer.example")
    cli.inventory("ocr")
    cli.ok(
        "assessment", "send", "ocr", "--pack", "engineer-risk-checklist", "--due", "2099-12-10T00:00:00Z", "--contact", "jane@acme.example"
    )
    runs = cli.ok("job", "run", "reminder", "--at", "2099-12-09T08:00:00Z", "--json").json
    listed = cli.ok("assessment", "reminders", "ocr-a1", "--json").json

    assert [it["state"] for it in runs] == ["done", "done"]
    assert [letter["To"] for letter in post.letters] == ["jane@acme.example"]
    assert [(it["days"], it["sent_at"]) for it in listed] == [(1, "2099-12-09T08:00:00+00:00")]
    assert cli.ok("job", "run", "reminder", "--at", "2099-12-09T09:00:00Z", "--json").json == []


def test_the_moment_is_also_told_in_the_zone_of_the_components_contract(cli: CommandLine) -> None:
    cli.inventory("ocr")
    cli.contract(
        "contract: acme-2099\nvendor: Acme AI\ncomponents: [ocr]\nstarts: 2099-01-01\nends: 2099-12-31\ntime_zone: Europe/Berlin\n"
        'monthly_fee: {amount: "1.00", currency: EUR}\nclauses:\n  - {id: change-notice, kind: change_notice, notice_days: 60}\n'
    )
    cli.ok("assessment", "send", "ocr", "--pack", "engineer-risk-checklist", "--due", "2099-12-10T17:00:00Z")
    cli.ok("job", "run", "reminder", "--at", "2099-12-09T20:00:00Z")
    (listed,) = cli.ok("assessment", "reminders", "--json").json

    assert "due on 2099-12-10 17:00 UTC (2099-12-10 18:00 in Europe/Berlin)." in listed["text"]


def test_answers_so_far_are_counted_in_the_reminder(records: Records) -> None:
    with records.write() as session:
        store_vendor(session)
        ref = start(session, due_at=DUE)
        answer(session, ref, {"tested": "l1"})
        (due,) = reminder.due_reminders(session, at=DUE - timedelta(days=1))
    assert "1 of 3 questions are answered so far." in due.text
