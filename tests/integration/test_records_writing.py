"""Several processes write at once, on both databases: nothing is lost, nothing happens twice."""

from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import text

from tests.factories.log import AT, add_component, write_calls
from vendor_ai.db import audit, job
from vendor_ai.db import contract as contract_store
from vendor_ai.db import prediction_log as log
from vendor_ai.db import vendor as store
from vendor_ai.db.base import Records
from vendor_ai.domain.audit import AuditEvent
from vendor_ai.domain.errors import StoreUnavailableError
from vendor_ai.domain.vendor import Vendor
from vendor_ai.importers.log_table import LogReader
from vendor_ai.services import audit as audit_service
from vendor_ai.services.log_import import import_log_files
from vendor_ai.services.prediction_log import OUTCOME, PREDICTION
from vendor_ai.settings import Settings
from vendor_ai.wiring import App, open_app

PROCESSES = 4


def opened(url: str) -> Records:
    return Records(url, busy_timeout_s=60)


def count_up(url: str, times: int) -> None:
    records = opened(url)
    for _ in range(times):
        with records.write() as session:
            row = store.vendor_row(session, "acme")
            assert row is not None
            row.website = str(int(row.website) + 1)
    records.close()


def test_four_processes_that_change_the_same_record_lose_no_update(records: Records, processes: ProcessPoolExecutor) -> None:
    with records.write() as session:
        store.save_vendor(session, Vendor("acme", "Acme", website="0"), at=AT)
    for done in [processes.submit(count_up, records.url, 100) for _ in range(PROCESSES)]:
        done.result()
    with records.read() as session:
        assert store.find_vendor(session, "acme").website == "400"


def append_events(url: str, actor: str, times: int) -> None:
    records = opened(url)
    for number in range(times):
        with records.write() as session:
            audit.append(session, AuditEvent(AT, actor, "counted", "test", str(number), {"number": number}))
    records.close()


def test_four_processes_append_to_the_audit_chain_without_a_gap(records: Records, processes: ProcessPoolExecutor) -> None:
    for done in [processes.submit(append_events, records.url, f"writer:{name}", 50) for name in range(PROCESSES)]:
        done.result()
    with records.read() as session:
        found = audit_service.verify(session)
        entries = audit.events(session)
    assert (found.entries, found.problems) == (200, ())
    assert [sequence for sequence, _, _ in entries] == list(range(1, 201))
    for name in range(PROCESSES):
        mine = [event.data["number"] for _, event, _ in entries if event.actor == f"writer:{name}"]
        assert mine == list(range(50))


def claim_all(url: str, worker: str, periods: int) -> list[str]:
    records = opened(url)
    mine = []
    for number in range(periods):
        with records.write() as session:
            if job.claim(session, job="evaluation", period=f"p{number}", worker=worker, now=AT, lease_until=AT + timedelta(minutes=5)):
                mine.append(f"p{number}")
    records.close()
    return mine


def test_a_job_is_claimed_by_exactly_one_of_four_processes_for_each_period(records: Records, processes: ProcessPoolExecutor) -> None:
    claims = [processes.submit(claim_all, records.url, f"worker-{name}", 50) for name in range(PROCESSES)]
    claimed = [period for done in claims for period in done.result()]
    assert sorted(claimed) == sorted(f"p{number}" for number in range(50))


def save_contracts(url: str, times: int) -> list[str]:
    records = opened(url)
    states = []
    for number in range(times):
        clauses = [{"id": f"clause-{place}", "kind": "performance"} for place in range(3)]
        data = {"ref": "acme-2026", "number": number, "clauses": clauses}
        with records.write() as session:
            states.append(contract_store.save_contract(session, data, vendor_ref="acme", text=f"{number}", sha256=f"{number}", at=AT))
    records.close()
    return states


def test_a_contract_saved_by_four_processes_is_one_contract_with_its_own_clauses(records: Records, processes: ProcessPoolExecutor) -> None:
    with records.write() as session:
        store.save_vendor(session, Vendor("acme", "Acme"), at=AT)
    saved = [processes.submit(save_contracts, records.url, 10) for _ in range(PROCESSES)]
    states = [state for done in saved for state in done.result()]
    assert states.count("new") == 1
    with records.read() as session:
        _, row = contract_store.contract_key(session, "acme-2026")
        clauses = session.connection().execute(text("SELECT count(*), count(DISTINCT clause) FROM clause")).one()
    assert row.sha256 == str(row.definition["number"]) == row.text
    assert tuple(clauses) == (3, 3)


def installation(url: str, home: Path) -> App:
    # Both databases keep their files in the same kind of folder.
    return open_app(settings=Settings(home=home, database_url=url, busy_timeout_s=60, engine_threads=1))


def import_files(url: str, home: Path, paths: Sequence[Path]) -> tuple[int, int]:
    app = installation(url, home)
    result = import_log_files(app.log, paths, reader=LogReader(), component="acme-ocr", batch_rows=250)
    app.records.close()
    return result.read, result.stored


def contents(app: App) -> tuple[list[str], int]:
    """Every stored prediction_id, and how many outcomes there are."""
    with app.records.read() as session:
        key, _ = store.component_key(session, "acme-ocr")
        predictions, outcomes = log.files(session, key, PREDICTION), log.files(session, key, OUTCOME)
        assert log.pending_rows(session, [key]) == {}
    identities = app.log.engine.merge(predictions)["prediction_id"].to_pylist()
    return sorted(identities), app.log.engine.merge(outcomes).num_rows


@pytest.mark.parametrize("same", [True, False], ids=["the same file", "files of their own that overlap"])
def test_four_importing_processes_store_every_row_once(
    records: Records, processes: ProcessPoolExecutor, tmp_path: Path, same: bool
) -> None:
    add_component(records)
    starts = [0 if same else 500 * number for number in range(PROCESSES)]
    paths = [write_calls(tmp_path / f"calls-{number}.csv", start, 1_000) for number, start in enumerate(starts)]
    imports = [processes.submit(import_files, records.url, tmp_path / "home", [path]) for path in paths]
    counts = [done.result() for done in imports]
    app = installation(records.url, tmp_path / "home")
    identities, outcomes = contents(app)
    expected = sorted({f"call-{start + number}" for start in starts for number in range(1_000)})
    assert identities == expected
    assert outcomes == len(expected)
    assert [read for read, _ in counts] == [1_000] * PROCESSES
    assert sum(stored for _, stored in counts) == len(expected)  # whichever process folded them
    app.records.close()


def test_a_writer_that_waits_too_long_is_told_so_and_nothing_is_stored(records: Records) -> None:
    hasty = Records(records.url, busy_timeout_s=0.2)
    with records.write() as holder:
        store.save_vendor(holder, Vendor("acme", "Acme"), at=AT)
        with pytest.raises(StoreUnavailableError, match="locked by another program"), hasty.write() as session:
            store.save_vendor(session, Vendor("other", "Other"), at=AT)
        with hasty.read() as session:
            assert store.vendors(session) == []  # reading never waits for a writer
    with hasty.read() as session:
        assert [vendor.ref for vendor in store.vendors(session)] == ["acme"]
    hasty.close()
