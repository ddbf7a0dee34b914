"""The review sheet on the command line: one block a question, readable at 80 columns, or a workbook."""

import re
import textwrap
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from vendor_ai.cli.output import print_json
from vendor_ai.cli.session import open_session
from vendor_ai.domain.errors import InvalidInputError

if TYPE_CHECKING:
    from vendor_ai.services.assessment_sheet import Sheet

_WIDTH = 80
_NAMES = 16
_CONTROL = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f]")  # a vendor's text must not steer the terminal
_HEADINGS = ("Question", "Text", "Claimed level", "Reviewed level", "Verified")


def show_sheet(ref: str, to: Path | None, *, as_json: bool) -> None:
    """Print the sheet, or write it as a workbook."""
    from vendor_ai.services.assessment_sheet import sheet_of
    from vendor_ai.services.review_sheet import NOT_READ_BACK, workbook_of

    if to is not None and to.suffix.lower() != ".xlsx":
        raise InvalidInputError(f"The review sheet is written as .xlsx, not {to.name!r}. Name a file such as {ref}-review.xlsx.")
    app = open_session()
    with app.records.read() as session:
        sheet = sheet_of(session, ref, at=app.clock.now())
    if to is not None:
        to.write_bytes(workbook_of(sheet))
    if as_json:
        print_json(sheet.as_json())
    elif to is not None:
        typer.echo(f"The review sheet of {sheet.assessment.ref} is written to {to}. {NOT_READ_BACK}")
    else:
        _print_sheet(sheet)


def _print_sheet(sheet: "Sheet") -> None:
    from vendor_ai.services.review_sheet import entry_of, message_words

    entry = sheet.assessment
    _echo(f"{entry.ref}: {sheet.pack.title} {sheet.pack.version}, about {entry.component}, {entry.state.replace('_', ' ')}")
    for dimension in sheet.pack.dimensions:
        lines = [line for line in sheet.lines if line.question.dimension == dimension.id]
        if lines:
            _echo(f"\n== {dimension.label} ({dimension.id})")
        for line in lines:
            _print_entry(entry_of(line))
    if sheet.general_messages:
        _echo("\n== Open messages about the whole")
        for message in sheet.general_messages:
            _echo(message_words(message))
    typer.echo()
    _print_standing(sheet)


def _print_entry(entry: dict[str, str]) -> None:
    level = f"claimed {entry['Claimed level']}" + (f", reviewed {entry['Reviewed level']}" if entry["Reviewed level"] else "")
    verified = {"yes": "verified", "no": "not verified"}.get(entry["Verified"], entry["Verified"])
    typer.echo()
    _echo(entry["Question"])
    _echo(f"[{level}; {verified}]", indent=2)
    _echo(entry["Text"], indent=2)
    for heading, text in entry.items():
        if heading in _HEADINGS:
            continue
        for place, piece in enumerate(text.splitlines()):
            name = heading if place == 0 else ""
            _echo(f"{name:<{_NAMES - 2}}{piece}", indent=2, hang=_NAMES)


def _echo(text: str, *, indent: int = 0, hang: int | None = None) -> None:
    """Wrapped between words only: an id stays in one piece."""
    rest = " " * (indent if hang is None else hang)
    for piece in text.split("\n"):
        shown = _CONTROL.sub("\ufffd", piece)
        typer.echo(textwrap.fill(
            shown, _WIDTH, initial_indent=" " * indent, subsequent_indent=rest, break_long_words=False, break_on_hyphens=False,
        ))  # fmt: skip


def _print_standing(sheet: "Sheet") -> None:
    standing = sheet.standing
    score, claimed = standing.score.as_json(), standing.claimed.as_json()
    _echo(f"Claimed {claimed['score']} {claimed['recommendation']}; with the reviews {score['score']} {score['recommendation']}.")
    _echo(f"Higher is worse. Unanswered: {len(score['unanswered'])}; not verified: {len(standing.unverified)}.")
    singly = sum(bool(line.remarks) and not line.verified for line in sheet.lines)
    if singly:
        _echo(f"To be looked at singly: {singly}; each says why at 'To look at'.")
