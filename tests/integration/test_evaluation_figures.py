"""What an evaluation says against scikit-learn, numpy, scipy and statsmodels on the same rows."""

import random
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from math import ceil, inf, nan
from pathlib import Path
from zoneinfo import ZoneInfo

import numpy as np
import pandas as pd
import pytest
from scipy.stats import binomtest, quantile_test
from sklearn.metrics import accuracy_score, precision_score, recall_score
from statsmodels.stats.multitest import multipletests

from tests.factories.command_line import CommandLine, contract_text
from tests.unit.test_counting_oracle import (
    Call,
    Label,
    label_in_force,
    outcome_table,
    prediction_table,
    random_calls,
    random_labels,
)
from vendor_ai.db.vendor import component_key
from vendor_ai.domain.verdict import ClauseVerdict, Evidence
from vendor_ai.inference.clusters import cluster_p_values
from vendor_ai.services.evaluation import evaluate
from vendor_ai.services.prediction_log import OUTCOME, PREDICTION, accept
from vendor_ai.wiring import App, open_app

ZONE = "America/New_York"
SOURCES = ("audit", "proxy")
SHARES = {"accuracy": "0.45", "precision": "0.52", "recall": "0.44", "uptime": "0.81", "error_rate": "0.17"}
LATENCIES = {"p95": ("latency_p95", "200.1"), "p99": ("latency_p99", "390")}
AT = datetime(2027, 2, 1, tzinfo=UTC)


def clause(name: str, metric: str, bound: str, *more: str) -> str:
    return f"  - {{{', '.join([f'id: {name}, kind: performance, metric: {metric}, {bound}, period: quarter', *more])}}}"


def share_clauses() -> list[str]:
    ranked = f"label_sources: [{', '.join(SOURCES)}]"
    found = []
    for metric, limit in SHARES.items():
        bound = f'{"at_most" if metric == "error_rate" else "at_least"}: "{limit}"'
        found.append(clause(metric, metric, bound, ranked, *(['positive: "yes"'] if metric in ("precision", "recall") else [])))
    return [*found, *(clause(name, metric, f'at_most: "{limit}"') for name, (metric, limit) in LATENCIES.items())]


def installation(cli: CommandLine, calls: Sequence[Call], labels: Sequence[Label], *clauses: str) -> App:
    """A home that holds the rows and a contract over them."""
    cli.inventory("ocr")
    cli.contract(contract_text(*clauses, zone=ZONE))
    app = open_app(cli.home).at(AT)
    with app.records.read() as session:
        key = component_key(session, "ocr")[0]
    with app.records.write() as session:
        parts = [(key, PREDICTION, prediction_table(calls))]
        accept(session, parts + ([(key, OUTCOME, outcome_table(labels))] if labels else []), batch_id="rows", at=AT)
    return app


def verdicts(app: App, period: str = "2026-Q4") -> dict[str, ClauseVerdict]:
    return {entry.clause: entry for entry in evaluate(app.log, "acme-2026", period).clauses}


def two_classes(draw: random.Random, calls: Sequence[Call]) -> list[Call]:
    """The calls with one of two answers, or none."""
    return [replace(call, prediction=None if call.prediction is None else draw.choice(("yes", "no"))) for call in calls]


def frame(calls: Sequence[Call], labels: Sequence[Label]) -> pd.DataFrame:
    """The quarter's calls that count for the vendor, with the label in force beside each."""
    by_call: dict[str, list[Label]] = {}
    for label in labels:
        by_call.setdefault(label.prediction_id, []).append(label)
    rows = []
    for call in calls:
        local = call.occurred_at.astimezone(ZoneInfo(ZONE))
        if call.excluded or not datetime(2026, 10, 1) <= local.replace(tzinfo=None) < datetime(2027, 1, 1):  # noqa: DTZ001
            continue
        label = label_in_force(by_call.get(call.prediction_id, []), SOURCES) or Label("")
        latency = call.latency_ms if call.status == "ok" else (call.latency_ms or 0.0) if call.status == "timeout" else None
        rows.append(
            (call.status, call.prediction, call.prediction_value, label.actual, label.actual_value, label.correct, latency, local.date())
        )
    names = ["status", "prediction", "number", "actual", "actual_number", "correct", "latency", "day"]
    return pd.DataFrame(rows, columns=names)


def judged(rows: pd.DataFrame) -> pd.DataFrame:
    """Labelled answers with a column ``hit``: both texts decide where both are there, and both numbers where no text is."""
    answered = rows[(rows.status == "ok") & (rows.prediction.notna() | rows.number.notna())].copy()
    both = answered.prediction.notna() & answered.actual.notna()
    answered["both"] = both
    numbers = answered.prediction.isna() & answered.actual.isna() & answered.number.notna() & answered.actual_number.notna()
    right = np.where(numbers, answered.number == answered.actual_number, answered.correct)
    answered["hit"] = np.where(both, answered.prediction == answered.actual, right)
    return answered[answered.hit.notna()]


@pytest.mark.parametrize(("seed", "days"), [(1, 8), (2, 40)])
def test_every_figure_is_that_of_the_usual_libraries(cli: CommandLine, seed: int, days: int) -> None:
    draw = random.Random(seed)
    calls = two_classes(draw, random_calls(seed, ZONE, date(2026, 10, 29), 2_471, days=days))
    labels = [
        replace(label, actual=None if label.actual is None else draw.choice(("yes", "no"))) for label in random_labels(seed, calls, 3_000)
    ]
    labels = [label for label in labels if (label.actual, label.actual_value, label.correct) != (None, None, None)]
    app = installation(cli, calls, labels, *share_clauses())
    rows, found = frame(calls, labels), verdicts(app)
    hits = judged(rows)
    pairs = hits[hits.both]
    shares = {
        "accuracy": (accuracy_score(np.ones(len(hits)), hits.hit.astype(float)), len(hits), hits.hit),
        "precision": (
            precision_score(pairs.actual, pairs.prediction, pos_label="yes"),
            (pairs.prediction == "yes").sum(),
            pairs[pairs.prediction == "yes"].actual == "yes",
        ),
        "recall": (
            recall_score(pairs.actual, pairs.prediction, pos_label="yes"),
            (pairs.actual == "yes").sum(),
            pairs[pairs.actual == "yes"].prediction == "yes",
        ),
        "uptime": ((rows.status == "ok").mean(), len(rows), rows.status == "ok"),
        "error_rate": ((rows.status != "ok").mean(), len(rows), rows.status != "ok"),
    }
    raw: dict[str, float] = {}
    decisive: dict[str, float] = {}
    for name, (share, n, having) in shares.items():
        figure, flags = found[name].measurement, having.astype(bool)
        assert figure.n == n
        assert figure.value == Fraction(int(flags.sum()), int(n))
        assert float(figure.value) == pytest.approx(share, rel=1e-14)
        exact = binomtest(int(flags.sum()), int(n), 0.5).proportion_ci(0.95, method="exact")
        assert figure.interval == pytest.approx((exact.low, exact.high), rel=1e-9)
        limit, is_floor = float(SHARES[name]), name != "error_rate"
        assert figure.missed == (share < limit if is_floor else share > limit)
        raw[name], decisive[name] = p_values(flags, rows, limit, is_floor)
    timed = rows[rows.latency.notna()]
    for name, (_, limit_text) in LATENCIES.items():
        over = (timed.latency > float(limit_text)) & timed.latency.notna()
        raw[name], decisive[name] = p_values(over, rows, 0.05 if name == "p95" else 0.01, is_floor=False)
    order = list(found)
    adjusted = dict(zip(order, multipletests([decisive[name] for name in order], method="holm")[1], strict=True))
    for name in order:
        figure = found[name].measurement
        assert figure.p_value == pytest.approx(raw[name], rel=1e-9, abs=1e-300)
        assert figure.p_adjusted == pytest.approx(adjusted[name], rel=1e-9, abs=1e-300)
        assert ("clusters_by_day" in figure.reasons) == (days >= 20)
    check_percentiles(timed, found)


def p_values(flags: pd.Series, rows: pd.DataFrame, limit: float, is_floor: bool) -> tuple[float, float]:
    """The exact one-sided p-value of a breach, and the one that decides: by days too where twenty hold rows and calls show something."""
    n, k = len(flags), int(flags.sum())
    exact = float(binomtest(k, n, limit, alternative="less" if is_floor else "greater").pvalue)
    by_day = flags.groupby(rows.loc[flags.index, "day"]).agg(["sum", "count"])
    if len(by_day) < 20 or exact >= 0.5:
        return exact, exact
    return exact, max(exact, cluster_p_values(by_day["sum"], by_day["count"], limit, is_floor=is_floor)[0])


def check_percentiles(timed: pd.DataFrame, found: dict[str, ClauseVerdict]) -> None:
    logged = timed.latency.to_numpy()
    endless = np.where(timed.status == "timeout", inf, logged)
    for name, share in (("p95", Fraction(95, 100)), ("p99", Fraction(99, 100))):
        figure = found[name].measurement
        assert figure.n == len(logged)
        assert figure.value == np.percentile(logged, float(share * 100), method="inverted_cdf")
        assert figure.value == np.sort(logged)[ceil(share * len(logged)) - 1]
        low = quantile_test(logged, p=float(share)).confidence_interval(0.95).low
        high = quantile_test(endless, p=float(share)).confidence_interval(0.95).high
        assert figure.interval == (low, None if high in (inf, nan) or np.isnan(high) else high)
        assert ("percentile_at_least" in figure.reasons) == (np.sort(endless)[ceil(share * len(logged)) - 1] != figure.value)


@pytest.mark.parametrize("days", [19, 20])
def test_days_are_the_unit_once_twenty_of_them_hold_rows(cli: CommandLine, days: int) -> None:
    """Each day all right or all wrong: calls alone would prove the breach, days do not."""
    calls = [
        Call(f"{day}-{n}", datetime(2026, 10, 1, 12, tzinfo=UTC) + timedelta(days=day), prediction="yes" if day % 5 else "no")
        for day in range(days)
        for n in range(40)
    ]
    app = installation(
        cli, calls, [Label(call.prediction_id, actual="yes") for call in calls], clause("accuracy", "accuracy", 'at_least: "0.85"')
    )
    figure = verdicts(app)["accuracy"].measurement
    assert figure.value == Fraction(days - -(-days // 5), days)
    assert figure.p_value is not None
    assert figure.p_adjusted is not None
    assert figure.p_value < 0.001
    if days == 19:
        assert (figure.evidence, figure.reasons) == (Evidence.PROVEN_BREACH, ("clusters_too_few",))
        assert figure.p_adjusted == figure.p_value
    else:
        assert figure.evidence is Evidence.NOT_PROVEN
        assert figure.p_adjusted > 0.05
        assert "clusters_by_day" in figure.reasons


def tied_log(draw: random.Random, rows: int) -> list[Call]:
    """Calls with few different latencies, so that many tie; some of them time-outs."""
    latencies = [100.0, 199.9, 200.0, 200.1, 300.0]
    start = datetime(2026, 10, 5, tzinfo=UTC)
    statuses = ["ok"] * 30 + ["timeout"]
    return [
        Call(f"{n}", start + timedelta(seconds=n), draw.choice(statuses), latency_ms=draw.choices(latencies, [50, 44, 3, 2, 1])[0])
        for n in range(rows)
    ]


@pytest.mark.parametrize(("seed", "rows"), [(1, 140), (2, 150), (3, 199), (4, 200), (5, 400), (6, 461)])
def test_the_percentile_is_above_a_limit_exactly_when_too_many_calls_are(cli: CommandLine, seed: int, rows: int) -> None:
    calls = tied_log(random.Random(seed), rows)
    limits = ["99.999", "100", "100.000001", "199.9", "199.95", "200", "200.1", "200.10000000000001", "250", "300"]
    clauses = [clause(f"{metric}-{limit}", metric, f'at_most: "{limit}"') for metric in ("latency_p95", "latency_p99") for limit in limits]
    for name, verdict in verdicts(installation(cli, calls, [], *clauses)).items():
        metric, _, limit = name.partition("-")
        quantile = Fraction(95, 100) if metric == "latency_p95" else Fraction(99, 100)
        above = sum(Decimal(repr(call.latency_ms)) > Decimal(limit) for call in calls)
        too_many = Fraction(above, rows) > 1 - quantile
        value = verdict.measurement.value
        assert value is not None
        assert (Decimal(repr(float(value))) > Decimal(limit)) == too_many == verdict.measurement.missed, name
        assert (verdict.result == "MISSED") == too_many


def test_a_relative_tolerance_moves_the_limit_the_calls_are_counted_by(cli: CommandLine) -> None:
    calls = [Call(f"{n}", datetime(2026, 10, 5, tzinfo=UTC), latency_ms=220.0 if n < 6 else 100.0) for n in range(100)]
    tolerance = 'tolerance: {amount: "0.1", kind: relative, meaning: allowance}'
    found = verdicts(
        installation(
            cli, calls, [], clause("strict", "latency_p95", "at_most: 200"), clause("mild", "latency_p95", "at_most: 200", tolerance)
        )
    )
    assert (found["strict"].limit, found["strict"].result, found["strict"].measurement.value) == (200, "MISSED", 220.0)
    assert (found["mild"].limit, found["mild"].result, found["mild"].measurement.value) == (220, "MET", 220.0)


def test_calls_at_the_edges_of_the_quarter_fall_on_the_right_side(cli: CommandLine, tmp_path: Path) -> None:
    zone = ZoneInfo(ZONE)
    first = datetime(2026, 10, 1, tzinfo=zone)
    end = datetime(2027, 1, 1, tzinfo=zone)
    moments = {"before": first - timedelta(microseconds=1), "first": first, "last": end - timedelta(microseconds=1)}
    moments |= {"half": end - timedelta(microseconds=400_000), "after": end}
    calls = [Call(name, moment.astimezone(UTC), latency_ms=float(n)) for n, (name, moment) in enumerate(moments.items())]
    app = installation(
        cli,
        calls,
        [],
        clause("uptime", "uptime", 'at_least: "0.5"', "minimum_sample: 1"),
        clause("p95", "latency_p95", "at_most: 1", "minimum_sample: 1"),
    )
    found = verdicts(app)
    assert [entry.measurement.n for entry in found.values()] == [3, 3]
    assert found["p95"].measurement.value == 3.0
