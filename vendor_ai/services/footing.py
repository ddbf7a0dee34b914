"""What a verdict rests on besides the counters: how complete the log is, whose labels count, what the daily alarm says."""

import hashlib
import json
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pyarrow as pa
from sqlmodel import Session

from vendor_ai.db import audit_sample as sample_store
from vendor_ai.db import contract as contract_store
from vendor_ai.db import maintenance as maintenance_store
from vendor_ai.db import risk_day as risk_store
from vendor_ai.db.audit_sample import AuditItemRow
from vendor_ai.domain.contract import Contract, Performance, ToleranceKind, ToleranceMeaning
from vendor_ai.domain.measure import Counts, DayCounts, Measure, total
from vendor_ai.domain.metric import Metric
from vendor_ai.domain.verdict import LabelCheck
from vendor_ai.inference.measure import AuditLabels
from vendor_ai.inference.sequential import alarm
from vendor_ai.kit.period import Period
from vendor_ai.metrics import METRICS
from vendor_ai.predictions.duckdb import DuckDBEngine
from vendor_ai.predictions.files import write_files
from vendor_ai.predictions.sampling import Span, count_predicted, read_sampled
from vendor_ai.predictions.schema import STORED_OUTCOME_SCHEMA
from vendor_ai.services.audit_sample import label_check, span_of
from vendor_ai.services.completeness import completeness_between
from vendor_ai.services.prediction_log import NEEDS, OUTCOME, PREDICTION, PredictionLog
from vendor_ai.services.risk_evidence import log_evidence, watched

if TYPE_CHECKING:
    from vendor_ai.services.measurement import Counted, Subject


@dataclass(frozen=True, slots=True)
class DrawnSample:
    """A drawn audit sample that covers a period, with its calls in that period."""

    ref: str
    population: int
    start: datetime
    end: datetime
    items: tuple[AuditItemRow, ...]

    @property
    def check(self) -> LabelCheck | None:
        """What two people labelled; None where nobody did."""
        found = label_check(self.items)
        return found if found.checked else None

    def digest(self) -> str:
        """SHA-256 over the calls and everything that was said about them."""
        said = [[item.prediction_id, item.first_label, item.second_label] for item in self.items]
        return hashlib.sha256(json.dumps([self.ref, self.population, said]).encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class Footing:
    """What one clause's verdict over one component and period rests on.

    Attributes:
        completeness: Calls logged of calls made, where the clause declares the least it needs and somebody counted.
        sample: The audit sample that covers the period.
        at_risk: The daily alarm of the running period stands.
    """

    completeness: Fraction | None = None
    sample: DrawnSample | None = None
    at_risk: bool = False

    def as_json(self) -> dict[str, Any]:
        """What the digest of a verdict covers; empty where the verdict rests on the counters alone."""
        facts: dict[str, Any] = {}
        if self.completeness is not None:
            facts["completeness"] = str(self.completeness)
        if self.sample is not None:
            facts["sample"] = self.sample.digest()
        return facts


def footings(log: PredictionLog, session: Session, contract: Contract, clipped: Period, subjects: "Sequence[Subject]") -> list[Footing]:
    """Return what each subject's verdict rests on; the log is read only where a clause declares a completeness.

    Args:
        log: The prediction log.
        session: A session.
        contract: The contract.
        clipped: The part of the period inside the term.
        subjects: Its performance clauses, one for each component.
    """
    key, _ = contract_store.contract_key(session, contract.ref)
    declared = {subject.component_id for subject in subjects if subject.terms.completeness is not None}
    labelled = {subject.component_id for subject in subjects if _reads_truth(METRICS[subject.terms.metric])}
    logged = {component: _completeness(log, session, component, clipped) for component in declared}
    samples = {component: _sample(session, component, clipped) for component in labelled}
    return [
        Footing(
            completeness=logged[subject.component_id] if subject.terms.completeness is not None else None,
            sample=samples[subject.component_id] if _reads_truth(METRICS[subject.terms.metric]) else None,
            at_risk=_at_risk(session, contract, key, subject, clipped.name),
        )
        for subject in subjects
    ]


def _reads_truth(metric: Metric) -> bool:
    """Whether outcomes say what was right; what people decided, or found harmful, is no such outcome."""
    return metric.needs_labels and not metric.label_source


def _at_risk(session: Session, contract: Contract, contract_id: int, subject: "Subject", period: str) -> bool:
    """Whether the days taken in raise the alarm under the clause as it stands today."""
    from vendor_ai.services.measurement import measure_of

    terms = subject.terms
    clause = watched(subject.clause.id, terms, measure_of(contract, terms, subject.component))
    known = risk_store.days(session, risk_store.Place(contract_id, clause, subject.component_id, period))
    if not known:
        return False
    log_e = log_evidence([(row.hits, row.trials) for row in known], terms, METRICS[terms.metric])
    return alarm(log_e, float(contract.significance)) is not None


def entry_fields(log: PredictionLog, clipped: Period, counted: "Counted", footing: Footing) -> dict[str, Any]:
    """What an ``Entry`` says besides the counters, as keyword arguments."""
    sample = footing.sample
    partly = counted.counts.labelled < counted.counts.predicted
    return {
        "completeness": footing.completeness,
        "mixed_sampling": mixed_sampling(counted.days),
        "precision": precision_of(counted.subject.terms),
        "audit": _audit_labels(log, clipped, counted, sample) if sample is not None and partly else None,
        "check": None if sample is None else sample.check,
        "at_risk": footing.at_risk,
    }


def mixed_sampling(days: Sequence[DayCounts]) -> bool:
    """Whether parts of the log hold different shares of the calls; a call without a fraction stands for itself."""
    return len({float(entry.sampling_fraction or 1) for entry in days if entry.counts.attempted}) > 1


def precision_of(terms: Performance) -> Fraction | None:
    """Half the width that the interval may have; None where the tolerance means something else."""
    tolerance = terms.tolerance
    if tolerance is None or tolerance.meaning is not ToleranceMeaning.PRECISION:
        return None
    amount = Fraction(tolerance.amount)
    return amount * Fraction(terms.threshold) if tolerance.kind is ToleranceKind.RELATIVE else amount


def _completeness(log: PredictionLog, session: Session, component_id: int, clipped: Period) -> Fraction | None:
    """Logged of known calls over the period; clauses about a part of the calls are held to the whole log's completeness."""
    return completeness_between(log, session, component_id, clipped.start_at, clipped.end_at, time_zone=clipped.time_zone).share


def _sample(session: Session, component_id: int, clipped: Period) -> DrawnSample | None:
    row = sample_store.covering(session, component_id, clipped.start_at, clipped.end_at)
    if row is None or row.population is None:
        return None
    assert row.id is not None
    items = sample_store.items(session, row.id, clipped.start_at, clipped.end_at)
    if any(item.first_label is None for item in items):
        return None  # calls that are easy to label come first: half a sample is none
    return DrawnSample(row.ref, row.population, row.start_at, row.end_at, tuple(items))


def _audit_labels(log: PredictionLog, clipped: Period, counted: "Counted", sample: DrawnSample) -> AuditLabels | None:
    """The sample's calls in the clause's scope, counted by the very code that counts all, with the first readers' labels.

    Calls that came into the log after the draw could not be drawn. They enter as calls without a label, in the proportion that they have
    among the clause's calls if every one of them were in its scope: the worst case.
    """
    with log.records.read() as session:
        span = span_of(log, session, PREDICTION, counted.subject.component_id, start=clipped.start_at, end=clipped.end_at)
        windows = maintenance_store.windows(session, counted.subject.component_id)
    days = _count(span, counted.measure, sample.items, windows, list(clipped.days()))
    late = max(count_predicted(replace(span, start=sample.start, end=sample.end)) - sample.population, 0)
    counts, known = total(entry.counts for entry in days), counted.counts.predicted - late
    if known <= 0:
        return None
    by_day: dict[str, list[Counts]] = {}
    for entry in days:
        by_day.setdefault(entry.day, []).append(entry.counts)
    open_calls = -(-counts.predicted * late // known)  # rounded up
    return AuditLabels(
        replace(counts, predicted=counts.predicted + open_calls), {day: total(parts) for day, parts in by_day.items()}
    )  # fmt: skip


def _count(
    span: Span, measure: Measure, items: Sequence[AuditItemRow], windows: Sequence[tuple[datetime, datetime]], days: Sequence[date]
) -> list[DayCounts]:
    """Counters of some calls alone, from a log that holds nothing but them."""
    rows = read_sampled(span, [item.prediction_id for item in items])
    if not rows.num_rows:
        return []
    numeric = "prediction" not in rows.column_names or rows["prediction"].null_count == rows.num_rows
    with tempfile.TemporaryDirectory(prefix="vendor-ai-") as name:
        folder = Path(name)
        predictions = write_files(folder, measure.component, PREDICTION, rows)
        outcomes = write_files(folder, measure.component, OUTCOME, _labels(items, numeric=numeric))
        engine = DuckDBEngine(folder, threads=1)
        definition = replace(measure, label_sources=())
        counted = engine.count([definition], predictions=predictions, outcomes=outcomes, days=days, needs=NEEDS, windows=windows)
    return counted[definition.key]


def _labels(items: Sequence[AuditItemRow], *, numeric: bool) -> pa.Table:
    """First readings as stored outcomes."""
    values = [
        {
            "prediction_id": item.prediction_id,
            "actual": None if numeric else item.first_label,
            "actual_value": float(item.first_label) if numeric else None,
            "occurred_at": item.occurred_at,
            "sequence": item.position,
        }
        for item in items
        if item.first_label is not None
    ]
    return pa.Table.from_pylist(values, schema=STORED_OUTCOME_SCHEMA)
