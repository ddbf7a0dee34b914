"""An assessment's workbook on its way out, and answers to it on their way back."""

from pathlib import Path

from sqlmodel import Session

from vendor_ai.db.secret import known_secret, secret
from vendor_ai.domain.answer import Answer
from vendor_ai.domain.asker import NOBODY_NAMED, Asker
from vendor_ai.domain.pack import Audience
from vendor_ai.importers.answers import AnswerSet
from vendor_ai.services.answering import ours
from vendor_ai.services.assessment import answers_of, component_of, pack_of, questions_of, row_of
from vendor_ai.services.cover import cover_of
from vendor_ai.services.questionnaire import read_answers, read_workbook, write_workbook

_KEY = "workbook"


def workbook_of(session: Session, ref: str, *, language: str = "", asker: Asker = NOBODY_NAMED) -> bytes:
    """The workbook the vendor fills in: the questions this component is asked, with the answers so far.

    Args:
        session: A write session: the key that signs the file is made at first use.
        ref: The assessment.
        language: Of the questions; "" is the one the assessment was sent in.
        asker: Our organisation, for the instructions.
    """
    hidden = ours(session, ref) if pack_of(session, ref).audience is Audience.VENDOR else frozenset()
    answers = {question: answer for question, answer in answers_of(session, ref).items() if question not in hidden}
    return _written(session, ref, answers, language, asker)


def blank_workbook(session: Session, ref: str, *, language: str = "", asker: Asker = NOBODY_NAMED) -> bytes:
    """The same without the answers, to be passed round before anything is filled in; a write session as above."""
    return _written(session, ref, {}, language, asker)


def read_returned(session: Session, ref: str, file: Path) -> AnswerSet:
    """The answers in a returned workbook, or in a json or yaml file.

    Raises:
        InvalidInputError: When the file cannot be read, is unsafe, or belongs to another pack.
    """
    return read_answers(pack_of(session, ref), file, key=known_key(session))


def known_key(session: Session) -> bytes | None:
    """The key that workbooks of this installation are signed with, or None where none was ever written."""
    return known_secret(session, _KEY)


def signing_key(session: Session) -> bytes:
    """The key that a workbook is signed with, made at first use: ``session`` is a write session."""
    return secret(session, _KEY)


def read_workbook_of(session: Session, ref: str, content: bytes, *, name: str) -> AnswerSet:
    """The answers in an uploaded workbook; refusals as with a file."""
    return read_workbook(pack_of(session, ref), content, name=name, key=known_key(session))


def _written(session: Session, ref: str, answers: dict[str, Answer], language: str, asker: Asker) -> bytes:
    row, about = row_of(session, ref), component_of(session, ref)
    return write_workbook(
        pack_of(session, ref),
        answers=answers,
        component=about.name,
        reference=about.ref,
        assessment=row.ref,
        questions=questions_of(session, ref),
        language=language or row.language,
        key=signing_key(session),
        cover=cover_of(session, ref, asker),
    )
