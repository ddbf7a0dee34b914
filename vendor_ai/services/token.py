"""API tokens: made once, shown once, kept only as a hash."""

import hashlib
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from sqlmodel import Session

from vendor_ai.db import audit
from vendor_ai.db import token as store
from vendor_ai.db import user as people
from vendor_ai.db.token import TokenRow
from vendor_ai.db.vendor import find_component
from vendor_ai.domain.actor import Actor
from vendor_ai.domain.audit import AuditEvent
from vendor_ai.domain.errors import ConflictError, InvalidInputError, NotAllowedError, NotFoundError, VendorAIError
from vendor_ai.domain.user import actor_name
from vendor_ai.services.user import user_row

TOKEN_BYTES = 32
_PREFIX = "vai_"
_COMPONENT = "component:"


class Scope(StrEnum):
    """What a token may be used for."""

    PREDICTIONS_WRITE = "predictions:write"
    READ = "read"
    ASSESS = "assess"  # send questionnaires, store answers
    DECIDE = "decide"
    ADMIN = "admin"  # everything


class NotAuthenticatedError(VendorAIError):
    """Nobody, or somebody unknown, asks."""

    code = "not-authenticated"


@dataclass(frozen=True, slots=True)
class NewToken:
    """A token at the only moment its secret is known."""

    name: str
    secret: str
    scopes: tuple[str, ...]
    component: str | None
    expires_at: datetime | None
    holder: str = ""  # the person it acts for


@dataclass(frozen=True, slots=True)
class KnownToken:
    """A token as it can be listed: without its secret."""

    name: str
    scopes: tuple[str, ...]
    created_at: datetime
    expires_at: datetime | None
    revoked_at: datetime | None
    holder: str = ""


def _digest(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()


def _checked_scopes(scopes: Sequence[str]) -> list[str]:
    known = [scope.value for scope in Scope]
    wanted = sorted(dict.fromkeys(scopes))
    if not wanted:
        raise InvalidInputError(f"A token needs a scope. Name one or more of {', '.join(known)}.")
    for scope in wanted:
        if scope not in known:
            raise InvalidInputError(f"There is no scope {scope!r}. Known are {', '.join(known)}.")
    return wanted


def create(
    session: Session,
    name: str,
    scopes: Sequence[str],
    *,
    component: str | None = None,
    expires_days: int | None = None,
    user: str | None = None,
    by: Actor,
    at: datetime,
) -> NewToken:
    """Make a token of 256 random bits; only its SHA-256 is stored.

    Args:
        session: A write session.
        name: What the audit chain calls its user, as ``token:NAME``.
        scopes: Members of ``Scope``.
        component: The only component it may write to; None: any.
        expires_days: Days it is good for; None: until it is revoked.
        user: The person who holds it and in whose name it acts; None: a program's own, acting as ``token:NAME``.
        by: Who makes it.
        at: Now.

    Raises:
        ConflictError: When the name was used before.
        InvalidInputError: When a scope is unknown, or a component is named for a token that does more than write.
        NotFoundError: When the component or the person is unknown.
    """
    name = name.strip()
    if not name or not name.isprintable():
        raise InvalidInputError("A token needs a name people can read, such as ingest-ocr.")
    wanted = _checked_scopes(scopes)
    if store.by_name(session, name) is not None:
        raise ConflictError(f"There is, or was, a token {name!r}. Choose another name: the audit chain tells users apart by it.")
    only = None
    if component is not None:
        if wanted != [Scope.PREDICTIONS_WRITE]:
            raise InvalidInputError(f"A token for one component can only have the scope {Scope.PREDICTIONS_WRITE.value}.")
        only = find_component(session, component).ref
    holder = "" if user is None else _holder(session, user)
    secret = _PREFIX + secrets.token_urlsafe(TOKEN_BYTES)
    expires_at = None if expires_days is None else at + timedelta(days=expires_days)
    kept = [*wanted, *([_COMPONENT + only] if only else [])]
    store.add(session, TokenRow(name=name, sha256=_digest(secret), scopes=kept, holder=holder, created_at=at, expires_at=expires_at))
    said = {"scopes": kept, "expires_at": expires_at.isoformat() if expires_at else None} | ({"user": holder} if holder else {})
    audit.append(session, AuditEvent(at, by.name, "token.created", "token", name, said))
    return NewToken(name, secret, tuple(wanted), only, expires_at, holder)


def _holder(session: Session, user: str) -> str:
    row = user_row(session, user)
    if row.disabled_at is not None:
        raise ConflictError(f"{row.name} is disabled, so no token can act in that name. Add another person.")
    return row.name


def revoke(session: Session, name: str, *, by: Actor, at: datetime) -> bool:
    """End a token; False when it had ended before.

    Raises:
        NotFoundError: When there is none of this name.
    """
    row = store.by_name(session, name.strip())
    if row is None:
        raise NotFoundError("token", name, "See `vendor-ai token list`.")
    if row.revoked_at is not None:
        return False
    row.revoked_at = at
    session.flush()
    audit.append(session, AuditEvent(at, by.name, "token.revoked", "token", row.name, {}))
    return True


def tokens(session: Session) -> list[KnownToken]:
    """Every token, by name."""
    return [
        KnownToken(row.name, tuple(row.scopes), row.created_at, row.expires_at, row.revoked_at, row.holder) for row in store.every(session)
    ]


def authenticate(session: Session, secret: str, *, at: datetime) -> Actor:
    """Return who holds the token: ``user:NAME`` for a person's, ``token:NAME`` for a program's own.

    Raises:
        NotAuthenticatedError: When it is unknown, revoked or expired, or its person is disabled; all read alike.
    """
    row = store.by_hash(session, _digest(secret))
    refused = NotAuthenticatedError("The token is not known, revoked or expired. Make one with `vendor-ai token create`.")
    if row is None or row.revoked_at is not None or (row.expires_at is not None and row.expires_at <= at):
        raise refused
    scopes = frozenset({"*"} if Scope.ADMIN in row.scopes else row.scopes)
    if not row.holder:
        return Actor(f"token:{row.name}", scopes)
    person = people.find(session, row.holder)
    if person is None or person.disabled_at is not None:
        raise refused
    return Actor(actor_name(person.name), scopes)


def require_scope(actor: Actor, scope: Scope) -> None:
    """Refuse an actor without ``scope`` with ``NotAllowedError``."""
    if not actor.may(scope):
        holder = " --user PERSON" if scope is Scope.DECIDE else ""  # a decision is a person's
        raise NotAllowedError(
            f"{actor.name} lacks the scope {scope.value}. Make a token with it: vendor-ai token create NAME{holder} --scope {scope.value}"
        )


def require_component(actor: Actor, ref: str) -> None:
    """Refuse an actor whose token is for another component with ``NotAllowedError``."""
    only = {scope.removeprefix(_COMPONENT) for scope in actor.scopes if scope.startswith(_COMPONENT)}
    if only and ref not in only:
        raise NotAllowedError(f"{actor.name} may write to {', '.join(sorted(only))} only, not to {ref}.")
