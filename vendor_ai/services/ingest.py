"""The HTTP way in: one body becomes one acknowledged batch of the prediction log."""

import hashlib
import secrets
from dataclasses import replace
from pathlib import Path

from sqlalchemy import bindparam, select
from sqlmodel import Session, col

from vendor_ai.db.base import Records
from vendor_ai.db.vendor import ComponentRow, component_key
from vendor_ai.domain.actor import Actor
from vendor_ai.domain.errors import StoreUnavailableError
from vendor_ai.domain.problem import ImportResult, Problem
from vendor_ai.importers.log_body import Body, BodyFormat, BodyTooLargeError, read_body, unpacked
from vendor_ai.importers.log_repeat import without_repeats
from vendor_ai.importers.log_table import LogReader
from vendor_ai.services.log_import import MOST_PROBLEMS, parts_of
from vendor_ai.services.prediction_log import OUTCOME, PREDICTION, PredictionLog, accept
from vendor_ai.services.token import Scope, require_component, require_scope

__all__ = ["Body", "BodyFormat", "BodyTooLargeError", "check_ready", "ingest", "unpacked"]

_BY_REF = select(col(ComponentRow.id), col(ComponentRow.ref)).where(col(ComponentRow.ref) == bindparam("wanted"))


def _batch_id(by: Actor, key: str | None, content: bytes) -> str:
    """A name for the batch that only the same user, key and content give again; without a key a fresh one.

    The content is part of it, so that a key used twice by mistake cannot make rows vanish: rows that did come before are dropped by
    their ids when the log folds.
    """
    if key is None:
        return f"http:{secrets.token_hex(16)}"
    return "http:" + hashlib.sha256(b"\0".join([by.name.encode(), key.encode(), hashlib.sha256(content).digest()])).hexdigest()


def ingest(
    log: PredictionLog, body: Body, *, component: str, outcomes_only: bool, key: str | None = None, time_zone: str | None = None, by: Actor
) -> ImportResult:
    """Store a body's good rows in one transaction and return once they are durable; nothing is folded here.

    Args:
        log: The prediction log.
        body: The rows.
        component: The component of all of them; a column `component` is not read.
        outcomes_only: Whether they are outcomes alone.
        key: The sender's name for the batch: the same body under it is stored once.
        time_zone: Zone of times without an offset; None refuses them.
        by: Who sends it.

    Returns:
        ``stored`` are the rows acknowledged; ``duplicates`` those of a known batch and those that repeat a row of the body.

    Raises:
        NotAllowedError: When the actor may not write predictions of this component.
        NotFoundError: When there is no such component.
        InvalidInputError: When the body as a whole cannot be read.
        BodyTooLargeError: When it unpacks to more than its limit.
        StoreUnavailableError: When the store cannot take it now.
    """
    require_scope(by, Scope.PREDICTIONS_WRITE)
    with log.records.read() as session:
        component_id, ref = _component(session, component)
    require_component(by, ref)
    rows = read_body(body, LogReader(time_zone=time_zone, outcomes_only=outcomes_only))
    parts = parts_of(component_id, without_repeats(rows))
    with log.records.write() as session:
        receipt = accept(session, parts, batch_id=_batch_id(by, key, body.content), at=log.clock.now(), pseudonyms=log.pseudonyms)
    kind = OUTCOME if outcomes_only else PREDICTION
    stored = sum(table.num_rows for _, mine, table in parts if mine == kind and mine not in receipt.known)
    return ImportResult(rows.read, stored, rows.read - rows.rejected - stored, rows.rejected, _shown(rows.problems))


def _component(session: Session, reference: str) -> tuple[int, str]:
    """The component's stored id and ref; asked for nothing else, since every body asks."""
    row = session.connection().execute(_BY_REF, {"wanted": reference.strip().lower()}).first()
    if row is None:
        component_id, found = component_key(session, reference)  # by its name, or not at all
        return component_id, found.ref
    return row.id, row.ref


def _shown(problems: tuple[Problem, ...]) -> tuple[Problem, ...]:
    """The first problems, in the words of HTTP."""
    problems = tuple(replace(problem, message=problem.message.replace("--time-zone", "?time_zone=")) for problem in problems)
    if len(problems) <= MOST_PROBLEMS:
        return problems
    rest = Problem(None, None, f"{len(problems) - MOST_PROBLEMS} more problems are not listed. Mend these first.")
    return (*problems[:MOST_PROBLEMS], rest)


def check_ready(records: Records, folder: Path) -> None:
    """Return when a batch could be taken now: the database answers and the log's folder can be written.

    Raises:
        StoreUnavailableError: When not, saying why.
    """
    if records.revision() is None:
        raise StoreUnavailableError("The database has no schema yet. Run: vendor-ai db upgrade")
    probe = folder / f".ready-{secrets.token_hex(8)}"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        probe.touch()
        probe.unlink()
    except OSError as error:
        raise StoreUnavailableError(
            f"The folder {folder} cannot be written ({error.strerror}). Check its permissions and space."
        ) from error
