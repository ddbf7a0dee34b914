"""Reassessments: by the rhythm of the tier and for causes, each noted once and answered by the next decision."""

from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest
from sqlmodel import Session

from tests.factories.command_line import CommandLine
from tests.factories.decision import approved, reviewed
from tests.factories.due_diligence import APPROVER, NOW, REVIEWER, answer, small_pack, start, store_vendor
from tests.factories.gate import BY, MEDIUM_APPROVALS, a_component, add_violation, approve, store_component
from tests.factories.installation import empty_installation
from vendor_ai.db import reassessment as store
from vendor_ai.db.audit import events
from vendor_ai.db.base import Records
from vendor_ai.db.vendor import component_key, save_component
from vendor_ai.db.verdict import NoticeRow, add_notice, violations
from vendor_ai.domain.assessment import AnswerSource
from vendor_ai.domain.errors import InvalidInputError, NotFoundError
from vendor_ai.domain.gate import Gate, StandingDecision
from vendor_ai.domain.pack import Audience, Recommendation
from vendor_ai.domain.reassessment import Reassessment
from vendor_ai.domain.vendor import ComponentStatus
from vendor_ai.jobs.scheduler import JOBS, run_job
from vendor_ai.services import decision, reassessment, review
from vendor_ai.services.assessment import assessment, send_draft, withdraw
from vendor_ai.services.component import look_at_component
from vendor_ai.services.gate import check_gate
from vendor_ai.services.questionnaire import find_pack

OTHER = replace(small_pack(), id="other")
DUE = date(2028, 11, 20)  # 24 months after the decision of 20 November 2026


def look(session: Session, *, days: float = 0) -> tuple[int, int, int]:
    """The daily look: settled, noted, started."""
    key, _ = component_key(session, "ocr")
    return look_at_component(session, key, at=NOW + timedelta(days=days))


def standing(session: Session, *, days: float = 0) -> Reassessment:
    key, component = component_key(session, "ocr")
    return reassessment.reassessment(session, key, component, at=NOW + timedelta(days=days))


def causes(session: Session) -> list[tuple[str, str, str]]:
    return [(row.cause, row.reference, row.assessment) for row in store.causes(session)]


def decided_again(session: Session, ref: str, *, days: float, source: AnswerSource = AnswerSource.VENDOR) -> None:
    """Answer, review and approve ``ref``, that many days after the first decision."""
    at = NOW + timedelta(days=days)
    answer(session, ref, {"tested": "l1", "monitored": "l1", "insured": "l1"}, source=source)
    review.review_answers(session, ref, verified=True, by=REVIEWER, at=at)
    decision.decide(session, ref, Recommendation.APPROVED, rationale="Still well.", by=APPROVER, at=at)


@pytest.mark.parametrize(
    ("tier", "decided", "valid_until", "due"),
    [
        ("HIGH", date(2026, 11, 20), None, date(2027, 11, 20)),
        ("MEDIUM", date(2026, 11, 20), None, date(2028, 11, 20)),
        ("LOW", date(2026, 11, 20), None, date(2029, 11, 20)),
        ("HIGH", date(2028, 2, 29), None, date(2029, 2, 28)),
        ("LOW", date(2025, 2, 28), None, date(2028, 2, 28)),
        ("HIGH", date(2026, 12, 31), None, date(2027, 12, 31)),
        ("LOW", date(2026, 11, 20), date(2027, 3, 1), date(2027, 3, 1)),  # the decision ends before
        ("HIGH", date(2026, 11, 20), date(2029, 3, 1), date(2027, 11, 20)),  # and after the rhythm
        ("PROHIBITED", date(2026, 11, 20), None, None),
    ],
)
def test_the_next_assessment_is_due_after_the_months_of_the_tier_or_when_the_decision_ends(
    tier: str, decided: date, valid_until: date | None, due: date | None
) -> None:
    at = NOW.replace(year=decided.year, month=decided.month, day=decided.day)

    assert reassessment.due_on(a_component(tier), StandingDecision("ocr-a1", "APPROVED", at, valid_until, verified=True)) == due


def test_a_tier_that_cannot_be_decided_has_the_shortest_rhythm() -> None:
    made = StandingDecision("ocr-a1", "APPROVED", NOW, None, verified=True)

    assert reassessment.due_on(a_component("LOW", decision_type=""), made) == date(2027, 11, 20)


def test_what_was_never_decided_has_nothing_to_be_assessed_again(records: Records) -> None:
    with records.write() as session:
        store_component(session, "MEDIUM")
        reviewed(session)
        add_violation(session, persistent=False)
        assert look(session, days=3_000) == (0, 0, 0)
        assert standing(session, days=3_000).due is False


def test_a_draft_is_prepared_sixty_days_before_the_date_and_once(records: Records) -> None:
    with records.write() as session:
        store_component(session, "MEDIUM")
        approved(session, contact="petra@acme.example")
        days = (DUE - NOW.date()).days
        assert look(session, days=days - 61) == (0, 0, 0)
        assert look(session, days=days - 60) == (0, 1, 1)
        assert look(session, days=days - 59) == (0, 0, 0)
        assert causes(session) == [("date", "2028-11-20:small", "ocr-a2")]
        draft = assessment(session, "ocr-a2")
        assert (draft.state, draft.supersedes, draft.pack, draft.contact) == ("draft", "ocr-a1", "small", "petra@acme.example")


def test_it_is_overdue_the_day_after_and_closes_continuation_then(records: Records) -> None:
    with records.write() as session:
        store_component(session, "MEDIUM")
        approved(session)
        approve(session, Gate.CONTINUATION, *MEDIUM_APPROVALS)
        days = (DUE - NOW.date()).days
        assert check_gate(session, "ocr", Gate.CONTINUATION, at=NOW + timedelta(days=days)).open
        late = check_gate(session, "ocr", Gate.CONTINUATION, at=NOW + timedelta(days=days + 1))
        assert [(entry.reason, entry.detail) for entry in late.blocked_by] == [
            ("overdue_reassessment", "A reassessment is overdue: due on 2028-11-20.")
        ]
        assert standing(session, days=days + 1).as_json()["overdue"] is True


def test_the_next_decision_settles_the_cause_and_the_rhythm_starts_anew(records: Records) -> None:
    with records.write() as session:
        store_component(session, "MEDIUM")
        approved(session)
        days = (DUE - NOW.date()).days
        look(session, days=days - 60)
        send_draft(session, "ocr-a2", by=BY, at=NOW + timedelta(days=days - 50))
        decided_again(session, "ocr-a2", days=days - 20)
        assert assessment(session, "ocr-a1").state == "superseded"
        assert look(session, days=days + 1) == (1, 0, 0)
        again = standing(session, days=days + 1)
        assert (again.due_on, again.due, again.overdue_sentences) == (date(2030, 10, 31), False, ())


def test_a_proven_breach_after_the_decision_starts_one_whatever_became_of_the_violation(records: Records) -> None:
    with records.write() as session:
        store_component(session, "MEDIUM")
        approved(session)
        add_violation(session, persistent=False, state="credited")
        assert look(session) == (0, 0, 0)  # it was opened when the decision was made, which weighed it
        violations(session)[0].opened_at = NOW + timedelta(days=5)
        assert look(session, days=5) == (0, 1, 1)
        assert causes(session) == [("proven_breach", "violation:1", "ocr-a2")]


@pytest.mark.parametrize(("emergency", "noted"), [(False, 1), (True, 0)])
def test_a_notice_of_change_starts_one_and_an_emergency_security_update_does_not(records: Records, emergency: bool, noted: int) -> None:
    with records.write() as session:
        store_component(session, "MEDIUM")
        approved(session)
        key, _ = component_key(session, "ocr")
        told = NOW + timedelta(days=2)
        add_notice(session, NoticeRow(component_id=key, model_version="v2", received_at=told, emergency=emergency))
        assert look(session, days=3) == (0, noted, noted)


def test_an_incident_is_noted_by_hand_each_with_its_own_reference(records: Records) -> None:
    with records.write() as session:
        store_component(session, "MEDIUM")
        approved(session)
        later = NOW + timedelta(days=1)
        assert [reassessment.note_incident(session, "OCR", "Wrong invoice.", by=BY, at=later) for _ in range(2)] == ["ocr-i1", "ocr-i2"]
        assert look(session, days=1) == (0, 0, 1)
        assert causes(session) == [("incident", "ocr-i1", "ocr-a2"), ("incident", "ocr-i2", "ocr-a2")]
        with pytest.raises(InvalidInputError, match="needs a note"):
            reassessment.note_incident(session, "ocr", " ", by=BY, at=later)
        with pytest.raises(NotFoundError):
            reassessment.note_incident(session, "nothing", "x", by=BY, at=later)
        assert [event.action for _, event, _ in events(session)].count("reassessment.noted") == 2


def test_a_cause_is_to_be_answered_within_thirty_days(records: Records) -> None:
    with records.write() as session:
        store_component(session, "MEDIUM")
        approved(session)
        reassessment.note_incident(session, "ocr", "Wrong invoice.", by=BY, at=NOW + timedelta(days=1))
        assert standing(session, days=31).overdue_sentences == ()
        assert standing(session, days=32).overdue_sentences == ("incident ocr-i1, to be answered by 2026-12-21",)


def test_the_same_cause_is_noted_once(records: Records) -> None:
    with records.write() as session:
        store_component(session, "MEDIUM")
        key, _ = component_key(session, "ocr")
        first = [reassessment.note_cause(session, key, "expired_evidence", "acme-e1", "It ended.", at=NOW) for _ in range(2)]
        assert first == [True, False]
        with pytest.raises(ValueError, match="bad mood"):
            reassessment.note_cause(session, key, "bad mood", "x", "x", at=NOW)


def test_one_that_is_on_its_way_answers_the_cause_and_a_withdrawn_one_is_started_again(records: Records) -> None:
    with records.write() as session:
        store_component(session, "MEDIUM")
        approved(session)
        running = start(session)
        reassessment.note_incident(session, "ocr", "Wrong invoice.", by=BY, at=NOW + timedelta(days=1))
        assert look(session, days=1) == (0, 0, 0)
        assert causes(session)[0][2] == running == standing(session, days=1).assessment
        withdraw(session, running, "Sent by mistake.", by=BY, at=NOW + timedelta(days=2))
        assert look(session, days=2) == (0, 0, 1)
        assert causes(session)[0][2] == "ocr-a3"


def test_a_reopened_assessment_answers_the_cause_itself(records: Records) -> None:
    with records.write() as session:
        store_component(session, "MEDIUM")
        approved(session)
        reassessment.note_incident(session, "ocr", "Wrong invoice.", by=BY, at=NOW + timedelta(days=1))
        decision.reopen(session, "ocr-a1", reason="The incident.", by=APPROVER, at=NOW + timedelta(days=1))
        assert look(session, days=1) == (0, 0, 0)
        assert causes(session) == [("incident", "ocr-i1", "ocr-a1")]


def test_the_newest_version_of_a_shipped_pack_is_asked(records: Records) -> None:
    shipped = find_pack("engineer-risk-checklist")
    older = small_pack()
    pack = type(older)(shipped.id, "0.1", older.title, "", older.dimensions, older.questions)
    with records.write() as session:
        store_component(session, "MEDIUM")
        approved(session, pack=pack)
        reassessment.note_incident(session, "ocr", "Wrong invoice.", by=BY, at=NOW + timedelta(days=1))
        look(session, days=1)
        assert assessment(session, "ocr-a2").version == shipped.version


def test_what_is_no_longer_in_use_is_not_due(records: Records) -> None:
    with records.write() as session:
        store_component(session, "MEDIUM")
        approved(session)
        save_component(session, a_component("MEDIUM", status=ComponentStatus.RETIRED), at=NOW)
        assert look(session, days=3_000) == (0, 0, 0)
        assert standing(session, days=3_000).due is False


def test_what_is_due_is_listed_by_component(records: Records) -> None:
    with records.write() as session:
        store_vendor(session, a_component("MEDIUM"), a_component("HIGH", "cv"), a_component("LOW", "mail"))
        approved(session)
        for ref in ("cv", "ocr"):
            reassessment.note_incident(session, ref, "Wrong.", by=BY, at=NOW + timedelta(days=1))
        listed = reassessment.reassessments(session, at=NOW + timedelta(days=1))
    assert [entry.component for entry in listed] == ["cv", "ocr"]
    assert list(listed[1].as_json()) == ["component", "tier", "due_on", "overdue", "causes", "assessment"]


def test_incidents_and_reassessments_on_the_command_line(cli: CommandLine) -> None:
    cli.inventory("ocr")
    assert "No component is due" in cli.ok("component", "reassessments").out
    assert cli.ok("component", "incident", "ocr", "--note", "Wrong invoice", "--json").json["incident"] == "ocr-i1"
    assert "Wrong invoice" in cli.ok("component", "reassessments").out
    (due,) = cli.ok("component", "reassessments", "--at", "2099-01-01", "--json").json
    assert (due["component"], due["overdue"], due["causes"][0]["cause"]) == ("ocr", True, "incident")
    assert cli("component", "incident", "ocr", "--note", " ").code == 3


def test_the_job_looks_once_a_day(cli: CommandLine) -> None:
    cli.inventory("ocr")

    first, again = (cli.ok("job", "run", "reassessment", "--json").json for _ in range(2))

    assert [run["message"] for run in first] == ["0 causes noted, 0 assessments prepared, 0 causes settled"]
    assert again == []


def test_a_cause_that_came_after_todays_run_is_answered_by_the_next_look_and_once(tmp_path: Path) -> None:
    app = empty_installation(tmp_path / "home")
    with app.records.write() as session:
        store_component(session, "MEDIUM")
        approved(session)
    today = app.at(NOW + timedelta(days=1))
    assert [run.period for run in run_job(today, "reassessment")] == ["2026-11-21"]
    with app.records.write() as session:
        reassessment.note_incident(session, "ocr", "Wrong invoice.", by=BY, at=NOW + timedelta(days=1))

    assert [run.message for run in run_job(today, "reassessment")] == ["ocr: ocr-a2 is prepared"]
    assert run_job(today, "reassessment") == []
    with app.records.write() as session:
        assert standing(session, days=1).assessment == "ocr-a2"
        withdraw(session, "ocr-a2", "Sent by mistake.", by=BY, at=NOW + timedelta(days=1))
    assert [run.message for run in run_job(today, "reassessment")] == ["ocr: ocr-a3 is prepared"]


def test_an_incident_says_what_follows_and_the_job_does_not_contradict_the_list(cli: CommandLine) -> None:
    cli.inventory("ocr")
    cli.ok("job", "run", "reassessment")
    said = " ".join(cli.ok("component", "incident", "ocr", "--note", "Wrong invoice").out.split())
    assert "ocr-i1 is noted, to be answered by a decision by " in said
    assert "has no decision to repeat, so nothing is prepared: vendor-ai assessment send ocr" in said

    (run,) = cli.ok("job", "run", "reassessment", "--json").json

    assert run["message"] == "ocr was never decided, so nothing is asked again; start with `vendor-ai assessment send ocr`"
    assert cli.ok("job", "run", "reassessment", "--json").json == []
    cli.ok("assessment", "send", "ocr")
    noted = cli.ok("component", "incident", "ocr", "--note", "Again")
    assert "ocr-a1, which is on its way, answers it." in noted.out


def test_the_help_of_a_job_names_all_of_them(cli: CommandLine) -> None:
    said = " ".join(cli.ok("job", "run", "--help").out.replace("│", " ").split())
    for name in JOBS:
        assert name in said


def test_what_our_own_staff_answer_postpones_and_settles_nothing(records: Records) -> None:
    staff = replace(small_pack(), id="checklist", audience=Audience.STAFF)
    with records.write() as session:
        store_component(session, "MEDIUM")
        approved(session)
        reassessment.note_incident(session, "ocr", "Wrong invoice.", by=BY, at=NOW + timedelta(days=1))
        checked = start(session, pack=staff)
        assert standing(session, days=2).assessment == ""  # nor is it on its way
        decided_again(session, checked, days=300, source=AnswerSource.STAFF)
        assert standing(session, days=300).due_on == DUE
        assert look(session, days=300) == (0, 0, 1)
        assert causes(session) == [("incident", "ocr-i1", "ocr-a3")]


def test_each_pack_has_its_own_date_and_the_earliest_counts(records: Records) -> None:
    with records.write() as session:
        store_component(session, "MEDIUM")
        approved(session)
        decided_again(session, start(session, pack=OTHER), days=300)
        assert standing(session, days=300).due_on == DUE
        days = (DUE - NOW.date()).days
        assert look(session, days=days - 60) == (0, 1, 1)
        assert assessment(session, "ocr-a3").pack == "small"  # the one that is due, not the one that was decided last
        send_draft(session, "ocr-a3", by=BY, at=NOW + timedelta(days=days - 50))
        decided_again(session, "ocr-a3", days=days - 20)
        assert look(session, days=days - 10) == (1, 0, 0)
        assert standing(session, days=days - 10).due_on == date(2029, 9, 16)  # 24 months after 16 September 2027


def test_a_cause_is_settled_by_a_decision_about_the_pack_that_was_decided_last(records: Records) -> None:
    with records.write() as session:
        store_component(session, "MEDIUM")
        approved(session)
        reassessment.note_incident(session, "ocr", "Wrong invoice.", by=BY, at=NOW + timedelta(days=1))
        decided_again(session, start(session, pack=OTHER), days=2)
        assert standing(session, days=40).overdue_sentences == ("incident ocr-i1, to be answered by 2026-12-21",)
        decided_again(session, start(session), days=3)
        assert standing(session, days=40).overdue_sentences == ()
        assert look(session, days=3) == (1, 0, 0)


def test_a_cause_before_any_decision_is_settled_by_the_first(records: Records) -> None:
    with records.write() as session:
        store_component(session, "MEDIUM")
        reassessment.note_incident(session, "ocr", "Wrong invoice.", by=BY, at=NOW - timedelta(days=1))
        approved(session)
        assert look(session) == (1, 0, 0)


def test_a_tier_that_rose_is_noted_once_and_settled_by_a_decision_at_the_new_tier(records: Records) -> None:
    with records.write() as session:
        store_component(session, "LOW")
        approved(session)
        assert look(session, days=1) == (0, 0, 0)
        save_component(session, a_component("HIGH"), at=NOW)
        assert look(session, days=2) == (0, 1, 1)
        assert look(session, days=3) == (0, 0, 0)
        assert causes(session) == [("tier", "ocr-a1:HIGH", "ocr-a2")]
        send_draft(session, "ocr-a2", by=BY, at=NOW + timedelta(days=4))
        decided_again(session, "ocr-a2", days=5)
        assert look(session, days=6) == (1, 0, 0)
