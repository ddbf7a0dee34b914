"""The daily alarm of running periods: a hint that a promise is being broken, never a claim.

Each clause has one e-process a period. A day enters once it is mature: over, with every call labelled or its labels past the maturity
window that the contract names (without one, only days with every label enter). Days enter in order and are never restated, so that
neither labels that come sooner for wrong answers nor corrections make the process look again at what it has seen; only where the promise is
amended are they weighed by the new limit. The day is the unit,
because calls of a day fail together and a running period has too few days to find out whether they do.
"""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlmodel import Session

from vendor_ai.db import risk_day as store
from vendor_ai.db.risk_day import Place, RiskDayRow
from vendor_ai.domain.contract import Contract, Performance
from vendor_ai.domain.measure import Counts, total
from vendor_ai.domain.metric import Metric, MetricOptions, Reading
from vendor_ai.domain.signal import Severity, SignalKind
from vendor_ai.inference.sequential import alarm
from vendor_ai.kit.period import Period, local_midnight
from vendor_ai.metrics import METRICS
from vendor_ai.services import measurement
from vendor_ai.services.contract import contracts
from vendor_ai.services.evaluation import load_contract
from vendor_ai.services.measurement import Counted
from vendor_ai.services.prediction_log import PredictionLog
from vendor_ai.services.risk_evidence import log_evidence, watched
from vendor_ai.services.signal import notice
from vendor_ai.services.standing import current_period, period_lengths

SETTLING = timedelta(hours=6)  # for rows that clients kept back while the server was away


@dataclass(frozen=True, slots=True)
class Alarm:
    """A clause whose alarm stands: the day that raised it, and how many days had entered by then."""

    contract: str
    clause: str
    component: str
    period: str
    day: str
    days: int
    log_e: float

    def as_json(self) -> dict[str, Any]:
        """For the signal; the e-value itself may be too large for a number, so its logarithm is kept."""
        return {
            "contract": self.contract,
            "clause": self.clause,
            "component": self.component,
            "period": self.period,
            "day": self.day,
            "days": self.days,
            "log_e": round(self.log_e, 6),
        }

    @property
    def sentence(self) -> str:
        """For people."""
        return (
            f"{self.clause} of {self.component} in {self.period}: {self.days} matured days up to {self.day} speak against the promise of "
            f"{self.contract}. A hint to look, not a claim: credits are decided once, after the period."
        )


def running(session: Session, at: datetime) -> list[tuple[str, date]]:
    """Contracts with a running period, each with its local date."""
    return [
        (contract.ref, measurement.counted_part(contract, period, at).end)
        for contract in contracts(session)
        for period in _periods(contract, at)[:1]
    ]


def watch(log: PredictionLog, reference: str, *, at: datetime) -> list[Alarm]:
    """Take in the days of a contract's running periods that have matured; returns the alarms raised now.

    Raises:
        NotFoundError: When there is no such contract.
    """
    with log.records.write() as session:
        contract, key, _ = load_contract(session, reference)
        measurement.register_measures(session, contract)
    log.refresh(contract.components)
    raised: list[Alarm] = []
    with log.records.write() as session:
        for period in _periods(contract, at):
            part = measurement.counted_part(contract, period, at)
            for counted in measurement.count(session, contract, part, measurement.subjects(session, contract, period)):
                found = _take_in(session, contract, key, part, counted, at=at)
                if found is not None and _notice(session, found, counted.subject.component_id, at=at):
                    raised.append(found)
    return raised


def _periods(contract: Contract, at: datetime) -> list[Period]:
    """The periods that run, one for each length that clauses have."""
    found = (current_period(contract, length, at) for length in period_lengths(contract))
    return [period for period in found if period is not None and not period.clipped(*measurement.term_of(contract)).closed(at)]


def _take_in(session: Session, contract: Contract, contract_id: int, part: Period, counted: Counted, *, at: datetime) -> Alarm | None:
    """Add one clause's newly matured days; its alarm, where it stands."""
    subject, terms = counted.subject, counted.subject.terms
    metric = METRICS[terms.metric]
    if metric.read is None or metric.statistic_for(MetricOptions(terms.positive, terms.average)) is not None:
        return None  # only shares have an e-process
    place = Place(contract_id, watched(subject.clause.id, terms, counted.measure), subject.component_id, part.name)
    known = store.days(session, place)
    fresh = _matured(contract, part, counted, metric, after=known[-1].day if known else "", at=at)
    rows = [(row.day, row.hits, row.trials) for row in known] + [(day, reading.hits, reading.trials) for day, reading in fresh]
    log_e = log_evidence([(hits, trials) for _, hits, trials in rows], terms, metric)
    added = [
        RiskDayRow(
            contract_id=contract_id, clause=place.clause, component_id=place.component_id, period=part.name,
            day=day, hits=hits, trials=trials, log_e=evidence, entered_at=at,
        )
        for (day, hits, trials), evidence in zip(rows[len(known) :], log_e[len(known) :], strict=True)
    ]  # fmt: skip
    store.add(session, added)
    first = alarm(log_e, float(contract.significance)) if rows else None
    if first is None:
        return None
    return Alarm(contract.ref, subject.clause.id, subject.component, part.name, rows[first][0], first + 1, log_e[first])


def _matured(contract: Contract, part: Period, counted: Counted, metric: Metric, *, after: str, at: datetime) -> list[tuple[str, Reading]]:
    """The days that follow the last one taken in, up to the first that is not mature."""
    assert metric.read is not None
    terms = counted.subject.terms
    by_day: dict[str, list[Counts]] = {}
    for entry in counted.days:
        by_day.setdefault(entry.day, []).append(entry.counts)
    found: list[tuple[str, Reading]] = []
    last = max((day for day, parts in by_day.items() if any(counts.attempted for counts in parts)), default="")
    for day in part.days():
        if day.isoformat() <= after:
            continue
        if day.isoformat() > last:
            break  # its calls may still be imported
        counts = total(by_day.get(day.isoformat(), ()))
        over = local_midnight(day + timedelta(days=1), contract.time_zone)
        if not _is_mature(counts, over, terms, metric, at):
            break
        found.append((day.isoformat(), metric.read(counts, MetricOptions(terms.positive, terms.average))))
    return found


def _is_mature(counts: Counts, over: datetime, terms: Performance, metric: Metric, at: datetime) -> bool:
    if at < over + SETTLING:
        return False
    complete = not metric.needs_labels or counts.labelled == counts.predicted
    return complete or (terms.maturity_days > 0 and at >= over + timedelta(days=terms.maturity_days))


def _notice(session: Session, found: Alarm, component_id: int, *, at: datetime) -> bool:
    """Keep the alarm as a signal; False where it stood already."""
    subject = f"{found.contract}/{found.clause}/{found.period}"
    return notice(
        session, component_id, SignalKind.AT_RISK, subject, severity=Severity.HIGH, text=found.sentence, figures=found.as_json(), at=at
    )
