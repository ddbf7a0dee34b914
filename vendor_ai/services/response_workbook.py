"""The workbook by a vendor's link: the same questions on paper, and what a filled one would change."""

from dataclasses import dataclass

from sqlmodel import Session

from vendor_ai.db.secret import known_secret, secret
from vendor_ai.domain.problem import Problem
from vendor_ai.importers.answers import AnswerSet
from vendor_ai.services.answering import refuse_other_component
from vendor_ai.services.assessment import answers_of, component_of, pack_of, row_of
from vendor_ai.services.questionnaire import read_workbook, write_workbook
from vendor_ai.services.response import Entry, entries_of, refuse_closed
from vendor_ai.services.response_form import FormQuestion, response_form
from vendor_ai.services.vendor_link import Respondent

_KEY = "workbook"  # the same that staff's workbooks are signed with


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


def vendor_workbook(session: Session, respondent: Respondent, *, filled: bool, language: str) -> bytes:
    """The workbook of the respondent's questions, blank or with the answers so far.

    Args:
        session: A write session: the key that signs the file is made at first use.
        respondent: Whose sections it holds.
        filled: With the answers so far.
        language: Of the questions.
    """
    about = component_of(session, respondent.ref)
    form = response_form(session, respondent, language=language)
    mine = [question.id for section in form.sections for question in section.questions]
    return write_workbook(
        pack_of(session, respondent.ref),
        answers=answers_of(session, respondent.ref) if filled else {},
        component=about.name,
        reference=about.ref,
        assessment=row_of(session, respondent.ref).ref,
        questions=mine,
        language=form.language,
        key=secret(session, _KEY),
    )


def preview_workbook(session: Session, respondent: Respondent, content: bytes, *, name: str) -> WorkbookPreview:
    """What a returned workbook would change; nothing is stored.

    Raises:
        InvalidInputError: When it is no workbook, unsafe, or of another pack or version.
        ConflictError: When it was sent about another component, or answers cannot be changed now.
    """
    refuse_closed(session, respondent)
    given: AnswerSet = read_workbook(pack_of(session, respondent.ref), content, name=name, key=known_secret(session, _KEY))
    refuse_other_component(session, respondent.ref, given)
    form = response_form(session, respondent)
    found = [(form.question(entry.question), entry) for entry in entries_of(session, respondent, given)]
    changes = tuple(WorkbookChange(question, entry) for question, entry in found if question is not None)
    return WorkbookPreview(changes, given.problems, given.remarks)
