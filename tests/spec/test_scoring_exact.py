"""Scores against the same rules written as plain loops over the pack's text, on random sets and on sets that sit on a threshold."""

import random
from collections.abc import Iterator
from datetime import date, timedelta
from fractions import Fraction
from pathlib import Path
from typing import Any

from tests.factories.pack import EVERY_TYPE_YAML
from tests.factories.plain_scoring import Plain, is_scored, plain_level, plain_pack, plain_score
from vendor_ai.domain.answer import Answer
from vendor_ai.domain.score import Score
from vendor_ai.scoring.score import Scorer
from vendor_ai.services.questionnaire import check_pack_text, pack_files

TODAY = date(2026, 7, 1)
THRESHOLDS = (Fraction("1.5"), Fraction("2.5"), Fraction(3))
FACTS: dict[str, list[str | None]] = {
    "tier": [None, "LOW", "MEDIUM", "HIGH", "PROHIBITED"],
    "regions": [None, "EU", "US"],
    "decision_type": [None, "automated", "human_in_the_loop"],
}
Answers = dict[str, str]


def texts() -> list[str]:
    return [EVERY_TYPE_YAML, *(Path(path).read_text(encoding="utf-8") for path in pack_files())]


def any_figures(question: Any) -> list[Fraction]:
    """Figures on both sides of every limit and on it, within what the question allows."""
    limits = [Fraction(band["up_to"]) for band in question.get("bands", []) if "up_to" in band] or [Fraction(7)]
    least, most = Fraction(question.get("minimum", "-1000000")), Fraction(question.get("maximum", "1000000"))
    found = [limit + step for limit in limits for step in (-1, Fraction(-1, 1000), 0, Fraction(1, 1000), 1)]
    return [figure for figure in found if least <= figure <= most] or [least]


def any_answer(chance: random.Random, question: Any) -> str:
    kind = question.get("type", "choice")
    if kind == "number":
        return str(float(chance.choice(any_figures(question))))
    if kind == "date":
        return str(TODAY - timedelta(days=int(chance.choice(any_figures(question)))))
    if kind in ("text", "file"):
        return "as we said"
    values = [option["value"] for option in question["options"]]
    if kind == "multi":
        chosen = chance.sample(values, chance.randint(1, len(values)))
        return "; ".join(value for value in values if value in chosen)
    return str(chance.choice(values))


def random_set(chance: random.Random, pack: Any) -> Answers:
    """Some answers; how many, and how many are not applicable, differs from set to set."""
    answered, skipped = chance.choice((1.0, 1.0, 0.9, 0.5)), chance.choice((0.0, 0.1, 0.9))
    found: Answers = {}
    for question in pack["questions"]:
        if chance.random() < answered:
            may_skip = question.get("not_applicable", "true") == "true"
            found[question["id"]] = "NA" if may_skip and chance.random() < skipped else any_answer(chance, question)
    return found


def threshold_set(chance: random.Random, pack: Any, threshold: Fraction) -> Answers:
    """Every dimension at one whole level, so that their weighted mean is exactly ``threshold``; the caller checks that it came out so."""
    weights = [Fraction(dimension["weight"]) for dimension in pack["dimensions"]]
    spread = [max(1.0, 5 - 3 * abs(level - float(threshold))) if level != 4 else 0.4 for level in (1, 2, 3, 4)]
    for _ in range(2_000):
        levels = chance.choices((1, 2, 3, 4), spread, k=len(weights))
        if sum(weight * level for weight, level in zip(weights, levels, strict=True)) == threshold:
            break
    wanted = dict(zip((dimension["id"] for dimension in pack["dimensions"]), levels, strict=True))
    return {question["id"]: answer_at(chance, question, wanted[question["dimension"]]) for question in pack["questions"]}


def answer_at(chance: random.Random, question: Any, level: int) -> str:
    tried = (any_answer(chance, question) for _ in range(40 if is_scored(question) else 1))
    return next((answer for answer in tried if plain_level(question, answer, TODAY) in (level, None)), "NA")


def cases(chance: random.Random, packs: list[Any], count: int) -> Iterator[tuple[int, Answers, dict[str, str]]]:
    for number in range(count):
        place = number % len(packs)
        facts = {name: fact for name, known in FACTS.items() if (fact := chance.choice(known))}
        if number % 4 == 0:
            yield place, threshold_set(chance, packs[place], chance.choice(THRESHOLDS)), facts
        else:
            yield place, random_set(chance, packs[place]), facts


def of_product(score: Score) -> Plain:
    return Plain(
        score.score,
        score.by_mean and str(score.by_mean),
        score.recommendation and str(score.recommendation),
        {dimension.id: dimension.value for dimension in score.dimensions},
        [(floor.question, str(floor.at_least)) for floor in score.floors],
        list(score.unanswered),
    )


def test_scores_agree_with_plain_loops_on_random_sets_and_on_thresholds(soak: bool) -> None:
    chance = random.Random(20260701)
    packs = [plain_pack(text) for text in texts()]
    parsed = [check_pack_text(text).pack for text in texts()]
    scorers = [Scorer(pack) for pack in parsed if pack is not None]
    on_threshold = dict.fromkeys(THRESHOLDS, 0)

    for place, answers, facts in cases(chance, packs, 100_000 if soak else 2_000):
        expected = plain_score(packs[place], answers, facts, TODAY)
        stored = {question: Answer(question, value) for question, value in answers.items()}
        score = scorers[place].from_answers(stored, {name: [fact] for name, fact in facts.items()}, as_of=TODAY)

        assert of_product(score) == expected, (packs[place]["pack"], answers, facts)
        if score.score in on_threshold:
            on_threshold[score.score] += 1
        _assert_adds_up(score)
        if score.best is not None and score.worst is not None and score.complete:
            assert score.best == score.worst

    assert len(scorers) == len(packs)
    assert all(count >= (1_000 if soak else 20) for count in on_threshold.values()), on_threshold


def _assert_adds_up(score: Score) -> None:
    document = score.as_json(breakdown=True)
    if score.score is not None:
        units = [int(part["contribution"].replace(".", "")) for part in document["dimensions"]]
        assert sum(units) == int(document["score"].replace(".", ""))
        for part, whole in zip(document["dimensions"], units, strict=True):
            assert sum(int(question["contribution"].replace(".", "")) for question in part["questions"]) == whole
