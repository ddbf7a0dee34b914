"""Vendors and the AI components they supply."""

from dataclasses import dataclass, field
from enum import StrEnum


class ComponentStatus(StrEnum):
    """Where a component stands in this organisation."""

    PROPOSED = "proposed"
    APPROVED = "approved"
    IN_USE = "in_use"
    RETIRED = "retired"


@dataclass(frozen=True, slots=True)
class Vendor:
    """A company that supplies something containing AI."""

    ref: str
    name: str
    website: str = ""


@dataclass(frozen=True, slots=True)
class Component:
    """One AI capability of a vendor in use or proposed here."""

    ref: str
    name: str
    vendor: str  # the vendor's ref
    kind: str = ""
    use_case: str = ""
    decision_type: str = ""
    affected_rights: tuple[str, ...] = ()
    regions: tuple[str, ...] = ()
    data_classes: tuple[str, ...] = ()
    status: ComponentStatus = ComponentStatus.PROPOSED
    business_owner: str = ""
    technical_owner: str = ""
    operations_owner: str = ""
    capabilities: tuple[str, ...] = field(default=())
    positive_label: str = ""
    notes: str = ""


INVENTORY_COLUMNS = (
    "vendor",
    "component",
    "ref",
    "kind",
    "use_case",
    "decision_type",
    "affected_rights",
    "regions",
    "data_classes",
    "status",
    "business_owner",
    "technical_owner",
    "operations_owner",
    "capabilities",
    "positive_label",
    "website",
    "notes",
)
