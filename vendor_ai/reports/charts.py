"""Charts as SVG: a course over time and the limit as a dashed, labelled rule.

The layout is fixed, never measured: letters are anchored, and nothing depends on the fonts of the machine that draws.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache
from html import escape
from typing import TYPE_CHECKING, Any

from vendor_ai.domain.report import ChartBlock, ChartPoint, Tone, Unit
from vendor_ai.reports.axis import Axis, axis_for
from vendor_ai.reports.quantity import exact_text

if TYPE_CHECKING:
    import altair as alt

INK, MUTED, GRID, LINE, PAPER = "#1f2933", "#5f6b76", "#e3e7eb", "#3b5b7a", "#fffffe"
TONES = {Tone.GOOD: "#1b6e3c", Tone.BAD: "#a3261b", Tone.UNKNOWN: "#6b5d00", Tone.NEUTRAL: "#5f6b77"}

_WHOLE, _RIGHT, _HEIGHT = 320, 14, 132
_ABOVE, _BELOW = 18, 24
_FONT = "ReportFont"
_LABELS = 4
_CROWDED = 16
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
_LETTER, _LABEL_HEIGHT = 6.2, 15  # room for a label, in the chart's own pixels


@dataclass(frozen=True, slots=True)
class Frame:
    """The field that is drawn into: its axis, and the room its labels leave, in pixels."""

    axis: Axis
    left: int
    width: int

    def height_of(self, value: Decimal) -> float:
        """How far above the bottom a value lies."""
        return float((value - self.axis.low) / (self.axis.high - self.axis.low)) * _HEIGHT


@dataclass(frozen=True, slots=True)
class Drawn:
    """A chart as SVG, and what must be said about its axis and limit."""

    svg: str
    note: str


def chart_svg(block: ChartBlock, font: str) -> Drawn:
    """Return the chart with its letters in ``font`` (a family, or a list of them as CSS writes it)."""
    frame = _frame(block)
    axis = frame.axis
    cut = f"The vertical axis starts at {exact_text(axis.low, block.unit)}." if axis.low else ""
    note = " ".join(part for part in (cut, block.note) if part)
    return Drawn(_draw(block, frame).replace(_FONT, escape(font, quote=True)), note)


def _frame(block: ChartBlock) -> Frame:
    """Every chart is equally wide; long labels of the vertical axis narrow the field."""
    axis = axis_for(block)
    left = 10 + round(_LETTER * max(len(exact_text(tick, block.unit)) for tick in axis.ticks))
    return Frame(axis, left, _WHOLE - _RIGHT - left)


@lru_cache(maxsize=256)
def _draw(block: ChartBlock, frame: Frame) -> str:
    import vl_convert

    svg = vl_convert.vegalite_to_svg(_specification(block, frame), allowed_base_urls=[])
    opening = f'<svg role="img" focusable="false" \\1><title>{_escaped(block.alt)}</title>'
    return re.sub(r"<svg ([^>]*)>", opening, str(svg), count=1)


def _escaped(text: str) -> str:
    return escape(text, quote=True).replace("\\", "&#92;")


def _specification(block: ChartBlock, frame: Frame) -> dict[str, Any]:
    import altair as alt

    padding = {"left": frame.left, "right": _RIGHT, "top": _ABOVE, "bottom": _BELOW}
    x = alt.X("x:O", sort=None, scale=alt.Scale(domain=[point.label for point in block.points]), axis=_x_axis(block))
    y = _y(frame.axis, block.unit)
    chart = alt.layer(
        *(layer.encode(x=x, y=y) for layer in _course(block)),
        _threshold(block, frame).encode(y=y),
        *(layer.encode(x=x, y=y) for layer in _markers(block)),
        *_threshold_label(block, frame),
    )
    drawn: dict[str, Any] = (
        chart.properties(
            width=frame.width, height=_HEIGHT, padding=padding, autosize=alt.AutoSizeParams(type="none"), background="transparent"
        )
        .configure(aria=False, font=_FONT)
        .configure_view(stroke=None)
        .to_dict()
    )
    return drawn


def _x_axis(block: ChartBlock) -> "alt.Axis":
    import altair as alt

    # A day needs no year under its tick: the report names the month, and the short label fits beside the chart's edge.
    days = all(_DAY.fullmatch(point.label) for point in block.points)
    return alt.Axis(
        title=None, values=_shown_labels(block.points), labelExpr="slice(datum.label, 5)" if days else "datum.label",
        labelAngle=0, labelOverlap=False, labelBound=False, labelLimit=0, labelFontSize=11,
        labelColor=MUTED, domainColor=MUTED, tickColor=MUTED, tickSize=4, labelPadding=4, grid=False,
    )  # fmt: skip


def _shown_labels(points: Sequence[ChartPoint]) -> list[str]:
    """Labels that fit side by side: all of a few, else evenly spaced ones."""
    labels = [point.label for point in points]
    if len(labels) <= _LABELS:
        return labels
    step = -(-len(labels) // _LABELS)
    return labels[step // 2 :: step]


def _y(axis: Axis, unit: Unit) -> "alt.Y":
    import altair as alt

    texts = {float(tick): exact_text(tick, unit) for tick in axis.ticks}
    spelled = " : ".join(f"abs(datum.value - {value}) < {float(axis.step) / 10} ? '{text}'" for value, text in texts.items())
    lines = alt.Axis(
        title=None, values=list(texts), labelExpr=f"{spelled} : ''", labelOverlap=False, labelBound=False, labelLimit=0, labelFontSize=11,
        labelColor=MUTED, labelPadding=6, domain=False, ticks=False, gridColor=GRID,
    )  # fmt: skip
    return alt.Y("y:Q", scale=alt.Scale(domain=[float(axis.low), float(axis.high)], nice=False, zero=False), axis=lines)


def _data(rows: list[dict[str, Any]]) -> Any:
    import altair as alt

    make: Any = alt.Data
    return make(values=rows)


def _values(points: Sequence[ChartPoint], *tones: Tone) -> list[dict[str, Any]]:
    return [{"x": point.label, "y": float(point.value)} for point in points if point.value is not None and point.tone in tones]


def _course(block: ChartBlock) -> "list[alt.Chart]":
    """The judged points joined (or as bars), broken where a period is missing or too thin; intervals as thin bars."""
    import altair as alt

    joined = [
        {"x": point.label, "y": None if point.value is None or point.tone is Tone.UNKNOWN else float(point.value)} for point in block.points
    ]
    spans = [
        {"x": point.label, "y": float(point.low), "y2": float(point.high)}
        for point in block.points
        if point.low is not None and point.high is not None
    ]
    course = alt.Chart(_data(joined))
    drawn = course.mark_bar(color=LINE, opacity=0.35, width=18) if block.kind == "bar" else course.mark_line(color=LINE, strokeWidth=1.6)
    found = [drawn]
    if spans:
        found.append(alt.Chart(_data(spans)).mark_rule(color=LINE, strokeWidth=1.2).encode(y2="y2:Q"))
    return found


def _markers(block: ChartBlock) -> "list[alt.Chart]":
    import altair as alt

    crowded = len(block.points) > _CROWDED
    small, large, hollow = (14, 26, 26) if crowded else (46, 62, 46)
    good = alt.Chart(_data(_values(block.points, Tone.GOOD, Tone.NEUTRAL)))
    bad = alt.Chart(_data(_values(block.points, Tone.BAD)))
    thin = alt.Chart(_data(_values(block.points, Tone.UNKNOWN)))
    return [
        good.mark_point(shape="circle", size=small, filled=True, color=TONES[Tone.GOOD], opacity=1),
        bad.mark_point(shape="triangle-up", size=large, filled=True, color=TONES[Tone.BAD], opacity=1),
        thin.mark_point(shape="circle", size=hollow, filled=False, color=TONES[Tone.UNKNOWN], fill=PAPER, strokeWidth=1.4, opacity=1),
    ]


def _threshold(block: ChartBlock, frame: Frame) -> "alt.Chart":
    import altair as alt

    data = _data([{"y": float(block.threshold)}])
    rule: alt.Chart = (
        alt.Chart(data).mark_rule(color=INK, strokeWidth=1.2, strokeDash=[5, 3]).encode(x=alt.value(0), x2=alt.value(frame.width))
    )
    return rule


def _threshold_label(block: ChartBlock, frame: Frame) -> "list[alt.Chart]":
    """The limit in words beside its rule, where the course leaves most room; a halo keeps it readable."""
    import altair as alt

    right, below, free = _roomiest(block, frame)
    if not free:
        above = alt.Chart(_data([{"t": f"limit: {block.threshold_label}"}])).mark_text(
            align="right", fontSize=11, fontWeight="bold", color=INK
        )
        return [above.encode(text="t:N", x=alt.value(frame.width), y=alt.value(-9))]
    data = _data([{"y": float(block.threshold), "t": block.threshold_label}])
    align, away = ("right", -2) if right else ("left", 2)
    text: dict[str, Any] = {"align": align, "dx": away, "dy": 11 if below else -8, "fontSize": 11, "limit": 0, "fontWeight": "bold"}
    halo = alt.Chart(data).mark_text(**text, stroke=PAPER, strokeWidth=3.5, color=PAPER)
    ink = alt.Chart(data).mark_text(**text, color=INK)
    y = _y(frame.axis, block.unit)
    return [layer.encode(text="t:N", x=alt.value(frame.width if right else 0), y=y) for layer in (halo, ink)]


def _roomiest(block: ChartBlock, frame: Frame) -> tuple[bool, bool, bool]:
    """Whether the label goes to the right end, and below the rule, and covers no point there; left above is tried first."""
    rule = frame.height_of(block.threshold)
    share = len(block.threshold_label) * _LETTER / frame.width
    count = max(len(block.points), 1)

    def covered(right: bool, below: bool) -> int:
        """Points under the label there; a place outside the chart covers more than all."""
        bottom, top = (rule - _LABEL_HEIGHT, rule) if below else (rule, rule + _LABEL_HEIGHT)
        if bottom < 0 or top > _HEIGHT:
            return count + 1
        inside = 0
        for index, point in enumerate(block.points):
            across = (index + 0.5) / count
            near = across > 1 - share if right else across < share
            inside += near and point.value is not None and bottom - 5 <= frame.height_of(point.value) <= top + 5
        return inside

    corners = [(right, below) for right in (False, True) for below in (False, True)]
    best = min(corners, key=lambda corner: covered(*corner))
    return (*best, covered(*best) == 0)
