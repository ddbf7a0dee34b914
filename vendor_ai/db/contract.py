"""Contracts and their clauses, stored with the text they came from."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, Column, Text, UniqueConstraint, delete, func
from sqlmodel import Field, Session, SQLModel, col, select

from vendor_ai.db.base import UTCDateTime
from vendor_ai.db.vendor import VendorRow
from vendor_ai.domain.errors import NotFoundError


class ContractRow(SQLModel, table=True):
    """A contract: the file as it was imported, and what was read from it."""

    __tablename__ = "contract"

    id: int | None = Field(default=None, primary_key=True)
    ref: str = Field(unique=True)
    vendor_id: int = Field(foreign_key="vendor.id", index=True)
    text: str = Field(sa_column=Column(Text, nullable=False))
    sha256: str
    definition: dict[str, Any] = Field(sa_column=Column(JSON, nullable=False))
    imported_at: datetime = Field(sa_type=UTCDateTime)


class ClauseRow(SQLModel, table=True):
    """One clause of a contract."""

    __tablename__ = "clause"
    __table_args__ = (UniqueConstraint("contract_id", "clause"),)

    id: int | None = Field(default=None, primary_key=True)
    contract_id: int = Field(foreign_key="contract.id")
    clause: str
    kind: str
    definition: dict[str, Any] = Field(sa_column=Column(JSON, nullable=False))


def contract_key(session: Session, reference: str) -> tuple[int, ContractRow]:
    """Return the stored id and row of the contract with this reference, whatever its case.

    Raises:
        NotFoundError: When there is none.
    """
    row = session.exec(select(ContractRow).where(func.lower(ContractRow.ref) == reference.strip().lower())).first()
    if row is None:
        raise NotFoundError("contract", reference, "Check the reference, or import it with `vendor-ai contract import FILE`.")
    assert row.id is not None
    return row.id, row


def definition(session: Session, reference: str) -> dict[str, Any]:
    """What was read from a contract's file."""
    return contract_key(session, reference)[1].definition


def definitions(session: Session, *, vendor: str | None = None) -> list[dict[str, Any]]:
    """Every contract's definition, by reference; ``vendor`` is a ref."""
    query = select(ContractRow).join(VendorRow, col(ContractRow.vendor_id) == col(VendorRow.id)).order_by(col(ContractRow.ref))
    if vendor is not None:
        query = query.where(VendorRow.ref == vendor)
    return [row.definition for row in session.exec(query)]


def save_contract(session: Session, data: dict[str, Any], *, vendor_ref: str, text: str, sha256: str, at: datetime) -> str:
    """Insert or replace the contract; returns ``new``, ``changed`` or ``unchanged``."""
    vendor_id = session.exec(select(VendorRow.id).where(VendorRow.ref == vendor_ref)).one()
    assert vendor_id is not None
    row = session.exec(select(ContractRow).where(func.lower(ContractRow.ref) == data["ref"].lower())).first()
    if row is not None and row.sha256 == sha256:
        return "unchanged"
    state = "changed" if row else "new"
    if row is None:
        row = ContractRow(ref=data["ref"], vendor_id=vendor_id, text=text, sha256=sha256, definition=data, imported_at=at)
        session.add(row)
    else:
        row.vendor_id, row.text, row.sha256, row.definition, row.imported_at = vendor_id, text, sha256, data, at
    session.flush()
    assert row.id is not None
    session.connection().execute(delete(ClauseRow).where(col(ClauseRow.contract_id) == row.id))
    session.add_all(
        ClauseRow(contract_id=row.id, clause=clause["id"], kind=clause["kind"], definition=clause) for clause in data["clauses"]
    )
    session.flush()
    return state
