"""``vendor-ai questionnaire``: packs, their check, their workbook, and scoring."""

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from vendor_ai.cli import questionnaire_convert
from vendor_ai.cli.output import JsonOption, print_json, print_json_line, print_table
from vendor_ai.cli.questionnaire_view import print_pack, print_score
from vendor_ai.cli.session import AtOption, read_instant

if TYPE_CHECKING:
    from datetime import date

    from vendor_ai.domain.problem import Problem
    from vendor_ai.services.questionnaire import Scored

_DEFAULT_PACK = "vendor-ai-due-diligence"

PackArgument = Annotated[str, typer.Argument(help="Id of a pack, or the path of a pack file.")]
PropertyOption = Annotated[
    list[str] | None,
    typer.Option(
        "--property", metavar="NAME=VALUE", help="A property of the component that questions may depend on, e.g. decision_type=automated."
    ),
]


def register(app: typer.Typer) -> None:
    """Add the noun."""
    noun = typer.Typer(help="Questionnaires: list, show, check, send out as a workbook, score.", no_args_is_help=True)
    noun.command("list")(list_packs)
    noun.command("show")(show)
    noun.command("check")(check)
    noun.command("workbook")(workbook)
    noun.command("score")(score)
    questionnaire_convert.add_verbs(noun)
    app.add_typer(noun, name="questionnaire")


def list_packs(as_json: JsonOption = False) -> None:
    """List the packs of this installation.

    Example: vendor-ai questionnaire list
    """
    from vendor_ai.services import questionnaire

    packs = [questionnaire.pack_overview(pack) for pack in questionnaire.list_packs()]
    if as_json:
        print_json({"packs": packs})
        return
    rows = [[pack["pack"], pack["version"], str(pack["dimensions"]), str(pack["questions"]), pack["title"]] for pack in packs]
    print_table("Questionnaires", ["Pack", "Version", "Dimensions", "Questions", "Title"], rows)


def show(
    pack: PackArgument,
    language: Annotated[str | None, typer.Option("--language", help="Show its texts in this language, e.g. de.")] = None,
    as_json: JsonOption = False,
) -> None:
    """Show the dimensions, questions and answers of a pack.

    Example: vendor-ai questionnaire show vendor-ai-due-diligence
    """
    from vendor_ai.services import questionnaire

    found = questionnaire.find_pack(pack)
    digest = found.digest()
    found = found if language is None else found.in_language(language)
    if as_json:
        print_json({**found.as_json(), "sha256": digest})
        return
    print_pack(found)


def check(
    file: Annotated[Path, typer.Argument(help="A pack as a YAML file.")],
    publish: Annotated[bool, typer.Option("--publish", help="Freeze this version in the lock.json beside the file.")] = False,
    as_json: JsonOption = False,
) -> None:
    """Check a pack file; every mistake is named with line and field. Exit code 1 when there are any.

    Example: vendor-ai questionnaire check my-pack.yaml
    """
    from vendor_ai.services import questionnaire

    parsed, new = questionnaire.publish_pack(file) if publish else (questionnaire.check_pack(file), False)
    if as_json:
        published = {"published": new} if publish else {}
        problems = [problem.as_json() for problem in parsed.problems]
        print_json({"file": str(file), "ok": not parsed.problems, "problems": problems, **published})
    elif parsed.pack is not None:
        typer.echo(f"ok, {parsed.pack.id} {parsed.pack.version} {'is' if new else 'was already'} published" if publish else "ok")
    _report(parsed.problems, file)


def workbook(
    pack: PackArgument,
    file: Annotated[Path, typer.Argument(help="Where to write the workbook (.xlsx).")],
    language: Annotated[str, typer.Option("--language", help="Language of headings and, where the pack has them, of its texts.")] = "",
    force: Annotated[bool, typer.Option("--force", help="Replace the file if it exists.")] = False,
    as_json: JsonOption = False,
) -> None:
    """Write a pack as a blank workbook for the vendor to fill in.

    Example: vendor-ai questionnaire workbook vendor-ai-due-diligence acme.xlsx
    """
    from vendor_ai.domain.errors import ConflictError, InvalidInputError
    from vendor_ai.services import questionnaire

    found = questionnaire.find_pack(pack)
    if file.suffix.lower() != ".xlsx":
        raise InvalidInputError(f"A workbook is written as .xlsx, not as {file.name!r}. Change the ending.")
    if file.exists() and file.stat().st_size and not force:
        raise ConflictError(f"{file} exists and may hold answers. Choose another name, or replace it with --force.")
    file.write_bytes(questionnaire.write_workbook(found, language=language))
    if as_json:
        print_json({"pack": found.id, "version": found.version, "questions": len(found.questions), "file": str(file)})
    else:
        typer.echo(f"{len(found.questions)} questions of {found.id} {found.version} written to {file}")


def score(
    answers: Annotated[
        Path, typer.Option("--answers", help="Answers or levels: .json, .yaml, .jsonl (one set a line), or the filled .xlsx.")
    ],
    pack: Annotated[str, typer.Option("--pack", help="Id of a pack, or the path of a pack file.")] = _DEFAULT_PACK,
    properties: PropertyOption = None,
    breakdown: Annotated[bool, typer.Option("--breakdown", help="Add the questions below each dimension.")] = False,
    at: AtOption = None,
    as_json: JsonOption = False,
) -> None:
    """Score answers by question, or levels by dimension, without storing anything. 1 (LOW) is best, 4 (CRITICAL) is worst.

    Refused rows count as unanswered, are named, and end in exit code 1. The age of dates is counted to today, or to --at.

    Example: vendor-ai questionnaire score --pack vendor-ai-due-diligence --answers answers.yaml
    """
    from vendor_ai.services import questionnaire

    found = questionnaire.find_pack(pack)
    known, as_of = _stated(properties or []), _day(at)
    if answers.suffix.lower() in (".jsonl", ".ndjson"):
        _score_lines(questionnaire.score_lines(found, answers, known, as_of=as_of), answers, breakdown)
        return
    scored = questionnaire.score_file(found, answers, known, as_of=as_of)
    if scored.score is not None and as_json:
        problems = {"problems": [problem.as_json() for problem in scored.problems]} if scored.problems else {}
        print_json({**scored.score.as_json(breakdown=breakdown), **problems})
    elif scored.score is not None:
        print_score(found, scored.score, breakdown)
    _note(scored.remarks, answers)
    _report(scored.problems, answers)


def _score_lines(results: Iterable["Scored"], file: Path, breakdown: bool) -> None:
    """One JSON line per set; a refused line says why and the run ends with exit code 1."""
    problems: list[Problem] = []
    for scored in results:
        _note(scored.remarks, file)
        if scored.score is not None:
            print_json_line(scored.score.as_json(breakdown=breakdown))
            continue
        print_json_line(
            {"line": scored.line, "error": scored.problems[0].message, "problems": [problem.as_json() for problem in scored.problems]}
        )
        problems.extend(scored.problems)
    _report(problems, file)


def _day(at: str | None) -> "date":
    """The day in UTC that ``--at`` names, else today."""
    from vendor_ai.outside.clock import SystemClock

    return (read_instant(at) or SystemClock().now()).date()


def _note(remarks: Sequence["Problem"], file: Path) -> None:
    """What answers that were taken lack, on standard error; it changes no exit code."""
    for remark in remarks:
        typer.echo(f"Note: {remark.sentence(file.name)}", err=True)


def _report(problems: Sequence["Problem"], file: Path) -> None:
    """Every mistake on standard error, then exit code 1."""
    for problem in problems:
        typer.echo(problem.sentence(file.name), err=True)
    if problems:
        raise typer.Exit(1)


def _stated(given: list[str]) -> dict[str, list[str]]:
    properties: dict[str, list[str]] = {}
    for text in given:
        name, equals, value = text.partition("=")
        if not equals or not name.strip() or not value.strip():
            raise typer.BadParameter(f"{text!r} is not NAME=VALUE, such as decision_type=automated.")
        properties.setdefault(name.strip(), []).append(value.strip())
    return properties
