"""Assessments: their states, what may follow what, and where an answer comes from."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from vendor_ai.domain.answer import Answer
from vendor_ai.domain.errors import ConflictError

TRIAGE_PACK = "triage"  # answered by our own staff before a vendor is asked: it decides tier and depth, and is no claim


class AssessmentState(StrEnum):
    """Where an assessment stands in its life."""

    DRAFT = "draft"
    SENT = "sent"
    IN_PROGRESS = "in_progress"
    SUBMITTED = "submitted"
    UNDER_REVIEW = "under_review"
    DECIDED = "decided"
    REOPENED = "reopened"
    SUPERSEDED = "superseded"
    WITHDRAWN = "withdrawn"

    @property
    def words(self) -> str:
        """As people read it."""
        return self.value.replace("_", " ")


_S = AssessmentState
ENDED = frozenset({_S.SUPERSEDED, _S.WITHDRAWN})
ANSWERABLE = frozenset({_S.DRAFT, _S.SENT, _S.IN_PROGRESS, _S.SUBMITTED, _S.UNDER_REVIEW, _S.REOPENED})  # by staff
VENDOR_ANSWERABLE = frozenset({_S.SENT, _S.IN_PROGRESS, _S.REOPENED})  # what was handed in is corrected after it was sent back
REVIEWABLE = frozenset({_S.SUBMITTED, _S.UNDER_REVIEW, _S.REOPENED})
_END = {_S.WITHDRAWN, _S.SUPERSEDED}
FOLLOWING: Mapping[AssessmentState, frozenset[AssessmentState]] = {
    _S.DRAFT: frozenset({_S.SENT, _S.IN_PROGRESS, _S.SUBMITTED, *_END}),
    _S.SENT: frozenset({_S.IN_PROGRESS, _S.SUBMITTED, *_END}),
    _S.IN_PROGRESS: frozenset({_S.SUBMITTED, *_END}),
    _S.SUBMITTED: frozenset({_S.IN_PROGRESS, _S.UNDER_REVIEW, *_END}),
    _S.UNDER_REVIEW: frozenset({_S.IN_PROGRESS, _S.DECIDED, *_END}),
    _S.DECIDED: frozenset({_S.REOPENED, _S.SUPERSEDED}),
    _S.REOPENED: frozenset({_S.IN_PROGRESS, _S.SUBMITTED, _S.UNDER_REVIEW, *_END}),
    _S.SUPERSEDED: frozenset(),
    _S.WITHDRAWN: frozenset(),
}


class WrongStateError(ConflictError):
    """The assessment is not where this can be done."""

    code = "wrong-state"

    def __init__(self, ref: str, state: AssessmentState, wanted: str) -> None:
        super().__init__(f"{ref} is {state.words}, so it cannot be {wanted}. {_ADVICE[state]}")


_ADVICE: Mapping[AssessmentState, str] = {
    _S.DRAFT: "Send it first.",
    _S.SENT: "Wait for its answers, or import them.",
    _S.IN_PROGRESS: "Wait until it is handed in, or hand it in with `vendor-ai assessment submit`.",
    _S.SUBMITTED: "Review it with `vendor-ai assessment review`, or send it back with `vendor-ai assessment return`.",
    _S.UNDER_REVIEW: "Decide it, or send it back with `vendor-ai assessment return`.",
    _S.DECIDED: "Reopen it with `vendor-ai assessment reopen`.",
    _S.REOPENED: "Answer and review it again.",
    _S.SUPERSEDED: "Work on the assessment that took its place.",
    _S.WITHDRAWN: "Start a new one with `vendor-ai assessment send`.",
}


def refuse_move(ref: str, state: AssessmentState, to: AssessmentState) -> None:
    """Refuse a step that the life of an assessment does not have.

    Raises:
        WrongStateError: When ``to`` does not follow ``state``.
    """
    if to not in FOLLOWING[state]:
        raise WrongStateError(ref, state, to.words)


class AnswerSource(StrEnum):
    """Where an answer comes from."""

    VENDOR = "vendor"
    DOCUMENT = "document"
    OWN_TEST = "own_test"
    STAFF = "staff"  # from what staff know, for a vendor that never will answer


@dataclass(frozen=True, slots=True)
class GivenAnswer:
    """An answer with where it comes from; ``answered_by`` is "" where only the vendor is known, ``origin`` what it was taken from."""

    answer: Answer
    source: AnswerSource
    answered_by: str
    origin: str
    answered_at: datetime


_HANDED_IN = frozenset({_S.SUBMITTED, _S.UNDER_REVIEW, _S.DECIDED, _S.REOPENED})


@dataclass(frozen=True, slots=True)
class Assessment:
    """One assessment as people see it; ``score`` holds the keys of the score document, None before the first answer."""

    ref: str
    component: str
    pack: str
    version: str
    state: str
    score: Mapping[str, Any] | None
    decision: str
    created_at: datetime
    due_at: datetime | None = None
    sent_at: datetime | None = None
    submitted_at: datetime | None = None
    contact: str = ""
    supersedes: str = ""
    decided_by: str = ""
    decided_at: datetime | None = None
    waiting_messages: int = 0  # of the vendor, that nobody answered
    by_staff: bool = False  # a pack that our own staff answers; no claim of the vendor

    @property
    def handed_in(self) -> bool:
        """Whether its answers are what the vendor stands by, not a form under way."""
        return AssessmentState(self.state) in _HANDED_IN

    @property
    def verified(self) -> bool:
        """Whether a reviewer had verified every answer that carries the score when it was last computed."""
        return bool(self.score and self.score.get("verified"))

    def as_json(self) -> dict[str, Any]:
        """Everything, for `--json`."""
        return {
            "assessment": self.ref,
            "component": self.component,
            "pack": self.pack,
            "version": self.version,
            "state": self.state,
            "score": None if self.score is None else dict(self.score),
            "decision": self.decision or None,
            "created_at": self.created_at.isoformat(),
            "due_at": _text(self.due_at),
            "sent_at": _text(self.sent_at),
            "submitted_at": _text(self.submitted_at),
            "contact": self.contact or None,
            "supersedes": self.supersedes or None,
            "waiting_messages": self.waiting_messages,
        }


def _text(at: datetime | None) -> str | None:
    return None if at is None else at.isoformat()


def leading_claim(own: Sequence[Assessment]) -> Assessment | None:
    """The assessment that stands for a component, of all of them newest first: the newest that was handed in, else the newest there is."""
    asked = [entry for entry in own if not entry.by_staff and AssessmentState(entry.state) not in ENDED]
    return next((entry for entry in asked if entry.handed_in), asked[0] if asked else None)
