"""What an assessment's answers score now: as claimed, as reviewed, and whether the answers that carry it were verified."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from sqlmodel import Session

from vendor_ai.db import review as review_store
from vendor_ai.db.assessment import AssessmentRow
from vendor_ai.db.review import ReviewRow
from vendor_ai.domain.answer import Answer
from vendor_ai.domain.pack import Level, Pack
from vendor_ai.domain.review import Review, ReviewKind, answers_digest, newest_by_subject, waiting_by_subject
from vendor_ai.domain.score import Score
from vendor_ai.scoring.score import Scorer
from vendor_ai.services.assessment import answers_of, asked_properties, key_of, pack_of, row_of


@dataclass(frozen=True, slots=True)
class ScoreStanding:
    """A score with what it rests on; ``claimed`` is the one without any act of review."""

    score: Score
    claimed: Score
    carrying: tuple[str, ...]  # questions whose answers make up the score
    unverified: tuple[str, ...]  # answers that carry the score and that no reviewer verified as they stand
    proposed: tuple[Review, ...]  # levels that wait for their second approver

    @property
    def verified(self) -> bool:
        """Whether a reviewer verified every answer that carries the score."""
        return bool(self.carrying) and not self.unverified and not self.proposed and self.score.score is not None


def read_review(row: ReviewRow) -> Review:
    """A stored act of review as a record."""
    assert row.id is not None
    return Review(
        number=row.id,
        kind=ReviewKind(row.kind),
        subject=row.subject,
        answer_sha256=row.answer_sha256,
        verified=row.verified,
        level=Level[row.level] if row.level else None,
        reason=row.reason,
        until=row.until,
        by=row.by,
        at=row.at,
        second_by=row.second_by,
        second_at=row.second_at,
        second_reason=row.second_reason,
        withdrawn_at=row.withdrawn_at,
    )


def reviews_of(session: Session, row: AssessmentRow) -> list[Review]:
    """Every act of review of an assessment, oldest first."""
    return [read_review(entry) for entry in review_store.reviews(session, key_of(row))]


def subject_digest(pack: Pack, kind: ReviewKind, subject: str, answers: Mapping[str, Answer]) -> str:
    """The digest of the answers a review of ``subject`` looks at."""
    if kind is ReviewKind.QUESTION:
        return answers_digest([answers.get(subject)])
    return answers_digest([answers.get(question.id) for question in pack.questions if question.dimension == subject])


def standing_of(session: Session, ref: str, *, at: datetime) -> ScoreStanding:
    """Score the answers as they stand.

    A level set by a reviewer counts with its second approver until it ends. Where the answer changed afterwards, the
    review no longer verifies it, and its level can only make the score worse.
    """
    row = row_of(session, ref)
    pack, answers = pack_of(session, ref), answers_of(session, ref)
    return score_standing(pack, answers, asked_properties(session, row), reviews_of(session, row), on=at.date())


def score_standing(
    pack: Pack, answers: Mapping[str, Answer], properties: Mapping[str, list[str]], reviews: list[Review], *, on: date
) -> ScoreStanding:
    """The same from plain records."""
    scorer = Scorer(pack)
    newest = newest_by_subject(reviews)
    current = {key: review.answer_sha256 == subject_digest(pack, *key, answers) for key, review in newest.items()}
    standing = {key: fresh and not newest[key].ended(on) for key, fresh in current.items()}
    verified = _verified_questions(pack, newest, standing)
    accepted = {question for question in verified if question in answers and answers[question].not_applicable}
    levels = _question_levels(pack, newest, current, answers, on)
    reviewed = scorer.from_answers(answers, properties, as_of=on, levels=levels, not_applicable_accepted=accepted)
    dimension_levels = _dimension_levels(reviewed, newest, current, on)
    score = scorer.from_answers(
        answers, properties, as_of=on, levels=levels, dimension_levels=dimension_levels, not_applicable_accepted=accepted
    )
    # Not applicable counts as unanswered until a reviewer accepted its reason.
    claimed = scorer.from_answers(answers, properties, as_of=on, not_applicable_accepted=())
    carrying = [part.id for dimension in score.dimensions for part in dimension.questions if part.answer is not None]
    skipped = [question for question, answer in answers.items() if answer.not_applicable and question in score.unanswered]
    unverified = tuple(question for question in [*carrying, *skipped] if question not in verified)
    proposed = waiting_by_subject(reviews)
    return ScoreStanding(score, claimed, tuple(carrying), unverified, proposed)


_Newest = Mapping[tuple[ReviewKind, str], Review]
_Current = Mapping[tuple[ReviewKind, str], bool]


def _verified_questions(pack: Pack, newest: _Newest, standing: _Current) -> set[str]:
    """The questions whose answers were verified as they stand, alone or with their dimension; the newer act counts.

    An act whose level has ended verifies nothing any more: the answer's own, milder level was not what the reviewer agreed to.
    """
    verified = set()
    for question in pack.questions:
        keys = [(ReviewKind.QUESTION, question.id), (ReviewKind.DIMENSION, question.dimension)]
        acts = [(newest[key].number, newest[key].verified and standing[key]) for key in keys if key in newest]
        if acts and max(acts)[1]:
            verified.add(question.id)
    return verified


def _question_levels(pack: Pack, newest: _Newest, current: _Current, answers: Mapping[str, Answer], on: date) -> dict[str, Level]:
    """The levels that stand in the place of answers."""
    levels: dict[str, Level] = {}
    for (kind, subject), review in newest.items():
        if kind is not ReviewKind.QUESTION or review.level is None or not review.level_counts(on):
            continue
        question, answer = pack.question(subject), answers.get(subject)
        own = question.level_of(answer.value, on) if question is not None and answer is not None else None
        levels[subject] = review.level if current[kind, subject] or own is None else max(review.level, own)
    return levels


def _dimension_levels(reviewed: Score, newest: _Newest, current: _Current, on: date) -> dict[str, Level]:
    """The levels that stand in the place of whole dimensions."""
    values = {dimension.id: dimension.value for dimension in reviewed.dimensions}
    levels: dict[str, Level] = {}
    for (kind, subject), review in newest.items():
        if kind is not ReviewKind.DIMENSION or review.level is None or not review.level_counts(on):
            continue
        value = values.get(subject)
        if current[kind, subject] or value is None or review.level >= value:
            levels[subject] = review.level
    return levels
