"""Assessments side by side: two years of one vendor, or up to five vendors for one need."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from fractions import Fraction
from typing import Any

from sqlmodel import Session

from vendor_ai.domain.assessment import Assessment
from vendor_ai.domain.errors import InvalidInputError
from vendor_ai.domain.pack import Level, Pack
from vendor_ai.domain.question import Question
from vendor_ai.domain.score import DimensionScore, QuestionScore, Score, shown, units_text
from vendor_ai.services.assessment import answers_of, assessment, component_of, pack_of
from vendor_ai.services.assessment_score import standing_of

MOST = 5


@dataclass(frozen=True, slots=True)
class Compared:
    """One column of the comparison."""

    assessment: Assessment
    vendor: str
    pack: Pack
    score: Score
    answers: Mapping[str, str]
    verified: bool

    def as_json(self) -> dict[str, Any]:
        """What identifies it and what came of it."""
        return {
            "assessment": self.assessment.ref,
            "component": self.assessment.component,
            "vendor": self.vendor,
            "pack": self.pack.id,
            "version": self.pack.version,
            "state": self.assessment.state,
            "score": None if self.score.score is None else shown(self.score.score),
            "verified": self.verified,
            "complete": self.score.complete,
            "recommendation": str(self.score.recommendation) if self.score.recommendation else None,
            "decision": self.assessment.decision or None,
        }


@dataclass(frozen=True, slots=True)
class DimensionLine:
    """One dimension that all have: values, parts of the scores, and how far each part is from the first's; None: not comparable."""

    id: str
    label: str
    values: tuple[Fraction | None, ...]
    contributions: tuple[str | None, ...]
    differences: tuple[str | None, ...]

    def as_json(self) -> dict[str, Any]:
        """The line as plain values."""
        return {
            "id": self.id,
            "label": self.label,
            "values": [None if value is None else shown(value) for value in self.values],
            "contributions": list(self.contributions),
            "differences": list(self.differences),
        }


@dataclass(frozen=True, slots=True)
class QuestionLine:
    """One question that all ask in the same words; ids may differ."""

    dimension: str
    text: str
    questions: tuple[str, ...]
    answers: tuple[str | None, ...]
    levels: tuple[Level | None, ...]

    @property
    def differs(self) -> bool:
        """Whether an answer or its level is another."""
        return len(set(self.answers)) > 1 or len(set(self.levels)) > 1

    def as_json(self) -> dict[str, Any]:
        """The line as plain values."""
        return {
            "dimension": self.dimension,
            "text": self.text,
            "questions": list(self.questions),
            "answers": list(self.answers),
            "levels": [level.name if level else None for level in self.levels],
            "differs": self.differs,
        }


@dataclass(frozen=True, slots=True)
class AssessmentComparison:
    """Assessments side by side; ``differences`` of the scores are to the first, None where scores cannot be compared."""

    columns: tuple[Compared, ...]
    same_pack: bool
    differences: tuple[str | None, ...]
    dimensions: tuple[DimensionLine, ...]
    questions: tuple[QuestionLine, ...]
    notes: tuple[str, ...]

    def as_json(self) -> dict[str, Any]:
        """Everything, for `--json`."""
        return {
            "assessments": [column.as_json() for column in self.columns],
            "same_pack": self.same_pack,
            "differences": list(self.differences),
            "dimensions": [line.as_json() for line in self.dimensions],
            "questions": [line.as_json() for line in self.questions],
            "notes": list(self.notes),
        }


def compare(session: Session, refs: Sequence[str], *, at: datetime) -> AssessmentComparison:
    """Put two to five assessments side by side, as they score now.

    Raises:
        NotFoundError: When one is unknown.
        InvalidInputError: When they are fewer than two, more than five, or one is named twice.
    """
    columns = tuple(_column(session, ref, at) for ref in refs)
    named = [column.assessment.ref for column in columns]
    if not 2 <= len(named) <= MOST or len(set(named)) != len(named):
        raise InvalidInputError(f"Name two to {MOST} different assessments to compare; these are {len(set(named))}.")
    return compared(columns)


def compared(columns: tuple[Compared, ...]) -> AssessmentComparison:
    """The comparison of columns that are there already."""
    same_pack = len({column.pack.id for column in columns}) == 1
    comparable = same_pack and all(column.score.score is not None for column in columns)
    digits = max(column.score.digits for column in columns)
    dimensions = _dimensions(columns, digits, comparable)
    questions = _questions(columns) if same_pack else ()
    totals = [_total(column.score, digits) if comparable else None for column in columns]
    return AssessmentComparison(
        columns, same_pack, _differences(totals, digits), dimensions, questions, _notes(columns, same_pack, questions)
    )


def _column(session: Session, ref: str, at: datetime) -> Compared:
    standing = standing_of(session, ref, at=at)
    answers = {question: answer.value for question, answer in answers_of(session, ref).items()}
    vendor = component_of(session, ref).vendor
    return Compared(assessment(session, ref), vendor, pack_of(session, ref), standing.score, answers, standing.verified)


def _total(score: Score, digits: int) -> int:
    """The shown score in units of the last of ``digits``."""
    return sum(_units(dimension, score, digits) for dimension in score.dimensions)


def _units(dimension: DimensionScore, score: Score, digits: int) -> int:
    return int((dimension.units or 0) * 10 ** (digits - score.digits))


def _differences(units: Sequence[int | None], digits: int) -> tuple[str | None, ...]:
    """How far each is from the first, with its sign."""
    first = units[0]
    return tuple(None if first is None or value is None else _signed(value - first, digits) for value in units)


def _signed(units: int, digits: int) -> str:
    sign = "-" if units < 0 else "+" if units else ""
    return sign + units_text(abs(units), digits)


def _dimensions(columns: Sequence[Compared], digits: int, comparable: bool) -> tuple[DimensionLine, ...]:
    found = [{dimension.id: dimension for dimension in column.score.dimensions} for column in columns]
    common = [entry for entry in columns[0].pack.dimensions if all(entry.id in scores for scores in found)]
    lines = []
    for entry in common:
        scores = [by_id[entry.id] for by_id in found]
        units = [_units(one, column.score, digits) if comparable else None for one, column in zip(scores, columns, strict=True)]
        parts = tuple(None if unit is None else units_text(unit, digits) for unit in units)
        lines.append(DimensionLine(entry.id, entry.label, tuple(one.value for one in scores), parts, _differences(units, digits)))
    return tuple(lines)


def _wording(question: Question) -> str:
    return " ".join(question.text.split()).casefold()


def _questions(columns: Sequence[Compared]) -> tuple[QuestionLine, ...]:
    """The questions of the same wording: an id alone is known to be reused for another question."""
    by_wording = [{_wording(question): question for question in column.pack.questions} for column in columns]
    scores = [_scores(column.score) for column in columns]
    lines = []
    for wording, first in by_wording[0].items():
        if not all(wording in known for known in by_wording):
            continue
        same = [known[wording] for known in by_wording]
        answers = tuple(column.answers.get(question.id) for column, question in zip(columns, same, strict=True))
        parts = [known.get(question.id) for known, question in zip(scores, same, strict=True)]
        levels = tuple(None if part is None else part.level for part in parts)
        if any(answer is not None for answer in answers) or any(levels):
            lines.append(QuestionLine(first.dimension, first.text, tuple(question.id for question in same), answers, levels))
    return tuple(lines)


def _scores(score: Score) -> dict[str, QuestionScore]:
    return {part.id: part for dimension in score.dimensions for part in dimension.questions}


def _notes(columns: Sequence[Compared], same_pack: bool, questions: Sequence[QuestionLine]) -> tuple[str, ...]:
    """What a reader must know before comparing."""
    notes = []
    if not same_pack:
        packs = ", ".join(dict.fromkeys(f"{column.pack.id} {column.pack.version}" for column in columns))
        notes.append(
            f"The packs differ ({packs}): only the recommendations and the dimensions of the same id are compared, not the scores."
        )
    elif len({column.pack.version for column in columns}) > 1:
        versions = ", ".join(dict.fromkeys(column.pack.version for column in columns))
        notes.append(
            f"The versions of the pack differ ({versions}): {len(questions)} questions are the same, the others are compared by dimension."
        )
    unscored = [column.assessment.ref for column in columns if column.score.score is None]
    if unscored:
        notes.append(f"Without a score: {', '.join(unscored)}.")
    incomplete = [column.assessment.ref for column in columns if column.score.score is not None and not column.score.complete]
    if incomplete:
        notes.append(f"Not complete, open answers count as CRITICAL: {', '.join(incomplete)}.")
    claimed = [column.assessment.ref for column in columns if column.score.score is not None and not column.verified]
    if claimed:
        notes.append(f"Claimed, not verified by a reviewer: {', '.join(claimed)}.")
    return tuple(notes)
