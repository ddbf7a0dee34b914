"""The texts of a pack in another language."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from vendor_ai.domain.question import Question


@dataclass(frozen=True, slots=True)
class QuestionTranslation:
    """The texts of one question; ``options`` are labels by value."""

    question: str
    text: str
    guidance: str = ""
    evidence: str = ""
    options: tuple[tuple[str, str], ...] = ()

    def of(self, question: Question) -> Question:
        """The question in this language."""
        labels = dict(self.options)
        options = tuple(replace(option, label=labels.get(option.value, option.label)) for option in question.options)
        return replace(question, text=self.text, guidance=self.guidance, evidence=self.evidence, options=options)

    def as_json(self) -> dict[str, Any]:
        """The keys of the pack file; what is empty is left out."""
        texts: dict[str, Any] = {"guidance": self.guidance, "evidence": self.evidence, "options": dict(self.options)}
        return {"text": self.text, **{key: text for key, text in texts.items() if text}}


@dataclass(frozen=True, slots=True)
class Translation:
    """One language of a pack; ``dimensions`` are labels by id."""

    language: str
    title: str
    description: str = ""
    dimensions: tuple[tuple[str, str], ...] = ()
    questions: tuple[QuestionTranslation, ...] = ()

    @property
    def labels(self) -> Mapping[str, str]:
        """The labels of the dimensions by id."""
        return dict(self.dimensions)

    def as_json(self) -> dict[str, Any]:
        """The keys of the pack file."""
        return {
            "title": self.title,
            **({"description": self.description} if self.description else {}),
            "dimensions": dict(self.dimensions),
            "questions": {entry.question: entry.as_json() for entry in self.questions},
        }
