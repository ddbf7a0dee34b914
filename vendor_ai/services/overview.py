"""The first page's read model: claim, promise and fact of every component in one row."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session

from vendor_ai.db.vendor import component_key, find_vendor
from vendor_ai.domain.assessment import Assessment
from vendor_ai.domain.sighting import Service
from vendor_ai.domain.vendor import Vendor
from vendor_ai.domain.verdict import ClauseVerdict, Evidence, VersionChange
from vendor_ai.domain.verdict_json import verdict_from_json
from vendor_ai.kit.money import Money
from vendor_ai.services import inventory, shadow
from vendor_ai.services.overview_row import OverviewRow, Shelf, rows_of
from vendor_ai.services.shadow import StoredFinding
from vendor_ai.services.standing import seen_versions


@dataclass(frozen=True, slots=True)
class Overview:
    """Everything the first page shows, as known at ``at``."""

    at: datetime
    rows: tuple[OverviewRow, ...]
    findings: tuple[StoredFinding, ...]
    signals: tuple[tuple[str, datetime | None], ...]

    @property
    def vendors(self) -> int:
        """How many vendors there are."""
        return len({row.vendor.ref for row in self.rows})

    @property
    def judged_vendors(self) -> int:
        """How many of them have a verdict."""
        return len({row.vendor.ref for row in self.rows if row.verdicts})

    @property
    def broken_vendors(self) -> tuple[Vendor, ...]:
        """Who broke a promise."""
        return tuple({row.vendor.ref: row.vendor for row in self.rows if row.broke_promise}.values())

    @property
    def broken_clauses(self) -> tuple[ClauseVerdict, ...]:
        """The promises that were broken."""
        return tuple(verdict for row in self.rows for verdict in row.broken)

    @property
    def proven(self) -> int:
        """How many of them are proven."""
        return sum(verdict.measurement.evidence is Evidence.PROVEN_BREACH for verdict in self.broken_clauses)

    @property
    def changes(self) -> tuple[VersionChange, ...]:
        """The changes nobody announced in time."""
        return tuple(dict.fromkeys(change for row in self.rows for change in row.changes))

    @property
    def credits(self) -> tuple[Money, ...]:
        """Credits due, one amount a currency."""
        return money_by_currency(row.credit for row in self.rows if row.credit is not None)


@dataclass(frozen=True, slots=True)
class PastVerdict:
    """A stored verdict with the period it is about."""

    contract: str
    period: str
    verdict: ClauseVerdict


@dataclass(frozen=True, slots=True)
class ComponentOverview:
    """One component: its rows of the first page, and how it came there."""

    at: datetime
    rows: tuple[OverviewRow, ...]
    versions: tuple[tuple[str, str], ...]  # served version, first day it was counted on
    history: tuple[PastVerdict, ...]  # newest period first
    assessments: tuple[Assessment, ...]


def money_by_currency(amounts: Iterable[Money]) -> tuple[Money, ...]:
    """One sum a currency, by its code."""
    sums: dict[str, Money] = {}
    for amount in amounts:
        sums[amount.currency] = sums[amount.currency] + amount if amount.currency in sums else amount
    return tuple(sums[currency] for currency in sorted(sums))


def overview(session: Session, services: Sequence[Service], *, at: datetime) -> Overview:
    """Return the first page's content, the most urgent rows first.

    Args:
        session: A read session.
        services: The indicator file, which names the services of shadow findings.
        at: Now.
    """
    shelf = Shelf(session, at)
    rows = [row for vendor, component in inventory.listing(session) for row in rows_of(shelf, vendor, component)]
    fed = shadow.signals_fed(session)
    return Overview(
        at=at,
        rows=tuple(sorted(rows, key=lambda row: (row.urgency, row.vendor.name.lower(), row.component.name.lower()))),
        findings=tuple(shadow.stored_findings(session, services)),
        signals=tuple((signal, fed.get(signal)) for signal in sorted({"network", *fed})),
    )


def component_overview(session: Session, reference: str, *, at: datetime) -> ComponentOverview:
    """Return one component's page; ``NotFoundError`` when there is none."""
    key, component = component_key(session, reference)
    shelf = Shelf(session, at)
    past = [
        (row.end_at, PastVerdict(entry.contract.ref, row.period, verdict_from_json(row.figures)))
        for entry in shelf.contracts_of(component)
        for row in entry.rows
        if row.component_id == key
    ]
    past.sort(key=lambda pair: (-pair[0].timestamp(), pair[1].contract, pair[1].verdict.clause))
    return ComponentOverview(
        at=at,
        rows=tuple(rows_of(shelf, find_vendor(session, component.vendor), component)),
        versions=tuple((version, day.isoformat()) for version, day in seen_versions(session, key)),
        history=tuple(entry for _, entry in past),
        assessments=tuple(entry for entry in shelf.assessments if entry.component == component.ref),
    )
