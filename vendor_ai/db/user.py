"""People who work with the program."""

from datetime import datetime

from sqlalchemy import JSON, Column, func
from sqlmodel import Field, Session, SQLModel, col, select

from vendor_ai.db.base import UTCDateTime


class UserRow(SQLModel, table=True):
    """One person; the name is what the audit chain shows, as ``user:NAME``."""

    __tablename__ = "user_account"

    id: int | None = Field(default=None, primary_key=True)
    name: str = Field(unique=True)
    email: str = ""
    roles: list[str] = Field(sa_column=Column(JSON, nullable=False))
    created_at: datetime = Field(sa_type=UTCDateTime)
    disabled_at: datetime | None = Field(default=None, sa_type=UTCDateTime)


def add(session: Session, row: UserRow) -> None:
    """Add a person."""
    session.add(row)
    session.flush()


def find(session: Session, name: str) -> UserRow | None:
    """The person of this name, whatever its case, or None."""
    return session.exec(select(UserRow).where(func.lower(UserRow.name) == name.strip().lower())).first()


def every(session: Session) -> list[UserRow]:
    """Everybody, by name."""
    return list(session.exec(select(UserRow).order_by(col(UserRow.name))))
