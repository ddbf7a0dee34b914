"""How far an assessment is answered, and which questions it may ask at all."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from sqlmodel import Session

from vendor_ai.domain.pack import Pack, Question
from vendor_ai.scoring.applicability import Asked, asked_questions, possible_questions
from vendor_ai.services.assessment import asked_properties, given_answers, pack_of, row_of


def listed_questions(pack: Pack, properties: Mapping[str, Collection[str]]) -> tuple[Question, ...]:
    """The questions that some answers may have asked: what hangs on one that is ruled out is ruled out with it."""
    listed: dict[str, Question] = {}
    for question in possible_questions(pack, properties):
        if all(trigger.question is None or trigger.question in listed for trigger in question.applies_when):
            listed[question.id] = question
    return tuple(listed.values())


@dataclass(frozen=True, slots=True)
class Progress:
    """How many of the required questions that are asked now have an answer."""

    answered: int
    asked: int


def progress_of(session: Session, ref: str) -> Progress:
    """How far an assessment is answered."""
    row = row_of(session, ref)
    answers = {key: entry.answer for key, entry in given_answers(session, ref).items()}
    listed = listed_questions(pack_of(session, ref), asked_properties(session, row))
    asked = asked_questions(listed, answers)
    now = [question.id for question in listed if question.required and asked[question.id] is Asked.YES]
    return Progress(sum(question in answers for question in now), len(now))
