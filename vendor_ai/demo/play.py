"""The demo from beginning to end: claims, promises, facts, shadow AI, verdicts, account."""

import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor, as_completed
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from vendor_ai.demo.calls import LogFiles, Made, log_over_http, make_calls
from vendor_ai.demo.decision import decide
from vendor_ai.demo.folder import DemoFolder, clean_folder, sample
from vendor_ai.demo.process import embedded_default, own_server, vendor_service
from vendor_ai.demo.questionnaire import fill_workbook
from vendor_ai.demo.result import Change, DemoResult, Document, VendorResult
from vendor_ai.demo.vendor import AS_OF, CLEARWATER, NORTHWIND, QUARTERS, TIME_ZONE, VENDORS, DemoVendor

_MONTHS = ("2026-09", "2026-10")
_NOTICE_RECEIVED = "2026-05-25T09:30:00+02:00"  # 70 days before Clearwater's change
_EXPORT_COLUMNS = {
    "prediction_id": "call_id",
    "occurred_at": "started",
    "latency_ms": "duration_ms",
    "status": "state",
    "prediction": "result",
    "model_version": "model",
    "error": "reason",
}
_CHECK_COLUMNS = {"prediction_id": "call_id", "observed_at": "checked", "actual": "true_result"}


class CommandLine(Protocol):
    """Runs commands of ``vendor-ai`` on the demo's home."""

    def __call__(self, *arguments: str | Path, as_json: bool = True, blocked: bool = False) -> Any:
        """Run one and return its JSON document; ``DemoFailedError`` where it does not succeed, or is not blocked though it should be."""
        ...


@dataclass(frozen=True, slots=True)
class _Stage:
    """One run: where it plays, how it acts and speaks, and how long it is."""

    folder: DemoFolder
    command: CommandLine
    say: Callable[[str], None]
    size: float


def play(root: Path, command_line: Callable[[Path], CommandLine], say: Callable[[str], None], *, size: float = 1.0) -> DemoResult:
    """Play the demo into a folder and return what was found out.

    Args:
        root: Made if it is not there; an earlier run in it is replaced.
        command_line: Gives the commands of the program for a home.
        say: Told what is being done.
        size: Share of the calls to make; the tests take less than 1.

    Raises:
        ConflictError: When the folder holds something else.
        DemoFailedError: When a part does not do what it should.
    """
    started = time.monotonic()
    folder = clean_folder(root)
    stage = _Stage(folder, command_line(folder.home), say, size)
    with embedded_default():
        scores = _claims(stage)
        decided = decide(stage.command, f"{CLEARWATER.component}-a1", CLEARWATER.component, folder.files)
        missing = ", ".join(decided.gate["missing_approvals"])
        say(f"{CLEARWATER.name}: answers verified, decided by another person; the use-case gate still waits for {missing}.")
        _promises(stage)
        _facts(stage)
        shadow = stage.command("shadow", "scan", *sorted(sample("network").glob("*.log")))
        say(f"Two network logs scanned: {len(shadow['findings'])} AI services that nobody had asked for.")
        vendors = tuple(_verdicts(stage, vendor, scores[vendor.component]) for vendor in VENDORS)
        reports = tuple(_account(stage, month) for month in _MONTHS)
    return DemoResult(folder.home, vendors, decided, shadow, reports, time.monotonic() - started)


def _claims(stage: _Stage) -> dict[str, Document]:
    """Send a questionnaire to each vendor, have it filled and read it back; the score by component."""
    stage.command("inventory", "import", sample("inventory.csv"))
    scores: dict[str, Document] = {}
    for vendor in VENDORS:
        ref = stage.command("assessment", "send", vendor.component)["assessment"]
        sent, filled = stage.folder.files / f"{ref}.xlsx", stage.folder.files / f"{ref}-filled.xlsx"
        stage.command("assessment", "workbook", ref, sent, as_json=False)
        answered = fill_workbook(sent, sample("answers", f"{vendor.vendor}.yaml"), filled)
        scores[vendor.component] = stage.command("assessment", "import", ref, filled)["score"]
        stage.say(f"{vendor.name}: workbook with {answered} answers came back and was scored.")
    return scores


def _promises(stage: _Stage) -> None:
    for vendor in VENDORS:
        stage.command("contract", "import", sample("contracts", f"{vendor.contract}.yaml"))
    announced = CLEARWATER.deployments[1]
    what = ("--component", CLEARWATER.component, "--version", announced.version)
    when = ("--received", _NOTICE_RECEIVED, "--effective", announced.since.isoformat())
    stage.command("notice", "add", *what, *when, "--text", "A new version of the model; answers stay as they are in all but few cases.")
    stage.say("Three contracts stored, and the one change notice that came: Clearwater's.")


def _facts(stage: _Stage) -> None:
    """Call the three vendors at the same time; two logs go in over HTTP, the third comes as files."""
    token = stage.command("token", "create", "demo-ingest", "--scope", "predictions:write", "--expires-days", "1")["token"]
    with ExitStack() as running:
        server = running.enter_context(own_server(stage.folder.home, stage.folder.logs))
        services = {vendor: running.enter_context(vendor_service(vendor.component, stage.folder.logs)) for vendor in VENDORS}
        stage.say("Three vendors' services and our server are up; two quarters of calls begin.")
        exported = LogFiles()

        def call(vendor: DemoVendor) -> Made:
            if vendor.by_file:
                return make_calls(vendor, services[vendor], exported, size=stage.size)
            spool = stage.folder.spool
            return log_over_http(vendor, services[vendor], server=server, token=token, spool=spool, size=stage.size)

        with ThreadPoolExecutor(len(VENDORS)) as pool:
            under_way = {pool.submit(call, vendor): vendor for vendor in VENDORS}
            for done in as_completed(under_way):
                made = done.result()
                stage.say(
                    f"{under_way[done].name}: {made.calls:,} calls made, {made.answered:,} answered, {made.labels:,} labels handed in."
                )
    by_file = next(vendor for vendor in VENDORS if vendor.by_file)
    calls, checks = exported.save(stage.folder.files, by_file.component)
    target = ("--component", by_file.component, "--time-zone", TIME_ZONE)
    stored = stage.command("prediction", "import", calls, *target, *_mapped(_EXPORT_COLUMNS))["stored"]
    stage.command("outcome", "import", checks, *target, *_mapped(_CHECK_COLUMNS))
    stage.say(f"{by_file.name}: {stored:,} calls imported from its exported files.")


def _mapped(columns: dict[str, str]) -> list[str]:
    return [part for name, column in columns.items() for part in ("--map", f"{name}={column}")]


def _verdicts(stage: _Stage, vendor: DemoVendor, score: Document) -> VendorResult:
    evaluations = tuple(
        stage.command("sla", "evaluate", "--contract", vendor.contract, "--period", quarter.name, "--at", AS_OF) for quarter in QUARTERS
    )
    changes = tuple(
        Change(
            notice,
            stage.command("model", "compare", "--component", notice["component"], "--before", notice["before"], "--after", notice["after"]),
        )
        for evaluation in evaluations
        for notice in evaluation["changes"]
    )
    stage.say(f"{vendor.name}: both quarters judged.")
    return VendorResult(vendor.vendor, vendor.name, vendor.component, vendor.contract, score, evaluations, changes)


def _account(stage: _Stage, month: str) -> Document:
    report: Document = stage.command("report", "build", "--vendor", NORTHWIND.vendor, "--month", month, "--at", AS_OF)
    stage.say(f"{NORTHWIND.name}: report for {month} built.")
    return report
