"""How complete a component's log is: the calls it holds against those attempted, and those the vendor billed."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from fractions import Fraction
from typing import Any
from zoneinfo import ZoneInfo

import pyarrow as pa
import pyarrow.dataset as pads
from sqlmodel import Session

from vendor_ai.db import audit
from vendor_ai.db import call_count as store
from vendor_ai.db import prediction_log as log_store
from vendor_ai.db.call_count import BilledCallsRow
from vendor_ai.db.call_count import MinuteCount as MinuteCount  # edges make them
from vendor_ai.db.vendor import component_key
from vendor_ai.domain.actor import Actor
from vendor_ai.domain.audit import AuditEvent
from vendor_ai.domain.errors import InvalidInputError
from vendor_ai.kit.period import local_midnight
from vendor_ai.services.prediction_log import PREDICTION, PredictionLog
from vendor_ai.services.token import Scope, require_component, require_scope

MOST_CALLS = 2**53 - 1  # what every reader of JSON holds exactly


@dataclass(frozen=True, slots=True)
class Completeness:
    """What is known about how many calls a log should hold.

    Attributes:
        logged: Rows the log holds.
        attempted: Calls that clients counted; None where none counted.
        dropped: Calls among them whose rows are lost.
        spooled: Calls among them that waited on a disk.
        billed: Calls on invoices that cover the span without a gap; None without such.
        share: Logged of the calls known of, at most 1; None where nobody counted and nothing was billed.
        basis: What the calls known of rest on: ``attempted``, ``dropped``, ``billed`` or ``unknown``.
    """

    logged: int
    attempted: int | None
    dropped: int | None
    spooled: int | None
    billed: int | None
    share: Fraction | None
    basis: str

    def as_json(self) -> dict[str, Any]:
        """The figures, the share as a decimal string."""
        return {
            "logged": self.logged,
            "attempted": self.attempted,
            "dropped": self.dropped,
            "spooled": self.spooled,
            "billed": self.billed,
            "share": None if self.share is None else f"{float(self.share):.6f}",
            "basis": self.basis,
        }


def completeness(
    session: Session, component_id: int, start: datetime, end: datetime, *, logged: int, time_zone: str = "UTC"
) -> Completeness:
    """How many of the calls of ``[start, end)`` the log holds: logged over the larger of attempted and billed.

    Where the log holds more calls than clients counted, some came another way, such as from files; then the clients' figure is what
    is logged and what they dropped. Invoices count where they cover the span's dates without a gap; of two for the same dates the
    one entered last.

    Args:
        session: A session.
        component_id: The component.
        start: First instant.
        end: The instant after the last.
        logged: Rows of the log in the span.
        time_zone: The zone whose dates invoices name.
    """
    counted = store.counted_calls(session, component_id, start, end)
    invoiced = _billed(session, component_id, start, end, time_zone)
    known: dict[str, int] = {}
    if counted is not None:
        attempted, dropped, _ = counted
        known |= {"attempted": attempted} if attempted >= logged else {"dropped": logged + dropped}
    if invoiced is not None:
        known["billed"] = invoiced
    basis = max(known, key=lambda name: known[name], default="unknown")
    calls = known.get(basis, 0)
    share = min(Fraction(logged, calls), Fraction(1)) if calls else None
    said = counted or (None, None, None)
    return Completeness(logged, said[0], said[1], said[2], invoiced, share, basis if calls else "unknown")


def _billed(session: Session, component_id: int, start: datetime, end: datetime, time_zone: str) -> int | None:
    """The calls on invoices that cover the span's dates one after the other; None where there is a gap or half a day."""
    first, last = (at.astimezone(ZoneInfo(time_zone)).date() for at in (start, end))
    if (local_midnight(first, time_zone), local_midnight(last, time_zone)) != (start, end):
        return None
    newest = {(row.first, row.end): row.calls for row in store.billed(session, component_id, first, last)}
    # From the end backwards: the calls from each date on to the end, by the longest invoice that starts there and leaves no gap.
    onwards = {last: 0}
    for (begins, ends), calls in sorted(newest.items(), key=lambda entry: (-entry[0][0].toordinal(), entry[0][1])):
        if ends in onwards and begins < ends:
            onwards[begins] = calls + onwards[ends]
    return onwards.get(first) if first < last else None


def record_counts(session: Session, component_id: int, client: str, minutes: Sequence[MinuteCount], *, by: Actor, at: datetime) -> int:
    """Keep what a client counted, minute by minute; a minute that comes again only ever raises its counts.

    Returns:
        How many minutes were taken.

    Raises:
        NotAllowedError: When the actor may not write predictions.
        InvalidInputError: When a minute is none, or lies more than a day ahead.
    """
    require_scope(by, Scope.PREDICTIONS_WRITE)
    counts: dict[datetime, MinuteCount] = {}
    for entry in minutes:
        minute = entry.minute.astimezone(UTC)
        if minute.second or minute.microsecond:
            raise InvalidInputError(f"{entry.minute.isoformat()} is no full minute. Send 2026-07-01T09:30:00Z.")
        if minute > at + timedelta(days=1):
            raise InvalidInputError(f"{entry.minute.isoformat()} lies in the future. Set the client's clock.")
        said = MinuteCount(minute, entry.attempted, entry.dropped, entry.spooled)
        counts[minute] = said.with_greatest(counts[minute]) if minute in counts else said
    store.raise_counts(session, component_id, client, counts)
    return len(counts)


def count_calls(session: Session, component: str, client: str, minutes: Sequence[MinuteCount], *, by: Actor, at: datetime) -> int:
    """The same for a component by its reference, which the actor must be allowed to write to."""
    key, found = component_key(session, component)
    require_component(by, found.ref)
    return record_counts(session, key, client, minutes, by=by, at=at)


def enter_billed(
    session: Session, component: str, *, first: date, last: date, calls: int, source: str, by: Actor, at: datetime
) -> BilledCallsRow:
    """Keep the calls that an invoice names for the dates from ``first`` to ``last``, both counted.

    Raises:
        NotFoundError: When the component is unknown.
        InvalidInputError: When the dates run backwards, the count is none, or no source is named.
    """
    key, found = component_key(session, component)
    if last < first:
        raise InvalidInputError(f"The invoice ends on {last}, before it starts on {first}. Check --from and --to.")
    if not 0 <= calls <= MOST_CALLS:
        raise InvalidInputError(f"{calls} is no number of calls. Give what the invoice says, 0 or more.")
    if not source.strip():
        raise InvalidInputError("Name where the figure comes from, such as the invoice's number: --source 'invoice 2026-117'.")
    row = BilledCallsRow(
        component_id=key, first=first, end=last + timedelta(days=1), calls=calls, source=source.strip(), entered_by=by.name, entered_at=at
    )
    store.add_billed(session, row)
    said = {"first": first.isoformat(), "last": last.isoformat(), "calls": calls, "source": row.source}
    audit.append(session, AuditEvent(at, by.name, "calls.billed", "component", found.ref, said))
    return row


def completeness_of(log: PredictionLog, component: str, *, first: date, last: date, time_zone: str = "UTC") -> Completeness:
    """How complete the log of a component is on the dates from ``first`` to ``last``, both counted; rows are counted in the files.

    Raises:
        NotFoundError: When the component is unknown.
        InvalidInputError: When the dates run backwards.
    """
    if last < first:
        raise InvalidInputError(f"The dates end on {last}, before they start on {first}. Check --from and --to.")
    log.refresh([component])
    start, end = local_midnight(first, time_zone), local_midnight(last + timedelta(days=1), time_zone)
    with log.records.read() as session:
        key, _ = component_key(session, component)
        files = log_store.files(session, key, PREDICTION)
        paths = [str(log.engine.folder / file.path) for file in files if file.last_day >= start.date() and file.first_day <= end.date()]
        at = pads.field("occurred_at")
        within = (at >= pa.scalar(start, pa.timestamp("us", "UTC"))) & (at < pa.scalar(end, pa.timestamp("us", "UTC")))
        logged = pads.dataset(paths, format="parquet").count_rows(filter=within) if paths else 0
        return completeness(session, key, start, end, logged=logged, time_zone=time_zone)
