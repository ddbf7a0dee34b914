"""Vendors and components, stored."""

from dataclasses import asdict
from datetime import datetime
from typing import Any

from sqlalchemy import JSON, Column, func
from sqlmodel import Field, Session, SQLModel, col, select

from vendor_ai.db.base import UTCDateTime
from vendor_ai.domain.errors import NotFoundError
from vendor_ai.domain.vendor import Component, ComponentStatus, Vendor

_COLUMNS = ("ref", "name", "vendor", "status")


class VendorRow(SQLModel, table=True):
    """A vendor."""

    __tablename__ = "vendor"

    id: int | None = Field(default=None, primary_key=True)
    ref: str = Field(unique=True)
    name: str
    website: str = ""
    created_at: datetime = Field(sa_type=UTCDateTime)


class ComponentRow(SQLModel, table=True):
    """A component; what is only shown lies in ``properties``."""

    __tablename__ = "component"

    id: int | None = Field(default=None, primary_key=True)
    ref: str = Field(unique=True)
    name: str
    vendor_id: int = Field(foreign_key="vendor.id", index=True)
    status: str
    properties: dict[str, Any] = Field(sa_column=Column(JSON, nullable=False))
    created_at: datetime = Field(sa_type=UTCDateTime)


def _vendor(row: VendorRow) -> Vendor:
    return Vendor(row.ref, row.name, row.website)


def _component(row: ComponentRow, vendor_ref: str) -> Component:
    properties: dict[str, Any] = {name: tuple(value) if isinstance(value, list) else value for name, value in row.properties.items()}
    return Component(ref=row.ref, name=row.name, vendor=vendor_ref, status=ComponentStatus(row.status), **properties)


def _properties(component: Component) -> dict[str, Any]:
    return {name: list(value) if isinstance(value, tuple) else value for name, value in asdict(component).items() if name not in _COLUMNS}


def vendor_row(session: Session, reference: str) -> VendorRow | None:
    """The row of the vendor with this slug or exact name, whatever its case, or None."""
    key = reference.strip().lower()
    # A reference is indexed and in lower case; only a name has to be looked for row by row.
    found = session.exec(select(VendorRow).where(col(VendorRow.ref) == key)).first()
    if found is not None:
        return found
    named = (func.lower(VendorRow.name) == key) | (col(VendorRow.name) == reference.strip())
    return session.exec(select(VendorRow).where(named).order_by(col(VendorRow.id))).first()


def find_vendor(session: Session, reference: str) -> Vendor:
    """Return the vendor with this slug or exact name, whatever its case.

    Raises:
        NotFoundError: When there is none.
    """
    row = vendor_row(session, reference)
    if row is None:
        raise NotFoundError("vendor", reference, "See `vendor-ai inventory list`, or add it with `vendor-ai inventory import`.")
    return _vendor(row)


def component_key(session: Session, reference: str) -> tuple[int, Component]:
    """Return the stored id and the component with this slug or exact name, whatever its case.

    Raises:
        NotFoundError: When there is none.
    """
    key = reference.strip().lower()
    query = select(ComponentRow, VendorRow.ref).join(VendorRow, col(ComponentRow.vendor_id) == col(VendorRow.id))
    found = session.exec(query.where(col(ComponentRow.ref) == key)).first()
    if found is None:
        named = (func.lower(ComponentRow.name) == key) | (col(ComponentRow.name) == reference.strip())
        found = session.exec(query.where(named).order_by(col(ComponentRow.id))).first()
    if found is None:
        raise NotFoundError("component", reference, "See `vendor-ai inventory list`, or add it with `vendor-ai inventory import`.")
    row, vendor_ref = found
    assert row.id is not None
    return row.id, _component(row, vendor_ref)


def find_component(session: Session, reference: str) -> Component:
    """Return the component with this slug or exact name; ``NotFoundError`` when there is none."""
    return component_key(session, reference)[1]


def vendors(session: Session) -> list[Vendor]:
    """Every vendor, by name."""
    return [_vendor(row) for row in session.exec(select(VendorRow).order_by(func.lower(VendorRow.name)))]


def components(session: Session, *, vendor: str | None = None) -> list[Component]:
    """Every component, by vendor and name; ``vendor`` is a ref."""
    query = select(ComponentRow, VendorRow.ref).join(VendorRow, col(ComponentRow.vendor_id) == col(VendorRow.id))
    if vendor is not None:
        query = query.where(VendorRow.ref == vendor)
    query = query.order_by(func.lower(VendorRow.name), func.lower(ComponentRow.name))
    return [_component(row, vendor_ref) for row, vendor_ref in session.exec(query)]


def save_vendor(session: Session, vendor: Vendor, *, at: datetime) -> None:
    """Insert the vendor, or update the one with its ref."""
    row = session.exec(select(VendorRow).where(VendorRow.ref == vendor.ref)).first()
    if row is None:
        session.add(VendorRow(ref=vendor.ref, name=vendor.name, website=vendor.website, created_at=at))
    else:
        row.name, row.website = vendor.name, vendor.website
    session.flush()


def save_component(session: Session, component: Component, *, at: datetime) -> None:
    """Insert the component, or update the one with its ref; its vendor must be stored."""
    owner = vendor_row(session, component.vendor)
    if owner is None:
        raise NotFoundError("vendor", component.vendor, "Store the vendor first.")
    assert owner.id is not None
    row = session.exec(select(ComponentRow).where(ComponentRow.ref == component.ref)).first()
    if row is None:
        session.add(
            ComponentRow(
                ref=component.ref,
                name=component.name,
                vendor_id=owner.id,
                status=component.status,
                properties=_properties(component),
                created_at=at,
            )
        )
    else:
        row.name, row.vendor_id, row.status, row.properties = component.name, owner.id, component.status, _properties(component)
    session.flush()


def components_by_key(session: Session) -> dict[int, Component]:
    """Every component, by its stored id."""
    query = select(ComponentRow, VendorRow.ref).join(VendorRow, col(ComponentRow.vendor_id) == col(VendorRow.id))
    return {row.id: _component(row, vendor_ref) for row, vendor_ref in session.exec(query) if row.id is not None}


def component_by_id(session: Session, key: int) -> Component:
    """The component stored under this id."""
    query = (
        select(ComponentRow, VendorRow.ref).join(VendorRow, col(ComponentRow.vendor_id) == col(VendorRow.id)).where(ComponentRow.id == key)
    )
    row, vendor_ref = session.exec(query).one()
    return _component(row, vendor_ref)


def component_ids(session: Session) -> list[int]:
    """The stored ids of all components."""
    return [key for key in session.exec(select(col(ComponentRow.id)).order_by(col(ComponentRow.id))) if key is not None]
