"""When a component must be assessed again: by the rhythm of its tier for each vendor pack, and for causes that are noted once."""

import contextlib
from collections.abc import Iterator, Mapping
from datetime import date, datetime, timedelta

from sqlmodel import Session

from vendor_ai.db import audit
from vendor_ai.db import reassessment as store
from vendor_ai.db import verdict as verdicts
from vendor_ai.db.reassessment import ReassessmentRow
from vendor_ai.db.vendor import component_by_id, component_key, components_by_key
from vendor_ai.domain.actor import Actor
from vendor_ai.domain.audit import AuditEvent
from vendor_ai.domain.errors import InvalidInputError, NotFoundError
from vendor_ai.domain.evidence import months_after
from vendor_ai.domain.gate import StandingDecision
from vendor_ai.domain.reassessment import DAYS_TO_ANSWER, LEAD_DAYS, Cause, Reassessment, ReassessmentCause
from vendor_ai.domain.tier import RiskTier
from vendor_ai.domain.vendor import Component, ComponentStatus
from vendor_ai.governance.tier_files import shipped_rules
from vendor_ai.services.assessment import pack_of, row_of, send
from vendor_ai.services.gate_case import asked_of_vendor, decisions_of, living, proven_breaches, vendor_packs_decided
from vendor_ai.services.questionnaire import PackInvalidError, find_pack
from vendor_ai.services.tier import tier_of

PROGRAM = Actor("program:reassessment")


def due_on(component: Component, decision: StandingDecision) -> date | None:
    """The day the next assessment is due: after the months of the tier, or when the decision ends if that is earlier.

    A tier that cannot be decided has the rhythm of HIGH; a PROHIBITED component has none.
    """
    months = shipped_rules().tiers[tier_of(component) or RiskTier.HIGH].reassessment_months
    if months is None:
        return decision.valid_until
    rhythm = months_after(decision.at.date(), months)
    return rhythm if decision.valid_until is None else min(rhythm, decision.valid_until)


def note_cause(session: Session, component_id: int, cause: str, reference: str, note: str, *, at: datetime, by: Actor = PROGRAM) -> bool:
    """Note why a component must be assessed again, once; False when this very cause is known.

    Args:
        session: A write session.
        component_id: The stored id.
        cause: A member of ``Cause``.
        reference: What caused it, so that it is noted once: a date, a violation, a notice, a document.
        note: One sentence for people.
        at: Now.
        by: Who noticed it.
    """
    kind = Cause(cause)
    if store.find(session, component_id, kind, reference) is not None:
        return False
    store.add(session, ReassessmentRow(component_id=component_id, cause=kind.value, reference=reference, note=note, at=at))
    ref = component_by_id(session, component_id).ref
    audit.append(session, AuditEvent(at, by.name, "reassessment.noted", "component", ref, {"cause": kind.value, "reference": reference}))
    return True


def note_incident(session: Session, reference: str, note: str, *, by: Actor, at: datetime) -> str:
    """Note an incident with a component; it must be assessed again. Returns the incident's reference.

    Raises:
        NotFoundError: When there is no such component.
        InvalidInputError: When nothing is said about it.
    """
    key, component = component_key(session, reference)
    if not note.strip():
        raise InvalidInputError("An incident needs a note that says what happened. Give one with --note.")
    number = sum(row.cause == Cause.INCIDENT for row in store.causes(session, key)) + 1
    name = f"{component.ref}-i{number}"
    note_cause(session, key, Cause.INCIDENT, name, note.strip(), at=at, by=by)
    return name


def reassessments(session: Session, *, at: datetime) -> list[Reassessment]:
    """Every component that is due or overdue, by reference."""
    found = [reassessment(session, key, component, at=at) for key, component in components_by_key(session).items()]
    return sorted((entry for entry in found if entry.due), key=lambda entry: entry.component)


def reassessment(session: Session, key: int, component: Component, *, at: datetime) -> Reassessment:
    """What is known about the next assessment of one component; of several packs the one that is due first."""
    last = _decided(session, key, at)
    causes = tuple(_read(row) for row in _open(session, key, last) if row.cause != Cause.DATE)
    dates = [] if component.status is ComponentStatus.RETIRED else [due_on(component, entry) for entry in last.values()]
    due = min((day for day in dates if day is not None), default=None)
    running = asked_of_vendor(session, key)
    return Reassessment(component.ref, tier_of(component), due, causes, running[0][0] if running else "", at.date())


def reassessment_of(session: Session, reference: str, *, at: datetime) -> Reassessment:
    """The same by the component's reference.

    Raises:
        NotFoundError: When there is no such component.
    """
    key, component = component_key(session, reference)
    return reassessment(session, key, component, at=at)


def standing(session: Session, key: int, *, at: datetime) -> Reassessment:
    """The same by the stored id."""
    return reassessment(session, key, component_by_id(session, key), at=at)


def waiting(session: Session, *, at: datetime) -> list[tuple[int, str]]:
    """The components with causes that no assessment on its way answers, each with what tells this wait from another one."""
    found: dict[int, str] = {}
    for row in store.open_causes(session):
        under_way = row.assessment in {running.ref for running in living(session, row.component_id)}
        if not under_way and not _answers(session, row, _decided(session, row.component_id, at)):
            found[row.component_id] = f"cause {row.id}{f' after {row.assessment}' if row.assessment else ''}"
    return list(found.items())


def overdue_reassessments(session: Session, key: int, component: Component, *, at: datetime) -> tuple[str, ...]:
    """What is overdue about one component, in words."""
    return reassessment(session, key, component, at=at).overdue_sentences


def note_causes(session: Session, key: int, component: Component, *, at: datetime) -> int:
    """Note what came up since the last decision; returns how many causes are new.

    A component that was never decided has nothing to be assessed again.
    """
    decided = _decided(session, key, at)
    if not decided or component.status is ComponentStatus.RETIRED:
        return 0
    found = [*_by_date(component, decided, at), *_outgrown(component, decided), *_came_up(session, key, decided)]
    return sum(note_cause(session, key, cause, reference, note, at=at) for cause, reference, note in found)


def note_tier(session: Session, key: int, component: Component, *, by: Actor, at: datetime) -> None:
    """Note at once that the component outgrew its decisions, as when its use was changed."""
    if component.status is not ComponentStatus.RETIRED:
        for cause, reference, note in _outgrown(component, _decided(session, key, at)):
            note_cause(session, key, cause, reference, note, by=by, at=at)


def _by_date(component: Component, decided: Mapping[str, StandingDecision], at: datetime) -> Iterator[tuple[Cause, str, str]]:
    for pack, last in decided.items():
        due = due_on(component, last)
        if due is not None and at.date() >= due - timedelta(days=LEAD_DAYS):
            words = f"{last.assessment} ({pack}) was decided on {last.at:%Y-%m-%d}; the next one is due on {due}."
            yield Cause.DATE, f"{due}:{pack}", words


def _outgrown(component: Component, decided: Mapping[str, StandingDecision]) -> Iterator[tuple[Cause, str, str]]:
    tier = tier_of(component)
    for last in decided.values():
        if last.outgrown(tier):
            was = last.tier or "a tier that was not known"
            yield Cause.TIER, f"{last.assessment}:{tier}", f"{last.assessment} was decided at {was}; {component.ref} is {tier} now."


def _came_up(session: Session, key: int, decided: Mapping[str, StandingDecision]) -> Iterator[tuple[Cause, str, str]]:
    def since(moment: datetime) -> bool:
        return not _answered_at(session, key, moment, decided)

    for breach in proven_breaches(session, key):
        if since(breach.opened_at):
            yield Cause.PROVEN_BREACH, f"violation:{breach.id}", f"The log proves that clause {breach.clause} was broken: {breach.subject}."
    for violation in verdicts.violations(session):
        if violation.component_id == key and violation.figures.get("material") and since(violation.opened_at):
            yield Cause.CHANGE_NOTICE, f"violation:{violation.id}", f"A material change came without due notice: {violation.subject}."
    for notice in verdicts.notices(session, key):
        # What comes as a notice of change is material by the usual clause; an emergency security update is not one.
        if not notice.emergency and since(notice.received_at):
            told = f"{notice.model_version}, told on {notice.received_at:%Y-%m-%d}"
            yield Cause.CHANGE_NOTICE, f"notice:{notice.id}", f"The vendor announced a change: {told}."


def start_drafts(session: Session, key: int, component: Component, *, at: datetime) -> list[str]:
    """Prepare the assessments that answer the open causes, unless they are on their way; returns the references of the new ones.

    Each asks the newest shipped version of the pack that its cause is about.
    """
    decided, made = _decided(session, key, at), []
    for row in _open(session, key, decided):
        pack, running = _about(session, row), asked_of_vendor(session, key)
        refs = [ref for ref, asked in running if pack in ("", asked)]
        if row.assessment in refs:
            continue
        if not refs and pack in decided:
            refs = [_draft(session, component, decided[pack].assessment, at)]
            made += refs
        row.assessment = refs[0] if refs else row.assessment
    session.flush()
    return made


def _draft(session: Session, component: Component, last: str, at: datetime) -> str:
    before = row_of(session, last)
    pack = pack_of(session, last)
    with contextlib.suppress(NotFoundError, PackInvalidError):  # a pack of one's own is asked again as it was
        pack = find_pack(pack.id)
    language = before.language if before.language in pack.languages else ""
    return send(session, component.ref, pack, draft=True, contact=before.contact, language=language, supersedes=last, by=PROGRAM, at=at)


def settle(session: Session, key: int, *, at: datetime) -> int:
    """Note which causes a later decision has answered; returns how many."""
    decided, settled = _decided(session, key, at), 0
    for row in store.causes(session, key):
        if row.settled_at is None and (answers := _answers(session, row, decided)):
            row.settled_at = max(entry.at for entry in answers)
            settled += 1
    session.flush()
    return settled


def look_again(session: Session, key: int, component: Component, *, at: datetime) -> tuple[int, int, int]:
    """The daily look at one component: settle what was answered, note what came up, prepare what is due.

    Returns:
        How many causes were settled, how many are new, and how many assessments were prepared.
    """
    settled = settle(session, key, at=at)
    noted = note_causes(session, key, component, at=at)
    return settled, noted, len(start_drafts(session, key, component, at=at))


def _decided(session: Session, key: int, at: datetime) -> dict[str, StandingDecision]:
    """The newest decision about each pack that the vendor answers, a negative one too; what our staff answer postpones nothing."""
    return {entry.pack: entry for entry in decisions_of(session, key, at=at) if not entry.by_staff}


def _open(session: Session, key: int, decided: Mapping[str, StandingDecision]) -> list[ReassessmentRow]:
    return [row for row in store.causes(session, key) if row.settled_at is None and not _answers(session, row, decided)]


def _about(session: Session, row: ReassessmentRow) -> str:
    """The pack that a cause is about: that of its date, or the one the vendor answered last when it arose; "" where there was none."""
    pack = row.reference.partition(":")[2] if row.cause == Cause.DATE else ""
    return pack or _last_pack(session, row.component_id, row.at)


def _last_pack(session: Session, key: int, at: datetime) -> str:
    packs = vendor_packs_decided(session, key, before=at)
    return packs[-1] if packs else ""


def _answers(session: Session, row: ReassessmentRow, decided: Mapping[str, StandingDecision]) -> list[StandingDecision]:
    pack = _about(session, row)
    return [entry for entry in decided.values() if pack in ("", entry.pack) and entry.at >= row.at]


def _answered_at(session: Session, key: int, moment: datetime, decided: Mapping[str, StandingDecision]) -> bool:
    pack = _last_pack(session, key, moment)
    return any(pack in ("", entry.pack) and entry.at >= moment for entry in decided.values())


def _read(row: ReassessmentRow) -> ReassessmentCause:
    return ReassessmentCause(Cause(row.cause), row.reference, row.note, row.at, row.at.date() + timedelta(days=DAYS_TO_ANSWER))
