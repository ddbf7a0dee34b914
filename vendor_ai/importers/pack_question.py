"""Mistakes in the questions of a pack file that its schema cannot name: what belongs to each type, options, bands, floors."""

from collections import Counter
from collections.abc import Iterator, Sequence
from decimal import Decimal
from typing import Any

from vendor_ai.domain.band import number_text, reachable_bands
from vendor_ai.domain.pack import Band, Level, QuestionType
from vendor_ai.domain.problem import Problem
from vendor_ai.domain.question import MILLISECONDS, PERCENT
from vendor_ai.importers.answer_word import means_not_applicable, normal
from vendor_ai.importers.marked_yaml import MarkedDocument
from vendor_ai.importers.pack_value import several, word

MOST_CHOSEN = 20
# The fields that only some types know, with the types that know them.
_FIELDS: dict[str, frozenset[QuestionType]] = {
    "options": frozenset(kind for kind in QuestionType if kind.has_options),
    "floor": frozenset(kind for kind in QuestionType if kind.has_options),
    "combine": frozenset({QuestionType.MULTI}),
    "bands": frozenset({QuestionType.NUMBER, QuestionType.DATE, QuestionType.MULTI}),
    "unit": frozenset({QuestionType.NUMBER}),
    "metric": frozenset({QuestionType.NUMBER}),
    "minimum": frozenset({QuestionType.NUMBER}),
    "maximum": frozenset({QuestionType.NUMBER}),
    "answered": frozenset({QuestionType.TEXT, QuestionType.FILE}),
}


def question_problems(document: MarkedDocument, index: int) -> Iterator[Problem]:
    """The mistakes in the question at ``index`` of a document that fits the schema."""
    entry = document.data["questions"][index]
    kind = QuestionType(entry.get("type", "choice"))
    yield from _field_problems(document, index, entry, kind)
    if kind.has_options and "options" in entry:
        yield from _option_problems(document, index, entry["options"])
        yield from _kind_problems(document, index, entry, kind)
        yield from _floor_problems(document, index, entry)
    if "metric" in entry and kind is QuestionType.NUMBER and entry.get("unit") not in (PERCENT, MILLISECONDS):
        message = f"A figure that is held against a measurement has the unit {PERCENT} or {MILLISECONDS}. Give one of them."
        yield document.problem(("questions", index, "metric"), message)
    if entry.get("combine") != "count" and kind is QuestionType.MULTI and "bands" in entry:
        message = "Bands grade how many options were chosen. Add combine: count, or leave the bands out."
        yield document.problem(("questions", index, "bands"), message)
    elif "bands" in entry and kind in _FIELDS["bands"]:
        yield from _band_problems(document, index, entry, kind)
    yield from _unscored_problems(document, index, entry, kind)
    yield from _source_problems(document, index, entry)


def no_such_answer(question: str, value: Any, values: Sequence[str]) -> str:
    """The sentence about an answer that a question does not offer."""
    return f"The question {question!r} has no answer {word(value)!r}. Its answers: {', '.join(sorted(values))}."


def _field_problems(document: MarkedDocument, index: int, entry: dict[str, Any], kind: QuestionType) -> Iterator[Problem]:
    place = ("questions", index)
    for name, kinds in _FIELDS.items():
        if name in entry and kind not in kinds:
            known = ", ".join(each for each in QuestionType if each in kinds)
            message = f"A question of type {kind} has no {name}. Leave it out, or change the type to one that has it: {known}."
            yield document.problem((*place, name), message)
    if kind.has_options and "options" not in entry:
        message = f"The field 'options' is missing. A question of type {kind} needs options, each with value, label and level."
        yield document.problem(place, message, column=f"questions[{index}].options")
    if entry.get("combine") == "count" and "bands" not in entry:
        message = "The field 'bands' is missing. With combine: count they grade how many options were chosen."
        yield document.problem(place, message, column=f"questions[{index}].bands")
    lowest, highest = entry.get("minimum"), entry.get("maximum")
    if lowest is not None and highest is not None and Decimal(lowest) > Decimal(highest):
        yield document.problem((*place, "maximum"), f"The maximum {highest} lies below the minimum {lowest}. Exchange or change them.")


def _option_problems(document: MarkedDocument, index: int, options: Sequence[dict[str, Any]]) -> Iterator[Problem]:
    words = Counter(normal(word(option["value"])) for option in options)
    words.update(label for option in options if (label := normal(word(option.get("label", "")))) and label != normal(word(option["value"])))
    for number, option in enumerate(options):
        for key in ("value", "label"):
            text = word(option.get(key, ""))
            place = ("questions", index, "options", number, key)
            if words[normal(text)] > 1:
                yield document.problem(place, f"{text!r} names two answers of this question. Values and labels must differ.")
            if means_not_applicable(text):
                message = f"{text!r} is reserved: whether a question may be skipped is said by not_applicable: true or false."
                yield document.problem(place, message)


def _kind_problems(document: MarkedDocument, index: int, entry: dict[str, Any], kind: QuestionType) -> Iterator[Problem]:
    place = ("questions", index, "options")
    values = [word(option["value"]) for option in entry["options"]]
    if kind is QuestionType.YES_NO and sorted(values) != ["no", "yes"]:
        message = f"A question of type yes_no has the options yes and no, not {', '.join(values)}. Rename them, or use type choice."
        yield document.problem(place, message)
    if kind is QuestionType.SCALE and values != [str(number) for number in range(1, len(values) + 1)]:
        message = f"The options of a scale are 1, 2, 3 and so on in this order, not {', '.join(values)}. Renumber them, or use type choice."
        yield document.problem(place, message)
    if kind is QuestionType.MULTI:
        if len(values) > MOST_CHOSEN:
            message = f"A question of type multi has at most {MOST_CHOSEN} options, not {len(values)}. Split the question."
            yield document.problem(place, message)
        for number, value in enumerate(values):
            if ";" in value:
                message = f"The value {value!r} holds a semicolon, which separates chosen options. Write it without."
                yield document.problem((*place, number, "value"), message)


def _floor_problems(document: MarkedDocument, index: int, entry: dict[str, Any]) -> Iterator[Problem]:
    values = [word(option["value"]) for option in entry["options"]]
    for floor in several(entry.get("floor")):
        for value in several(floor["answer"]):
            if word(value) not in values:
                yield document.problem(("questions", index, "floor"), no_such_answer(entry["id"], value, values))


def _band_problems(document: MarkedDocument, index: int, entry: dict[str, Any], kind: QuestionType) -> Iterator[Problem]:
    bands = entry["bands"]
    mistakes = list(_limit_problems(document, index, bands, whole=kind is not QuestionType.NUMBER))
    yield from mistakes
    if mistakes:
        return
    graded = [Band(Decimal(band["up_to"]) if "up_to" in band else None, Level.LOW) for band in bands]
    lowest, highest = _range(entry, kind)
    reached = reachable_bands(graded, lowest=lowest, highest=highest)
    for number, band in enumerate(graded):
        if band not in reached:
            allowed = " and ".join(
                f"at {side} {number_text(end)}" for side, end in (("least", lowest), ("most", highest)) if end is not None
            )
            message = f"No answer can fall into this band: the figure is {allowed}. Remove the band, or change the limits."
            yield document.problem(("questions", index, "bands", number), message)


def _limit_problems(document: MarkedDocument, index: int, bands: Sequence[dict[str, Any]], *, whole: bool) -> Iterator[Problem]:
    below: Decimal | None = None
    for number, band in enumerate(bands):
        place = ("questions", index, "bands", number)
        last = number == len(bands) - 1
        if "up_to" not in band:
            if not last:
                yield document.problem(place, "The field 'up_to' is missing. Only the last band has none, because it takes the rest.")
            continue
        limit = Decimal(band["up_to"])
        if last:
            yield document.problem((*place, "up_to"), "The last band takes the rest, so it has no up_to. Leave it out.")
        if below is not None and limit <= below:
            message = f"The limit {band['up_to']} does not lie above {number_text(below)} of the band before. Write them in rising order."
            yield document.problem((*place, "up_to"), message)
        if whole and limit != limit.to_integral_value():
            yield document.problem((*place, "up_to"), f"{band['up_to']} is not a whole number. Days and options are counted in whole ones.")
        below = limit


def _range(entry: dict[str, Any], kind: QuestionType) -> tuple[Decimal | None, Decimal | None]:
    """The smallest and the largest figure that the bands have to grade."""
    if kind is QuestionType.MULTI:
        return Decimal(1), Decimal(len(entry.get("options", ())))
    lowest, highest = (Decimal(entry[name]) if name in entry else None for name in ("minimum", "maximum"))
    return lowest, highest


def _unscored_problems(document: MarkedDocument, index: int, entry: dict[str, Any], kind: QuestionType) -> Iterator[Problem]:
    scored = kind.has_options or "bands" in entry or "answered" in entry
    if scored and entry.get("required", True) is False:
        message = "A question that is scored must be answered. Leave required out, or take the levels away."
        yield document.problem(("questions", index, "required"), message)
    if not scored and "condition" in entry:
        levels = "answered" if kind in _FIELDS["answered"] else "bands"
        message = f"Nothing raises this condition, because the question is not scored. Add {levels}."
        yield document.problem(("questions", index, "condition"), message)


def _source_problems(document: MarkedDocument, index: int, entry: dict[str, Any]) -> Iterator[Problem]:
    for name in entry.get("source", {}):
        if not name.strip():
            message = "The name of the framework is empty. Write it before the colon, such as NIST AI RMF: MEASURE 2.11."
            yield document.problem(("questions", index, "source", name), message, column=f"questions[{index}].source")
