"""Native line charts of a workbook, each with its limit as a series."""

from collections.abc import Sequence
from typing import Any

from vendor_ai.domain.report import ChartBlock, ChartPoint, Tone
from vendor_ai.reports.axis import axis_for
from vendor_ai.reports.workbook import Book, number_format

_SHEET, _DATA = "Charts", "Chart data"
_HEADERS = ("Chart", "Period", "Value", "Value, too little data", "Limit", "Calls", "Reading", "Interval, low", "Interval, high")
_READING = {Tone.GOOD: "met", Tone.BAD: "missed", Tone.UNKNOWN: "too little data", Tone.NEUTRAL: "not judged"}
_ROWS_A_CHART = 16
_COLUMNS_A_CHART = 8


def write_charts(book: Book, charts: Sequence[ChartBlock]) -> None:
    """Write the charts side by side on one sheet, and the points they are drawn from on another."""
    if not charts:
        return
    board, data = book.sheet(_SHEET), book.sheet(_DATA)
    for position, text in enumerate(_HEADERS):
        data.write_string(0, position, text, book.style(bold=True, bottom=1))
    data.set_column(0, 0, 42)
    data.set_column(1, len(_HEADERS) - 1, 15)
    line = 1
    for index, block in enumerate(charts):
        for offset, point in enumerate(block.points):
            _write_point(book, data, line + offset, block, point)
        drawn = _chart(book, block, line, line + len(block.points) - 1)
        row, column = divmod(index, 2)
        board.insert_chart(row * _ROWS_A_CHART, column * _COLUMNS_A_CHART, drawn, {"description": block.alt})
        line += len(block.points)
    data.freeze_panes(1, 0)
    data.autofilter(0, 0, line - 1, len(_HEADERS) - 1)


def _write_point(book: Book, data: Any, line: int, block: ChartBlock, point: ChartPoint) -> None:
    shown = book.style(num_format=number_format(block.unit, 1))
    book.write_text(data, (line, 0), block.title)
    book.write_text(data, (line, 1), point.label)
    thin = point.tone is Tone.UNKNOWN
    for position, value in ((3 if thin else 2, point.value), (4, block.threshold), (7, point.low), (8, point.high)):
        if value is not None:
            data.write_number(line, position, float(value), shown)
    data.write_number(line, 5, point.n, book.style(num_format="#,##0"))
    data.write_string(line, 6, "no data" if point.value is None else _READING[point.tone])


def _chart(book: Book, block: ChartBlock, first: int, last: int) -> Any:
    drawn = book.workbook.add_chart({"type": "line"})
    periods = [_DATA, first, 1, last, 1]
    course = {"color": "#3B5B7A", "width": 1.75}
    marker = {"type": "circle", "size": 6, "border": {"color": "#3B5B7A"}, "fill": {"color": "#3B5B7A"}}
    hollow = {"type": "circle", "size": 6, "border": {"color": "#6B5D00"}, "fill": {"color": "#FFFFFF"}}
    limit = {"color": "#1F2933", "width": 1.5, "dash_type": "dash"}
    values = {column: [_DATA, first, column, last, column] for column in (2, 3, 4)}
    drawn.add_series({"name": "Measured", "categories": periods, "values": values[2], "line": course, "marker": marker})
    if any(point.tone is Tone.UNKNOWN and point.value is not None for point in block.points):
        name = "Too little data to judge"
        drawn.add_series({"name": name, "categories": periods, "values": values[3], "line": {"none": True}, "marker": hollow})
    drawn.add_series({"name": f"Limit: {block.threshold_label}", "categories": periods, "values": values[4], "line": limit})
    axis = axis_for(block)
    drawn.set_title({"name": block.title, "name_font": {"size": 11}, "overlay": False})
    drawn.set_y_axis(
        {
            "min": float(axis.low),
            "max": float(axis.high),
            "major_unit": float(axis.step),
            "num_format": number_format(block.unit, 0),
            "major_gridlines": {"visible": True, "line": {"color": "#E3E7EB"}},
            "line": {"none": True},
        }
    )
    drawn.set_x_axis({"num_font": {"size": 9}, "label_position": "low"})
    drawn.set_legend({"position": "bottom"})
    drawn.show_blanks_as("gap")
    drawn.set_size({"width": 500, "height": 300})
    return drawn
