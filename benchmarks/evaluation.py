"""A quarter's figures for every component: our evaluation beside pandas and scikit-learn, in the same run.

Run: ``python -m benchmarks.evaluation [--rows 1000000] [--components 20] [--rounds 3] [--imported]``

The log is generated, the same for the same numbers: calls of one quarter with three served versions, one in two hundred without an
answer, nine in ten labelled up to twenty days later, one label in twenty corrected afterwards. All sides start from Parquet files on
disk: ours from the log's own, laid down as folding leaves them (with ``--imported`` they go through the import, the inbox and folding,
which is timed apart), the others from the generated files.

The article's way is one DataFrame with the labels merged in, then for each component and day ``accuracy_score``, ``precision_score``,
``recall_score`` and ``Series.quantile``, as well as the share of answered calls; vectorised pandas computes the same with two group-bys.
Ours is timed in three parts: every day's counters recounted and the period's values with exact percentiles; with tests, intervals and
stored verdicts; and the same verdicts from counters that are there. At the end the totals of both sides are held against each other:
every denominator, every share and every percentile must agree. Times are medians of alternating rounds.
"""

import argparse
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import Path
from statistics import median
from typing import Any, TypeVar

import duckdb

from benchmarks.quarter.frames import as_the_article_does, read_as_one_frame, totals, vectorised
from benchmarks.quarter.generated import DAYS, Files, parts, write_files
from benchmarks.quarter.installation import PERIOD, Installed, bring_in, forget, install, lay_down
from vendor_ai.domain.contract import Contract
from vendor_ai.domain.verdict import ContractEvaluation, Measurement
from vendor_ai.kit.period import parse_period
from vendor_ai.metrics import METRICS
from vendor_ai.services import measurement
from vendor_ai.services.evaluation import evaluate
from vendor_ai.wiring import App

T = TypeVar("T")
READ = {
    "prediction": ("prediction_id", "occurred_at", "prediction", "latency_ms", "status", "model_version"),
    "outcome": ("prediction_id", "actual", "observed_at"),
}


@dataclass(frozen=True, slots=True)
class Times:
    """Seconds of each timed thing, by the clock and of the processor, one a round."""

    seconds: dict[str, list[float]] = field(default_factory=dict)
    processor: dict[str, list[float]] = field(default_factory=dict)

    def take(self, name: str, run: Callable[[], T]) -> T:
        """Run and time it."""
        busy, start = time.process_time(), time.perf_counter()
        result = run()
        self.seconds.setdefault(name, []).append(time.perf_counter() - start)
        self.processor.setdefault(name, []).append(time.process_time() - busy)
        return result

    def of(self, name: str) -> float:
        """The median."""
        return median(self.seconds[name])


def counted(app: App, contract: Contract) -> tuple[measurement.Period, list[measurement.Counted]]:
    """A contract's counters of the quarter."""
    period = parse_period(PERIOD, time_zone=contract.time_zone, year_starts=contract.year_starts)
    with app.records.read() as session:
        return period, measurement.count(session, contract, period, measurement.subjects(session, contract, period))


def values(app: App, contract: Contract) -> dict[tuple[str, str], Any]:
    """Every clause's value from counters, percentiles exactly from rows."""
    period, found = counted(app, contract)
    from_rows = measurement.figures_from_rows(app.log, contract, period, found, keep=True)
    result: dict[tuple[str, str], Any] = {}
    for index, entry in enumerate(found):
        metric, options = METRICS[entry.subject.terms.metric], measurement.MetricOptions(entry.subject.terms.positive)
        assert metric.read is not None
        share = metric.read(entry.counts, options).share
        result[entry.subject.component, metric.key] = from_rows[index].value if metric.quantile is not None else share
    return result


def judged(app: App, contract: Contract) -> list[Measurement]:
    """Every clause measured and tested from counters; nothing is recounted, read from rows or stored."""
    period, found = counted(app, contract)
    return measurement.measured(app.log, contract, period, found, running=False)


def decode(folder: Path) -> None:
    """The columns that counting reads, from the log's files into memory and nothing else."""
    with duckdb.connect(":memory:") as connection:
        connection.execute("SET TimeZone = 'UTC'")
        for kind, columns in READ.items():
            paths = sorted(str(path) for path in folder.glob(f"*/{kind}/*.parquet"))
            connection.read_parquet(paths).project(", ".join(columns)).to_arrow_table()


def ours(installed: Installed, times: Times) -> ContractEvaluation:
    """One round of ours; everything derived is forgotten first."""
    app = installed.app
    forget(app)
    times.take("decode", lambda: decode(app.log.engine.folder))
    times.take("one", lambda: (app.log.refresh(installed.one.components), values(app, installed.one)))
    forget(app)
    times.take("count", lambda: app.log.refresh(installed.every.components))
    times.take("values", lambda: values(app, installed.every))
    evaluation = times.take("verdicts", lambda: evaluate(app.log, installed.every.ref, PERIOD))
    times.take("from counters", lambda: judged(app, installed.every))
    times.take("again", lambda: evaluate(app.log, installed.every.ref, PERIOD))
    return evaluation


def theirs(files: Files, times: Times, component: str) -> dict[tuple[str, str], tuple[int, Fraction | float]]:
    """One round of the others; returns the totals."""
    frame = times.take("merge", lambda: read_as_one_frame(files))
    times.take("article", lambda: as_the_article_does(frame))
    times.take("vectorised", lambda: vectorised(frame))
    times.take("article one", lambda: as_the_article_does(read_as_one_frame(files, component)))
    return totals(frame)


def disagreements(evaluation: ContractEvaluation, expected: dict[tuple[str, str], tuple[int, Fraction | float]]) -> list[str]:
    """Clauses whose figures differ from the expected ones."""
    found = {(entry.component, entry.metric): (entry.measurement.n, entry.measurement.value) for entry in evaluation.clauses}
    return [f"{key}: {found.get(key)}, expected {value}" for key, value in expected.items() if found.get(key) != value]


def report(times: Times) -> None:
    """Print every time with its ratio."""
    both = times.of("count") + times.of("values")
    article, vector = times.of("merge") + times.of("article"), times.of("merge") + times.of("vectorised")
    lines = (
        ("decoding the columns alone", times.of("decode"), f"{both / times.of('decode'):.1f} times that: counters and values"),
        ("counters", times.of("count"), ""),
        ("values, with exact percentiles", times.of("values"), ""),
        ("verdicts with tests, stored", times.of("verdicts"), f"{article / (both + times.of('verdicts')):.1f} times faster, all in all"),
        ("verdicts from counters alone", times.of("from counters"), f"{article / times.of('from counters'):.0f} times faster"),
        ("asked again", times.of("again"), ""),
        ("pandas + scikit-learn, by the article", article, f"counters and values: {article / both:.1f} times faster"),
        ("vectorised pandas", vector, f"counters and values: {vector / both:.1f} times faster"),
        ("one component, ours", times.of("one"), ""),
        ("one component, by the article", times.of("article one"), f"{times.of('article one') / times.of('one'):.1f} times faster"),
    )
    for name, seconds, remark in lines:
        print(f"{name:40} {seconds:9.3f} s   {remark}".rstrip())
    print("processor seconds: " + ", ".join(f"{name} {median(found):.2f}" for name, found in times.processor.items()))


def measure(rows: int, components: int, folder: Path, *, rounds: int = 1, imported: bool = False) -> bool:
    """Run all sides, print the figures, and say whether the totals agree."""
    files, calls, labels = write_files(folder, parts(rows, components))
    installed = install(folder / "home", components)
    start = time.perf_counter()
    if imported:
        bring_in(installed.app, files)
    else:
        lay_down(installed.app, parts(rows, components))
    rate = (calls + labels) / (time.perf_counter() - start)
    print(f"{calls:,} calls and {labels:,} labels of {components} components over {DAYS} days")
    print(f"{'import, inbox and folding' if imported else 'laid down'}: {rate:,.0f} rows/s")
    times = Times()
    evaluation, expected = ours(installed, Times()), theirs(files, times, "component-0")  # the first round of ours also translates
    for turn in range(rounds):
        evaluation = ours(installed, times)
        if turn:
            expected = theirs(files, times, "component-0")
    installed.app.close()
    report(times)
    wrong = disagreements(evaluation, expected)
    print("\n".join(wrong) if wrong else f"all {len(evaluation.clauses)} totals agree")
    return not wrong and len(evaluation.clauses) == 6 * components


def main() -> None:
    options = argparse.ArgumentParser(description="Our evaluation beside pandas and scikit-learn.")
    options.add_argument("--rows", type=int, default=1_000_000)
    options.add_argument("--components", type=int, default=20)
    options.add_argument("--rounds", type=int, default=3)
    options.add_argument("--imported", action="store_true", help="bring the log in by the import, through inbox and folding")
    given = options.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        raise SystemExit(0 if measure(given.rows, given.components, Path(folder), rounds=given.rounds, imported=given.imported) else 1)


if __name__ == "__main__":
    main()
