"""Risk levels of answers, and the recommendation that their exact mean leads to."""

from enum import IntEnum, StrEnum
from fractions import Fraction


class Level(IntEnum):
    """Risk level of an answer; higher is worse."""

    LOW = 1
    MEDIUM = 2
    HIGH = 3
    CRITICAL = 4


class Recommendation(StrEnum):
    """What the arithmetic says, from mildest to most severe."""

    APPROVED = "APPROVED"
    APPROVED_WITH_CONDITIONS = "APPROVED_WITH_CONDITIONS"
    REQUIRES_REMEDIATION = "REQUIRES_REMEDIATION"
    REJECTED = "REJECTED"

    @property
    def severity(self) -> int:
        """0 (APPROVED) to 3 (REJECTED)."""
        return _SEVERITIES[self]

    def at_least(self, other: "Recommendation") -> "Recommendation":
        """The more severe of the two."""
        return self if self.severity >= other.severity else other


_SEVERITIES = {recommendation: severity for severity, recommendation in enumerate(Recommendation)}
_BELOW = (
    (Fraction(3, 2), Recommendation.APPROVED),
    (Fraction(5, 2), Recommendation.APPROVED_WITH_CONDITIONS),
    (Fraction(3), Recommendation.REQUIRES_REMEDIATION),
)


def recommendation_for(mean: Fraction) -> Recommendation:
    """The recommendation for an exact weighted mean of levels: below 1.5, below 2.5, below 3.0, else REJECTED."""
    return next((recommendation for limit, recommendation in _BELOW if mean < limit), Recommendation.REJECTED)
