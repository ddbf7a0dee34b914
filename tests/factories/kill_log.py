"""A process that sends bodies, folds, counts and merges, and can be told to die by SIGKILL at any step of it."""

import json
import multiprocessing
import os
import signal
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, suppress
from datetime import UTC, datetime, timedelta
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Any

from sqlalchemy import event
from sqlalchemy.engine import Engine

from tests.factories.installation import BREAKS, BY, NOW, add_component, add_contract
from vendor_ai.db import prediction_log as store
from vendor_ai.db.vendor import component_key
from vendor_ai.domain.errors import ConflictError
from vendor_ai.outside.clock import FixedClock
from vendor_ai.services import prediction_log
from vendor_ai.services.ingest import Body, BodyFormat, ingest
from vendor_ai.services.prediction_log import OUTCOME, PREDICTION, PredictionLog
from vendor_ai.settings import Settings
from vendor_ai.wiring import App

REF = BREAKS.component
PHASES = ("inbox", "folding", "recounting", "refolding")
BODIES, ROWS_A_BODY, BODIES_A_FOLD = 12, 20, 2
FIRST = datetime(2026, 9, 1, tzinfo=UTC)
_SMALL_FILES = 3  # so few are merged, instead of two dozen


def opened(home: Path) -> App:
    """The installation; four writers may keep each other waiting for long on a busy machine."""
    return App(Settings(home=home, engine_threads=1, busy_timeout_s=60), FixedClock(NOW))


def prepare(home: Path) -> None:
    """One component under a contract, so that counters are kept, and nothing in its log."""
    home.mkdir(parents=True)
    app = opened(home)
    add_component(app, BREAKS.vendor, REF)
    add_contract(app, BREAKS)
    app.close()


def identities(writer: int, number: int) -> list[str]:
    """The predictions of one body."""
    return [f"{writer}-{number}-{row}" for row in range(ROWS_A_BODY)]


def everything(writers: int = 1) -> list[str]:
    return sorted(identity for writer in range(writers) for number in range(BODIES) for identity in identities(writer, number))


def _body(writer: int, number: int) -> Body:
    """Calls of two days that no other body has, each with its outcome; every seventh is wrong."""
    lines = [
        {
            "prediction_id": identity,
            "occurred_at": (FIRST + timedelta(days=2 * number + row % 2, minutes=row)).isoformat(),
            "prediction": "no" if row % 7 == 0 else "yes",
            "actual": "yes",
            "latency_ms": 100 + 10 * row,
            "model_version": "v1",
        }
        for row, identity in enumerate(identities(writer, number))
    ]
    return Body("\n".join(json.dumps(line) for line in lines).encode(), BodyFormat.NDJSON, 1 << 20)


def send(app: App, writer: int, number: int) -> None:
    """One body, always under the same key: once it is stored, it is not stored again."""
    ingest(app.log, _body(writer, number), component=REF, outcomes_only=False, key=f"{writer}-{number}", by=BY)


def acknowledged(home: Path) -> set[str]:
    """The predictions whose sender was told that they are durable."""
    bodies = [line.split() for path in home.glob("acknowledged-*") for line in path.read_text().splitlines()]
    return {identity for writer, number in bodies for identity in identities(int(writer), int(number))}


def contents(app: App) -> tuple[list[str], int]:
    """Every prediction_id in the files that count, and the number of outcomes."""
    with app.records.read() as session:
        key, _ = component_key(session, REF)
        predictions, outcomes = store.files(session, key, PREDICTION), store.files(session, key, OUTCOME)
    if not predictions:
        return [], 0
    return sorted(app.log.engine.merge(predictions)["prediction_id"].to_pylist()), app.log.engine.merge(outcomes).num_rows


def counters(app: App) -> dict[str, list[Any]]:
    """Every counter of every measure."""
    with app.records.read() as session:
        key, _ = component_key(session, REF)
        found = {
            measure.key: store.counters(session, measure, first="2026-01-01", end="2027-01-01")
            for measure, _ in store.measures(session, key)
        }
    return {name: [repr(day) for day in days] for name, days in found.items()}


def is_sound(home: Path) -> bool:
    """Whether SQLite finds its file whole."""
    with closing(sqlite3.connect(home / "vendor-ai.db")) as connection:
        return bool(connection.execute("PRAGMA integrity_check").fetchone() == ("ok",))


class _Steps:
    """Everything that can matter for durability, counted; at step ``stop`` the process dies."""

    def __init__(self, stop: int) -> None:
        self.stop = stop
        self.phase = "inbox"
        self.trace: list[tuple[str, bool]] = []

    def step(self, *_rest: object, is_commit: bool = False) -> None:
        self.trace.append((self.phase, is_commit))
        if len(self.trace) == self.stop:
            os.kill(os.getpid(), signal.SIGKILL)

    def watch(self) -> None:
        for name in ("before_cursor_execute", "after_cursor_execute"):
            event.listen(Engine, name, self.step)
        event.listen(Engine, "commit", lambda _connection: self.step(is_commit=True))  # just before it
        for module, name in ((os, "fsync"), (prediction_log, "write_files"), (prediction_log, "delete_files")):
            setattr(module, name, self._around(getattr(module, name)))
        for name, phase in (("fold", "folding"), ("recount", "recounting"), ("_merge_small", "refolding")):
            setattr(PredictionLog, name, self._during(phase, getattr(PredictionLog, name)))

    def _around(self, act: Callable[..., Any]) -> Callable[..., Any]:
        def watched(*given: Any) -> Any:
            self.step()
            result = act(*given)
            self.step()
            return result

        return watched

    def _during(self, phase: str, act: Callable[..., Any]) -> Callable[..., Any]:
        def watched(*given: Any) -> Any:
            before, self.phase = self.phase, phase
            try:
                return act(*given)
            finally:
                self.phase = before

        return watched


def live(home: Path, writer: int, stop: int, folds: bool) -> None:
    """Send every body, note each acknowledgement as its sender would, and fold now and then; dies at step ``stop`` (0: never)."""
    safe = os.fsync
    steps = _Steps(stop)
    prediction_log.SMALL_FILES = _SMALL_FILES
    app = opened(home)
    _ = app.records  # the schema is checked before the steps count
    steps.watch()
    with (home / f"acknowledged-{writer}").open("a") as note:
        for number in range(BODIES):
            send(app, writer, number)
            steps.step()  # stored, but nobody was told
            note.write(f"{writer} {number}\n")
            note.flush()
            safe(note.fileno())
            if folds and number % BODIES_A_FOLD == BODIES_A_FOLD - 1:
                with suppress(ConflictError):  # the others were faster; the next fold takes what is left
                    app.log.refresh([REF])
    (home / f"steps-{writer}").write_text(json.dumps(steps.trace))


def places(home: Path, writer: int = 0) -> dict[str, tuple[list[int], list[int]]]:
    """For each phase its steps, and the steps that follow a commit in it, of a process that lived to its end."""
    found: list[tuple[str, bool]] = json.loads((home / f"steps-{writer}").read_text())
    return {
        phase: (
            [place for place, (mine, _) in enumerate(found, start=1) if mine == phase],
            [place + 1 for place, (mine, is_commit) in enumerate(found, start=1) if mine == phase and is_commit and place < len(found)],
        )
        for phase in PHASES
    }


def started(home: Path, *, writer: int = 0, stop: int = 0, folds: bool = True) -> BaseProcess:
    """Such a process, forked from one that has everything loaded and no thread."""
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload([__name__])
    process = context.Process(target=live, args=(home, writer, stop, folds))
    process.start()
    return process


def ended(processes: list[BaseProcess]) -> Iterator[bool]:
    """Whether each died by SIGKILL; one that ended by a mistake fails the test."""
    for process in processes:
        process.join()
        assert process.exitcode in (0, -signal.SIGKILL), process.exitcode
        yield process.exitcode != 0
        process.close()
