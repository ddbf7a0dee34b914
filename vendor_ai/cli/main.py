"""Entry point: collects the nouns, decides exit codes."""

import importlib
import pkgutil
import sys
from pathlib import Path
from typing import Annotated, Any

import typer

import vendor_ai.cli
from vendor_ai import __version__
from vendor_ai.cli.output import print_error, wants_json
from vendor_ai.cli.state import close_opened, remember_home
from vendor_ai.domain.errors import VendorAIError

EXIT_PROBLEM = 3


def _show_version(value: bool) -> None:
    if value:
        typer.echo(f"vendor-ai {__version__}")
        raise typer.Exit


def build_app() -> typer.Typer:
    """Return the command line with every noun of this folder."""
    app = typer.Typer(
        name="vendor-ai",
        help="What an AI vendor claimed, promised and delivered, in one record per component.",
        no_args_is_help=True,
        pretty_exceptions_enable=False,
        add_completion=False,
        rich_markup_mode="rich",
    )

    @app.callback()
    def _main(
        home: Annotated[
            Path | None, typer.Option("--home", help="Folder with the records and the prediction log (else VENDOR_AI_HOME).")
        ] = None,
        version: Annotated[  # noqa: ARG001 - handled by its callback
            bool, typer.Option("--version", callback=_show_version, is_eager=True, help="Show the version and stop.")
        ] = False,
    ) -> None:
        remember_home(home)

    for module in sorted(pkgutil.iter_modules(vendor_ai.cli.__path__), key=lambda info: info.name):
        loaded = importlib.import_module(f"vendor_ai.cli.{module.name}")
        register = getattr(loaded, "register", None)
        if register is not None:
            register(app)
    return app


def _usage_error() -> Any:
    """The base of the usage errors; Typer brings its own copy of click along, so it is found through one of them."""
    return next(base for base in typer.BadParameter.__mro__ if base.__name__ == "ClickException")


def run(arguments: list[str] | None = None) -> None:
    """Run one command; a problem a person can mend ends in one sentence and exit code 3."""
    arguments = sys.argv[1:] if arguments is None else arguments
    command = typer.main.get_command(build_app())
    try:
        code = command.main(args=arguments, prog_name="vendor-ai", standalone_mode=False)
    except VendorAIError as error:
        print_error(error.code, str(error), as_json=wants_json(arguments))
        sys.exit(EXIT_PROBLEM)
    except typer.Abort:
        sys.exit(130)
    except _usage_error() as error:
        error.show()
        sys.exit(error.exit_code)
    except BrokenPipeError:
        sys.exit(0)
    except OSError as error:
        print_error("operating-system", f"{error.strerror or error}: {error.filename or ''}".rstrip(": "), as_json=wants_json(arguments))
        sys.exit(EXIT_PROBLEM)
    finally:
        close_opened()
    sys.exit(code if isinstance(code, int) else 0)
