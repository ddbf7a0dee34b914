"""Packs and what can be done with them without storing anything: list, check, score, send out as a workbook, read back."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from vendor_ai.domain.answer import Answer
from vendor_ai.domain.asker import Cover
from vendor_ai.domain.errors import InvalidInputError, NotFoundError
from vendor_ai.domain.pack import Pack
from vendor_ai.domain.problem import Problem
from vendor_ai.domain.score import Score
from vendor_ai.importers.answers import AnswerReader, AnswerSet
from vendor_ai.importers.marked_yaml import load_marked
from vendor_ai.importers.pack import ParsedPack, read_pack
from vendor_ai.kit.data import data_folder
from vendor_ai.scoring.applicability import Properties
from vendor_ai.scoring.score import Scorer
from vendor_ai.scoring.steering import classes_to_try
from vendor_ai.services.pack_lock import lock_fault, publish

DEFAULT_PACK = "vendor-ai-due-diligence"
_PACK_ENDINGS = (".yaml", ".yml", ".json")
_LARGEST_ANSWERS = 20 * 1024 * 1024
_NO_PROPERTIES: Properties = {}


@dataclass(frozen=True, slots=True)
class Scored:
    """One scored set; ``problems`` are refused rows, whose questions count as unanswered. ``line`` is its place in a .jsonl.

    ``remarks`` are about answers that count all the same.
    """

    score: Score | None
    problems: tuple[Problem, ...] = ()
    line: int | None = None
    remarks: tuple[Problem, ...] = ()


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
    """The pack in a file, or every mistake in it; one is to differ from the published version whose name it carries."""
    text = read_text(path)
    parsed = check_pack_text(text)
    fault = lock_fault(path, parsed.pack) if parsed.pack is not None else None
    return ParsedPack(None, (load_marked(text).problem(("version",), fault),)) if fault else parsed


def publish_pack(path: Path) -> tuple[ParsedPack, bool]:
    """Freeze the version of a pack file in the lock beside it; whether it is new there. A pack with mistakes is not frozen.

    Raises:
        InvalidInputError: When there is no lock beside the file.
    """
    parsed = check_pack(path)
    return parsed, parsed.pack is not None and publish(path, parsed.pack)


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


def read_answers(pack: Pack, path: Path, *, key: bytes | None = None) -> AnswerSet:
    """The answers in a .json, .yaml or .xlsx file; mistakes come as problems.

    Raises:
        InvalidInputError: When the file cannot be read, or is a workbook of another pack.
    """
    ending = path.suffix.lower()
    reader = AnswerReader(pack)
    if ending in (".xlsx", ".xls", ".xlsm"):
        return read_workbook(pack, read_bytes(path), name=path.name, key=key)
    if ending not in (".yaml", ".yml", ".json"):
        raise InvalidInputError(f"{path.name}: answers are read from .json, .yaml, .xlsx and .jsonl files. Rename or convert the file.")
    text = read_text(path)
    given = reader.read_json(text) if ending == ".json" else reader.read_yaml(text)
    if given.refused:
        raise InvalidInputError(given.problems[0].sentence(path.name))
    return given


def read_workbook(pack: Pack, content: bytes, *, name: str, key: bytes | None = None) -> AnswerSet:
    """The answers in a returned workbook of ``pack``; ``key`` checks what the file says about its origin.

    Raises:
        InvalidInputError: When it is no workbook, unsafe, or of another pack or version.
    """
    from vendor_ai.importers.questionnaire_workbook import read_questionnaire_workbook

    return read_questionnaire_workbook(pack, content, name=name, key=key)


def write_workbook(
    pack: Pack,
    *,
    answers: dict[str, Answer] | None = None,
    component: str = "",
    reference: str = "",
    assessment: str = "",
    questions: Collection[str] | None = None,
    language: str = "",
    key: bytes | None = None,
    cover: Cover | None = None,
) -> bytes:
    """The workbook that a vendor fills in, blank or with answers so far.

    Args:
        pack: What is asked.
        answers: Already given, by question.
        component: The name that is shown.
        reference: The component's; the way back is matched by it.
        assessment: Reference of the assessment, "" for a blank pack.
        questions: Ids of those that are asked; None: all.
        language: Of the texts; "" is the pack's own.
        key: Signs what the file says about its origin.
        cover: Who asks, and until when, for the instructions.
    """
    from vendor_ai.exporters.questionnaire_workbook import questionnaire_workbook

    return questionnaire_workbook(
        pack,
        answers or {},
        component=component,
        reference=reference,
        assessment=assessment,
        questions=questions,
        language=language,
        key=key,
        cover=cover,
    )


def score_set(scorer: Scorer, given: AnswerSet, properties: Properties = _NO_PROPERTIES, *, as_of: date) -> Score:
    """Score what was given, by dimension or by question; the age of dates is counted to ``as_of``."""
    if given.levels is not None:
        return scorer.from_levels(given.levels)
    return scorer.from_answers(given.answers, properties, as_of=as_of)


def score_file(pack: Pack, path: Path, properties: Properties = _NO_PROPERTIES, *, as_of: date) -> Scored:
    """Score the one set in a file; refused rows count as unanswered and are named."""
    given = read_answers(pack, path)
    return Scored(score_set(Scorer(pack), given, properties, as_of=as_of), given.problems, remarks=given.remarks)


def score_lines(pack: Pack, path: Path, properties: Properties = _NO_PROPERTIES, *, as_of: date) -> Iterator[Scored]:
    """Score every line of a .jsonl in order; a line with a mistake has problems and no score. Blank lines are passed over."""
    if not path.is_file():
        raise InvalidInputError(f"There is no file {str(path)!r}. Check the path.")
    reader, scorer = AnswerReader(pack), Scorer(pack)
    with path.open("rb") as lines:
        for number, content in enumerate(lines, start=1):
            if content.strip():
                given = _read_line(reader, content, number)
                score = None if given.problems else score_set(scorer, given, properties, as_of=as_of)
                yield Scored(score, given.problems, number, given.remarks)


def _read_line(reader: AnswerReader, content: bytes, number: int) -> AnswerSet:
    try:
        return reader.read_json(content.decode("utf-8-sig" if number == 1 else "utf-8"), number)
    except UnicodeDecodeError:
        return AnswerSet(None, {}, (Problem(number, None, "The line is not UTF-8. Save the file as UTF-8."),), refused=True)


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
