"""Answers to the questions of a pack."""

from dataclasses import dataclass

from vendor_ai.domain.question import NOT_APPLICABLE


@dataclass(frozen=True, slots=True)
class Answer:
    """One answer: the value of an option, or ``NA``, for which ``comment`` holds the reason. ``dated`` is an ISO date or empty."""

    question: str
    value: str
    comment: str = ""
    evidence: str = ""
    dated: str = ""

    @property
    def not_applicable(self) -> bool:
        """Whether the question was said not to apply."""
        return self.value == NOT_APPLICABLE
