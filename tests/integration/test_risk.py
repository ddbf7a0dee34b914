"""Accepted risks: two persons, a plan, an end date; stale when the score moves or the time is over."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest

from tests.factories.command_line import CommandLine
from tests.factories.decision import reviewed, token_of
from tests.factories.due_diligence import APPROVER, NOW, PROCUREMENT, REVIEWER, SECOND, answer, small_pack, start, store_vendor, submitted
from tests.factories.installation import empty_installation
from vendor_ai.db import audit
from vendor_ai.db.base import Records
from vendor_ai.domain.actor import Actor
from vendor_ai.domain.assessment import AnswerSource
from vendor_ai.domain.errors import ConflictError, InvalidInputError, NotAllowedError, NotFoundError
from vendor_ai.domain.risk import RiskAcceptance, RiskState
from vendor_ai.jobs.scheduler import run_job
from vendor_ai.services import assessment
from vendor_ai.services.risk import accept, approve, close, going_stale, note_stale, risks
from vendor_ai.wiring import App

UNTIL = date(2027, 3, 31)


def propose(records: Records, component: str = "ocr", *, by: Actor = PROCUREMENT, **options: object) -> RiskAcceptance:
    stated = {"subject": "tested", "rationale": "Internal use only.", "monitoring_plan": "Weekly look at the log.", "until": UNTIL}
    with records.write() as session:
        return accept(session, component, by=by, at=NOW, **(stated | options))  # type: ignore[arg-type]


def only(records: Records, *, days: int = 0) -> RiskAcceptance:
    with records.read() as session:
        (entry,) = risks(session, at=NOW + timedelta(days=days))
    return entry


@pytest.fixture
def ref(records: Records) -> str:
    """A reviewed assessment of `ocr` with `tested` at HIGH: (3 + 1) / 2 = 2.00."""
    with records.write() as session:
        store_vendor(session)
        return reviewed(session, {"tested": "l3"})


def test_a_risk_is_accepted_once_another_person_approved_it(records: Records, ref: str) -> None:
    made = propose(records)
    assert (made.state, made.assessment, made.score) == (RiskState.PROPOSED, "ocr-a1", "2.00")

    with records.write() as session:
        found = approve(session, made.number, by=SECOND, at=NOW)
    assert (found.state, found.by, found.approver, found.approved_at) == (RiskState.ACCEPTED, "user:petra", "user:sven", NOW)


@pytest.mark.parametrize(
    ("field", "value", "said"),
    [
        ("subject", " ", "needs a subject"),
        ("rationale", "", "needs a rationale"),
        ("monitoring_plan", "", "needs a monitoring plan"),
        ("until", NOW.date(), "not in the future"),
    ],
)
def test_a_risk_needs_rationale_plan_and_end_date(records: Records, ref: str, field: str, value: object, said: str) -> None:
    with pytest.raises(InvalidInputError, match=said):
        propose(records, **{field: value})  # type: ignore[arg-type]


def test_who_proposed_answered_or_reviewed_does_not_approve(records: Records) -> None:
    with records.write() as session:
        store_vendor(session)
        ref = start(session)
        answer(session, ref, {"tested": "l1"}, source=AnswerSource.STAFF, by=APPROVER)
        answer(session, ref, {"monitored": "l1", "insured": "l1"})
    made = propose(records)

    with records.write() as session:
        with pytest.raises(NotAllowedError, match="the second belongs to another person"):
            approve(session, made.number, by=Actor("token:petra"), at=NOW)
        with pytest.raises(NotAllowedError, match="user:anna answered tested"):
            approve(session, made.number, by=APPROVER, at=NOW)


def test_a_reviewer_does_not_approve_a_risk_that_rests_on_the_review(records: Records, ref: str) -> None:
    made = propose(records)

    with records.write() as session, pytest.raises(NotAllowedError, match="user:rolf reviewed ocr-a1"):
        approve(session, made.number, by=REVIEWER, at=NOW)


def test_a_risk_goes_stale_when_its_score_moves(records: Records, ref: str) -> None:
    made = propose(records)
    with records.write() as session:
        approve(session, made.number, by=SECOND, at=NOW)
        assessment.return_to_vendor(session, ref, "Please check.", by=PROCUREMENT, at=NOW)
        answer(session, ref, {"tested": "l4"})

    entry = only(records)
    assert (entry.state, entry.stale_reason) == (RiskState.STALE, "The score moved from 2.00 to 2.50 (ocr-a1).")


def test_a_risk_goes_stale_when_a_newer_assessment_of_the_same_pack_scores_otherwise(records: Records, ref: str) -> None:
    propose(records)
    with records.write() as session:
        other = submitted(session, {"tested": "l3"})
        assert only(records).state is RiskState.PROPOSED
        assessment.return_to_vendor(session, other, "Please check.", by=PROCUREMENT, at=NOW)
        answer(session, other, {"tested": "l2"})

    assert only(records).stale_reason == "The score moved from 2.00 to 1.50 (ocr-a2)."


def test_a_questionnaire_that_is_still_out_moves_no_score(records: Records, ref: str) -> None:
    propose(records)
    with records.write() as session:
        answer(session, start(session), {"tested": "l1"})

    assert only(records).state is RiskState.PROPOSED


def test_another_pack_about_the_component_moves_no_score(records: Records, ref: str) -> None:
    propose(records)
    with records.write() as session:
        submitted(session, {"tested": "l4"}, pack=replace(small_pack(), id="other"))

    assert only(records).state is RiskState.PROPOSED


def test_a_risk_ends_after_its_last_day(records: Records, ref: str) -> None:
    propose(records)
    last = (UNTIL - NOW.date()).days

    assert only(records, days=last).state is RiskState.PROPOSED
    assert only(records, days=last + 1).stale_reason == "It was accepted until 2027-03-31."


def test_a_stale_proposal_is_not_approved(records: Records, ref: str) -> None:
    made = propose(records)

    with records.write() as session, pytest.raises(ConflictError, match="is stale"):
        approve(session, made.number, by=SECOND, at=NOW + timedelta(days=200))


def test_a_component_without_a_score_carries_a_risk_until_one_is_there(records: Records) -> None:
    with records.write() as session:
        store_vendor(session)
    made = propose(records)
    assert (made.assessment, made.score) == ("", "")
    with records.write() as session:
        submitted(session)

    assert only(records).stale_reason == "The score moved from none to 1.00 (ocr-a1)."


def test_another_components_assessment_is_refused(records: Records, ref: str) -> None:
    with pytest.raises(InvalidInputError, match="ocr-a1 is about another component than chat"):
        propose(records, "chat", assessment="ocr-a1")


def test_a_risk_is_closed_once_with_a_reason(records: Records, ref: str) -> None:
    made = propose(records)
    with records.write() as session:
        with pytest.raises(InvalidInputError, match="needs a reason"):
            close(session, made.number, reason="", by=PROCUREMENT, at=NOW)
        assert close(session, made.number, reason="Mended.", by=PROCUREMENT, at=NOW).state is RiskState.CLOSED
        with pytest.raises(ConflictError, match="was closed on 2026-11-20"):
            close(session, made.number, reason="Mended.", by=PROCUREMENT, at=NOW)
        with pytest.raises(ConflictError, match="is closed"):
            approve(session, made.number, by=SECOND, at=NOW)
        with pytest.raises(NotFoundError, match="no accepted risk '99'"):
            close(session, 99, reason="Mended.", by=PROCUREMENT, at=NOW)
    assert only(records, days=365).state is RiskState.CLOSED


def test_staleness_is_noted_once_in_the_audit_chain(records: Records, ref: str) -> None:
    made = propose(records)
    later = NOW + timedelta(days=200)
    with records.write() as session:
        assert going_stale(session, at=NOW) == []
        assert going_stale(session, at=later) == [(made.number, "It was accepted until 2027-03-31.")]
        assert note_stale(session, made.number, by=Actor("job:condition"), at=later) == "It was accepted until 2027-03-31."
        assert note_stale(session, made.number, by=Actor("job:condition"), at=later) == ""
        assert going_stale(session, at=later) == []
        actions = [event.action for _, event, _ in audit.events(session)][-2:]

    assert actions == ["risk.proposed", "risk.stale"]


@pytest.fixture
def app(tmp_path: Path) -> Iterator[App]:
    """An installation with a reviewed assessment."""
    app = empty_installation(tmp_path / "home", at=NOW)
    with app.records.write() as session:
        store_vendor(session)
        reviewed(session, {"tested": "l3"})
    yield app
    app.close()


@pytest.mark.parametrize("name", ["token:ci", "cli:root", "user:nobody"])
def test_only_people_who_may_decide_approve_a_risk(records: Records, ref: str, name: str) -> None:
    made = propose(records)

    with records.write() as session, pytest.raises(NotAllowedError, match="user add NAME --role risk_officer"):
        approve(session, made.number, by=Actor(name), at=NOW)
    assert only(records).state is RiskState.PROPOSED


def test_the_daily_job_notes_stale_risks(app: App) -> None:
    propose(app.records)

    (run,) = run_job(app.at(NOW + timedelta(days=200)), "condition")
    assert (run.state, run.message) == ("done", "Risk 1 is stale: It was accepted until 2027-03-31.")
    assert run_job(app.at(NOW + timedelta(days=201)), "condition") == []


def test_the_command_line_accepts_approves_lists_and_closes(app: App) -> None:
    cli = CommandLine(app.settings.home)
    token = token_of(cli, "omar")
    words = ["--subject", "tested", "--rationale", "Internal", "--monitoring", "Weekly"]

    assert "Risk 1 is proposed" in cli.ok("risk", "accept", "ocr", *words, "--until", "2036-01-01").out
    assert cli("risk", "approve", "1").code == 3
    assert cli.ok("risk", "approve", "1", "--token", token).out == "Risk 1 is accepted until 2036-01-01.\n"
    (entry,) = cli.ok("risk", "list", "--component", "ocr", "--json").json
    assert (entry["state"], entry["approver"], entry["score"]) == ("accepted", "user:omar", "2.00")
    assert "accepted" in cli.ok("risk", "list").out
    assert cli.ok("risk", "close", "1", "--reason", "Mended").out == "Risk 1 is closed.\n"
