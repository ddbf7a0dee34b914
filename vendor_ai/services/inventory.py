"""The inventory: vendors and components in and out."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

from sqlmodel import Session

from vendor_ai.db import audit
from vendor_ai.db import vendor as store
from vendor_ai.domain.actor import Actor
from vendor_ai.domain.audit import AuditEvent
from vendor_ai.domain.errors import NotFoundError
from vendor_ai.domain.gate import GATE_TO, GateBlockedError
from vendor_ai.domain.problem import Problem
from vendor_ai.domain.vendor import Component, Vendor
from vendor_ai.importers.inventory import InventoryRow
from vendor_ai.services.component import gate_against, tier_snapshot
from vendor_ai.services.component_finding import raise_findings, settle_findings
from vendor_ai.services.tier_change import follow_tier, lowers, tier_change

Change = Literal["new", "changed", "unchanged"]
_TWO_STEPS = (
    "The row lowers the tier of a component that is approved or in use, and changes its status. "
    "Import the use first with the status as it is; change the status once another person agreed to the lower tier."
)


@dataclass(frozen=True, slots=True)
class InventoryChange:
    """What an import does to one component."""

    row: int
    ref: str
    vendor: str
    change: Change
    fields: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class InventoryPlan:
    """An import, before it is carried out."""

    vendors: tuple[Vendor, ...]
    components: tuple[Component, ...]
    changes: tuple[InventoryChange, ...]
    problems: tuple[Problem, ...] = field(default=())

    def count(self, change: Change) -> int:
        """How many components are new, changed or unchanged."""
        return sum(entry.change == change for entry in self.changes)

    def as_json(self) -> dict[str, object]:
        """Import keys, with the changes."""
        refused = {problem.row for problem in self.problems}
        return {
            "read": len(self.changes) + len(refused),
            "stored": self.count("new") + self.count("changed"),
            "duplicates": self.count("unchanged"),
            "rejected": len(refused),
            "problems": [problem.as_json() for problem in self.problems],
            "new": self.count("new"),
            "changed": self.count("changed"),
            "unchanged": self.count("unchanged"),
            "changes": [
                {"row": entry.row, "ref": entry.ref, "vendor": entry.vendor, "change": entry.change, "fields": list(entry.fields)}
                for entry in self.changes
            ],
        }


def _difference(before: Component, after: Component) -> tuple[str, ...]:
    return tuple(name for name in Component.__dataclass_fields__ if getattr(before, name) != getattr(after, name))


def plan_import(session: Session, rows: Sequence[InventoryRow], problems: Sequence[Problem], *, at: datetime) -> InventoryPlan:
    """Compare rows with what is stored; nothing is changed. Fields a row does not have keep what is stored.

    A status that a gate does not let through is a refused row. A new row may state any: the inventory records what is found.
    """
    vendors: dict[str, Vendor] = {}
    components: list[Component] = []
    changes: list[InventoryChange] = []
    refused: list[Problem] = []
    for row in rows:
        wanted = row.component
        try:
            key, known = store.component_key(session, wanted.ref)
        except NotFoundError:
            change = InventoryChange(row.row, wanted.ref, row.vendor.ref, "new")
        else:
            wanted = row.merged(known)
            fields = _difference(known, wanted)
            change = InventoryChange(row.row, wanted.ref, row.vendor.ref, "changed" if fields else "unchanged", fields)
            if "status" in fields and lowers(known, wanted) and GATE_TO[wanted.status] is not None:
                refused.append(Problem(row.row, "status", _TWO_STEPS))
                continue
            if "status" in fields and (blocked := gate_against(session, key, known.status, wanted, at=at)):
                refused.append(Problem(row.row, "status", str(GateBlockedError(blocked, wanted.status))))
                continue
        vendors.setdefault(row.vendor.ref, row.vendor)
        changes.append(change)
        components.append(wanted)
    return InventoryPlan(tuple(vendors.values()), tuple(components), tuple(changes), (*problems, *refused))


def carry_out(session: Session, plan: InventoryPlan, *, by: Actor, at: datetime) -> None:
    """Store what the plan shows, and say so in the audit chain."""
    known = {vendor.ref for vendor in store.vendors(session)}
    for vendor in plan.vendors:
        if vendor.ref not in known or vendor.website:
            store.save_vendor(session, vendor, at=at)
    for component, change in zip(plan.components, plan.changes, strict=True):
        if change.change != "unchanged":
            before = store.component_key(session, component.ref)[1] if change.change == "changed" else None
            store.save_component(session, component, at=at)
            audit.append(
                session,
                AuditEvent(at, by.name, f"inventory.{change.change}", "component", component.ref, _said(before, component, change)),
            )
            key, stored = store.component_key(session, component.ref)
            if before is not None:
                follow_tier(session, key, before, stored, by=by, at=at)
            raise_findings(session, key, stored, at=at, new=change.change == "new")
            if change.change == "changed":
                settle_findings(session, key, stored, at=at)


def _said(before: Component | None, component: Component, change: InventoryChange) -> dict[str, object]:
    """The changed fields, the tier where it moved, and with a status the tier it was given at."""
    fields: dict[str, object] = {"fields": list(change.fields), **(tier_change(before, component) if before else {})}
    if "status" not in change.fields:
        return fields
    return fields | {"status": component.status.value, "tier": tier_snapshot(component)}


def listing(session: Session) -> list[tuple[Vendor, Component]]:
    """Every component with its vendor."""
    by_ref = {vendor.ref: vendor for vendor in store.vendors(session)}
    return [(by_ref[component.vendor], component) for component in store.components(session)]
