"""Whether a gate is open: approvals, waivers, facts and decisions of one component, weighed by rules that need no database."""

from collections.abc import Iterator, Sequence
from dataclasses import replace

from vendor_ai.domain.evidence import months_after
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
    decisions = tuple(_decision(case))
    approvals = _counting(case, gate, computed=not facts and _carried(decisions))
    missing = tuple(name for name in case.required if name not in approvals and name not in waived)
    asked = decisions if gate is not Gate.USE_CASE or AUTOMATED_CHECKS in missing else ()
    obstacles = [*_facts(facts, rules), *asked, *_conditions(case, gate, rules), *_spoiled(case, gate, missing)]
    given = tuple(approval for name, approval in approvals.items() if name != AUTOMATED_CHECKS)
    if case.tier is RiskTier.HIGH and (lonely := _one_person(given, missing)):
        obstacles.append(lonely)
    return GateResult(
        case.component, gate, case.tier, missing, tuple(obstacles), tuple(approvals.values()), waivers, standing_decisions(case)
    )


def standing_decisions(case: GateCase) -> tuple[StandingDecision, ...]:
    """The newest positive decision about each pack the triage chose, or any without one: in force, verified, made at no lower tier."""
    wanted = {chosen.pack for chosen in case.wanted_packs}
    positive = [entry for entry in case.decisions if entry.decision in POSITIVE and entry.verified and _counts(entry, case)]
    newest = {entry.pack: entry for entry in sorted(positive, key=lambda entry: entry.at)}
    return tuple(entry for pack, entry in newest.items() if not wanted or pack in wanted)


def _closed(case: GateCase, gate: Gate, obstacle: Obstacle) -> GateResult:
    return GateResult(case.component, gate, case.tier, case.required, (obstacle,), (), ())


def _counting(case: GateCase, gate: Gate, *, computed: bool) -> dict[str, GivenApproval]:
    """The newest approval of every required kind that holds today, in the order in which they are required."""
    newest = {entry.approval: entry for entry in _at_gate(case, gate) if entry.holds(case.on)}
    newest.pop(AUTOMATED_CHECKS, None)  # the program's word alone counts
    standing = standing_decisions(case)
    if computed and standing:
        ends = min((entry.valid_until for entry in standing if entry.valid_until is not None), default=None)
        newest[AUTOMATED_CHECKS] = GivenApproval(0, gate, AUTOMATED_CHECKS, PROGRAM, max(entry.at for entry in standing), ends)
    return {name: newest[name] for name in case.required if name in newest}


def _at_gate(case: GateCase, gate: Gate) -> Iterator[GivenApproval]:
    """The approvals of a gate. Those for deployment count for continuation too, for one round of reassessment; its own come last."""
    if gate is Gate.CONTINUATION and case.reassessment_months is not None:
        for entry in case.approvals:
            if entry.gate == Gate.DEPLOYMENT:
                last = months_after(entry.at.date(), case.reassessment_months)
                yield replace(entry, valid_until=last if entry.valid_until is None else min(last, entry.valid_until))
    yield from (entry for entry in case.approvals if entry.gate == gate)


def _facts(facts: Sequence[HeldFact], rules: GateRules) -> Iterator[Obstacle]:
    for fact in facts:
        yield Obstacle(fact.fact, f"{rules.facts[fact.fact].label}: {fact.detail.rstrip('.')}.")


def _spoiled(case: GateCase, gate: Gate, missing: Sequence[str]) -> Iterator[Obstacle]:
    """Approvals that would be there, had their givers stayed independent."""
    for entry in _at_gate(case, gate):
        if entry.approval in missing and entry.spoiled and replace(entry, spoiled="").holds(case.on):
            yield Obstacle(Block.NOT_INDEPENDENT, f"{entry.approval} by {entry.by} does not count: {entry.spoiled}.")


def _conditions(case: GateCase, gate: Gate, rules: GateRules) -> Iterator[Obstacle]:
    """What each gate asks for beside approvals and facts."""
    if gate is Gate.USE_CASE:
        yield from _owners(case, OWNERS[:1])
    elif gate is Gate.DEPLOYMENT:
        if not judge_gate(case, Gate.USE_CASE, rules).open:
            yield Obstacle(Block.USE_CASE_CLOSED, "The use-case gate is closed; look at it with --gate use_case.")
        yield from _owners(case, OWNERS)
    else:
        yield from (Obstacle(Block.OVERDUE_CONDITION, f"A condition is overdue: {text}.") for text in case.overdue_conditions)
        yield from (Obstacle(Block.OVERDUE_REASSESSMENT, f"A reassessment is overdue: {text}.") for text in case.overdue_reassessments)


def _owners(case: GateCase, names: Sequence[str]) -> Iterator[Obstacle]:
    for name in names:
        if not case.owners.get(name, "").strip():
            yield Obstacle(Block.OWNER_MISSING, f"No {name.replace('_', ' ')} is named; fill the column {name} of the inventory.")


def _decision(case: GateCase) -> Iterator[Obstacle]:
    in_force = [entry for entry in case.decisions if _in_force(entry, case)]
    yield from _refused(case, in_force)
    standing = {entry.pack for entry in standing_decisions(case)}
    yield from _outgrown(case, [entry for entry in in_force if entry.decision in POSITIVE and entry.pack not in standing])
    if not standing:
        yield from _without_decision(case, [entry for entry in in_force if entry.decision in POSITIVE])
    for running in case.undecided:
        if running.pack not in standing:
            words = f"{running.assessment} ({running.pack}) is {running.state.replace('_', ' ')} and not decided; decide or withdraw it."
            yield Obstacle(Block.UNDECIDED, words)
    for chosen in case.wanted_packs:
        if chosen.pack not in standing:
            words = f"The triage {chosen.triage} asks for {chosen.pack}, which has no positive, verified decision in force."
            yield Obstacle(Block.PACK_UNDECIDED, f"{words} {chosen.reason}")


def _refused(case: GateCase, in_force: Sequence[StandingDecision]) -> Iterator[Obstacle]:
    for entry in in_force:
        if entry.decision not in POSITIVE:
            yield Obstacle(Block.NEGATIVE_DECISION, f"{entry.assessment} was decided {entry.decision}.")
    for entry in case.refusals:
        words = f"{entry.assessment} was decided {entry.decision}; that goes on after it ended, until {entry.pack} is decided anew."
        yield Obstacle(Block.NEGATIVE_DECISION, words)


def _outgrown(case: GateCase, positive: Sequence[StandingDecision]) -> Iterator[Obstacle]:
    for entry in positive:
        if entry.outgrown(case.tier):
            then = f"at tier {entry.tier}" if entry.tier else "at a tier that was not known"
            words = f"{entry.assessment} was decided {then}; the component is {case.tier} now: assess it again"
            yield Obstacle(Block.TIER_ROSE, f"{words} with `vendor-ai assessment send {case.component}`.")


def _without_decision(case: GateCase, positive: Sequence[StandingDecision]) -> Iterator[Obstacle]:
    unverified = [entry.assessment for entry in positive if not entry.verified]
    if unverified:
        yield Obstacle(Block.UNVERIFIED, f"The answers behind {', '.join(unverified)} are no longer verified as they stand; review them.")
    if len(positive) > len(unverified):
        return  # about a pack that the triage does not ask for; which are missing is said singly
    ended = [entry.assessment for entry in case.decisions if not _in_force(entry, case)]
    advice = f" That about {', '.join(ended)} no longer holds." if ended else " Decide one with `vendor-ai assessment decide`."
    yield Obstacle(Block.NO_DECISION, f"No assessment has a positive, verified decision in force.{advice}")


def _carried(obstacles: Sequence[Obstacle]) -> bool:
    """Whether decisions carry the program's own approval; a negative one closes the gates by itself."""
    return all(obstacle.reason == Block.NEGATIVE_DECISION for obstacle in obstacles)


def _counts(entry: StandingDecision, case: GateCase) -> bool:
    return _in_force(entry, case) and not entry.outgrown(case.tier)


def _in_force(entry: StandingDecision, case: GateCase) -> bool:
    return entry.holds and (entry.valid_until is None or case.on <= entry.valid_until)


def _one_person(given: Sequence[GivenApproval], missing: Sequence[str]) -> Obstacle | None:
    persons = {person(approval.by) for approval in given}
    if len(persons) != 1 or (missing and len(given) < _PERSONS):
        return None
    return Obstacle(Block.ONE_PERSON, f"All approvals come from {given[0].by}; a HIGH tier needs those of at least two persons.")
