"""Figures that only rows give: percentiles, and metrics of ranked answers; kept by what they rest on."""

import hashlib
import json
import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from sqlmodel import Session

from vendor_ai.db import figure as store
from vendor_ai.db import prediction_log as log_store
from vendor_ai.db.maintenance import windows
from vendor_ai.domain.measure import Measure
from vendor_ai.domain.metric import Metric, MetricOptions
from vendor_ai.kit.period import Period
from vendor_ai.metrics.percentile import percentile_ranks
from vendor_ai.predictions.counting import Windows
from vendor_ai.predictions.duckdb import Source, Timed
from vendor_ai.services.prediction_log import OUTCOME, PREDICTION, PredictionLog
from vendor_ai.services.recount import ROWS_A_COUNT


@dataclass(frozen=True, slots=True)
class Wanted:
    """One figure to read from rows.

    Attributes:
        metric: A percentile, or a metric with ``rows``.
        options: What its clause fixes.
        measure: Which calls.
        component_id: Their component's stored id.
        counters_sha256: Hash of the period's counters: with other calls there are other counters.
        calls: How many there are: the timed ones for a percentile, the labelled ones for a metric with ``rows``.
        limit: The clause's limit.
        is_floor: True for ``at_least``.
        confidence: Of the interval, two-sided.
    """

    metric: Metric
    options: MetricOptions
    measure: Measure
    component_id: int
    counters_sha256: str
    calls: int
    limit: float
    is_floor: bool
    confidence: float


@dataclass(frozen=True, slots=True)
class RowFigure:
    """A figure from rows, as ``Entry`` takes it; by default nothing is known."""

    value: float | None = None
    value_at_least: bool = False
    interval: tuple[float | None, float | None] = (None, None)
    p_values: tuple[float, float] | None = None
    base: int = 0

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> "RowFigure":
        """The inverse of ``asdict``."""
        pair = data["p_values"]
        return cls(data["value"], data["value_at_least"], tuple(data["interval"]), None if pair is None else tuple(pair), data["base"])


@dataclass(frozen=True, slots=True)
class _Place:
    """The rows of one component over the period."""

    source: Source
    windows: Windows


def row_figures(log: PredictionLog, period: Period, wanted: Sequence[Wanted], *, keep: bool) -> list[RowFigure]:
    """Return the figures, in the order given: those known by what they rest on, the others read from rows.

    Args:
        log: The prediction log.
        period: The days that count.
        wanted: Which figures.
        keep: Keep what had to be read; never for pages, which store nothing.
    """
    if not wanted:
        return []
    with log.records.read() as session:
        announced = {component_id: _announced(session, component_id, period) for component_id in {entry.component_id for entry in wanted}}
        digests = [_digest(entry, period, announced[entry.component_id]) for entry in wanted]
        known = {digest: RowFigure.from_json(data) for digest, data in store.stored(session, digests).items()}
        missing = {digest: entry for digest, entry in zip(digests, wanted, strict=True) if digest not in known}
        lacking = {entry.component_id for entry in missing.values()}
        places = {component_id: _Place(_source(session, component_id), announced[component_id]) for component_id in lacking}
    read = _read(log, period, missing, places)
    whole = {digest: asdict(figure) for digest, (figure, complete) in read.items() if complete}
    if keep and whole:
        with log.records.write() as session:
            store.keep(session, whole, at=log.clock.now())
    return [known[digest] if digest in known else read[digest][0] for digest in digests]


def _announced(session: Session, component_id: int, period: Period) -> Windows:
    return tuple(window for window in windows(session, component_id) if window[0] < period.end_at and window[1] > period.start_at)


def _source(session: Session, component_id: int) -> Source:
    return Source(log_store.files(session, component_id, PREDICTION), log_store.files(session, component_id, OUTCOME))


def _digest(wanted: Wanted, period: Period, announced: Windows) -> str:
    """A hash over everything the figure rests on; rows never change, so their counters stand for them."""
    content = [
        wanted.metric.key,
        [wanted.options.positive, wanted.options.average],
        wanted.measure.key,
        wanted.counters_sha256,
        [period.start_at.isoformat(), period.end_at.isoformat()],
        [[start.isoformat(), end.isoformat()] for start, end in announced],
        [wanted.limit, wanted.is_floor, wanted.confidence],
    ]
    return hashlib.sha256(json.dumps(content).encode()).hexdigest()


def _read(
    log: PredictionLog, period: Period, missing: Mapping[str, Wanted], places: Mapping[int, _Place]
) -> dict[str, tuple[RowFigure, bool]]:
    """Figures from rows, each with whether every call that was counted is still there."""
    percentiles = {digest: entry for digest, entry in missing.items() if entry.metric.quantile is not None}
    found: dict[str, tuple[RowFigure, bool]] = {}
    for announced in {place.windows for place in places.values()}:
        mine = {digest: entry for digest, entry in percentiles.items() if places[entry.component_id].windows == announced}
        for part in _in_reach(mine):
            sources = {entry.measure.component: places[entry.component_id].source for entry in part.values()}
            measures = [entry.measure for entry in part.values()]
            timed = log.engine.timed_calls(measures, sources=sources, start=period.start_at, end=period.end_at, windows=announced)
            found |= {digest: _percentile(entry, timed.get(entry.measure.key)) for digest, entry in part.items()}
    others = {digest: entry for digest, entry in missing.items() if entry.metric.rows is not None}
    return found | {digest: _row_figure(log, period, entry, places[entry.component_id]) for digest, entry in others.items()}


def _in_reach(percentiles: Mapping[str, Wanted]) -> Iterator[dict[str, Wanted]]:
    """The same in parts of whole components, each few enough calls to be held at once, where a component alone is."""
    part: dict[str, Wanted] = {}
    calls: dict[int, int] = {}
    for digest, entry in sorted(percentiles.items(), key=lambda pair: pair[1].component_id):
        if calls and entry.component_id not in calls and sum(calls.values()) + entry.calls > ROWS_A_COUNT:
            yield part
            part, calls = {}, {}
        part[digest] = entry
        calls[entry.component_id] = max(entry.calls, calls.get(entry.component_id, 0))
    if part:
        yield part


def _percentile(wanted: Wanted, calls: Timed | None) -> tuple[RowFigure, bool]:
    """The percentile: its value, whether that is only its lowest possible one, and its interval."""
    size = 0 if calls is None else calls.latency_ms.size
    if calls is None or size < wanted.calls:
        return RowFigure(), False  # rows were deleted when their time was over: of the rest it would be another figure
    assert wanted.metric.quantile is not None
    ranks = percentile_ranks(size, wanted.metric.quantile, wanted.confidence)
    logged = calls.at([ranks.value, *([] if ranks.low is None else [ranks.low])], endless=False)
    endless = calls.at([ranks.value, *([] if ranks.high is None else [ranks.high])], endless=True)
    low = logged[1] if ranks.low is not None else None
    high = endless[1] if ranks.high is not None and math.isfinite(endless[1]) else None
    return RowFigure(logged[0], endless[0] != logged[0], (low, high)), size == wanted.calls


def _row_figure(log: PredictionLog, period: Period, wanted: Wanted, place: _Place) -> tuple[RowFigure, bool]:
    """A metric of ranked answers, with interval and p-values where it is defined."""
    statistic = wanted.metric.rows
    assert statistic is not None
    rows = log.engine.call_columns(
        wanted.measure, statistic.columns, source=place.source, start=period.start_at, end=period.end_at, windows=place.windows
    )
    size, base = len(rows[statistic.columns[0]]), _complete(rows)
    if size < wanted.calls:
        return RowFigure(), False
    value = float(statistic.figure(rows, wanted.options)) if base else math.nan
    if math.isnan(value):
        return RowFigure(base=base), size == wanted.calls
    low, high = statistic.interval(rows, wanted.options, wanted.confidence)
    breach, compliance = statistic.p_values(rows, wanted.options, wanted.limit, wanted.is_floor)
    return RowFigure(value, False, (_known(low), _known(high)), (float(breach), float(compliance)), base), size == wanted.calls


def _complete(rows: Mapping[str, Any]) -> int:
    """How many rows have every column."""
    there = [np.array([value is not None for value in values]) if values.dtype == object else ~np.isnan(values) for values in rows.values()]
    return int(np.logical_and.reduce(there).sum())


def _known(value: float) -> float | None:
    return None if math.isnan(value) else float(value)
