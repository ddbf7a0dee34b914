"""Importing prediction and outcome files."""

import hashlib
import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc

from vendor_ai.db.base import Records
from vendor_ai.db.prediction_log import became
from vendor_ai.db.vendor import component_key
from vendor_ai.domain.errors import InvalidInputError, NotFoundError
from vendor_ai.domain.prediction import Folded
from vendor_ai.domain.problem import ImportResult, Problem
from vendor_ai.importers.log_file import read_log_file
from vendor_ai.importers.log_table import COMPONENT, LogReader, LogRows
from vendor_ai.predictions.folding import ROW
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


@dataclass(slots=True)
class _Tally:
    """Counts of an import while it runs."""

    kind: str
    read: int = 0
    rejected: int = 0
    known: int = 0
    batches: set[int] = field(default_factory=set)
    problems: list[Problem] = field(default_factory=list)
    folded: dict[int, Folded] = field(default_factory=dict)
    components: set[str] = field(default_factory=set)

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


def split_by_component(
    records: Records, rows: LogRows, default: str | None
) -> tuple[list[tuple[int, str, pa.Table]], list[Problem], set[str]]:
    """Cut a batch by component.

    Returns:
        Parts as (component id, kind, rows), problems of rows whose component is unknown, and the refs concerned.

    Raises:
        NotFoundError: When ``default`` names no component.
        InvalidInputError: When a row names none and there is no default.
    """
    parts: dict[tuple[int, str], list[pa.Table]] = {}  # a component may go by several spellings of its name
    problems: list[Problem] = []
    refs: set[str] = set()
    with records.read() as session:
        for kind, table, numbers in ((PREDICTION, rows.predictions, rows.prediction_rows), (OUTCOME, rows.outcomes, rows.outcome_rows)):
            names = table[COMPONENT]
            numbered = table.drop_columns([COMPONENT]).append_column(ROW, pa.array(numbers, pa.int64()))
            if default is not None:
                key, component = component_key(session, default)
                refs.add(component.ref)
                if table.num_rows:
                    parts[key, kind] = [numbered]
                continue
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
        progress: Called with a file and the share of it that is read.
        notice: Called with sentences a person may want to see.

    Raises:
        NotFoundError: When ``component`` is unknown.
        InvalidInputError: When a file cannot be read at all.
    """
    tally = _Tally(OUTCOME if reader.outcomes_only else PREDICTION)
    since_fold = 0
    if component is not None:
        with log.records.read() as session:
            component = component_key(session, component)[1].ref
    for path in paths:
        batches = read_log_file(path, batch_rows)
        names = _batch_ids(path, reader, component, batch_rows)
        told = False
        for raw, batch_id in zip(batches, names, strict=False):
            if not raw.rows and not raw.problems:
                continue
            if raw.columns and not told:
                told = True
                _tell_unknown(path, reader, list(raw.columns), component, notice)
            since_fold += _take(
                log,
                tally,
                reader.convert(raw.columns, raw.rows, problems=raw.problems, decimal_comma=raw.decimal_comma),
                component,
                batch_id,
            )
            progress(path, raw.done)
            if since_fold >= ROWS_BETWEEN_FOLDS:
                tally.folded.update(log.refresh(sorted(tally.components)))
                since_fold = 0
    if not tally.read:
        raise InvalidInputError(f"{', '.join(str(path) for path in paths)}: no rows below the header. Export it again with data.")
    tally.folded.update(log.refresh(sorted(tally.components)))
    with log.records.read() as session:
        tally.folded.update(became(session, tally.batches - tally.folded.keys()))  # another process may have folded them
    waiting = log.waiting_rows(sorted(tally.components)) if reader.outcomes_only else 0
    if waiting:
        notice(f"{waiting:,} outcomes wait for a prediction that the log does not hold yet. Check prediction_id if you expect none.")
    return tally.result()


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


def _take(log: PredictionLog, tally: _Tally, rows: LogRows, component: str | None, batch_id: str) -> int:
    """Acknowledge one batch and return how many rows it added."""
    parts, problems, refs = split_by_component(log.records, rows, component)
    # A row refused for its component is one row, though it may hold a prediction and an outcome.
    strangers = {problem.row: problem for problem in problems}
    with log.records.write() as session:
        receipt = accept(session, parts, batch_id=batch_id, at=log.clock.now())
    tally.read += rows.read
    tally.rejected += rows.rejected + len(strangers)
    tally.problems.extend([*rows.problems, *strangers.values()])
    tally.batches.update(receipt.batches.get(tally.kind, ()))
    tally.components |= refs
    return sum(table.num_rows for _, _, table in parts)
