"""``vendor-ai questionnaire convert``: a foreign questionnaire becomes a pack, and its answers a file to score."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from vendor_ai.cli.output import JsonOption, print_json, print_table

if TYPE_CHECKING:
    from vendor_ai.services.conversion import Converted

_MOST_NAMED = 20


def add_verbs(group: typer.Typer) -> None:
    """Add the verb."""
    group.command("convert")(convert)


def convert(
    file: Annotated[Path, typer.Argument(help="The questionnaire: .xlsx, .csv or .json, blank or filled in.")],
    to: Annotated[Path | None, typer.Option("--to", help="Where to write the pack (.yaml). Without it nothing is written.")] = None,
    answers: Annotated[Path | None, typer.Option("--answers", help="Where to write the answers of a filled questionnaire (.json).")] = None,
    pack_id: Annotated[str, typer.Option("--id", help="Id of the pack; by default from the name of the file.")] = "",
    version: Annotated[str, typer.Option("--version", help="Version of the pack.")] = "1.0",
    title: Annotated[str, typer.Option("--title", help="Title of the pack; by default from the file.")] = "",
    sheet: Annotated[str | None, typer.Option("--sheet", help="The only sheet to read questions from.")] = None,
    header_row: Annotated[int | None, typer.Option("--header-row", help="Number of the header row in the spreadsheet.")] = None,
    mapped: Annotated[
        list[str] | None, typer.Option("--map", metavar="FIELD=COLUMN", help="A column by its heading or letter, e.g. text=Control.")
    ] = None,
    compliant: Annotated[
        list[str] | None, typer.Option("--compliant", metavar="no=ID", help="The good answer of a question, where it is No.")
    ] = None,
    force: Annotated[bool, typer.Option("--force", help="Replace files that exist.")] = False,
    as_json: JsonOption = False,
) -> None:
    """Turn a published questionnaire into a pack, say what was assumed and what has no place in it.

    Exit code 1 where questions or answers of the file could not be taken.

    Example: vendor-ai questionnaire convert caiq.xlsx --to caiq.yaml --answers acme.json
    """
    from vendor_ai.services.conversion import convert_file, read_wishes

    targets = _targets(to, answers, force=force)
    wishes = read_wishes(
        pack_id=pack_id,
        version=version,
        title=title,
        sheet=sheet,
        header_row=header_row,
        columns=dict(_pairs(mapped or [], "FIELD=COLUMN, such as text=Control")),
        compliant=_pairs(compliant or [], "no=ID, such as no=IR-04"),
    )
    converted = convert_file(file, wishes)
    texts = {"pack": converted.pack, "answers": converted.answers}
    files = {kind: str(path) for kind, path in targets.items() if texts[kind]}
    for kind, path in files.items():
        Path(path).write_text(texts[kind], encoding="utf-8")
    if as_json:
        print_json({**converted.conversion.as_json(), "files": files})
    else:
        _print(converted, files, file.name)
    if converted.refused:
        raise typer.Exit(1)


def _targets(to: Path | None, answers: Path | None, *, force: bool) -> dict[str, Path]:
    from vendor_ai.domain.errors import ConflictError, InvalidInputError

    targets: dict[str, Path] = {}
    for kind, path, endings in (("pack", to, (".yaml", ".yml")), ("answers", answers, (".json",))):
        if path is None:
            continue
        if path.suffix.lower() not in endings:
            raise InvalidInputError(f"The {kind} file is written as {endings[0]}, not as {path.name!r}. Change the ending.")
        if path.exists() and not force:
            raise ConflictError(f"{path} exists. Choose another name, or replace it with --force.")
        if not path.parent.is_dir():
            raise InvalidInputError(f"There is no folder {str(path.parent)!r} to write {path.name} to. Make it first.")
        targets[kind] = path
    return targets


def _pairs(given: Sequence[str], shape: str) -> list[tuple[str, str]]:
    pairs = []
    for text in given:
        name, equals, value = text.partition("=")
        if not equals or not name.strip() or not value.strip():
            raise typer.BadParameter(f"{text!r} is not {shape}.")
        pairs.append((name.strip().lower(), value.strip()))
    return pairs


def _print(converted: "Converted", files: dict[str, str], name: str) -> None:
    document = converted.conversion.as_json()
    rows = [
        [sheet["name"], str(sheet["questions"]), sheet["reason"] or ", ".join(f"{role}: {head}" for role, head in sheet["columns"].items())]
        for sheet in document["sheets"]
    ]
    print_table(f"Sheets of {name}", ["Sheet", "Questions", "Columns, or why it was not used"], rows)
    print_table(
        "\nDomains", ["Domain", "Questions", "Answered", "Answers", "Compliance %"], [_domain(each) for each in document["domains"]]
    )
    if document["totals"]:
        totals = [[each["where"], each["stated"], each["computed"], "yes" if each["equal"] else "NO"] for each in document["totals"]]
        print_table("\nTotals the file states", ["Where", "Stated", "Computed", "Equal"], totals)
    for sentence in document["assumed"]:
        typer.echo(f"Assumed: {sentence}")
    for entry in converted.conversion.unplaced[:_MOST_NAMED]:
        typer.echo(f"Not placed: {entry.sentence()}", err=True)
    if len(converted.conversion.unplaced) > _MOST_NAMED:
        typer.echo(f"Not placed: {len(converted.conversion.unplaced) - _MOST_NAMED} more; --json lists them.", err=True)
    _print_files(document, files)


def _domain(domain: dict[str, Any]) -> list[str]:
    kinds = ", ".join(f"{answer} {count}" for answer, count in domain["by_answer"].items())
    return [domain["label"], str(domain["questions"]), str(domain["answered"]), kinds or "-", domain["score"] or "-"]


def _print_files(document: dict[str, Any], files: dict[str, str]) -> None:
    size = f"{document['questions']} questions in {document['dimensions']} dimensions"
    typer.echo(
        f"{size} written to {files['pack']}" if "pack" in files else f"{size}; nothing was written. Add --to PACK.yaml to keep them."
    )
    if "answers" in files:
        typer.echo(f"{document['answers']} answers written to {files['answers']}")
    elif document["answers"]:
        typer.echo(f"{document['answers']} answers; add --answers ANSWERS.json to keep them.")
