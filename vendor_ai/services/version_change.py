"""Served versions that appeared, beside the notices the vendor gave."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from itertools import pairwise

from sqlmodel import Session

from vendor_ai.change.comparison import VersionRows, compare
from vendor_ai.clauses.change_notice import ServedChange, judge_change
from vendor_ai.db import audit
from vendor_ai.db import prediction_log as log_store
from vendor_ai.db import verdict as store
from vendor_ai.db.retention import deleted_versions
from vendor_ai.db.vendor import component_key
from vendor_ai.db.verdict import NoticeRow, ViolationRow
from vendor_ai.domain.audit import AuditEvent
from vendor_ai.domain.comparison import Comparison
from vendor_ai.domain.contract import ChangeNotice, Clause, Contract
from vendor_ai.domain.prediction import LogFile
from vendor_ai.domain.verdict import VersionChange
from vendor_ai.domain.verdict_json import change_json
from vendor_ai.kit.period import Period
from vendor_ai.services.prediction_log import OUTCOME, PREDICTION, PredictionLog

MATERIAL_P = 0.05
MATERIAL_ERROR_RATE = 0.005


def compare_versions(log: PredictionLog, component: str, before: str, after: str, *, pair_by: str = "input_id") -> Comparison:
    """Measure one served version of a component against another.

    Args:
        log: The prediction log, refreshed by the caller.
        component: The component's reference.
        before: The earlier served version.
        after: The later one.
        pair_by: The logged field that names the same input in both.
    """
    with log.records.read() as session:
        key, _ = component_key(session, component)
        predictions = log_store.files(session, key, PREDICTION)
        outcomes = log_store.files(session, key, OUTCOME)
    sides = [log.engine.version_calls(version, predictions=predictions, outcomes=outcomes, pair_by=pair_by) for version in (before, after)]
    rows = [VersionRows(side.prediction, side.correct, side.latency_ms, side.key) for side in sides]
    return compare(rows[0], rows[1], before, after)


def versions(log: PredictionLog, component: str) -> list[tuple[str, datetime, int]]:
    """The versions a component has served: name, first answered call, answered calls."""
    with log.records.read() as session:
        key, _ = component_key(session, component)
        files = log_store.files(session, key, PREDICTION)
        deleted = deleted_versions(session, key)
    return _seen(log, files, deleted, datetime.max.replace(tzinfo=UTC))


def _seen(log: PredictionLog, files: Sequence[LogFile], deleted: Mapping[str, datetime], end: datetime) -> list[tuple[str, datetime, int]]:
    """Versions by their first answered call; rows that retention deleted count with their first call."""
    found = {version: (at, calls) for version, at, calls in log.engine.first_seen(files, start=datetime.min.replace(tzinfo=UTC), end=end)}
    for version, at in deleted.items():
        if at < end:
            known, calls = found.get(version, (at, 0))
            found[version] = (min(known, at), calls)
    return sorted(((version, at, calls) for version, (at, calls) in found.items()), key=lambda entry: (entry[1], entry[0]))


def _notice_for(notices: Sequence[NoticeRow], version: str) -> NoticeRow | None:
    """The earliest notice that names the version."""
    return next((notice for notice in notices if notice.model_version.lower() == version.lower()), None)


def _is_material(comparison: Comparison) -> bool | None:
    """Whether accuracy fell measurably by more than the error rate a rollout may add; None without labels on both sides."""
    accuracy = comparison.accuracy
    if accuracy is None:
        return None
    return float(accuracy.difference) > MATERIAL_ERROR_RATE and accuracy.p_value < MATERIAL_P


def changes(log: PredictionLog, contract: Contract, period: Period) -> list[VersionChange]:
    """Versions that first answered inside the period, judged by the contract's change-notice clause."""
    clause = _change_clause(contract)
    if clause is None or not isinstance(clause.terms, ChangeNotice):
        return []
    found: list[VersionChange] = []
    for reference in contract.components_of(clause):
        with log.records.read() as session:
            key, component = component_key(session, reference)
            files = log_store.files(session, key, PREDICTION)
            notices = store.notices(session, key)
            deleted = deleted_versions(session, key)
        seen = _seen(log, files, deleted, period.end_at)
        for (before, _, _), (after, first_seen, _) in pairwise(seen):
            if first_seen < period.start_at:
                continue
            notice = _notice_for(notices, after)
            material = _is_material(compare_versions(log, component.ref, before, after))
            found.append(
                judge_change(
                    clause.terms,
                    ServedChange(
                        component=component.ref,
                        before=before,
                        after=after,
                        first_seen=first_seen,
                        received_at=notice.received_at if notice else None,
                        notice_id=str(notice.id) if notice else None,
                        emergency=notice.emergency if notice else False,
                        material=material,
                    ),
                    time_zone=contract.time_zone,
                )
            )
    return found


def _change_clause(contract: Contract) -> Clause | None:
    return next((entry for entry in contract.clauses if isinstance(entry.terms, ChangeNotice)), None)


def open_violations(session: Session, contract: Contract, contract_id: int, found: Sequence[VersionChange], *, at: datetime) -> None:
    """Open a violation for every unannounced material change, once."""
    clause = _change_clause(contract)
    for change in found:
        if clause is None or not change.violated:
            continue
        key, _ = component_key(session, change.component)
        row = ViolationRow(
            contract_id=contract_id,
            clause=clause.id,
            component_id=key,
            subject=f"version:{change.after}",
            state="open",
            figures=change_json(change),
            opened_at=at,
            changed_at=at,
        )
        if store.open_violation(session, row):
            reference = f"{clause.id}/{change.component}/{change.after}"
            audit.append(session, AuditEvent(at, "program:evaluation", "violation.opened", "violation", reference, change_json(change)))
