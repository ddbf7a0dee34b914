"""API tokens: only their hash is kept."""

from datetime import datetime

from sqlalchemy import JSON, Column, text
from sqlmodel import Field, Session, SQLModel, col, select

from vendor_ai.db.base import UTCDateTime


class TokenRow(SQLModel, table=True):
    """A token with its scopes."""

    __tablename__ = "api_token"

    id: int | None = Field(default=None, primary_key=True)
    name: str = Field(unique=True)
    sha256: str = Field(unique=True)
    scopes: list[str] = Field(sa_column=Column(JSON, nullable=False))
    holder: str = Field(default="", sa_column_kwargs={"server_default": text("''")})  # the user it acts for; "" for a program's own
    created_at: datetime = Field(sa_type=UTCDateTime)
    expires_at: datetime | None = Field(default=None, sa_type=UTCDateTime)
    revoked_at: datetime | None = Field(default=None, sa_type=UTCDateTime)


def add(session: Session, row: TokenRow) -> None:
    """Add a token."""
    session.add(row)
    session.flush()


def by_name(session: Session, name: str) -> TokenRow | None:
    """The token with this name, or None."""
    return session.exec(select(TokenRow).where(col(TokenRow.name) == name)).first()


def by_hash(session: Session, sha256: str) -> TokenRow | None:
    """The token with this hash, or None."""
    return session.exec(select(TokenRow).where(col(TokenRow.sha256) == sha256)).first()


def every(session: Session) -> list[TokenRow]:
    """Every token, by name."""
    return list(session.exec(select(TokenRow).order_by(col(TokenRow.name))))
