"""Builds every vendor's accountability report once its month is over."""

from collections.abc import Iterator
from datetime import timedelta

from vendor_ai.domain.actor import Actor
from vendor_ai.domain.job import DueItem, Job
from vendor_ai.kit.period import PeriodLength, period_at
from vendor_ai.services.account import gather
from vendor_ai.services.contract import contracts
from vendor_ai.services.report import write_report
from vendor_ai.services.shadow import indicator_services
from vendor_ai.wiring import App

FORMATS = ("html", "pdf", "xlsx", "json")


def _due(app: App) -> Iterator[DueItem]:
    """The last closed month of every vendor with a contract in force then."""
    now = app.clock.now()
    with app.records.read() as session:
        known = contracts(session)
    zones = {contract.vendor: contract.time_zone for contract in reversed(known)}
    for vendor, zone in sorted(zones.items()):
        running = period_at(now.date(), PeriodLength.MONTH, zone)
        if not running.closed(now):
            running = period_at(running.first - timedelta(days=1), PeriodLength.MONTH, zone)
        if any(entry.vendor == vendor and entry.starts < running.end and entry.ends >= running.first for entry in known):
            yield _item(app, vendor, running.name)


def _item(app: App, vendor: str, month: str) -> DueItem:
    def run() -> str:
        facts = gather(app.log, vendor, month, services=indicator_services(app.settings.indicators))
        files = write_report(app.records, facts, app.settings.home / "reports", FORMATS, by=Actor("job:report"), at=app.clock.now())
        return ", ".join(file.path for file in files)

    return DueItem(f"{vendor}/{month}", run)


JOB = Job("report", "Builds last month's accountability reports", every_s=3_600, due=_due)
