"""`vendor-ai assessment suggest`, `suggestions`, `confirm`, `dismiss`: answers that documents and earlier assessments suggest."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from vendor_ai.cli.output import JsonOption, print_json, print_table
from vendor_ai.cli.session import acting, open_session
from vendor_ai.domain.errors import InvalidInputError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlmodel import Session

    from vendor_ai.domain.suggestion import StoredSuggestion
    from vendor_ai.services.suggestion import Suggested
    from vendor_ai.wiring import App

RefArgument = Annotated[str, typer.Argument(help="The assessment's reference, e.g. acme-ocr-a1.")]
NumbersArgument = Annotated[list[int], typer.Argument(help="Numbers of suggestions, as `assessment suggestions` lists them.")]
_MOST_IGNORED = 10


def add_verbs(group: typer.Typer) -> None:
    """Add the verbs to the noun `assessment`."""
    group.command("suggest")(suggest)
    group.command("suggestions")(list_suggestions)
    group.command("confirm")(confirm)
    group.command("dismiss")(dismiss)


def suggest(
    ref: RefArgument,
    file: Annotated[
        Path | None, typer.Option("--from", help="CycloneDX, SPDX or a model card; with --crosswalk a filled questionnaire.")
    ] = None,
    crosswalk: Annotated[str | None, typer.Option("--crosswalk", help="Id of a crosswalk, e.g. caiq-4, or the path of one.")] = None,
    pack: Annotated[
        str | None,
        typer.Option("--pack", help="Where --from holds answers that `questionnaire convert` wrote: the pack it wrote with them."),
    ] = None,
    document: Annotated[str | None, typer.Option("--document", help="Reference of a stored document instead of a file.")] = None,
    as_json: JsonOption = False,
) -> None:
    """Look for answers to open questions: in earlier assessments, or in a document; nothing counts until a person confirms it.

    Example: vendor-ai assessment suggest acme-ocr-a2 --from model-bom.json
    """
    if file is not None and document is not None:
        raise InvalidInputError("Give either --from or --document.")
    if crosswalk is not None and file is None:
        raise InvalidInputError("--crosswalk reads a filled questionnaire. Name it with --from.")
    if pack is not None and crosswalk is None:
        raise InvalidInputError("--pack gives the questions to converted answers, which --crosswalk then reads. Name the crosswalk.")
    app = open_session()
    if crosswalk is not None and file is not None:
        found = _crossed(app, ref, file, crosswalk, pack)
    else:
        found = _suggested(app, ref, file, document)
    if as_json:
        ignored = [entry.as_json() for entry in found.ignored]
        new = [entry.as_json() for entry in found.new]
        print_json({"assessment": ref, "source": found.label, "suggestions": new, "ignored": ignored, "left_out": found.left_out})
        return
    _print_suggestions("Suggestions", found.new, empty=f"Nothing new to suggest from {found.label}.")
    for entry in found.ignored[:_MOST_IGNORED]:
        typer.echo(f"{entry.path}: {entry.reason}", err=True)
    if len(found.ignored) > _MOST_IGNORED:
        typer.echo(f"{len(found.ignored) - _MOST_IGNORED} more places say nothing; --json lists them.", err=True)
    if found.new:
        typer.echo(f"Each waits for a person: vendor-ai assessment confirm {ref} NUMBER")


def _crossed(app: "App", ref: str, file: Path, crosswalk: str, pack: str | None) -> "Suggested":
    """What a filled questionnaire suggests, or the answers that a conversion took out of one."""
    from vendor_ai.services.crosswalk import converted_rows, filled_rows, find_crosswalk
    from vendor_ai.services.questionnaire import find_pack
    from vendor_ai.services.suggestion import suggest_from_rows

    chosen = find_crosswalk(crosswalk)
    filled = filled_rows(file) if pack is None else converted_rows(file, find_pack(pack))
    name = file.name if pack is None else f"{file.name} with {Path(pack).name}"
    with app.records.write() as session:
        at = app.clock.now()
        return suggest_from_rows(session, ref, chosen, filled.rows, name=name, refused=filled.refused, by=acting(), at=at)


def _suggested(app: "App", ref: str, file: Path | None, document: str | None) -> "Suggested":
    from vendor_ai.services import suggestion as service

    by, at = acting(), app.clock.now()
    read = None if file is None else (file.name, _content(file))
    with app.records.write() as session:
        if document is not None:
            read = _stored(app, session, document)
        if read is None:
            return service.suggest_from_assessments(session, ref, by=by, at=at)
        return service.suggest_from_document(session, ref, service.read_document(read[1], read[0]), by=by, at=at)


def _content(file: Path) -> bytes:
    if not file.is_file():
        raise InvalidInputError(f"There is no file {str(file)!r}. Check the path.")
    return file.read_bytes()


def _stored(app: "App", session: "Session", document: str) -> tuple[str, bytes]:
    """Reference and content of a stored document; the look is noted."""
    from vendor_ai.services.evidence import open_document

    found, content = open_document(session, app.settings.home, document, as_file=False, by=acting(), at=app.clock.now())
    return found.ref, content


def list_suggestions(
    ref: RefArgument,
    every: Annotated[bool, typer.Option("--all", help="Those confirmed and dismissed too.")] = False,
    as_json: JsonOption = False,
) -> None:
    """List the suggestions that wait for a person.

    Example: vendor-ai assessment suggestions acme-ocr-a2
    """
    from vendor_ai.services.suggestion import suggestions

    with open_session().records.read() as session:
        found = suggestions(session, ref, settled=every)
    if as_json:
        print_json([entry.as_json() for entry in found])
        return
    _print_suggestions(f"Suggestions for {ref}", found, empty=f"Nothing waits. Look for some: vendor-ai assessment suggest {ref}")


def confirm(ref: RefArgument, numbers: NumbersArgument, as_json: JsonOption = False) -> None:
    """Make suggestions the answers; whoever confirms them has answered, and can no more review or decide them.

    Example: vendor-ai assessment confirm acme-ocr-a2 4 5
    """
    from vendor_ai.services.suggestion import confirm as confirm_suggestion

    app = open_session()
    with app.records.write() as session:
        score = [confirm_suggestion(session, ref, number, by=acting(), at=app.clock.now()) for number in numbers][-1].as_json()
    if as_json:
        print_json({"assessment": ref, "confirmed": numbers, "score": score})
        return
    typer.echo(f"{len(numbers)} confirmed. Score {score['score']} (higher is worse): {score['recommendation']}.")


def dismiss(ref: RefArgument, numbers: NumbersArgument) -> None:
    """Turn suggestions down; they are not made again.

    Example: vendor-ai assessment dismiss acme-ocr-a2 6
    """
    from vendor_ai.services.suggestion import dismiss as dismiss_suggestion

    app = open_session()
    with app.records.write() as session:
        for number in numbers:
            dismiss_suggestion(session, ref, number, by=acting(), at=app.clock.now())
    typer.echo(f"{len(numbers)} dismissed.")


def _print_suggestions(title: str, found: "Sequence[StoredSuggestion]", *, empty: str) -> None:
    rows = [
        [
            str(entry.number),
            entry.suggestion.question,
            entry.suggestion.value,
            entry.suggestion.confidence.value,
            f"{entry.suggestion.detail}\n{entry.suggestion.reason}",
            entry.state.value,
        ]
        for entry in found
    ]
    print_table(title, ["Number", "Question", "Answer", "Confidence", "Where it comes from", "State"], rows, empty=empty)
