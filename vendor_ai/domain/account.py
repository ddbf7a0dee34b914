"""The month's account: the facts that services gather about one vendor, before anything is worded."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from fractions import Fraction

from vendor_ai.domain.comparison import Comparison
from vendor_ai.domain.contract import Contract, Performance
from vendor_ai.domain.measure import Counts
from vendor_ai.domain.report import Unit
from vendor_ai.domain.vendor import Component, Vendor
from vendor_ai.domain.verdict import ContractEvaluation, Result, VersionChange
from vendor_ai.kit.money import Money
from vendor_ai.kit.period import Period


@dataclass(frozen=True, slots=True)
class PastPeriod:
    """One clause over one past period; ``value`` None without data, ``interval`` sides None where unbounded."""

    period: str
    value: Fraction | float | None
    limit: Fraction
    n: int
    result: Result
    interval: tuple[float | None, float | None] = (None, None)


@dataclass(frozen=True, slots=True)
class ClauseHistory:
    """The periods of one clause and component, oldest first."""

    contract: str
    clause: str
    component: str
    metric: str
    unit: Unit
    is_floor: bool
    periods: tuple[PastPeriod, ...]


@dataclass(frozen=True, slots=True)
class SeriesPoint:
    """One day or month: ``label`` is ISO (2026-07-14 or 2026-07); ``enough`` is False where too few calls stand behind it."""

    label: str
    value: Fraction | float | None
    n: int
    enough: bool = True


@dataclass(frozen=True, slots=True)
class Series:
    """A finer course than the contract's periods, with the limit it is held against."""

    title: str
    component: str
    unit: Unit
    is_floor: bool
    limit: Fraction
    points: tuple[SeriesPoint, ...]


@dataclass(frozen=True, slots=True)
class ContractAccount:
    """A contract with its evaluations (closed and running, of every period length) and the past of its clauses."""

    contract: Contract
    evaluations: tuple[ContractEvaluation, ...] = ()
    history: tuple[ClauseHistory, ...] = ()


@dataclass(frozen=True, slots=True)
class ComponentMonth:
    """A component's calls of the month, all served versions together, and the calls by served version."""

    component: Component
    counts: Counts = field(default_factory=Counts)
    versions: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class ViolationFact:
    """A violation of any period that is not closed yet, or was touched this month."""

    ref: str
    contract: str
    clause: str
    component: str
    period: str
    state: str
    opened_at: datetime
    credit: Money | None = None
    verdict_id: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True)
class NoticeFact:
    """A change notice the vendor sent."""

    ref: str
    component: str
    received_at: datetime
    effective_on: date | None = None
    version: str = ""
    summary: str = ""


@dataclass(frozen=True, slots=True)
class ComparisonFact:
    """Two served versions of a component, compared."""

    component: str
    comparison: Comparison


@dataclass(frozen=True, slots=True)
class ClaimedFigure:
    """A figure the vendor stated in a questionnaire: a share between 0 and 1, or ms."""

    metric: str
    question: str
    claimed: Decimal
    unit: Unit = "share"


@dataclass(frozen=True, slots=True)
class ClaimFact:
    """A scored questionnaire about a component, and the decision a person took on it."""

    component: str
    pack: str
    version: str
    score: Fraction | None
    recommendation: str | None
    complete: bool = True
    verified: bool = False
    decision: str | None = None
    decided_by: str = ""
    decided_on: date | None = None
    figures: tuple[ClaimedFigure, ...] = ()


@dataclass(frozen=True, slots=True)
class FindingFact:
    """A finding or condition of an approval that is still open; ``kind`` is ``condition``, ``finding`` ..."""

    ref: str
    kind: str
    title: str
    severity: str
    owner: str = ""
    due: date | None = None
    state: str = "open"
    component: str = ""


@dataclass(frozen=True, slots=True)
class ShadowFact:
    """Use of the vendor's services seen outside the approved components."""

    service: str
    signal: str
    first_seen: datetime
    last_seen: datetime
    calls: int
    people: int | None = None
    bytes_out: int | None = None
    state: str = "new"
    alternatives: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class SignalFed:
    """When a shadow-AI signal was last fed; None is never."""

    signal: str
    last_fed: datetime | None = None


@dataclass(frozen=True, slots=True)
class VerdictTrace:
    """Where a verdict of this report is kept; ``sha256`` is that of its evidence, "" where none was built."""

    verdict_id: str
    contract: str
    clause: str
    component: str
    period: str
    revision: int = 0
    sha256: str = ""


@dataclass(frozen=True, slots=True)
class FileTrace:
    """A file the figures rest on."""

    name: str
    sha256: str
    rows: int | None = None


@dataclass(frozen=True, slots=True)
class AccountFacts:
    """All that one vendor's month rests on.

    Attributes:
        vendor: Whose account it is.
        month: The calendar month, cut in its own time zone; every local date of the report is of that zone.
        at: The instant the records were read, aware; stands for "now" in the whole report.
        program_version: Of the program that computed the figures.
        changes: Version changes; those inside the evaluations are added, equal ones count once.
        earlier_credits: Credits of earlier periods not yet settled, as (period, clause, component, amount).
        limits: Further sentences for "What this report cannot say"; the usual ones are found from the other facts.
        metric_labels: Metric key to its words; a key without words is spelled out.
    """

    vendor: Vendor
    month: Period
    at: datetime
    program_version: str
    components: tuple[ComponentMonth, ...] = ()
    contracts: tuple[ContractAccount, ...] = ()
    series: tuple[Series, ...] = ()
    violations: tuple[ViolationFact, ...] = ()
    changes: tuple[VersionChange, ...] = ()
    notices: tuple[NoticeFact, ...] = ()
    comparisons: tuple[ComparisonFact, ...] = ()
    earlier_credits: tuple[tuple[str, str, str, Money], ...] = ()
    claims: tuple[ClaimFact, ...] = ()
    findings: tuple[FindingFact, ...] = ()
    shadow: tuple[ShadowFact, ...] = ()
    signals: tuple[SignalFed, ...] = ()
    limits: tuple[str, ...] = ()
    verdicts: tuple[VerdictTrace, ...] = ()
    files: tuple[FileTrace, ...] = ()
    metric_labels: Mapping[str, str] = field(default_factory=dict)

    def closed(self) -> tuple[tuple[Contract, ContractEvaluation], ...]:
        """The evaluations whose period was over at ``at``."""
        return tuple((one.contract, it) for one in self.contracts for it in one.evaluations if it.period.closed(self.at))

    def running(self) -> tuple[tuple[Contract, ContractEvaluation], ...]:
        """The evaluations whose period still ran at ``at``."""
        return tuple((one.contract, it) for one in self.contracts for it in one.evaluations if not it.period.closed(self.at))

    def version_changes(self) -> tuple[VersionChange, ...]:
        """Every version change once, by time."""
        found = dict.fromkeys(self.changes)
        found.update(dict.fromkeys(change for one in self.contracts for it in one.evaluations for change in it.changes))
        return tuple(sorted(found, key=lambda change: (change.first_seen, change.component, change.after)))

    def metric_label(self, metric: str) -> str:
        """The metric in words."""
        return self.metric_labels.get(metric) or metric.replace("_", " ").capitalize()

    def promise_label(self, metric: str, clause: str) -> str:
        """The metric in words, with the calls the clause is limited to, so that two clauses on one metric can be told apart."""
        label = self.metric_label(metric)
        for one in self.contracts:
            for entry in one.contract.clauses:
                if entry.id == clause and isinstance(entry.terms, Performance) and entry.terms.where:
                    part = "; ".join(
                        f"{name.removeprefix('segment.')} {', '.join(values)}" for name, values in sorted(entry.terms.where.items())
                    )
                    return f"{label} ({part.replace('model_version', 'version')})"
        return label
