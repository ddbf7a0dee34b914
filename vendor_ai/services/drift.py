"""Drift of a component: what comes in, what it answers, what turned out right, against reference days."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import numpy as np
from sqlmodel import Session

from vendor_ai.change import drift
from vendor_ai.change.drift import Response
from vendor_ai.db import audit
from vendor_ai.db import drift as store
from vendor_ai.db import prediction_log as log_store
from vendor_ai.db.drift import DriftReferenceRow
from vendor_ai.db.vendor import component_key
from vendor_ai.domain.actor import Actor
from vendor_ai.domain.audit import AuditEvent
from vendor_ai.domain.errors import InvalidInputError
from vendor_ai.domain.measure import Counts, total
from vendor_ai.domain.prediction import LogFile
from vendor_ai.domain.signal import Severity, SignalKind
from vendor_ai.kit.number import float_text
from vendor_ai.predictions.daily import answer_counts, feature_values, features
from vendor_ai.services import signal
from vendor_ai.services.plain_counters import daily_counts
from vendor_ai.services.prediction_log import PREDICTION, PredictionLog

REFERENCE_DAYS = 28
MOST_CATEGORIES = 100
ENOUGH = 100  # calls, or labelled calls, a side
WEEK = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class Drift:
    """One kind of drift over some days; without enough data ``severity`` is None and ``why`` says so.

    Attributes:
        kind: ``input``, ``output``, ``label`` or ``concept``.
        subject: The feature, or what the kind is about.
        severity: None where it cannot be said.
        figures: The numbers behind it.
        responses: What the severity starts.
        why: Why nothing is known.
    """

    kind: str
    subject: str
    severity: Severity | None
    figures: Mapping[str, Any] = field(default_factory=dict)
    responses: tuple[Response, ...] = ()
    why: str = ""

    def as_json(self) -> dict[str, Any]:
        """Everything, for `--json`."""
        return {
            "kind": self.kind,
            "subject": self.subject,
            "severity": self.severity.value if self.severity else None,
            "figures": dict(self.figures),
            "responses": [response.value for response in self.responses],
            "why": self.why or None,
        }


@dataclass(frozen=True, slots=True)
class Span:
    """UTC days ``[first, end)``."""

    first: date
    end: date

    @property
    def instants(self) -> tuple[datetime, datetime]:
        """The midnights at both ends."""
        return datetime.combine(self.first, time(), UTC), datetime.combine(self.end, time(), UTC)


def set_reference(session: Session, component: str, *, first: date, end: date, by: Actor, at: datetime) -> None:
    """Measure drift against these UTC days from now on.

    Raises:
        NotFoundError: When there is no such component.
        InvalidInputError: When the days are none, or not over.
    """
    key, about = component_key(session, component)
    if not first < end <= at.date():
        raise InvalidInputError("The reference begins before it ends, and is over. Give both days with --from and --until.")
    store.choose(session, DriftReferenceRow(component_id=key, first=first, end=end, by=by.name, at=at))
    facts = {"first": first.isoformat(), "end": end.isoformat()}
    audit.append(session, AuditEvent(at, by.name, "drift.reference", "component", about.ref, facts))


def reference_of(log: PredictionLog, component: str) -> Span | None:
    """The chosen reference days, else the first 28 of the log; None where it holds none."""
    with log.records.read() as session:
        key, _ = component_key(session, component)
        chosen = store.reference(session, key)
        files = log_store.files(session, key, PREDICTION)
    if chosen is not None:
        return Span(chosen.first, chosen.end)
    if not files:
        return None
    first = min(file.first_day for file in files)
    return Span(first, first + timedelta(days=REFERENCE_DAYS))


def last_week(log: PredictionLog) -> Span:
    """The last week, Monday to Sunday of UTC, that is over."""
    today = log.clock.now().astimezone(UTC).date()
    monday = today - timedelta(days=today.weekday())
    return Span(monday - WEEK, monday)


def drifts(log: PredictionLog, component: str, span: Span) -> list[Drift]:
    """Return every kind of drift of a component over some days; nothing is stored.

    Args:
        log: The prediction log.
        component: Slug or exact name.
        span: The days, after the reference.

    Raises:
        NotFoundError: When there is no such component.
        InvalidInputError: When the days are none.
    """
    if span.first >= span.end:
        raise InvalidInputError("These days end before they begin. Give the earlier one with --from.")
    reference = reference_of(log, component)
    if reference is None:
        return [Drift("output", "answers", None, why="The log holds no calls of this component.")]
    if span.first < reference.end:
        why = f"These days overlap the reference, {reference.first} to {reference.end - timedelta(days=1)}."
        return [Drift("output", "answers", None, why=why)]
    with log.records.read() as session:
        files = log_store.files(session, component_key(session, component)[0], PREDICTION)
    first = min(reference.first, span.first - drift.PERIODS_BEFORE * (span.end - span.first))
    counts = daily_counts(log, component, first=first, end=span.end)
    concept = _concept(counts, span)
    return [*_inputs(log, files, reference, span), _outputs(log, files, reference, span), _labels(counts, reference, span), concept]


def _sides(log: PredictionLog, files: Sequence[LogFile], reference: Span, span: Span, feature: str) -> list[Any]:
    folder = log.engine.folder
    return [feature_values(folder, files, feature, start=part.instants[0], end=part.instants[1]) for part in (reference, span)]


def _inputs(log: PredictionLog, files: Sequence[LogFile], reference: Span, span: Span) -> list[Drift]:
    found = []
    for feature in features(files):
        before, now = _sides(log, files, reference, span, feature)
        if isinstance(before, np.ndarray) and isinstance(now, np.ndarray):
            found.append(_numbers(feature, before, now))
        elif len(before) == 0 or len(now) == 0:
            found.append(_too_few("input", feature, [_size(before), _size(now)]))
        elif isinstance(before, Mapping) and isinstance(now, Mapping):
            found.append(_categories("input", feature, before, now))
        else:
            found.append(Drift("input", feature, Severity.HIGH, {"change": "numbers on one side, text on the other"}, (Response.ALERT,)))
    return found


def _size(values: Any) -> int:
    return sum(values.values()) if isinstance(values, Mapping) else len(values)


def _numbers(feature: str, before: Any, now: Any) -> Drift:
    sizes = [int(np.count_nonzero(~np.isnan(side))) for side in (before, now)]
    if min(sizes) < ENOUGH:
        return _too_few("input", feature, sizes)
    found = drift.drift_of_numbers(before, now)
    severity = max(found.severity, drift.severity(found.psi, None), key=lambda level: level.rank)
    figures = {
        "ks": float_text(found.statistic),
        "p_value": float_text(found.p_value),
        "psi": float_text(found.psi),
        "bucketing": found.bucketing.value,
        "n_reference": sizes[0],
        "n": sizes[1],
    }
    return Drift("input", feature, severity, figures, drift.responses(severity))


def _categories(kind: str, subject: str, before: Mapping[str, int], now: Mapping[str, int]) -> Drift:
    sizes = [sum(side.values()) for side in (before, now)]
    if min(sizes) < ENOUGH:
        return _too_few(kind, subject, sizes)
    if len(before.keys() | now.keys()) > MOST_CATEGORIES:
        why = f"More than {MOST_CATEGORIES} different texts: they are no categories whose shares could be compared."
        return Drift(kind, subject, None, {"n_reference": sizes[0], "n": sizes[1]}, why=why)
    found = drift.drift_of_categories(before, now)
    level = drift.severity(found.psi, None)
    if kind == "output" and found.outputs_drifted and level is Severity.LOW:
        level = Severity.MEDIUM
    figures = {
        "psi": float_text(found.psi),
        "js_divergence": float_text(found.js_divergence),
        "chi2": float_text(found.chi2),
        "p_value": float_text(found.p_value),
        "n_reference": sizes[0],
        "n": sizes[1],
    }
    return Drift(kind, subject, level, figures, drift.responses(level))


def _too_few(kind: str, subject: str, sizes: Sequence[int]) -> Drift:
    return Drift(kind, subject, None, {"n_reference": sizes[0], "n": sizes[1]}, why=f"Fewer than {ENOUGH} calls on one side.")


def _outputs(log: PredictionLog, files: Sequence[LogFile], reference: Span, span: Span) -> Drift:
    folder = log.engine.folder
    before, now = (answer_counts(folder, files, start=part.instants[0], end=part.instants[1]) for part in (reference, span))
    return _categories("output", "answers", before, now)


def _within(counts: Mapping[date, Counts], span: Span) -> Counts:
    return total(entry for day, entry in counts.items() if span.first <= day < span.end)


def _labels(counts: Mapping[date, Counts], reference: Span, span: Span) -> Drift:
    """What turned out to be right: the shares of the actual labels."""
    sides: list[dict[str, int]] = []
    for part in (reference, span):
        actual: dict[str, int] = {}
        for (truth, _), calls in _within(counts, part).confusion.items():
            actual[truth] = actual.get(truth, 0) + calls
        sides.append(actual)
    return _categories("label", "actual labels", *sides)


def _concept(counts: Mapping[date, Counts], span: Span) -> Drift:
    """Accuracy beside the four spans of the same length before."""
    length = span.end - span.first
    parts = [Span(span.first - back * length, span.end - back * length) for back in range(drift.PERIODS_BEFORE, -1, -1)]
    readings = [_within(counts, part) for part in parts]
    sizes = [entry.labelled for entry in readings]
    if min(sizes) < ENOUGH:
        return Drift("concept", "accuracy", None, {"labelled": sizes}, why=f"Fewer than {ENOUGH} labelled calls in one of five spans.")
    accuracies = [entry.correct / entry.labelled for entry in readings]
    drop = drift.concept_drop(accuracies)
    level = drift.severity(None, drop)
    figures = {"drop": float_text(drop or 0.0), "accuracy": float_text(accuracies[-1]), "labelled": sizes}
    return Drift("concept", "accuracy", level, figures, drift.responses(level, drop))


def notice_drifts(log: PredictionLog, component: str, span: Span) -> int:
    """Turn drift of some days into signals, one a kind and subject; low and unknown ones stay in the job's ledger. How many are new."""
    at = log.clock.now()
    told = [it for it in drifts(log, component, span) if it.severity is not None and it.severity is not Severity.LOW]
    with log.records.write() as session:
        key, _ = component_key(session, component)
        return sum(
            signal.notice(
                session,
                key,
                SignalKind.DRIFT,
                f"{it.kind}/{it.subject}@{span.first}/{span.end}",
                severity=it.severity or Severity.LOW,
                text=f"{it.kind.capitalize()} drift of {it.subject} from {span.first} to {span.end - timedelta(days=1)} (UTC).",
                figures=it.figures,
                responses=[response.value for response in it.responses],
                at=at,
            )
            for it in told
        )
