"""The rules of scoring once more, as plain loops over the text of a pack file; shares nothing with the product."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from typing import Any

import yaml

NUMBERS = {"LOW": 1, "MEDIUM": 2, "HIGH": 3, "CRITICAL": 4}
ORDER = ["APPROVED", "APPROVED_WITH_CONDITIONS", "REQUIRES_REMEDIATION", "REJECTED"]


def plain_pack(text: str) -> Any:
    """The pack with every number as text."""
    return yaml.load(text, Loader=yaml.BaseLoader)


def as_list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


@dataclass(frozen=True)
class Plain:
    """What the loops come to."""

    score: Fraction | None
    by_mean: str | None
    recommendation: str | None
    dimensions: Mapping[str, Fraction | None]
    floors: Sequence[tuple[str, str]]
    unanswered: Sequence[str]


def is_scored(question: Any) -> bool:
    kind = question.get("type", "choice")
    return kind in ("choice", "yes_no", "multi", "scale") or "bands" in question or "answered" in question


def in_band(question: Any, figure: Fraction) -> int:
    for band in question["bands"]:
        if "up_to" not in band or figure <= Fraction(band["up_to"]):
            return NUMBERS[band["level"]]
    raise AssertionError


def picked(question: Any, answer: str) -> list[str]:
    return answer.split("; ") if question.get("type") == "multi" else [answer]


def plain_level(question: Any, answer: str, today: date) -> int | None:
    kind = question.get("type", "choice")
    if answer == "NA" or not is_scored(question):
        return None
    if kind == "number":
        return in_band(question, Fraction(answer))
    if kind == "date":
        return in_band(question, Fraction(today.toordinal() - date.fromisoformat(answer).toordinal()))
    if kind in ("text", "file"):
        return NUMBERS[question["answered"]]
    levels = [NUMBERS[option["level"]] for option in question["options"] if option["value"] in picked(question, answer)]
    if question.get("combine") == "count":
        return in_band(question, Fraction(len(levels)))
    return min(levels) if question.get("combine") == "best" else max(levels)


def is_asked(question: Any, answers: Mapping[str, str], asked: Collection[str], by_id: Mapping[str, Any], facts: Mapping[str, str]) -> bool:
    """Whether all triggers hold; one on an unanswered question does not hold yet."""
    for trigger in as_list(question.get("applies_when", [])):
        if "property" in trigger:
            fact = facts.get(trigger["property"])
            if fact is not None and fact.lower() not in [value.lower() for value in as_list(trigger["is"])]:
                return False
        else:
            earlier = trigger["question"]
            if earlier not in asked or answers.get(earlier, "NA") == "NA":
                return False
            if not set(picked(by_id[earlier], answers[earlier])) & set(as_list(trigger["answer"])):
                return False
    return True


def recommended(mean: Fraction) -> str:
    if mean < Fraction("1.5"):
        return ORDER[0]
    if mean < Fraction("2.5"):
        return ORDER[1]
    return ORDER[2] if mean < 3 else ORDER[3]


def plain_score(
    pack: Any, answers: Mapping[str, str], facts: Mapping[str, str], today: date, reviewed: Mapping[str, int] | None = None
) -> Plain:
    """Score ``answers`` by the text of the pack; ``reviewed`` are a reviewer's levels of questions and dimensions."""
    reviewed = reviewed or {}
    by_id = {question["id"]: question for question in pack["questions"]}
    asked: list[str] = []
    for question in pack["questions"]:
        if is_asked(question, answers, asked, by_id, facts):
            asked.append(question["id"])
    top = {dimension["id"]: Fraction(0) for dimension in pack["dimensions"]}
    weights = dict(top)
    floors: list[tuple[str, str]] = []
    unanswered: list[str] = []
    for question in (by_id[name] for name in asked):
        answer = answers.get(question["id"])
        level = 4 if is_scored(question) else None
        if answer is None and question["id"] not in reviewed:
            if question.get("required", "true") == "true":
                unanswered.append(question["id"])
        elif answer is not None:
            level = plain_level(question, answer, today)
            for floor in as_list(question.get("floor", [])):
                if answer != "NA" and set(as_list(floor["answer"])) & set(picked(question, answer)):
                    floors.append((question["id"], floor["at_least"]))
        level = reviewed.get(question["id"], level)
        if level is not None:
            top[question["dimension"]] += Fraction(question.get("weight", "1")) * level
            weights[question["dimension"]] += Fraction(question.get("weight", "1"))
    values = {name: top[name] / weights[name] if weights[name] else None for name in top}
    values |= {name: Fraction(reviewed[name]) for name in values if name in reviewed}
    return _joined(pack, values, floors, unanswered)


def _joined(pack: Any, values: Mapping[str, Fraction | None], floors: list[tuple[str, str]], unanswered: list[str]) -> Plain:
    total, whole = Fraction(0), Fraction(0)
    for dimension in pack["dimensions"]:
        value = values[dimension["id"]]
        if value is not None:
            total += Fraction(dimension["weight"]) * value
            whole += Fraction(dimension["weight"])
    if not whole:
        return Plain(None, None, None, values, floors, unanswered)
    by_mean = recommended(total / whole)
    worst = max([by_mean, *(at_least for _, at_least in floors)], key=ORDER.index)
    return Plain(total / whole, by_mean, worst, values, floors, unanswered)
