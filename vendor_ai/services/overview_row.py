"""One row of the first page: what was claimed, promised and measured about a component."""

from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import func
from sqlmodel import Session, col, select

from vendor_ai.db import contract as contract_store
from vendor_ai.db import prediction_log as log_store
from vendor_ai.db import verdict as verdict_store
from vendor_ai.db.prediction_log import BatchRow
from vendor_ai.db.vendor import component_key
from vendor_ai.db.verdict import VerdictRow
from vendor_ai.domain.assessment import Assessment, leading_claim
from vendor_ai.domain.contract import Contract
from vendor_ai.domain.vendor import Component, Vendor
from vendor_ai.domain.verdict import ClauseVerdict, ContractEvaluation, Evidence, Result, VersionChange
from vendor_ai.kit.money import Money
from vendor_ai.kit.period import Period
from vendor_ai.services import assessment, contract, notice
from vendor_ai.services.evaluation import credits_of
from vendor_ai.services.notice import Violation
from vendor_ai.services.prediction_log import OUTCOME, PREDICTION
from vendor_ai.services.standing import closed_evaluations, seen_changes

SETTLED = {"credited", "closed"}


@dataclass(frozen=True, slots=True)
class LogFed:
    """What a component's log has been given; times None where nothing came yet."""

    component: str
    predictions: int
    last_prediction: datetime | None
    outcomes: int
    last_outcome: datetime | None
    waiting: int  # rows acknowledged and not counted yet


@dataclass(frozen=True, slots=True)
class OverviewRow:
    """One component under one contract (or none): what was claimed, promised and measured.

    Attributes:
        vendor: Who supplies it.
        component: What it is.
        claim: The newest assessment with answers, else the newest.
        contract: The promise.
        verdicts: Of the last closed period of every length, as stored.
        periods: Those periods.
        unevaluated: Closed periods that nobody evaluated yet.
        changes: Served versions since the last closed period began that the vendor did not announce in time.
        violations: Those that are not settled.
        credit: Due for the last closed periods; None where none is.
        fed: What the component's log has been given.
    """

    vendor: Vendor
    component: Component
    fed: LogFed
    claim: Assessment | None = None
    contract: Contract | None = None
    verdicts: tuple[ClauseVerdict, ...] = ()
    periods: tuple[Period, ...] = ()
    unevaluated: tuple[Period, ...] = ()
    changes: tuple[VersionChange, ...] = ()
    violations: tuple[Violation, ...] = ()
    credit: Money | None = None

    @property
    def measured_clauses(self) -> int:
        """How many promises of the contract are figures."""
        return sum(clause.kind == "performance" for clause in self.contract.clauses) if self.contract else 0

    @property
    def broken(self) -> tuple[ClauseVerdict, ...]:
        """The violated clauses, proven ones first."""
        proven = Evidence.PROVEN_BREACH
        return tuple(
            sorted((one for one in self.verdicts if one.violated), key=lambda one: (one.measurement.evidence is not proven, one.clause))
        )

    @property
    def unjudged(self) -> tuple[ClauseVerdict, ...]:
        """The clauses with too little data."""
        return tuple(one for one in self.verdicts if one.result is Result.INSUFFICIENT_DATA)

    @property
    def kept(self) -> tuple[ClauseVerdict, ...]:
        """The clauses that are neither broken nor unjudged."""
        return tuple(one for one in self.verdicts if not one.violated and one.result is not Result.INSUFFICIENT_DATA)

    @property
    def broke_promise(self) -> bool:
        """Whether a clause, or an unannounced material change, broke the contract."""
        return bool(self.broken) or any(change.violated for change in self.changes)

    @property
    def urgency(self) -> int:
        """0 for broken promises, then what cannot be judged, then promises kept, last what nothing was promised for."""
        if self.broke_promise:
            return 0
        if self.changes or self.unjudged or self.unevaluated:
            return 1
        return 2 if self.verdicts else 3


@dataclass(frozen=True, slots=True)
class Contracted:
    """A contract with what was stored about it."""

    contract: Contract
    rows: tuple[VerdictRow, ...]
    closed: tuple[ContractEvaluation, ...]
    unevaluated: tuple[Period, ...]
    changes: tuple[VersionChange, ...]


class Shelf:
    """What several rows read, fetched once."""

    def __init__(self, session: Session, at: datetime) -> None:
        self.session = session
        self.contracts = [_contracted(session, entry, at) for entry in contract.contracts(session)]
        self.assessments = assessment.assessments(session)
        self.violations = [entry for entry in notice.violations(session) if entry.state not in SETTLED]
        self.fed = _fed(session)
        self.waiting = log_store.pending_rows(session)

    def contracts_of(self, component: Component) -> list[Contracted]:
        """The contracts that name a component."""
        return [entry for entry in self.contracts if component.ref in entry.contract.components]


def _contracted(session: Session, entry: Contract, at: datetime) -> Contracted:
    key, _ = contract_store.contract_key(session, entry.ref)
    rows = verdict_store.in_force(session, key)
    closed, unevaluated = closed_evaluations(session, entry, key, rows, at=at)
    return Contracted(entry, tuple(rows), tuple(closed), tuple(unevaluated), tuple(seen_changes(session, entry, key)))


def rows_of(shelf: Shelf, vendor: Vendor, component: Component) -> list[OverviewRow]:
    """A component's rows: one a contract, or one without."""
    own = [entry for entry in shelf.assessments if entry.component == component.ref]
    claim = leading_claim(own)
    bare = OverviewRow(vendor, component, _log_fed(shelf, component), claim)
    return [_row(shelf, bare, entry) for entry in shelf.contracts_of(component)] or [bare]


def _row(shelf: Shelf, bare: OverviewRow, entry: Contracted) -> OverviewRow:
    ref = bare.component.ref
    verdicts = tuple(verdict for evaluation in entry.closed for verdict in evaluation.clauses if verdict.component == ref)
    credit = credits_of(entry.contract, verdicts)
    return replace(
        bare,
        contract=entry.contract,
        verdicts=verdicts,
        periods=tuple(evaluation.period for evaluation in entry.closed),
        unevaluated=entry.unevaluated,
        changes=_recent_changes(entry, ref),
        violations=tuple(one for one in shelf.violations if one.contract == entry.contract.ref and one.component == ref),
        credit=credit if credit is not None and credit.amount else None,
    )


def _recent_changes(entry: Contracted, ref: str) -> tuple[VersionChange, ...]:
    """The changes of one component, since the longest of the last closed periods began, that were not announced in time."""
    since = min((evaluation.period.start_at for evaluation in entry.closed), default=None)
    return tuple(
        change
        for change in entry.changes
        if change.component == ref and change.unannounced and (since is None or change.first_seen >= since)
    )


def _fed(session: Session) -> dict[tuple[int, str], tuple[int, datetime]]:
    """Rows received and when last, by component id and kind."""
    query = select(BatchRow.component_id, BatchRow.kind, func.sum(BatchRow.rows), func.max(BatchRow.received_at))
    found = session.exec(query.group_by(col(BatchRow.component_id), col(BatchRow.kind)))
    return {(component, kind): (int(rows), last) for component, kind, rows, last in found}


def _log_fed(shelf: Shelf, component: Component) -> LogFed:
    key, _ = component_key(shelf.session, component.ref)
    predictions, last_prediction = shelf.fed.get((key, PREDICTION), (0, None))
    outcomes, last_outcome = shelf.fed.get((key, OUTCOME), (0, None))
    return LogFed(component.ref, predictions, last_prediction, outcomes, last_outcome, shelf.waiting.get(key, 0))
