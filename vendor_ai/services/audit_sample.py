"""Audit samples: committed before the labels are seen, drawn by the program, labelled blind, some calls by two people."""

import hashlib
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from fractions import Fraction
from typing import Any

from sqlmodel import Session

from vendor_ai.db import audit
from vendor_ai.db import audit_sample as store
from vendor_ai.db import contract as contract_store
from vendor_ai.db import prediction_log as log_store
from vendor_ai.db.audit_sample import COMMITTED, DRAWN, AuditItemRow, AuditSampleRow
from vendor_ai.db.vendor import component_by_id, component_key, components_by_key
from vendor_ai.domain.actor import Actor
from vendor_ai.domain.audit import AuditEvent
from vendor_ai.domain.contract_json import contract_from_json
from vendor_ai.domain.errors import ConflictError, InvalidInputError, NotFoundError
from vendor_ai.domain.verdict import LabelCheck
from vendor_ai.inference.label_error import label_error
from vendor_ai.kit.period import PeriodError, parse_period
from vendor_ai.predictions.sampling import SampledCall, Span, draw_calls, has_rows
from vendor_ai.services.prediction_log import OUTCOME, PREDICTION, PredictionLog

LARGEST = 100_000
_CONFIDENCE = 0.95


@dataclass(frozen=True, slots=True)
class Sample:
    """An audit sample; ``seed`` is None until it is drawn.

    Attributes:
        ref: Its reference.
        component: The component's.
        start: First instant whose calls it is drawn from.
        end: The instant after the last.
        size: Calls to draw.
        twice: How many of them a second person labels too.
        state: ``committed``, ``drawn`` or ``labelled``.
        seed_sha256: What the audit chain has held since the commitment.
        seed: What gives that hash, and the draw.
        population: Predicted calls it was drawn from.
        drawn: Calls drawn: ``size``, or all there were.
        labelled: Calls labelled by the first person.
        check: Calls labelled by two people, and how many of those differ.
        committed_at: When the seed was fixed.
    """

    ref: str
    component: str
    start: datetime
    end: datetime
    size: int
    twice: int
    state: str
    seed_sha256: str
    seed: str | None
    population: int | None
    drawn: int
    labelled: int
    check: LabelCheck
    committed_at: datetime

    @property
    def agreement(self) -> Fraction | None:
        """The share of twice labelled calls on which both agree."""
        return Fraction(self.check.checked - self.check.disagreed, self.check.checked) if self.check.checked else None

    @property
    def label_error(self) -> tuple[float, float | None, float]:
        """Least, measured and greatest share of wrong labels, at 95 %."""
        return label_error(self.check.checked, self.check.disagreed, _CONFIDENCE)

    def as_json(self) -> dict[str, Any]:
        """Everything, for ``--json``; shares as decimal strings."""
        low, value, high = self.label_error
        return {
            "ref": self.ref,
            "component": self.component,
            "start": self.start.isoformat(),
            "end": self.end.isoformat(),
            "size": self.size,
            "twice": self.twice,
            "state": self.state,
            "seed_sha256": self.seed_sha256,
            "seed": self.seed,
            "population": self.population,
            "drawn": self.drawn,
            "labelled": self.labelled,
            "checked_twice": self.check.checked,
            "disagreed": self.check.disagreed,
            "label_error": None if value is None else [f"{share:.6f}" for share in (low, value, high)],
            "committed_at": self.committed_at.isoformat(),
        }


def commit(
    log: PredictionLog, contract: str, period: str, *, component: str = "", size: int, twice: int = 0, by: Actor, at: datetime
) -> Sample:
    """Fix the size and a random seed of a period's sample before its labels come; the seed's hash enters the audit chain.

    Args:
        log: The prediction log.
        contract: The contract's reference.
        period: One of its periods, e.g. ``2026-Q3``; its part inside the term is sampled.
        component: Which of the contract's components; may be left out where there is one.
        size: Calls to label.
        twice: How many of them a second person labels as well.
        by: Who commits.
        at: Now.

    Raises:
        NotFoundError: When the contract or component is unknown.
        InvalidInputError: When the period or a number is impossible.
        ConflictError: When a sample of these calls exists, or labels of them came already or may be among those that wait for their call.
    """
    if not 1 <= size <= LARGEST or not 0 <= twice <= size:
        raise InvalidInputError(f"Give a size from 1 to {LARGEST:,}, and between 0 and that many calls to be labelled twice.")
    with log.records.read() as session:
        key, ref, start, end = _place(session, contract, period, component)
    log.refresh([ref])
    with log.records.write() as session:
        known = store.overlapping(session, key, start, end)
        if known is not None:
            raise ConflictError(f"The sample {known.ref} covers calls of that time already. A second could be picked by its result.")
        if has_rows(span_of(log, session, OUTCOME, key, start=start, end=end)):
            raise ConflictError(
                f"Labels of {ref} for {period} are in the log already, so a sample committed now would prove nothing. "
                "Commit one for a later period, before its first label comes."
            )
        if log_store.waiting_rows(session, [key]):
            raise ConflictError(
                f"Outcomes of {ref} wait for calls that are not in the log yet, and may be labels of {period}. Import those calls first."
            )
        seed = secrets.token_hex(32)
        row = store.add(
            session,
            AuditSampleRow(
                ref=f"{ref}-{period.strip().lower()}",
                component_id=key,
                start_at=start,
                end_at=end,
                size=size,
                twice=twice,
                seed=seed,
                seed_sha256=hashlib.sha256(seed.encode()).hexdigest(),
                state=COMMITTED,
                by=by.name,
                committed_at=at,
            ),
        )
        facts = {"seed_sha256": row.seed_sha256, "size": size, "twice": twice, "start": start.isoformat(), "end": end.isoformat()}
        audit.append(session, AuditEvent(at, by.name, "sample.committed", "sample", row.ref, facts))
        return _sample(session, row)


def draw(log: PredictionLog, ref: str, *, by: Actor, at: datetime) -> Sample:
    """Draw a committed sample from the predicted calls that the log holds now, and show its seed.

    Raises:
        NotFoundError: When there is no such sample.
        ConflictError: When it was drawn, its period still runs, the log holds nothing to draw, or its seed is not the one committed.
    """
    with log.records.read() as session:
        known = sample_row(session, ref)
        component = component_by_id(session, known.component_id).ref
    _refuse_draw(known, at)
    log.refresh([component])
    with log.records.write() as session:
        row = sample_row(session, ref, to_change=True)
        _refuse_draw(row, at)
        span = span_of(log, session, PREDICTION, row.component_id, start=row.start_at, end=row.end_at)
        calls, population = draw_calls(span, row.seed, row.size)
        if not calls:
            raise ConflictError(f"The log of {component} holds no call with a prediction from then. Import the calls first.")
        store.add_items(session, _items(row, calls))
        row.state, row.population, row.drawn_at = DRAWN, population, at
        session.flush()
        drawn = hashlib.sha256("\n".join(call.prediction_id for call in calls).encode()).hexdigest()
        facts = {"seed": row.seed, "population": population, "drawn": len(calls), "ids_sha256": drawn}
        audit.append(session, AuditEvent(at, by.name, "sample.drawn", "sample", row.ref, facts))
        return _sample(session, row)


def sample_row(session: Session, ref: str, *, to_change: bool = False) -> AuditSampleRow:
    """The stored sample; ``NotFoundError`` when there is none."""
    row = store.by_ref(session, ref, to_change=to_change)
    if row is None:
        raise NotFoundError("sample", ref, "See `vendor-ai sample list`, or commit one with `vendor-ai sample commit`.")
    return row


def sample(session: Session, ref: str) -> Sample:
    """One sample with how its readers agree."""
    return _sample(session, sample_row(session, ref))


def samples(session: Session, component: str | None = None) -> list[Sample]:
    """Every sample, of one component or of all, by its beginning."""
    key = None if component is None else component_key(session, component)[0]
    refs = {each: entry.ref for each, entry in components_by_key(session).items()}
    return [_sample(session, row, refs[row.component_id]) for row in store.listed(session, key)]


def label_check(items: Sequence[AuditItemRow]) -> LabelCheck:
    """How many calls two people labelled, and on how many they differ."""
    both = [item for item in items if item.first_label is not None and item.second_label is not None]
    return LabelCheck(len(both), sum(item.first_label != item.second_label for item in both))


def _place(session: Session, reference: str, period: str, component: str) -> tuple[int, str, datetime, datetime]:
    """The component's id and reference, and the instants between which a period's calls lie."""
    contract = contract_from_json(contract_store.definition(session, reference))
    if not component and len(contract.components) > 1:
        raise InvalidInputError(f"{contract.ref} covers several components. Name one with --component: {', '.join(contract.components)}.")
    key, found = component_key(session, component or contract.components[0])
    if found.ref not in contract.components:
        raise InvalidInputError(f"{contract.ref} does not cover {found.ref}. It covers: {', '.join(contract.components)}.")
    try:
        wanted = parse_period(period, time_zone=contract.time_zone, year_starts=contract.year_starts)
    except PeriodError as error:
        raise InvalidInputError(str(error)) from error
    clipped = wanted.clipped(contract.starts, contract.ends + timedelta(days=1))
    if clipped.first == clipped.end:
        raise InvalidInputError(f"{wanted.name} lies outside the term of {contract.ref}, {contract.starts} to {contract.ends}.")
    return key, found.ref, clipped.start_at, clipped.end_at


def _items(row: AuditSampleRow, calls: Sequence[SampledCall]) -> list[AuditItemRow]:
    """The drawn calls in their order; the first ``twice`` of them, as random as any, are labelled by two people."""
    assert row.id is not None
    return [
        AuditItemRow(
            sample_id=row.id,
            position=position,
            prediction_id=call.prediction_id,
            occurred_at=call.occurred_at,
            twice=position < row.twice,
        )
        for position, call in enumerate(calls)
    ]


def _refuse_draw(row: AuditSampleRow, at: datetime) -> None:
    if row.state != COMMITTED:
        raise ConflictError(f"{row.ref} was drawn already. See: vendor-ai sample show {row.ref}")
    if at < row.end_at:
        raise ConflictError(f"The period of {row.ref} ends on {row.end_at:%Y-%m-%d %H:%M} UTC. Draw it then, when every call is there.")
    if hashlib.sha256(row.seed.encode()).hexdigest() != row.seed_sha256:
        raise ConflictError(f"The seed of {row.ref} is not the one that was committed: somebody changed the record. Nothing was drawn.")


def span_of(log: PredictionLog, session: Session, kind: str, component_id: int, *, start: datetime, end: datetime) -> Span:
    """The rows of one kind of a component in ``[start, end)``, to be read after the session too."""
    return Span(log.engine.folder, tuple(log_store.files(session, component_id, kind)), start, end)


def _sample(session: Session, row: AuditSampleRow, component: str = "") -> Sample:
    assert row.id is not None
    items = store.items(session, row.id)
    return Sample(
        ref=row.ref,
        component=component or component_by_id(session, row.component_id).ref,
        start=row.start_at,
        end=row.end_at,
        size=row.size,
        twice=row.twice,
        state=row.state,
        seed_sha256=row.seed_sha256,
        seed=None if row.state == COMMITTED else row.seed,
        population=row.population,
        drawn=len(items),
        labelled=sum(item.first_label is not None for item in items),
        check=label_check(items),
        committed_at=row.committed_at,
    )
