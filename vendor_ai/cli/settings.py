"""`vendor-ai settings`: every setting, its value and where that came from."""

import typer

from vendor_ai.cli.output import JsonOption, print_json, print_table
from vendor_ai.cli.state import chosen_home


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("settings")(show_settings)


def show_settings(as_json: JsonOption = False) -> None:
    """List every setting with its value, its source and its meaning; passwords are not shown.

    Example: VENDOR_AI_PORT=9000 vendor-ai settings
    """
    from dataclasses import asdict

    from vendor_ai.settings import FILE, described
    from vendor_ai.wiring import load_settings

    home = chosen_home()
    found = described(load_settings(home), home_given=home is not None)
    if as_json:
        print_json([asdict(setting) for setting in found])
        return
    rows = [[setting.variable, setting.value, setting.source, setting.meaning] for setting in found]
    print_table("Settings", ["Variable", "Value", "From", "Meaning"], rows)
    typer.echo(f"Set them in the environment, or as lines NAME=VALUE in a file {FILE} in the working folder.")
