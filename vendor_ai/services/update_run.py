"""Shadow and canary runs: the rule is written first, the figures decide by it."""

import hashlib
import json
from datetime import datetime, timedelta
from decimal import Decimal, InvalidOperation
from fractions import Fraction
from typing import Any

from sqlmodel import Session

from vendor_ai.change.comparison import VersionRows, compare
from vendor_ai.change.proportion import change_of_share
from vendor_ai.change.rollout import RolloutFacts, RolloutRule, ShadowFacts, decide, in_canary, next_percent, shadow_obstacles
from vendor_ai.db import audit
from vendor_ai.db import prediction_log as log_store
from vendor_ai.db import update_run as store
from vendor_ai.db.update_run import UpdateRunRow
from vendor_ai.db.vendor import component_key, components_by_key
from vendor_ai.domain.actor import Actor
from vendor_ai.domain.audit import AuditEvent
from vendor_ai.domain.comparison import AccuracyChange, Comparison
from vendor_ai.domain.errors import ConflictError, InvalidInputError, NotFoundError
from vendor_ai.domain.update_run import RunFact, RunKind, RunState, UpdateRun
from vendor_ai.predictions.reading import answered_and_failed
from vendor_ai.services.prediction_log import OUTCOME, PREDICTION, PredictionLog

_FLAGS = (RunFact.SECURITY_INCIDENT, RunFact.FAIRNESS_VIOLATION)


def plan(
    session: Session,
    component: str,
    *,
    kind: RunKind,
    before: str,
    after: str,
    percent: int | None = None,
    starts_at: datetime,
    ends_at: datetime,
    rule: RolloutRule,
    by: Actor,
    at: datetime,
) -> UpdateRun:
    """Write a run and the rule that will decide it, before it starts; its hash goes into the audit chain.

    Args:
        session: A write session.
        component: Slug or exact name.
        kind: Shadow or canary.
        before: The served version.
        after: The new one.
        percent: Share of the keys that the new version answers; None: the rule's first share, or all of them in the shadow.
        starts_at: First instant, in the future.
        ends_at: First instant after.
        rule: What decides.
        by: Who plans.
        at: Now.

    Raises:
        NotFoundError: When there is no such component.
        InvalidInputError: When it starts in the past or where the log holds calls, is too short for its rule, or compares a version
            with itself.
    """
    key, about = component_key(session, component)
    if starts_at <= at:
        raise InvalidInputError("A run starts after its rule is written, so its start lies in the future. Give a later one with --from.")
    if any(file.last_day >= starts_at.date() for file in log_store.files(session, key, PREDICTION)):
        raise InvalidInputError("The log holds calls of that time already, and a rule is written before its data. Give a later start.")
    if before == after:
        raise InvalidInputError(f"A run compares two versions, and both are {before!r}.")
    least = rule.shadow_days if kind is RunKind.SHADOW else rule.canary_days
    if ends_at - starts_at < timedelta(days=least):
        raise InvalidInputError(f"A {kind} run takes at least {least} days by its rule. Give a later end with --until.")
    share = percent if percent is not None else 100 if kind is RunKind.SHADOW else rule.canary_percent
    if not 0 < share <= 100:
        raise InvalidInputError(f"{share} is not a percentage of the calls; it lies between 1 and 100.")
    document = rule.as_json()
    row = UpdateRunRow(
        ref=_reference(session, about.ref, after, kind),
        component_id=key,
        kind=kind.value,
        before=before,
        after=after,
        percent=share,
        salt=f"{about.ref}/{after}",  # the same for every step of one update, so that who is in stays in
        rule=document,
        rule_sha256=_digest(document),
        state=RunState.PLANNED.value,
        starts_at=starts_at,
        ends_at=ends_at,
        facts={},
        by=by.name,
        created_at=at,
    )
    store.add(session, row)
    _note(session, "planned", row, by=by, at=at, rule_sha256=row.rule_sha256, starts_at=starts_at.isoformat())
    return _described(row, about.ref, at)


def _reference(session: Session, component: str, after: str, kind: RunKind) -> str:
    base = f"{component}-{kind}-{after}".lower()
    taken = {row.ref for row in store.runs(session)}
    return next(name for number in range(1, len(taken) + 2) if (name := f"{base}-{number}") not in taken)


def _digest(rule: dict[str, Any]) -> str:
    return hashlib.sha256(json.dumps(rule, sort_keys=True).encode()).hexdigest()


def runs(session: Session, component: str = "", *, at: datetime) -> list[UpdateRun]:
    """Runs, the latest start first."""
    key = component_key(session, component)[0] if component else None
    refs = {stored: found.ref for stored, found in components_by_key(session).items()}
    return [_described(row, refs[row.component_id], at) for row in store.runs(session, key)]


def run_of(session: Session, ref: str, *, at: datetime) -> UpdateRun:
    """One run; ``NotFoundError`` where there is none."""
    row = _row(session, ref)
    return _described(row, components_by_key(session)[row.component_id].ref, at)


def served_by_new(session: Session, ref: str, key: str) -> bool:
    """Whether the new version answers (canary) or sees (shadow) a key, the same answer each time."""
    row = _row(session, ref)
    return in_canary(key, row.percent, row.salt)


def say(session: Session, ref: str, fact: RunFact, value: str, *, by: Actor, at: datetime) -> UpdateRun:
    """Add what no log shows: an incident, a critical unfairness, a business figure before and after, a validated accuracy.

    Raises:
        NotFoundError: When there is no such run.
        ConflictError: When it is decided or stopped.
        InvalidInputError: When the value does not fit.
    """
    row = _row(session, ref)
    _refuse_over(row)
    row.facts = {**row.facts, fact.value: _fact_value(fact, value)}
    session.flush()
    _note(session, "fact", row, by=by, at=at, fact=fact.value, value=value)
    return run_of(session, ref, at=at)


def _fact_value(fact: RunFact, value: str) -> str | bool:
    if fact in _FLAGS:
        if value.lower() not in ("yes", "no"):
            raise InvalidInputError(f"{fact.value} is yes or no, not {value!r}.")
        return value.lower() == "yes"
    try:
        number = Decimal(value)
    except InvalidOperation:
        number = Decimal("NaN")
    if not number.is_finite():
        raise InvalidInputError(f"{fact.value} is a number, not {value!r}.")
    return f"{number:f}"


def stop(session: Session, ref: str, *, reason: str, by: Actor, at: datetime) -> UpdateRun:
    """End a run without a decision by its rule.

    Raises:
        NotFoundError: When there is no such run.
        ConflictError: When it is decided or stopped.
        InvalidInputError: Without a reason.
    """
    row = _row(session, ref)
    _refuse_over(row)
    if not reason.strip():
        raise InvalidInputError("Say why the run is stopped, with --reason.")
    row.state = RunState.STOPPED.value
    session.flush()
    _note(session, "stopped", row, by=by, at=at, reason=reason.strip())
    return run_of(session, ref, at=at)


def figures(log: PredictionLog, ref: str) -> dict[str, Any]:
    """What a run shows so far, and what its rule would decide on it; nothing is stored."""
    at = log.clock.now()
    with log.records.read() as session:
        row = _row(session, ref)
        predictions, outcomes = (log_store.files(session, row.component_id, kind) for kind in (PREDICTION, OUTCOME))
    rows = []
    for version in (row.before, row.after):
        side = log.engine.version_calls(version, predictions=predictions, outcomes=outcomes, start=row.starts_at, end=min(row.ends_at, at))
        rows.append(VersionRows(side.prediction, side.correct, side.latency_ms, side.key))
    comparison = compare(rows[0], rows[1], row.before, row.after)
    rule = RolloutRule.from_json(row.rule)
    found: dict[str, Any] = {"comparison": comparison.as_json()}
    span = (row.starts_at, min(row.ends_at, at))
    old, new = (
        answered_and_failed(log.engine.folder, predictions, version, start=span[0], end=span[1]) for version in (row.before, row.after)
    )
    answered = change_of_share(old[0], sum(old), new[0], sum(new)) if sum(old) and sum(new) else None
    decision, reasons = decide(rule, _rollout_facts(row, comparison, answered))
    found |= {"decision": decision.value, "reasons": [reason.value for reason in reasons]}
    found["failures"] = {side: {"answered": calls[0], "failed": calls[1]} for side, calls in (("before", old), ("after", new))}
    if row.kind == RunKind.SHADOW:
        asked, seen = (side.input_id.tolist() if side.input_id is not None else [] for side in rows)
        mirrored = set(seen) - {None}
        facts = _shadow_facts(row, comparison, calls=len(asked), mirrored=sum(key in mirrored for key in asked), at=at)
        obstacles = shadow_obstacles(rule, facts)
        found |= {"calls": facts.calls, "mirrored": facts.mirrored, "obstacles": [obstacle.value for obstacle in obstacles]}
    else:
        found["next_percent"] = next_percent(row.percent)
    return found


def _rollout_facts(row: UpdateRunRow, comparison: Comparison, answered: AccuracyChange | None) -> RolloutFacts:
    facts = row.facts
    return RolloutFacts(
        accuracy=comparison.accuracy,
        answered=answered,
        p95_difference_ms=None if comparison.latency is None else comparison.latency.p95_difference_ms,
        business_before=_fraction(facts.get(RunFact.BUSINESS_BEFORE)),
        business_after=_fraction(facts.get(RunFact.BUSINESS_AFTER)),
        fairness_violation=bool(facts.get(RunFact.FAIRNESS_VIOLATION)),
        security_incident=bool(facts.get(RunFact.SECURITY_INCIDENT)),
    )


def _shadow_facts(row: UpdateRunRow, comparison: Comparison, *, calls: int, mirrored: int, at: datetime) -> ShadowFacts:
    return ShadowFacts(
        days=(min(row.ends_at, at) - row.starts_at).days,
        calls=calls,
        mirrored=mirrored,
        p95_ms=comparison.after.latency_p95_ms,
        performance=comparison.after.exact_accuracy,
        validated=_fraction(row.facts.get(RunFact.VALIDATED)),
    )


def _fraction(text: object) -> Fraction | None:
    return None if text is None else Fraction(str(text))


def settle(log: PredictionLog, ref: str, *, by: Actor) -> UpdateRun:
    """Decide an ended run by its rule and store the figures; a rollback may be decided at any time.

    Raises:
        NotFoundError: When there is no such run.
        ConflictError: When it has not ended and nothing rolls it back, or was decided before.
    """
    at = log.clock.now()
    with log.records.read() as session:
        _refuse_over(_row(session, ref))
    found = figures(log, ref)
    with log.records.write() as session:
        row = _row(session, ref)
        _refuse_over(row)
        if at < row.ends_at and found["decision"] != "ROLLBACK_IMMEDIATELY":
            raise ConflictError(f"The run {ref} ends {row.ends_at:%Y-%m-%d %H:%M} UTC, and nothing rolls it back before. Decide then.")
        if _digest(row.rule) != row.rule_sha256:
            raise ConflictError(f"The rule of {ref} is not the one whose hash was stored before the run. It cannot decide.")
        row.result, row.state, row.decided_at = found, RunState.DECIDED.value, at
        session.flush()
        _note(session, "decided", row, by=by, at=at, decision=found["decision"], reasons=found["reasons"])
        return run_of(session, ref, at=at)


def _row(session: Session, ref: str) -> UpdateRunRow:
    row = store.find(session, ref)
    if row is None:
        raise NotFoundError("run", ref, "See `vendor-ai update list`.")
    return row


def _refuse_over(row: UpdateRunRow) -> None:
    if row.state in (RunState.DECIDED, RunState.STOPPED):
        raise ConflictError(f"The run {row.ref} is {row.state}. Plan another one.")


def _state(row: UpdateRunRow, at: datetime) -> RunState:
    if row.state in (RunState.DECIDED, RunState.STOPPED):
        return RunState(row.state)
    if at < row.starts_at:
        return RunState.PLANNED
    return RunState.RUNNING if at < row.ends_at else RunState.ENDED


def _described(row: UpdateRunRow, component: str, at: datetime) -> UpdateRun:
    return UpdateRun(
        ref=row.ref,
        component=component,
        kind=RunKind(row.kind),
        before=row.before,
        after=row.after,
        percent=row.percent,
        state=_state(row, at),
        starts_at=row.starts_at,
        ends_at=row.ends_at,
        rule=row.rule,
        rule_sha256=row.rule_sha256,
        facts=row.facts,
        result=row.result,
        by=row.by,
        created_at=row.created_at,
        decided_at=row.decided_at,
    )


def _note(session: Session, action: str, row: UpdateRunRow, *, by: Actor, at: datetime, **facts: object) -> None:
    audit.append(
        session, AuditEvent(at, by.name, f"update_run.{action}", "update_run", row.ref, {"component_id": row.component_id, **facts})
    )
