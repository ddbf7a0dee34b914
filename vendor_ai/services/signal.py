"""Signals of the watches: kept once, seen to by people."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlmodel import Session

from vendor_ai.db import audit
from vendor_ai.db import signal as store
from vendor_ai.db.signal import SignalRow
from vendor_ai.db.vendor import component_key, components_by_key
from vendor_ai.domain.actor import Actor
from vendor_ai.domain.audit import AuditEvent
from vendor_ai.domain.errors import ConflictError, InvalidInputError, NotFoundError
from vendor_ai.domain.signal import Severity, Signal, SignalKind, SignalState


def notice(
    session: Session,
    component_id: int,
    kind: SignalKind,
    subject: str,
    *,
    severity: Severity,
    text: str,
    figures: Mapping[str, Any],
    responses: Sequence[str] = (),
    at: datetime,
) -> bool:
    """Keep what a watch noticed, once for each subject; True when it is new.

    Args:
        session: A write session.
        component_id: The component's stored id.
        kind: Which watch.
        subject: What it is about; the same subject is noticed once.
        severity: How urgent it is.
        text: One sentence for people.
        figures: The numbers behind it, as JSON.
        responses: What the severity starts.
        at: Now.
    """
    row = SignalRow(
        component_id=component_id,
        kind=kind.value,
        subject=subject,
        severity=severity.value,
        text=text,
        figures=dict(figures),
        responses=list(responses),
        noticed_at=at,
    )
    if not store.notice(session, row):
        return False
    facts = {"kind": kind.value, "severity": severity.value, "responses": list(responses)}
    audit.append(session, AuditEvent(at, "program:watch", "signal.noticed", "signal", subject, facts))
    return True


def signals(session: Session, component: str = "", *, kind: str = "", severity: str = "", state: str = "") -> list[Signal]:
    """Signals narrowed by what is given: the most severe first, then the newest."""
    key = component_key(session, component)[0] if component else None
    refs = {stored: found.ref for stored, found in components_by_key(session).items()}
    rows = [_described(row, refs[row.component_id]) for row in store.signals(session, key, kind=kind, state=state)]
    found = [signal for signal in rows if severity in ("", signal.severity)]
    return sorted(found, key=lambda signal: -signal.severity.rank)


def signal(session: Session, number: int) -> Signal:
    """One signal; ``NotFoundError`` where there is none."""
    row = _row(session, number)
    return _described(row, components_by_key(session)[row.component_id].ref)


def settle(session: Session, number: int, *, state: SignalState, note: str, by: Actor, at: datetime) -> Signal:
    """Acknowledge a signal, or close it with what became of it.

    Raises:
        NotFoundError: When there is no such signal.
        ConflictError: When it is closed.
        InvalidInputError: When it is closed without a word, or opened again.
    """
    row = _row(session, number)
    if row.state == SignalState.CLOSED:
        raise ConflictError(f"Signal {number} was closed by {row.closed_by}. A new one comes when the watch notices it again.")
    if state is SignalState.OPEN:
        raise InvalidInputError("A signal is open until it is acknowledged or closed.")
    if state is SignalState.CLOSED and not note.strip():
        raise InvalidInputError("Say in a sentence what became of it, with --note.")
    row.state, row.note = state.value, note.strip() or row.note
    if state is SignalState.CLOSED:
        row.closed_at, row.closed_by = at, by.name
    session.flush()
    audit.append(session, AuditEvent(at, by.name, f"signal.{state.value}", "signal", str(number), {"note": row.note}))
    return _described(row, components_by_key(session)[row.component_id].ref)


def _row(session: Session, number: int) -> SignalRow:
    row = session.get(SignalRow, number)
    if row is None:
        raise NotFoundError("signal", str(number), "See `vendor-ai signal list`.")
    return row


def _described(row: SignalRow, component: str) -> Signal:
    assert row.id is not None
    return Signal(
        number=row.id,
        component=component,
        kind=SignalKind(row.kind),
        subject=row.subject,
        severity=Severity(row.severity),
        text=row.text,
        state=SignalState(row.state),
        noticed_at=row.noticed_at,
        figures=row.figures,
        responses=tuple(row.responses),
        closed_at=row.closed_at,
        closed_by=row.closed_by,
        note=row.note,
    )
