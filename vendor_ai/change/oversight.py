"""People over the AI: who must look, who is drawn to be looked at, and signs that looking became a formality."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction

import numpy as np

from vendor_ai.change.hashed_share import falls_within

CONFIDENCE_THRESHOLD = 0.75
AUDIT_SHARE = 0.05
OVERALL_LEAST = Fraction(2, 100)
REVIEWER_LEAST = Fraction(1, 100)
REVIEWERS_MOST = Fraction(30, 100)
BUSY_LEAST = Fraction(1, 2)  # of the rate on quiet days


class OversightWarning(StrEnum):
    """What suggests that reviewers wave the AI through."""

    OVERALL_RATE_LOW = "overall_rate_low"
    REVIEWERS_SELDOM_OVERRIDE = "reviewers_seldom_override"
    BUSY_DAYS_WAVED_THROUGH = "busy_days_waved_through"


@dataclass(frozen=True, slots=True)
class Reviews:
    """Decisions of the AI that a person reviewed, and those of them that the person overrode."""

    reviewed: int
    overridden: int

    @property
    def rate(self) -> Fraction | None:
        """Overridden of reviewed; None where nothing was reviewed."""
        return Fraction(self.overridden, self.reviewed) if self.reviewed else None

    def __add__(self, other: "Reviews") -> "Reviews":
        return Reviews(self.reviewed + other.reviewed, self.overridden + other.overridden)


@dataclass(frozen=True, slots=True)
class DayOfReviews:
    """One day: decisions of the AI in all (its volume), and the reviews among them."""

    volume: int
    reviews: Reviews


@dataclass(frozen=True, slots=True)
class Oversight:
    """Override rates: overall, by reviewer, by hour of the day, on busy and on quiet days; and what they warn of."""

    overall: Reviews
    by_reviewer: Mapping[str, Reviews]
    by_hour: Mapping[int, Reviews]
    busy: Reviews
    quiet: Reviews
    warnings: tuple[OversightWarning, ...]


def oversee(
    by_reviewer: Mapping[str, Reviews], by_hour: Mapping[int, Reviews], days: Sequence[DayOfReviews], *, minimum_reviews: int = 1
) -> Oversight:
    """Return the override rates and warnings of a period.

    Args:
        by_reviewer: Reviews by reviewer; together they are the overall figure.
        by_hour: The same by local hour, 0 to 23; shown, not judged.
        days: The same by local day, with the day's volume.
        minimum_reviews: Reviewers with fewer reviews are shown and not judged.
    """
    overall = sum(by_reviewer.values(), Reviews(0, 0))
    busy, quiet = by_load(days)
    warned = {
        OversightWarning.OVERALL_RATE_LOW: overall.rate is not None and overall.rate < OVERALL_LEAST,
        OversightWarning.REVIEWERS_SELDOM_OVERRIDE: _seldom(by_reviewer, minimum_reviews),
        OversightWarning.BUSY_DAYS_WAVED_THROUGH: _waved_through(busy, quiet),
    }
    return Oversight(overall, by_reviewer, by_hour, busy, quiet, tuple(warning for warning, holds in warned.items() if holds))


def by_load(days: Sequence[DayOfReviews]) -> tuple[Reviews, Reviews]:
    """Return the reviews of busy days, with a volume in the top quarter, and of quiet ones, in the bottom quarter.

    Days at a quartile (linear between ranks) belong to its quarter. Days that all have the same volume are neither.
    """
    nothing = Reviews(0, 0)
    volumes = np.array([day.volume for day in days], dtype=np.float64)
    if volumes.size == 0:
        return nothing, nothing
    low, high = np.quantile(volumes, (0.25, 0.75), method="linear")
    if low == high:
        return nothing, nothing
    busy = sum((day.reviews for day in days if day.volume >= high), nothing)
    return busy, sum((day.reviews for day in days if day.volume <= low), nothing)


def must_review(confidence: float | None, threshold: float = CONFIDENCE_THRESHOLD) -> bool:
    """Return whether a person must review: below the threshold, and wherever the confidence is not known."""
    return confidence is None or math.isnan(confidence) or confidence < threshold


def sampled_for_audit(prediction_id: str, share: float = AUDIT_SHARE, salt: str = "") -> bool:
    """Return whether an automated decision is drawn for audit, always the same for the same id and salt.

    Keep the salt from the vendor: whoever knows it knows which decisions nobody will look at.
    """
    return falls_within(prediction_id, share, f"audit:{salt}")


def _seldom(by_reviewer: Mapping[str, Reviews], minimum_reviews: int) -> bool:
    """Whether more than 30 % of the reviewers stay under 1 %."""
    rates = [reviews.rate for reviews in by_reviewer.values() if reviews.reviewed >= minimum_reviews and reviews.rate is not None]
    seldom = sum(rate < REVIEWER_LEAST for rate in rates)
    return bool(rates) and Fraction(seldom, len(rates)) > REVIEWERS_MOST


def _waved_through(busy: Reviews, quiet: Reviews) -> bool:
    return busy.rate is not None and quiet.rate is not None and busy.rate < BUSY_LEAST * quiet.rate
