"""People: added, given roles, disabled; nobody is ever deleted, since the audit chain names them."""

import re
from collections.abc import Sequence
from datetime import datetime

from sqlmodel import Session

from vendor_ai.db import audit
from vendor_ai.db import user as store
from vendor_ai.db.user import UserRow
from vendor_ai.domain.actor import Actor
from vendor_ai.domain.audit import AuditEvent
from vendor_ai.domain.errors import ConflictError, InvalidInputError, NotAllowedError, NotFoundError
from vendor_ai.domain.term import suggestion
from vendor_ai.domain.user import Role, User, user_name

DECIDERS = (Role.RISK_OFFICER, Role.EXECUTIVE_SPONSOR, Role.ADMINISTRATOR)
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")


def add(session: Session, name: str, roles: Sequence[str], *, email: str = "", by: Actor, at: datetime) -> User:
    """Add a person.

    Args:
        session: A write session.
        name: What the audit chain calls the person, as ``user:NAME``; one spelling for ever.
        roles: Members of ``Role``; none is a person who may only be named.
        email: For reminders; may be empty.
        by: Who adds.
        at: Now.

    Raises:
        ConflictError: When there is, or was, a person of this name, whatever its case.
        InvalidInputError: When name, address or a role cannot be used.
    """
    name = _checked_name(name)
    wanted = read_roles(roles)
    if store.find(session, name) is not None:
        raise ConflictError(f"There is, or was, a person {name!r}. Choose another name: the audit chain tells people apart by it.")
    row = UserRow(name=name, email=_checked_email(email), roles=[role.value for role in wanted], created_at=at)
    store.add(session, row)
    _note(session, "added", row.name, by, at, roles=row.roles, email=row.email)
    return _user(row)


def set_roles(session: Session, name: str, roles: Sequence[str], *, by: Actor, at: datetime) -> User:
    """Give a person these roles in the place of the former ones; they hold from the next request on.

    Raises:
        NotFoundError: When there is no such person.
        InvalidInputError: When a role is unknown.
    """
    row = user_row(session, name)
    before, row.roles = row.roles, [role.value for role in read_roles(roles)]
    session.flush()
    _note(session, "roles", row.name, by, at, before=before, after=row.roles)
    return _user(row)


def disable(session: Session, name: str, *, by: Actor, at: datetime) -> bool:
    """Refuse a person's tokens from now on; False when that was done before.

    Raises:
        NotFoundError: When there is no such person.
    """
    row = user_row(session, name)
    if row.disabled_at is not None:
        return False
    row.disabled_at = at
    session.flush()
    _note(session, "disabled", row.name, by, at)
    return True


def users(session: Session) -> list[User]:
    """Everybody, by name."""
    return [_user(row) for row in store.every(session)]


def roles_of(session: Session, name: str) -> tuple[Role, ...]:
    """A person's roles as they stand now; none for somebody unknown or disabled."""
    row = store.find(session, name)
    return _user(row).roles if row is not None and row.disabled_at is None else ()


def require_decider(session: Session, actor: Actor) -> None:
    """Refuse an actor who may not decide: nobody's token, the bare command line, or a person without one of ``DECIDERS``.

    Raises:
        NotAllowedError: When that is so; the message names the commands that mend it.
    """
    require_role(session, actor, DECIDERS, "decide")


def require_role(session: Session, actor: Actor, roles: Sequence[Role], act: str) -> None:
    """Refuse an actor who is no stored, enabled person with one of ``roles``.

    Raises:
        NotAllowedError: When that is so; the message names the commands that mend it.
    """
    name = user_name(actor.name)
    row = store.find(session, name) if name else None
    wanted = " or ".join(roles)
    if row is None or row.disabled_at is not None:
        raise NotAllowedError(
            f"{actor.name} is {'disabled' if row else 'no person known here'}, and to {act} takes a person with the role {wanted}. "
            f"Add one and a token in that name: vendor-ai user add NAME --role {roles[0]}, then "
            "vendor-ai token create TOKEN --user NAME --scope decide"
        )
    if not set(roles) & set(_user(row).roles):
        kept = "".join(f" --role {role}" for role in (*row.roles, roles[0]))
        raise NotAllowedError(
            f"{row.name} may not {act}: that takes the role {wanted}. Ask such a person, or give it: vendor-ai user roles {row.name}{kept}"
        )


def user_row(session: Session, name: str) -> UserRow:
    """The stored person.

    Raises:
        NotFoundError: When there is none of this name.
    """
    row = store.find(session, name)
    if row is None:
        raise NotFoundError("person", name, "See `vendor-ai user list`, or add one with `vendor-ai user add`.")
    return row


def read_roles(roles: Sequence[str]) -> tuple[Role, ...]:
    """Roles from their names.

    Raises:
        InvalidInputError: When one is unknown.
    """
    known = [role.value for role in Role]
    for text in roles:
        if text not in known:
            raise InvalidInputError(f"There is no role {text!r}.{suggestion(text, known)} Known are {', '.join(known)}.")
    return tuple(dict.fromkeys(map(Role, roles)))


def _checked_name(name: str) -> str:
    if not _NAME.fullmatch(name.strip()):
        raise InvalidInputError(f"{name!r} cannot name a person. Use up to 64 letters, digits, '.', '-' and '_', such as jane.doe.")
    return name.strip()


def _checked_email(email: str) -> str:
    email = email.strip()
    if email and not re.fullmatch(r"[^\s@]+@[^\s@]+", email):
        raise InvalidInputError(f"{email!r} is not an e-mail address. Write one such as jane@example.org, or leave it out.")
    return email


def _note(session: Session, action: str, name: str, by: Actor, at: datetime, **facts: object) -> None:
    audit.append(session, AuditEvent(at, by.name, f"user.{action}", "user", name, facts))


def _user(row: UserRow) -> User:
    known = {role.value for role in Role}
    return User(row.name, row.email, tuple(Role(text) for text in row.roles if text in known), row.created_at, row.disabled_at)
