"""The same quarter in Evidently and NannyML, each in an environment of its own.

Run: ``python -m benchmarks.evaluation_peers [--rows 1000000] [--rounds 3]``

Both want older pandas than ours, so the benchmark makes two environments in a temporary folder and installs them there by name; telemetry
is off. They get one component's calls with the label that counts already beside each, as a table in memory: reading, joining and choosing
among labels is not in their time, and is in ours. Evidently computes its classification report for every day (accuracy, precision, recall,
F1, confusion matrix); NannyML accuracy, precision and recall by day. Ours reads the log's files, chooses labels, counts every day (labels,
failures, latencies above two bounds) and computes accuracy, precision, recall, uptime and two exact percentiles of the quarter. Times are
medians of the rounds.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
import venv
from pathlib import Path
from statistics import median

import pandas as pd

from benchmarks.evaluation import Times, judged, values
from benchmarks.quarter.frames import read_as_one_frame
from benchmarks.quarter.generated import NEGATIVE, POSITIVE, parts, write_files
from benchmarks.quarter.installation import Installed, forget, install, lay_down

PEERS = {"Evidently": ("evidently", "pandas<3", "pyarrow"), "NannyML": ("nannyml", "statsmodels", "pandas<3", "pyarrow")}
QUIET = {"DO_NOT_TRACK": "1", "NML_DISABLE_USAGE_LOGGING": "true"}

PROGRAM = {
    "Evidently": """
from evidently import BinaryClassification, DataDefinition, Dataset, Report
from evidently.presets import ClassificationPreset

kind = BinaryClassification(target="actual", prediction_labels="prediction", pos_label=1)
definition = DataDefinition(classification=[kind])
days = frame["occurred_at"].dt.floor("D")


def run():
    for _, part in frame[["actual", "prediction"]].groupby(days):
        Report([ClassificationPreset()]).run(Dataset.from_pandas(part, data_definition=definition), None)
""",
    "NannyML": """
import nannyml

reference = frame[frame["occurred_at"] < frame["occurred_at"].min() + pd.Timedelta(days=7)]


def run():
    calculator = nannyml.PerformanceCalculator(
        y_pred="prediction", y_pred_proba="probability", y_true="actual",
        timestamp_column_name="occurred_at", problem_type="classification_binary",
        metrics=["accuracy", "precision", "recall"], chunk_period="D",
    )
    return calculator.fit(reference).calculate(frame)
""",
}
AROUND = """
import json, sys, time, warnings
warnings.simplefilter("ignore")
import pandas as pd
frame = pd.read_parquet(sys.argv[1])
{program}
seconds = []
for _ in range(int(sys.argv[2])):
    start = time.perf_counter()
    run()
    seconds.append(time.perf_counter() - start)
print("SECONDS " + json.dumps(seconds))
"""


def environment(folder: Path, packages: tuple[str, ...]) -> Path:
    """Make an environment with some packages and return its interpreter."""
    venv.create(folder, with_pip=True)
    python = folder / ("Scripts" if os.name == "nt" else "bin") / "python"
    subprocess.run([str(python), "-m", "pip", "install", "--quiet", *packages], check=True, stderr=subprocess.DEVNULL)
    return python


def of_peer(name: str, frame: Path, folder: Path, rounds: int) -> float:
    """A peer's seconds, without reading the table."""
    python = environment(folder / name, PEERS[name])
    program = AROUND.format(program=PROGRAM[name])
    done = subprocess.run(
        [str(python), "-c", program, str(frame), str(rounds)], check=True, capture_output=True, text=True, env={**os.environ, **QUIET}
    )
    line = next(line for line in done.stdout.splitlines() if line.startswith("SECONDS "))
    return median(json.loads(line.removeprefix("SECONDS ")))


def ours(installed: Installed, rounds: int) -> tuple[float, float]:
    """Our seconds from the files on disk, and from counters once they are there; the first round, which also translates, is left out."""
    times = Times()
    for turn in range(rounds + 1):
        forget(installed.app)
        kept = times if turn else Times()
        kept.take("all", lambda: (installed.app.log.refresh(installed.every.components), values(installed.app, installed.every)))
        kept.take("counters", lambda: judged(installed.app, installed.every))
    return times.of("all"), times.of("counters")


def table_of(folder: Path, rows: int) -> Path:
    """Labelled calls as the peers want them: classes as numbers, the label that counts beside each call."""
    files, _, _ = write_files(folder, parts(rows, 1))
    frame = read_as_one_frame(files)
    frame = frame[(frame["status"] == "ok") & frame["actual"].notna()]
    codes = {POSITIVE: 1, NEGATIVE: 0}
    table = pd.DataFrame({name: frame[name].map(codes).astype("int64") for name in ("actual", "prediction")})
    table["probability"] = table["prediction"] * 0.8 + 0.1  # NannyML wants one, and none of these metrics reads it
    table["occurred_at"] = frame["occurred_at"].dt.tz_localize(None)
    path = folder / "labelled.parquet"
    table.to_parquet(path, index=False)
    return path


def main() -> None:
    options = argparse.ArgumentParser(description="The same quarter in Evidently and NannyML.")
    options.add_argument("--rows", type=int, default=1_000_000)
    options.add_argument("--rounds", type=int, default=3)
    given = options.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        installed = install(folder / "home", 1)
        lay_down(installed.app, parts(given.rows, 1))
        mine, counted = ours(installed, given.rounds)
        installed.app.close()
        print(f"{given.rows:,} calls of one component; ours, files to values: {mine:.3f} s; verdicts from counters: {counted:.3f} s")
        frame = table_of(folder, given.rows)
        for peer in PEERS:
            try:
                seconds = of_peer(peer, frame, folder, given.rounds)
            except subprocess.CalledProcessError as error:
                sys.exit(f"{peer} could not be run: {(error.stderr or str(error)).strip().splitlines()[-1]}")
            print(f"{peer}, in memory: {seconds:.2f} s, {seconds / mine:.0f} times ours, {seconds / counted:.0f} times ours from counters")


if __name__ == "__main__":
    main()
