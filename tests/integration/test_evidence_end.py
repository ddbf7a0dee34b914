"""When evidence ends: on which day, what it takes along, and that every end is acted upon."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta, timezone
from pathlib import Path

import pytest
from sqlmodel import Session

from tests.factories.document import PDF, PNG
from tests.factories.due_diligence import APPROVER, NOW, PROCUREMENT, REVIEWER, answer, small_pack, start, store_vendor
from tests.factories.gate import ready
from vendor_ai.db import audit
from vendor_ai.db import reassessment as reassessment_store
from vendor_ai.db.base import Records
from vendor_ai.domain.answer import Answer
from vendor_ai.domain.decision import DecisionState
from vendor_ai.domain.errors import ConflictError
from vendor_ai.domain.evidence import Document, DocumentTerms, EvidenceNoun
from vendor_ai.domain.gate import Gate
from vendor_ai.domain.level import Recommendation
from vendor_ai.domain.pack import Pack
from vendor_ai.domain.review import ReviewKind
from vendor_ai.importers.answers import AnswerSet
from vendor_ai.jobs.scheduler import run_job
from vendor_ai.outside.clock import FixedClock
from vendor_ai.services import answering, decision, evidence, review
from vendor_ai.services.assessment import row_of
from vendor_ai.services.assessment_score import reviews_of, standing_of
from vendor_ai.services.evidence_arrival import hand_in
from vendor_ai.services.evidence_expiry import expire_document, expired_documents, outdated_answers
from vendor_ai.services.gate import check_gate
from vendor_ai.settings import Settings
from vendor_ai.wiring import App

LAST_DAY = date(2026, 12, 31)
AFTER = datetime(2027, 1, 1, 0, 0, tzinfo=UTC)
QUESTIONS = ("tested", "monitored", "insured")


@pytest.fixture
def vendors(records: Records) -> Records:
    with records.write() as session:
        store_vendor(session)
    return records


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """Where the records of the tests lie, if they are embedded."""
    return tmp_path / "home"


def keep(session: Session, home: Path, content: bytes = PDF, name: str = "soc2.pdf", at: datetime = NOW, **terms: object) -> Document:
    return evidence.add_document(session, home, content, name=name, vendor_ref="acme", by=PROCUREMENT, at=at, **terms)  # type: ignore[arg-type]


def link(session: Session, ref: str, question: str = "tested", document: str = "acme-e1") -> Document:
    return evidence.link_document(session, document, noun=EvidenceNoun.QUESTION, reference=ref, subject=question, by=PROCUREMENT, at=NOW)


def verify(session: Session, ref: str, question: str, at: datetime) -> None:
    review.review(session, ref, kind=ReviewKind.QUESTION, subject=question, verified=True, reason="Seen it.", by=REVIEWER, at=at)


def decided(session: Session, component: str = "ocr", pack: Pack | None = None, **fields: str) -> str:
    """An assessment that was answered, verified and approved."""
    ref = start(session, component, pack=pack or small_pack())
    given = AnswerSet(None, {name: Answer(name, "l1", **fields) for name in QUESTIONS})
    answering.import_answers(session, ref, given, by=PROCUREMENT, at=NOW)
    for question in QUESTIONS:
        verify(session, ref, question, NOW)
    decision.decide(session, ref, Recommendation.APPROVED, rationale="Sound.", by=APPROVER, at=NOW)
    return ref


def app_at(records: Records, home: Path, at: datetime) -> App:
    return App(Settings(home=home, database_url="" if records.embedded else records.url), FixedClock(at))


def ran(records: Records, home: Path, at: datetime) -> list[str]:
    """What the job did about ends."""
    app = app_at(records, home, at)
    done = [run.period for run in run_job(app, "evidence") if not run.period.startswith("sweep/")]
    app.close()
    return done


# --- the very day -----------------------------------------------------------------------------------------------------------

EAST, WEST = timezone(timedelta(hours=14)), timezone(timedelta(hours=-12))


@pytest.mark.parametrize(
    ("at", "ended"),
    [
        (datetime(2026, 12, 31, 23, 59, 59, tzinfo=UTC), False),
        (datetime(2027, 1, 1, 0, 0, 0, tzinfo=UTC), True),
        (datetime(2027, 1, 1, 13, 59, tzinfo=EAST), False),  # 2026-12-31 23:59 in UTC
        (datetime(2026, 12, 31, 12, 0, tzinfo=WEST), True),  # 2027-01-01 00:00 in UTC
    ],
)
def test_a_document_holds_to_the_end_of_its_last_day_in_utc(vendors: Records, home: Path, at: datetime, ended: bool) -> None:
    with vendors.write() as session:
        ref = decided(session)
        keep(session, home, expires_on=LAST_DAY)
        link(session, ref)
    done = ran(vendors, home, at)
    with vendors.read() as session:
        state = row_of(session, ref).state

    assert done == (["expired/acme-e1/2026-12-31"] if ended else [])
    assert state == ("reopened" if ended else "decided")


@pytest.mark.parametrize(
    ("at", "deleted"), [(datetime(2026, 12, 30, 23, 59, 59, tzinfo=UTC), False), (datetime(2026, 12, 31, tzinfo=UTC), True)]
)
def test_a_content_goes_when_its_deletion_date_begins(vendors: Records, home: Path, at: datetime, deleted: bool) -> None:
    with vendors.write() as session:
        keep(session, home, delete_on=LAST_DAY)
    ran(vendors, home, at)
    with vendors.read() as session:
        found = evidence.document(session, "acme-e1")

    assert (found.deleted_at is not None) is deleted
    assert (home / "evidence" / found.sha256[:2] / found.sha256).exists() is not deleted


def test_two_with_one_content_and_one_deletion_date_keep_it_for_the_other(vendors: Records, home: Path) -> None:
    with vendors.write() as session:
        keep(session, home, name="a.pdf", delete_on=LAST_DAY)
        keep(session, home, name="b.pdf")
    done = ran(vendors, home, AFTER)
    with vendors.write() as session:
        _, content = evidence.open_document(session, home, "acme-e2", as_file=True, by=PROCUREMENT, at=AFTER)
        with pytest.raises(ConflictError, match="was deleted on 2027-01-01"):
            evidence.open_document(session, home, "acme-e1", as_file=True, by=PROCUREMENT, at=AFTER)

    assert done == ["deletion/acme-e1"]
    assert content == PDF


# --- how long a question lets a document count ------------------------------------------------------------------------------


def dated_pack(months: int) -> Pack:
    first, *rest = small_pack().questions
    return replace(small_pack(), questions=(replace(first, evidence="The report.", evidence_months=months), *rest))


@pytest.mark.parametrize(
    ("issued_on", "months", "last_day"),
    [
        (date(2026, 8, 31), 6, date(2027, 2, 28)),  # February has no 31st
        (date(2024, 2, 29), 12, date(2025, 2, 28)),
        (date(2024, 2, 29), 48, date(2028, 2, 29)),
        (date(2026, 10, 31), 1, date(2026, 11, 30)),
        (date(2026, 2, 28), 1, date(2026, 3, 28)),  # a month's end is not remembered
    ],
)
def test_months_that_count_end_on_a_day_there_is(vendors: Records, home: Path, issued_on: date, months: int, last_day: date) -> None:
    with vendors.write() as session:
        ref = start(session, pack=dated_pack(months))
        keep(session, home, issued_on=issued_on)
        linked = link(session, ref)
        assert linked.expires_on == last_day
        assert expired_documents(session, last_day) == []
        assert expired_documents(session, last_day + timedelta(days=1)) == [("acme-e1", last_day)]


def test_a_question_that_sets_no_months_sets_no_last_day(vendors: Records, home: Path) -> None:
    with vendors.write() as session:
        keep(session, home, issued_on=date(2020, 1, 1))
        assert link(session, start(session)).expires_on is None


@pytest.mark.parametrize(
    ("dated", "on", "outdated"),
    [("2026-08-31", date(2027, 2, 28), False), ("2026-08-31", date(2027, 3, 1), True), ("", date(2099, 1, 1), False)],
)
def test_an_evidence_date_counts_to_the_end_of_its_last_month(vendors: Records, dated: str, on: date, outdated: bool) -> None:
    with vendors.write() as session:
        ref = decided(session, pack=dated_pack(6), dated=dated)
        assert outdated_answers(session, on) == ([(ref, "tested", dated)] if outdated else [])


# --- what an end takes along ------------------------------------------------------------------------------------------------


def test_the_end_of_evidence_ends_the_decision_and_closes_the_gate(records: Records, home: Path) -> None:
    with records.write() as session:
        ready(session, "MEDIUM", Gate.USE_CASE, Gate.DEPLOYMENT)
        keep(session, home, expires_on=LAST_DAY)
        link(session, "ocr-a1")
        before = check_gate(session, "ocr", Gate.DEPLOYMENT, at=NOW)
        done = expire_document(session, "acme-e1", at=AFTER)
        after = check_gate(session, "ocr", Gate.DEPLOYMENT, at=AFTER)
        (ended,) = decision.decisions_of(session, "ocr-a1")
        in_force = decision.effective_decision(session, "ocr-a1")

    assert before.open
    assert done.decisions == ("ocr-a1",)
    assert not after.open
    assert "no_positive_decision" in [obstacle.reason for obstacle in after.blocked_by]
    assert (ended.state, ended.ended_at, in_force) == (DecisionState.REOPENED, AFTER, None)
    assert "acme-e1 (soc2.pdf) expired on 2026-12-31" in ended.ended_reason


def test_one_document_behind_two_answers_reopens_their_decision_once(vendors: Records, home: Path) -> None:
    with vendors.write() as session:
        ref = decided(session)
        keep(session, home, expires_on=LAST_DAY)
        for question in ("tested", "monitored"):
            link(session, ref, question)
        done = expire_document(session, "acme-e1", at=AFTER)
        standing, causes = standing_of(session, ref, at=AFTER), reassessment_store.causes(session)

    assert (done.answers, done.decisions) == ((f"{ref}:tested", f"{ref}:monitored"), (ref,))
    assert set(standing.unverified) == {"tested", "monitored"}
    assert [cause.reference for cause in causes] == ["acme-e1"]


def test_inherited_answers_lose_with_the_first_and_each_component_is_reassessed(vendors: Records, home: Path) -> None:
    with vendors.write() as session:
        second = start(session, "chat")
        first = decided(session, "ocr")  # its answer to `insured`, which is about the vendor, goes to both
        answer(session, second, {"tested": "l1", "monitored": "l1"})
        for question in QUESTIONS:
            verify(session, second, question, NOW)
        decision.decide(session, second, Recommendation.APPROVED, rationale="Sound.", by=APPROVER, at=NOW)
        keep(session, home, expires_on=LAST_DAY)
        link(session, first, "insured")
        done = expire_document(session, "acme-e1", at=AFTER)
        causes = reassessment_store.causes(session)
        states = [row_of(session, ref).state for ref in (first, second)]

    assert (done.answers, done.decisions) == ((f"{first}:insured", f"{second}:insured"), (first, second))
    assert states == ["reopened", "reopened"]
    assert len({cause.component_id for cause in causes}) == len(causes) == 2


def test_an_own_answer_to_a_question_of_the_vendor_rests_on_nothing_of_the_other(vendors: Records, home: Path) -> None:
    with vendors.write() as session:
        first = decided(session, "ocr")
        second = decided(session, "chat")  # imports `insured` anew, so it is its own
        keep(session, home, expires_on=LAST_DAY)
        link(session, second, "tested")
        assert expire_document(session, "acme-e1", at=AFTER).answers == (f"{second}:tested",)
        assert row_of(session, first).state == "decided"


def test_a_rejection_by_a_reviewer_is_not_touched(vendors: Records, home: Path) -> None:
    with vendors.write() as session:
        ref = start(session)
        answer(session, ref, dict.fromkeys(QUESTIONS, "l1"))
        review.review(session, ref, kind=ReviewKind.QUESTION, subject="tested", verified=False, reason="No.", by=REVIEWER, at=NOW)
        keep(session, home, expires_on=LAST_DAY)
        link(session, ref)
        done = expire_document(session, "acme-e1", at=AFTER)
        acts = reviews_of(session, row_of(session, ref))

    assert (done.answers, [act.by for act in acts]) == ((), [REVIEWER.name])


def test_who_acted_is_the_program_and_both_chain_and_reviews_say_so(vendors: Records, home: Path) -> None:
    with vendors.write() as session:
        ref = decided(session)
        keep(session, home, expires_on=LAST_DAY)
        link(session, ref)
        expire_document(session, "acme-e1", at=AFTER)
        chain = [(event.action, event.reference) for _, event, _, _ in audit.walk(session) if event.actor == "program:evidence"]

    assert chain == [("document.expired", "acme-e1"), ("assessment.unverified", ref), ("assessment.reopened", ref)]


# --- a new end --------------------------------------------------------------------------------------------------------------


def renew(session: Session, home: Path, last_day: date, at: datetime) -> None:
    terms = DocumentTerms(expires_on=last_day)
    hand_in(session, home, PDF, name="soc2.pdf", vendor_ref="acme", terms=terms, update=True, by=PROCUREMENT, at=at)


def test_a_document_that_was_extended_ends_again_and_is_a_cause_again(vendors: Records, home: Path) -> None:
    with vendors.write() as session:
        ref = decided(session)
        keep(session, home, expires_on=LAST_DAY)
        link(session, ref)
    assert ran(vendors, home, AFTER) == ["expired/acme-e1/2026-12-31"]
    with vendors.write() as session:
        renew(session, home, date(2027, 6, 30), AFTER)
        assert expired_documents(session, date(2027, 6, 30)) == []
        verify(session, ref, "tested", AFTER)
        decision.decide(session, ref, Recommendation.APPROVED, rationale="Extended.", by=APPROVER, at=AFTER)
    done = ran(vendors, home, datetime(2027, 7, 1, tzinfo=UTC))
    with vendors.read() as session:
        causes = [cause.reference for cause in reassessment_store.causes(session)]
        ends = [entry.state for entry in decision.decisions_of(session, ref)]

    assert done == ["expired/acme-e1/2027-06-30"]
    assert causes == ["acme-e1", "acme-e1:2027-06-30"]
    assert ends == [DecisionState.REOPENED, DecisionState.REOPENED]


def test_a_document_extended_in_time_ends_nothing(vendors: Records, home: Path) -> None:
    with vendors.write() as session:
        ref = decided(session)
        keep(session, home, expires_on=LAST_DAY)
        link(session, ref)
        renew(session, home, date(2028, 12, 31), NOW)

    assert ran(vendors, home, AFTER) == []
    with vendors.read() as session:
        assert row_of(session, ref).state == "decided"


def test_a_replacement_that_was_deleted_saves_nothing(vendors: Records, home: Path) -> None:
    with vendors.write() as session:
        ref = decided(session)
        keep(session, home, expires_on=LAST_DAY)
        keep(session, home, PNG, "new.png")
        for document in ("acme-e1", "acme-e2"):
            link(session, ref, document=document)
        evidence.delete_document(session, "acme-e2", "Wrong one.", by=PROCUREMENT, at=NOW)
        assert expire_document(session, "acme-e1", at=AFTER).decisions == (ref,)


def test_a_replacement_that_expired_too_saves_nothing(vendors: Records, home: Path) -> None:
    with vendors.write() as session:
        ref = decided(session)
        for content, name in ((PDF, "a.pdf"), (PNG, "b.png")):
            link(session, ref, document=keep(session, home, content, name, expires_on=LAST_DAY).ref)
        done = [expire_document(session, document, at=AFTER) for document in ("acme-e1", "acme-e2")]

    assert [entry.answers for entry in done] == [(f"{ref}:tested",), ()]  # what is lost is not lost twice
