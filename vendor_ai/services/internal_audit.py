"""The one list for internal audit: every exception beside the whole population, with both persons, reasons and dates."""

from collections.abc import Iterator, Mapping
from datetime import date, datetime

from sqlmodel import Session

from vendor_ai.db import approval as approval_store
from vendor_ai.db import assessment as assessment_store
from vendor_ai.db import decision as decision_store
from vendor_ai.db import review as review_store
from vendor_ai.db.approval import WaiverRow
from vendor_ai.db.assessment import AssessmentRow
from vendor_ai.db.vendor import components_by_key
from vendor_ai.domain.internal_audit import ActKind, AuditedAct
from vendor_ai.domain.review import ReviewKind
from vendor_ai.services.assessment import answers_of, key_of, pack_of
from vendor_ai.services.assessment_score import read_review


def audited_acts(session: Session, *, at: datetime) -> list[AuditedAct]:
    """Every decision, review, approval and waiver; the exceptions first, each group oldest first."""
    components = {key: component.ref for key, component in components_by_key(session).items()}
    rows = {key_of(row): row for row in assessment_store.every(session)}
    acts = [
        *_decisions(session, rows, components),
        *_reviews(session, rows, components),
        *_approvals(session, components, at),
        *_waivers(session, components, at),
    ]
    return sorted(acts, key=lambda act: (not act.exception, act.at, act.kind, act.number))


def _decisions(session: Session, rows: Mapping[int, AssessmentRow], components: Mapping[int, str]) -> Iterator[AuditedAct]:
    for entry in decision_store.every(session):
        about = rows[entry.assessment_id]
        dropped = "".join(f" Left out the condition for {drop['question']}: {drop['reason']}" for drop in entry.dropped)
        yield AuditedAct(
            ActKind.DECISION,
            entry.id or 0,
            entry.milder,
            components[about.component_id],
            about.ref,
            about.ref,
            entry.recommendation,
            entry.decision,
            entry.rationale + dropped,
            entry.by,
            entry.at,
            entry.second_by,
            entry.second_at,
            entry.second_reason,
            entry.valid_until,
            entry.state,
        )


def _reviews(session: Session, rows: Mapping[int, AssessmentRow], components: Mapping[int, str]) -> Iterator[AuditedAct]:
    for key, about in rows.items():
        entries = review_store.reviews(session, key)
        claims = _claims(session, about.ref, at=entries[0].at.date()) if entries else {}
        for entry in entries:
            act = read_review(entry)
            yield AuditedAct(
                ActKind.REVIEW,
                act.number,
                act.level is not None,
                components[about.component_id],
                about.ref,
                act.subject,
                claims.get(act.subject, "") if act.kind is ReviewKind.QUESTION else "",
                act.level.name if act.level else "verified" if act.verified else "rejected",
                act.reason,
                act.by,
                act.at,
                act.second_by,
                act.second_at,
                entry.second_reason,
                act.until,
                _review_state(act.level is not None, act.second_by, act.until, act.withdrawn_at),
            )


def _claims(session: Session, ref: str, *, at: date) -> dict[str, str]:
    """The level that each answer carries by itself."""
    pack, answers = pack_of(session, ref), answers_of(session, ref)
    levels = {question.id: question.level_of(answers[question.id].value, at) for question in pack.questions if question.id in answers}
    return {question: level.name for question, level in levels.items() if level is not None}


def _review_state(changed: bool, second_by: str, until: date | None, withdrawn_at: datetime | None) -> str:
    if withdrawn_at is not None:
        return "withdrawn"
    if changed and not second_by:
        return "proposed"
    return f"until {until}" if changed and until else "effective"


def _approvals(session: Session, components: Mapping[int, str], at: datetime) -> Iterator[AuditedAct]:
    for key, ref in components.items():
        for entry in approval_store.approvals(session, key):
            ended = entry.valid_until is not None and entry.valid_until < at.date()
            yield AuditedAct(
                ActKind.APPROVAL,
                entry.id or 0,
                False,
                ref,
                "",
                f"{entry.gate}:{entry.approval}",
                "required",
                "approved",
                entry.note,
                entry.by,
                entry.at,
                until=entry.valid_until,
                state="revoked" if entry.revoked_at else "ended" if ended else "effective",
            )


def _waivers(session: Session, components: Mapping[int, str], at: datetime) -> Iterator[AuditedAct]:
    for entry in approval_store.waivers(session):
        yield AuditedAct(
            ActKind.WAIVER,
            entry.id or 0,
            True,
            components[entry.component_id],
            "",
            f"{entry.gate}:{entry.subject}",
            "required",
            "waived",
            entry.reason,
            entry.by,
            entry.at,
            entry.second_by,
            entry.second_at,
            until=entry.until,
            state=_waiver_state(entry, at.date()),
        )


def _waiver_state(entry: WaiverRow, on: date) -> str:
    if entry.ended_at is not None or entry.until < on:
        return "ended"
    return "effective" if entry.second_by else "proposed"
