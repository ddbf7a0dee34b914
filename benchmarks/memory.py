"""How much memory a quarter's evaluation takes, however long its log is.

Run: ``python -m benchmarks.memory [--rows 10000000] [--components 20] [--within-gb 1.5]``

The log is written component by component straight into files as folding leaves them. A process of its own then counts every day, reads the
exact percentiles and stores the verdicts, and says the largest resident set it ever had; ``--rows 100000000`` is the size that counts,
needs about 5 GB of disk, and deletes it. Fails above the limit.
"""

import argparse
import json
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from benchmarks.quarter.generated import parts
from benchmarks.quarter.installation import AT, PERIOD, install, lay_down
from vendor_ai.services.evaluation import evaluate
from vendor_ai.settings import Settings
from vendor_ai.wiring import open_app

_KIB = 1_024


def evaluated(home: Path) -> dict[str, float]:
    """Evaluate in this process; seconds and the peak of its memory in bytes."""
    app = open_app(settings=Settings(home=home)).at(AT)
    start = time.perf_counter()
    verdicts = len(evaluate(app.log, "benchmark", PERIOD).clauses)
    seconds = time.perf_counter() - start
    start = time.perf_counter()
    evaluate(app.log, "benchmark", PERIOD)
    again = time.perf_counter() - start
    app.close()
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * _KIB
    return {"verdicts": verdicts, "seconds": seconds, "again": again, "peak": peak}


def measure(rows: int, components: int, folder: Path) -> dict[str, float]:
    """Lay the log down here, evaluate it in a process of its own, and return what that found."""
    installed = install(folder, components)
    size = lay_down(installed.app, parts(rows, components))
    installed.app.close()
    print(f"{rows:,} calls of {components} components laid down: {size / 1e9:.2f} GB, {size / rows:.1f} bytes a call with its labels")
    command = [sys.executable, "-m", "benchmarks.memory", "--evaluate", str(folder)]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    found: dict[str, float] = json.loads(done.stdout)
    return found


def main() -> None:
    options = argparse.ArgumentParser(description="Memory of a quarter's evaluation.")
    options.add_argument("--rows", type=int, default=10_000_000)
    options.add_argument("--components", type=int, default=20)
    options.add_argument("--within-gb", type=float, default=1.5)
    options.add_argument("--evaluate", type=Path, help="evaluate this home in this process (used by the benchmark itself)")
    given = options.parse_args()
    if given.evaluate is not None:
        print(json.dumps(evaluated(given.evaluate)))
        return
    with tempfile.TemporaryDirectory() as folder:
        found = measure(given.rows, given.components, Path(folder))
    print(f"{found['verdicts']:.0f} verdicts in {found['seconds']:.2f} s, asked again {found['again']:.3f} s")
    print(f"largest resident set: {found['peak'] / 1e9:.2f} GB of {given.within_gb:g} GB allowed")
    raise SystemExit(0 if found["peak"] <= given.within_gb * 1e9 else 1)


if __name__ == "__main__":
    main()
