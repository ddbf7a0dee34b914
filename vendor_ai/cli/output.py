"""How the command line speaks: JSON on request, else tables for people."""

import json
import os
import sys
from collections.abc import Iterable, Sequence
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.table import Table

from vendor_ai.domain.problem import Problem

_LONGEST_WORD = 26  # a status such as APPROVED_WITH_CONDITIONS stays in one piece
JsonOption = Annotated[bool, typer.Option("--json", help="Print one JSON document and nothing else.")]


def wants_json(arguments: Sequence[str]) -> bool:
    """Whether the user asked for JSON, known even where parsing failed."""
    return "--json" in arguments


def console() -> Console:
    """Standard output, as wide as the terminal; in a pipe as COLUMNS says, and at least 120."""
    piped = int(os.environ["COLUMNS"]) if os.environ.get("COLUMNS", "").isdecimal() else 120
    return Console(width=None if sys.stdout.isatty() else max(piped, 120), highlight=False, soft_wrap=False)


def print_json(document: Any) -> None:
    """One JSON document on standard output."""
    sys.stdout.write(json.dumps(document, ensure_ascii=False, indent=2) + "\n")


def print_json_line(document: Any) -> None:
    """One JSON document on one line."""
    sys.stdout.write(json.dumps(document, ensure_ascii=False) + "\n")


def print_error(code: str, message: str, *, as_json: bool) -> None:
    """The sentence on standard error; as JSON on standard output too where it was asked for."""
    if as_json:
        print_json({"error": {"code": code, "message": message}})
    sys.stderr.write(message + "\n")


def print_table(title: str, columns: Sequence[str], rows: Iterable[Sequence[str]], *, empty: str = "Nothing here yet.") -> None:
    """A table for people, or one sentence that says what to do where it would be empty."""
    body = list(rows)
    out = console()
    if not body:
        out.print(empty)
        return
    table = Table(title=title, title_justify="left", header_style="bold")
    for index, column in enumerate(columns):
        words = all(" " not in row[index] and len(row[index]) <= _LONGEST_WORD for row in body)
        widths = [*map(len, column.split()), *((len(row[index]) for row in body) if words and index == 0 else ())]
        table.add_column(column, overflow="fold", no_wrap=words, min_width=max(widths, default=0))  # what a next command needs stays whole
    for row in body:
        table.add_row(*row)
    out.print(table)


def print_problems(problems: Sequence[Problem], file: str, *, most: int = 20, lead: str = "") -> None:
    """The first problems of a file on standard error, one a line; ``lead`` tells notes from refusals."""
    for problem in problems[:most]:
        sys.stderr.write(lead + problem.sentence(file) + "\n")
    if len(problems) > most:
        sys.stderr.write(f"{file}: {len(problems) - most} more; --json lists them.\n")
