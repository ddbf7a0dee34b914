"""Filled foreign questionnaires read through a crosswalk to one of our packs."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from vendor_ai.domain.answer import Answer
from vendor_ai.domain.crosswalk import Crosswalk
from vendor_ai.domain.errors import InvalidInputError, NotFoundError
from vendor_ai.domain.pack import Pack, Question
from vendor_ai.domain.suggestion import Ignored
from vendor_ai.importers.crosswalk import crosswalk_files, read_crosswalk
from vendor_ai.importers.foreign.draft import ORIGINAL_ID
from vendor_ai.importers.marked_yaml import load_marked
from vendor_ai.services.conversion import convert_file, read_wishes
from vendor_ai.services.questionnaire import read_answers, read_text
from vendor_ai.services.suggestion import ForeignAnswer


@dataclass(frozen=True, slots=True)
class FilledRows:
    """The answered questions of a foreign questionnaire, and the answers that could not be read."""

    rows: tuple[ForeignAnswer, ...]
    refused: tuple[Ignored, ...] = ()


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


def filled_rows(path: Path) -> FilledRows:
    """The answered questions of a foreign questionnaire, in words.

    Raises:
        InvalidInputError: When it cannot be read, nothing in it is answered, or it holds answers without their questions.
    """
    if _answers_alone(path):
        raise InvalidInputError(
            f"{path.name} holds answers without the words of their questions, by which a crosswalk recognises them. "
            "Give the pack that `questionnaire convert` wrote beside it with --pack, or the filled questionnaire itself with --from."
        )
    conversion = convert_file(path, read_wishes()).conversion
    if not conversion.answers:
        raise InvalidInputError(f"{path.name} holds no answers, so nothing can be suggested from it. Send the filled file.")
    return FilledRows(_rows(conversion.pack, conversion.answers))


def converted_rows(path: Path, pack: Pack) -> FilledRows:
    """The answered questions of a questionnaire that was converted: its answers with the pack that came of it.

    Raises:
        InvalidInputError: When the answers cannot be read, or none of them is one to the pack.
    """
    given = read_answers(pack, path)
    if not given.answers:
        reason = given.problems[0].sentence(path.name) if given.problems else f"{path.name} holds no answers by question."
        raise InvalidInputError(f"{reason} Give the pack that was converted together with these answers.")
    refused = tuple(Ignored(problem.column or path.name, problem.message) for problem in given.problems)
    return FilledRows(_rows(pack, given.answers), refused)


def _answers_alone(path: Path) -> bool:
    """Whether a file holds answers by question, as `questionnaire convert --answers` writes them."""
    if path.suffix.lower() not in (".json", ".yaml", ".yml"):
        return False
    data = load_marked(read_text(path)).data
    return isinstance(data, dict) and bool(data) and all(isinstance(entry, str) or _is_answer(entry) for entry in data.values())


def _is_answer(entry: object) -> bool:
    return isinstance(entry, dict) and "value" in entry and "text" not in entry


def _rows(pack: Pack, answers: Mapping[str, Answer]) -> tuple[ForeignAnswer, ...]:
    domains = {dimension.id: dimension.label for dimension in pack.dimensions}
    return tuple(
        ForeignAnswer(_original_id(question), question.text, domains[question.dimension], _words(question, answers[question.id]))
        for question in pack.questions
        if question.id in answers
    )


def _original_id(question: Question) -> str:
    """The id as the questionnaire has it, where the conversion had to change it."""
    return dict(question.source).get(ORIGINAL_ID, question.id)


def _words(question: Question, answer: Answer) -> str:
    """An answer as the file had it."""
    option = question.option(answer.value)
    return option.label if option is not None else answer.value
