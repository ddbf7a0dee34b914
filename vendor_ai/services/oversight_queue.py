"""The calls of a day that a person must look at, found in the prediction log."""

from collections.abc import Iterator
from datetime import datetime

from vendor_ai.change.drift import Response
from vendor_ai.db import prediction_log as log_store
from vendor_ai.db import signal as signal_store
from vendor_ai.db.vendor import component_key, components_by_key
from vendor_ai.domain.vendor import ComponentStatus
from vendor_ai.predictions.reading import read_calls
from vendor_ai.services.oversight import AnsweredCall, Queued, queue_calls
from vendor_ai.services.prediction_log import PREDICTION, PredictionLog

AUTOMATED = "automated"


def overseen(log: PredictionLog) -> list[str]:
    """Refs of the components whose decisions concern somebody: those in use that say how they decide."""
    with log.records.read() as session:
        found = components_by_key(session).values()
    return sorted(it.ref for it in found if it.decision_type and it.status is ComponentStatus.IN_USE)


def queue_day(log: PredictionLog, component: str, *, start: datetime, end: datetime) -> Queued:
    """Open reviews for the calls of ``[start, end)`` that need one.

    Args:
        log: The prediction log; rows that are not folded yet are found the next day.
        component: Slug or exact name.
        start: First instant.
        end: First instant after.
    """
    with log.records.read() as session:
        key, about = component_key(session, component)
        files = log_store.files(session, key, PREDICTION)
        switched_on = any(Response.HUMAN_REVIEW in row.responses for row in signal_store.signals(session, key, state="open"))
    columns = ("prediction", "confidence", "status")
    table = read_calls(log.engine.folder, files, columns, start=start, end=end, condition="status = 'ok' AND prediction IS NOT NULL")

    def calls() -> Iterator[AnsweredCall]:
        for batch in table.to_batches(max_chunksize=10_000):
            for row in batch.to_pylist():
                yield AnsweredCall(row["prediction_id"], row["occurred_at"], row["prediction"], row["confidence"])

    with log.records.write() as session:
        return queue_calls(
            session,
            about.ref,
            calls(),
            all_of_them=switched_on,
            automated=about.decision_type == AUTOMATED,
            at=log.clock.now(),
        )
