"""Suggested answers: collected from earlier assessments, documents and crosswalks, and settled by a person."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from sqlmodel import Session

from vendor_ai.db import assessment as assessment_store
from vendor_ai.db import suggestion as store
from vendor_ai.db.assessment import AnswerRow, AssessmentRow
from vendor_ai.db.suggestion import SuggestionRow
from vendor_ai.db.vendor import components_by_key
from vendor_ai.domain.actor import Actor
from vendor_ai.domain.answer import Answer
from vendor_ai.domain.assessment import ANSWERABLE, AnswerSource, AssessmentState, WrongStateError
from vendor_ai.domain.crosswalk import Crosswalk
from vendor_ai.domain.errors import ConflictError, InvalidInputError, NotFoundError
from vendor_ai.domain.pack import Pack, Question
from vendor_ai.domain.problem import Problem
from vendor_ai.domain.score import Score
from vendor_ai.domain.suggestion import Confidence, Ignored, StoredSuggestion, Suggestion, SuggestionSource, SuggestionState
from vendor_ai.importers.answer_word import ExactNumber
from vendor_ai.importers.answers import AnswerReader
from vendor_ai.importers.document_rules import DocumentReading, read_suggestions
from vendor_ai.importers.model_document import read_model_document
from vendor_ai.scoring.applicability import possible_questions
from vendor_ai.services.answering import store_answers
from vendor_ai.services.assessment import answers_of, asked_properties, key_of, note, pack_of, row_of
from vendor_ai.services.suggestion_merge import merged

_OLD_DAYS = 365
_UNSENT = frozenset({AssessmentState.DRAFT, AssessmentState.SENT, AssessmentState.IN_PROGRESS})


@dataclass(frozen=True, slots=True)
class ForeignAnswer:
    """One filled row of a foreign questionnaire; ``answer`` is in words."""

    question_id: str
    text: str
    domain: str
    answer: str


@dataclass(frozen=True, slots=True)
class Suggested:
    """What came of looking: new suggestions, places that say nothing, and how many suggestions were left out.

    ``left_out`` counts those known, dismissed before, answered already, or for no question that is asked here.
    """

    new: tuple[StoredSuggestion, ...]
    ignored: tuple[Ignored, ...] = ()
    left_out: int = 0
    label: str = ""


def read_document(content: bytes, name: str) -> DocumentReading:
    """What a machine-readable document suggests; nothing is stored.

    Raises:
        ModelDocumentRefusedError: When nothing can be read from it.
    """
    return read_suggestions(read_model_document(content, name), name)


def suggest_from_document(session: Session, ref: str, reading: DocumentReading, *, by: Actor, at: datetime) -> Suggested:
    """Keep what a document suggests for the open questions of an assessment.

    Raises:
        WrongStateError: When nothing can be answered any more.
        InvalidInputError: When the rules are about another pack.
    """
    pack = pack_of(session, ref)
    _refuse_other_pack(pack, reading.pack, reading.label)
    fitting = [made for made in reading.suggestions if _asks(pack, made.question, reading.asks.get(made.question, ""))]
    kept = _keep(session, ref, fitting, by=by, at=at)
    return Suggested(kept, reading.ignored, len(reading.suggestions) - len(kept), reading.label)


def suggest_from_rows(
    session: Session,
    ref: str,
    crosswalk: Crosswalk,
    rows: Iterable[ForeignAnswer],
    *,
    name: str,
    refused: Sequence[Ignored] = (),
    by: Actor,
    at: datetime,
) -> Suggested:
    """Keep what a filled foreign questionnaire suggests by a crosswalk.

    Several rows that suggest values for one question with several answers are one suggestion.

    Args:
        session: A write session.
        ref: The assessment.
        crosswalk: To the pack that it asks.
        rows: The filled rows.
        name: Their file.
        refused: Rows of the file that could not be read, to be told of.
        by: Who looks.
        at: Now.

    Raises:
        WrongStateError: When nothing can be answered any more.
        InvalidInputError: When the crosswalk is about another pack.
    """
    pack = pack_of(session, ref)
    _refuse_other_pack(pack, crosswalk.pack, crosswalk.title)
    made = merged(pack, _from_rows(crosswalk, rows, name))
    kept = _keep(session, ref, made, by=by, at=at)
    return Suggested(kept, tuple(refused), len(made) - len(kept), crosswalk.title)


def suggest_from_assessments(session: Session, ref: str, *, by: Actor, at: datetime) -> Suggested:
    """Keep what was answered before to the very same questions, about this component or another of its vendor's.

    Raises:
        WrongStateError: When nothing can be answered any more.
    """
    made = list(_from_earlier(session, row_of(session, ref), pack_of(session, ref), at))
    kept = _keep(session, ref, made, by=by, at=at)
    return Suggested(kept, (), len(made) - len(kept), "earlier assessments")


def suggestions(session: Session, ref: str, *, settled: bool = False) -> list[StoredSuggestion]:
    """An assessment's suggestions, oldest first; with ``settled`` those confirmed and dismissed too."""
    found = [_described(row) for row in store.suggestions(session, key_of(row_of(session, ref)))]
    return [entry for entry in found if settled or entry.state is SuggestionState.OPEN]


def confirm(session: Session, ref: str, number: int, *, by: Actor, at: datetime) -> Score:
    """Make a suggestion the answer; whoever confirms it has answered.

    Raises:
        NotFoundError: When the assessment has no such suggestion.
        ConflictError: When it was settled before, or the question has another answer by now.
        WrongStateError: When the assessment is decided or has ended.
    """
    row, entry = _open_suggestion(session, ref, number)
    known = answers_of(session, ref).get(entry.question)
    if known is not None and known.value != entry.value:
        raise ConflictError(f"{entry.question} was answered {known.value!r} meanwhile. Dismiss the suggestion, or change the answer.")
    answer, source = _answer(session, entry)
    score = store_answers(session, ref, [answer], source=source, origin=entry.detail, answered_by=by.name, by=by, at=at)
    _settle(session, entry, SuggestionState.CONFIRMED, by=by, at=at)
    note(session, "suggestion_confirmed", row.ref, by=by, at=at, question=entry.question, value=entry.value, origin=entry.detail)
    return score


def dismiss(session: Session, ref: str, number: int, *, by: Actor, at: datetime) -> None:
    """Turn a suggestion down; it is not made again.

    Raises:
        NotFoundError: When the assessment has no such suggestion.
        ConflictError: When it was settled before.
    """
    row, entry = _open_suggestion(session, ref, number)
    _settle(session, entry, SuggestionState.DISMISSED, by=by, at=at)
    note(session, "suggestion_dismissed", row.ref, by=by, at=at, question=entry.question, value=entry.value, origin=entry.detail)


def _keep(session: Session, ref: str, made: Iterable[Suggestion], *, by: Actor, at: datetime) -> tuple[StoredSuggestion, ...]:
    """Store what is new, fits an open question and was not turned down before."""
    row, pack = row_of(session, ref), pack_of(session, ref)
    state = AssessmentState(row.state)
    if state not in ANSWERABLE:
        raise WrongStateError(row.ref, state, "answered")
    asked = {question.id for question in possible_questions(pack, asked_properties(session, row))} - set(answers_of(session, ref))
    known = {(entry.question, entry.value, entry.source) for entry in store.suggestions(session, key_of(row))}
    reader = AnswerReader(pack)
    kept = []
    for suggestion in made:
        answer = reader.answer(suggestion.question, ExactNumber(suggestion.value), row=None)
        if isinstance(answer, Problem) or answer.question not in asked:
            continue
        key = (answer.question, answer.value, suggestion.source.value)
        if key in known:
            continue
        known.add(key)
        entry = _row(key_of(row), replace(suggestion, question=answer.question, value=answer.value), at)
        store.add(session, entry)
        kept.append(_described(entry))
    if kept:
        note(session, "suggested", row.ref, by=by, at=at, questions=[entry.suggestion.question for entry in kept])
    return tuple(kept)


def _row(assessment_id: int, suggestion: Suggestion, at: datetime) -> SuggestionRow:
    return SuggestionRow(
        assessment_id=assessment_id,
        question=suggestion.question,
        value=suggestion.value,
        comment=suggestion.reason,
        source=suggestion.source.value,
        detail=suggestion.detail,
        confidence=suggestion.confidence.value,
        made_at=at,
    )


def _asks(pack: Pack, question_id: str, words: str) -> bool:
    """Whether the pack's question is the one a rule is about: an id alone proves nothing."""
    question = pack.question(question_id)
    return question is not None and bool(words) and words.casefold() in question.text.casefold()


def _refuse_other_pack(pack: Pack, about: str, label: str) -> None:
    if pack.id != about:
        raise InvalidInputError(f"The rules for {label} are about the pack {about}, and this assessment asks {pack.id}. Answer it by hand.")


def _from_rows(crosswalk: Crosswalk, rows: Iterable[ForeignAnswer], name: str) -> Iterator[Suggestion]:
    for row in rows:
        for found in crosswalk.suggest(row.question_id, row.text, row.domain, row.answer):
            reason = found.note or f"{crosswalk.title}: {row.text[:200]}"
            detail = f"{name}: {found.source} (rule {found.rule} of {crosswalk.id} {crosswalk.version})"
            yield Suggestion(found.question, found.value, SuggestionSource.CROSSWALK, detail, found.confidence, reason)


def _from_earlier(session: Session, row: AssessmentRow, pack: Pack, at: datetime) -> Iterator[Suggestion]:
    """The newest answer to each question, this component's own first."""
    components = components_by_key(session)
    vendor = components[row.component_id].vendor
    others = [
        other
        for other in assessment_store.every(session)
        if other.id != row.id and other.state != AssessmentState.WITHDRAWN and components[other.component_id].vendor == vendor
    ]
    found: set[str] = set()
    for other in sorted(others, key=lambda entry: entry.component_id != row.component_id):  # stable: newest first within each
        asked = {_wording(question): question.id for question in pack_of(session, other.ref).questions}
        answers = {entry.question: entry for entry in assessment_store.answers(session, key_of(other))}
        for question in pack.questions:
            earlier = answers.get(asked.get(_wording(question), ""))
            if earlier is not None and question.id not in found:
                found.add(question.id)
                yield _earlier_suggestion(row, other, question, earlier, at)


def _wording(question: Question) -> tuple[object, ...]:
    """What makes two questions the same: never the id, which published questionnaires reuse."""
    options = tuple((option.value, option.label, option.level) for option in question.options)
    return (question.type, " ".join(question.text.split()).casefold(), options, question.unit)


def _earlier_suggestion(row: AssessmentRow, other: AssessmentRow, question: Question, earlier: AnswerRow, at: datetime) -> Suggestion:
    own = other.component_id == row.component_id
    fresh = (at - earlier.answered_at).days <= _OLD_DAYS
    handed_in = AssessmentState(other.state) not in _UNSENT
    confidence = Confidence.HIGH if own and fresh and handed_in else Confidence.MEDIUM if own and handed_in else Confidence.LOW
    whom = "this component" if own else "another component of the vendor"
    reason = f"The same question was answered so for {whom} on {earlier.answered_at:%Y-%m-%d}."
    return Suggestion(question.id, earlier.value, SuggestionSource.ASSESSMENT, f"{other.ref}#{earlier.question}", confidence, reason)


def _answer(session: Session, entry: SuggestionRow) -> tuple[Answer, AnswerSource]:
    """The answer a suggestion becomes; one from an earlier assessment keeps what was said with it."""
    if entry.source != SuggestionSource.ASSESSMENT:
        return Answer(entry.question, entry.value, entry.comment, entry.detail), AnswerSource.DOCUMENT
    ref, _, question = entry.detail.partition("#")
    rows = assessment_store.answers(session, key_of(row_of(session, ref)))
    earlier = next((answer for answer in rows if answer.question == question and answer.value == entry.value), None)
    if earlier is None:
        raise ConflictError(f"The answer in {ref} that this was taken from was changed. Dismiss the suggestion and look again.")
    return Answer(entry.question, entry.value, earlier.comment, earlier.evidence, earlier.dated), AnswerSource(earlier.source)


def _open_suggestion(session: Session, ref: str, number: int) -> tuple[AssessmentRow, SuggestionRow]:
    row, entry = row_of(session, ref), store.by_id(session, number)
    if entry is None or entry.assessment_id != key_of(row):
        raise NotFoundError("suggestion", str(number), f"See `vendor-ai assessment suggestions {row.ref}`.")
    if entry.state != SuggestionState.OPEN:
        raise ConflictError(f"Suggestion {number} was {entry.state} by {entry.settled_by}.")
    return row, entry


def _settle(session: Session, entry: SuggestionRow, state: SuggestionState, *, by: Actor, at: datetime) -> None:
    entry.state, entry.settled_by, entry.settled_at = state.value, by.name, at
    session.flush()


def _described(row: SuggestionRow) -> StoredSuggestion:
    assert row.id is not None
    suggestion = Suggestion(row.question, row.value, SuggestionSource(row.source), row.detail, Confidence(row.confidence), row.comment)
    return StoredSuggestion(row.id, suggestion, SuggestionState(row.state), row.made_at, row.settled_by, row.settled_at)
