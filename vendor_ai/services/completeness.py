"""How complete a component's log is: the calls it holds against those attempted, and those the vendor billed."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from fractions import Fraction
from typing import Any
from zoneinfo import ZoneInfo

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.dataset as pads
from sqlmodel import Session

from vendor_ai.db import audit
from vendor_ai.db import call_count as store
from vendor_ai.db import prediction_log as log_store
from vendor_ai.db.call_count import BilledCallsRow
from vendor_ai.db.call_count import MinuteCount as MinuteCount  # edges make them
from vendor_ai.db.retention import deleted_calls, deleted_days
from vendor_ai.db.vendor import component_key
from vendor_ai.domain.actor import Actor
from vendor_ai.domain.audit import AuditEvent
from vendor_ai.domain.errors import InvalidInputError
from vendor_ai.domain.prediction import LogFile
from vendor_ai.kit.period import local_midnight
from vendor_ai.services.prediction_log import PREDICTION, PredictionLog
from vendor_ai.services.token import Scope, require_component, require_scope

EARLIEST, LATEST = date(1970, 1, 1), date(9999, 12, 1)  # the days a zone and a day more can be computed for
FRACTION = "sampling_fraction"
_INSTANT = pa.timestamp("us", "UTC")
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
    session: Session,
    component_id: int,
    start: datetime,
    end: datetime,
    *,
    logged: int,
    calls: Fraction | None = None,
    time_zone: str = "UTC",
) -> Completeness:
    """How many of the calls of ``[start, end)`` the log holds: logged over the largest of attempted, logged with dropped, and billed.

    Where more is logged and dropped than clients attempted, some came another way, such as from files. Invoices count where they cover
    the span's dates without a gap; of two for the same dates the one entered last.

    Args:
        session: A session.
        component_id: The component.
        start: First instant.
        end: The instant after the last.
        logged: Rows of the log in the span.
        calls: Calls that they stand for, where only a share of the calls was logged; None: one each.
        time_zone: The zone whose dates invoices name.
    """
    counted = store.counted_calls(session, component_id, start, end)
    invoiced = _billed(session, component_id, start, end, time_zone)
    stands_for = Fraction(logged) if calls is None else calls
    known: dict[str, Fraction | int] = {}
    if counted is not None:
        attempted, dropped, _ = counted
        known |= {"attempted": attempted, "dropped": stands_for + dropped}  # where both are the same, the first is the basis
    if invoiced is not None:
        known["billed"] = invoiced
    basis = max(known, key=lambda name: known[name], default="unknown")
    most = known.get(basis, 0)
    share = min(stands_for / most, Fraction(1)) if most else None
    said = counted or (None, None, None)
    return Completeness(logged, said[0], said[1], said[2], invoiced, share, basis if most else "unknown")


def _billed(session: Session, component_id: int, start: datetime, end: datetime, time_zone: str) -> int | None:
    """The calls on invoices that cover the span's dates one after the other; None where there is a gap or half a day."""
    first, last = (at.astimezone(ZoneInfo(time_zone)).date() for at in (start, end))
    if (local_midnight(first, time_zone), local_midnight(last, time_zone)) != (start, end):
        return None
    newest = {(row.first, row.end): row.calls for row in store.billed(session, component_id, first, last) if row.calls}
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
    if not 1 <= calls <= MOST_CALLS:
        raise InvalidInputError(f"{calls} is no number of billed calls. Give what the invoice says, 1 or more.")
    if last >= LATEST:
        raise InvalidInputError(f"{last} is too far ahead. Give the invoice's last day, such as --to 2026-07-31.")
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
        InvalidInputError: When the dates run backwards or too far, or the zone is none.
    """
    if last < first:
        raise InvalidInputError(f"The dates end on {last}, before they start on {first}. Check --from and --to.")
    if first < EARLIEST or last >= LATEST:
        raise InvalidInputError(f"Dates from {EARLIEST} to {LATEST - timedelta(days=1)} can be asked for. Check --from and --to.")
    _require_zone(time_zone)
    log.refresh([component])
    start, end = local_midnight(first, time_zone), local_midnight(last + timedelta(days=1), time_zone)
    with log.records.read() as session:
        key, _ = component_key(session, component)
        return completeness_between(log, session, key, start, end, time_zone=time_zone)


def completeness_between(
    log: PredictionLog, session: Session, component_id: int, start: datetime, end: datetime, *, time_zone: str
) -> Completeness:
    """The same between two instants; rows are counted in the files, and deleted ones in the proofs of their deletion."""
    by_fraction = deleted_calls(session, component_id, start, end)
    gone = [day for day in deleted_days(session, component_id) if start.astimezone(UTC).date() <= day <= end.astimezone(UTC).date()]
    by_fraction.update(_in_files(log, log_store.files(session, component_id, PREDICTION), start, end, gone))
    calls = sum((rows / Fraction(fraction or "1") for fraction, rows in by_fraction.items()), Fraction(0))
    return completeness(session, component_id, start, end, logged=by_fraction.total(), calls=calls, time_zone=time_zone)


def _in_files(log: PredictionLog, manifest: Sequence[LogFile], start: datetime, end: datetime, gone: Sequence[date]) -> Counter[str]:
    """Rows of ``[start, end)`` in the files by sampling fraction, without those of deleted days: they came once more."""
    first, last = start.astimezone(UTC).date(), end.astimezone(UTC).date()
    files = [file for file in manifest if file.last_day >= first and file.first_day <= last]
    if not files:
        return Counter()
    at = pads.field("occurred_at")
    within = (at >= pa.scalar(start, _INSTANT)) & (at < pa.scalar(end, _INSTANT))
    if gone:
        within &= ~at.cast(pa.date32()).isin(pa.array(gone, pa.date32()))
    paths = [str(log.engine.folder / file.path) for file in files]
    data = pads.dataset(paths, format="parquet", schema=pa.schema({"occurred_at": _INSTANT, FRACTION: pa.float64()}))
    if not any(FRACTION in file.columns for file in files):
        return Counter({"": data.count_rows(filter=within)})
    found: Counter[str] = Counter()
    for batch in data.to_batches(columns=[FRACTION], filter=within):
        for entry in pc.value_counts(batch[FRACTION]).to_pylist():
            found["" if entry["values"] is None else str(entry["values"])] += entry["counts"]
    return found


def _require_zone(name: str) -> None:
    try:
        ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        raise InvalidInputError(f"{name!r} is not a time zone. Write an IANA name, as in Europe/Berlin.") from None
