"""What the vendor's people do by their link: answer in parts, sign a section off, write, hand in, and later give notice."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlmodel import Session

from vendor_ai.db import assessment as assessment_store
from vendor_ai.db import submission as submission_store
from vendor_ai.db.submission import SectionSignoffRow
from vendor_ai.domain.answer import Answer
from vendor_ai.domain.assessment import VENDOR_ANSWERABLE, AnswerSource, AssessmentState
from vendor_ai.domain.errors import ConflictError, InvalidInputError, NotAllowedError, NotFoundError
from vendor_ai.domain.message import LONGEST_TEXT, Message, MessageKind, Side, shown_to_vendor, written
from vendor_ai.domain.pack import Pack, Question, QuestionType
from vendor_ai.domain.problem import Problem
from vendor_ai.domain.review import answers_digest
from vendor_ai.importers.answer_word import ExactNumber, is_iso_date
from vendor_ai.importers.answers import AnswerReader, AnswerSet
from vendor_ai.services import answering
from vendor_ai.services import message as correspondence
from vendor_ai.services.answering import Submission
from vendor_ai.services.assessment import answers_of, given_answers, key_of, note, pack_of, row_of
from vendor_ai.services.response_form import response_form
from vendor_ai.services.vendor_link import Respondent

_EARLIEST_ZONE = timedelta(hours=14)


@dataclass(frozen=True, slots=True)
class Entry:
    """One question as a respondent filled it in; ``seen`` is the digest of the answer they had before their eyes."""

    question: str
    value: str | tuple[str, ...]  # several for a question of type multi; "" and () take the answer back
    comment: str = ""
    evidence: str = ""
    dated: str = ""
    seen: str = ""
    exact: bool = False  # the value was read before, from a file that tells numbers from text

    @property
    def unanswered(self) -> bool:
        """Whether no answer stands in it, whatever stands beside."""
        return not (written(self.value) if isinstance(self.value, str) else self.value)

    @property
    def beside(self) -> str:
        """What stands beside the answer, as one text."""
        evidence, dated = written(self.evidence), self.dated.strip()
        source = f"Evidence: {evidence}{f', {dated}' if dated else ''}" if evidence else f"Evidence dated {dated}" if dated else ""
        return "\n".join(part for part in (written(self.comment), source) if part)


@dataclass(frozen=True, slots=True)
class Conflict:
    """An answer that somebody else changed meanwhile: both texts, and nothing was overwritten."""

    question: str
    mine: Entry
    theirs: Answer | None
    by: str

    @property
    def by_person(self) -> str:
        """Who changed it, as far as that is known and the vendor's business."""
        return shown_to_vendor(self.by) if self.by else "somebody else"


@dataclass(frozen=True, slots=True)
class Saved:
    """What became of some entries."""

    changed: tuple[str, ...]
    problems: Mapping[str, str]  # by question
    conflicts: Mapping[str, Conflict]
    kept: tuple[str, ...] = ()  # questions without an answer at which what stood beside became a message


def save(session: Session, respondent: Respondent, entries: Sequence[Entry], *, at: datetime) -> Saved:
    """Store what can be stored of some entries; what cannot is named, and its text goes back to who wrote it.

    A comment or evidence without an answer is kept as a message at its question.

    Raises:
        ConflictError: When the answers cannot be changed now.
        NotAllowedError: When a question is not the respondent's.
    """
    refuse_closed(session, respondent)
    pack = pack_of(session, respondent.ref)
    reader, known = AnswerReader(pack), given_answers(session, respondent.ref)
    answers: list[Answer] = []
    taken_back: list[str] = []
    problems: dict[str, str] = {}
    conflicts: dict[str, Conflict] = {}
    for entry in entries:
        question = _owned(pack, respondent, entry.question)
        if question.id in known and known[question.id].source in answering.OURS:
            problems[question.id] = "The company that asked answers this question itself. Write a message if you have something to add."
            continue
        stored = known[question.id].answer if question.id in known else None
        found = _read(reader, question, entry, stored, at=at)
        if isinstance(found, Problem):
            problems[question.id] = found.message
        elif found == stored or answers_digest([found]) == entry.seen:
            continue  # nothing new from this respondent
        elif answers_digest([stored]) != entry.seen:
            conflicts[question.id] = Conflict(question.id, entry, stored, known[question.id].answered_by if stored else "")
        elif found is None:
            taken_back.append(question.id)
        else:
            answers.append(found)
    _take_back(session, respondent, taken_back, at=at)
    if answers:
        by = respondent.actor
        answering.store_answers(session, respondent.ref, answers, source=AnswerSource.VENDOR, answered_by=by.name, by=by, at=at)
    loose = [entry for entry in entries if entry.unanswered and entry.question not in {*problems, *conflicts}]
    kept = _keep_loose(session, respondent, loose, at=at)
    return Saved((*(answer.question for answer in answers), *taken_back), problems, conflicts, kept)


def _keep_loose(session: Session, respondent: Respondent, entries: Sequence[Entry], *, at: datetime) -> tuple[str, ...]:
    """Keep what was written beside no answer as messages, each text once; returns their questions."""
    loose = [entry for entry in entries if entry.beside]
    heard = correspondence.messages(session, respondent.ref, side=Side.VENDOR) if loose else []
    known = {(it.question, it.text) for it in heard if it.side is Side.VENDOR}
    for entry in loose:
        if (entry.question, entry.beside) not in known:
            say(session, respondent, entry.beside, question=entry.question, at=at)
    return tuple(entry.question for entry in loose)


def refuse_closed(session: Session, respondent: Respondent) -> None:
    """Refuse with ``ConflictError`` what changes answers that were handed in, or that nobody needs any more."""
    row = row_of(session, respondent.ref)
    state = AssessmentState(row.state)
    if state not in VENDOR_ANSWERABLE:
        reason = "was handed in" if state in (AssessmentState.SUBMITTED, AssessmentState.UNDER_REVIEW) else f"is {state.words}"
        raise ConflictError(f"The questionnaire {reason}, so its answers cannot be changed now. Write a message if something is wrong.")


def own_question(session: Session, respondent: Respondent, question_id: str) -> Question:
    """The question, where it is the respondent's; else ``NotAllowedError``."""
    return _owned(pack_of(session, respondent.ref), respondent, question_id)


def _owned(pack: Pack, respondent: Respondent, question_id: str) -> Question:
    question = pack.question(question_id)
    if question is None or not respondent.sees(question.dimension):
        raise NotAllowedError("This question is not part of your link. Ask for a link that includes its section.")
    return question


def _read(reader: AnswerReader, question: Question, entry: Entry, stored: Answer | None, *, at: datetime) -> Answer | Problem | None:
    """The entry as an answer, None where there is none, or what is wrong with it."""
    comment, evidence, dated = written(entry.comment), written(entry.evidence), entry.dated.strip()
    if max(len(comment), len(evidence)) > LONGEST_TEXT:
        return Problem(None, question.id, f"A comment or evidence has at most {LONGEST_TEXT} characters. Shorten it, or attach a document.")
    if dated and not is_iso_date(dated):
        return Problem(None, question.id, f"{dated!r} is not a date. Write it as 2026-07-31.")
    if dated and lies_ahead(date.fromisoformat(dated), at=at):
        return Problem(None, question.id, f"The evidence is dated {dated}, which lies ahead. Give the date that stands on it.")
    if entry.unanswered:
        too_long = len(entry.beside) > LONGEST_TEXT  # of one message
        return Problem(None, question.id, "Shorten comment and evidence, or choose an answer for them.") if too_long else None
    word = written(entry.value) if isinstance(entry.value, str) else entry.value
    if isinstance(word, str) and (entry.exact or (stored is not None and word == stored.value)):
        word = ExactNumber(word)
    return reader.answer(question.id, word, row=None, comment=comment, evidence=evidence, dated=dated)


def lies_ahead(day: date, *, at: datetime) -> bool:
    """Whether a day has begun nowhere on earth yet; the vendor's today may be tomorrow in UTC."""
    return day > (at + _EARLIEST_ZONE).date()


def _take_back(session: Session, respondent: Respondent, questions: Sequence[str], *, at: datetime) -> None:
    if not questions:
        return
    key = key_of(row_of(session, respondent.ref))
    for row in assessment_store.answers(session, key):
        if row.question in questions:
            session.delete(row)
    session.flush()
    answering.rescore(session, respondent.ref, at=at)
    note(session, "answers_taken_back", respondent.ref, by=respondent.actor, at=at, questions=list(questions))


def entries_of(session: Session, respondent: Respondent, given: AnswerSet) -> list[Entry]:
    """A returned workbook's answers as entries over the answers that stand now; a respondent of sections gets theirs."""
    pack, known = pack_of(session, respondent.ref), answers_of(session, respondent.ref)
    kept = answering.ours(session, respondent.ref)
    found = []
    for answer in given.answers.values():
        question = pack.question(answer.question)
        if question is None or not respondent.sees(question.dimension) or known.get(answer.question) == answer or answer.question in kept:
            continue
        several = question.type is QuestionType.MULTI and not answer.not_applicable
        value = question.chosen(answer.value) if several else answer.value
        seen = answers_digest([known.get(answer.question)])
        found.append(Entry(answer.question, value, answer.comment, answer.evidence, answer.dated, seen))
    return found


def sign_off(session: Session, respondent: Respondent, section: str, *, at: datetime) -> None:
    """Say that a section is answered; a later change of its answers ends that.

    Raises:
        ConflictError: When questions of it are open, or the questionnaire is closed.
        NotAllowedError: When the section is not the respondent's.
    """
    refuse_closed(session, respondent)
    form = response_form(session, respondent)
    found = next((it for it in form.sections if it.id == section), None)
    if found is None:
        raise NotAllowedError("This section is not part of your link. Ask for a link that includes it.")
    open_questions = [str(question.number) for question in found.questions if question.missing]
    if open_questions:
        one = len(open_questions) == 1
        which = f"Question {open_questions[0]} of this section is" if one else f"Questions {', '.join(open_questions)} of this section are"
        raise ConflictError(f"{which} still open. Answer {'it' if one else 'them'} before you sign the section off.")
    entry = SectionSignoffRow(assessment_id=key_of(row_of(session, respondent.ref)), section=section, name=respondent.name, at=at)
    submission_store.add(session, entry)
    note(session, "section_signed", respondent.ref, by=respondent.actor, at=at, section=section)


def hand_in(
    session: Session, respondent: Respondent, *, signatory: str, role: str, attested: bool, incomplete: bool = False, at: datetime
) -> Submission:
    """Attest the answers by name and hand them in.

    Args:
        session: A write session.
        respondent: With a link that may attest.
        signatory: Who signs.
        role: Their position.
        attested: Whether they declared the answers correct.
        incomplete: Whether they hand in knowing that points are open.
        at: Now.

    Raises:
        NotAllowedError: When the link may not attest.
        InvalidInputError: When name, position or declaration is missing.
        ConflictError: When something blocks handing in.
    """
    if not respondent.may_attest:
        raise NotAllowedError("This link may answer but not hand in. The person who may sign has a link of their own.")
    refuse_closed(session, respondent)
    name, position = " ".join(written(signatory).split()), " ".join(written(role).split())
    if not name or not position or max(len(name), len(position)) > 200:
        raise InvalidInputError("Handing in needs the name and the position of who signs, each of at most 200 characters.")
    if not attested:
        raise InvalidInputError("Handing in needs the declaration. Tick the box that the answers are true as far as you know.")
    points = response_form(session, respondent).points
    hard = [point.text for point in points if point.hard]
    if hard or (points and not incomplete):
        count = f"{len(points)} points are" if len(points) > 1 else "One point is"
        raise ConflictError(hard[0] + "." if hard else f"{count} still open. Close them, or tick that you hand in with open points.")
    return answering.submit(session, respondent.ref, signatory=name, signatory_role=position, by=respondent.actor, at=at)


def say(
    session: Session,
    respondent: Respondent,
    text: str,
    *,
    question: str = "",
    kind: MessageKind = MessageKind.COMMENT,
    reply_to: int | None = None,
    at: datetime,
) -> Message:
    """Write to the staff: a comment, a reply, evidence for a condition, or a maintenance notice.

    Raises:
        NotAllowedError: When the question or message is not the respondent's.
        ConflictError: When the questionnaire was withdrawn.
        InvalidInputError: When the text is empty or too long.
    """
    _refuse_withdrawn(session, respondent)
    if question:
        own_question(session, respondent, question)
    if reply_to is not None:
        visible = {it.number: it.question for it in correspondence.messages(session, respondent.ref, side=Side.VENDOR)}
        if reply_to not in visible:
            raise NotFoundError("message", str(reply_to), "Open the page again and reply from there.")
        if visible[reply_to]:
            own_question(session, respondent, visible[reply_to])
        kind = MessageKind.REPLY
    elif not question and respondent.sections:
        raise NotAllowedError("Your link is for sections. Write at one of their questions.")
    by = respondent.actor
    return correspondence.write(
        session, respondent.ref, text, side=Side.VENDOR, kind=kind, question=question, reply_to=reply_to, by=by, at=at
    )


def _refuse_withdrawn(session: Session, respondent: Respondent) -> None:
    state = AssessmentState(row_of(session, respondent.ref).state)
    if state is AssessmentState.WITHDRAWN:
        raise ConflictError("The questionnaire was withdrawn, so nothing more is needed from you.")
