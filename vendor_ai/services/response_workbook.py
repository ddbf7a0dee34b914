"""The workbook by a vendor's link: the same questions on paper, and what a filled one would change."""

from dataclasses import dataclass

from sqlmodel import Session

from vendor_ai.domain.asker import NOBODY_NAMED, Asker
from vendor_ai.domain.problem import Problem
from vendor_ai.services.answering import refuse_other_component
from vendor_ai.services.assessment import answers_of, component_of, pack_of
from vendor_ai.services.assessment_workbook import blank_workbook, read_workbook_of, signing_key, workbook_of
from vendor_ai.services.cover import cover_of
from vendor_ai.services.questionnaire import write_workbook
from vendor_ai.services.response import Entry, entries_of, refuse_closed
from vendor_ai.services.response_form import FormQuestion, response_form
from vendor_ai.services.vendor_link import Respondent


@dataclass(frozen=True, slots=True)
class WorkbookChange:
    """One answer that a returned workbook would change."""

    question: FormQuestion
    entry: Entry

    @property
    def said(self) -> str:
        """The new answer in words."""
        labels = dict(self.question.options)
        values = (self.entry.value,) if isinstance(self.entry.value, str) else self.entry.value
        return "; ".join(labels.get(value, value) for value in values)


@dataclass(frozen=True, slots=True)
class WorkbookPreview:
    """What a returned workbook would change, and what in it cannot be used."""

    changes: tuple[WorkbookChange, ...]
    problems: tuple[Problem, ...]
    remarks: tuple[Problem, ...]
    emptied: tuple[FormQuestion, ...]  # answered here and empty in the file: what is stored stays


def vendor_workbook(session: Session, respondent: Respondent, *, filled: bool, language: str, asker: Asker = NOBODY_NAMED) -> bytes:
    """The workbook of the respondent's questions, blank or with the answers so far.

    Args:
        session: A write session: the key that signs the file is made at first use.
        respondent: Whose sections it holds.
        filled: With the answers so far.
        language: Of the questions.
        asker: Our organisation, for the instructions.
    """
    form = response_form(session, respondent, language=language)
    if not respondent.sections:
        return (workbook_of if filled else blank_workbook)(session, respondent.ref, language=form.language, asker=asker)
    about = component_of(session, respondent.ref)
    return write_workbook(
        pack_of(session, respondent.ref),
        answers=answers_of(session, respondent.ref) if filled else {},
        component=about.name,
        reference=about.ref,
        assessment=respondent.ref,
        questions=[question.id for section in form.sections for question in section.questions],
        language=form.language,
        key=signing_key(session),
        cover=cover_of(session, respondent.ref, asker),
    )


def preview_workbook(session: Session, respondent: Respondent, content: bytes, *, name: str) -> WorkbookPreview:
    """What a returned workbook would change; nothing is stored.

    Raises:
        InvalidInputError: When it is no workbook, unsafe, or of another pack or version.
        ConflictError: When it was sent about another component, or answers cannot be changed now.
    """
    refuse_closed(session, respondent)
    given = read_workbook_of(session, respondent.ref, content, name=name)
    refuse_other_component(session, respondent.ref, given)
    form = response_form(session, respondent)
    found = [(form.question(entry.question), entry) for entry in entries_of(session, respondent, given)]
    changes = tuple(WorkbookChange(question, entry) for question, entry in found if question is not None)
    empty = [form.question(question_id) for question_id in given.cleared]
    emptied = tuple(question for question in empty if question is not None and question.answer is not None)
    return WorkbookPreview(changes, given.problems, given.remarks, emptied)
