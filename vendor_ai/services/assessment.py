"""Assessments: a pack sent about a component, and the steps of its life."""

import json
from datetime import datetime
from functools import lru_cache

from sqlmodel import Session

from vendor_ai.db import assessment as store
from vendor_ai.db import audit
from vendor_ai.db import message as message_store
from vendor_ai.db.assessment import AssessmentRow, PackRow
from vendor_ai.db.vendor import component_key, components_by_key
from vendor_ai.domain.actor import Actor
from vendor_ai.domain.answer import Answer
from vendor_ai.domain.assessment import ENDED, AnswerSource, Assessment, AssessmentState, GivenAnswer, refuse_move
from vendor_ai.domain.audit import AuditEvent
from vendor_ai.domain.errors import ConflictError, InvalidInputError, NotFoundError
from vendor_ai.domain.pack import Audience, Pack
from vendor_ai.domain.vendor import Component
from vendor_ai.scoring.applicability import possible_questions
from vendor_ai.services.questionnaire import PackInvalidError, check_pack_text
from vendor_ai.services.tier import region_groups, tier_of


def properties_of(component: Component) -> dict[str, list[str]]:
    """What conditional questions may ask of a component, its tier among it; what nobody stated is left out."""
    stated = {name: [str(getattr(component, name))] for name in ("kind", "use_case", "decision_type") if getattr(component, name)}
    for name in ("affected_rights", "data_classes"):
        if getattr(component, name):
            stated[name] = list(getattr(component, name))
    if component.regions:  # "eu-west-1" and "DE-BY" are EU to a question, as they are to the rules of the tier
        stated["regions"] = [*component.regions, *region_groups(component.regions)]
    tier = tier_of(component)
    return stated | ({"tier": [tier.value]} if tier is not None else {})


def stored_pack(session: Session, pack: Pack, *, at: datetime) -> int:
    """Keep the pack's text; a version that was used is frozen. Returns its stored id.

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


def row_of(session: Session, ref: str) -> AssessmentRow:
    """The stored assessment.

    Raises:
        NotFoundError: When there is none of this reference.
    """
    row = store.find(session, ref.strip().lower())
    if row is None:
        raise NotFoundError("assessment", ref, "See `vendor-ai assessment list`, or start one with `vendor-ai assessment send`.")
    return row


def key_of(row: AssessmentRow) -> int:
    """The id of a stored row."""
    assert row.id is not None
    return row.id


def pack_of(session: Session, ref: str) -> Pack:
    """The assessment's own copy of its pack."""
    stored = store.pack_by_id(session, row_of(session, ref).pack_id)
    return _read(stored.pack, stored.version, stored.text)


@lru_cache(maxsize=64)  # a stored version never changes, and reading one takes longer than scoring it
def _read(pack: str, version: str, text: str) -> Pack:
    parsed = check_pack_text(text)
    if parsed.pack is None:
        raise PackInvalidError(f"{pack} {version}", parsed.problems)
    return parsed.pack


def component_of(session: Session, ref: str) -> Component:
    """The component an assessment is about."""
    return components_by_key(session)[row_of(session, ref).component_id]


def asked_properties(session: Session, row: AssessmentRow) -> dict[str, list[str]]:
    """What conditional questions ask about, as it stood when the assessment was made."""
    return row.properties if row.properties is not None else properties_of(component_of(session, row.ref))


def questions_of(session: Session, ref: str) -> list[str]:
    """The ids of the questions that the component's properties leave, conditional ones included: what the vendor gets to see."""
    possible = possible_questions(pack_of(session, ref), asked_properties(session, row_of(session, ref)))
    return [question.id for question in possible]


def given_answers(session: Session, ref: str) -> dict[str, GivenAnswer]:
    """What was answered so far and by whom, by question."""
    return {
        entry.question: GivenAnswer(
            Answer(entry.question, entry.value, entry.comment, entry.evidence, entry.dated),
            AnswerSource(entry.source),
            entry.answered_by,
            entry.origin,
            entry.answered_at,
        )
        for entry in store.answers(session, key_of(row_of(session, ref)))
    }


def answers_of(session: Session, ref: str) -> dict[str, Answer]:
    """What was answered so far, by question."""
    return {question: given.answer for question, given in given_answers(session, ref).items()}


def send(
    session: Session,
    component_ref: str,
    pack: Pack,
    *,
    draft: bool = False,
    contact: str = "",
    language: str = "",
    due_at: datetime | None = None,
    supersedes: str = "",
    campaign_id: int | None = None,
    by: Actor,
    at: datetime,
) -> str:
    """Start an assessment of a component; returns its reference.

    Args:
        session: A write session.
        component_ref: Slug or exact name.
        pack: Its text is kept with the assessment.
        draft: Prepare it without sending it.
        contact: E-mail address of the vendor's contact, for reminders.
        language: Of the questions as the vendor reads them; "" is the pack's own.
        due_at: When the answers are due.
        supersedes: Reference of the assessment it follows; that one is superseded when this one is decided.
        campaign_id: The campaign it belongs to.
        by: Who starts it.
        at: Now.

    Raises:
        NotFoundError: When the component is unknown.
        InvalidInputError: When the pack has no such language, or the due date has passed.
    """
    key, component = component_key(session, component_ref)
    if language:
        pack.in_language(language)
    if due_at is not None and due_at <= at:
        raise InvalidInputError(f"The due date {due_at:%Y-%m-%d} has passed. Give a later one.")
    if supersedes:
        supersedes = _earlier(session, supersedes, key, pack)
    number = len(store.of_component(session, key)) + 1
    ref = f"{component.ref}-a{number}"
    state = AssessmentState.DRAFT if draft else AssessmentState.SENT
    row = AssessmentRow(
        ref=ref,
        component_id=key,
        pack_id=stored_pack(session, pack, at=at),
        state=state.value,
        created_at=at,
        sent_at=None if draft else at,
        contact=contact.strip(),
        language=language,
        due_at=due_at,
        supersedes=supersedes,
        campaign_id=campaign_id,
        properties=properties_of(component),
    )
    store.add(session, row)
    facts = {"pack": pack.id, "version": pack.version, "due_at": due_at.isoformat() if due_at else None, "supersedes": supersedes or None}
    note(session, "draft" if draft else "sent", ref, by=by, at=at, **facts)
    return ref


def _earlier(session: Session, ref: str, component: int, pack: Pack) -> str:
    """The assessment that a new one may follow: of the same component, by the same pack, whatever its version."""
    row = row_of(session, ref)
    asked = store.pack_by_id(session, row.pack_id).pack
    if row.component_id != component or asked != pack.id:
        raise InvalidInputError(
            f"{row.ref} is about another component or uses another pack ({asked}), so this assessment cannot take its place. "
            "Name an earlier one of the same component and pack."
        )
    return row.ref


def note(session: Session, action: str, ref: str, *, by: Actor, at: datetime, **facts: object) -> None:
    """An entry about an assessment in the audit chain."""
    audit.append(session, AuditEvent(at, by.name, f"assessment.{action}", "assessment", ref, facts))


def move(session: Session, row: AssessmentRow, to: AssessmentState) -> None:
    """Take the step to ``to``.

    Raises:
        WrongStateError: When ``to`` does not follow the assessment's state.
    """
    refuse_move(row.ref, AssessmentState(row.state), to)
    row.state = to.value
    session.flush()


def send_draft(session: Session, ref: str, *, by: Actor, at: datetime) -> None:
    """Send what was prepared."""
    row = row_of(session, ref)
    move(session, row, AssessmentState.SENT)
    row.sent_at = at
    note(session, "sent", row.ref, by=by, at=at)


def return_to_vendor(session: Session, ref: str, reason: str, *, by: Actor, at: datetime) -> None:
    """Send answers back to be corrected; what was handed in stays as it was."""
    row, reason = row_of(session, ref), _reason(reason, "sending it back")
    move(session, row, AssessmentState.IN_PROGRESS)
    note(session, "returned", row.ref, by=by, at=at, reason=reason)


def withdraw(session: Session, ref: str, reason: str, *, by: Actor, at: datetime) -> None:
    """End an assessment that nobody needs any more."""
    row, reason = row_of(session, ref), _reason(reason, "withdrawing it")
    move(session, row, AssessmentState.WITHDRAWN)
    note(session, "withdrawn", row.ref, by=by, at=at, reason=reason)


def _reason(reason: str, act: str) -> str:
    if not reason.strip():
        raise InvalidInputError(f"A reason is needed for {act}. Give one with --reason.")
    return reason.strip()


def under_way(session: Session, ref: str) -> list[str]:
    """The component's other assessments by the same pack that are neither decided nor over."""
    row = row_of(session, ref)
    pack = store.pack_by_id(session, row.pack_id).pack
    over = {*ENDED, AssessmentState.DECIDED}
    return [
        other.ref
        for other in store.of_component(session, row.component_id)
        if other.id != row.id and AssessmentState(other.state) not in over and store.pack_by_id(session, other.pack_id).pack == pack
    ]


def assessments(session: Session) -> list[Assessment]:
    """Every assessment, newest first."""
    components, packs, waiting = components_by_key(session), store.packs(session), message_store.waiting(session)
    return [
        _described(row, packs[row.pack_id], components[row.component_id].ref, waiting.get(key_of(row), 0)) for row in store.every(session)
    ]


def assessment(session: Session, ref: str) -> Assessment:
    """One assessment; ``NotFoundError`` when there is none of this reference."""
    row = row_of(session, ref)
    waiting = message_store.waiting(session).get(key_of(row), 0)
    return _described(row, store.pack_by_id(session, row.pack_id), component_of(session, ref).ref, waiting)


def _described(row: AssessmentRow, pack: PackRow, component: str, waiting: int) -> Assessment:
    """A stored assessment as people see it."""
    return Assessment(
        ref=row.ref,
        component=component,
        pack=pack.pack,
        version=pack.version,
        state=row.state,
        score=row.score,
        decision=row.decision,
        created_at=row.created_at,
        due_at=row.due_at,
        sent_at=row.sent_at,
        submitted_at=row.submitted_at,
        contact=row.contact,
        supersedes=row.supersedes,
        decided_by=row.decided_by,
        decided_at=row.decided_at,
        waiting_messages=waiting,
        by_staff=_read(pack.pack, pack.version, pack.text).audience is Audience.STAFF,
    )
