"""Mistakes in the translations of a pack file: what they translate must be there, and nothing may be missing."""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from vendor_ai.domain.pack import DEFAULT_LANGUAGE
from vendor_ai.domain.problem import Problem
from vendor_ai.importers.answer_word import means_not_applicable, normal
from vendor_ai.importers.marked_yaml import MarkedDocument
from vendor_ai.importers.pack_part import PackParts
from vendor_ai.importers.pack_value import word

_CODE = re.compile("[a-z]{2,3}(-[A-Za-z0-9]{2,8})*")
_NAMED = 5


def translation_problems(parts: PackParts) -> Iterator[Problem]:
    """The mistakes in the translations that fit the schema."""
    document, translations = parts.document, parts.translations()
    if not translations:
        return
    known = {str(document.data.get("language", DEFAULT_LANGUAGE)).casefold()}
    questions = {question["id"]: question for _, question in parts.sound("questions")}
    for code, entry in translations.items():
        place = ("translations", code)
        if not _CODE.fullmatch(code):
            yield document.problem(place, f"{code!r} is not the code of a language. Write one such as de, fr or pt-BR.")
        if code.casefold() in known:
            yield document.problem(place, f"The language {code!r} is there already. Keep its texts in one place.")
        known.add(code.casefold())
        for noun, field in (("dimension", "dimensions"), ("question", "questions")):
            if parts.all_have(field, "id"):
                yield from _name_problems(document, (*place, field), noun, entry[field], parts.texts(field, "id"))
        for name, texts in entry["questions"].items():
            if name in questions:
                yield from _text_problems(document, (*place, "questions", name), questions[name], texts)


def _name_problems(
    document: MarkedDocument, place: tuple[str, ...], noun: str, given: Iterable[str], wanted: Iterable[str]
) -> Iterator[Problem]:
    """Names that are unknown, and those that are missing."""
    given, wanted = list(given), list(wanted)
    for name in given:
        if name not in wanted:
            yield document.problem((*place, name), f"There is no {noun} {name!r} to translate. Remove it, or correct the name.")
    missing = [name for name in wanted if name not in given]
    if missing:
        more = f" and {len(missing) - _NAMED} more" if len(missing) > _NAMED else ""
        yield document.problem(place, f"The translation lacks the {noun} {', '.join(missing[:_NAMED])}{more}. Add it.")


def _text_problems(
    document: MarkedDocument, place: tuple[str, ...], question: Mapping[str, Any], texts: Mapping[str, Any]
) -> Iterator[Problem]:
    for field in ("guidance", "evidence"):
        if field in question and field not in texts:
            yield document.problem(
                place, f"The translation lacks the {field} of this question. Add it.", column=f"{'.'.join(place)}.{field}"
            )
    values = [word(option["value"]) for option in question.get("options", ())]
    labels = texts.get("options", {})
    yield from _name_problems(document, (*place, "options"), "option", labels, values)
    words = Counter({*((normal(value), value) for value in values), *((normal(label), value) for value, label in labels.items())})
    names = Counter(name for name, _ in words)
    for value, label in labels.items():
        if names[normal(label)] > 1:
            message = f"{label!r} names two answers of this question. Values and labels must differ."
            yield document.problem((*place, "options", value), message)
        if means_not_applicable(label):
            yield document.problem((*place, "options", value), f"{label!r} is reserved for answers that do not apply. Write another label.")
