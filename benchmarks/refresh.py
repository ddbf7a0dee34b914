"""What a day's late labels cost: folding and recounting them, over logs of 1, 10 and 100 days.

Run: ``python -m benchmarks.refresh [--rows-a-day 20000] [--rounds 5]``

The same day's labels come in each time, through the inbox: once about the log's last day, whose calls name themselves by nothing but their
id, and once about its first day, with the day of the call in them (``predicted_at``). What is printed is the time of one refresh, median of
the rounds, and what the whole log costs to count anew. It shows what a refresh depends on: the day, not the log.
"""

import argparse
import tempfile
import time
from datetime import datetime, timedelta
from pathlib import Path
from statistics import median

import pyarrow as pa
import pyarrow.compute as pc

from benchmarks.quarter.generated import START, Part, parts
from benchmarks.quarter.installation import AT, forget, install, lay_down
from vendor_ai.db.vendor import component_key
from vendor_ai.services.prediction_log import OUTCOME, accept
from vendor_ai.wiring import App

SIZES = (1, 10, 100)
COMPONENT = "component-0"


def labels_of(part: Part, day: int, turn: int, *, dated: bool) -> pa.Table:
    """A label for every answered call of one day, each turn another one."""
    start = START + timedelta(days=day)
    occurred = part.predictions["occurred_at"]
    on_day = pc.and_(pc.greater_equal(occurred, _instant(start)), pc.less(occurred, _instant(start + timedelta(days=1))))
    calls = part.predictions.filter(on_day)
    observed = pa.array([AT - timedelta(seconds=1_000 - turn)] * calls.num_rows, pa.timestamp("us", tz="UTC"))
    truth = pa.array(["approve" if turn % 2 == 0 else "reject"] * calls.num_rows)
    table = pa.table({"prediction_id": calls["prediction_id"], "actual": truth, "observed_at": observed})
    return table.append_column("predicted_at", calls["occurred_at"]) if dated else table


def _instant(moment: datetime) -> pa.Scalar:
    return pa.scalar(moment, pa.timestamp("us", tz="UTC"))


def refresh_s(app: App, labels: pa.Table, name: str) -> float:
    """Seconds to fold and recount one batch of labels that is in the inbox."""
    with app.records.write() as session:
        accept(session, [(component_key(session, COMPONENT)[0], OUTCOME, labels)], batch_id=name, at=AT)
    start = time.perf_counter()
    app.log.refresh([COMPONENT])
    return time.perf_counter() - start


def measure(days: int, rows_a_day: int, rounds: int, folder: Path) -> tuple[float, float, float]:
    """Medians of a refresh about the last and about the first day of a log, and the seconds to count all of it."""
    (part,) = parts(rows_a_day * days, 1, days=days)
    installed = install(folder, 1)
    app = installed.app
    lay_down(app, iter([part]))
    whole = []
    for _ in range(2):  # the first one also translates
        forget(app)
        start = time.perf_counter()
        app.log.refresh([COMPONENT])
        whole.append(time.perf_counter() - start)
    last, first = [], []
    for turn in range(rounds + 1):
        last.append(refresh_s(app, labels_of(part, days - 1, turn, dated=False), f"last {turn}"))
        first.append(refresh_s(app, labels_of(part, 0, turn, dated=True), f"first {turn}"))
    app.close()
    return median(last[1:]), median(first[1:]), whole[-1]


def main() -> None:
    options = argparse.ArgumentParser(description="What a day's late labels cost.")
    options.add_argument("--rows-a-day", type=int, default=20_000)
    options.add_argument("--rounds", type=int, default=5)
    given = options.parse_args()
    print(f"{given.rows_a_day:,} calls and as many late labels a day")
    print(f"{'log':>10} {'labels of the last day':>24} {'of the first day, dated':>24} {'whole log counted anew':>24}")
    for days in SIZES:
        with tempfile.TemporaryDirectory() as folder:
            last, first, whole = measure(days, given.rows_a_day, given.rounds, Path(folder))
        print(f"{days:>5} days {last:>22.3f} s {first:>22.3f} s {whole:>22.3f} s")


if __name__ == "__main__":
    main()
