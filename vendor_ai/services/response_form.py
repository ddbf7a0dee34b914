"""A questionnaire as the vendor sees it: every question that may be asked, what was answered, and what still blocks handing in.

Nothing here knows a weight, a level or a score, so that no page made from it can show one.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session

from vendor_ai.db import submission as submission_store
from vendor_ai.db import vendor_link as link_store
from vendor_ai.db.submission import SectionSignoffRow
from vendor_ai.domain.answer import Answer
from vendor_ai.domain.asker import NOBODY_NAMED, Asker, Cover
from vendor_ai.domain.assessment import VENDOR_ANSWERABLE, AssessmentState, GivenAnswer
from vendor_ai.domain.band import number_text
from vendor_ai.domain.message import ASKING, Message, Side
from vendor_ai.domain.pack import Pack, Question, QuestionType, Scope
from vendor_ai.domain.review import answers_digest
from vendor_ai.scoring.applicability import Asked, asked_questions
from vendor_ai.services.answering import OURS, Submission, submissions
from vendor_ai.services.assessment import asked_properties, component_of, given_answers, key_of, pack_of, row_of
from vendor_ai.services.cover import cover_of
from vendor_ai.services.message import messages
from vendor_ai.services.progress import listed_questions
from vendor_ai.services.response_evidence import ShownDocument, documents_of
from vendor_ai.services.vendor_link import Respondent


@dataclass(frozen=True, slots=True)
class FormQuestion:
    """One question; ``condition`` says when it is asked, ``missing`` what keeps it from being handed in."""

    id: str
    number: int
    text: str
    guidance: str
    type: QuestionType
    options: tuple[tuple[str, str], ...]  # value and label
    not_applicable: bool
    required: bool
    vendor_wide: bool
    unit: str
    limits: str
    evidence: str
    evidence_required: bool
    evidence_months: int | None  # how old it may be
    applies: bool
    condition: str
    answer: Answer | None
    chosen: tuple[str, ...]
    seen: str  # digest of the answer as it is shown
    origin: str
    missing: str
    messages: tuple[Message, ...]
    documents: tuple[ShownDocument, ...]
    ours: bool = False  # answered by the company that asked, from what it knows or tested: not for the vendor to see

    @property
    def said(self) -> str:
        """The answer in words."""
        if self.answer is None:
            return ""
        if self.answer.not_applicable:
            return "Does not apply"
        labels = dict(self.options)
        named = "; ".join(labels.get(value, value) for value in self.chosen)
        return named or f"{self.answer.value} {self.unit}".strip()


@dataclass(frozen=True, slots=True)
class FormSection:
    """One dimension; optional questions count neither as asked nor as answered. A sign-off is there as long as it holds."""

    id: str
    label: str
    questions: tuple[FormQuestion, ...]
    answered: int
    asked: int
    signed_by: str
    signed_at: datetime | None
    invited: tuple[str, ...]  # who got a link for it


@dataclass(frozen=True, slots=True)
class OpenPoint:
    """What blocks handing in; ``hard`` where it cannot be handed in as it is."""

    section: str
    question: str
    number: int
    text: str
    hard: bool = False


@dataclass(frozen=True, slots=True)
class ResponseForm:
    """Everything a respondent's page shows about one assessment."""

    cover: Cover
    ref: str
    component: str
    vendor: str
    title: str
    state: AssessmentState
    due_at: datetime | None
    language: str
    languages: tuple[str, ...]
    sections: tuple[FormSection, ...]
    points: tuple[OpenPoint, ...]
    messages: tuple[Message, ...]  # about the whole
    receipts: tuple[Submission, ...]

    @property
    def editable(self) -> bool:
        """Whether answers may be changed now."""
        return self.state in VENDOR_ANSWERABLE

    @property
    def asking(self) -> str:
        """Our organisation's name, or who it is without one."""
        return self.cover.asker.name or ASKING

    @property
    def answered(self) -> int:
        """Required questions that are asked and have an answer."""
        return sum(section.answered for section in self.sections)

    @property
    def asked(self) -> int:
        """Required questions that are asked as far as it is known now."""
        return sum(section.asked for section in self.sections)

    @property
    def documents(self) -> tuple[ShownDocument, ...]:
        """The evidence behind any question, once each."""
        return tuple({it.ref: it for section in self.sections for question in section.questions for it in question.documents}.values())

    def question(self, question_id: str) -> FormQuestion | None:
        """The question with this id, where the respondent sees it."""
        return next((it for section in self.sections for it in section.questions if it.id == question_id), None)


def response_form(session: Session, respondent: Respondent, *, language: str = "", asker: Asker = NOBODY_NAMED) -> ResponseForm:
    """Gather what a respondent may see of their assessment, in the language asked for where the pack has it."""
    row, pack = row_of(session, respondent.ref), pack_of(session, respondent.ref)
    component = component_of(session, row.ref)
    shown = _in_language(pack, [language, row.language])
    given = given_answers(session, row.ref)
    listed = listed_questions(shown, asked_properties(session, row))
    asked = asked_questions(listed, {key: entry.answer for key, entry in given.items()})
    heard = messages(session, row.ref, side=Side.VENDOR)
    builder = _Builder(listed, asked, given, heard, documents_of(session, row.ref))
    signed = submission_store.signoffs(session, key_of(row))
    invited = _invitations(session, key_of(row))
    sections = []
    for dimension in shown.dimensions:
        if respondent.sees(dimension.id):
            questions = builder.questions_of(dimension.id)
            if questions:
                valid = _valid_signoff(signed.get(dimension.id), [given[it.id] for it in questions if it.id in given])
                sections.append(_section(dimension.id, dimension.label, questions, valid, invited.get(dimension.id, ())))
    return ResponseForm(
        cover=cover_of(session, row.ref, asker),
        ref=row.ref,
        component=component.name,
        vendor=component.vendor,
        title=shown.title,
        state=AssessmentState(row.state),
        due_at=row.due_at,
        language=shown.language,
        languages=pack.languages,
        sections=tuple(sections),
        points=tuple(_points(sections)),
        messages=() if respondent.sections else tuple(message for message in heard if not message.question),
        receipts=() if respondent.sections else tuple(submissions(session, row.ref)),
    )


def _in_language(pack: Pack, wanted: Sequence[str]) -> Pack:
    known = {code.casefold() for code in pack.languages}
    return pack.in_language(next((code for code in wanted if code.casefold() in known), pack.language))


class _Builder:
    """Makes the questions of a form, each with all that belongs to it."""

    def __init__(
        self,
        listed: Sequence[Question],
        asked: Mapping[str, Asked],
        given: Mapping[str, GivenAnswer],
        heard: Sequence[Message],
        documents: Mapping[str, tuple[ShownDocument, ...]],
    ) -> None:
        self._listed, self._asked, self._given, self._heard, self._documents = listed, asked, given, heard, documents
        self._numbers = {question.id: number for number, question in enumerate(listed, start=1)}
        self._by_id = {question.id: question for question in listed}

    def questions_of(self, section: str) -> tuple[FormQuestion, ...]:
        """The questions of one section, in the order of the pack."""
        return tuple(self._question(question) for question in self._listed if question.dimension == section)

    def _question(self, question: Question) -> FormQuestion:
        ours = question.id in self._given and self._given[question.id].source in OURS
        entry = None if ours else self._given.get(question.id)
        answer = entry.answer if entry else None
        applies = self._asked[question.id] is Asked.YES
        documents = self._documents.get(question.id, ())
        return FormQuestion(
            id=question.id,
            number=self._numbers[question.id],
            text=question.text,
            guidance=question.guidance,
            type=question.type,
            options=tuple((option.value, option.label) for option in question.options),
            not_applicable=question.not_applicable,
            required=question.required and not ours,
            vendor_wide=question.scope is Scope.VENDOR,
            unit=question.unit,
            limits=_limits(question),
            evidence=question.evidence,
            evidence_required=question.evidence_required,
            evidence_months=question.evidence_months,
            applies=applies,
            condition=self._condition(question),
            answer=answer,
            chosen=question.chosen(answer.value) if answer else (),
            seen=answers_digest([answer]),
            origin=entry.origin if entry else "",
            missing=_missing(question, answer, has_documents=bool(documents)) if applies and not ours else "",
            messages=tuple(message for message in self._heard if message.question == question.id),
            documents=documents,
            ours=ours,
        )

    def _condition(self, question: Question) -> str:
        parts = [self._trigger(trigger.question, trigger.values) for trigger in question.applies_when if trigger.question is not None]
        return f"Asked only if {' and '.join(parts)}." if parts else ""

    def _trigger(self, earlier: str, values: Sequence[str]) -> str:
        labels = [option.label for option in self._by_id[earlier].options if option.value in values]
        said = " or ".join(f"“{label}”" for label in labels)
        return f"the answer to question {self._numbers[earlier]} is {said}"


def _limits(question: Question) -> str:
    low, high = (None if limit is None else number_text(limit) for limit in (question.minimum, question.maximum))
    if low is not None and high is not None:
        return f"from {low} to {high}"
    return f"at least {low}" if low is not None else f"at most {high}" if high is not None else ""


def _missing(question: Question, answer: Answer | None, *, has_documents: bool) -> str:
    if answer is None:
        return "not answered yet" if question.required else ""
    if answer.comment:
        return ""
    if answer.not_applicable:
        return "says that it does not apply, without the reason; write it as a comment"
    if question.evidence_required and not answer.evidence and not has_documents:
        return "needs evidence: name it, attach it, or say in the comment why there is none"
    return ""


def _valid_signoff(row: SectionSignoffRow | None, given: Sequence[GivenAnswer]) -> SectionSignoffRow | None:
    """A sign-off holds until an answer of the section changes."""
    return row if row is not None and all(entry.answered_at <= row.at for entry in given) else None


def _section(
    section: str, label: str, questions: tuple[FormQuestion, ...], signed: SectionSignoffRow | None, invited: tuple[str, ...]
) -> FormSection:
    asked = [question for question in questions if question.applies and question.required]
    answered = sum(question.answer is not None for question in asked)
    who, when = (signed.name, signed.at) if signed else ("", None)
    return FormSection(section, label, questions, answered, len(asked), who, when, invited)


def _invitations(session: Session, assessment_id: int) -> dict[str, tuple[str, ...]]:
    """Who was invited to a section of their own and not uninvited since."""
    found: dict[str, tuple[str, ...]] = {}
    for link in link_store.links(session, assessment_id):
        if link.revoked_at is None:
            for section in link.sections:
                found[section] = (*found.get(section, ()), link.name)
    return found


def _points(sections: Sequence[FormSection]) -> list[OpenPoint]:
    points = []
    for section in sections:
        points += [
            OpenPoint(section.id, question.id, question.number, question.missing) for question in section.questions if question.missing
        ]
        if section.invited and not section.signed_by:
            names = " or ".join(section.invited)
            points.append(OpenPoint(section.id, "", 0, f"{section.label}: {names} has not signed it off yet"))
    if not any(question.answer for section in sections for question in section.questions):
        points.append(OpenPoint("", "", 0, "No question has been answered yet", hard=True))
    return points
