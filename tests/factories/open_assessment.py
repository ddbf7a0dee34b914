"""Small packs with every type of question, half-answered, and everything that could still be answered."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from itertools import combinations
from typing import Any

from hypothesis import strategies as st

from tests.factories.plain_scoring import Plain, is_asked, is_scored, plain_pack, plain_score
from vendor_ai.domain.answer import Answer
from vendor_ai.domain.pack import Level, Pack
from vendor_ai.domain.score import Score
from vendor_ai.scoring.score import Scorer
from vendor_ai.services.questionnaire import check_pack_text

TODAY = date(2026, 7, 1)
KINDS = ("choice", "yes_no", "multi", "scale", "number", "date", "text", "file")
WEIGHTS = {1: ["1"], 2: ["0.7", "0.3"], 3: ["0.5", "0.3", "0.2"]}
LEVELS = [level.name for level in Level]
FLOORS = ("APPROVED_WITH_CONDITIONS", "REQUIRES_REMEDIATION", "REJECTED")


@dataclass
class OpenAssessment:
    """A pack, what was answered so far, and what a reviewer set."""

    document: dict[str, Any]
    answers: dict[str, str] = field(default_factory=dict)
    reviewed: dict[str, int] = field(default_factory=dict)

    @property
    def pack(self) -> Pack:
        """The pack as the product reads it."""
        parsed = check_pack_text(json.dumps(self.document))
        assert parsed.pack is not None, parsed.problems
        return parsed.pack

    @property
    def plain(self) -> Any:
        """The pack for the plain loops."""
        return plain_pack(json.dumps(self.document))

    def score(self, answers: Mapping[str, str] | None = None) -> Score:
        """The product's score of these answers, or of those so far."""
        given = self.answers if answers is None else answers
        dimensions = {dimension["id"] for dimension in self.document["dimensions"]}
        levels = {name: Level(level) for name, level in self.reviewed.items()}
        return Scorer(self.pack).from_answers(
            {question: Answer(question, value) for question, value in given.items()},
            as_of=TODAY,
            levels={name: level for name, level in levels.items() if name not in dimensions},
            dimension_levels={name: level for name, level in levels.items() if name in dimensions},
        )

    def completed(self) -> list[Plain]:
        """What the plain loops make of every way to answer what is open."""
        plain = self.plain
        return [plain_score(plain, chosen, {}, TODAY, self.reviewed) for chosen in self._completions(plain)]

    def _completions(self, plain: Any) -> Iterator[dict[str, str]]:
        by_id = {question["id"]: question for question in plain["questions"]}
        ways: list[tuple[dict[str, str], list[str]]] = [({}, [])]  # answers, asked questions
        for name, question in by_id.items():
            further = []
            for chosen, asked in ways:
                if not is_asked(question, chosen, asked, by_id, {}):
                    further.append((chosen, asked))
                elif name in self.reviewed and name not in self.answers:
                    further.append((chosen, [*asked, name]))
                else:
                    values = [self.answers[name]] if name in self.answers else possible_answers(question)
                    further += [({**chosen, name: value}, [*asked, name]) for value in values]
            ways = further
        yield from (chosen for chosen, _ in ways)


def possible_answers(question: Mapping[str, Any]) -> list[str]:
    """Everything a question can be answered with that could make a difference."""
    kind = question["type"]
    if kind == "number":
        values = ["0", "2.9", "3", "3.1", "7", "7.1", "10"]
    elif kind == "date":
        values = [str(TODAY - timedelta(days=age)) for age in (-9, 0, 30, 31, 400)]
    elif kind in ("text", "file"):
        values = ["as we said"]
    else:
        values = [str(option["value"]) for option in question["options"]]
        if kind == "multi":
            values = ["; ".join(some) for size in range(1, len(values) + 1) for some in combinations(values, size)]
    return values + (["NA"] if str(question["not_applicable"]).lower() == "true" else [])


@st.composite
def questions(draw: st.DrawFn, number: int, earlier: list[dict[str, Any]], dimension: str) -> dict[str, Any]:
    """One question of any type, perhaps asked only after an earlier one, perhaps with a floor."""
    kind = draw(st.sampled_from(KINDS))
    entry: dict[str, Any] = {
        "id": f"q{number}",
        "dimension": dimension,
        "text": "What?",
        "type": kind,
        "weight": str(draw(st.integers(1, 4))),
        "not_applicable": draw(st.booleans()),
    }
    level = st.sampled_from(LEVELS)
    if kind in ("text", "file"):
        entry |= draw(st.sampled_from([{}, {"answered": "LOW"}, {"answered": "HIGH"}, {"required": False}]))
    elif kind in ("number", "date"):
        limits = ("3", "7") if kind == "number" else ("30",)
        bands = [{"up_to": limit, "level": draw(level)} for limit in limits] + [{"level": draw(level)}]
        entry |= draw(st.sampled_from([{}, {"bands": bands}, {"bands": bands}]))
        entry |= {"minimum": "0", "maximum": "10"} if kind == "number" else {}
    else:
        names = {"yes_no": ["yes", "no"], "scale": ["1", "2", "3"], "choice": ["a", "b", "c"], "multi": ["a", "b", "c"]}[kind]
        entry["options"] = [{"value": name, "level": draw(level)} for name in names]
        if kind == "multi":
            counted = {"combine": "count", "bands": [{"up_to": 1, "level": draw(level)}, {"level": draw(level)}]}
            entry |= draw(st.sampled_from([{}, {"combine": "best"}, counted]))
        if draw(st.integers(0, 2)) == 0:
            entry["floor"] = {"answer": draw(st.sampled_from(names)), "at_least": draw(st.sampled_from(FLOORS))}
    steering = [other for other in earlier if "options" in other]
    if steering and draw(st.booleans()):
        other = draw(st.sampled_from(steering))
        values = draw(st.lists(st.sampled_from([option["value"] for option in other["options"]]), min_size=1, max_size=2, unique=True))
        entry["applies_when"] = {"question": other["id"], "answer": values}
    return entry


@st.composite
def open_assessments(draw: st.DrawFn, *, most: int = 4, review: bool = False) -> OpenAssessment:
    """A pack of up to ``most`` questions, about half of them answered."""
    places = draw(st.lists(st.sampled_from(["d1", "d2", "d3"]), min_size=2, max_size=most))
    entries: list[dict[str, Any]] = []
    for number, place in enumerate(places):
        entries.append(draw(questions(number, entries, place)))
    names = sorted(set(places))
    dimensions = [{"id": name, "weight": weight} for name, weight in zip(names, WEIGHTS[len(names)], strict=True)]
    found = OpenAssessment({"pack": "open", "version": "1", "title": "Open", "dimensions": dimensions, "questions": entries})
    for entry in entries:
        if draw(st.booleans()):
            found.answers[entry["id"]] = draw(st.sampled_from(possible_answers(entry)))
    if review:
        reviewable = [*names, *(entry["id"] for entry in entries if is_scored(entry))]
        found.reviewed = draw(st.dictionaries(st.sampled_from(reviewable), st.integers(1, 4), max_size=2))
    return found
