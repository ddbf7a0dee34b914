"""The columns of each component's log, learnt from what arrives, and a word when they change."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from math import sqrt
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
from sqlmodel import Session

from vendor_ai.db import log_schema as store
from vendor_ai.db.log_schema import LogColumnRow
from vendor_ai.db.vendor import component_key
from vendor_ai.domain.signal import Severity, SignalKind
from vendor_ai.services import signal

MOST_LABELS = 50
LONGEST_LABEL = 100  # what is longer is a text, and the texts of answers are kept nowhere but in the log
LABELLED = "prediction"  # the column whose distinct values are known
JUMP = 0.2  # of the share of empty fields
LEAST_ROWS = 20  # fewer say nothing about a share
LABELS_LEARNT = 200  # rows after which a label nobody has seen is news
_CHANCE = 1e-6
_SURE = 4.0  # standard errors that a jump must be from chance
_DAY = "day"


class SchemaEvent(StrEnum):
    """How a column changed."""

    NEW = "new"
    GONE = "gone"
    TYPE = "type"
    LABEL = "label"
    NULLS = "nulls"


@dataclass(frozen=True, slots=True)
class SchemaChange:
    """One change of one column; ``subject`` names it once, however often it is noticed."""

    event: SchemaEvent
    column: str
    subject: str
    severity: Severity
    text: str
    figures: dict[str, Any]


@dataclass(frozen=True, slots=True)
class LogColumn:
    """One column as it is known; ``labels`` is empty where there are none, or more than are kept."""

    kind: str
    name: str
    type: str
    rows: int
    nulls: int
    labels: tuple[str, ...]
    first_seen: datetime
    last_seen: datetime

    def as_json(self) -> dict[str, Any]:
        """Everything, for ``--json``."""
        return {
            "kind": self.kind,
            "name": self.name,
            "type": self.type,
            "rows": self.rows,
            "empty_share": f"{self.nulls / self.rows:.4f}",
            "labels": list(self.labels),
            "first_seen": self.first_seen.isoformat(),
            "last_seen": self.last_seen.isoformat(),
        }


def schema_of(session: Session, component_id: int) -> list[LogColumn]:
    """Every column known of a component's log, predictions first."""
    return [
        LogColumn(row.kind, row.name, row.type, row.rows, row.nulls, tuple(row.labels), row.first_seen, row.last_seen)
        for row in store.columns(session, component_id)
    ]


def schema_of_component(session: Session, component: str) -> list[LogColumn]:
    """The same for a component by its reference; ``NotFoundError`` when there is none."""
    return schema_of(session, component_key(session, component)[0])


def note_columns(session: Session, component_id: int, kind: str, table: pa.Table, *, at: datetime) -> list[SchemaChange]:
    """Learn from rows that are about to be stored, and keep a signal of each change.

    The first rows of a kind teach and change nothing.

    Args:
        session: A write session.
        component_id: The component.
        kind: ``prediction`` or ``outcome``.
        table: Fresh rows, with ``occurred_at``; columns nobody filled count as absent.
        at: Now.
    """
    if not table.num_rows:
        return []
    known = {row.name: row for row in store.columns(session, component_id, kind)}
    filled = {name: table.num_rows - table[name].null_count for name in table.column_names}
    changes: list[SchemaChange] = []
    for name, present in filled.items():
        if name not in known and present:
            if known:
                changes.append(_appeared(kind, name, table, at))
            store.add(session, _learnt(component_id, kind, name, table, at))
    gone = _gone(kind, known, table, filled)
    changes += gone.values()
    for name, row in known.items():
        changes += _compared(row, table, filled.get(name, 0), at, is_gone=name in gone)
    session.flush()
    for change in changes:
        signal.notice(
            session,
            component_id,
            SignalKind.SCHEMA,
            change.subject,
            severity=change.severity,
            text=change.text,
            figures=change.figures,
            at=at,
        )
    return changes


def _learnt(component_id: int, kind: str, name: str, table: pa.Table, at: datetime) -> LogColumnRow:
    return LogColumnRow(
        component_id=component_id,
        kind=kind,
        name=name,
        type=str(table.schema.field(name).type),
        rows=table.num_rows,
        nulls=table[name].null_count,
        labels=(_labels(table) or []) if name == LABELLED else [],
        first_seen=at,
        last_seen=at,
    )


def _labels(table: pa.Table) -> list[str] | None:
    """The distinct predictions; None where they are many, or texts."""
    found = pc.unique(table[LABELLED].drop_null())
    if len(found) > MOST_LABELS or (pc.max(pc.utf8_length(found)).as_py() or 0) > LONGEST_LABEL:
        return None
    return sorted(found.to_pylist())


def _appeared(kind: str, name: str, table: pa.Table, at: datetime) -> SchemaChange:
    text = f"The log's {kind}s have a new column {name}. Nothing is to be done if the service was meant to send it."
    figures = {"kind": kind, "column": name, "type": str(table.schema.field(name).type)}
    return SchemaChange(SchemaEvent.NEW, name, f"{kind}.{name} new@{at.date()}", Severity.LOW, text, figures)


def _gone(kind: str, known: dict[str, LogColumnRow], table: pa.Table, filled: dict[str, int]) -> dict[str, SchemaChange]:
    """Columns that some day of these rows lacks, though chance would hardly leave all of them empty."""
    usual = {name: row.nulls / row.rows for name, row in known.items() if row.nulls < row.rows}
    lacking = [name for name in usual if table.num_rows - filled.get(name, 0) >= LEAST_ROWS]
    if not lacking:
        return {}
    changes: dict[str, SchemaChange] = {}
    for day, rows, present in _by_day(table, [name for name in lacking if name in filled]):
        for name in lacking:
            if name in changes or present.get(name, 0) or rows < LEAST_ROWS or usual[name] ** rows > _CHANCE:
                continue
            since = known[name].last_seen.date()
            text = f"{name} is missing in all {rows} {kind}s of {day} seen so far, last filled in what came on {since}. Check the service."
            figures = {"kind": kind, "column": name, "day": day.isoformat(), "rows": rows}
            changes[name] = SchemaChange(SchemaEvent.GONE, name, f"{kind}.{name} gone since {since}", Severity.MEDIUM, text, figures)
    return changes


def _by_day(table: pa.Table, names: list[str]) -> Iterator[tuple[date, int, dict[str, int]]]:
    """Each UTC day of the rows: how many there are, and how many fill each column."""
    days = pc.cast(table["occurred_at"], pa.date32())
    narrow = pa.table([days, *(pc.is_valid(table[name]).cast(pa.int64()) for name in names)], names=[_DAY, *names])
    counted = narrow.group_by(_DAY, use_threads=False).aggregate([([], "count_all"), *((name, "sum") for name in names)])
    for row in counted.sort_by(_DAY).to_pylist():
        yield row[_DAY], row["count_all"], {name: row[f"{name}_sum"] for name in names}


def _compared(row: LogColumnRow, table: pa.Table, present: int, at: datetime, *, is_gone: bool) -> Iterator[SchemaChange]:
    """What is new about a known column; the row learns it."""
    rows, nulls = table.num_rows, table.num_rows - present
    jumped = not is_gone and _jumped(row, rows, nulls)
    if jumped:
        yield _jump(row, rows, nulls, at)
    if present:
        found = str(table.schema.field(row.name).type)
        if found != row.type:
            text = f"{row.name} of the {row.kind}s is {found} now and was {row.type}. Check what the service sends."
            figures = {"kind": row.kind, "column": row.name, "type": found, "before": row.type}
            yield SchemaChange(SchemaEvent.TYPE, row.name, f"{row.kind}.{row.name} {row.type} to {found}", Severity.MEDIUM, text, figures)
            row.type = found
        if row.name == LABELLED:
            yield from _new_labels(row, _labels(table))
        row.last_seen = at
    # After a jump the new share is what the next rows are held against.
    row.rows, row.nulls = (rows, nulls) if jumped else (row.rows + rows, row.nulls + nulls)


def _jumped(row: LogColumnRow, rows: int, nulls: int) -> bool:
    """Whether the share of empty fields moved by more than ``JUMP``, and by more than chance."""
    difference = abs(nulls / rows - row.nulls / row.rows)
    if min(rows, row.rows) < LEAST_ROWS or difference <= JUMP:
        return False
    pooled = (nulls + row.nulls) / (rows + row.rows)
    return difference > _SURE * sqrt(pooled * (1 - pooled) * (1 / rows + 1 / row.rows))


def _jump(row: LogColumnRow, rows: int, nulls: int, at: datetime) -> SchemaChange:
    before, now = row.nulls / row.rows, nulls / rows
    worse = now > before
    text = f"{row.name} is empty in {now:.0%} of {rows} {row.kind}s, before in {before:.0%}. " + (
        "Check the service." if worse else "More is known than before."
    )
    figures = {"kind": row.kind, "column": row.name, "empty_share": f"{now:.4f}", "before": f"{before:.4f}", "rows": rows}
    severity = Severity.MEDIUM if worse else Severity.LOW
    return SchemaChange(SchemaEvent.NULLS, row.name, f"{row.kind}.{row.name} nulls@{at.date()}", severity, text, figures)


def _new_labels(row: LogColumnRow, found: list[str] | None) -> Iterator[SchemaChange]:
    """Labels nobody has seen; once there are too many to be labels, none are known any more."""
    seen, before = row.rows - row.nulls, list(row.labels)
    if not before and seen:
        return
    fresh = None if found is None else [label for label in found if label not in before]
    row.labels = [] if fresh is None or len(before) + len(fresh) > MOST_LABELS else sorted([*before, *fresh])
    if seen < LABELS_LEARNT or fresh == []:
        return
    figures = {"kind": row.kind, "column": row.name, "labels_before": len(before), "rows_before": seen}
    if fresh is None or not row.labels:
        text = f"The {row.kind}s had {len(before)} labels and now hold more than {MOST_LABELS}, or long texts. Check what is logged."
        yield SchemaChange(SchemaEvent.LABEL, row.name, f"{row.kind}.{row.name} many labels", Severity.MEDIUM, text, figures)
        return
    for label in fresh:
        text = f"{label!r} is a label that none of {seen} {row.kind}s had before."
        subject = f"{row.kind}.{row.name} label {label!r}"
        yield SchemaChange(SchemaEvent.LABEL, row.name, subject, Severity.LOW, text, figures | {"label": label})
