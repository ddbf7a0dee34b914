"""Random keys this installation made for itself."""

import secrets

from sqlmodel import Field, Session, SQLModel


class SecretRow(SQLModel, table=True):
    """One key."""

    __tablename__ = "secret"

    name: str = Field(primary_key=True)
    value: str


def secret(session: Session, name: str) -> bytes:
    """The key of this name, made at first use; a write session is needed then."""
    row = session.get(SecretRow, name)
    if row is None:
        row = SecretRow(name=name, value=secrets.token_hex(32))
        session.add(row)
        session.flush()
    return bytes.fromhex(row.value)


def known_secret(session: Session, name: str) -> bytes | None:
    """The key of this name, or None where it was never made; a read session does."""
    row = session.get(SecretRow, name)
    return None if row is None else bytes.fromhex(row.value)
