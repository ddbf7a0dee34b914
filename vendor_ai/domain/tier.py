"""The risk tier of a component: what it is decided from and what follows from it."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, TypeVar

from vendor_ai.domain.errors import InvalidInputError

E = TypeVar("E", bound=StrEnum)


class RiskTier(StrEnum):
    """How much a use can harm people; compare by ``rank``, never as text."""

    LOW = "LOW"
    MEDIUM = "MEDIUM"
    HIGH = "HIGH"
    PROHIBITED = "PROHIBITED"

    @property
    def rank(self) -> int:
        """0 for LOW up to 3 for PROHIBITED."""
        return list(RiskTier).index(self)


class DecisionType(StrEnum):
    """Who decides, the component or a person; from the least to the most automated."""

    HUMAN_IN_THE_LOOP = "human_in_the_loop"
    HUMAN_ON_THE_LOOP = "human_on_the_loop"
    AUTOMATED = "automated"


class AffectedRight(StrEnum):
    """The rights whose touch makes a listed use HIGH."""

    NON_DISCRIMINATION = "non-discrimination"
    PRIVACY = "privacy"
    FAIR_TRIAL = "fair-trial"
    FREEDOM_OF_EXPRESSION = "freedom-of-expression"


class UnknownRightError(InvalidInputError):
    """The text names none of the rights that are weighed."""

    code = "unknown-right"

    def __init__(self, text: str) -> None:
        super().__init__(f"{text!r} is not a right that is weighed; write {_listed(AffectedRight)}.")


class UnknownDecisionTypeError(InvalidInputError):
    """The text names no decision type."""

    code = "unknown-decision-type"

    def __init__(self, text: str) -> None:
        super().__init__(f"{text!r} is not a decision type; write {_listed(DecisionType)}.")


class UnclassifiableComponentError(InvalidInputError):
    """A stored component holds a word the rules cannot weigh, so any tier would be a guess."""

    code = "unclassifiable-component"

    def __init__(self, reference: str, column: str, fault: str) -> None:
        super().__init__(f"Component {reference}, column {column}: {fault} Correct it and import the inventory again.")


def read_right(text: str) -> AffectedRight:
    """Return the right that ``text`` names, in any case and with hyphens, underscores or blanks.

    Raises:
        UnknownRightError: When it names none.
    """
    right = _named(text, AffectedRight)
    if right is None:
        raise UnknownRightError(text)
    return right


def read_decision_type(text: str) -> DecisionType:
    """Return the decision type that ``text`` names, in any case and with hyphens, underscores or blanks.

    Raises:
        UnknownDecisionTypeError: When it names none.
    """
    decision_type = _named(text, DecisionType)
    if decision_type is None:
        raise UnknownDecisionTypeError(text)
    return decision_type


def _named(text: str, options: type[E]) -> E | None:
    return next((option for option in options if _bare(option) == _bare(text)), None)


def _bare(text: str) -> str:
    return re.sub(r"[\s_-]+", "", text.casefold())


def _listed(options: type[StrEnum]) -> str:
    *first, last = options
    return f"{', '.join(first)} or {last}"


@dataclass(frozen=True, slots=True)
class ComponentUse:
    """What a component is used for; None and empty mean that it is not stated."""

    use_case: str = ""
    decision_type: DecisionType | None = None
    affected_rights: tuple[AffectedRight, ...] = ()
    regions: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Classification:
    """A tier, the sentences that led to it, and what it asks for; ``reassessment_months`` is None where nothing may be used."""

    tier: RiskTier
    reasons: tuple[str, ...]
    regulations: tuple[str, ...]
    required_controls: tuple[str, ...]
    required_documents: tuple[str, ...]
    required_approvals: tuple[str, ...]
    reassessment_months: int | None
    sources: Mapping[str, str] = field(default_factory=dict)  # of controls and documents, by their text

    def as_json(self) -> dict[str, Any]:
        """The keys of the classify contract."""
        return {
            "tier": self.tier.value,
            "reasons": list(self.reasons),
            "regulations": list(self.regulations),
            "required_controls": list(self.required_controls),
            "required_documents": list(self.required_documents),
            "required_approvals": list(self.required_approvals),
        }
