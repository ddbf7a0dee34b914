"""Whether a gate is open: approvals, waivers, facts and decisions of one component, weighed by rules that need no database."""

from collections.abc import Iterator, Sequence
from dataclasses import replace

from vendor_ai.domain.four_eyes import person
from vendor_ai.domain.gate import (
    AUTOMATED_CHECKS,
    PROGRAM,
    Block,
    Gate,
    GateCase,
    GateResult,
    GivenApproval,
    HeldFact,
    Obstacle,
    StandingDecision,
)
from vendor_ai.domain.level import Recommendation
from vendor_ai.domain.tier import RiskTier
from vendor_ai.governance.gate_rules import GateRules

POSITIVE = frozenset({Recommendation.APPROVED.value, Recommendation.APPROVED_WITH_CONDITIONS.value})
OWNERS = ("business_owner", "technical_owner", "operations_owner")
_PERSONS = 2  # who must have approved a HIGH component, one alone is not enough


def judge_gate(case: GateCase, gate: Gate, rules: GateRules) -> GateResult:
    """Return whether ``gate`` lets ``case`` through, and everything that keeps it closed.

    A PROHIBITED component, and one whose tier cannot be decided, finds every gate closed: nothing opens them, no waiver either.
    """
    if case.tier is None:
        return _closed(case, gate, Obstacle(Block.TIER_UNKNOWN, f"The tier cannot be decided: {case.unstated}"))
    if case.tier is RiskTier.PROHIBITED:
        words = "The use is PROHIBITED: no approval, waiver or score opens a gate. Stop it, or reword the use case if it is not that."
        return _closed(case, gate, Obstacle(Block.PROHIBITED, words))
    waivers = tuple(waiver for waiver in case.waivers if waiver.gate == gate and waiver.holds(case.on))
    waived = {waiver.subject for waiver in waivers}
    facts = [fact for fact in case.facts if fact.fact in rules.facts_at(gate) and fact.fact not in waived]
    approvals = _counting(case, gate, facts)
    missing = tuple(name for name in case.required if name not in approvals and name not in waived)
    obstacles = [*_facts(facts, rules), *_conditions(case, gate, rules), *_spoiled(case, gate, missing)]
    given = tuple(approval for name, approval in approvals.items() if name != AUTOMATED_CHECKS)
    if case.tier is RiskTier.HIGH and (lonely := _one_person(given, missing)):
        obstacles.append(lonely)
    return GateResult(case.component, gate, case.tier, missing, tuple(obstacles), tuple(approvals.values()), waivers)


def standing_decision(case: GateCase) -> StandingDecision | None:
    """The newest positive decision that is in force and verified, or None."""
    positive = [entry for entry in case.decisions if entry.decision in POSITIVE and entry.verified and _in_force(entry, case)]
    return max(positive, key=lambda entry: entry.at, default=None)


def _closed(case: GateCase, gate: Gate, obstacle: Obstacle) -> GateResult:
    return GateResult(case.component, gate, case.tier, case.required, (obstacle,), (), ())


def _counting(case: GateCase, gate: Gate, facts: Sequence[HeldFact]) -> dict[str, GivenApproval]:
    """The newest approval of every required kind that holds today, in the order in which they are required."""
    newest = {entry.approval: entry for entry in case.approvals if entry.gate == gate and entry.holds(case.on)}
    decision = standing_decision(case)
    newest.pop(AUTOMATED_CHECKS, None)  # the program's word alone counts
    if decision is not None and not facts:
        newest[AUTOMATED_CHECKS] = GivenApproval(0, gate, AUTOMATED_CHECKS, PROGRAM, decision.at, decision.valid_until)
    return {name: newest[name] for name in case.required if name in newest}


def _facts(facts: Sequence[HeldFact], rules: GateRules) -> Iterator[Obstacle]:
    for fact in facts:
        yield Obstacle(fact.fact, f"{rules.facts[fact.fact].label}: {fact.detail.rstrip('.')}.")


def _spoiled(case: GateCase, gate: Gate, missing: Sequence[str]) -> Iterator[Obstacle]:
    """Approvals that would be there, had their givers stayed independent."""
    for entry in case.approvals:
        if entry.gate == gate and entry.approval in missing and entry.spoiled and replace(entry, spoiled="").holds(case.on):
            yield Obstacle(Block.NOT_INDEPENDENT, f"{entry.approval} by {entry.by} does not count: {entry.spoiled}.")


def _conditions(case: GateCase, gate: Gate, rules: GateRules) -> Iterator[Obstacle]:
    """What each gate asks for beside approvals and facts."""
    if gate is Gate.USE_CASE:
        yield from _owners(case, OWNERS[:1])
    elif gate is Gate.DEPLOYMENT:
        yield from _decision(case)
        if not judge_gate(case, Gate.USE_CASE, rules).open:
            yield Obstacle(Block.USE_CASE_CLOSED, "The use-case gate is closed; look at it with --gate use_case.")
        yield from _owners(case, OWNERS)
    else:
        yield from _decision(case)
        yield from (Obstacle(Block.OVERDUE_CONDITION, f"A condition is overdue: {text}.") for text in case.overdue_conditions)
        yield from (Obstacle(Block.OVERDUE_REASSESSMENT, f"A reassessment is overdue: {text}.") for text in case.overdue_reassessments)


def _owners(case: GateCase, names: Sequence[str]) -> Iterator[Obstacle]:
    for name in names:
        if not case.owners.get(name, "").strip():
            yield Obstacle(Block.OWNER_MISSING, f"No {name.replace('_', ' ')} is named; fill the column {name} of the inventory.")


def _decision(case: GateCase) -> Iterator[Obstacle]:
    in_force = [entry for entry in case.decisions if _in_force(entry, case)]
    for entry in in_force:
        if entry.decision not in POSITIVE:
            yield Obstacle(Block.NEGATIVE_DECISION, f"{entry.assessment} was decided {entry.decision}.")
    if standing_decision(case) is not None:
        return
    unverified = [entry.assessment for entry in in_force if entry.decision in POSITIVE]
    if unverified:
        yield Obstacle(Block.UNVERIFIED, f"The answers behind {', '.join(unverified)} are no longer verified as they stand; review them.")
    ended = [entry.assessment for entry in case.decisions if not _in_force(entry, case)]
    advice = f" That about {', '.join(ended)} no longer holds." if ended else " Decide one with `vendor-ai assessment decide`."
    yield Obstacle(Block.NO_DECISION, f"No assessment has a positive, verified decision in force.{advice}")


def _in_force(entry: StandingDecision, case: GateCase) -> bool:
    return entry.holds and (entry.valid_until is None or case.on <= entry.valid_until)


def _one_person(given: Sequence[GivenApproval], missing: Sequence[str]) -> Obstacle | None:
    persons = {person(approval.by) for approval in given}
    if len(persons) != 1 or (missing and len(given) < _PERSONS):
        return None
    return Obstacle(Block.ONE_PERSON, f"All approvals come from {given[0].by}; a HIGH tier needs those of at least two persons.")
