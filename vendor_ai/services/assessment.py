"""Assessments: a pack sent about a component, its answers and its score. Recommendation and decision stay apart."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlmodel import Session

from vendor_ai.db import assessment as store
from vendor_ai.db import audit
from vendor_ai.db.assessment import AnswerRow, AssessmentRow, PackRow
from vendor_ai.db.vendor import component_key, components_by_key
from vendor_ai.domain.actor import Actor
from vendor_ai.domain.answer import Answer
from vendor_ai.domain.audit import AuditEvent
from vendor_ai.domain.errors import ConflictError, InvalidInputError, NotFoundError
from vendor_ai.domain.pack import Pack
from vendor_ai.domain.score import Score
from vendor_ai.domain.vendor import Component
from vendor_ai.importers.answers import AnswerSet
from vendor_ai.scoring.score import Scorer
from vendor_ai.services.questionnaire import PackInvalidError, check_pack_text

SENT, IN_PROGRESS, SUBMITTED = "sent", "in_progress", "submitted"
FROM_VENDOR = "vendor"


@dataclass(frozen=True, slots=True)
class Assessment:
    """One assessment as people see it; ``score`` holds the keys of the score document, None before the first answer."""

    ref: str
    component: str
    pack: str
    version: str
    state: str
    score: Mapping[str, Any] | None
    decision: str
    created_at: datetime

    def as_json(self) -> dict[str, Any]:
        """Everything, for `--json`."""
        return {
            "assessment": self.ref,
            "component": self.component,
            "pack": self.pack,
            "version": self.version,
            "state": self.state,
            "score": None if self.score is None else dict(self.score),
            "decision": self.decision or None,
            "created_at": self.created_at.isoformat(),
        }


@dataclass(frozen=True, slots=True)
class AnswerChange:
    """What an import does to one answer."""

    question: str
    before: str | None
    after: str


def _properties(component: Component) -> dict[str, tuple[str, ...]]:
    """What conditional questions may ask of a component; what nobody stated is left out."""
    stated: dict[str, tuple[str, ...]] = {
        name: (str(getattr(component, name)),) for name in ("kind", "use_case", "decision_type") if getattr(component, name)
    }
    for name in ("affected_rights", "regions", "data_classes", "capabilities"):
        if getattr(component, name):
            stated[name] = getattr(component, name)
    return stated


def _stored_pack(session: Session, pack: Pack, *, at: datetime) -> int:
    """Keep the pack's text with the assessment; a version that was used is frozen.

    Raises:
        ConflictError: When the version is stored with other content.
    """
    row = store.find_pack(session, pack.id, pack.version)
    if row is None:
        row = PackRow(pack=pack.id, version=pack.version, sha256=pack.digest(), text=json.dumps(pack.as_json()), stored_at=at)
        store.add(session, row)
    elif row.sha256 != pack.digest():
        raise ConflictError(
            f"Version {pack.version} of the pack {pack.id} was used before with other content. Give the changed pack a new version."
        )
    assert row.id is not None
    return row.id


def _row(session: Session, ref: str) -> AssessmentRow:
    row = store.find(session, ref.strip().lower())
    if row is None:
        raise NotFoundError("assessment", ref, "See `vendor-ai assessment list`, or start one with `vendor-ai assessment send`.")
    return row


def pack_of(session: Session, ref: str) -> Pack:
    """The assessment's own copy of its pack."""
    stored = store.pack_by_id(session, _row(session, ref).pack_id)
    parsed = check_pack_text(stored.text)
    if parsed.pack is None:
        raise PackInvalidError(f"{stored.pack} {stored.version}", parsed.problems)
    return parsed.pack


def send(session: Session, component_ref: str, pack: Pack, *, by: Actor, at: datetime) -> str:
    """Start an assessment of a component; returns its reference."""
    key, component = component_key(session, component_ref)
    number = len(store.of_component(session, key)) + 1
    ref = f"{component.ref}-a{number}"
    row = AssessmentRow(ref=ref, component_id=key, pack_id=_stored_pack(session, pack, at=at), state=SENT, created_at=at)
    store.add(session, row)
    audit.append(session, AuditEvent(at, by.name, "assessment.sent", "assessment", ref, {"pack": pack.id, "version": pack.version}))
    return ref


def component_of(session: Session, ref: str) -> Component:
    """The component an assessment is about."""
    return components_by_key(session)[_row(session, ref).component_id]


def answers_of(session: Session, ref: str) -> dict[str, Answer]:
    """What was answered so far, by question."""
    row = _row(session, ref)
    assert row.id is not None
    return {
        entry.question: Answer(entry.question, entry.value, entry.comment, entry.evidence, entry.dated)
        for entry in store.answers(session, row.id)
    }


def difference(session: Session, ref: str, given: AnswerSet) -> list[AnswerChange]:
    """What importing these answers would change."""
    known = answers_of(session, ref)
    return [
        AnswerChange(question, known[question].value if question in known else None, answer.value)
        for question, answer in given.answers.items()
        if question not in known or known[question] != answer
    ]


def refuse_other_component(session: Session, ref: str, given: AnswerSet) -> None:
    """Refuse a workbook that was sent about another component.

    Raises:
        ConflictError: When the file names one and it is not the assessment's.
    """
    about = component_of(session, ref).ref
    if given.component and given.component != about:
        raise ConflictError(
            f"This workbook was sent about {given.component!r}; {ref} is about {about!r}. Import it into its own assessment."
        )


def import_answers(session: Session, ref: str, given: AnswerSet, *, source: str = FROM_VENDOR, by: Actor, at: datetime) -> Score:
    """Store answers, score what is there now, and return the score.

    Raises:
        NotFoundError: When there is no such assessment.
        ConflictError: When the workbook was sent about another component.
        InvalidInputError: When levels by dimension are given: an assessment needs answers to questions.
    """
    if given.levels is not None:
        raise InvalidInputError("These are levels by dimension; an assessment needs answers to questions. Fill its workbook.")
    row = _row(session, ref)
    assert row.id is not None
    refuse_other_component(session, ref, given)
    changes = difference(session, ref, given)
    for change in changes:
        answer = given.answers[change.question]
        store.save_answer(
            session,
            AnswerRow(
                assessment_id=row.id,
                question=answer.question,
                value=answer.value,
                evidence=answer.evidence,
                comment=answer.comment,
                dated=answer.dated,
                source=source,
                answered_at=at,
            ),
        )
    scorer, answers, properties = Scorer(pack_of(session, ref)), answers_of(session, ref), _properties(component_of(session, ref))
    # Not applicable counts as unanswered until a reviewer has accepted its reason.
    counted = {question: answer for question, answer in answers.items() if not answer.not_applicable}
    score = scorer.from_answers(counted, properties)
    row.score = score.as_json()
    row.state = SUBMITTED if scorer.from_answers(answers, properties).complete else IN_PROGRESS
    session.flush()
    counts = {"changed": len(changes), "score": row.score["score"], "recommendation": row.score["recommendation"]}
    audit.append(session, AuditEvent(at, by.name, "assessment.answered", "assessment", ref, counts))
    return score


def assessments(session: Session) -> list[Assessment]:
    """Every assessment, newest first."""
    components = components_by_key(session)
    found = []
    for row in store.every(session):
        pack = store.pack_by_id(session, row.pack_id)
        found.append(
            Assessment(
                row.ref, components[row.component_id].ref, pack.pack, pack.version, row.state, row.score, row.decision, row.created_at
            )
        )
    return found
