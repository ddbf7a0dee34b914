"""Storing verdicts: provisional until the labels freeze; the first word stays, and a later figure is a dated revision beside it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlmodel import Session, col, select

from vendor_ai import __version__
from vendor_ai.db import audit
from vendor_ai.db import contract as contract_store
from vendor_ai.db import verdict as store_of
from vendor_ai.db.contract import ContractRow
from vendor_ai.db.verdict import VerdictRow, ViolationRow
from vendor_ai.domain.audit import AuditEvent
from vendor_ai.domain.contract import Contract, Performance
from vendor_ai.domain.contract_json import contract_from_json
from vendor_ai.domain.verdict import ClauseVerdict
from vendor_ai.domain.verdict_json import clause_json, verdict_from_json, verdict_json
from vendor_ai.kit.period import Period, local_midnight

ACTOR = "program:evaluation"
_UNSETTLED = ("open", "acknowledged", "disputed")  # nothing was remedied or paid yet
_UNTOLD = ("id", "component", "metric", "unit", "revision", "versions")  # what a list of changes need not repeat


@dataclass(frozen=True, slots=True)
class Revision:
    """One stored verdict, with what it changed of the one before.

    Attributes:
        clause: The clause's id.
        component: The component's reference.
        period: The period's name.
        number: 0 for the first word.
        at: When it was stored.
        provisional: Whether labels could still come when it was stored.
        freezes_on: The last day on which labels could.
        verdict: Its figures as in the **sla** document.
        changed: Figures that differ from the verdict before, as (before, after).
    """

    clause: str
    component: str
    period: str
    number: int
    at: datetime
    provisional: bool
    freezes_on: date
    verdict: Mapping[str, Any]
    changed: Mapping[str, tuple[Any, Any]]

    def as_json(self) -> dict[str, Any]:
        """Everything, for ``--json``."""
        return {
            "clause": self.clause,
            "component": self.component,
            "period": self.period,
            "revision": self.number,
            "at": self.at.isoformat(),
            "provisional": self.provisional,
            "freezes_on": self.freezes_on.isoformat(),
            "verdict": dict(self.verdict),
            "changed": {name: list(pair) for name, pair in self.changed.items()},
        }


def store(
    session: Session,
    verdicts: Sequence[ClauseVerdict],
    component_ids: Sequence[int],
    *,
    contract_id: int,
    contract_sha256: str,
    period: Period,
    digest: str,
    at: datetime,
) -> list[ClauseVerdict]:
    """Append what is new or differs, and return the verdicts in force.

    Args:
        session: A write session.
        verdicts: One for each clause and component.
        component_ids: Their components, in the same order.
        contract_id: The contract's stored id.
        contract_sha256: Hash of the contract's text.
        period: The closed period, clipped to the term.
        digest: Hash of all the figures rest on.
        at: Now.
    """
    contract = _contract(session, contract_id)
    return [
        _store_one(
            session,
            verdict,
            VerdictRow(
                contract_id=contract_id,
                clause=verdict.clause,
                component_id=component_id,
                period=period.name,
                start_at=period.start_at,
                end_at=period.end_at,
                revision=0,
                violated=verdict.violated,
                figures={},
                digest=digest,
                contract_sha256=contract_sha256,
                program_version=__version__,
                created_at=at,
            ),
            freezes_on(contract, verdict.clause, period.end),
        )
        for verdict, component_id in zip(verdicts, component_ids, strict=True)
    ]


def freezes_on(contract: Contract, clause: str, end: date) -> date:
    """The last local day on which labels of a period still count that ends before ``end``; what comes later makes a revision."""
    terms = next((entry.terms for entry in contract.clauses if entry.id == clause), None)
    return end + timedelta(days=terms.freeze_days if isinstance(terms, Performance) else 0)


def is_provisional(freezes: date, time_zone: str, at: datetime) -> bool:
    """Whether labels can still come at an instant."""
    return at < local_midnight(freezes + timedelta(days=1), time_zone)


def history(session: Session, reference: str, *, period: str = "") -> list[Revision]:
    """Every stored verdict of a contract, or of one of its periods: first words and revisions, oldest first.

    Raises:
        NotFoundError: When there is no such contract.
    """
    key, row = contract_store.contract_key(session, reference)
    contract = contract_from_json(row.definition)
    query = select(VerdictRow).where(col(VerdictRow.contract_id) == key)
    if period:
        query = query.where(col(VerdictRow.period) == period)
    rows = session.exec(
        query.order_by(col(VerdictRow.end_at), col(VerdictRow.clause), col(VerdictRow.component_id), col(VerdictRow.revision))
    )
    found: list[Revision] = []
    before: tuple[VerdictRow, ClauseVerdict] | None = None
    for each in rows:
        verdict = verdict_from_json(each.figures)
        follows = before is not None and _same(before[0], each)
        found.append(_revision(each, verdict, before[1] if before is not None and follows else None, contract))
        before = each, verdict
    return found


def changed_figures(before: ClauseVerdict, after: ClauseVerdict) -> dict[str, tuple[Any, Any]]:
    """The figures that differ, as the **sla** document has them."""
    old, new = clause_json(before), clause_json(after)
    return {name: (old.get(name), value) for name, value in new.items() if name not in _UNTOLD and old.get(name) != value}


def _revision(row: VerdictRow, verdict: ClauseVerdict, before: ClauseVerdict | None, contract: Contract) -> Revision:
    said = row.figures.get("freezes_on")  # an amendment moves no date that was said before
    end = row.end_at.astimezone(ZoneInfo(contract.time_zone)).date()
    freezes = date.fromisoformat(said) if said else freezes_on(contract, row.clause, end)
    return Revision(
        clause=row.clause,
        component=verdict.component,
        period=row.period,
        number=row.revision,
        at=row.created_at,
        provisional=is_provisional(freezes, contract.time_zone, row.created_at),
        freezes_on=freezes,
        verdict=clause_json(verdict),
        changed={} if before is None else changed_figures(before, verdict),
    )


def _same(one: VerdictRow, other: VerdictRow) -> bool:
    return (one.clause, one.component_id, one.period) == (other.clause, other.component_id, other.period)


def _contract(session: Session, contract_id: int) -> Contract:
    row = session.get(ContractRow, contract_id)
    assert row is not None
    return contract_from_json(row.definition)


def _store_one(session: Session, verdict: ClauseVerdict, row: VerdictRow, freezes: date) -> ClauseVerdict:
    known = store_of.latest(session, row.contract_id, row.component_id, row.clause, row.period)
    before = None if known is None else verdict_from_json(known.figures)
    if before is not None:
        verdict = replace(verdict, revision=before.revision, revised_at=before.revised_at, freezes_on=before.freezes_on)
        if verdict == before:
            return before
        verdict = replace(verdict, revision=before.revision + 1, revised_at=row.created_at)
    verdict = replace(verdict, freezes_on=freezes)
    row.revision, row.figures = verdict.revision, verdict_json(verdict)
    store_of.append(session, row)
    reference = f"{row.clause}/{verdict.component}/{row.period}"
    changed = {} if before is None else {name: list(pair) for name, pair in changed_figures(before, verdict).items()}
    _say(session, row, reference, "verdict.stored" if before is None else "verdict.revised", clause_json(verdict) | {"changed": changed})
    if "credit" in changed:
        _say(session, row, reference, "credit.adjusted", {"before": changed["credit"][0], "after": changed["credit"][1]})
    _follow(session, row, reference)
    return verdict


def _follow(session: Session, row: VerdictRow, reference: str) -> None:
    """Open a violation, or let the known one follow its verdict."""
    known = _violation(session, row.contract_id, row.component_id, row.clause, row.period)
    if known is not None:
        _revise_violation(session, known, row, reference)
    elif row.violated:
        opened = ViolationRow(
            contract_id=row.contract_id,
            clause=row.clause,
            component_id=row.component_id,
            subject=row.period,
            state="open",
            figures=row.figures,
            opened_at=row.created_at,
            changed_at=row.created_at,
        )
        store_of.open_violation(session, opened)
        _say(session, row, reference, "violation.opened", {})


def _say(session: Session, row: VerdictRow, reference: str, action: str, facts: Mapping[str, Any]) -> None:
    noun = action.partition(".")[0]
    audit.append(session, AuditEvent(row.created_at, ACTOR, action, "violation" if noun == "violation" else "verdict", reference, facts))


def _violation(session: Session, contract_id: int, component_id: int, clause: str, period: str) -> ViolationRow | None:
    return session.exec(
        select(ViolationRow).where(
            col(ViolationRow.contract_id) == contract_id,
            col(ViolationRow.component_id) == component_id,
            col(ViolationRow.clause) == clause,
            col(ViolationRow.subject) == period,
        )
    ).first()


def _revise_violation(session: Session, known: ViolationRow, row: VerdictRow, reference: str) -> None:
    """Let a violation follow its verdict: the figures of the revision, closed where nothing is broken any more, open again where it is."""
    closed_by_revision = known.state == "closed" and not known.figures["violated"]
    action = "revised"
    if not row.violated and known.state in _UNSETTLED:
        known.state, action = "closed", "closed"
    elif row.violated and closed_by_revision:
        known.state, action = "open", "opened"
    known.figures, known.changed_at = row.figures, row.created_at
    session.flush()
    _say(session, row, reference, f"violation.{action}", {"revision": row.revision, "credit": row.figures["credit"]})
