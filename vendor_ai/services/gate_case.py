"""What the gates look at, read from the records: decisions in force, facts, conditions, and who is not independent."""

from datetime import datetime

from sqlmodel import Session

from vendor_ai.db import approval as store
from vendor_ai.db import assessment as assessments
from vendor_ai.db import decision as decisions
from vendor_ai.db import review as reviews
from vendor_ai.db import verdict as verdicts
from vendor_ai.db.approval import ApprovalRow, WaiverRow
from vendor_ai.db.assessment import AssessmentRow
from vendor_ai.db.decision import DecisionRow
from vendor_ai.db.verdict import ViolationRow
from vendor_ai.domain.assessment import ENDED, TRIAGE_PACK, AssessmentState
from vendor_ai.domain.decision import POSITIVE, DecisionState
from vendor_ai.domain.four_eyes import same_person
from vendor_ai.domain.gate import GivenApproval, GrantedWaiver, HeldFact, OpenAssessment, StandingDecision, WantedPack
from vendor_ai.domain.pack import Audience, Recommendation
from vendor_ai.domain.tier import RiskTier
from vendor_ai.domain.verdict import Evidence
from vendor_ai.governance.gate_files import PERSISTENT_PROVEN_BREACH
from vendor_ai.governance.gate_rules import GateRules
from vendor_ai.services.assessment import answers_of, key_of, pack_of
from vendor_ai.services.assessment_score import standing_of
from vendor_ai.services.condition import conditions_of
from vendor_ai.services.lapse import decision_in_force
from vendor_ai.services.triage import read_triage

_SETTLED = frozenset({"remediated", "credited", "closed"})


def decisions_of(session: Session, component_id: int, *, at: datetime) -> tuple[StandingDecision, ...]:
    """The decision about every decided assessment, oldest first; one that no longer holds is among them until it is reopened.

    A triage says how deeply a component is looked at, by our own staff: approving it approves nothing, refusing it still counts.
    """
    found = []
    for row in assessments.of_component(session, component_id):
        pack = assessments.pack_by_id(session, row.pack_id).pack
        if row.state != AssessmentState.DECIDED or (pack == TRIAGE_PACK and Recommendation(row.decision) in POSITIVE):
            continue
        for entry in decisions.decisions(session, key_of(row)):
            if entry.state == DecisionState.EFFECTIVE:
                found.append(
                    StandingDecision(
                        assessment=row.ref,
                        decision=entry.decision,
                        at=entry.second_at or entry.at,
                        valid_until=entry.valid_until,
                        verified=standing_of(session, row.ref, at=at).verified,
                        holds=decision_in_force(session, row.ref, at=at) is not None,
                        pack=pack,
                        tier=assessed_tier(row),
                        by_staff=pack_of(session, row.ref).audience is Audience.STAFF,
                    )
                )
    return tuple(sorted(found, key=lambda entry: entry.at))


def assessed_tier(row: AssessmentRow) -> RiskTier | None:
    """The component's tier when the assessment was sent, or None where it was not known."""
    kept = (row.properties or {}).get("tier")
    return RiskTier(kept[0]) if kept else None


def refusals_of(session: Session, component_id: int, *, at: datetime) -> tuple[StandingDecision, ...]:
    """Negative decisions that ended, by being reopened or by their date, while no later one about the same pack took effect."""
    found: list[tuple[tuple[datetime, int], StandingDecision]] = []
    newest: dict[str, tuple[datetime, int]] = {}
    for row in assessments.of_component(session, component_id):
        pack = assessments.pack_by_id(session, row.pack_id).pack
        for entry in filter(took_effect, decisions.decisions(session, key_of(row))):
            place = (entry.second_at or entry.at, entry.id or 0)
            newest[pack] = max(place, newest.get(pack, place))
            if Recommendation(entry.decision) not in POSITIVE and _ended(session, row, entry, at):
                ended = StandingDecision(row.ref, entry.decision, place[0], entry.valid_until, verified=True, holds=False, pack=pack)
                found.append((place, ended))
    return tuple(entry for place, entry in found if place == newest[entry.pack])


def vendor_packs_decided(session: Session, component_id: int, *, before: datetime) -> list[str]:
    """The vendor-answered packs about which a decision took effect before then, by its time, whatever became of it since."""
    found = []
    for row in assessments.of_component(session, component_id):
        pack = pack_of(session, row.ref)
        if pack.audience is Audience.VENDOR:
            made = (entry.second_at or entry.at for entry in filter(took_effect, decisions.decisions(session, key_of(row))))
            found += [(at, pack.id) for at in made if at < before]
    return [pack for _, pack in sorted(found)]


def took_effect(entry: DecisionRow) -> bool:
    """Whether a decision was ever in force, not only proposed."""
    return entry.state != DecisionState.REFUSED and (not entry.milder or entry.second_at is not None)


def _ended(session: Session, row: AssessmentRow, entry: DecisionRow, at: datetime) -> bool:
    if entry.state == DecisionState.EFFECTIVE and row.state == AssessmentState.DECIDED:
        return decision_in_force(session, row.ref, at=at) is None
    return entry.state != DecisionState.REPLACED


def undecided_of(session: Session, component_id: int) -> tuple[OpenAssessment, ...]:
    """The assessments that were sent and are not decided, newest first; a triage is none of them, since it approves nothing."""
    found = [(row, assessments.pack_by_id(session, row.pack_id).pack) for row in living(session, component_id)]
    return tuple(
        OpenAssessment(row.ref, pack, row.state) for row, pack in found if row.state != AssessmentState.DRAFT and pack != TRIAGE_PACK
    )


def wanted_packs(session: Session, component_id: int) -> tuple[WantedPack, ...]:
    """The packs that the newest answered triage of the component chose."""
    for row in assessments.of_component(session, component_id):
        if assessments.pack_by_id(session, row.pack_id).pack != TRIAGE_PACK or AssessmentState(row.state) in ENDED:
            continue
        if any(not answer.not_applicable for answer in answers_of(session, row.ref).values()):
            return tuple(WantedPack(chosen.pack, chosen.reason, row.ref) for chosen in read_triage(session, row.ref).packs)
    return ()


def involved(session: Session, component_id: int) -> dict[str, str]:
    """Who answered or reviewed an assessment of the component that has not ended, each with its reference."""
    found: dict[str, str] = {}
    for row in assessments.of_component(session, component_id):
        if AssessmentState(row.state) in ENDED:
            continue
        key = key_of(row)
        people = [answer.answered_by for answer in assessments.answers(session, key)]
        people += [name for review in reviews.reviews(session, key) for name in (review.by, review.second_by)]
        found |= dict.fromkeys(filter(None, people), row.ref)
    return found


def why_not_independent(people: dict[str, str], name: str) -> str:
    """Why ``name`` may not approve, or nothing."""
    ref = next((ref for person, ref in people.items() if same_person(person, name)), None)
    return "" if ref is None else f"{name} answered or reviewed {ref}"


def approvals_of(session: Session, component_id: int) -> tuple[GivenApproval, ...]:
    """Every approval of the component, oldest first; one whose giver answered or reviewed is spoiled."""
    people = involved(session, component_id)
    return tuple(read_approval(row, why_not_independent(people, row.by)) for row in store.approvals(session, component_id))


def read_approval(row: ApprovalRow, spoiled: str = "") -> GivenApproval:
    """A stored approval as a record."""
    return GivenApproval(row.id or 0, row.gate, row.approval, row.by, row.at, row.valid_until, row.revoked_at is not None, spoiled)


def waivers_of(session: Session, component_id: int) -> tuple[GrantedWaiver, ...]:
    """Every waiver of the component, oldest first."""
    return tuple(read_waiver(row) for row in store.waivers(session, component_id))


def read_waiver(row: WaiverRow) -> GrantedWaiver:
    """A stored waiver as a record."""
    return GrantedWaiver(row.id or 0, row.gate, row.subject, row.reason, row.until, row.by, row.second_by, row.ended_at is not None)


def facts_of(session: Session, component_id: int, rules: GateRules) -> tuple[HeldFact, ...]:
    """What people noted and nobody cleared, and what the program finds in the verdicts."""
    noted = [
        HeldFact(row.fact, f"{row.note} (noted by {row.noted_by} on {row.noted_at:%Y-%m-%d}, number {row.id})", row.id or 0)
        for row in store.facts(session, component_id)
        if row.cleared_at is None and row.fact in rules.facts
    ]
    found = [rule.id for rule in rules.facts.values() if rule.found == PERSISTENT_PROVEN_BREACH]
    breaches = [_breach(row) for row in _proven_breaches(session, component_id) if row.figures.get("persistent")] if found else []
    return (*noted, *(HeldFact(fact, detail) for fact in found for detail in breaches))


def _proven_breaches(session: Session, component_id: int) -> list[ViolationRow]:
    return [row for row in proven_breaches(session, component_id) if row.state not in _SETTLED]


def proven_breaches(session: Session, component_id: int) -> list[ViolationRow]:
    """The violations of the component that its own log proves, oldest first, settled ones too."""
    rows = [row for row in verdicts.violations(session) if row.component_id == component_id]
    return [row for row in reversed(rows) if row.figures.get("evidence") == Evidence.PROVEN_BREACH]


def _breach(row: ViolationRow) -> str:
    periods = row.figures.get("consecutive")
    return f"the log proves that clause {row.clause} was broken, {periods} in a row up to {row.subject} (violation {row.id}, {row.state})"


def overdue_conditions(session: Session, component_id: int, *, at: datetime) -> tuple[str, ...]:
    """Conditions of decided assessments whose date has passed and that nobody closed."""
    found = []
    for assessment in assessments.of_component(session, component_id):
        if assessment.state != AssessmentState.DECIDED:
            continue
        for row in conditions_of(session, assessment.ref):
            if row.closed_at is None and row.due_at is not None and row.due_at < at:
                found.append(f"{row.subject} since {row.due_at:%Y-%m-%d}{f', owner {row.owner}' if row.owner else ''}")
    return tuple(found)


def living(session: Session, component_id: int) -> list[AssessmentRow]:
    """Assessments on their way, neither decided nor ended, newest first."""
    over = {*ENDED, AssessmentState.DECIDED}
    return [row for row in assessments.of_component(session, component_id) if AssessmentState(row.state) not in over]


def asked_of_vendor(session: Session, component_id: int) -> list[tuple[str, str]]:
    """The assessments on their way that the vendor answers, newest first, each with its pack."""
    found = [(row.ref, pack_of(session, row.ref)) for row in living(session, component_id)]
    return [(ref, pack.id) for ref, pack in found if pack.audience is Audience.VENDOR]
