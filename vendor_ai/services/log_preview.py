"""What an import would come to, found out as folding does and stored nowhere."""

from collections.abc import Sequence
from dataclasses import dataclass

import pyarrow as pa

from vendor_ai.db import prediction_log as store
from vendor_ai.db.secret import known_secret
from vendor_ai.domain.prediction import Folded
from vendor_ai.predictions.schema import from_blob
from vendor_ai.services.prediction_log import OUTCOME, PREDICTION, ROWS_A_FOLD, PredictionLog
from vendor_ai.services.pseudonym import SECRET, pseudonymised


@dataclass(frozen=True, slots=True)
class Preview:
    """What would become of each part, by its place, and how many outcomes would wait for a prediction."""

    folded: dict[int, Folded]
    waiting: int


def preview(log: PredictionLog, parts: Sequence[tuple[int, str, pa.Table]]) -> Preview:
    """Fold parts (component id, kind, rows) in memory, after what the log and its inbox hold.

    Args:
        log: The prediction log.
        parts: All that an import would store; they stay in memory at once, so that repeats across them are found.
    """
    folded: dict[int, Folded] = {}
    waiting = 0
    for component_id in sorted({part[0] for part in parts}):
        with log.records.read() as session:
            pending = sorted(store.pending(session, component_id, most_rows=ROWS_A_FOLD), key=lambda entry: not entry.waiting)
            predictions = store.files(session, component_id, PREDICTION)
            outcomes = store.files(session, component_id, OUTCOME)
            people = known_secret(session, SECRET) if log.pseudonyms else None
        batches: dict[str, list[tuple[int | None, pa.Table]]] = {PREDICTION: [], OUTCOME: []}
        for entry in pending:
            batches[entry.kind].append((None, from_blob(entry.blob)))
        for place, (owner, part_kind, table) in enumerate(parts):
            if owner == component_id:
                # Without a secret nobody is in the log yet, and names compare as well as pseudonyms.
                batches[part_kind].append((place, pseudonymised(table, people) if people else table))
        fresh = log.engine.sift_predictions(batches[PREDICTION], predictions)
        placed = log.engine.sift_outcomes(batches[OUTCOME], predictions=predictions, outcomes=outcomes, fresh=fresh.rows, first_sequence=0)
        folded.update({**fresh.folded, **placed.folded})
        waiting += placed.waiting.num_rows
    return Preview(folded, waiting)
