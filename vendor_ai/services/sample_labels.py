"""The labels of an audit sample: handed out as a blind workbook, read back, stored as outcomes of the source ``audit``."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pyarrow as pa
from sqlmodel import Session

from vendor_ai.db import audit
from vendor_ai.db import audit_sample as store
from vendor_ai.db.audit_sample import COMMITTED, LABELLED, AuditItemRow, AuditSampleRow
from vendor_ai.domain.actor import Actor
from vendor_ai.domain.audit import AuditEvent
from vendor_ai.domain.errors import ConflictError, InvalidInputError
from vendor_ai.domain.prediction import SEGMENT_PREFIX
from vendor_ai.domain.problem import ImportResult, Problem
from vendor_ai.exporters.labelling_workbook import LabellingSheet, labelling_workbook
from vendor_ai.importers.labelling_workbook import FilledSheet, GivenLabel, read_labels
from vendor_ai.predictions.sampling import Span, answers, read_sampled
from vendor_ai.predictions.schema import OUTCOME_SCHEMA
from vendor_ai.services.audit_sample import sample_row, span_of
from vendor_ai.services.prediction_log import OUTCOME, PREDICTION, PredictionLog, accept

SOURCE = "audit"
_FINDERS = ("vendor_request_id", "input_id")  # what leads a reader to the call without its answer


@dataclass(frozen=True, slots=True)
class _Choice:
    """What a label of a component can be."""

    labels: tuple[str, ...]
    numeric: bool

    def mistake(self, label: str) -> str | None:
        """What is wrong with a label, or None."""
        if not self.labels or label in self.labels:
            return None
        close = next((known for known in self.labels if known.casefold() == label.casefold()), None)
        if close is not None:
            return f"{label!r} is not a known label; {close!r} is. Write it exactly so."
        return f"{label!r} is not a known label. Choose one from the list, or allow it with --label {label}."


def export(log: PredictionLog, ref: str, *, second: bool = False, labels: Sequence[str] = ()) -> bytes:
    """Return the workbook of the first reader, or of the second with the calls that are labelled twice.

    Args:
        log: The prediction log.
        ref: The sample's reference.
        second: Whether it is for the second reader.
        labels: Labels that may be chosen besides those the vendor was seen to answer.

    Raises:
        NotFoundError: When there is no such sample.
        ConflictError: When it is not drawn yet, or nothing is labelled twice.
    """
    with log.records.read() as session:
        row = _drawn(session, ref)
        items = [item for item in _items(session, row) if item.twice or not second]
        span = _span(log, session, row)
    if not items:
        raise ConflictError(f"No call of {row.ref} is labelled twice: it was committed so. There is no second reader's workbook.")
    rows = read_sampled(span, [item.prediction_id for item in items])
    choice = _choice(span, rows, labels)
    segments = sorted(name for name in rows.column_names if name.startswith(SEGMENT_PREFIX))
    finders = [name for name in _FINDERS if name in rows.column_names]
    sheet = LabellingSheet(
        sample=row.ref,
        reading="second" if second else "first",
        columns=("prediction_id", "occurred_at", *segments, *finders),
        rows=_shown(items, rows, [*segments, *finders]),
        labels=choice.labels,
        numeric=choice.numeric,
    )
    return labelling_workbook(sheet)


def read_back(
    log: PredictionLog, path: Path, *, reviewer: str, ref: str | None = None, labels: Sequence[str] = (), by: Actor, at: datetime
) -> ImportResult:
    """Store the labels of a filled workbook; the first reader's become outcomes of the source ``audit``, the second's check them.

    Args:
        log: The prediction log.
        path: The workbook.
        reviewer: Who labelled; the two readers must be two people.
        ref: The sample it must belong to; None takes the workbook's own word.
        labels: Labels allowed besides those the vendor was seen to answer.
        by: Who imports.
        at: Now.

    Raises:
        NotFoundError: When the sample is unknown.
        InvalidInputError: When the file cannot be used as a whole, or no reviewer is named.
        ConflictError: When the sample is not drawn yet, or one person read both parts.
    """
    name = " ".join(reviewer.split())
    if not name:
        raise InvalidInputError("Name who labelled, with --reviewer: a label without a person is worth nothing.")
    filled = read_labels(path)
    if ref is not None and ref.strip().lower() != filled.sample.lower():
        raise InvalidInputError(f"{path.name} belongs to the sample {filled.sample}, not to {ref}. Import it there.")
    with log.records.read() as session:
        row = _drawn(session, filled.sample)
        span = _span(log, session, row)
        ids = [item.prediction_id for item in _items(session, row)]
    choice = _choice(span, read_sampled(span, ids), labels)
    if choice.numeric:
        filled = read_labels(path, numeric=True)
    with log.records.write() as session:
        row = _drawn(session, filled.sample)
        result, stored = _take(session, row, filled, choice, name, at=at)
        digest = hashlib.sha256(path.read_bytes()).hexdigest()
        if stored and filled.reading == "first":
            part = (row.component_id, OUTCOME, _outcomes(stored, row.ref, choice))
            # A call is labelled once, so its first new position names the batch; the same file may bring more labels later.
            accept(session, [part], batch_id=f"sample:{row.ref}:{stored[0].position}:{digest}", at=at, pseudonyms=log.pseudonyms)
        facts = {"reading": filled.reading, "reviewer": name, "labels": len(stored), "file_sha256": digest}
        audit.append(session, AuditEvent(at, by.name, "sample.labelled", "sample", row.ref, facts))
        return result


def _take(
    session: Session, row: AuditSampleRow, filled: FilledSheet, choice: _Choice, reviewer: str, *, at: datetime
) -> tuple[ImportResult, list[AuditItemRow]]:
    """Keep the good labels of one reading; what came of the file, and the calls that were labelled now."""
    items, second = _items(session, row), filled.reading == "second"
    _refuse_one_person(items, reviewer, second=second)
    known = {item.prediction_id: item for item in items if item.twice or not second}
    problems, repeated, stored = list(filled.problems), 0, []
    for given in filled.labels:
        item = known.get(given.prediction_id)
        if item is None:
            problems.append(Problem(given.row, "prediction_id", f"The call {given.prediction_id!r} is not in this part of {row.ref}."))
            continue
        before = item.second_label if second else item.first_label
        message = choice.mistake(given.label) if before is None else _contradiction(before, given)
        if message is not None:
            problems.append(Problem(given.row, "label", message))
        elif before is not None:
            repeated += 1
        else:
            _set(item, given.label, reviewer, at, second=second)
            stored.append(item)
    _finish(row, items, at)
    session.flush()
    ordered = tuple(sorted(problems, key=lambda problem: problem.row or 0))
    return ImportResult(len(filled.labels) + len(filled.problems), len(stored), repeated, len(ordered), ordered), stored


def _contradiction(before: str, given: GivenLabel) -> str | None:
    return None if before == given.label else f"The call is labelled {before!r} already; a label that was read stays as it is."


def _set(item: AuditItemRow, label: str, reviewer: str, at: datetime, *, second: bool) -> None:
    if second:
        item.second_label, item.second_reviewer, item.second_at = label, reviewer, at
    else:
        item.first_label, item.first_reviewer, item.first_at = label, reviewer, at


def _finish(row: AuditSampleRow, items: Sequence[AuditItemRow], at: datetime) -> None:
    """Note when the last label came."""
    if row.state != LABELLED and all(item.first_label is not None and (item.second_label is not None or not item.twice) for item in items):
        row.state, row.labelled_at = LABELLED, at


def _refuse_one_person(items: Sequence[AuditItemRow], reviewer: str, *, second: bool) -> None:
    others = {item.first_reviewer if second else item.second_reviewer for item in items if item.twice}
    if reviewer.casefold() in {other.casefold() for other in others}:
        raise ConflictError(f"{reviewer} read the other part too. A call is checked only where a second person labels it.")


def _outcomes(items: Sequence[AuditItemRow], ref: str, choice: _Choice) -> pa.Table:
    """First readings as rows of the log."""
    values = [
        {
            "prediction_id": item.prediction_id,
            "actual": None if choice.numeric else item.first_label,
            "actual_value": float(item.first_label or "nan") if choice.numeric else None,
            "observed_at": item.first_at,
            "predicted_at": item.occurred_at,
            "source": SOURCE,
            "grader_version": ref,
            "reviewer": item.first_reviewer,
        }
        for item in items
    ]
    return pa.Table.from_pylist(values, schema=OUTCOME_SCHEMA)


def _drawn(session: Session, ref: str) -> AuditSampleRow:
    row = sample_row(session, ref)
    if row.state == COMMITTED:
        raise ConflictError(f"{row.ref} is not drawn yet. Run: vendor-ai sample draw {row.ref}")
    return row


def _items(session: Session, row: AuditSampleRow) -> list[AuditItemRow]:
    assert row.id is not None
    return store.items(session, row.id)


def _span(log: PredictionLog, session: Session, row: AuditSampleRow) -> Span:
    return span_of(log, session, PREDICTION, row.component_id, start=row.start_at, end=row.end_at)


def _choice(span: Span, rows: pa.Table, labels: Sequence[str]) -> _Choice:
    """The labels that the vendor was seen to answer in the period, and those named besides."""
    if "prediction" not in rows.column_names or rows["prediction"].null_count == rows.num_rows:
        return _Choice((), numeric=True)
    seen = answers(span)
    return _Choice(tuple(dict.fromkeys((*seen, *labels))) if seen else (), numeric=False)


def _shown(items: Sequence[AuditItemRow], rows: pa.Table, columns: Sequence[str]) -> list[Mapping[str, str]]:
    """What the workbook says of each call; the time is UTC."""
    by_id = {row["prediction_id"]: row for row in rows.select(["prediction_id", *columns]).to_pylist()}
    return [
        {"prediction_id": item.prediction_id, "occurred_at": f"{item.occurred_at.astimezone(UTC):%Y-%m-%d %H:%M:%S} UTC"}
        | {column: str(value) for column in columns if (value := by_id.get(item.prediction_id, {}).get(column)) is not None}
        for item in items
    ]
