"""Where each promise is heading: its last periods, and when the limit would be reached."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from vendor_ai.db import verdict as verdict_store
from vendor_ai.db.contract import contract_key
from vendor_ai.db.vendor import component_key
from vendor_ai.domain.contract import Contract, Performance
from vendor_ai.domain.signal import Severity, SignalKind
from vendor_ai.domain.verdict import ClauseVerdict
from vendor_ai.domain.verdict_json import value_text, verdict_from_json
from vendor_ai.inference.trend import PERIODS, Direction, direction, mann_kendall, project, sen_slope
from vendor_ai.kit.number import float_text
from vendor_ai.kit.period import Period, next_period, parse_period
from vendor_ai.services import signal
from vendor_ai.services.evaluation import load_contract
from vendor_ai.services.prediction_log import PredictionLog

FEWEST = 5  # periods: 2 orders of 120 are all rising or all falling, the first that can be significant


@dataclass(frozen=True, slots=True)
class Trend:
    """One clause for one component over its last closed periods.

    Attributes:
        values: Measured value by period, oldest first; None where there was no data.
        worsening: Whether it moves towards its limit, significantly.
        reaches: The period in which Sen's line reaches the limit, within seven; None otherwise.
    """

    clause: str
    component: str
    values: Mapping[str, str | None]
    p_value: float
    slope: float | None
    direction: Direction
    worsening: bool
    reaches: Period | None

    @property
    def enough(self) -> bool:
        """Whether so many periods hold data that a steady course could be told from a trend at all."""
        return sum(value is not None for value in self.values.values()) >= FEWEST

    def as_json(self) -> dict[str, Any]:
        """Everything, for `--json`."""
        reached = self.reaches
        return {
            "id": self.clause,
            "component": self.component,
            "values": dict(self.values),
            "p_value": float_text(self.p_value),
            "slope_per_period": None if self.slope is None else float_text(self.slope),
            "direction": self.direction.value if self.enough else None,
            "enough": self.enough,
            "worsening": self.worsening,
            "limit_reached_in": None if reached is None else reached.name,
            "limit_reached_by": None if reached is None else reached.end_at.isoformat(),
        }


def trends(log: PredictionLog, reference: str) -> list[Trend]:
    """Return the trend of every performance clause of a contract from its stored verdicts, the last seven periods of each.

    Raises:
        NotFoundError: When there is no such contract.
    """
    with log.records.read() as session:
        contract, key, _ = load_contract(session, reference)
        rows = verdict_store.in_force(session, key)
    histories: dict[tuple[str, str], list[tuple[str, ClauseVerdict]]] = {}
    for row in rows:
        verdict = verdict_from_json(row.figures)
        histories.setdefault((row.clause, verdict.component), []).append((row.period, verdict))
    terms = {clause.id: clause.terms for clause in contract.clauses if isinstance(clause.terms, Performance)}
    return [_trend(contract, terms[clause], history[-PERIODS:]) for (clause, _), history in sorted(histories.items()) if clause in terms]


def _trend(contract: Contract, terms: Performance, history: list[tuple[str, ClauseVerdict]]) -> Trend:
    last = history[-1][1]
    values = np.array([np.nan if it.measurement.value is None else float(it.measurement.value) for _, it in history])
    moves = direction(values)
    worsening = moves is (Direction.FALLING if terms.is_floor else Direction.RISING)
    reached = project(values, float(last.limit)) if worsening else None
    return Trend(
        clause=last.clause,
        component=last.component,
        values={period: value_text(it.measurement.value) for period, it in history},
        p_value=mann_kendall(values)[1],
        slope=sen_slope(values),
        direction=moves,
        worsening=worsening,
        reaches=None if reached is None else _period_after(contract, history[-1][0], reached - len(history) + 1),
    )


def _period_after(contract: Contract, name: str, steps: int) -> Period:
    period = parse_period(name, time_zone=contract.time_zone, year_starts=contract.year_starts)
    for _ in range(steps):
        period = next_period(period, contract.year_starts)
    return period


def notice_trends(log: PredictionLog, reference: str) -> int:
    """Turn significant worsening into signals, one a clause, component and last period; how many are new."""
    at = log.clock.now()
    found = [trend for trend in trends(log, reference) if trend.worsening]
    with log.records.write() as session:
        contract_key(session, reference)
        new = 0
        for it in found:
            key, _ = component_key(session, it.component)
            reached = f"reaches the limit in {it.reaches.name} if it goes on" if it.reaches else "stays within the limit for seven periods"
            new += signal.notice(
                session,
                key,
                SignalKind.TREND,
                f"{reference}/{it.clause}@{list(it.values)[-1]}",
                severity=Severity.HIGH if it.reaches else Severity.LOW,
                text=f"{it.clause} of {reference} has been getting worse over {len(it.values)} periods; it {reached}.",
                figures=it.as_json(),
                responses=("alert", "ask_vendor") if it.reaches else ("log",),
                at=at,
            )
        return new
