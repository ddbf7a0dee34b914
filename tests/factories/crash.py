"""Processes that die: after so many batches, or at a chosen step of their work."""

import os
import signal
import sqlite3
import subprocess
import sys
import time
from contextlib import closing
from pathlib import Path

# Counts everything that can matter for durability (statements, commits, files made safe) and dies at step KILL_AT by SIGKILL.
_DRIVER = """
import os, signal, sys
from sqlalchemy import event
from sqlalchemy.engine import Engine
stop, steps = int(os.environ["KILL_AT"]), 0
def step(*_rest, **_more):
    global steps
    steps += 1
    if steps == stop:
        os.kill(os.getpid(), signal.SIGKILL)
for name in ("before_cursor_execute", "after_cursor_execute", "commit"):
    event.listen(Engine, name, step)
real_sync = os.fsync
def sync(descriptor):
    step()
    real_sync(descriptor)
    step()
os.fsync = sync
from vendor_ai.cli.main import run
try:
    run()
finally:
    print(steps, file=sys.stderr)
"""


def environment(home: Path, **more: str) -> dict[str, str]:
    """The process's environment with a home of its own and small batches."""
    return {**os.environ, "VENDOR_AI_HOME": str(home), "VENDOR_AI_BATCH_ROWS": "200", "VENDOR_AI_ENGINE_THREADS": "1", **more}


def acknowledged_batches(home: Path) -> int:
    """Batches that are durable by now, seen from outside."""
    with closing(sqlite3.connect(f"{(home / 'vendor-ai.db').as_uri()}?mode=ro", uri=True)) as connection:
        return int(connection.execute("SELECT count(*) FROM batch").fetchone()[0])


def kill_after(home: Path, arguments: list[str], *, batches: int, seconds: float) -> bool:
    """Kill a command so many seconds after so many batches are durable; False when it was done before."""
    process = subprocess.Popen(
        [sys.executable, "-m", "vendor_ai", *arguments], env=environment(home), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    while process.poll() is None and acknowledged_batches(home) < batches:
        time.sleep(0.001)
    time.sleep(seconds)
    process.kill()
    return process.wait() == -signal.SIGKILL


def run_to_step(home: Path, arguments: list[str], step: int) -> tuple[bool, int]:
    """Run a command that dies at a step (0: never); whether it died, and the steps it took if it did not."""
    finished = subprocess.run(
        [sys.executable, "-c", _DRIVER, *arguments],
        env=environment(home, KILL_AT=str(step)),
        capture_output=True,
        text=True,
        check=False,
    )
    died = finished.returncode == -signal.SIGKILL
    assert died or finished.returncode == 0, finished.stderr
    return died, 0 if died else int(finished.stderr.split()[-1])
