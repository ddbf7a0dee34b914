"""Folds what arrived into the prediction log and recounts the days that changed."""

from collections.abc import Iterator
from functools import partial

from vendor_ai.domain.job import DueItem, Job
from vendor_ai.services.prediction_log import PredictionLog
from vendor_ai.wiring import App


def _due(app: App) -> Iterator[DueItem]:
    """One item a component and minute: what is wrong with one component's rows does not hold up the others."""
    minute = f"{app.clock.now():%Y-%m-%dT%H:%MZ}"
    for component in app.log.components_with_pending():
        yield DueItem(f"{minute}/{component}", partial(_fold, app.log, component))


def _fold(log: PredictionLog, component: str) -> str:
    return f"{sum(outcome.stored for outcome in log.refresh([component]).values())} rows stored"


JOB = Job("folding", "Folds the inbox and recounts changed days", every_s=60, due=_due)
