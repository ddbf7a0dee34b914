"""`vendor-ai doctor`: what is wrong with this installation."""

import typer

from vendor_ai.cli.db import report_checks
from vendor_ai.cli.output import JsonOption
from vendor_ai.cli.session import open_session


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("doctor")(examine_installation)


def examine_installation(as_json: JsonOption = False) -> None:
    """Name what is missing or broken here and how to mend it; exit code 1 when anything is. Nothing is changed.

    Example: vendor-ai doctor
    """
    from vendor_ai.services.doctor import examine

    app = open_session()
    report_checks(examine(app.settings, lambda: app.database), "Installation", as_json=as_json)
