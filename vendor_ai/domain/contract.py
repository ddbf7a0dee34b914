"""The promise: a contract's clauses as data."""

from calendar import monthrange
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction
from typing import Any

from vendor_ai.kit.money import Money
from vendor_ai.kit.period import Period, PeriodLength, add_months, period_at


class ToleranceKind(StrEnum):
    """Whether a tolerance is in the metric's unit or a share of the threshold."""

    ABSOLUTE = "absolute"
    RELATIVE = "relative"


class ToleranceMeaning(StrEnum):
    """What the parties meant by the tolerance."""

    ALLOWANCE = "allowance"  # the text grants it: the limit moves
    NOISE = "noise"  # room for chance: widens a `point` rule only
    PRECISION = "precision"  # the measurement must be that precise


class Rule(StrEnum):
    """Whether a missed threshold counts as it stands or has to be proven."""

    POINT = "point"
    PROVEN = "proven"


class InsufficientPeriod(StrEnum):
    """What a period without enough data does to a run of violated periods."""

    BREAKS = "breaks"
    BRIDGES = "bridges"


@dataclass(frozen=True, slots=True)
class Tolerance:
    """An agreed tolerance on a threshold."""

    amount: Decimal
    kind: ToleranceKind
    meaning: ToleranceMeaning


@dataclass(frozen=True, slots=True)
class CreditTier:
    """The percentage for measured values in ``[at_least, below)``; None leaves that side open."""

    at_least: Decimal | None
    below: Decimal | None
    percent: Decimal

    def holds(self, value: Fraction | float) -> bool:
        """Whether the measured value lies in this tier."""
        return (self.at_least is None or value >= Fraction(self.at_least)) and (self.below is None or value < Fraction(self.below))


@dataclass(frozen=True, slots=True)
class Credit:
    """Service credit per violated clause and period, once persistent: percent x monthly fee x months.

    With ``tiers`` the percentage is that of the tier which holds the measured value, and ``percent_of_monthly_fee`` is 0.
    """

    percent_of_monthly_fee: Decimal
    months: int = 1
    tiers: tuple[CreditTier, ...] = ()


@dataclass(frozen=True, slots=True)
class Performance:
    """The terms of a clause of kind ``performance``.

    Exactly one of ``at_least`` and ``at_most`` is set. ``where`` maps ``model_version`` or ``segment.NAME``
    to the texts that count (any of them); keys combine with and.
    """

    metric: str
    at_least: Decimal | None
    at_most: Decimal | None
    period: PeriodLength
    tolerance: Tolerance | None = None
    minimum_sample: int = 100
    rule: Rule = Rule.POINT
    persistence: int = 1
    insufficient_period: InsufficientPeriod = InsufficientPeriod.BREAKS
    credit: Credit | None = None
    where: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    average: str | None = None  # binary | macro | weighted | per class, for precision, recall, f1
    positive: str | None = None
    label_sources: tuple[str, ...] = ()  # best first, no others count; empty: all but human_decision and moderation, alike
    freeze_days: int = 30
    maturity_days: int = 0
    completeness: Decimal | None = None
    bound_ms: Decimal | None = None  # for metrics that count the calls above a latency bound
    by: str = ""  # for metrics that compare groups: the field whose values are the groups
    minimum_group: int = 30  # smaller groups are shown and not compared
    cluster: str = ""  # field whose values depend on each other inside, "" for none agreed
    claim_days: int | None = None  # days after the period's end to claim a credit; None: no deadline agreed

    @property
    def threshold(self) -> Decimal:
        """The number in the text of the contract."""
        threshold = self.at_least if self.at_least is not None else self.at_most
        assert threshold is not None
        return threshold

    @property
    def is_floor(self) -> bool:
        """True for ``at_least``, False for ``at_most``."""
        return self.at_least is not None

    @property
    def limit(self) -> Fraction:
        """The threshold with the tolerance applied, exact.

        An allowance always moves it; noise moves it under the ``point`` rule only, since a proven rule already allows for
        chance; precision never does.
        """
        threshold = Fraction(self.threshold)
        if self.tolerance is None or self.tolerance.meaning is ToleranceMeaning.PRECISION:
            return threshold
        if self.tolerance.meaning is ToleranceMeaning.NOISE and self.rule is Rule.PROVEN:
            return threshold
        amount = Fraction(self.tolerance.amount)
        if self.tolerance.kind is ToleranceKind.RELATIVE:
            amount *= threshold
        return threshold - amount if self.is_floor else threshold + amount


@dataclass(frozen=True, slots=True)
class ChangeNotice:
    """The terms of a clause of kind ``change_notice``."""

    notice_days: int = 60
    emergency_hours: int = 48
    deferral_days: int = 90
    covers: str = "material"  # material | any
    impact_assessment: bool = True


@dataclass(frozen=True, slots=True)
class Clause:
    """One promise. ``terms`` is typed for the kinds the engine computes, a plain mapping for the others."""

    id: str
    kind: str
    terms: Performance | ChangeNotice | Mapping[str, Any]
    components: tuple[str, ...] = ()  # empty: every component of the contract
    page: int | None = None
    text: str = ""


@dataclass(frozen=True, slots=True)
class Contract:
    """An agreement with one vendor over some components, ``starts`` and ``ends`` both inside the term."""

    ref: str
    vendor: str
    components: tuple[str, ...]
    starts: date
    ends: date
    time_zone: str
    monthly_fee: Money | None
    significance: Decimal
    clauses: tuple[Clause, ...]
    year_starts: int = 1
    document_sha256: str = ""
    definitions: Mapping[str, Any] = field(default_factory=dict)

    def components_of(self, clause: Clause) -> tuple[str, ...]:
        """Refs of the components a clause covers."""
        return clause.components or self.components

    def period_on(self, day: date, length: PeriodLength) -> Period:
        """The whole (unclipped) contract period that holds ``day``."""
        return period_at(day, length, self.time_zone, self.year_starts)

    def every(self, months: int) -> tuple[date, ...]:
        """The last days of each stretch of ``months`` from the start, as far as whole stretches fit into the term."""
        found: list[date] = []
        while (last := _months_later(self.starts, months * (len(found) + 1)) - timedelta(days=1)) <= self.ends:
            found.append(last)
        return tuple(found)


def _months_later(day: date, months: int) -> date:
    """The same day some months on, or the last of a shorter month."""
    first = add_months(day, months)
    return first.replace(day=min(day.day, monthrange(first.year, first.month)[1]))
