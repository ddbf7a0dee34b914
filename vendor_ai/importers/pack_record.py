"""The plain data of a pack file that has no mistakes → Pack."""

from decimal import Decimal
from fractions import Fraction
from typing import Any

from vendor_ai.domain.pack import (
    DEFAULT_LANGUAGE,
    Audience,
    Band,
    Combine,
    Condition,
    Dimension,
    Floor,
    Level,
    Option,
    Pack,
    Question,
    QuestionTranslation,
    QuestionType,
    Recommendation,
    Scope,
    Translation,
    Trigger,
)
from vendor_ai.importers.pack_value import several, word

_YES_NO = {"yes": "Yes", "no": "No"}


def pack_record(data: dict[str, Any]) -> Pack:
    """The pack that ``data`` describes."""
    questions = tuple(_question(entry) for entry in data["questions"])
    return Pack(
        id=data["pack"],
        version=data["version"],
        title=data["title"].strip(),
        description=data.get("description", "").strip(),
        dimensions=tuple(_dimension(entry) for entry in data["dimensions"]),
        questions=questions,
        language=data.get("language", DEFAULT_LANGUAGE),
        audience=Audience(data.get("audience", Audience.VENDOR)),
        translations=tuple(_translation(language, entry, questions) for language, entry in data.get("translations", {}).items()),
    )


def _dimension(entry: dict[str, Any]) -> Dimension:
    label = entry.get("label") or str(entry["id"]).replace("_", " ").capitalize()
    return Dimension(entry["id"], label, entry.get("group", ""), Fraction(entry["weight"]))


def _question(entry: dict[str, Any]) -> Question:
    kind = QuestionType(entry.get("type", "choice"))
    evidence = entry.get("evidence", "")
    asked = evidence if isinstance(evidence, dict) else {"ask": evidence}
    return Question(
        id=entry["id"],
        dimension=entry["dimension"],
        text=_spaced(entry["text"]),
        options=tuple(_option(option, kind) for option in entry.get("options", ())),
        type=kind,
        weight=Fraction(entry.get("weight", "1")),
        scope=Scope(entry.get("scope", "component")),
        guidance=_spaced(entry.get("guidance", "")),
        evidence=_spaced(asked["ask"]),
        not_applicable=entry.get("not_applicable", True),
        applies_when=tuple(_trigger(trigger) for trigger in several(entry.get("applies_when"))),
        floors=tuple(_floor(floor) for floor in several(entry.get("floor"))),
        conditions=tuple(_condition(condition) for condition in several(entry.get("condition"))),
        source=tuple(entry.get("source", {}).items()),
        evidence_required=asked.get("required", False),
        evidence_months=int(asked["valid_months"]) if "valid_months" in asked else None,
        combine=Combine(entry.get("combine", "worst")),
        bands=tuple(Band(_number(band.get("up_to")), _level(band["level"])) for band in entry.get("bands", ())),
        unit=entry.get("unit", "").strip(),
        metric=entry.get("metric", ""),
        minimum=_number(entry.get("minimum")),
        maximum=_number(entry.get("maximum")),
        answered=_level(entry["answered"]) if "answered" in entry else None,
        required=entry.get("required", True),
    )


def _option(entry: dict[str, Any], kind: QuestionType) -> Option:
    value = word(entry["value"])
    label = _YES_NO.get(value, value) if kind is QuestionType.YES_NO else value
    return Option(value, word(entry.get("label", label)), _level(entry["level"]))


def _trigger(entry: dict[str, Any]) -> Trigger:
    values = tuple(word(value) for value in several(entry.get("answer", entry.get("is"))))
    return Trigger(entry.get("question"), entry.get("property"), values)


def _floor(entry: dict[str, Any]) -> Floor:
    return Floor(tuple(word(value) for value in several(entry["answer"])), Recommendation(entry["at_least"]))


def _condition(entry: dict[str, Any]) -> Condition:
    severity = _level(entry["severity"]) if "severity" in entry else None
    return Condition(_spaced(entry["text"]), _level(entry.get("level", "MEDIUM")), severity, int(entry["days"]), entry.get("owner", ""))


def _translation(language: str, entry: dict[str, Any], questions: tuple[Question, ...]) -> Translation:
    texts = entry["questions"]
    return Translation(
        language,
        entry["title"].strip(),
        entry.get("description", "").strip(),
        tuple(entry["dimensions"].items()),
        tuple(_question_texts(question, texts[question.id]) for question in questions),
    )


def _question_texts(question: Question, entry: dict[str, Any]) -> QuestionTranslation:
    labels = entry.get("options", {})
    return QuestionTranslation(
        question.id,
        _spaced(entry["text"]),
        _spaced(entry.get("guidance", "")),
        _spaced(entry.get("evidence", "")),
        tuple((option.value, labels[option.value]) for option in question.options),
    )


def _spaced(text: str) -> str:
    return " ".join(text.split())


def _number(text: str | None) -> Decimal | None:
    return None if text is None else Decimal(text)


def _level(name: str) -> Level:
    return Level(int(name)) if name.isdigit() else Level[name]
