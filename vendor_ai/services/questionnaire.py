"""Packs and what can be done with them without storing anything: list, check, score, send out as a workbook, read back."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from vendor_ai.domain.answer import Answer
from vendor_ai.domain.errors import InvalidInputError, NotFoundError
from vendor_ai.domain.pack import Pack
from vendor_ai.domain.problem import Problem
from vendor_ai.domain.score import Score
from vendor_ai.importers.answers import AnswerReader, AnswerSet
from vendor_ai.importers.pack import ParsedPack, read_pack
from vendor_ai.kit.data import data_folder
from vendor_ai.scoring.applicability import Properties
from vendor_ai.scoring.bounds import classes_to_try
from vendor_ai.scoring.score import Scorer

DEFAULT_PACK = "vendor-ai-due-diligence"
_PACK_ENDINGS = (".yaml", ".yml", ".json")
_LARGEST_ANSWERS = 20 * 1024 * 1024
_NO_PROPERTIES: Properties = {}


@dataclass(frozen=True, slots=True)
class Scored:
    """One scored set; ``problems`` are refused rows, whose questions count as unanswered. ``line`` is its place in a .jsonl."""

    score: Score | None
    problems: tuple[Problem, ...] = ()
    line: int | None = None


class PackInvalidError(InvalidInputError):
    """A pack file has mistakes."""

    def __init__(self, name: str, problems: tuple[Problem, ...]) -> None:
        more = f" ({len(problems) - 1} more)" if len(problems) > 1 else ""
        super().__init__(f"{problems[0].sentence(name)}{more} See `vendor-ai questionnaire check`.")
        self.problems = problems


def pack_files() -> list[Path]:
    """The files of the packs that came with this installation."""
    return sorted(data_folder("questionnaires").glob("*.yaml"))


def list_packs() -> list[Pack]:
    """The packs that came with this installation."""
    return [load_pack(path) for path in pack_files()]


def find_pack(reference: str) -> Pack:
    """The pack with this id, or in the file at this path.

    Raises:
        NotFoundError: When there is neither.
        PackInvalidError: When the file is not a valid pack.
    """
    name = reference.strip().casefold()
    if not name.endswith(_PACK_ENDINGS) and "/" not in name:
        for path in pack_files():
            if path.stem.casefold() == name:
                return load_pack(path)
    path = Path(reference)
    if path.is_file():
        return load_pack(path)
    known = ", ".join(path.stem for path in pack_files())
    raise NotFoundError("questionnaire", reference, f"Give the path of a pack file, or one of: {known}.")


def load_pack(path: Path) -> Pack:
    """The pack in a file.

    Raises:
        PackInvalidError: When it has mistakes.
    """
    parsed = check_pack(path)
    if parsed.pack is None:
        raise PackInvalidError(path.name, parsed.problems)
    return parsed.pack


def check_pack(path: Path) -> ParsedPack:
    """The pack in a file, or every mistake in it."""
    return check_pack_text(read_text(path))


def check_pack_text(text: str) -> ParsedPack:
    """The pack in a text, or every mistake in it."""
    return read_pack(text, classes_to_try)


def read_text(path: Path) -> str:
    """The text of a file in UTF-8.

    Raises:
        InvalidInputError: When it is missing, too large or not UTF-8.
    """
    return _decoded(path.name, read_bytes(path))


def read_bytes(path: Path) -> bytes:
    """The content of a file.

    Raises:
        InvalidInputError: When it is missing or too large.
    """
    if not path.is_file():
        raise InvalidInputError(f"There is no file {str(path)!r}. Check the path.")
    size = path.stat().st_size
    if size > _LARGEST_ANSWERS:
        raise InvalidInputError(f"{path.name} has {size} bytes; at most {_LARGEST_ANSWERS} are read. Split it, or write it as .jsonl.")
    return path.read_bytes()


def _decoded(name: str, content: bytes) -> str:
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise InvalidInputError(f"{name}, line {line}: the file is not UTF-8. Save it as UTF-8 and try again.") from None


def read_answers(pack: Pack, path: Path) -> AnswerSet:
    """The answers in a .json, .yaml or .xlsx file; mistakes come as problems.

    Raises:
        InvalidInputError: When the file cannot be read, or is a workbook of another pack.
    """
    ending = path.suffix.lower()
    reader = AnswerReader(pack)
    if ending in (".xlsx", ".xls", ".xlsm"):
        return read_workbook(pack, read_bytes(path), name=path.name)
    if ending not in (".yaml", ".yml", ".json"):
        raise InvalidInputError(f"{path.name}: answers are read from .json, .yaml, .xlsx and .jsonl files. Rename or convert the file.")
    text = read_text(path)
    given = reader.read_json(text) if ending == ".json" else reader.read_yaml(text)
    if given.refused:
        raise InvalidInputError(given.problems[0].sentence(path.name))
    return given


def read_workbook(pack: Pack, content: bytes, *, name: str) -> AnswerSet:
    """The answers in a returned workbook of ``pack``.

    Raises:
        InvalidInputError: When it is no workbook, unsafe, or of another pack or version.
    """
    from vendor_ai.importers.questionnaire_workbook import read_questionnaire_workbook

    return read_questionnaire_workbook(pack, content, name=name)


def write_workbook(pack: Pack, *, answers: dict[str, Answer] | None = None, component: str = "", reference: str = "") -> bytes:
    """The workbook that a vendor fills in, blank or with answers so far."""
    from vendor_ai.exporters.questionnaire_workbook import questionnaire_workbook

    return questionnaire_workbook(pack, answers or {}, component=component, reference=reference)


def score_set(scorer: Scorer, given: AnswerSet, properties: Properties = _NO_PROPERTIES) -> Score:
    """Score what was given, by dimension or by question."""
    if given.levels is not None:
        return scorer.from_levels(given.levels)
    return scorer.from_answers(given.answers, properties)


def score_file(pack: Pack, path: Path, properties: Properties = _NO_PROPERTIES) -> Scored:
    """Score the one set in a file; refused rows count as unanswered and are named."""
    given = read_answers(pack, path)
    return Scored(score_set(Scorer(pack), given, properties), given.problems)


def score_lines(pack: Pack, path: Path, properties: Properties = _NO_PROPERTIES) -> Iterator[Scored]:
    """Score every line of a .jsonl in order; a line with a mistake has problems and no score. Blank lines are passed over."""
    if not path.is_file():
        raise InvalidInputError(f"There is no file {str(path)!r}. Check the path.")
    reader, scorer = AnswerReader(pack), Scorer(pack)
    with path.open("rb") as lines:
        for number, content in enumerate(lines, start=1):
            if content.strip():
                yield _score_line(reader, scorer, content, number, properties)


def _score_line(reader: AnswerReader, scorer: Scorer, content: bytes, number: int, properties: Properties) -> Scored:
    try:
        text = content.decode("utf-8-sig" if number == 1 else "utf-8")
    except UnicodeDecodeError:
        return Scored(None, (Problem(number, None, "The line is not UTF-8. Save the file as UTF-8."),), number)
    given = reader.read_json(text, number)
    if given.problems:
        return Scored(None, given.problems, number)
    return Scored(score_set(scorer, given, properties), (), number)


def pack_overview(pack: Pack) -> dict[str, Any]:
    """One line of a list of packs."""
    return {
        "pack": pack.id,
        "version": pack.version,
        "title": pack.title,
        "dimensions": len(pack.dimensions),
        "questions": len(pack.questions),
        "sha256": pack.digest(),
    }
