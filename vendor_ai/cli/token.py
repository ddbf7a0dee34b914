"""`vendor-ai token`: scoped API tokens."""

from typing import Annotated

import typer

from vendor_ai.cli.output import JsonOption, print_json, print_table
from vendor_ai.cli.session import acting, open_session

token = typer.Typer(no_args_is_help=True, help="Scoped API tokens.")

NameArgument = Annotated[str, typer.Argument(help="The token's name, as the audit chain shows it.")]


def register(app: typer.Typer) -> None:
    """Add the noun."""
    app.add_typer(token, name="token")


@token.command("create")
def create(
    name: NameArgument,
    scope: Annotated[list[str], typer.Option("--scope", help="predictions:write, read, assess, decide or admin; repeat as needed.")],
    component: Annotated[str | None, typer.Option("--component", help="The only component it may write to.")] = None,
    expires_days: Annotated[int | None, typer.Option("--expires-days", min=1, max=3_660, help="Days until it ends.")] = None,
    user: Annotated[str | None, typer.Option("--user", help="The person who holds it and in whose name it acts.")] = None,
    as_json: JsonOption = False,
) -> None:
    """Make a token and print it once; only its SHA-256 is kept.

    Example: vendor-ai token create ingest --scope predictions:write --component acme-ocr --expires-days 365

    Example: vendor-ai token create alice-laptop --user alice --scope decide
    """
    from vendor_ai.services import token as service

    app = open_session()
    with app.records.write() as session:
        made = service.create(
            session, name, scope, component=component, expires_days=expires_days, user=user, by=acting(), at=app.clock.now()
        )
    if as_json:
        expires_at = made.expires_at.isoformat() if made.expires_at else None
        print_json(
            {
                "name": made.name,
                "token": made.secret,
                "scopes": list(made.scopes),
                "component": made.component,
                "user": made.holder or None,
                "expires_at": expires_at,
            }
        )
        return
    typer.echo(made.secret)
    until = f"until {made.expires_at:%Y-%m-%d %H:%M} UTC" if made.expires_at else "until it is revoked"
    typer.echo(f"Token {made.name} ({', '.join(made.scopes)}), good {until}. It is shown only now: keep it in a safe place.", err=True)
    if not made.holder and {"decide", "admin"} & set(made.scopes):
        typer.echo("It is nobody's: decisions and approvals take a person's token, made with --user NAME.", err=True)


@token.command("revoke")
def revoke(name: NameArgument, as_json: JsonOption = False) -> None:
    """End a token; requests with it are refused from now on.

    Example: vendor-ai token revoke ingest
    """
    from vendor_ai.services import token as service

    app = open_session()
    with app.records.write() as session:
        ended = service.revoke(session, name, by=acting(), at=app.clock.now())
    if as_json:
        print_json({"name": name, "revoked": True, "changed": ended})
        return
    typer.echo(f"Token {name} is revoked." if ended else f"Token {name} was revoked before.")


@token.command("list")
def list_tokens(as_json: JsonOption = False) -> None:
    """List the tokens, without their secrets.

    Example: vendor-ai token list
    """
    from vendor_ai.services import token as service

    with open_session().records.read() as session:
        found = service.tokens(session)
    if as_json:
        rows = [
            {
                "name": entry.name,
                "scopes": list(entry.scopes),
                "user": entry.holder or None,
                "created_at": entry.created_at.isoformat(),
                "expires_at": entry.expires_at.isoformat() if entry.expires_at else None,
                "revoked_at": entry.revoked_at.isoformat() if entry.revoked_at else None,
            }
            for entry in found
        ]
        print_json(rows)
        return
    table = [
        [
            entry.name,
            ", ".join(entry.scopes),
            entry.holder,
            f"{entry.created_at:%Y-%m-%d %H:%M} UTC",
            f"{entry.expires_at:%Y-%m-%d %H:%M} UTC" if entry.expires_at else "never",
            f"{entry.revoked_at:%Y-%m-%d %H:%M} UTC" if entry.revoked_at else "",
        ]
        for entry in found
    ]
    columns = ["Name", "Scopes", "Person", "Made", "Ends", "Revoked"]
    print_table("Tokens", columns, table, empty="No token yet. Make one: vendor-ai token create NAME --scope predictions:write")
