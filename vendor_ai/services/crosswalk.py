"""Filled foreign questionnaires read through a crosswalk to one of our packs."""

from pathlib import Path

from vendor_ai.domain.answer import Answer
from vendor_ai.domain.crosswalk import Crosswalk
from vendor_ai.domain.errors import InvalidInputError, NotFoundError
from vendor_ai.domain.pack import Question
from vendor_ai.importers.crosswalk import crosswalk_files, read_crosswalk
from vendor_ai.services.conversion import convert_file, read_wishes
from vendor_ai.services.questionnaire import read_text
from vendor_ai.services.suggestion import ForeignAnswer


def find_crosswalk(name: str) -> Crosswalk:
    """The shipped crosswalk with this id, or the one in the file at this path.

    Raises:
        NotFoundError: When there is neither.
        InvalidInputError: When the file has mistakes.
    """
    path = next((file for file in crosswalk_files() if file.stem == name.strip().casefold()), Path(name))
    if not path.is_file():
        known = ", ".join(file.stem for file in crosswalk_files())
        raise NotFoundError("crosswalk", name, f"Give the path of a crosswalk file, or one of: {known}.")
    parsed = read_crosswalk(read_text(path))
    if parsed.crosswalk is None:
        raise InvalidInputError(parsed.problems[0].sentence(path.name))
    return parsed.crosswalk


def filled_rows(path: Path) -> list[ForeignAnswer]:
    """The answered questions of a foreign questionnaire, in words.

    Raises:
        InvalidInputError: When it cannot be read, or nothing in it is answered.
    """
    conversion = convert_file(path, read_wishes()).conversion
    if not conversion.answers:
        raise InvalidInputError(f"{path.name} holds no answers, so nothing can be suggested from it. Send the filled file.")
    domains = {dimension.id: dimension.label for dimension in conversion.pack.dimensions}
    return [
        ForeignAnswer(question.id, question.text, domains[question.dimension], _words(question, conversion.answers[question.id]))
        for question in conversion.pack.questions
        if question.id in conversion.answers
    ]


def _words(question: Question, answer: Answer) -> str:
    """An answer as the file had it."""
    option = question.option(answer.value)
    return option.label if option is not None else answer.value
