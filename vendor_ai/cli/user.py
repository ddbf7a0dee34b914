"""`vendor-ai user`: people and their roles."""

from typing import Annotated

import typer

from vendor_ai.cli.output import JsonOption, print_json, print_table
from vendor_ai.cli.session import acting, open_session

user = typer.Typer(no_args_is_help=True, help="People who decide and approve, and their roles.")

NameArgument = Annotated[str, typer.Argument(help="The person's name, as the audit chain shows it.")]
RoleOption = Annotated[
    list[str] | None,
    typer.Option(
        "--role",
        help="administrator, procurement, reviewer, risk_officer, technical_validator, fairness_auditor, security_officer, "
        "legal_counsel, executive_sponsor or internal_auditor; repeat as needed.",
    ),
]


def register(app: typer.Typer) -> None:
    """Add the noun."""
    app.add_typer(user, name="user")


@user.command("add")
def add(
    name: NameArgument,
    role: RoleOption = None,
    email: Annotated[str, typer.Option("--email", help="For reminders.")] = "",
    as_json: JsonOption = False,
) -> None:
    """Add a person; a token made for them acts in their name.

    Example: vendor-ai user add alice --role technical_validator --email alice@example.org
    """
    from vendor_ai.services import user as service

    app = open_session()
    with app.records.write() as session:
        made = service.add(session, name, role or [], email=email, by=acting(), at=app.clock.now())
    if as_json:
        print_json(made.as_json())
        return
    said = ", ".join(made.roles) or "no role yet"
    typer.echo(f"{made.name} is added: {said}. Next, a token: vendor-ai token create {made.name}-1 --user {made.name} --scope decide")


@user.command("roles")
def set_roles(name: NameArgument, role: RoleOption = None, as_json: JsonOption = False) -> None:
    """Give a person these roles in the place of the former ones; none takes them all away.

    Example: vendor-ai user roles alice --role technical_validator --role risk_officer
    """
    from vendor_ai.services import user as service

    app = open_session()
    with app.records.write() as session:
        changed = service.set_roles(session, name, role or [], by=acting(), at=app.clock.now())
    if as_json:
        print_json(changed.as_json())
        return
    typer.echo(f"{changed.name}: {', '.join(changed.roles) or 'no role'}.")


@user.command("disable")
def disable(name: NameArgument, as_json: JsonOption = False) -> None:
    """Refuse a person's tokens from now on; what they did stays in their name.

    Example: vendor-ai user disable alice
    """
    from vendor_ai.services import user as service

    app = open_session()
    with app.records.write() as session:
        changed = service.disable(session, name, by=acting(), at=app.clock.now())
    if as_json:
        print_json({"name": name, "disabled": True, "changed": changed})
        return
    typer.echo(f"{name} is disabled." if changed else f"{name} was disabled before.")


@user.command("list")
def list_users(as_json: JsonOption = False) -> None:
    """List everybody with their roles.

    Example: vendor-ai user list
    """
    from vendor_ai.services import user as service

    with open_session().records.read() as session:
        found = service.users(session)
    if as_json:
        print_json([entry.as_json() for entry in found])
        return
    rows = [[entry.name, entry.email, ", ".join(entry.roles), "disabled" if entry.disabled_at else "active"] for entry in found]
    print_table("People", ["Name", "E-mail", "Roles", "State"], rows, empty="Nobody yet. Add somebody: vendor-ai user add NAME --role ROLE")
