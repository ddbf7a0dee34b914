"""The result of one clause over one period, with its evidence."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction

from vendor_ai.kit.money import Money
from vendor_ai.kit.period import Period


class Result(StrEnum):
    """What the contract's own rule says."""

    MET = "MET"
    MISSED = "MISSED"
    INSUFFICIENT_DATA = "INSUFFICIENT_DATA"


class Evidence(StrEnum):
    """How strong the evidence is."""

    PROVEN_BREACH = "PROVEN_BREACH"
    PROVEN_COMPLIANT = "PROVEN_COMPLIANT"
    NOT_PROVEN = "NOT_PROVEN"
    AT_RISK = "AT_RISK"


class Reason(StrEnum):
    """Why something is not proven, or what the evidence rests on."""

    NO_DATA = "no_data"
    ROWS_DELETED = "rows_deleted"  # retention deleted rows before this was counted
    RUNNING_PERIOD = "running_period"
    LOG_INCOMPLETE = "log_incomplete"  # below the completeness that the clause declares
    COMPLETENESS_UNKNOWN = "completeness_unknown"  # the clause declares one and nobody measured it
    UNLABELLED = "unlabelled"  # the calls without a label could change the outcome
    UNDECIDED_TIMEOUTS = "undecided_timeouts"  # time-outs at or under the limit could change the outcome
    NOT_SIGNIFICANT = "not_significant"
    WORST_CASE = "worst_case"  # rests on it: proven whatever the open calls turn out to be
    CLUSTERS_BY_DAY = "clusters_by_day"  # rests on it: the larger p-value of calls and of days decided
    CLUSTERS_TOO_FEW = "clusters_too_few"  # too few days hold rows: the test of independent calls decided
    CLUSTERS_BY_KEY = "clusters_by_key"  # rests on it: the larger p-value of calls and of the contract's clusters decided
    TOO_FEW_DAYS = "too_few_days"  # the figure can be tested by whole days only, and there are too few
    CLUSTERS_UNTESTED = "clusters_untested"  # calls of one day or cluster may hang together, and only the test of independent calls exists
    LABELS_UNCERTAIN = "labels_uncertain"  # as many labels as may be wrong, by those checked twice, could change the outcome
    AUDIT_SAMPLE = "audit_sample"  # rests on it: a random sample whose seed was committed before
    MIXED_SAMPLING = "mixed_sampling"  # parts of the log hold different shares of the calls
    IMPRECISE = "imprecise"  # the interval is wider than the agreed precision
    AT_LEAST = "percentile_at_least"  # the percentile falls on a time-out: the value is its lowest possible one


class ContractStatus(StrEnum):
    """All clauses of a contract over one period."""

    VIOLATED = "VIOLATED"
    PARTIAL = "PARTIAL"
    COMPLIANT = "COMPLIANT"
    INSUFFICIENT_DATA = "INSUFFICIENT_DATA"


@dataclass(frozen=True, slots=True)
class LabelCheck:
    """Labels that two people gave independently of each other, and how many of them differ."""

    checked: int
    disagreed: int


@dataclass(frozen=True, slots=True)
class Measurement:
    """What was measured for one clause, component and period, before the clause judges it.

    Attributes:
        value: Share, or the percentile in ms; None without data.
        interval: Two-sided at 1 - significance; a side is None where unbounded.
        n: Denominator of the metric.
        labelled: Labelled calls.
        excluded: Calls excluded, by reason.
        missed: Whether the exact figure is on the wrong side of the limit; None without data.
        p_value: Exact one-sided p-value of a breach, raw; None without data.
        p_adjusted: The same after Holm over the contract's family.
        evidence: Strength of evidence.
        reasons: Why it is not proven, or what the evidence rests on, as codes (see ``Reason``).
        bounds: Worst-case bounds of the share over calls not labelled (lowest, highest).
        versions: Calls by served version.
        sample: Answered calls with a latency, for a percentile; its ``n`` also holds the time-outs. None for other metrics.
        completeness: Calls logged of calls made, where the clause declares the least it needs and somebody counted.
        check: Labels of the period that were given twice, where any were.
        audit: Calls of the committed random sample that the figure was read from; None where it was read from all.
    """

    value: Fraction | float | None
    interval: tuple[float | None, float | None]
    n: int
    labelled: int
    excluded: Mapping[str, int]
    missed: bool | None
    p_value: float | None
    p_adjusted: float | None
    evidence: Evidence
    reasons: tuple[str, ...] = ()
    bounds: tuple[Fraction, Fraction] | None = None
    versions: Mapping[str, int] = field(default_factory=dict)
    sample: int | None = None
    completeness: Fraction | None = None
    check: LabelCheck | None = None
    audit: int | None = None

    @property
    def minimum_base(self) -> int:
        """What a clause's minimum sample is held against: answered calls for a latency, else ``n``."""
        return self.n if self.sample is None else self.sample


@dataclass(frozen=True, slots=True)
class ClauseVerdict:
    """One clause of a contract over one period, for one component.

    Until ``freezes_on`` has passed labels may still come and the verdict is provisional; None for a verdict that is not stored.
    """

    clause: str
    component: str
    metric: str
    unit: str
    threshold: Decimal
    limit: Fraction
    is_floor: bool
    measurement: Measurement
    result: Result
    violated: bool
    consecutive: int
    persistent: bool
    credit: Money | None
    revision: int = 0
    revised_at: datetime | None = None
    freezes_on: date | None = None


@dataclass(frozen=True, slots=True)
class VersionChange:
    """A served version that first answered inside the period, beside the notice it had."""

    component: str
    before: str
    after: str
    first_seen: datetime
    notice_id: str | None
    days_notice: int | None
    days_agreed: int | None
    unannounced: bool
    material: bool | None  # None: not yet decided
    reason: str = ""

    @property
    def violated(self) -> bool:
        """Unannounced (or late) and material."""
        return self.unannounced and bool(self.material)


@dataclass(frozen=True, slots=True)
class ContractEvaluation:
    """Every clause of a contract over one period."""

    contract: str
    period: Period
    at: datetime
    status: ContractStatus
    clauses: tuple[ClauseVerdict, ...]
    changes: tuple[VersionChange, ...]
    credits_total: Money | None
    stale: int = 0  # rows that the figures lack, with --no-refresh
