"""The course of each promise, with the limit drawn in."""

from collections.abc import Sequence
from fractions import Fraction

from vendor_ai.domain.account import AccountFacts, ClauseHistory, PastPeriod, Series, SeriesPoint
from vendor_ai.domain.report import Block, Cell, ChartBlock, ChartPoint, Column, ColumnType, Mark, Paragraph, TableBlock, Tone, Unit
from vendor_ai.domain.verdict import Result
from vendor_ai.reports.quantity import decimal_of, exact_text, quantity, quantity_text, span
from vendor_ai.reports.section import Section
from vendor_ai.reports.wording import side_text

_COLUMNS = (
    Column("promise", "Promise"),
    Column("component", "Component"),
    Column("period", "Period"),
    Column("measured", "Measured", ColumnType.QUANTITY),
    Column("interval", "Interval", ColumnType.SPAN),
    Column("limit", "Limit", ColumnType.QUANTITY),
    Column("n", "Calls", ColumnType.INTEGER),
    Column("result", "Result", ColumnType.MARK),
    Column("contract", "Contract", detail=True),
    Column("clause", "Clause", detail=True),
)
_RESULT = {
    Result.MET: Mark("Met", Tone.GOOD),
    Result.MISSED: Mark("Missed", Tone.BAD),
    Result.INSUFFICIENT_DATA: Mark("Too little data", Tone.UNKNOWN),
}
_POINTS_SPELLED_OUT = 6


def build(facts: AccountFacts) -> tuple[Block, ...]:
    """A chart for each clause's past and each finer series, then the past as a table."""
    histories = [history for one in facts.contracts for history in one.history if history.periods]
    charts: list[Block] = [
        _history_chart(facts, history) for history in histories if any(past.value is not None for past in history.periods)
    ]
    charts += [_series_chart(series) for series in facts.series if any(point.value is not None for point in series.points)]
    if not charts and not histories:
        return (Paragraph("There is no past period and no series to draw yet."),)
    key = "A filled dot met the limit, a triangle missed it, a hollow dot rests on too little data to judge, and a gap has no data. "
    drawn = Paragraph(key + "The dashed line is the limit; thin bars are intervals.")
    nothing = Paragraph("No past period and no day of the month has a measured value, so there is nothing to draw.")
    blocks: list[Block] = [drawn, *charts] if charts else [nothing]
    if histories:
        rows = tuple(_row(facts, history, past) for history in histories for past in history.periods)
        blocks.append(TableBlock("History", "The promises over past periods", _COLUMNS, rows))
    return tuple(blocks)


def _row(facts: AccountFacts, history: ClauseHistory, past: PastPeriod) -> tuple[Cell, ...]:
    value = quantity(past.value, history.unit, limit=past.limit)
    return (
        facts.promise_label(history.metric, history.clause),
        history.component,
        past.period,
        value,
        span(past.interval, history.unit, value.places if value else 1),
        quantity(decimal_of(past.limit), history.unit),
        past.n,
        _RESULT[past.result] if past.n else Mark("No data", Tone.UNKNOWN),
        history.contract,
        history.clause,
    )


def _history_chart(facts: AccountFacts, history: ClauseHistory) -> ChartBlock:
    limit = history.periods[-1].limit
    points = tuple(_past_point(past) for past in history.periods)
    title = f"{facts.promise_label(history.metric, history.clause)}, {history.component}"
    return _chart(title, history.unit, points, limit, history.is_floor, moved=any(past.limit != limit for past in history.periods))


def _past_point(past: PastPeriod) -> ChartPoint:
    tone = _RESULT[past.result].tone
    low, high = (None if side is None else decimal_of(side) for side in past.interval)
    return ChartPoint(past.period, None if past.value is None else decimal_of(past.value), past.n, tone, low, high)


def _series_chart(series: Series) -> ChartBlock:
    points = tuple(_series_point(series, point) for point in series.points)
    return _chart(f"{series.title}, {series.component}", series.unit, points, series.limit, series.is_floor)


def _series_point(series: Series, point: SeriesPoint) -> ChartPoint:
    if point.value is None:
        return ChartPoint(point.label, None, point.n, Tone.UNKNOWN)
    value = decimal_of(point.value)
    if not point.enough:
        return ChartPoint(point.label, value, point.n, Tone.UNKNOWN)
    met = Fraction(value) >= series.limit if series.is_floor else Fraction(value) <= series.limit
    return ChartPoint(point.label, value, point.n, Tone.GOOD if met else Tone.BAD)


def _chart(title: str, unit: Unit, points: tuple[ChartPoint, ...], limit: Fraction, is_floor: bool, *, moved: bool = False) -> ChartBlock:
    label = side_text(limit, unit, is_floor)
    alt = f"{title}: {_course(points, unit, limit)}. The limit is {label}."
    note = "The limit changed on the way; the line is the last one, the table has each." if moved else ""
    return ChartBlock("line", title, unit, points, decimal_of(limit), label, alt, note)


def _course(points: Sequence[ChartPoint], unit: Unit, limit: Fraction) -> str:
    """What the picture shows, in words: every point of a short course, the outline of a long one."""
    known = [point for point in points if point.value is not None]
    if not known:
        return "no data"
    if len(points) <= _POINTS_SPELLED_OUT:
        return ", ".join(f"{point.label} {_value(point, unit, limit)}" for point in points)
    ends = f"{points[0].label} {_value(points[0], unit, limit)} to {points[-1].label} {_value(points[-1], unit, limit)}"
    missed = sum(point.tone is Tone.BAD for point in points)
    values = sorted(point.value for point in known if point.value is not None)
    low, high = (exact_text(round(value, 4 if unit == "share" else 0), unit) for value in (values[0], values[-1]))
    return f"{ends}, between {low} and {high}, {missed} of {len(points)} points miss the limit"


def _value(point: ChartPoint, unit: Unit, limit: Fraction) -> str:
    value = quantity(point.value, unit, limit=limit)
    if value is None:
        return "no data"
    words = {Tone.GOOD: "met", Tone.BAD: "missed", Tone.UNKNOWN: "too little data", Tone.NEUTRAL: "not judged"}
    return f"{quantity_text(value)} ({words[point.tone]})"


SECTION = Section("trend", 30, "Course over time", build)
