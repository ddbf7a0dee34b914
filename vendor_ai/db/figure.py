"""Percentiles read from rows, kept as long as the counters they belong to stay as they are."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import JSON, Column
from sqlmodel import Field, Session, SQLModel, col, select

from vendor_ai.db.base import UTCDateTime


class FigureRow(SQLModel, table=True):
    """Figures by the hash of all they rest on."""

    __tablename__ = "figure"

    digest: str = Field(primary_key=True)
    figures: dict[str, Any] = Field(sa_column=Column(JSON, nullable=False))
    created_at: datetime = Field(sa_type=UTCDateTime)


def stored(session: Session, digests: Sequence[str]) -> dict[str, dict[str, Any]]:
    """The figures that are known, by hash."""
    return {row.digest: row.figures for row in session.exec(select(FigureRow).where(col(FigureRow.digest).in_(list(digests))))}


def keep(session: Session, figures: Mapping[str, dict[str, Any]], *, at: datetime) -> None:
    """Keep figures by hash; what another process kept meanwhile is the same."""
    known = stored(session, list(figures))
    session.add_all([FigureRow(digest=digest, figures=found, created_at=at) for digest, found in figures.items() if digest not in known])
    session.flush()
