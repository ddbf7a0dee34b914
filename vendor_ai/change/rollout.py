"""Whether a vendor's new version may be rolled out: the rule, written down before the run, and what it decides."""

from dataclasses import dataclass, fields
from decimal import Decimal, InvalidOperation
from enum import StrEnum
from fractions import Fraction
from typing import Any

from vendor_ai.change.hashed_share import falls_within
from vendor_ai.domain.comparison import AccuracyChange, Rollout
from vendor_ai.domain.errors import InvalidInputError

STAGES = (25, 50, 100)  # percent, after the first share


class RolloutReason(StrEnum):
    """Why a decision was taken."""

    ERROR_RATE_ROSE = "error_rate_rose"
    ERROR_RATE_MAY_HAVE_RISEN = "error_rate_may_have_risen"
    FAILURES_ROSE = "failures_rose"
    FAILURES_MAY_HAVE_RISEN = "failures_may_have_risen"
    LATENCY_ROSE = "latency_rose"
    BUSINESS_METRIC_FELL = "business_metric_fell"
    FAIRNESS_VIOLATION = "fairness_violation"
    SECURITY_INCIDENT = "security_incident"
    NO_LABELS = "no_labels"


class ShadowObstacle(StrEnum):
    """Why a shadow run does not yet allow a canary."""

    TOO_SHORT = "too_short"
    NOT_ALL_VOLUME = "not_all_volume"
    LATENCY_OVER_LIMIT = "latency_over_limit"
    LATENCY_UNKNOWN = "latency_unknown"
    BELOW_VALIDATED = "below_validated"
    PERFORMANCE_UNKNOWN = "performance_unknown"


@dataclass(frozen=True, slots=True, kw_only=True)
class RolloutRule:
    """What decides about a new version; fixed and stored before its run starts. Exceeding a margin counts, reaching it does not.

    Attributes:
        error_rate_margin: Error rate gained, as a share.
        significance: Level of the two-proportion test of the error rates.
        p95_margin_ms: P95 gained, in ms.
        business_margin: Fall of the business metric, relative to before.
        canary_percent: First share of the calls, 5 to 10.
        canary_days: Least length of the canary at its first share, 7 to 14.
        shadow_days: Least length of the shadow run, 14 to 28.
        shadow_volume: Least share of the calls that the new version answers too.
        shadow_p95_limit_ms: P95 that it must stay within; None where there is no limit.
        shadow_tolerance: How far below its validated performance it may stay, relative to that.
    """

    error_rate_margin: Decimal = Decimal("0.005")
    significance: Decimal = Decimal("0.05")
    p95_margin_ms: Decimal = Decimal(50)
    business_margin: Decimal = Decimal("0.05")
    canary_percent: int = 5
    canary_days: int = 7
    shadow_days: int = 14
    shadow_volume: Decimal = Decimal(1)
    shadow_p95_limit_ms: Decimal | None = None
    shadow_tolerance: Decimal = Decimal("0.05")

    def __post_init__(self) -> None:
        for name, low, high in (("canary_percent", 5, 10), ("canary_days", 7, 14), ("shadow_days", 14, 28)):
            if not low <= getattr(self, name) <= high:
                raise InvalidInputError(f"{name} is {getattr(self, name)}; it must lie between {low} and {high}.")
        for name in ("error_rate_margin", "significance", "business_margin", "shadow_volume", "shadow_tolerance"):
            if not 0 <= getattr(self, name) <= 1:
                raise InvalidInputError(f"{name} is {getattr(self, name)}; it must be a share between 0 and 1.")
        if self.p95_margin_ms < 0 or (self.shadow_p95_limit_ms is not None and self.shadow_p95_limit_ms <= 0):
            raise InvalidInputError("p95_margin_ms must not be negative, and shadow_p95_limit_ms must be positive.")

    def as_json(self) -> dict[str, Any]:
        """Every field: counts as integers, shares and milliseconds as decimal strings."""
        return {name: f"{value:f}" if isinstance(value, Decimal) else value for name, value in _values(self)}

    @classmethod
    def from_json(cls, document: dict[str, Any]) -> "RolloutRule":
        """Read what ``as_json`` wrote; a field left out has its default.

        Raises:
            InvalidInputError: When a field is unknown or its value is no number.
        """
        known = {field.name: field.type for field in fields(cls)}
        unknown = sorted(document.keys() - known.keys())
        if unknown:
            raise InvalidInputError(f"A rollout rule has no field {unknown[0]!r}. Its fields are {', '.join(known)}.")
        values: dict[str, Any] = {name: _number(name, value, whole=known[name] is int) for name, value in document.items()}
        return cls(**values)


@dataclass(frozen=True, slots=True, kw_only=True)
class RolloutFacts:
    """What a canary or a full update showed; differences are before minus after, as in a comparison.

    Attributes:
        accuracy: The change of accuracy; None without labels.
        answered: The change of the share of calls that were answered; a call that fails is an error too.
        p95_difference_ms: P95 before minus after, negative where it rose.
        business_before: The business metric before, the more the better.
        business_after: The same after.
        fairness_violation: A critical one was found.
        security_incident: One happened.
    """

    accuracy: AccuracyChange | None = None
    answered: AccuracyChange | None = None
    p95_difference_ms: float | None = None
    business_before: Fraction | None = None
    business_after: Fraction | None = None
    fairness_violation: bool = False
    security_incident: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ShadowFacts:
    """What a shadow run showed: its days, the calls it could have answered and did, its P95, its performance and the validated one."""

    days: int
    calls: int
    mirrored: int
    p95_ms: float | None = None
    performance: Fraction | None = None
    validated: Fraction | None = None


def decide(rule: RolloutRule, facts: RolloutFacts) -> tuple[Rollout, tuple[RolloutReason, ...]]:
    """Return the decision and every reason for it, graver ones first.

    No labels are no proof of safety: such a version is watched, unless something else rolls it back.
    """
    rollback = {
        RolloutReason.SECURITY_INCIDENT: facts.security_incident,
        RolloutReason.FAIRNESS_VIOLATION: facts.fairness_violation,
        RolloutReason.ERROR_RATE_ROSE: _error_rate_rose(rule, facts.accuracy) and _is_significant(rule, facts.accuracy),
        RolloutReason.FAILURES_ROSE: _error_rate_rose(rule, facts.answered) and _is_significant(rule, facts.answered),
        RolloutReason.LATENCY_ROSE: facts.p95_difference_ms is not None and -facts.p95_difference_ms > float(rule.p95_margin_ms),
        RolloutReason.BUSINESS_METRIC_FELL: _business_fell(rule, facts),
    }
    monitor = {
        RolloutReason.ERROR_RATE_MAY_HAVE_RISEN: _error_rate_rose(rule, facts.accuracy) and not _is_significant(rule, facts.accuracy),
        RolloutReason.FAILURES_MAY_HAVE_RISEN: _error_rate_rose(rule, facts.answered) and not _is_significant(rule, facts.answered),
        RolloutReason.NO_LABELS: facts.accuracy is None,
    }
    graver, milder = (tuple(reason for reason, holds in group.items() if holds) for group in (rollback, monitor))
    if graver:
        return Rollout.ROLLBACK_IMMEDIATELY, (*graver, *milder)
    return (Rollout.MONITOR_CLOSELY if milder else Rollout.PROCEED_TO_FULL_ROLLOUT), milder


def shadow_obstacles(rule: RolloutRule, facts: ShadowFacts) -> tuple[ShadowObstacle, ...]:
    """Return what stands between a shadow run and a canary; nothing where every condition is met."""
    limit = rule.shadow_p95_limit_ms
    known = facts.performance is not None and facts.validated is not None
    least = None if facts.validated is None else facts.validated * (1 - Fraction(rule.shadow_tolerance))
    found = {
        ShadowObstacle.TOO_SHORT: facts.days < rule.shadow_days,
        ShadowObstacle.NOT_ALL_VOLUME: facts.mirrored == 0 or facts.mirrored < Fraction(rule.shadow_volume) * facts.calls,
        ShadowObstacle.LATENCY_UNKNOWN: limit is not None and facts.p95_ms is None,
        ShadowObstacle.LATENCY_OVER_LIMIT: limit is not None and facts.p95_ms is not None and facts.p95_ms > float(limit),
        ShadowObstacle.PERFORMANCE_UNKNOWN: not known,
        ShadowObstacle.BELOW_VALIDATED: facts.performance is not None and least is not None and facts.performance < least,
    }
    return tuple(obstacle for obstacle, holds in found.items() if holds)


def in_canary(key: str, percent: int, salt: str) -> bool:
    """Return whether a key (a user, a case) is served by the new version; who is in at 5 % stays in at 25 %."""
    return falls_within(key, percent / 100, f"canary:{salt}")


def next_percent(percent: int) -> int | None:
    """Return the share of the calls after this one: 25, 50, 100, then None."""
    return next((stage for stage in STAGES if stage > percent), None)


def _error_rate_rose(rule: RolloutRule, accuracy: AccuracyChange | None) -> bool:
    """Accuracy, or answers, lost is error rate gained, so before minus after carries the sign of the harm."""
    return accuracy is not None and accuracy.difference > Fraction(rule.error_rate_margin)


def _is_significant(rule: RolloutRule, accuracy: AccuracyChange | None) -> bool:
    return accuracy is not None and accuracy.p_value < float(rule.significance)


def _business_fell(rule: RolloutRule, facts: RolloutFacts) -> bool:
    before, after = facts.business_before, facts.business_after
    return before is not None and after is not None and before - after > Fraction(rule.business_margin) * abs(before)


def _values(rule: RolloutRule) -> list[tuple[str, Decimal | int | None]]:
    return [(field.name, getattr(rule, field.name)) for field in fields(rule)]


def _number(name: str, value: object, *, whole: bool) -> Decimal | int | None:
    if value is None and name == "shadow_p95_limit_ms":
        return None
    try:
        number = Decimal(str(value))
    except InvalidOperation:
        number = Decimal("NaN")
    if isinstance(value, bool) or not number.is_finite() or (whole and number != int(number)):
        raise InvalidInputError(f"{name} is {value!r}; it must be a {'whole number' if whole else 'number'}.")
    return int(number) if whole else number
