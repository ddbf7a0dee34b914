"""Conditions of approvals: owned, closed with evidence, and reopening the decision when they are overdue."""

from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

import pytest

from tests.factories.command_line import CommandLine
from tests.factories.decision import A_YEAR_ON, approved, approved_with_conditions, decided_more_mildly, reviewed, token_of
from tests.factories.due_diligence import APPROVER, NOW, PROCUREMENT, REVIEWER, SECOND, store_vendor, submitted
from tests.factories.installation import empty_installation
from vendor_ai.db import evidence as evidence_store
from vendor_ai.db import finding as store
from vendor_ai.db import vendor as vendor_store
from vendor_ai.db.base import Records
from vendor_ai.db.evidence import EvidenceRow
from vendor_ai.db.finding import FindingRow
from vendor_ai.domain.actor import Actor
from vendor_ai.domain.errors import ConflictError, InvalidInputError, NotAllowedError, NotFoundError
from vendor_ai.domain.pack import Level, Recommendation
from vendor_ai.domain.review import ReviewKind
from vendor_ai.jobs.scheduler import run_job
from vendor_ai.services import assessment
from vendor_ai.services.decision import decide, decisions_of
from vendor_ai.services.finding import assign, close, finding, findings
from vendor_ai.services.lapse import decision_in_force, lapses, reopen_lapsed
from vendor_ai.services.review import review, review_answers, second
from vendor_ai.wiring import App

DUE = NOW + timedelta(days=30)
LATER = DUE + timedelta(seconds=1)


def state_of(records: Records, ref: str) -> str:
    with records.read() as session:
        return assessment.assessment(session, ref).state


@pytest.fixture
def ref(records: Records) -> str:
    """An approval with two conditions, due after 30 and 60 days."""
    with records.write() as session:
        store_vendor(session)
        return approved_with_conditions(session)


def test_a_condition_is_due_until_the_last_second_of_its_time(records: Records, ref: str) -> None:
    with records.read() as session:
        assert lapses(session, at=DUE) == []
        (lapse,) = lapses(session, at=LATER)
    assert (lapse.assessment, lapse.reason) == (ref, "Conditions were not closed when due: tested by 2026-12-20.")


def test_an_overdue_condition_ends_the_decision_before_any_job_has_looked(records: Records, ref: str) -> None:
    with records.read() as session:
        assert decision_in_force(session, ref, at=DUE) is not None
        assert decision_in_force(session, ref, at=LATER) is None
        assert [entry.overdue for entry in findings(session, at=LATER)] == [True, False]


def test_an_overdue_condition_reopens_the_decision_once(records: Records, ref: str) -> None:
    with records.write() as session:
        assert reopen_lapsed(session, ref, by=Actor("job:condition"), at=LATER) is not None
        assert reopen_lapsed(session, ref, by=Actor("job:condition"), at=LATER) is None
        (ended,) = decisions_of(session, ref)

    assert state_of(records, ref) == "reopened"
    assert (ended.state, ended.ended_reason) == ("reopened", "Conditions were not closed when due: tested by 2026-12-20.")


def test_conditions_closed_in_time_keep_the_decision(records: Records, ref: str) -> None:
    with records.write() as session:
        for entry in findings(session, at=NOW):
            close(session, entry.number, "Seen the report.", by=PROCUREMENT, at=DUE)
        assert decision_in_force(session, ref, at=NOW + timedelta(days=90)) is not None
        assert [entry.state for entry in findings(session, at=DUE)] == ["closed", "closed"]


def test_an_overdue_condition_of_an_earlier_decision_does_not_touch_the_new_one(records: Records, ref: str) -> None:
    with records.write() as session:
        reopen_lapsed(session, ref, by=Actor("job:condition"), at=LATER)
        review_answers(session, ref, verified=True, by=REVIEWER, at=LATER)
        decide(session, ref, Recommendation.APPROVED_WITH_CONDITIONS, rationale="Again.", by=APPROVER, at=LATER)
        assert decision_in_force(session, ref, at=LATER + timedelta(days=29)) is not None


def test_a_decision_past_its_last_day_no_longer_holds(records: Records) -> None:
    with records.write() as session:
        store_vendor(session)
        ref = reviewed(session, {"tested": "l4", "monitored": "l4"})
        decided_more_mildly(session, ref)

    last = (A_YEAR_ON - NOW.date()).days
    with records.read() as session:
        assert decision_in_force(session, ref, at=NOW + timedelta(days=last)) is not None
        (lapse,) = lapses(session, at=NOW + timedelta(days=last + 1))
    assert lapse.reason == "The decision was valid until 2027-11-20."


def test_a_decision_lapses_with_the_level_it_rests_on(records: Records) -> None:
    until = date(2027, 1, 31)
    facts = {"verified": True, "level": Level.LOW, "reason": "Retested.", "until": until}
    with records.write() as session:
        store_vendor(session)
        ref = submitted(session, {"tested": "l4"})
        review_answers(session, ref, dimension="d2", verified=True, by=REVIEWER, at=NOW)
        act = review(session, ref, kind=ReviewKind.QUESTION, subject="tested", by=REVIEWER, at=NOW, **facts)  # type: ignore[arg-type]
        second(session, ref, act.number, by=SECOND, at=NOW)
        decide(session, ref, Recommendation.APPROVED, rationale="Retested.", by=APPROVER, at=NOW)

        assert decision_in_force(session, ref, at=NOW + timedelta(days=72)) is not None  # 31 January
        (lapse,) = lapses(session, at=NOW + timedelta(days=73))
    assert lapse.reason == "The level of tested that it rests on ended on 2027-01-31."


def test_a_finding_gets_an_owner_and_stays_with_them(records: Records, ref: str) -> None:
    with records.write() as session:
        number = findings(session, at=NOW)[0].number
        assert assign(session, number, " Ines Ortega ", by=PROCUREMENT, at=NOW).owner == "Ines Ortega"
        with pytest.raises(InvalidInputError, match="needs an owner"):
            assign(session, number, " ", by=PROCUREMENT, at=NOW)


def test_closing_needs_something_that_shows_it(records: Records, ref: str) -> None:
    with records.write() as session:
        number = findings(session, at=NOW)[0].number
        with pytest.raises(InvalidInputError, match="needs what shows that it was mended"):
            close(session, number, " ", by=PROCUREMENT, at=NOW)
        with pytest.raises(NotFoundError, match="There is no document 'acme-e9'"):
            close(session, number, "", evidence="acme-e9", by=PROCUREMENT, at=NOW)


def test_a_document_that_shows_the_closure_is_named_with_its_hash(records: Records, ref: str) -> None:
    with records.write() as session:
        vendor = vendor_store.vendor_row(session, "acme")
        assert vendor is not None
        assert vendor.id is not None
        document = EvidenceRow(
            ref="acme-e1", vendor_id=vendor.id, sha256="0" * 64, name="retest.pdf", media_type="application/pdf", size=1,
            confidentiality="internal", viewers=[], stored_by="user:petra", stored_at=NOW,
        )  # fmt: skip
        evidence_store.add(session, document)
        number = findings(session, at=NOW)[0].number
        closed = close(session, number, "Retest passed.", evidence="ACME-E1", by=PROCUREMENT, at=NOW)

    assert (closed.state, closed.closed_by, closed.closure) == ("closed", "user:petra", "Retest passed. [acme-e1]")
    assert closed.details["evidence"] == {"ref": "acme-e1", "name": "retest.pdf", "sha256": "0" * 64}


def test_the_vendor_cannot_close_a_finding(records: Records, ref: str) -> None:
    with records.write() as session:
        number = findings(session, at=NOW)[0].number
        with pytest.raises(NotAllowedError, match="is closed by the customer"):
            close(session, number, "Done.", by=Actor("link:7:Jane Doe"), at=NOW)


def test_a_closed_finding_stays_closed(records: Records, ref: str) -> None:
    with records.write() as session:
        number = findings(session, at=NOW)[0].number
        close(session, number, "Done.", by=PROCUREMENT, at=NOW)
        with pytest.raises(ConflictError, match="was closed on 2026-11-20 by user:petra"):
            close(session, number, "Again.", by=SECOND, at=NOW)
        with pytest.raises(ConflictError, match="was closed on 2026-11-20 by user:petra"):
            assign(session, number, "Ines", by=SECOND, at=NOW)


def test_a_shadow_ai_finding_is_not_closed_here(records: Records) -> None:
    with records.write() as session:
        store.add(session, FindingRow(kind="shadow_ai", subject="chatgpt", details={}, opened_at=NOW))
        with pytest.raises(ConflictError, match="shadow AI"):
            close(session, findings(session, at=NOW)[0].number, "Done.", by=PROCUREMENT, at=NOW)


def test_open_findings_are_listed_by_due_date_and_kind(records: Records, ref: str) -> None:
    with records.write() as session:
        store.add(session, FindingRow(kind="shadow_ai", subject="chatgpt", details={}, opened_at=NOW))
        first = findings(session, kind="condition", at=NOW)[0].number
        close(session, first, "Done.", by=PROCUREMENT, at=NOW)

        assert [entry.subject for entry in findings(session, at=NOW)] == ["ocr-a1:monitored", "chatgpt", "ocr-a1:tested"]
        assert [entry.subject for entry in findings(session, open_only=True, at=NOW)] == ["ocr-a1:monitored", "chatgpt"]
        with pytest.raises(NotFoundError, match="vendor-ai finding list"):
            finding(session, 99, at=NOW)


@pytest.fixture
def app(tmp_path: Path) -> Iterator[App]:
    """An installation with one approval under conditions, and one without."""
    app = empty_installation(tmp_path / "home", at=NOW)
    with app.records.write() as session:
        store_vendor(session)
        approved_with_conditions(session)
        approved(session, component="chat")
    yield app
    app.close()


def test_the_daily_job_reopens_what_is_overdue_and_nothing_twice(app: App) -> None:
    assert run_job(app, "condition") == []

    (run,) = run_job(app.at(LATER), "condition")
    assert (run.state, run.message) == ("done", "ocr-a1 reopened: Conditions were not closed when due: tested by 2026-12-20.")
    assert run_job(app.at(LATER + timedelta(days=1)), "condition") == []
    assert (state_of(app.records, "ocr-a1"), state_of(app.records, "chat-a1")) == ("reopened", "decided")


def test_the_command_line_lists_assigns_and_closes_findings(app: App, tmp_path: Path) -> None:
    cli = CommandLine(app.settings.home)
    listed = cli.ok("finding", "list", "--kind", "condition", "--json").json
    number = str(listed[0]["finding"])
    assert [entry["subject"] for entry in listed] == ["ocr-a1:tested", "ocr-a1:monitored"]

    assert cli.ok("finding", "assign", number, "Ines Ortega").out == f"Finding {number} belongs to Ines Ortega.\n"
    assert "Ines Ortega" in cli.ok("finding", "show", number).out
    assert "to decide takes a person" in cli("finding", "close", number, "--closure", "Retest passed").err
    by = ("--token", token_of(cli, "omar", "risk_officer"))
    assert cli.ok("finding", "close", number, "--closure", "Retest passed", *by).out == f"Finding {number} is closed.\n"
    assert [entry["subject"] for entry in cli.ok("finding", "list", "--json").json] == ["ocr-a1:monitored"]
    assert cli("finding", "close", number, "--closure", "Again", *by).code == 3
    assert "ocr-a1:tested" in cli.ok("finding", "list", "--all").out
