"""Reviews of answers: what was verified, and which level a reviewer puts in an answer's place."""

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any

from vendor_ai.domain.answer import Answer
from vendor_ai.domain.pack import Level


class ReviewKind(StrEnum):
    """What an act of review is about."""

    QUESTION = "question"
    DIMENSION = "dimension"


@dataclass(frozen=True, slots=True)
class Review:
    """One act of review; ``level`` counts once ``second_by`` agreed, until ``until``, and is shown before."""

    number: int
    kind: ReviewKind
    subject: str
    answer_sha256: str
    verified: bool
    level: Level | None
    reason: str
    until: date | None
    by: str
    at: datetime
    second_by: str = ""
    second_at: datetime | None = None
    second_reason: str = ""
    withdrawn_at: datetime | None = None

    @property
    def waits(self) -> bool:
        """Whether it sets a level that nobody else has agreed to yet."""
        return self.level is not None and not self.second_by

    def ended(self, on: date) -> bool:
        """Whether it set a level that held only until a day before this one."""
        return self.level is not None and self.until is not None and on > self.until

    def level_counts(self, on: date) -> bool:
        """Whether the level stands in the answer's place on this day."""
        return self.level is not None and bool(self.second_by) and (self.until is None or on <= self.until)

    def as_json(self) -> dict[str, Any]:
        """Everything, for `--json`."""
        return {
            "review": self.number,
            "kind": self.kind.value,
            "subject": self.subject,
            "verified": self.verified,
            "level": self.level.name if self.level else None,
            "reason": self.reason,
            "until": self.until.isoformat() if self.until else None,
            "by": self.by,
            "at": self.at.isoformat(),
            "second_by": self.second_by or None,
            "second_at": self.second_at.isoformat() if self.second_at else None,
            "second_reason": self.second_reason or None,
            "withdrawn_at": self.withdrawn_at.isoformat() if self.withdrawn_at else None,
        }


def answers_digest(answers: Iterable[Answer | None]) -> str:
    """SHA-256 of answers as they were reviewed; any change of value, comment, evidence or date gives another."""
    content = [None if a is None else [a.question, a.value, a.comment, a.evidence, a.dated] for a in answers]
    return hashlib.sha256(json.dumps(content, ensure_ascii=False, separators=(",", ":")).encode()).hexdigest()


def newest_by_subject(reviews: Iterable[Review]) -> Mapping[tuple[ReviewKind, str], Review]:
    """The act that counts for every subject: the newest that was not withdrawn; ``reviews`` are oldest first.

    A level that waits for its second approver takes no place: what counted before it goes on counting.
    """
    found: dict[tuple[ReviewKind, str], Review] = {}
    for review in reviews:
        key = (review.kind, review.subject)
        if review.withdrawn_at is None and (not review.waits or key not in found):
            found[key] = review
    return found


def waiting_by_subject(reviews: Iterable[Review]) -> tuple[Review, ...]:
    """The newest act on every subject, where it sets a level that waits for its second approver."""
    last = {(review.kind, review.subject): review for review in reviews if review.withdrawn_at is None}
    return tuple(review for review in last.values() if review.waits)
