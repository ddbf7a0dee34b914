"""Mistakes in what decides whether a question of a pack file is asked."""

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from vendor_ai.domain.pack import QuestionType
from vendor_ai.domain.problem import Problem
from vendor_ai.domain.tier import AffectedRight, DecisionType, RiskTier
from vendor_ai.importers.pack_part import PackParts
from vendor_ai.importers.pack_question import no_such_answer
from vendor_ai.importers.pack_value import several, word

# Properties of a component that a question may depend on, the names of the inventory; None: any word may be one of its values.
PROPERTIES: dict[str, tuple[str, ...] | None] = {
    "kind": None,
    "use_case": None,
    "decision_type": tuple(DecisionType),
    "affected_rights": tuple(AffectedRight),
    "regions": None,
    "data_classes": None,
    "tier": tuple(RiskTier),
}


class _Known(NamedTuple):
    """The ids of a file's questions; where one has none, nothing can be said to be missing."""

    ids: frozenset[str]
    all_of_them: bool


def trigger_problems(parts: PackParts) -> Iterator[Problem]:
    """The mistakes in the ``applies_when`` of all questions that fit the schema."""
    earlier: dict[str, dict[str, Any] | None] = {}
    known = _Known(frozenset(parts.texts("questions", "id")), parts.all_have("questions", "id"))
    for index, question in parts.entries("questions"):
        sound = parts.is_sound("questions", index)
        place = ("questions", index, "applies_when")
        for trigger in several(question.get("applies_when")) if sound else ():
            problems = _property_problems(trigger) if "property" in trigger else _answer_problems(known, trigger, earlier)
            yield from (parts.document.problem(place, message) for message in problems)
        earlier[question["id"]] = question if sound else None


def _property_problems(trigger: dict[str, Any]) -> Iterator[str]:
    name = trigger["property"]
    if name not in PROPERTIES:
        yield f"A component has no property {name!r}. Use one of: {', '.join(PROPERTIES)}."
        return
    known = PROPERTIES[name]
    for value in several(trigger["is"]):
        if known is not None and word(value).casefold() not in [each.casefold() for each in known]:
            yield f"{word(value)!r} is no {name}. Use one of: {', '.join(known)}."


def _answer_problems(known: _Known, trigger: dict[str, Any], earlier: Mapping[str, dict[str, Any] | None]) -> Iterator[str]:
    asked = trigger["question"]
    if asked not in earlier:
        later = asked in known.ids
        where = "does not stand before this one" if later else "is not in this pack"
        if later or known.all_of_them:
            yield f"The question {asked!r} {where}. Name the id of an earlier question."
        return
    question = earlier[asked]
    if question is None:
        return  # its own mistakes come first
    kind = QuestionType(question.get("type", "choice"))
    if not kind.has_options:
        yield f"The question {asked!r} is of type {kind}, so it has no answers to name. Name a question with options."
        return
    values = [word(option["value"]) for option in question.get("options", ())]
    for value in several(trigger["answer"]):
        if values and word(value) not in values:
            yield no_such_answer(asked, value, values)
