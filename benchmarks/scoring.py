"""Scoring assessments of the default pack, ours beside plain loops with ``Fraction`` over the same rules, in the same run.

Run: ``python -m benchmarks.scoring [SETS]`` (default 10,000 complete sets of answers).

Both sides give score, recommendation, values of dimensions, floors and unanswered questions; they are compared set by set. Ours also
shares the score out over dimensions and questions to the last digit. Sets with open answers carry bounds, which the loops could
only find by trying every completion, so those are timed apart.
"""

import random
import sys
import time
from collections.abc import Callable, Sequence
from datetime import date, timedelta
from typing import Any

from tests.factories.plain_scoring import plain_pack, plain_score
from vendor_ai.domain.answer import Answer
from vendor_ai.domain.pack import Pack, Question, QuestionType
from vendor_ai.scoring.score import Scorer
from vendor_ai.services.questionnaire import DEFAULT_PACK, find_pack, pack_files

TODAY = date(2026, 7, 1)
Answers = dict[str, str]


def any_answer(chance: random.Random, question: Question) -> str:
    """Some answer of the question's type."""
    match question.type:
        case QuestionType.NUMBER:
            return str(chance.randint(int(question.minimum or 0), int(question.maximum or 500)))
        case QuestionType.DATE:
            return str(TODAY - timedelta(days=chance.randrange(800)))
        case QuestionType.TEXT | QuestionType.FILE:
            return "as agreed"
        case QuestionType.MULTI:
            return question.joined([option.value for option in question.options if chance.random() < 0.5] or [question.options[0].value])
        case _:
            return chance.choice(question.options).value


def answer_sets(pack: Pack, sets: int, *, answered: float = 1.0, seed: int = 7) -> list[Answers]:
    """Sets of random answers."""
    chance = random.Random(seed)
    return [{q.id: any_answer(chance, q) for q in pack.questions if chance.random() < answered} for _ in range(sets)]


def _timed(score: Callable[[Answers], Any], sets: Sequence[Answers]) -> tuple[float, list[Any]]:
    start = time.perf_counter()
    found = [score(answers) for answers in sets]
    return time.perf_counter() - start, found


def measure(sets: int) -> bool:
    """Time both sides and say whether they agree."""
    pack = find_pack(DEFAULT_PACK)
    plain = plain_pack(next(path for path in pack_files() if path.stem == DEFAULT_PACK).read_text(encoding="utf-8"))
    scorer = Scorer(pack)

    def ours(answers: Answers) -> Any:
        return scorer.from_answers({name: Answer(name, value) for name, value in answers.items()}, as_of=TODAY)

    complete = answer_sets(pack, sets)
    ours_s, scores = _timed(ours, complete)
    loops_s, expected = _timed(lambda answers: plain_score(plain, answers, {}, TODAY), complete)
    agree = all(
        (score.score, score.recommendation, [part.value for part in score.dimensions], list(score.unanswered))
        == (other.score, other.recommendation, list(other.dimensions.values()), list(other.unanswered))
        for score, other in zip(scores, expected, strict=True)
    )
    half = answer_sets(pack, max(1, sets // 10), answered=0.5)
    open_s, _ = _timed(ours, half)
    print(f"{sets:,} complete assessments of {len(pack.questions)} questions; {'both agree' if agree else 'the two sides differ'}")
    print(f"ours                        {ours_s:8.2f} s, {ours_s / sets * 1e3:.2f} ms each")
    print(f"plain loops with Fraction   {loops_s:8.2f} s, {loops_s / sets * 1e3:.2f} ms each: {loops_s / ours_s:.1f} times ours")
    print(f"ours, half unanswered, with bounds: {open_s / len(half) * 1e3:.2f} ms each ({len(half):,} sets)")
    return agree


if __name__ == "__main__":
    sys.exit(0 if measure(int(sys.argv[1]) if len(sys.argv) > 1 else 10_000) else 1)
