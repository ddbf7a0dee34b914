"""How often people overrule the AI, and signs that looking became a formality."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from fractions import Fraction
from typing import Any

from vendor_ai.change.oversight import DayOfReviews, Oversight, OversightWarning, Reviews, oversee
from vendor_ai.db import prediction_log as log_store
from vendor_ai.db.vendor import component_key
from vendor_ai.domain.measure import HUMAN_DECISION
from vendor_ai.domain.signal import Severity, SignalKind
from vendor_ai.kit.number import fraction_text
from vendor_ai.predictions.reading import PersonsDecision, calls_by_day, persons_decisions
from vendor_ai.services import signal
from vendor_ai.services.oversight import finished
from vendor_ai.services.prediction_log import OUTCOME, PREDICTION, PredictionLog

DAYS = 30
ENOUGH = 50  # reviews below which nothing is warned of, and of one reviewer

WORDS = {
    OversightWarning.OVERALL_RATE_LOW: "People overrule the AI in less than 2 % of the calls they review.",
    OversightWarning.REVIEWERS_SELDOM_OVERRIDE: "More than 30 % of the reviewers overrule the AI in less than 1 % of their reviews.",
    OversightWarning.BUSY_DAYS_WAVED_THROUGH: "On busy days people overrule the AI less than half as often as on quiet days.",
}


@dataclass(frozen=True, slots=True)
class OversightReport:
    """One component over some days."""

    component: str
    start: datetime
    end: datetime
    figures: Oversight

    @property
    def enough(self) -> bool:
        """Whether there are reviews enough to warn of anything."""
        return self.figures.overall.reviewed >= ENOUGH

    @property
    def warnings(self) -> tuple[str, ...]:
        """What is suspicious, in sentences; none where too little was reviewed to say."""
        return tuple(WORDS[warning] for warning in self.figures.warnings) if self.enough else ()

    @property
    def sentence(self) -> str:
        """The overall figure in words."""
        overall = self.figures.overall
        span = f"{self.start:%Y-%m-%d} to {self.end:%Y-%m-%d %H:%M} UTC"
        if not overall.reviewed:
            return f"{self.component}, {span}: nobody reviewed a call, so nothing is known about human oversight."
        rest = "" if self.enough else f" Fewer than {ENOUGH} reviews are too few to warn of anything."
        return f"{self.component}, {span}: {overall.overridden} of {overall.reviewed} reviewed calls were overruled.{rest}"

    def as_json(self) -> dict[str, Any]:
        """Everything, for `--json`."""
        figures = self.figures
        return {
            "component": self.component,
            "start": self.start.isoformat(),
            "end": self.end.isoformat(),
            "overall": _rate(figures.overall),
            "by_reviewer": {name: _rate(reviews) for name, reviews in sorted(figures.by_reviewer.items())},
            "by_hour_utc": {str(hour): _rate(reviews) for hour, reviews in sorted(figures.by_hour.items())},
            "busy_days": _rate(figures.busy),
            "quiet_days": _rate(figures.quiet),
            "warnings": [warning.value for warning in figures.warnings] if self.enough else [],
            "enough": self.enough,
        }


def _rate(reviews: Reviews) -> dict[str, Any]:
    return {
        "reviewed": reviews.reviewed,
        "overridden": reviews.overridden,
        "rate": None if reviews.rate is None else fraction_text(reviews.rate),
    }


def report_of(log: PredictionLog, component: str, *, days: int = DAYS) -> OversightReport:
    """Return a component's override rates over the last days of UTC, up to now.

    Reviews made here and decisions brought in as outcomes of the source ``human_decision`` count alike.
    """
    end = log.clock.now().astimezone(UTC)
    start = datetime.combine(end.date(), datetime.min.time(), UTC) - timedelta(days=days)
    with log.records.read() as session:
        key, about = component_key(session, component)
        reviews = finished(session, about.ref, since=start, until=end)
        predictions, outcomes = (log_store.files(session, key, kind) for kind in (PREDICTION, OUTCOME))
    made = [PersonsDecision(it.reviewer, it.final_at, bool(it.overrode)) for it in reviews if it.final_at is not None]
    brought = persons_decisions(log.engine.folder, predictions, outcomes, source=HUMAN_DECISION, start=start, end=end)
    volume = calls_by_day(log.engine.folder, predictions, start=start, end=end)
    return OversightReport(about.ref, start, end, _figures([*made, *brought], volume))


def _figures(decisions: Sequence[PersonsDecision], volume: dict[date, int]) -> Oversight:
    by_reviewer: dict[str, Reviews] = {}
    by_hour: dict[int, Reviews] = {}
    by_day: dict[date, Reviews] = {}
    for it in decisions:
        one = Reviews(1, int(it.overrode))
        at = it.at.astimezone(UTC)
        by_reviewer[it.reviewer] = by_reviewer.get(it.reviewer, Reviews(0, 0)) + one
        by_hour[at.hour] = by_hour.get(at.hour, Reviews(0, 0)) + one
        by_day[at.date()] = by_day.get(at.date(), Reviews(0, 0)) + one
    days = [DayOfReviews(calls, by_day.get(day, Reviews(0, 0))) for day, calls in sorted(volume.items())]
    return oversee(by_reviewer, by_hour, days, minimum_reviews=ENOUGH)


def watch(log: PredictionLog, component: str) -> int:
    """Turn what is suspicious into signals, one a kind and calendar month; how many are new."""
    found = report_of(log, component)
    if not found.warnings:
        return 0
    at = log.clock.now()
    overall = found.figures.overall.rate or Fraction(0)
    with log.records.write() as session:
        key, _ = component_key(session, component)
        return sum(
            signal.notice(
                session,
                key,
                SignalKind.OVERSIGHT,
                f"{warning.value}@{at:%Y-%m}",
                severity=Severity.MEDIUM,
                text=WORDS[warning],
                figures={"override_rate": fraction_text(overall), "reviewed": found.figures.overall.reviewed},
                responses=("alert",),
                at=at,
            )
            for warning in found.figures.warnings
        )
