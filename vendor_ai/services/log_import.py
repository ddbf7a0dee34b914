"""Importing prediction and outcome files."""

import hashlib
import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray
from sqlmodel import Session

from vendor_ai.db.base import Records
from vendor_ai.db.prediction_log import became
from vendor_ai.db.vendor import component_key
from vendor_ai.domain.errors import InvalidInputError, NotFoundError
from vendor_ai.domain.prediction import Folded
from vendor_ai.domain.problem import ImportResult, Problem
from vendor_ai.importers.log_shape import read_calls
from vendor_ai.importers.log_table import COMPONENT, LogReader, LogRows
from vendor_ai.predictions.folding import ROW
from vendor_ai.services.log_preview import preview
from vendor_ai.services.prediction_log import OUTCOME, PREDICTION, PredictionLog, accept

MOST_PROBLEMS = 1_000
ROWS_BETWEEN_FOLDS = 2_000_000


# What it means when a file of calls has no column for a field.
_CONSEQUENCES = (
    (("status", "error"), "every call counts as answered, so uptime and error rate say nothing."),
    (("prediction", "prediction_value"), "no call can be right or wrong."),
    (("latency_ms",), "there is no response time."),
    (("model_version",), "a change of the model cannot be seen."),
)


Part = tuple[int, str, pa.Table]  # component id, kind, rows


@dataclass(slots=True)
class _Tally:
    """Counts of an import while it runs."""

    read: int = 0
    rejected: int = 0
    unfolded: int = 0
    batches: set[int] = field(default_factory=set)
    problems: list[Problem] = field(default_factory=list)
    folded: dict[int, Folded] = field(default_factory=dict)
    components: set[str] = field(default_factory=set)
    kinds: set[str] = field(default_factory=set)  # of the rows that count
    parts: list[Part] = field(default_factory=list)  # of a dry run

    def keep(self, parts: Sequence[Part], kind: str) -> None:
        """Keep the parts of a batch until it is known what would become of them."""
        self.batches.update(place for place, part in enumerate(parts, start=len(self.parts)) if part[1] == kind)
        self.parts.extend(parts)

    def result(self) -> ImportResult:
        """The counts, once everything is folded."""
        mine = [self.folded[key] for key in self.batches if key in self.folded]
        conflicts = [
            Problem(row, "prediction_id", f"{identity!r} is stored already with other content; the first stored stays.")
            for outcome in mine
            for row, identity in outcome.conflicts
        ]
        problems = sorted([*self.problems, *conflicts], key=lambda problem: problem.row or 0)
        if len(problems) > MOST_PROBLEMS:
            rest = len(problems) - MOST_PROBLEMS
            problems = [*problems[:MOST_PROBLEMS], Problem(None, None, f"{rest} more problems are not listed. Mend these first.")]
        stored = sum(outcome.stored for outcome in mine)
        return ImportResult(
            read=self.read,
            stored=stored,
            duplicates=self.read - self.rejected - stored,
            rejected=self.rejected,
            problems=tuple(problems),
        )


def parts_of(component_id: int, rows: LogRows) -> list[Part]:
    """The parts of a batch whose rows are all of one component, whatever they name themselves."""
    kinds = ((PREDICTION, rows.predictions, rows.prediction_rows), (OUTCOME, rows.outcomes, rows.outcome_rows))
    return [(component_id, kind, _numbered(table, numbers)) for kind, table, numbers in kinds if table.num_rows]


def split_by_component(records: Records, rows: LogRows, default: str | None) -> tuple[list[Part], list[Problem], set[str]]:
    """Cut a batch by component.

    Returns:
        Parts as (component id, kind, rows), problems of rows whose component is unknown, and the refs concerned.

    Raises:
        NotFoundError: When ``default`` names no component.
        InvalidInputError: When a row names none and there is no default.
    """
    with records.read() as session:
        if default is not None:
            component_id, component = component_key(session, default)
            return parts_of(component_id, rows), [], {component.ref}
        return _split(session, rows)


def _split(session: Session, rows: LogRows) -> tuple[list[Part], list[Problem], set[str]]:
    parts: dict[tuple[int, str], list[pa.Table]] = {}  # a component may go by several spellings of its name
    problems: list[Problem] = []
    refs: set[str] = set()
    for kind, table, numbers in ((PREDICTION, rows.predictions, rows.prediction_rows), (OUTCOME, rows.outcomes, rows.outcome_rows)):
        names = table[COMPONENT]
        numbered = _numbered(table, numbers)
        for name in names.unique().to_pylist():
            mine = numbered.filter(pc.is_null(names) if name is None else pc.fill_null(pc.equal(names, name), False))
            try:
                if name is None:
                    raise InvalidInputError("The row names no component. Fill the column `component`, or pass --component REF.")
                key, component = component_key(session, name)
            except (NotFoundError, InvalidInputError) as error:
                problems.extend(Problem(row, COMPONENT, str(error)) for row in mine[ROW].to_pylist())
            else:
                refs.add(component.ref)
                parts.setdefault((key, kind), []).append(mine)
    return [(key, kind, pa.concat_tables(tables).sort_by(ROW)) for (key, kind), tables in parts.items()], problems, refs


def _numbered(table: pa.Table, numbers: NDArray[np.int64]) -> pa.Table:
    """The rows as they go into the inbox, each with where it stood; every way in passes here."""
    return table.drop_columns([COMPONENT]).append_column(ROW, pa.array(numbers))


def _batch_ids(path: Path, reader: LogReader, component: str | None, batch_rows: int) -> Iterator[str]:
    """Names for a file's batches that the same command gives again: the same bytes read the same way."""
    with path.open("rb") as handle:
        content = hashlib.file_digest(handle, "sha256").hexdigest()
    way = json.dumps([content, sorted(reader.mapping.items()), reader.time_zone, reader.outcomes_only, component, batch_rows])
    base = hashlib.sha256(way.encode()).hexdigest()
    number = 0
    while True:
        yield f"file:{base}:{number}"
        number += 1


def import_log_files(
    log: PredictionLog,
    paths: Sequence[Path],
    *,
    reader: LogReader,
    component: str | None,
    batch_rows: int,
    dry_run: bool = False,
    progress: Callable[[Path, float], None] = lambda _path, _done: None,
    notice: Callable[[str], None] = lambda _sentence: None,
) -> ImportResult:
    """Import files batch by batch: each batch is durable once acknowledged, and the same call resumes after an interruption.

    Args:
        log: The prediction log.
        paths: Files of any known format.
        reader: How columns become fields.
        component: The component of every row, or None where a column names it.
        batch_rows: Rows of one transaction.
        dry_run: Whether only to find out what would come of it: the same counts and problems, and nothing stored.
        progress: Called with a file and the share of it that is read.
        notice: Called with sentences a person may want to see.

    Raises:
        NotFoundError: When ``component`` is unknown.
        InvalidInputError: When a file cannot be read at all.
    """
    tally = _Tally()
    if component is not None:
        with log.records.read() as session:
            component = component_key(session, component)[1].ref
    for path in paths:
        for batch in _batches(path, reader, component, batch_rows, notice):
            parts = _sorted_out(log, tally, batch, component)
            if dry_run:
                tally.keep(parts, batch.kind)
            else:
                _store(log, tally, parts, batch)
            progress(path, batch.done)
    if not tally.read:
        raise InvalidInputError(f"{', '.join(str(path) for path in paths)}: no rows below the header. Export it again with data.")
    waiting = _foresee(log, tally) if dry_run else _fold(log, tally)
    if waiting and OUTCOME in tally.kinds:
        verb = "would wait" if dry_run else "wait"
        notice(f"{waiting:,} outcomes {verb} for a prediction that the log does not hold yet. Check prediction_id if you expect none.")
    return tally.result()


@dataclass(frozen=True, slots=True)
class _Batch:
    """Some rows of a file, and the kind that counts: a known shape of log may hold outcomes beside its calls."""

    rows: LogRows
    kind: str
    name: str
    done: float


def _batches(path: Path, reader: LogReader, component: str | None, batch_rows: int, notice: Callable[[str], None]) -> Iterator[_Batch]:
    """A file's batches as typed rows."""
    told = False
    found = read_calls(path, batch_rows, keep=reader.mapping.values(), outcomes_only=reader.outcomes_only, notice=notice)
    for raw, name in zip(found, _batch_ids(path, reader, component, batch_rows), strict=False):
        if not raw.rows and not raw.problems:
            continue
        mine = replace(reader, outcomes_only=True) if raw.outcomes_only else reader
        if raw.columns and not told and mine.outcomes_only is reader.outcomes_only:
            told = True
            _tell_unknown(path, reader, list(raw.columns), component, notice)
        rows = mine.convert(raw.columns, raw.rows, problems=raw.problems, decimal_comma=raw.decimal_comma)
        yield _Batch(rows, OUTCOME if mine.outcomes_only else PREDICTION, name, raw.done)


def _tell_unknown(path: Path, reader: LogReader, columns: list[str], component: str | None, notice: Callable[[str], None]) -> None:
    unknown = reader.unknown(columns)
    if component is not None and COMPONENT in columns:
        notice(f"{path}: --component {component} is used for every row; the column `component` is not read.")
    filled = reader.fields(columns)
    if not reader.outcomes_only:
        for names, consequence in _CONSEQUENCES:
            if not any(name in filled for name in names):
                notice(f"{path}: no column fills {' or '.join(names)}: {consequence} If one does: --map {names[0]}=COLUMN.")
    if unknown:
        field = "field of an outcome" if reader.outcomes_only else "field"
        notice(f"{path}: columns left out, no {field} has their name: {', '.join(unknown)}.")


def _sorted_out(log: PredictionLog, tally: _Tally, batch: _Batch, component: str | None) -> list[Part]:
    """The parts of a batch by component; what cannot be used is counted."""
    rows = batch.rows
    parts, problems, refs = split_by_component(log.records, rows, component)
    # A row refused for its component is one row, though it may hold a prediction and an outcome.
    strangers = {problem.row: problem for problem in problems}
    tally.read += rows.read
    tally.rejected += rows.rejected + len(strangers)
    tally.problems.extend([*rows.problems, *strangers.values()])
    tally.components |= refs
    tally.kinds.add(batch.kind)
    return parts


def _store(log: PredictionLog, tally: _Tally, parts: list[Part], batch: _Batch) -> None:
    """Acknowledge one batch, and fold once enough of them wait."""
    with log.records.write() as session:
        receipt = accept(session, parts, batch_id=batch.name, at=log.clock.now(), pseudonyms=log.pseudonyms)
    tally.batches.update(receipt.batches.get(batch.kind, ()))
    tally.unfolded += sum(table.num_rows for _, _, table in parts)
    if tally.unfolded >= ROWS_BETWEEN_FOLDS:
        tally.folded.update(log.refresh(sorted(tally.components)))
        tally.unfolded = 0


def _fold(log: PredictionLog, tally: _Tally) -> int:
    """Fold what is left and return how many outcomes wait."""
    components = sorted(tally.components)
    tally.folded.update(log.refresh(components))
    with log.records.read() as session:
        tally.folded.update(became(session, tally.batches - tally.folded.keys()))  # another process may have folded them
    return log.waiting_rows(components)


def _foresee(log: PredictionLog, tally: _Tally) -> int:
    """Find out what would become of the parts that were kept and return how many outcomes would wait."""
    found = preview(log, tally.parts)
    tally.folded.update(found.folded)
    return found.waiting
