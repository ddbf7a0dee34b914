"""A change that no version shows: answers, latency and correctness watched for the day from which they differ."""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import numpy as np
from sqlmodel import Session, col, select

from vendor_ai.change.change_point import WATCH, ChangePoint, look
from vendor_ai.db import prediction_log as log_store
from vendor_ai.db.signal import SignalRow
from vendor_ai.db.vendor import component_key
from vendor_ai.db.verdict import notices
from vendor_ai.domain.measure import Counts
from vendor_ai.domain.prediction import LogFile
from vendor_ai.domain.signal import Severity, SignalKind
from vendor_ai.kit.number import float_text
from vendor_ai.predictions.daily import OTHER, DailyLog, daily_log
from vendor_ai.services import signal
from vendor_ai.services.plain_counters import daily_counts
from vendor_ai.services.prediction_log import PREDICTION, PredictionLog
from vendor_ai.services.standing import seen_versions

MATURITY_DAYS = 14  # labels younger than this are not looked at: wrong answers are often labelled first
NEAR = timedelta(days=3)  # a notice or a served version this close to the split belongs to it
RATE = f"at most {WATCH.yearly:.0%} of components without a change raise a false alarm in a year"


@dataclass(frozen=True, slots=True)
class FoundChange:
    """A day from which one signal differs; ``before`` and ``after`` are what it was and became, as text."""

    signal: str  # answers | latency | correctness
    day: date
    p_value: float
    before: Mapping[str, str]
    after: Mapping[str, str]


def look_for_change(log: PredictionLog, component: str) -> list[FoundChange]:
    """Look once at the last days of a component, up to yesterday (UTC); nothing is stored.

    Days up to the last alarm of a signal are left out, so that one change is found once.
    """
    at = log.clock.now()
    with log.records.read() as session:
        key, about = component_key(session, component)
        files = log_store.files(session, key, PREDICTION)
        since = _last_alarms(session, key)
    end = at.astimezone(UTC).date()
    first = max([end - timedelta(days=WATCH.window + MATURITY_DAYS), *_first_day(files)])
    if first >= end:
        return []
    days = daily_log(log.engine.folder, files, start=_midnight(first), end=_midnight(end))
    counts = daily_counts(log, about.ref, first=first, end=end - timedelta(days=MATURITY_DAYS))
    found = [_answers(days, since.get("answers")), _latency(days, since.get("latency")), _correctness(first, end, counts, since)]
    return [change for change in found if change is not None]


def _first_day(files: Sequence[LogFile]) -> list[date]:
    return [min(file.first_day for file in files)] if files else []


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), UTC)


def _last_alarms(session: Session, component_id: int) -> dict[str, date]:
    """The last split day of each signal."""
    query = select(SignalRow.subject).where(col(SignalRow.component_id) == component_id, col(SignalRow.kind) == SignalKind.CHANGE.value)
    found: dict[str, date] = {}
    for subject in session.exec(query):
        name, _, day = subject.partition("@")
        found[name] = max(date.fromisoformat(day), found.get(name, date.min))
    return found


def _found(name: str, first: date, change: ChangePoint | None, columns: Iterable[str]) -> FoundChange | None:
    if change is None:
        return None
    names = list(columns)
    sides = [{column: float_text(value) for column, value in zip(names, side, strict=True)} for side in (change.before, change.after)]
    return FoundChange(name, first + timedelta(days=change.index), change.p_value, *sides)


def _start(first: date, since: date | None) -> int:
    return 0 if since is None else max((since - first).days, 0)


def _answers(days: DailyLog, since: date | None) -> FoundChange | None:
    """The shares of the answers; a component that answers in free text has none that could be compared."""
    if not days.answers or (OTHER in days.answers and days.answer_counts[:, days.answers.index(OTHER)].sum() > days.answered.sum() / 2):
        return None
    cut = _start(days.first, since)
    names = ["other answers" if answer == OTHER else answer for answer in days.answers]
    return _found("answers", days.first + timedelta(days=cut), look(days.answer_shares[cut:], days.answered[cut:], season=7), names)


def _latency(days: DailyLog, since: date | None) -> FoundChange | None:
    cut = _start(days.first, since)
    change = look(days.log_median_ms[cut:], days.timed[cut:], season=7)
    if change is not None:
        medians = [tuple(math.exp(value) for value in side) for side in (change.before, change.after)]
        change = ChangePoint(change.index, change.p_value, change.statistic, *medians)
    return _found("latency", days.first + timedelta(days=cut), change, ["typical median in ms"])


def _correctness(first: date, end: date, counts: Mapping[date, Counts], since: Mapping[str, date]) -> FoundChange | None:
    """The share of right answers on days whose labels are mature."""
    span = (end - timedelta(days=MATURITY_DAYS) - first).days
    if span <= 0:
        return None
    labelled, correct = np.zeros(span), np.zeros(span)
    for day, entry in counts.items():
        labelled[(day - first).days], correct[(day - first).days] = entry.labelled, entry.correct
    cut = _start(first, since.get("correctness"))
    shares = np.divide(correct, labelled, out=np.full(span, np.nan), where=labelled > 0)
    return _found("correctness", first + timedelta(days=cut), look(shares[cut:], labelled[cut:], season=7), ["accuracy"])


def watch(log: PredictionLog, component: str) -> int:
    """Look once and turn what is found into signals; how many are new.

    A change that the vendor announced for these days is no signal; one with another served version but without notice is of medium
    severity, one that hides behind the same version of high.
    """
    found = look_for_change(log, component)
    at = log.clock.now()
    with log.records.write() as session:
        key, _ = component_key(session, component)
        announced = [row.effective_at or row.received_at for row in notices(session, key)]
        served = seen_versions(session, key)
        return sum(
            _signal(session, key, change, served, at=at)
            for change in found
            if not any(abs(notice.date() - change.day) <= NEAR for notice in announced)
        )


def _signal(session: Session, component_id: int, change: FoundChange, served: Sequence[tuple[str, date]], *, at: datetime) -> bool:
    version = next((name for name, day in served[1:] if abs(day - change.day) <= NEAR), None)
    hidden = version is None
    shown = "the served version stayed the same" if hidden else f"the served version became {version}"
    figures: dict[str, Any] = {
        "signal": change.signal,
        "day": change.day.isoformat(),
        "p_value": float_text(change.p_value),
        "before": dict(change.before),
        "after": dict(change.after),
        "false_alarms": RATE,
    }
    return signal.notice(
        session,
        component_id,
        SignalKind.CHANGE,
        f"{change.signal}@{change.day.isoformat()}",
        severity=Severity.HIGH if hidden else Severity.MEDIUM,
        text=f"Since {change.day} (UTC) a change shows in its {change.signal}; {shown}, and no notice covers the day.",
        figures=figures,
        responses=("alert", "ask_vendor"),
        at=at,
    )
