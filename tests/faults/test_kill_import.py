"""kill -9 in the middle of an import, then the same import again: every row once, nothing acknowledged lost, none half stored."""

import random
from pathlib import Path

import pytest
from sqlmodel import select

from tests.factories.command_line import CommandLine
from tests.factories.crash import environment, kill_after, run_to_step
from tests.factories.log import write_calls
from vendor_ai.db import prediction_log as log
from vendor_ai.db.prediction_log import BatchRow
from vendor_ai.db.vendor import component_key
from vendor_ai.services.prediction_log import OUTCOME, PREDICTION
from vendor_ai.settings import Settings
from vendor_ai.wiring import App, open_app

ROWS = 6_000


@pytest.fixture
def calls(tmp_path: Path) -> Path:
    return write_calls(tmp_path / "calls.csv", 0, ROWS)


def prepared(home: Path) -> CommandLine:
    cli = CommandLine(home)
    home.parent.mkdir(exist_ok=True)
    cli.inventory("acme-ocr")
    return cli


def opened(home: Path) -> App:
    return open_app(settings=Settings(home=home, engine_threads=1))


def contents(app: App) -> tuple[list[str], int]:
    """Every prediction_id in the files that count, and the number of outcomes."""
    with app.records.read() as session:
        key, _ = component_key(session, "acme-ocr")
        predictions, outcomes = log.files(session, key, PREDICTION), log.files(session, key, OUTCOME)
    if not predictions:
        return [], 0
    return sorted(app.log.engine.merge(predictions)["prediction_id"].to_pylist()), app.log.engine.merge(outcomes).num_rows


def acknowledged(app: App) -> int:
    """Predictions in acknowledged batches."""
    with app.records.read() as session:
        return sum(row.rows for row in session.exec(select(BatchRow)) if row.kind == PREDICTION)


def assert_survived(cli: CommandLine, calls: Path, *, note: str) -> None:
    """What was acknowledged is whole without the file; with it, everything is there once."""
    assert cli("db", "check", "--json").json["ok"] is True, note
    app = opened(cli.home)
    known = acknowledged(app)
    app.log.refresh(["acme-ocr"])
    identities, outcomes = contents(app)
    assert (len(identities), len(set(identities)), outcomes) == (known, known, known), note
    assert known % 200 == 0, note
    app.close()
    again = cli("prediction", "import", calls, "--component", "acme-ocr", "--json")
    assert again.code == 0, again.err
    app = opened(cli.home)
    identities, outcomes = contents(app)
    assert identities == sorted(f"call-{number}" for number in range(ROWS)), note
    assert outcomes == ROWS, note
    app.close()
    assert again.json["read"] == ROWS == again.json["stored"] + again.json["duplicates"], note
    assert cli("db", "check", "--json").json["ok"] is True, note


@pytest.fixture
def small_batches(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("VENDOR_AI_BATCH_ROWS", environment(tmp_path)["VENDOR_AI_BATCH_ROWS"])


@pytest.mark.usefixtures("small_batches")
def test_an_import_killed_at_any_time_is_resumed_by_the_same_command(tmp_path: Path, calls: Path, soak: bool) -> None:
    arguments = ["prediction", "import", str(calls), "--component", "acme-ocr"]
    chance = random.Random(20261001)
    killed = 0
    for number in range(100 if soak else 10):
        cli = prepared(tmp_path / str(number) / "home")
        # Every other one dies after its last batch, while it folds.
        batches, seconds = (2 * ROWS // 200, chance.uniform(0, 0.2)) if number % 2 else (chance.randrange(2 * ROWS // 200), 0.0)
        killed += kill_after(cli.home, arguments, batches=batches, seconds=seconds)
        assert_survived(cli, calls, note=f"killed {seconds:.3f} s after {batches} batches")
    assert killed >= (50 if soak else 5)


@pytest.mark.usefixtures("small_batches")
def test_an_import_killed_at_any_step_is_resumed_by_the_same_command(tmp_path: Path, calls: Path, soak: bool) -> None:
    arguments = ["prediction", "import", str(calls), "--component", "acme-ocr"]
    prepared(tmp_path / "whole" / "home")
    died, steps = run_to_step(tmp_path / "whole" / "home", arguments, 0)
    assert not died
    assert steps > 100
    chance = random.Random(20261002)
    # Most steps acknowledge a batch like any other; the last ones fold, name the files and empty the inbox.
    last = range(steps - 70, steps + 1)
    before = chance.sample(range(1, steps - 70), 29 if soak else 3)
    places = sorted([*before, *(last if soak else chance.sample(last, 9))])
    for step in places:
        cli = prepared(tmp_path / str(step) / "home")
        died, _ = run_to_step(cli.home, arguments, step)
        assert died, f"step {step} of {steps}"
        assert_survived(cli, calls, note=f"killed at step {step} of {steps}")


@pytest.mark.usefixtures("small_batches")
def test_a_process_killed_again_and_again_while_it_folds_and_merges_loses_nothing(tmp_path: Path, soak: bool) -> None:
    """Thirty small files, folded one by one and merged at the twenty-fourth."""
    home = tmp_path / "home"
    cli = prepared(home)
    paths = [write_calls(tmp_path / f"part-{number:02d}.csv", 200 * number, 200) for number in range(30)]
    chance = random.Random(20261003)
    kills = 0
    for path in paths:
        arguments = ["prediction", "import", str(path), "--component", "acme-ocr"]
        if soak or path in (paths[0], *paths[22:26]):
            died, _ = run_to_step(home, arguments, chance.randrange(40, 110))
            kills += died
            assert cli("db", "check", "--json").json["ok"] is True, path.name
        cli.ok("prediction", "import", path, "--component", "acme-ocr")
    assert kills >= 3
    app = opened(home)
    identities, outcomes = contents(app)
    app.close()
    assert identities == sorted(f"call-{number}" for number in range(ROWS))
    assert outcomes == ROWS
