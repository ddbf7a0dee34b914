"""Evidence, stored: one content once, its links and looks, its end, and what its end reopens."""

from concurrent.futures import ProcessPoolExecutor
from dataclasses import replace
from datetime import date, datetime, timedelta
from pathlib import Path

import pytest
from sqlmodel import Session

from tests.factories.command_line import CommandLine, accuracy_clause, contract_text
from tests.factories.document import PDF, PNG, office
from tests.factories.due_diligence import APPROVER, NOW, PROCUREMENT, REVIEWER, SECOND, answer, small_pack, start, store_vendor
from vendor_ai.db import reassessment as reassessment_store
from vendor_ai.db.base import Records
from vendor_ai.domain.answer import Answer
from vendor_ai.domain.errors import ConflictError, InvalidInputError, NotAllowedError, NotFoundError, StoreUnavailableError
from vendor_ai.domain.evidence import MEBIBYTE, Confidentiality, Document, DocumentTooLargeError, EvidenceNoun
from vendor_ai.domain.level import Level, Recommendation
from vendor_ai.domain.pack import Pack
from vendor_ai.domain.review import ReviewKind
from vendor_ai.domain.vendor import Component
from vendor_ai.importers.answers import AnswerSet
from vendor_ai.jobs.scheduler import run_job
from vendor_ai.outside.clock import FixedClock
from vendor_ai.services import answering, assessment, decision, evidence, review
from vendor_ai.services.assessment import row_of
from vendor_ai.services.assessment_score import standing_of
from vendor_ai.services.evidence import EvidenceLimits
from vendor_ai.services.evidence_expiry import Reopened, expire_answer, expire_document, expired_documents, outdated_answers
from vendor_ai.services.evidence_shelf import EvidenceShelf
from vendor_ai.settings import Settings
from vendor_ai.wiring import App

TODAY = NOW.date()
LATER = NOW + timedelta(days=400)


@pytest.fixture
def vendors(records: Records) -> Records:
    with records.write() as session:
        store_vendor(session)
    return records


def add(session: Session, home: Path, content: bytes = PDF, name: str = "soc2.pdf", **options: object) -> Document:
    return evidence.add_document(session, home, content, name=name, vendor_ref="acme", by=PROCUREMENT, at=NOW, **options)  # type: ignore[arg-type]


def link(session: Session, document: str, ref: str, question: str) -> Document:
    return evidence.link_document(session, document, noun=EvidenceNoun.QUESTION, reference=ref, subject=question, by=PROCUREMENT, at=NOW)


def files(home: Path) -> list[str]:
    return sorted(path.name for path in (home / "evidence").rglob("*") if path.is_file())


def dated_pack(months: int = 12) -> Pack:
    pack = small_pack()
    first, *rest = pack.questions
    return replace(pack, questions=(replace(first, evidence="The report.", evidence_months=months), *rest))


def test_a_document_is_kept_under_its_hash_and_comes_back_as_it_was(vendors: Records, tmp_path: Path) -> None:
    with vendors.write() as session:
        kept = add(session, tmp_path, issued_on=date(2026, 3, 1))
    with vendors.write() as session:
        found, content = evidence.open_document(session, tmp_path, "ACME-E1", as_file=True, by=REVIEWER, at=NOW)

    assert (kept.ref, kept.vendor, kept.media_type, kept.size) == ("acme-e1", "acme", "application/pdf", len(PDF))
    assert content == PDF
    assert found.issued_on == date(2026, 3, 1)
    assert files(tmp_path) == [kept.sha256]
    assert (tmp_path / "evidence" / kept.sha256[:2] / kept.sha256).stat().st_mode & 0o777 == 0o600


def test_the_same_document_sent_again_is_the_one_there_is(vendors: Records, tmp_path: Path) -> None:
    with vendors.write() as session:
        assert add(session, tmp_path).ref == add(session, tmp_path).ref == "acme-e1"


def test_the_same_content_under_another_name_is_one_file(vendors: Records, tmp_path: Path) -> None:
    with vendors.write() as session:
        refs = [add(session, tmp_path, name=name).ref for name in ("a.pdf", "b.pdf")]

    assert refs == ["acme-e1", "acme-e2"]
    assert len(files(tmp_path)) == 1


def test_a_name_is_never_a_path(vendors: Records, tmp_path: Path) -> None:
    with vendors.write() as session:
        kept = add(session, tmp_path / "home", name="../../../outside.pdf")

    assert kept.name == "outside.pdf"
    assert [path.name for path in tmp_path.rglob("*.pdf")] == []


@pytest.mark.parametrize(
    ("content", "options", "said"),
    [
        (b"", {}, "is empty"),
        (PDF, {"issued_on": TODAY + timedelta(days=1)}, "lies ahead"),
        (PDF, {"issued_on": date(2026, 3, 1), "expires_on": date(2026, 2, 1)}, "lies before"),
        (PDF, {"delete_on": TODAY}, "has passed"),
        (PDF, {"confidentiality": Confidentiality.LINK_ONLY}, "link_only keeps an address"),
    ],
)
def test_what_cannot_be_is_refused_and_nothing_is_kept(
    vendors: Records, tmp_path: Path, content: bytes, options: dict[str, object], said: str
) -> None:
    with pytest.raises(InvalidInputError, match=said), vendors.write() as session:
        add(session, tmp_path, content, **options)

    with vendors.read() as session:
        assert evidence.documents(session) == []
    assert files(tmp_path) == []


def test_a_spreadsheet_cannot_be_for_viewing_only(vendors: Records, tmp_path: Path) -> None:
    with pytest.raises(InvalidInputError, match="Send it as PDF"), vendors.write() as session:
        add(session, tmp_path, office("xl/workbook.xml"), "list.xlsx", confidentiality=Confidentiality.VIEW_ONLY)


def test_a_file_of_the_limit_is_kept_and_one_byte_more_is_not(vendors: Records, tmp_path: Path) -> None:
    limits = EvidenceLimits(file=len(PDF), vendor=MEBIBYTE)
    with vendors.write() as session:
        add(session, tmp_path, PDF, limits=limits)
    with pytest.raises(DocumentTooLargeError), vendors.write() as session:
        add(session, tmp_path, PDF + b"\n", "more.pdf", limits=limits)

    assert len(files(tmp_path)) == 1


def test_the_room_of_a_vendor_counts_every_content_once_and_is_free_again_after_deletion(vendors: Records, tmp_path: Path) -> None:
    limits = EvidenceLimits(vendor=len(PDF) + len(PNG) - 1)
    with vendors.write() as session:
        add(session, tmp_path, PDF, limits=limits)
        add(session, tmp_path, PDF, "again.pdf", limits=limits)
    with pytest.raises(ConflictError, match="VENDOR_AI_EVIDENCE_QUOTA_MIB"), vendors.write() as session:
        add(session, tmp_path, PNG, "shot.png", limits=limits)
    with vendors.write() as session:
        for ref in ("acme-e1", "acme-e2"):
            evidence.delete_document(session, ref, "Old.", by=PROCUREMENT, at=NOW)
        assert add(session, tmp_path, PNG, "shot.png", limits=limits).ref == "acme-e3"


def test_a_folder_that_cannot_be_written_is_said_and_nothing_is_stored(vendors: Records, tmp_path: Path) -> None:
    (tmp_path / "evidence").write_text("in the way")
    with pytest.raises(StoreUnavailableError, match="cannot take soc2"), vendors.write() as session:
        add(session, tmp_path)
    with vendors.read() as session:
        assert evidence.documents(session) == []


def test_an_address_is_kept_without_content(vendors: Records, tmp_path: Path) -> None:
    with vendors.write() as session:
        kept = evidence.add_address(session, "https://trust.example/soc2", vendor_ref="Acme", by=PROCUREMENT, at=NOW)
    with pytest.raises(ConflictError, match="is an address only"), vendors.write() as session:
        evidence.open_document(session, tmp_path, kept.ref, as_file=True, by=REVIEWER, at=NOW)
    with pytest.raises(InvalidInputError, match="not an address"), vendors.write() as session:
        evidence.add_address(session, "javascript:alert(1)", vendor_ref="acme", by=PROCUREMENT, at=NOW)

    assert (kept.confidentiality, kept.sha256) == (Confidentiality.LINK_ONLY, "")


def test_everybody_who_looks_is_noted_and_a_stranger_cannot(vendors: Records, tmp_path: Path) -> None:
    with vendors.write() as session:
        add(session, tmp_path, viewers=["rolf"])
        evidence.look_at(session, "acme-e1", by=REVIEWER, at=NOW)
        evidence.open_document(session, tmp_path, "acme-e1", as_file=True, by=PROCUREMENT, at=LATER)
    for look in (
        lambda session: evidence.look_at(session, "acme-e1", by=APPROVER, at=NOW),
        lambda session: evidence.open_document(session, tmp_path, "acme-e1", as_file=True, by=APPROVER, at=NOW),
    ):
        with pytest.raises(NotAllowedError), vendors.write() as session:
            look(session)
    with vendors.read() as session:
        assert [(view.by, view.at) for view in evidence.views(session, "acme-e1")] == [(REVIEWER.name, NOW), (PROCUREMENT.name, LATER)]


def test_what_may_only_be_viewed_is_not_handed_out_as_a_file(vendors: Records, tmp_path: Path) -> None:
    with vendors.write() as session:
        add(session, tmp_path, confidentiality=Confidentiality.VIEW_ONLY)
        assert evidence.open_document(session, tmp_path, "acme-e1", as_file=False, by=REVIEWER, at=NOW)[1] == PDF
    with pytest.raises(ConflictError, match="not handed out"), vendors.write() as session:
        evidence.open_document(session, tmp_path, "acme-e1", as_file=True, by=REVIEWER, at=NOW)


def test_a_deleted_document_keeps_hash_name_and_date_and_loses_its_content(vendors: Records, tmp_path: Path) -> None:
    with vendors.write() as session:
        kept = add(session, tmp_path)
    with vendors.write() as session:
        assert evidence.delete_document(session, kept.ref, "The NDA has ended.", by=PROCUREMENT, at=NOW)
        assert not evidence.delete_document(session, kept.ref, "Again.", by=PROCUREMENT, at=LATER)
    with vendors.write() as session:
        assert evidence.remove_orphans(session, tmp_path) == (kept.sha256,)
    with vendors.read() as session:
        found = evidence.document(session, kept.ref)
    with pytest.raises(ConflictError, match="was deleted on 2026-11-20"), vendors.write() as session:
        evidence.open_document(session, tmp_path, kept.ref, as_file=True, by=PROCUREMENT, at=NOW)

    assert (found.sha256, found.name, found.deleted_at) == (kept.sha256, "soc2.pdf", NOW)
    assert files(tmp_path) == []


def test_a_content_stays_while_another_record_names_it(vendors: Records, tmp_path: Path) -> None:
    with vendors.write() as session:
        add(session, tmp_path, name="a.pdf")
        add(session, tmp_path, name="b.pdf")
        evidence.delete_document(session, "acme-e1", "Not needed.", by=PROCUREMENT, at=NOW)
    with vendors.write() as session:
        assert evidence.remove_orphans(session, tmp_path) == ()
        assert evidence.open_document(session, tmp_path, "acme-e2", as_file=True, by=PROCUREMENT, at=NOW)[1] == PDF


def test_a_file_that_no_record_names_is_swept_away(vendors: Records, tmp_path: Path) -> None:
    with pytest.raises(RuntimeError), vendors.write() as session:
        add(session, tmp_path)
        raise RuntimeError("the transaction ends without a commit")
    (tmp_path / "evidence" / ".new-0123456789abcdef").write_bytes(b"half")
    with vendors.write() as session:
        assert len(evidence.remove_orphans(session, tmp_path)) == 2

    assert files(tmp_path) == []


def test_a_changed_or_missing_content_is_named(vendors: Records, tmp_path: Path) -> None:
    with vendors.write() as session:
        damaged, gone = add(session, tmp_path), add(session, tmp_path, PNG, "shot.png")
    shelf = EvidenceShelf(tmp_path)
    shelf.place(damaged.sha256).write_bytes(b"other")
    shelf.place(gone.sha256).unlink()
    with vendors.read() as session:
        said = evidence.unsound_documents(session, tmp_path)
    with pytest.raises(ConflictError, match="changed on the disk"), vendors.write() as session:
        evidence.open_document(session, tmp_path, damaged.ref, as_file=True, by=PROCUREMENT, at=NOW)
    with vendors.write() as session:
        add(session, tmp_path, name="sent-again.pdf")

    assert said == ["acme-e1 (soc2.pdf) is missing or was changed", "acme-e2 (shot.png) is missing or was changed"]
    assert shelf.sound(damaged.sha256)


def test_a_link_names_question_and_assessment_and_is_made_once(vendors: Records, tmp_path: Path) -> None:
    with vendors.write() as session:
        ref = start(session)
        add(session, tmp_path)
        add(session, tmp_path, PNG, "other.png")
        for _ in range(2):
            linked = link(session, "acme-e1", ref, "tested")
        found = evidence.documents(session, noun=EvidenceNoun.QUESTION, reference=ref)

    assert [(use.noun, use.reference, use.subject) for use in linked.uses] == [("question", "ocr-a1", "tested")]
    assert [entry.ref for entry in found] == ["acme-e1"]


def test_a_link_to_what_is_not_there_or_is_anothers_is_refused(vendors: Records, tmp_path: Path) -> None:
    with vendors.write() as session:
        ref = start(session)
        store_vendor(session, Component("vision", "Vision", "globex"), vendor="globex")
        other = start(session, "vision")
        add(session, tmp_path)
    for reference, subject in ((ref, "nothing"), ("none-a1", "tested")):
        with pytest.raises(NotFoundError), vendors.write() as session:
            link(session, "acme-e1", reference, subject)
    with pytest.raises(InvalidInputError, match="a document of acme; vision-a1 is about globex"), vendors.write() as session:
        link(session, "acme-e1", other, "tested")


@pytest.mark.parametrize(("issued_on", "last_day"), [(date(2026, 3, 31), date(2027, 3, 31)), (None, date(2027, 11, 20))])
def test_a_question_that_says_how_long_a_document_counts_gives_it_a_last_day(
    vendors: Records, tmp_path: Path, issued_on: date | None, last_day: date
) -> None:
    with vendors.write() as session:
        ref = start(session, pack=dated_pack())
        add(session, tmp_path, issued_on=issued_on)
        assert link(session, "acme-e1", ref, "tested").expires_on == last_day


def test_a_last_day_that_the_document_names_stays(vendors: Records, tmp_path: Path) -> None:
    with vendors.write() as session:
        ref = start(session, pack=dated_pack())
        add(session, tmp_path, expires_on=date(2026, 12, 31))
        assert link(session, "acme-e1", ref, "tested").expires_on == date(2026, 12, 31)


def add_and_delete(url: str, home: Path, worker: int) -> None:
    """Add the same few documents again and again, delete some and sweep."""
    records = Records(url, busy_timeout_s=60)
    for turn in range(6):
        with records.write() as session:
            kept = add(session, home, PDF + bytes([48 + turn % 3]), f"{worker}-{turn}.pdf")
        if turn % 2:
            with records.write() as session:
                evidence.delete_document(session, kept.ref, "Not needed.", by=PROCUREMENT, at=NOW)
        with records.write() as session:
            evidence.remove_orphans(session, home)
    records.close()


def test_processes_that_add_delete_and_sweep_at_once_lose_no_content(
    vendors: Records, tmp_path: Path, processes: ProcessPoolExecutor
) -> None:
    running = [processes.submit(add_and_delete, vendors.url, tmp_path, worker) for worker in range(4)]
    for run in running:
        run.result()
    with vendors.read() as session:
        found = evidence.documents(session)
        unsound = evidence.unsound_documents(session, tmp_path)

    assert sorted(entry.ref for entry in found) == sorted(f"acme-e{number}" for number in range(1, 25))
    assert sum(entry.deleted_at is None for entry in found) == 12
    assert unsound == []
    assert files(tmp_path) == sorted({entry.sha256 for entry in found if entry.deleted_at is None})


# --- its end ---------------------------------------------------------------------------------------------------------------


def approved(session: Session, pack: Pack | None = None, *, decide: bool = True, **fields: str) -> str:
    """An assessment that was answered, verified and, where asked for, approved."""
    ref = start(session, pack=pack or small_pack())
    given = AnswerSet(None, {name: Answer(name, "l1", **fields) for name in ("tested", "monitored", "insured")})
    answering.import_answers(session, ref, given, by=PROCUREMENT, at=NOW)
    review.review_answers(session, ref, verified=True, by=REVIEWER, at=NOW)
    if decide:
        decision.decide(session, ref, Recommendation.APPROVED, rationale="Sound.", by=APPROVER, at=NOW)
    return ref


def expire(records: Records, *, at: datetime = LATER) -> list[str]:
    """Act upon every end that has come, and say what each did."""
    with records.write() as session:
        return [expire_document(session, ref, at=at).sentence() for ref, _ in expired_documents(session, at.date())]


def test_evidence_that_expired_takes_the_verification_and_reopens_the_decision(vendors: Records, tmp_path: Path) -> None:
    with vendors.write() as session:
        ref = approved(session)
        add(session, tmp_path, expires_on=date(2026, 12, 31))
        link(session, "acme-e1", ref, "tested")
        assert expired_documents(session, date(2026, 12, 31)) == []

    assert expire(vendors) == ["1 answers lost their verification, 1 decisions were reopened"]

    with vendors.read() as session:
        row = row_of(session, ref)
        standing = standing_of(session, ref, at=LATER)
        (ended,) = decision.decisions_of(session, ref)
        (cause,) = reassessment_store.causes(session)
    assert (row.state, row.decision, row.decided_by, row.decided_at) == ("reopened", "", "", None)
    assert standing.unverified == ("tested",)
    assert (ended.state, ended.ended_at, ended.ended_reason) == (
        "reopened",
        LATER,
        "The evidence acme-e1 (soc2.pdf) expired on 2026-12-31.",
    )
    assert (cause.cause, cause.reference, cause.note) == ("expired_evidence", "acme-e1", ended.ended_reason)


def test_an_end_is_acted_upon_once_so_that_a_new_decision_stands(vendors: Records, tmp_path: Path) -> None:
    with vendors.write() as session:
        ref = approved(session)
        add(session, tmp_path, expires_on=date(2026, 12, 31))
        link(session, "acme-e1", ref, "tested")
    expire(vendors)
    with vendors.write() as session:
        seen = "Seen the new report."
        review.review(session, ref, kind=ReviewKind.QUESTION, subject="tested", verified=True, reason=seen, by=REVIEWER, at=LATER)
        decision.decide(session, ref, Recommendation.APPROVED, rationale=seen, by=APPROVER, at=LATER)

    assert expire(vendors, at=LATER + timedelta(days=1)) == []
    with vendors.write() as session:
        assert expire_document(session, "acme-e1", at=LATER) == Reopened((), ())
        assert row_of(session, ref).state == "decided"


def test_an_answer_verified_with_a_newer_document_keeps_its_verification(vendors: Records, tmp_path: Path) -> None:
    with vendors.write() as session:
        ref = approved(session, decide=False)
        add(session, tmp_path, expires_on=date(2026, 12, 31))
        add(session, tmp_path, PNG, "renewed.png", expires_on=date(2029, 12, 31))
        for document in ("acme-e1", "acme-e2"):
            link(session, document, ref, "tested")
        review.review(session, ref, kind=ReviewKind.QUESTION, subject="tested", verified=True, by=REVIEWER, at=NOW + timedelta(days=1))

    assert expire(vendors) == ["0 answers lost their verification, 0 decisions were reopened"]


def test_a_document_that_came_after_the_review_was_not_seen_and_saves_nothing(vendors: Records, tmp_path: Path) -> None:
    with vendors.write() as session:
        ref = approved(session)
        add(session, tmp_path, expires_on=date(2026, 12, 31))
        link(session, "acme-e1", ref, "tested")
        after = NOW + timedelta(days=30)
        newer = evidence.add_document(session, tmp_path, PNG, name="new.png", vendor_ref="acme", by=PROCUREMENT, at=after)
        link(session, newer.ref, ref, "tested")

    assert expire(vendors) == ["1 answers lost their verification, 1 decisions were reopened"]


def test_a_level_that_two_people_set_survives_the_end_of_the_evidence(vendors: Records, tmp_path: Path) -> None:
    with vendors.write() as session:
        ref = approved(session, decide=False)
        until = date(2030, 1, 1)
        act = review.review(
            session,
            ref,
            kind=ReviewKind.QUESTION,
            subject="tested",
            verified=True,
            level=Level.HIGH,
            reason="Old.",
            until=until,
            by=REVIEWER,
            at=NOW,
        )
        review.second(session, ref, act.number, reason="So it is.", by=SECOND, at=NOW)
        add(session, tmp_path, expires_on=date(2026, 12, 31))
        link(session, "acme-e1", ref, "tested")
        before = standing_of(session, ref, at=LATER).score.score
    expire(vendors)

    with vendors.read() as session:
        after = standing_of(session, ref, at=LATER)
    assert (after.score.score, after.unverified) == (before, ("tested",))
    assert after.score.score == 2  # HIGH 3 and LOW 1, half each


def test_answers_that_name_the_hash_of_a_document_rest_on_it_too(vendors: Records, tmp_path: Path) -> None:
    with vendors.write() as session:
        kept = add(session, tmp_path, expires_on=date(2026, 12, 31))
        by_hash = approved(session, evidence=f"sha256:{kept.sha256}")
        reopened = expire_document(session, kept.ref, at=LATER)

    assert set(reopened.answers) == {f"{by_hash}:{name}" for name in ("tested", "monitored", "insured")}


def test_an_answer_that_was_inherited_rests_on_what_the_first_one_rests_on(vendors: Records, tmp_path: Path) -> None:
    with vendors.write() as session:
        first, second = start(session), start(session, "chat")
        for ref in (first, second):  # the vendor's own question is answered once, in the first
            answer(session, ref, {"tested": "l1", "monitored": "l1", **({"insured": "l1"} if ref == first else {})})
            review.review_answers(session, ref, verified=True, by=REVIEWER, at=NOW)
        add(session, tmp_path, expires_on=date(2026, 12, 31))
        link(session, "acme-e1", first, "insured")
        done = expire_document(session, "acme-e1", at=LATER)

    assert done == Reopened((f"{first}:insured", f"{second}:insured"), ())


def test_a_reference_is_not_found_within_a_longer_one(vendors: Records, tmp_path: Path) -> None:
    with vendors.write() as session:
        kept = add(session, tmp_path, expires_on=date(2026, 12, 31))
        approved(session, evidence="See acme-e12 and acme-e1-old.")
        assert expire_document(session, kept.ref, at=LATER).answers == ()


def test_an_assessment_that_has_ended_is_left_alone(vendors: Records, tmp_path: Path) -> None:
    with vendors.write() as session:
        ref = approved(session, decide=False)
        add(session, tmp_path, expires_on=date(2026, 12, 31))
        link(session, "acme-e1", ref, "tested")
        assessment.withdraw(session, ref, "Not bought.", by=PROCUREMENT, at=NOW)
        assert expire_document(session, "acme-e1", at=LATER).answers == ()
        assert reassessment_store.causes(session) == []


def test_an_evidence_date_counts_as_long_as_its_question_says(vendors: Records) -> None:
    with vendors.write() as session:
        ref = approved(session, dated_pack(12), dated="2026-03-31")
        assert outdated_answers(session, date(2027, 3, 31)) == []
        assert outdated_answers(session, date(2027, 4, 1)) == [(ref, "tested", "2026-03-31")]
        done = expire_answer(session, ref, "tested", at=LATER)
        review.review_answers(session, ref, verified=True, by=REVIEWER, at=LATER)
        again = outdated_answers(session, LATER.date())

    assert done == Reopened((f"{ref}:tested",), (ref,))
    assert again == []  # whoever verified it again knew its date


def test_the_job_acts_upon_every_end_once_and_sweeps(vendors: Records, tmp_path: Path) -> None:
    home = tmp_path / "home"
    with vendors.write() as session:
        ref = approved(session)
        add(session, home, expires_on=date(2026, 12, 31))
        link(session, "acme-e1", ref, "tested")
        add(session, home, PNG, "shot.png", delete_on=date(2027, 1, 15))
    app = App(Settings(home=home, database_url="" if vendors.embedded else vendors.url), FixedClock(LATER))
    runs = run_job(app, "evidence")
    again = run_job(app, "evidence")
    app.close()

    assert {run.period: run.message for run in runs} == {
        "expired/acme-e1/2026-12-31": "1 answers lost their verification, 1 decisions were reopened",
        "deletion/acme-e2": "deleted; 1 files removed",
        "sweep/2027-12-25": "0 files removed",
    }
    assert again == []
    assert len(files(home)) == 1


# --- from the command line --------------------------------------------------------------------------------------------------


def test_a_document_from_the_command_line_from_its_file_to_its_deletion(cli: CommandLine, tmp_path: Path) -> None:
    cli.inventory("ocr")
    cli.contract(contract_text(accuracy_clause()))
    (tmp_path / "soc2.pdf").write_bytes(PDF)
    cli.ok("assessment", "send", "ocr")
    options = ("--vendor", "Acme AI", "--issued", "2026-03-01", "--assessment", "ocr-a1", "--question", "doc-model-card", "--json")
    added = cli.ok("document", "add", tmp_path / "soc2.pdf", *options).json
    cli.ok("document", "link", "acme-ai-e1", "--contract", "acme-2026", "--clause", "accuracy")
    cli.ok("document", "get", "acme-ai-e1", tmp_path / "copy.pdf")
    cli.ok("document", "show", "acme-ai-e1")
    looks = cli.ok("document", "views", "acme-ai-e1", "--json").json
    listed = cli.ok("document", "list", "--contract", "acme-2026", "--json").json
    cli.ok("document", "delete", "acme-ai-e1", "--reason", "Replaced.")

    assert (added["document"], added["expires_on"], added["size"]) == ("acme-ai-e1", "2027-03-01", len(PDF))
    assert (tmp_path / "copy.pdf").read_bytes() == PDF
    assert len(looks) == 2
    assert [use["noun"] for use in listed[0]["uses"]] == ["question", "clause"]
    assert files(cli.home) == []
    assert "deleted" in cli.ok("document", "list").out


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ((), "Give either a file or --url"),
        (("nothing.pdf",), "There is no file"),
        (("--url", "https://a.example/x", "--issued", "1.3.2026"), "--issued: '1.3.2026' is not a date"),
        (("--url", "https://a.example/x", "--question", "tested"), "--assessment goes with --question"),
    ],
)
def test_a_wrong_call_is_told_how_to_mend_it(cli: CommandLine, arguments: tuple[str, ...], said: str) -> None:
    cli.inventory("ocr")
    outcome = cli("document", "add", *arguments, "--vendor", "Acme AI")
    assert outcome.code == 3
    assert said in outcome.err


def test_the_list_says_what_has_expired(cli: CommandLine) -> None:
    cli.inventory("ocr")
    for last_day in ("2020-12-31", "2999-12-31"):
        cli.ok("document", "add", "--url", f"https://a.example/{last_day}", "--vendor", "Acme AI", "--expires", last_day)
    shown = [line for line in cli.ok("document", "list").out.splitlines() if "acme-ai-e" in line]

    assert ["expired" in line for line in shown] == [True, False]


def test_every_step_of_a_document_is_in_the_audit_chain(cli: CommandLine, tmp_path: Path) -> None:
    cli.inventory("ocr")
    cli.ok("assessment", "send", "ocr")
    (tmp_path / "a.pdf").write_bytes(PDF)
    cli.ok("document", "add", tmp_path / "a.pdf", "--vendor", "Acme AI", "--assessment", "ocr-a1", "--question", "doc-model-card")
    cli.ok("document", "delete", "acme-ai-e1", "--reason", "Replaced.")
    actions = [entry["action"] for entry in cli.ok("audit", "list", "--json").json if entry["action"].startswith("document.")]

    assert sorted(actions) == ["document.deleted", "document.linked", "document.stored"]


def test_a_link_needs_something_to_stand_for(cli: CommandLine) -> None:
    cli.inventory("ocr")
    cli.ok("document", "add", "--url", "https://a.example/x", "--vendor", "Acme AI")
    outcome = cli("document", "link", "acme-ai-e1")
    assert outcome.code == 3
    assert "Name what it stands for" in outcome.err
