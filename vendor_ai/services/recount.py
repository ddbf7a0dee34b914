"""Counting days of the prediction log again: those that changed since each measure was counted."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Protocol
from zoneinfo import ZoneInfo

from sqlmodel import Session

from vendor_ai.db import prediction_log as log
from vendor_ai.db.base import Records
from vendor_ai.db.counter import Recounted, store_recounted
from vendor_ai.db.counter import measures as measures_of
from vendor_ai.db.maintenance import windows
from vendor_ai.db.retention import deleted_days
from vendor_ai.domain.measure import DayCounts, Measure
from vendor_ai.domain.need import Need, Needs
from vendor_ai.kit.period import local_midnight
from vendor_ai.metrics import METRICS
from vendor_ai.predictions.counting import Windows
from vendor_ai.predictions.scan import Source

PREDICTION, OUTCOME = "prediction", "outcome"
NEEDS = Needs(
    (need for metric in METRICS.values() for need in metric.needs),
    (need for metric in METRICS.values() for need in metric.needs_of_positive),
)
ROWS_A_COUNT = 3_000_000  # so many are counted at once
DAYS_A_COUNT = 31


class CountingEngine(Protocol):
    """What counts: the embedded engine, or one on a cluster."""

    def count_together(
        self,
        measures: Sequence[Measure],
        *,
        sources: Mapping[str, Source],
        days: Sequence[date],
        needs: Mapping[str, Need],
        windows: Windows,
    ) -> dict[str, list[DayCounts]]:
        """Counters of some local days for measures of several components, by the measure's key."""


@dataclass(frozen=True, slots=True)
class _Due:
    """A measure to count again.

    Attributes:
        measure: The measure.
        since: The generation of the log that its counters show.
        now: The one that they will.
        days: The local days that changed in between, as far as the log holds all of their rows.
        windows: Announced maintenance.
        source: The component's files.
    """

    measure: Measure
    since: int
    now: int
    days: tuple[date, ...]
    windows: Windows
    source: Source


def recounted(records: Records, engine: CountingEngine, component_ids: Sequence[int]) -> bool:
    """Count what is outdated; False when another process stored counters meanwhile, perhaps of an older state."""
    with records.read() as session:
        due = [entry for component_id in component_ids for entry in _due(session, component_id)]
    alike: dict[tuple[str, tuple[date, ...], Windows], list[_Due]] = {}
    for entry in due:
        alike.setdefault((entry.measure.time_zone, entry.days, entry.windows), []).append(entry)
    undisturbed = True
    for entries in alike.values():
        for part in _in_reach(entries):
            counts = _count(engine, part)
            found = [
                Recounted(entry.measure, [day.isoformat() for day in entry.days], counts[entry.measure.key], entry.since, entry.now)
                for entry in part
            ]
            with records.write() as session:
                undisturbed &= store_recounted(session, found)
    return undisturbed


def _count(engine: CountingEngine, due: Sequence[_Due]) -> dict[str, list[DayCounts]]:
    """Counters of measures that cover the same days."""
    measures, days, windows = [entry.measure for entry in due], due[0].days, due[0].windows
    sources = {entry.measure.component: entry.source for entry in due}
    counts: dict[str, list[DayCounts]] = {measure.key: [] for measure in measures}
    few = sum(_rows_near(source, days) for source in sources.values()) <= ROWS_A_COUNT
    step = max(len(days), 1) if few else DAYS_A_COUNT
    for start in range(0, len(days), step):
        some = days[start : start + step]
        part = engine.count_together(measures, sources=sources, days=some, needs=NEEDS, windows=windows)
        for key, entries in part.items():
            counts[key].extend(entries)
    return counts


def _due(session: Session, component_id: int) -> list[_Due]:
    """The measures of a component that lag behind its log."""
    now = log.generation(session, component_id)
    outdated = [(measure, since) for measure, since in measures_of(session, component_id) if since < now]
    if not outdated:
        return []
    source = Source(log.files(session, component_id, PREDICTION), log.files(session, component_id, OUTCOME))
    announced, gone = windows(session, component_id), deleted_days(session, component_id)
    changed = {since: log.changed_days(session, component_id, since=since) for since in {since for _, since in outdated}}
    days = {
        (since, zone): tuple(day for day in local_days(changed[since], zone) if is_whole(day, zone, gone))
        for since, zone in {(since, measure.time_zone) for measure, since in outdated}
    }
    return [_Due(measure, since, now, days[since, measure.time_zone], announced, source) for measure, since in outdated]


def _in_reach(due: Sequence[_Due]) -> Iterator[list[_Due]]:
    """The same in parts of whole components, each few enough rows to be counted at once, where a component alone is."""
    by_component: dict[str, list[_Due]] = {}
    for entry in due:
        by_component.setdefault(entry.measure.component, []).append(entry)
    part: list[_Due] = []
    rows = 0
    for entries in by_component.values():
        more = _rows_near(entries[0].source, entries[0].days)
        if part and rows + more > ROWS_A_COUNT:
            yield part
            part, rows = [], 0
        part, rows = part + entries, rows + more
    if part:
        yield part


def _rows_near(source: Source, days: Sequence[date]) -> int:
    """Calls in the files that may hold some local days."""
    if not days:
        return 0
    first, last = min(days) - timedelta(days=1), max(days) + timedelta(days=1)
    return sum(file.rows for file in source.predictions if file.last_day >= first and file.first_day <= last)


def is_whole(day: date, time_zone: str, gone: Collection[date]) -> bool:
    """Whether the log still holds every row of a local day; the counters of one that shares an instant with a deleted day stay."""
    first = local_midnight(day, time_zone).astimezone(UTC).date()
    last = (local_midnight(day + timedelta(days=1), time_zone) - timedelta(microseconds=1)).astimezone(UTC).date()
    return first not in gone and last not in gone


def local_days(utc_days: Iterable[date], time_zone: str) -> list[date]:
    """The local dates that share an instant with some UTC days."""
    zone = ZoneInfo(time_zone)
    found: set[date] = set()
    for day in utc_days:
        start = datetime(day.year, day.month, day.day, tzinfo=UTC)
        for instant in (start, start + timedelta(hours=24, microseconds=-1)):
            found.add(instant.astimezone(zone).date())
    return sorted(found)
