"""A quarter's figures for every component: our evaluation beside pandas and scikit-learn as the article writes it, in the same run.

Run: ``python -m benchmarks.evaluation [--rows 1000000] [--components 20]``

The log is generated, the same for the same numbers: calls of one quarter with three served versions, one in two hundred without an
answer, nine in ten labelled up to twenty days later, one label in twenty corrected afterwards. It goes through the import, the inbox and
folding, which is timed apart. Both sides then start from Parquet files on disk: ours from the log, the other from the generated files.

The other side is one DataFrame with the labels merged in, then for each component and day ``accuracy_score``, ``precision_score``,
``recall_score`` and ``Series.quantile``, as well as the share of answered calls. Ours is the recount of every day's counters and
``sla evaluate`` over them for six clauses a component, with exact tests, intervals and stored verdicts. At the end the totals of both
are held against each other: every denominator, every share and every percentile must agree.
"""

import argparse
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from fractions import Fraction
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
import pandas as pd
from sklearn.metrics import accuracy_score, precision_score, recall_score

from vendor_ai.clauses import CLAUSE_KINDS
from vendor_ai.db import vendor as store
from vendor_ai.domain.actor import Actor
from vendor_ai.domain.vendor import Component, Vendor
from vendor_ai.domain.verdict import ContractEvaluation
from vendor_ai.importers.contract import parse_contract
from vendor_ai.importers.log_table import LogReader
from vendor_ai.metrics import METRICS
from vendor_ai.services.contract import import_contract
from vendor_ai.services.evaluation import evaluate
from vendor_ai.services.log_import import import_log_files
from vendor_ai.settings import Settings
from vendor_ai.wiring import App, open_app

START = pd.Timestamp("2026-07-01", tz="UTC")
DAYS = 92
AT = datetime(2026, 12, 1, tzinfo=UTC)
POSITIVE, NEGATIVE = "approve", "reject"
T = TypeVar("T")

CONTRACT = """
contract: benchmark
vendor: Benchmark
components: [{components}]
starts: 2026-07-01
ends: 2027-06-30
time_zone: UTC
clauses:
  - {{id: accuracy, kind: performance, metric: accuracy, at_least: "0.85", period: quarter}}
  - {{id: precision, kind: performance, metric: precision, positive: approve, at_least: "0.85", period: quarter}}
  - {{id: recall, kind: performance, metric: recall, positive: approve, at_least: "0.85", period: quarter}}
  - {{id: latency-p95, kind: performance, metric: latency_p95, at_most: "200", period: quarter}}
  - {{id: latency-p99, kind: performance, metric: latency_p99, at_most: "500", period: quarter}}
  - {{id: uptime, kind: performance, metric: uptime, at_least: "0.995", period: quarter}}
"""


@dataclass(frozen=True, slots=True)
class Files:
    """The generated log: calls, and the labels that came later."""

    predictions: Path
    outcomes: Path


def generate(folder: Path, rows: int, components: int) -> Files:
    """Write the log as two Parquet files."""
    chance = np.random.default_rng(20260701)
    identity = np.char.add("call-", np.arange(rows).astype(str))
    occurred = START + pd.to_timedelta(np.sort(chance.integers(0, DAYS * 86_400_000_000, rows)), unit="us")
    actual = chance.random(rows) < 0.4
    right = chance.random(rows) < 0.88
    answered = chance.random(rows) >= 0.005
    said = np.where(actual == right, POSITIVE, NEGATIVE)
    latency = np.where(answered, np.round(chance.lognormal(4.4, 0.5, rows), 3), 30_000.0)
    component = np.char.add("component-", chance.integers(0, components, rows).astype(str))
    version = np.array(["v1", "v2", "v3"])[np.minimum((occurred - START).days.to_numpy() // 31, 2)]
    predictions = pd.DataFrame(
        {
            "prediction_id": identity,
            "component": component,
            "occurred_at": occurred,
            "prediction": np.where(answered, said, None),
            "latency_ms": latency,
            "status": np.where(answered, "ok", "timeout"),
            "model_version": version,
        }
    )
    truth = np.where(actual, POSITIVE, NEGATIVE)
    labelled = np.flatnonzero(chance.random(rows) < 0.9)
    corrected = chance.choice(labelled, len(labelled) // 20, replace=False)
    first = _labels(predictions, truth, labelled, chance.uniform(0, 20, len(labelled)))
    flipped = np.where(truth == POSITIVE, NEGATIVE, POSITIVE)
    second = _labels(predictions, flipped, corrected, chance.uniform(20, 25, len(corrected)))
    files = Files(folder / "predictions.parquet", folder / "outcomes.parquet")
    predictions.to_parquet(files.predictions, index=False)
    pd.concat([first, second]).to_parquet(files.outcomes, index=False)
    return files


def _labels(calls: pd.DataFrame, truth: Any, chosen: Any, late_days: Any) -> pd.DataFrame:
    observed = calls["occurred_at"].iloc[chosen] + pd.to_timedelta(np.round(late_days * 86_400_000_000), unit="us")
    return calls.iloc[chosen][["prediction_id", "component"]].assign(actual=truth[chosen], observed_at=observed)


def load(app: App, files: Files, components: int) -> tuple[float, float]:
    """Bring the log in as a user would; returns the seconds for predictions and for outcomes."""
    names = [f"component-{number}" for number in range(components)]
    with app.records.write() as session:
        store.save_vendor(session, Vendor("benchmark", "Benchmark"), at=AT)
        for name in names:
            store.save_component(session, Component(name, name, "benchmark"), at=AT)
    seconds = []
    for path, outcomes_only in ((files.predictions, False), (files.outcomes, True)):
        reader = LogReader(outcomes_only=outcomes_only)
        took, result = timed(lambda: import_log_files(app.log, [path], reader=reader, component=None, batch_rows=app.settings.batch_rows))  # noqa: B023
        assert (result.duplicates, result.rejected) == (0, 0), result
        seconds.append(took)
    text = CONTRACT.format(components=", ".join(names))
    parsed = parse_contract(text, metrics=METRICS, clause_kinds=CLAUSE_KINDS)
    assert parsed.contract is not None, parsed.problems
    with app.records.write() as session:
        import_contract(session, parsed.contract, text, by=Actor("benchmark"), at=AT)
    return seconds[0], seconds[1]


def read_as_one_frame(files: Files) -> pd.DataFrame:
    """Calls with the last label of each beside them."""
    labels = pd.read_parquet(files.outcomes).sort_values("observed_at").drop_duplicates("prediction_id", keep="last")
    frame = pd.read_parquet(files.predictions).merge(labels[["prediction_id", "actual"]], on="prediction_id", how="left")
    frame["day"] = frame["occurred_at"].dt.date
    return frame


def as_the_article_does(frame: pd.DataFrame) -> pd.DataFrame:
    """Every metric of every component and day, one call of scikit-learn or pandas each."""
    rows = []
    for (component, day), group in frame.groupby(["component", "day"]):
        labelled = group[(group["status"] == "ok") & group["actual"].notna()]
        actual, said = labelled["actual"], labelled["prediction"]
        rows.append(
            {
                "component": component,
                "day": day,
                "accuracy": accuracy_score(actual, said),
                "precision": precision_score(actual, said, pos_label=POSITIVE, zero_division=0),
                "recall": recall_score(actual, said, pos_label=POSITIVE, zero_division=0),
                "latency_p95": group["latency_ms"].quantile(0.95),
                "latency_p99": group["latency_ms"].quantile(0.99),
                "uptime": (group["status"] == "ok").mean(),
            }
        )
    return pd.DataFrame(rows)


def totals(frame: pd.DataFrame) -> dict[tuple[str, str], tuple[int, Fraction | float]]:
    """What each clause must come to over the quarter, as (denominator, value), straight from the frame."""
    found: dict[tuple[str, str], tuple[int, Fraction | float]] = {}
    for component, group in frame.groupby("component"):
        labelled = group[(group["status"] == "ok") & group["actual"].notna()]
        said, true = labelled["prediction"] == POSITIVE, labelled["actual"] == POSITIVE
        shares = {
            "accuracy": (int((said == true).sum()), len(labelled)),
            "precision": (int((said & true).sum()), int(said.sum())),
            "recall": (int((said & true).sum()), int(true.sum())),
            "uptime": (int((group["status"] == "ok").sum()), len(group)),
        }
        for metric, (hits, size) in shares.items():
            found[str(component), metric] = (size, Fraction(hits, size))
        for metric, share in (("latency_p95", 0.95), ("latency_p99", 0.99)):
            found[str(component), metric] = (len(group), float(np.quantile(group["latency_ms"], share, method="inverted_cdf")))
    return found


def disagreements(evaluation: ContractEvaluation, expected: dict[tuple[str, str], tuple[int, Fraction | float]]) -> list[str]:
    """Clauses whose figures differ from the expected ones."""
    found = {(entry.component, entry.metric): (entry.measurement.n, entry.measurement.value) for entry in evaluation.clauses}
    return [f"{key}: {found.get(key)}, expected {value}" for key, value in expected.items() if found.get(key) != value]


def timed(run: Callable[[], T]) -> tuple[float, T]:
    """Seconds, and what came of it."""
    start = time.perf_counter()
    result = run()
    return time.perf_counter() - start, result


def measure(rows: int, components: int, folder: Path) -> bool:
    """Run both sides, print the figures, and say whether the totals agree."""
    files = generate(folder, rows, components)
    app = open_app(settings=Settings(home=folder / "home"))
    predictions_s, outcomes_s = load(app, files, components)
    labels = len(pd.read_parquet(files.outcomes, columns=["prediction_id"]))
    rate = (rows + labels) / (predictions_s + outcomes_s)
    print(f"{rows:,} calls and {labels:,} labels of {components} components over {DAYS} days")
    print(f"import, inbox and folding: calls {predictions_s:.1f} s, labels {outcomes_s:.1f} s, {rate:,.0f} rows/s")
    ours = app.at(AT)
    ours_s, evaluation = timed(lambda: evaluate(ours.log, "benchmark", "2026-Q3"))
    again_s, _ = timed(lambda: evaluate(ours.log, "benchmark", "2026-Q3"))
    app.close()
    merging_s, frame = timed(lambda: read_as_one_frame(files))
    article_s, figures = timed(lambda: as_the_article_does(frame))
    theirs_s = merging_s + article_s
    print(f"ours, recount and {len(evaluation.clauses)} verdicts: {ours_s:.2f} s; asked again: {again_s:.2f} s")
    print(f"pandas + scikit-learn: {theirs_s:.2f} s ({merging_s:.2f} s to read and merge, {article_s:.2f} s for {len(figures):,} groups)")
    print(f"ratio: {theirs_s / ours_s:.1f} times")
    wrong = disagreements(evaluation, totals(frame))
    print("\n".join(wrong) if wrong else f"all {len(evaluation.clauses)} totals agree")
    return not wrong and len(evaluation.clauses) == 6 * components


def main() -> None:
    options = argparse.ArgumentParser(description="Our evaluation beside pandas and scikit-learn.")
    options.add_argument("--rows", type=int, default=1_000_000)
    options.add_argument("--components", type=int, default=20)
    given = options.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        raise SystemExit(0 if measure(given.rows, given.components, Path(folder)) else 1)


if __name__ == "__main__":
    main()
