"""The installation and the acting user of one command."""

import getpass
from datetime import UTC, date, datetime, time
from typing import TYPE_CHECKING, Annotated

import typer

from vendor_ai.cli.state import chosen_home, close_later
from vendor_ai.domain.actor import Actor
from vendor_ai.domain.errors import InvalidInputError

if TYPE_CHECKING:
    from vendor_ai.wiring import App

TokenOption = Annotated[
    str | None,
    typer.Option("--token", envvar="VENDOR_AI_TOKEN", help="A person's token with the scope decide: decisions are never anonymous."),
]
AtOption = Annotated[str | None, typer.Option("--at", help="Take this instant for now (ISO 8601 with an offset, or a date in UTC).")]


def open_session() -> "App":
    """The installation this command works on; it is closed when the command ends."""
    from vendor_ai.wiring import open_app

    app = open_app(chosen_home())
    close_later(app.close)
    return app


def acting() -> Actor:
    """The command line acts as the user of the operating system."""
    try:
        name = getpass.getuser()
    except (KeyError, OSError):
        name = "unknown"
    return Actor(f"cli:{name}")


def deciding(app: "App", token: str | None) -> Actor:
    """Who decides or approves: the holder of a token with the scope ``decide``, never just whoever sits at the keyboard.

    Raises:
        InvalidInputError: When no token is given.
        NotAllowedError: When the token may not decide.
    """
    from vendor_ai.services.token import Scope, authenticate, require_scope

    if not token:
        raise InvalidInputError(
            "A decision needs a person's token, given with --token or VENDOR_AI_TOKEN. Make both: `vendor-ai user add NAME --role "
            "risk_officer` (for an approval the role it takes), then `vendor-ai token create TOKEN --user NAME --scope decide`."
        )
    with app.records.read() as session:
        actor = authenticate(session, token, at=app.clock.now())
    require_scope(actor, Scope.DECIDE)
    return actor


def read_instant(text: str | None) -> datetime | None:
    """``--at`` as an instant.

    Raises:
        InvalidInputError: When it is not one.
    """
    if text is None:
        return None
    try:
        instant = datetime.fromisoformat(text)
    except ValueError:
        raise InvalidInputError(f"{text!r} is not a time. Write 2026-10-05 or 2026-10-05T12:00:00+02:00.") from None
    return instant.replace(tzinfo=UTC) if instant.tzinfo is None else instant.astimezone(UTC)


def read_due(text: str | None) -> datetime | None:
    """``--due`` as an instant; a bare date is the end of that day, 23:59 UTC.

    Raises:
        InvalidInputError: When it is neither a date nor a time.
    """
    instant = read_instant(text)
    if text is None or instant is None:
        return None
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return instant
    return datetime.combine(day, time(23, 59), UTC)
