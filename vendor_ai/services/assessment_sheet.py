"""One assessment with everything on it: every question with its answer, source, levels and review."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlmodel import Session

from vendor_ai.domain.assessment import Assessment, GivenAnswer
from vendor_ai.domain.pack import Level, Pack
from vendor_ai.domain.question import Question
from vendor_ai.domain.review import Review, ReviewKind, newest_by_subject
from vendor_ai.services.answering import Submission, submissions
from vendor_ai.services.assessment import assessment, given_answers, pack_of, questions_of, row_of
from vendor_ai.services.assessment_score import ScoreStanding, reviews_of, standing_of


@dataclass(frozen=True, slots=True)
class SheetLine:
    """One question that is asked; ``level`` is the answer's own, ``review`` the act that counts for it."""

    question: Question
    given: GivenAnswer | None
    level: Level | None
    review: Review | None
    verified: bool

    def as_json(self) -> dict[str, Any]:
        """The line as plain values."""
        given, review = self.given, self.review
        return {
            "question": self.question.id,
            "text": self.question.text,
            "answer": given.answer.value if given else None,
            "comment": given.answer.comment if given else "",
            "evidence": given.answer.evidence if given else "",
            "evidence_date": given.answer.dated if given else "",
            "source": given.source.value if given else None,
            "answered_by": given.answered_by or None if given else None,
            "origin": given.origin or None if given else None,
            "answered_at": given.answered_at.isoformat() if given else None,
            "level": self.level.name if self.level else None,
            "reviewed_level": review.level.name if review and review.level else None,
            "review": review.as_json() if review else None,
            "verified": self.verified,
        }


@dataclass(frozen=True, slots=True)
class Sheet:
    """An assessment as a reviewer reads it."""

    assessment: Assessment
    pack: Pack
    standing: ScoreStanding
    lines: tuple[SheetLine, ...]
    submissions: tuple[Submission, ...]

    def as_json(self) -> dict[str, Any]:
        """Everything, for `--json`."""
        return {
            **self.assessment.as_json(),
            "score": self.standing.score.as_json(breakdown=True),
            "claimed": self.standing.claimed.as_json(),
            "verified": self.standing.verified,
            "unverified": list(self.standing.unverified),
            "proposed": [review.as_json() for review in self.standing.proposed],
            "answers": [line.as_json() for line in self.lines],
            "submissions": [
                {"number": it.number, "sha256": it.sha256, "signatory": it.signatory or None, "at": it.at.isoformat()}
                for it in self.submissions
            ],
        }


def sheet_of(session: Session, ref: str, *, at: datetime) -> Sheet:
    """Gather one assessment."""
    row, pack = row_of(session, ref), pack_of(session, ref)
    standing = standing_of(session, ref, at=at)
    answers = given_answers(session, ref)
    newest = newest_by_subject(reviews_of(session, row))
    asked, unverified = set(questions_of(session, ref)), set(standing.unverified)
    lines = []
    for question in pack.questions:
        if question.id not in asked:
            continue
        given = answers.get(question.id)
        level = question.level_of(given.answer.value, at.date()) if given else None
        review = newest.get((ReviewKind.QUESTION, question.id)) or newest.get((ReviewKind.DIMENSION, question.dimension))
        verified = given is not None and review is not None and review.verified and question.id not in unverified
        lines.append(SheetLine(question, given, level, review, verified))
    return Sheet(assessment(session, ref), pack, standing, tuple(lines), tuple(submissions(session, ref)))
