"""Packs: versioned questionnaires with dimensions, weights, questions and graded answers, in one or more languages."""

import hashlib
import json
from dataclasses import dataclass, replace
from enum import StrEnum
from fractions import Fraction
from typing import Any

from vendor_ai.domain.band import Band, number_text
from vendor_ai.domain.errors import InvalidInputError
from vendor_ai.domain.level import Level, Recommendation, recommendation_for
from vendor_ai.domain.question import (
    NOT_APPLICABLE,
    SEPARATOR,
    Combine,
    Condition,
    Floor,
    Option,
    Question,
    QuestionType,
    Scope,
    Trigger,
    weight_text,
)
from vendor_ai.domain.translation import QuestionTranslation, Translation

__all__ = [
    "DEFAULT_LANGUAGE",
    "NOT_APPLICABLE",
    "SEPARATOR",
    "Audience",
    "Band",
    "Combine",
    "Condition",
    "Dimension",
    "Floor",
    "Level",
    "Option",
    "Pack",
    "Question",
    "QuestionTranslation",
    "QuestionType",
    "Recommendation",
    "Scope",
    "Translation",
    "Trigger",
    "number_text",
    "recommendation_for",
    "weight_text",
]

DEFAULT_LANGUAGE = "en"


class Audience(StrEnum):
    """Who answers a pack: the vendor, or our own staff about our own use."""

    VENDOR = "vendor"
    STAFF = "staff"


@dataclass(frozen=True, slots=True)
class Dimension:
    """One of the weighted aspects of a score; the weights of a pack add up to exactly 1."""

    id: str
    label: str
    group: str
    weight: Fraction

    def as_json(self) -> dict[str, Any]:
        """The keys of the pack file; an empty group stays, because it has always counted in digests."""
        return {"id": self.id, "label": self.label, "group": self.group, "weight": weight_text(self.weight)}


@dataclass(frozen=True, slots=True)
class Pack:
    """A versioned questionnaire definition; its texts are in ``language``, and in those of its translations."""

    id: str
    version: str
    title: str
    description: str
    dimensions: tuple[Dimension, ...]
    questions: tuple[Question, ...]
    language: str = DEFAULT_LANGUAGE
    translations: tuple[Translation, ...] = ()
    audience: Audience = Audience.VENDOR

    @property
    def languages(self) -> tuple[str, ...]:
        """The codes of the languages it can be shown in, its own first."""
        return (self.language, *(translation.language for translation in self.translations))

    def question(self, question_id: str) -> Question | None:
        """The question with this id."""
        return next((question for question in self.questions if question.id == question_id), None)

    def in_language(self, code: str) -> "Pack":
        """The pack with its texts in another language, to be shown; ids, values and arithmetic stay.

        Raises:
            InvalidInputError: When there is no such translation.
        """
        wanted = code.strip().casefold()
        if wanted == self.language.casefold():
            return self
        found = next((translation for translation in self.translations if translation.language.casefold() == wanted), None)
        if found is None:
            message = f"The pack {self.id!r} is not there in the language {code!r}. Choose one of: {', '.join(self.languages)}."
            raise InvalidInputError(message)
        return self._translated(found)

    def _translated(self, translation: Translation) -> "Pack":
        labels = translation.labels
        texts = {entry.question: entry for entry in translation.questions}
        return replace(
            self,
            title=translation.title,
            description=translation.description or self.description,
            dimensions=tuple(replace(dimension, label=labels.get(dimension.id, dimension.label)) for dimension in self.dimensions),
            questions=tuple(texts[question.id].of(question) if question.id in texts else question for question in self.questions),
            language=translation.language,
            translations=(),
        )

    def as_json(self) -> dict[str, Any]:
        """The pack as its file has it; reading that again gives an equal pack. An empty description has always counted in digests."""
        language = {} if self.language == DEFAULT_LANGUAGE else {"language": self.language}
        audience = {} if self.audience is Audience.VENDOR else {"audience": str(self.audience)}
        translations = {translation.language: translation.as_json() for translation in self.translations}
        return {
            "pack": self.id,
            "version": self.version,
            "title": self.title,
            "description": self.description,
            **language,
            **audience,
            "dimensions": [dimension.as_json() for dimension in self.dimensions],
            "questions": [question.as_json() for question in self.questions],
            **({"translations": translations} if translations else {}),
        }

    def digest(self) -> str:
        """SHA-256 of everything the pack says, independent of the layout of its file."""
        canonical = json.dumps(self.as_json(), sort_keys=True, ensure_ascii=False, separators=(",", ":"))
        return hashlib.sha256(canonical.encode()).hexdigest()
