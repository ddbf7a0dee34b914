"""Old rows are deleted with a proof; what was counted stays, and nothing goes that a claim can still be fought over."""

from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest
import typer
from sqlalchemy import update
from typer.testing import CliRunner

from tests.factories.command_line import HEADER, CommandLine, accuracy_clause, contract_text, labelled_rows
from tests.factories.log import AT, add_component, write_calls
from vendor_ai.cli import log_retention
from vendor_ai.db import audit
from vendor_ai.db import prediction_log as log_store
from vendor_ai.db import retention as store
from vendor_ai.db.base import Records
from vendor_ai.db.prediction_log import MeasureRow
from vendor_ai.db.retention import DeletionRow
from vendor_ai.db.vendor import component_key
from vendor_ai.domain.actor import Actor
from vendor_ai.domain.errors import ConflictError, InvalidInputError, NotFoundError
from vendor_ai.domain.measure import Measure
from vendor_ai.importers.log_table import LogReader
from vendor_ai.outside.clock import FixedClock
from vendor_ai.predictions.duckdb import DuckDBEngine
from vendor_ai.services import retention
from vendor_ai.services.evaluation import evaluate
from vendor_ai.services.log_import import import_log_files
from vendor_ai.services.log_schema import schema_of_component
from vendor_ai.services.notice import move_violation
from vendor_ai.services.prediction_log import OUTCOME, PREDICTION, PredictionLog
from vendor_ai.services.recount import is_whole
from vendor_ai.services.retention import Deletion, proofs, retain
from vendor_ai.wiring import App, open_app

REF = "acme-ocr"
BY = Actor("cli:test")
MEASURE = Measure(component=REF, time_zone="UTC")
NOW = AT + timedelta(days=12)  # 13 July 2026, midnight
BEFORE = date(2026, 7, 3)  # with ten days kept


@pytest.fixture
def log(records: Records, tmp_path: Path) -> PredictionLog:
    """450 labelled calls over the first days of July, a hundred a day."""
    add_component(records, REF)
    found = PredictionLog(records, DuckDBEngine(tmp_path / "predictions", threads=1), FixedClock(AT))
    with records.write() as session:
        log_store.register_measure(session, key_of(found), MEASURE)
    add_calls(found, tmp_path / "calls.csv", 0, 450)
    return found


def key_of(log: PredictionLog) -> int:
    with log.records.read() as session:
        return component_key(session, REF)[0]


def add_calls(log: PredictionLog, path: Path, first: int, rows: int) -> None:
    import_log_files(log, [write_calls(path, first, rows)], reader=LogReader(), component=REF, batch_rows=100)


def stored(log: PredictionLog, kind: str = PREDICTION) -> list[int]:
    """The numbers of the calls that the manifest's files hold."""
    with log.records.read() as session:
        files = log_store.files(session, key_of(log), kind)
    tables = [pq.read_table(log.engine.folder / file.path, partitioning=None) for file in files]
    assert [table.num_rows for table in tables] == [file.rows for file in files]
    return sorted(int(name.removeprefix("call-")) for table in tables for name in table["prediction_id"].to_pylist())


def counted(log: PredictionLog) -> dict[str, tuple[int, int]]:
    with log.records.read() as session:
        days = log_store.counters(session, MEASURE, first="0001-01-01", end="9999-12-31")
    return {entry.day: (entry.counts.attempted, entry.counts.labelled) for entry in days}


def on_disk(log: PredictionLog) -> set[str]:
    return {path.relative_to(log.engine.folder).as_posix() for path in log.engine.folder.rglob("*.parquet")}


def named(log: PredictionLog) -> set[str]:
    with log.records.read() as session:
        return log_store.all_paths(session)


def ten_days(log: PredictionLog, **more: Any) -> Deletion:
    return retain(log, REF, keep_days=10, by=BY, at=NOW, **more)


def test_whole_days_that_are_older_go_and_the_rest_of_their_file_stays(log: PredictionLog) -> None:
    before = {kind: stored(log, kind) for kind in (PREDICTION, OUTCOME)}
    assert before == {PREDICTION: list(range(450)), OUTCOME: list(range(450))}
    found = ten_days(log)
    assert (found.before, found.days, found.rows, found.held) == (BEFORE, (date(2026, 7, 1), date(2026, 7, 2)), 400, ())
    assert [(file.kind, file.rows, file.kept) for file in found.files] == [(PREDICTION, 200, 250), (OUTCOME, 200, 250)]
    assert stored(log) == stored(log, OUTCOME) == list(range(200, 450))
    assert on_disk(log) == named(log)


def test_a_file_whose_days_are_all_older_leaves_nothing(log: PredictionLog) -> None:
    found = retain(log, REF, keep_days=1, by=BY, at=NOW)
    assert (found.rows, len(found.days)) == (900, 5)
    assert on_disk(log) == named(log) == set()


def test_what_was_counted_stays_even_where_everything_is_counted_again(log: PredictionLog, tmp_path: Path) -> None:
    counts = counted(log)
    assert counts["2026-07-01"] == (100, 100)
    ten_days(log)
    assert counted(log) == counts
    with log.records.write() as session:
        session.connection().execute(update(MeasureRow).values(counted=-1))
    log.recount(key_of(log))
    assert counted(log) == counts
    add_calls(log, tmp_path / "late.csv", 150, 50)  # rows of a deleted day come once more
    assert counted(log) == counts
    add_calls(log, tmp_path / "more.csv", 450, 50)
    assert counted(log) == counts | {"2026-07-05": (100, 100)}


def test_the_proof_names_every_file_and_day_and_fits_only_what_was_written(log: PredictionLog) -> None:
    with log.records.read() as session:
        manifest = {file.path: file.sha256 for kind in (PREDICTION, OUTCOME) for file in log_store.files(session, key_of(log), kind)}
    found = ten_days(log)
    with log.records.read() as session:
        (proof,) = proofs(session, REF)
        (_, event, _), *_ = reversed(audit.events(session))
    assert {file["path"]: file["sha256"] for file in proof["files"]} == manifest
    assert (proof["days"], proof["rows"], proof["by"], proof["intact"]) == (["2026-07-01", "2026-07-02"], 400, "cli:test", True)
    assert (event.action, event.reference, event.data["sha256"]) == ("predictions.deleted", REF, found.sha256)
    with log.records.write() as session:
        row = session.get(DeletionRow, found.number)
        assert row is not None
        row.days = ["2026-07-01"]
    with log.records.read() as session:
        assert [entry["intact"] for entry in proofs(session, REF)] == [False]


def test_a_dry_run_says_the_same_and_changes_nothing(log: PredictionLog) -> None:
    files = named(log)
    planned = ten_days(log, dry_run=True)
    assert planned.number is None
    assert (named(log), on_disk(log), stored(log)) == (files, files, list(range(450)))
    done = ten_days(log)
    assert (planned.days, planned.rows, planned.sha256) == (done.days, done.rows, done.sha256)


def test_a_second_time_there_is_nothing_to_delete(log: PredictionLog) -> None:
    ten_days(log)
    again = ten_days(log)
    assert (again.days, again.rows, again.number, again.sha256) == ((), 0, None, "")
    with log.records.read() as session:
        assert len(proofs(session, REF)) == 1


def test_rows_that_still_wait_in_the_inbox_are_counted_before_they_go(log: PredictionLog, tmp_path: Path, monkeypatch: Any) -> None:
    with monkeypatch.context() as patched:
        patched.setattr(PredictionLog, "refresh", lambda _log, _components: {})
        add_calls(log, tmp_path / "late.csv", 1_000, 50)  # 11 July
    retain(log, REF, keep_days=1, by=BY, at=NOW)
    assert counted(log)["2026-07-11"] == (50, 50)
    assert stored(log) == []


def test_versions_that_answered_on_deleted_days_stay_known(log: PredictionLog) -> None:
    ten_days(log)
    with log.records.read() as session:
        assert store.deleted_versions(session, key_of(log)) == {"v1": AT}
        assert store.deleted_days(session, key_of(log)) == {date(2026, 7, 1), date(2026, 7, 2)}


def test_a_fold_that_was_faster_is_no_loss(log: PredictionLog, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    real = retention._planned
    races = iter([True, True, False])

    def planned(*values: Any) -> Any:
        plan = real(*values)
        if next(races):
            add_calls(log, tmp_path / f"late-{plan.generation}.csv", 500 + plan.generation, 1)
        return plan

    monkeypatch.setattr(retention, "_planned", planned)
    assert ten_days(log).rows == 400
    assert len(stored(log)) == 252
    assert on_disk(log) >= named(log)


def test_a_log_that_never_rests_is_said(log: PredictionLog, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(log_store, "advance", lambda *_values, **_named: False)
    with pytest.raises(ConflictError, match="keep writing"):
        ten_days(log)
    assert stored(log) == list(range(450))


def test_files_that_a_killed_deletion_left_go_the_next_time(log: PredictionLog, monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as patched:
        patched.setattr(retention, "delete_files", lambda _folder, _paths: None)
        ten_days(log)
    assert len(on_disk(log) - named(log)) == 2
    ten_days(log)
    assert on_disk(log) == named(log)


def test_a_deletion_that_fails_half_way_leaves_everything_as_it_was(log: PredictionLog, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_values: Any) -> int:
        raise OSError("no connection")

    files = named(log)
    with monkeypatch.context() as patched, pytest.raises(OSError, match="no connection"):
        patched.setattr(retention, "_proved", refuse)
        ten_days(log)
    assert (named(log), stored(log)) == (files, list(range(450)))
    assert ten_days(log).rows == 400


@pytest.mark.parametrize(("keep_days", "error"), [(0, InvalidInputError), (-5, InvalidInputError)])
def test_at_least_a_day_is_kept(log: PredictionLog, keep_days: int, error: type[Exception]) -> None:
    with pytest.raises(error, match="Keep at least 1"):
        retain(log, REF, keep_days=keep_days, by=BY, at=NOW)
    with pytest.raises(NotFoundError):
        retain(log, "nobody", keep_days=5, by=BY, at=NOW)


@pytest.fixture
def acme(cli: CommandLine) -> CommandLine:
    """A contract by the quarter; a bad February, a good May."""
    cli.inventory("ocr")
    cli.contract(contract_text(accuracy_clause(freeze_days="20", claim_days="40"), zone="Europe/Berlin"))
    cli.predictions(labelled_rows("2026-02-10", 50, 50, prefix="feb"), header=HEADER, name="feb.csv")
    cli.predictions(labelled_rows("2026-05-10", 100, 0, prefix="may"), header=HEADER, name="may.csv")
    return cli


@pytest.fixture
def app(acme: CommandLine) -> Iterator[App]:
    opened = open_app(acme.home)
    yield opened
    opened.close()


def kept_since(app: App, at: datetime) -> list[tuple[list[date], str]]:
    found = retain(app.log, "ocr", keep_days=1, by=BY, at=at, dry_run=True)
    return [(list(entry.days), entry.reason) for entry in found.held]


def gone(app: App, at: datetime) -> Sequence[date]:
    return retain(app.log, "ocr", keep_days=1, by=BY, at=at, dry_run=True).days


FEBRUARY, MAY = date(2026, 2, 10), date(2026, 5, 10)


def test_days_of_a_period_that_runs_or_can_be_claimed_or_was_not_judged_stay(app: App) -> None:
    assert kept_since(app, datetime(2026, 6, 1, tzinfo=UTC)) == [
        ([FEBRUARY], "2026-Q1 of acme-2026 has no verdict yet; run: vendor-ai sla evaluate --contract acme-2026 --period 2026-Q1"),
        ([MAY], "the period 2026-Q2 of acme-2026 is not over"),
    ]
    assert kept_since(app, datetime(2026, 8, 9, tzinfo=UTC))[1] == (
        [MAY],
        "2026-Q2 of acme-2026 can be claimed or corrected until 2026-08-09",
    )


def test_once_the_deadline_has_passed_in_the_contracts_zone_a_judged_period_goes(acme: CommandLine, app: App) -> None:
    acme.evaluate("acme-2026", "2026-Q2", "--at", "2026-07-05")
    assert MAY not in gone(app, datetime(2026, 8, 9, 21, 59, tzinfo=UTC))  # one minute to midnight in Berlin
    assert MAY in gone(app, datetime(2026, 8, 9, 22, 0, tzinfo=UTC))


def test_what_an_open_violation_rests_on_stays_until_it_is_settled(acme: CommandLine, app: App) -> None:
    acme.evaluate("acme-2026", "2026-Q2", "--at", "2026-07-05")
    late = datetime(2026, 12, 1, tzinfo=UTC)
    assert gone(app, late) == (MAY,)
    assert kept_since(app, late) == [([FEBRUARY], "violation 1 of acme-2026 (accuracy, 2026-Q1) is open")]
    for state, held in (("acknowledged", True), ("disputed", True), ("credited", False)):
        with app.records.write() as session:
            move_violation(session, 1, state, note="", by=BY, at=late)
        assert (FEBRUARY not in gone(app, late)) == held


def test_a_verdict_stays_what_it_was_when_its_rows_are_gone(acme: CommandLine, app: App) -> None:
    first = acme.evaluate("acme-2026", "2026-Q2", "--at", "2026-07-05")
    found = retain(app.log, "ocr", keep_days=1, by=BY, at=datetime(2026, 12, 1, tzinfo=UTC))
    assert (found.days, found.rows) == ((MAY,), 200)
    again = acme.evaluate("acme-2026", "2026-Q2", "--at", "2026-12-02")
    assert [clause | {"provisional": True} for clause in again["clauses"]] == first["clauses"]  # the labels froze meanwhile
    assert [clause["revision"] for clause in again["clauses"]] == [0]


PROVEN = {"rule": "proven", "completeness": '"0.9"', "freeze_days": "0", "claim_days": "0"}


def bad_quarter(cli: CommandLine) -> None:
    """Twenty days and more of answers that are half wrong, all of them billed."""
    cli.inventory("ocr")
    cli.contract(contract_text(accuracy_clause(**PROVEN)))
    days = [row for day in range(1, 26) for row in labelled_rows(f"2026-01-{day:02d}", 10, 10, prefix=f"d{day}-")]
    cli.predictions(days, header=HEADER)
    invoice = ("--from", "2026-01-01", "--to", "2026-03-31", "--calls", "500", "--source", "invoice 1")
    cli.ok("prediction", "billed", "ocr", *invoice)


def test_a_settled_breach_stays_proven_when_the_rows_that_were_complete_are_gone(cli: CommandLine) -> None:
    bad_quarter(cli)
    first = cli.evaluate("acme-2026", "2026-Q1")["clauses"][0]
    assert (first["evidence"], first["violated"], first["revision"]) == ("PROVEN_BREACH", True, 0)
    for state in ("acknowledged", "credited"):
        cli.ok("violation", "set", "1", state, "--note", "agreed")
    assert cli.ok("prediction", "retain", "ocr", "--keep-days", "60", "--json").json["rows"] == 1_000
    found = cli.ok("prediction", "completeness", "ocr", "--from", "2026-01-01", "--to", "2026-03-31", "--json").json
    assert (found["logged"], found["share"]) == (500, "1.000000")
    assert cli.evaluate("acme-2026", "2026-Q1")["clauses"][0] == first


def test_what_was_first_asked_after_the_deletion_is_not_judged_on_the_rest(cli: CommandLine) -> None:
    bad_quarter(cli)
    cli.evaluate("acme-2026", "2026-Q1")
    for state in ("acknowledged", "credited"):
        cli.ok("violation", "set", "1", state, "--note", "agreed")
    cli.ok("prediction", "retain", "ocr", "--keep-days", "60")
    cli.predictions(labelled_rows("2026-02-20", 50, 0, prefix="late"), header=HEADER, name="late.csv")  # a day that was not deleted
    other = accuracy_clause(id="v1", where="{model_version: [v1]}", **PROVEN)
    cli.contract(contract_text(accuracy_clause(**PROVEN), other).replace("acme-2026", "acme-new"))
    known, new = cli.evaluate("acme-new", "2026-Q1")["clauses"]
    assert (known["n"], known["result"]) == (550, "MISSED")
    assert (new["n"], new["result"], new["reasons"]) == (0, "INSUFFICIENT_DATA", ["rows_deleted"])


def test_where_no_deadline_to_claim_is_agreed_rows_stay_a_year_after_the_contract(cli: CommandLine) -> None:
    cli.inventory("ocr")
    cli.contract(contract_text(accuracy_clause(freeze_days="0")))
    cli.predictions(labelled_rows("2026-05-10", 100, 0), header=HEADER)
    cli.evaluate("acme-2026", "2026-Q2")
    opened = open_app(cli.home)
    try:
        held = kept_since(opened, datetime(2027, 12, 31, 23, 59, tzinfo=UTC))
        assert held == [([MAY], "2026-Q2 of acme-2026 can be claimed or corrected until 2027-12-31")]
        assert gone(opened, datetime(2028, 1, 1, tzinfo=UTC)) == (MAY,)
    finally:
        opened.close()


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("completeness", "ocr", "--from", "2026-01-01", "--to", "2026-01-02", "--time-zone", "Mars/X"), "not a time zone"),
        (("completeness", "ocr", "--from", "0001-01-01", "--to", "9999-12-31"), "can be asked for"),
        (("billed", "ocr", "--from", "2026-01-01", "--to", "9999-12-31", "--calls", "5", "--source", "x"), "too far ahead"),
        (("billed", "ocr", "--from", "2026-01-01", "--to", "2026-01-31", "--calls", "0", "--source", "x"), "--calls"),
        (("retain", "ocr", "--keep-days", "999999999"), "--keep-days"),
    ],
)
def test_what_cannot_be_meant_is_refused_with_a_sentence(cli: CommandLine, words: tuple[str, ...], said: str) -> None:
    cli.inventory("ocr")
    outcome = cli("prediction", *words)
    assert outcome.code in {2, 3}
    assert said in outcome.err
    assert "Traceback" not in outcome.err


def test_a_day_that_was_held_among_deleted_ones_is_counted_again(log: PredictionLog, tmp_path: Path) -> None:
    with log.records.write() as session:
        row = DeletionRow(
            component_id=component_key(session, REF)[0],
            before=date(2026, 7, 3),
            rows=0,
            days=["2026-07-02"],
            files=[],
            sha256="",
            by="cli:test",
            at=NOW,
        )
        store.add(session, row)
    path = tmp_path / "more.csv"
    rows = [f"more-{number},2026-07-{day}T12:00:00Z,yes,v1" for number, day in enumerate(("01", "02", "03"))]
    path.write_text("\n".join(["prediction_id,occurred_at,prediction,model_version", *rows]) + "\n")
    import_log_files(log, [path], reader=LogReader(), component=REF, batch_rows=100)
    assert [counted(log)[f"2026-07-{day}"][0] for day in ("01", "02", "03")] == [101, 100, 101]


def test_a_local_day_is_whole_unless_a_utc_day_that_it_touches_is_gone() -> None:
    gone = {date(2026, 7, 2)}
    assert [is_whole(date(2026, 7, day), "UTC", gone) for day in (1, 2, 3)] == [True, False, True]
    assert [is_whole(date(2026, 7, day), "Europe/Berlin", gone) for day in (1, 2, 3, 4)] == [True, False, False, True]


def test_columns_of_predictions_and_outcomes_are_learnt_as_they_are_folded(log: PredictionLog) -> None:
    with log.records.read() as session:
        found = {(column.kind, column.name): (column.rows, column.labels) for column in schema_of_component(session, REF)}
    assert found["prediction", "prediction"] == (450, ("no", "yes"))
    assert found["outcome", "actual"] == (450, ())
    assert not {name for _, name in found} & {"sequence", "call", "again"}


def test_a_violation_about_a_version_holds_the_whole_term(acme: CommandLine, app: App) -> None:
    acme.evaluate("acme-2026", "2026-Q2", "--at", "2026-07-05")
    late = datetime(2027, 3, 1, tzinfo=UTC)
    evaluate(app.log, "acme-2026", "2026-Q2")
    with app.records.write() as session:
        (violation,) = store.violations_in(session, component_key(session, "ocr")[0], ("open",))
        violation.subject = "version:v9"
    assert kept_since(app, late)[-1] == ([FEBRUARY, MAY], "violation 1 of acme-2026 (accuracy, version:v9) is open")


def run(home: Path, monkeypatch: pytest.MonkeyPatch, *words: str) -> Any:
    """The verbs on their own noun, as the command line hooks them in."""
    monkeypatch.setattr(log_retention, "open_session", lambda: open_app(home))
    group = typer.Typer()
    log_retention.add_verbs(group)
    result = CliRunner().invoke(group, words, catch_exceptions=False)
    assert result.exit_code == 0, result.output
    return result.output


def test_the_verbs_of_the_command_line_do_it(acme: CommandLine, monkeypatch: pytest.MonkeyPatch) -> None:
    acme.evaluate("acme-2026", "2026-Q2", "--at", "2026-07-05")
    may, june = ("--from", "2026-05-01", "--to", "2026-05-31"), ("--from", "2026-06-01", "--to", "2026-06-30")
    billed = run(acme.home, monkeypatch, "billed", "ocr", *may, "--calls", "125", "--source", "invoice 5")
    assert billed == "125 billed calls from 2026-05-01 to 2026-05-31 stored (invoice 5).\n"
    complete = run(acme.home, monkeypatch, "completeness", "ocr", *may)
    assert complete == "100 calls are in the log; its completeness is 80.00%.\nbilled: 125\n"
    assert "not known" in run(acme.home, monkeypatch, "completeness", "ocr", *june)
    assert '"share": "0.800000"' in run(acme.home, monkeypatch, "completeness", "ocr", *may, "--json")

    planned = run(acme.home, monkeypatch, "retain", "ocr", "--keep-days", "30", "--dry-run")
    assert planned.startswith("200 rows of 1 day between 2026-05-10 and 2026-05-10 would be deleted, SHA-256 ")
    assert "Kept: 1 day (2026-02-10), since violation 1 of acme-2026 (accuracy, 2026-Q1) is open." in planned
    assert "the proof is deletion 1" in run(acme.home, monkeypatch, "retain", "ocr", "--keep-days", "30")
    assert run(acme.home, monkeypatch, "retain", "ocr", "--keep-days", "30").startswith("Nothing to delete")
    assert "200" in run(acme.home, monkeypatch, "deletions", "ocr")
    assert '"intact": true' in run(acme.home, monkeypatch, "deletions", "ocr", "--json")
    assert "latency_ms" in run(acme.home, monkeypatch, "schema", "ocr")
