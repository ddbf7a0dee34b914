"""Storing verdicts: the first word stays, a later figure is a revision beside it."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlmodel import Session, col, select

from vendor_ai import __version__
from vendor_ai.db import audit
from vendor_ai.db import verdict as store_of
from vendor_ai.db.verdict import VerdictRow, ViolationRow
from vendor_ai.domain.audit import AuditEvent
from vendor_ai.domain.verdict import ClauseVerdict
from vendor_ai.domain.verdict_json import clause_json, verdict_from_json, verdict_json
from vendor_ai.kit.period import Period

_UNSETTLED = ("open", "acknowledged", "disputed")  # nothing was remedied or paid yet


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
    return [
        _store_one(session, verdict, component_id, contract_id, contract_sha256, period, digest, at)
        for verdict, component_id in zip(verdicts, component_ids, strict=True)
    ]


def _store_one(  # noqa: PLR0917 - the row's own columns
    session: Session,
    verdict: ClauseVerdict,
    component_id: int,
    contract_id: int,
    contract_sha256: str,
    period: Period,
    digest: str,
    at: datetime,
) -> ClauseVerdict:
    known = store_of.latest(session, contract_id, component_id, verdict.clause, period.name)
    if known is not None:
        before = verdict_from_json(known.figures)
        verdict = replace(verdict, revision=before.revision, revised_at=before.revised_at)
        if verdict == before:
            return before
        verdict = replace(verdict, revision=before.revision + 1, revised_at=at)
    figures = verdict_json(verdict)
    store_of.append(
        session,
        VerdictRow(
            contract_id=contract_id,
            clause=verdict.clause,
            component_id=component_id,
            period=period.name,
            start_at=period.start_at,
            end_at=period.end_at,
            revision=verdict.revision,
            violated=verdict.violated,
            figures=figures,
            digest=digest,
            contract_sha256=contract_sha256,
            program_version=__version__,
            created_at=at,
        ),
    )
    action = "verdict.revised" if verdict.revision else "verdict.stored"
    reference = f"{verdict.clause}/{verdict.component}/{period.name}"
    audit.append(session, AuditEvent(at, "program:evaluation", action, "verdict", reference, clause_json(verdict)))
    known_violation = _violation(session, contract_id, component_id, verdict.clause, period.name)
    if known_violation is not None:
        _revise_violation(session, known_violation, figures, reference, at=at)
    elif verdict.violated:
        row = ViolationRow(
            contract_id=contract_id,
            clause=verdict.clause,
            component_id=component_id,
            subject=period.name,
            state="open",
            figures=figures,
            opened_at=at,
            changed_at=at,
        )
        store_of.open_violation(session, row)
        audit.append(session, AuditEvent(at, "program:evaluation", "violation.opened", "violation", reference, {}))
    return verdict


def _violation(session: Session, contract_id: int, component_id: int, clause: str, period: str) -> ViolationRow | None:
    return session.exec(
        select(ViolationRow).where(
            col(ViolationRow.contract_id) == contract_id,
            col(ViolationRow.component_id) == component_id,
            col(ViolationRow.clause) == clause,
            col(ViolationRow.subject) == period,
        )
    ).first()


def _revise_violation(session: Session, row: ViolationRow, figures: dict[str, Any], reference: str, *, at: datetime) -> None:
    """Let a violation follow its verdict: the figures of the revision, closed where nothing is broken any more, open again where it is."""
    closed_by_revision = row.state == "closed" and not row.figures["violated"]
    action = "revised"
    if not figures["violated"] and row.state in _UNSETTLED:
        row.state, action = "closed", "closed"
    elif figures["violated"] and closed_by_revision:
        row.state, action = "open", "opened"
    row.figures, row.changed_at = figures, at
    session.flush()
    facts = {"revision": figures["revision"], "credit": figures["credit"]}
    audit.append(session, AuditEvent(at, "program:evaluation", f"violation.{action}", "violation", reference, facts))
