"""An installation with three vendors over two closed quarters: one breaks its promise, one keeps it, one cannot be judged on accuracy."""

import json
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from tests.factories.answers import every_answer
from vendor_ai.db import vendor as vendor_store
from vendor_ai.db.vendor import component_key
from vendor_ai.domain.actor import Actor
from vendor_ai.domain.pack import Level
from vendor_ai.domain.vendor import Component, ComponentStatus, Vendor
from vendor_ai.importers.answers import AnswerReader
from vendor_ai.importers.log_table import LogReader
from vendor_ai.outside.clock import FixedClock
from vendor_ai.services import answering, assessment, notice, shadow
from vendor_ai.services.contract import import_contract, read_contract_file
from vendor_ai.services.evaluation import evaluate
from vendor_ai.services.log_import import import_log_files
from vendor_ai.services.questionnaire import find_pack
from vendor_ai.settings import Settings
from vendor_ai.wiring import App

NOW = datetime(2026, 11, 20, 9, 30, tzinfo=UTC)
BY = Actor("cli:test")


@dataclass(frozen=True)
class Supplier:
    """A vendor with one component; ``right`` of 10 answers are right, by quarter, and ``slow`` of 10 take 900 ms instead of 80."""

    vendor: str
    component: str
    calls: int
    right: tuple[int, int]
    slow: int = 0
    labelled: int = 10  # of 10 calls
    versions: tuple[str, str] = ("v1", "v1")

    @property
    def contract(self) -> str:
        return f"{self.component}-2026"


BREAKS = Supplier("Northwind Vision", "digit-reader", 300, (9, 6), versions=("reader-4.1", "reader-4.2"))
KEEPS = Supplier("Clearwater Text", "clause-finder", 300, (10, 10), versions=("cf-7", "cf-8"))
UNSURE = Supplier("Harbour CRM", "lead-score", 150, (9, 9), slow=3, labelled=2)
EVERYBODY = (BREAKS, KEEPS, UNSURE)

_CONTRACT = """
contract: {contract}
vendor: {vendor}
components: [{component}]
starts: 2026-04-01
ends: 2027-03-31
time_zone: Europe/Berlin
monthly_fee: {{amount: "12000.00", currency: EUR}}
clauses:
  - {{id: accuracy, kind: performance, metric: accuracy, at_least: "0.85", period: quarter,
     tolerance: {{amount: "0.02", kind: absolute, meaning: allowance}}}}
  - {{id: latency-p95, kind: performance, metric: latency_p95, at_most: "200", period: quarter, persistence: 2,
     credit: {{percent_of_monthly_fee: "5"}}}}
  - {{id: uptime, kind: performance, metric: uptime, at_least: "0.995", period: quarter}}
  - {{id: change-notice, kind: change_notice, notice_days: 60}}
"""


def empty_installation(home: Path, *, at: datetime = NOW, **settings: object) -> App:
    return App(Settings(home=home, **settings), FixedClock(at))  # type: ignore[arg-type]


def add_component(app: App, vendor: str, component: str, *, name: str = "") -> None:
    ref = vendor.lower().replace(" ", "-")
    with app.records.write() as session:
        vendor_store.save_vendor(session, Vendor(ref, vendor), at=NOW)
        entry = Component(
            component, name or component, ref, status=ComponentStatus.IN_USE, business_owner="Ines Ortega", capabilities=("chat", "image")
        )
        vendor_store.save_component(session, entry, at=NOW)


def add_contract(app: App, supplier: Supplier) -> None:
    path = app.settings.home / f"{supplier.contract}.yaml"
    path.write_text(_CONTRACT.format(contract=supplier.contract, vendor=supplier.vendor, component=supplier.component))
    parsed, text = read_contract_file(path)
    assert parsed.contract is not None, parsed.problems
    with app.records.write() as session:
        import_contract(session, parsed.contract, text, by=BY, at=NOW)


def add_calls(app: App, supplier: Supplier) -> None:
    """The calls of both quarters, and some of the running one, evenly over the days."""
    lines = []
    for quarter, first in enumerate((date(2026, 4, 1), date(2026, 7, 1), date(2026, 10, 1))):
        spread, which = (90, min(quarter, 1)) if quarter < 2 else (45, 1)
        for number in range(supplier.calls):
            day = first + timedelta(days=number * spread // supplier.calls)
            call = {
                "prediction_id": f"{quarter}-{number}",
                "occurred_at": f"{day}T10:00:00Z",
                "prediction": "yes",
                "latency_ms": 900 if number % 10 < supplier.slow else 80,
                "model_version": supplier.versions[which],
            }
            if number % 10 < supplier.labelled:
                call["actual"] = "yes" if number % 10 < supplier.right[which] else "no"
            lines.append(json.dumps(call))
    path = app.settings.home / f"{supplier.component}.jsonl"
    path.write_text("\n".join(lines))
    import_log_files(app.log, [path], reader=LogReader(), component=supplier.component, batch_rows=10_000)


def add_claim(app: App, supplier: Supplier, worst: int) -> None:
    pack = find_pack("vendor-ai-due-diligence")
    given = AnswerReader(pack).read_json(json.dumps(every_answer(pack, Level(worst), today=NOW.date())))
    with app.records.write() as session:
        ref = assessment.send(session, supplier.component, pack, by=BY, at=NOW)
        answering.import_answers(session, ref, given, by=BY, at=NOW)


def add_shadow(app: App) -> None:
    hosts = ["chatgpt.com"] * 40 + ["claude.ai"] * 12 + ["api.deepseek.com"] * 5 + ["www.example.org"] * 100
    lines = [
        f"{1760000000 + number}.000 120 10.0.0.{number % 7} TCP_TUNNEL/200 4821 CONNECT {host}:443 user{number % 9} HIER_DIRECT/1.2.3.4 -"
        for number, host in enumerate(hosts)
    ]
    path = app.settings.home / "access.log"
    path.write_text("\n".join(lines) + "\n")
    shadow.scan_logs(app.records, [path], services=shadow.indicator_services(""), by=BY, at=NOW)


def add_notice(app: App, supplier: Supplier) -> None:
    with app.records.write() as session:
        component_key(session, supplier.component)
        notice.add_notice(
            session, supplier.component, model_version=supplier.versions[1], received_at=datetime(2026, 4, 20, 8, tzinfo=UTC),
            effective_at=None, emergency=False, text="", by=BY, at=NOW,
        )  # fmt: skip


def full_installation(home: Path, **settings: object) -> App:
    """Three vendors, their logs, contracts, questionnaires, and a scanned proxy log; the second and third quarter evaluated."""
    home.mkdir(parents=True, exist_ok=True)
    app = empty_installation(home, **settings)
    for supplier in EVERYBODY:
        add_component(app, supplier.vendor, supplier.component)
        add_contract(app, supplier)
        add_calls(app, supplier)
    add_notice(app, KEEPS)
    add_claim(app, BREAKS, 2)
    add_claim(app, KEEPS, 1)
    add_shadow(app)
    for supplier in EVERYBODY:
        evaluate(app.log, supplier.contract, "2026-Q3")
    return app
