"""The rolling watch: the last seven days of a component beside the four weeks before."""

from collections.abc import Iterable
from datetime import UTC, date, datetime, time, timedelta
from fractions import Fraction
from typing import Any

from vendor_ai.change.watch import WINDOW_DAYS, Baseline, WatchState, WatchWarning, Window, watch
from vendor_ai.db import prediction_log as log_store
from vendor_ai.db.vendor import component_key
from vendor_ai.domain.measure import Counts, total
from vendor_ai.domain.signal import Severity, SignalKind
from vendor_ai.kit.number import float_text, fraction_text
from vendor_ai.predictions.daily import p95_ms
from vendor_ai.services import signal
from vendor_ai.services.plain_counters import daily_counts
from vendor_ai.services.prediction_log import PREDICTION, PredictionLog

BASELINE_DAYS = 28
WORDS = {
    WatchWarning.ACCURACY: "In the last 7 days accuracy was more than 2 points under that of the 4 weeks before.",
    WatchWarning.LATENCY_P95: "In the last 7 days the P95 of the response time was more than 1.2 times that of the 4 weeks before.",
}


def rolling(log: PredictionLog, component: str) -> dict[str, Any]:
    """Return the last seven whole UTC days beside the 28 before, and what they warn of; nothing is stored."""
    end = log.clock.now().astimezone(UTC).date()
    split = end - timedelta(days=WINDOW_DAYS)
    first = split - timedelta(days=BASELINE_DAYS)
    counts = daily_counts(log, component, first=first, end=end)
    now = total(entry for day, entry in counts.items() if day >= split)
    before = total(entry for day, entry in counts.items() if day < split)
    p95_now, p95_before = (_p95(log, component, *span) for span in ((split, end), (first, split)))
    accuracy = Fraction(before.correct, before.labelled) if before.labelled else None
    state, warnings = watch(Window(now.labelled, now.correct, p95_now), Baseline(accuracy, p95_before))
    return {
        "state": state.value,
        "warnings": [warning.value for warning in warnings],
        "from": split.isoformat(),
        "until": end.isoformat(),
        "labelled": now.labelled,
        "accuracy": _share(now),
        "accuracy_before": _share(before),
        "p95_ms": None if p95_now is None else float_text(p95_now),
        "p95_before_ms": None if p95_before is None else float_text(p95_before),
    }


def _share(counts: Counts) -> str | None:
    return fraction_text(Fraction(counts.correct, counts.labelled)) if counts.labelled else None


def _p95(log: PredictionLog, component: str, first: date, end: date) -> float | None:
    with log.records.read() as session:
        files = log_store.files(session, component_key(session, component)[0], PREDICTION)
    start, after = (datetime.combine(day, time(), UTC) for day in (first, end))
    return p95_ms(log.engine.folder, files, start=start, end=after)


def notice_warnings(log: PredictionLog, component: str) -> int:
    """Turn warnings into signals, one a kind and week; how many are new."""
    found = rolling(log, component)
    return _store(log, component, found, (WatchWarning(name) for name in found["warnings"]))


def _store(log: PredictionLog, component: str, found: dict[str, Any], warnings: Iterable[WatchWarning]) -> int:
    at = log.clock.now()
    week = f"{at.isocalendar().year}-W{at.isocalendar().week:02d}"
    with log.records.write() as session:
        key, _ = component_key(session, component)
        return sum(
            signal.notice(
                session,
                key,
                SignalKind.WATCH,
                f"{warning.value}@{week}",
                severity=Severity.MEDIUM,
                text=WORDS[warning]
                + (" Too few calls are labelled to judge accuracy." if found["state"] == WatchState.INSUFFICIENT_DATA else ""),
                figures=found,
                responses=("alert",),
                at=at,
            )
            for warning in warnings
        )
