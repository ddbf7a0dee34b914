"""Daily counters of measures, each with the generation of the log it was counted at."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import msgspec
from sqlalchemy import JSON, Column, bindparam, delete, text, update
from sqlmodel import Field, Session, SQLModel, col, select

from vendor_ai.domain.measure import Counts, DayCounts, Measure

MOST_KEYS = 5_000  # a statement takes only so many values


class MeasureRow(SQLModel, table=True):
    """A measure whose counters are kept, and the generation they were counted at."""

    __tablename__ = "measure"

    id: int | None = Field(default=None, primary_key=True)
    key: str = Field(unique=True)
    component_id: int = Field(foreign_key="component.id", index=True)
    definition: dict[str, Any] = Field(sa_column=Column(JSON, nullable=False))
    counted: int = -1


class CounterRow(SQLModel, table=True):
    """Counters of a measure on one local day."""

    __tablename__ = "counter"

    measure_id: int = Field(primary_key=True, foreign_key="measure.id")
    day: str = Field(primary_key=True)
    model_version: str = Field(primary_key=True)
    sampling_fraction: str = Field(primary_key=True)
    counts: dict[str, Any] = Field(sa_column=Column(JSON, nullable=False))


def register_measure(session: Session, component_id: int, measure: Measure) -> None:
    """Keep counters for this measure from now on; a known definition is left as it is."""
    if session.exec(select(MeasureRow.id).where(col(MeasureRow.key) == measure.key)).first() is None:
        session.add(MeasureRow(key=measure.key, component_id=component_id, definition=measure.as_json()))
        session.flush()


def register_measures(session: Session, wanted: Iterable[tuple[int, Measure]]) -> None:
    """Keep counters for these measures of components (by stored id) from now on; known definitions are left as they are."""
    by_key = {measure.key: (component_id, measure) for component_id, measure in wanted}
    for key in unknown_measures(session, by_key):
        component_id, measure = by_key[key]
        session.add(MeasureRow(key=key, component_id=component_id, definition=measure.as_json()))
    session.flush()


def unknown_measures(session: Session, keys: Iterable[str]) -> list[str]:
    """Which of these keys no measure has yet."""
    wanted = list(dict.fromkeys(keys))
    known: set[str] = set()
    for start in range(0, len(wanted), MOST_KEYS):
        known.update(session.exec(select(MeasureRow.key).where(col(MeasureRow.key).in_(wanted[start : start + MOST_KEYS]))))
    return [key for key in wanted if key not in known]


def measures(session: Session, component_id: int) -> list[tuple[Measure, int]]:
    """The measures of a component, each with the generation it was counted at."""
    query = select(MeasureRow.definition, MeasureRow.counted).where(col(MeasureRow.component_id) == component_id)
    return [(Measure.from_json(definition), counted) for definition, counted in session.exec(query.order_by(col(MeasureRow.id)))]


@dataclass(frozen=True, slots=True)
class Recounted:
    """A measure's counters of some local days, counted again.

    Attributes:
        measure: The measure.
        days: Every day that was counted, in ISO.
        counts: Its counters of those days.
        expected: The generation its counters had before.
        counted: The one they have now.
    """

    measure: Measure
    days: Sequence[str]
    counts: Sequence[DayCounts]
    expected: int
    counted: int


def store_counts(
    session: Session, measure: Measure, days: Sequence[str], counts: Iterable[DayCounts], *, expected: int, counted: int
) -> bool:
    """Replace a measure's counters of ``days``; False when another process counted meanwhile."""
    return store_recounted(session, [Recounted(measure, days, list(counts), expected, counted)])


def store_recounted(session: Session, found: Sequence[Recounted]) -> bool:
    """Replace the counters of several measures; False when another process counted one of them meanwhile, which then stays as it is."""
    keys = [entry.measure.key for entry in found]
    stored = session.exec(select(MeasureRow.key, MeasureRow.id, MeasureRow.counted).where(col(MeasureRow.key).in_(keys)))
    known = {key: (measure_id, counted) for key, measure_id, counted in stored}
    mine = [(known[key][0], entry) for key, entry in zip(keys, found, strict=True) if known[key][1] == entry.expected]
    connection = session.connection()
    for days, ids in _by_days(mine).items():
        connection.execute(delete(CounterRow).where(col(CounterRow.measure_id).in_(ids), col(CounterRow.day).in_(days)))
    rows = [
        (measure_id, entry.day, entry.model_version, entry.sampling_fraction, _encoded(entry.counts))
        for measure_id, part in mine
        for entry in part.counts
    ]
    if rows:
        connection.exec_driver_sql(_INSERT[connection.dialect.name], rows)
    if mine:
        statement = update(MeasureRow).where(col(MeasureRow.id) == bindparam("measure")).values(counted=bindparam("now"))
        connection.execute(statement, [{"measure": measure_id, "now": entry.counted} for measure_id, entry in mine])
    return len(mine) == len(found)


# Written in the driver's own words: thousands of small documents at once, each encoded once.
_COLUMNS = "INSERT INTO counter (measure_id, day, model_version, sampling_fraction, counts) VALUES "
_INSERT = {"sqlite": _COLUMNS + "(?, ?, ?, ?, ?)", "postgresql": _COLUMNS + "(%s, %s, %s, %s, CAST(%s AS JSON))"}


def _by_days(mine: Iterable[tuple[int | None, Recounted]]) -> dict[tuple[str, ...], list[int | None]]:
    found: dict[tuple[str, ...], list[int | None]] = {}
    for measure_id, entry in mine:
        found.setdefault(tuple(entry.days), []).append(measure_id)
    return found


class _Stored(msgspec.Struct, gc=False):
    """Counters as they are stored (see ``Counts.as_json``)."""

    attempted: int = 0
    answered: int = 0
    failed: dict[str, int] = {}
    excluded: dict[str, int] = {}
    predicted: int = 0
    labelled: int = 0
    correct: int = 0
    confusion: list[tuple[str, str, int]] = []
    timed: int = 0
    above: int = 0
    undecided: int = 0
    contradicted: int = 0
    sums: dict[str, int] = {}
    groups: dict[str, "_Stored"] = {}
    clusters: dict[str, "_Stored"] = {}

    @classmethod
    def of(cls, counts: Counts) -> "_Stored":
        """What is stored of some counters."""
        return cls(
            counts.attempted,
            counts.answered,
            dict(counts.failed),
            dict(counts.excluded),
            counts.predicted,
            counts.labelled,
            counts.correct,
            [(actual, predicted, count) for (actual, predicted), count in sorted(counts.confusion.items())],
            counts.timed,
            counts.above,
            counts.undecided,
            counts.contradicted,
            dict(counts.sums),
            {name: cls.of(inner) for name, inner in counts.groups.items()},
            {name: cls.of(inner) for name, inner in counts.clusters.items()},
        )

    def counts(self) -> Counts:
        """The inverse of ``of``."""
        return Counts(
            attempted=self.attempted,
            answered=self.answered,
            failed=self.failed,
            excluded=self.excluded,
            predicted=self.predicted,
            labelled=self.labelled,
            correct=self.correct,
            confusion={(actual, predicted): count for actual, predicted, count in self.confusion},
            timed=self.timed,
            above=self.above,
            undecided=self.undecided,
            contradicted=self.contradicted,
            sums=self.sums,
            groups={name: inner.counts() for name, inner in self.groups.items()},
            clusters={name: inner.counts() for name, inner in self.clusters.items()},
        )


_DECODER = msgspec.json.Decoder(_Stored)
_ENCODER = msgspec.json.Encoder(order="deterministic")


def _encoded(counts: Counts) -> str:
    return _ENCODER.encode(_Stored.of(counts)).decode()


def counters(session: Session, measure: Measure, *, first: str, end: str) -> list[DayCounts]:
    """A measure's counters over the local days ``[first, end)`` (ISO dates)."""
    return counters_of(session, [measure.key], first=first, end=end)[measure.key]


def counters_of(session: Session, keys: Sequence[str], *, first: str, end: str) -> dict[str, list[DayCounts]]:
    """The same for several measures, by their keys."""
    found: dict[str, list[DayCounts]] = {key: [] for key in keys}
    names = {f"key_{index}": key for index, key in enumerate(found)}
    if not names:
        return found
    listed = ", ".join(f":{name}" for name in names)
    query = text(
        "SELECT measure.key, day, model_version, sampling_fraction, CAST(counts AS TEXT) FROM counter "
        "JOIN measure ON counter.measure_id = measure.id "
        f"WHERE measure.key IN ({listed}) AND day >= :first AND day < :end ORDER BY day, model_version, sampling_fraction"
    )
    for key, day, version, fraction, document in session.connection().execute(query, {**names, "first": first, "end": end}):
        found[key].append(DayCounts(day, version, fraction, _DECODER.decode(document).counts()))
    return found
