"""Folds what arrived into the prediction log and recounts the days that changed."""

from collections.abc import Iterator

from vendor_ai.domain.job import DueItem, Job
from vendor_ai.services.prediction_log import PredictionLog
from vendor_ai.wiring import App


def _due(app: App) -> Iterator[DueItem]:
    waiting = app.log.components_with_pending()
    if waiting:
        yield DueItem(f"{app.clock.now():%Y-%m-%dT%H:%MZ}", lambda: _fold(app.log, waiting))


def _fold(log: PredictionLog, components: list[str]) -> str:
    folded = log.refresh(components)
    return f"{sum(outcome.stored for outcome in folded.values())} rows stored for {len(components)} components"


JOB = Job("folding", "Folds the inbox and recounts changed days", every_s=60, due=_due)
