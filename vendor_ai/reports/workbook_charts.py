"""Native line charts of a workbook, each with its limit as a series."""

import math
from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from vendor_ai.domain.report import ChartBlock, ChartPoint, Column, Quantity, Tone
from vendor_ai.reports.axis import axis_for
from vendor_ai.reports.workbook import MARGINS, Book, Layout, line_count, number_format, row_points, text_pixels

_SHEET, _DATA = "Charts", "Chart data"
_HEADERS = ("Chart", "Period", "Value", "Value, too little data", "Limit", "Calls", "Reading", "Interval, low", "Interval, high")
_READING = {Tone.GOOD: "met", Tone.BAD: "missed", Tone.UNKNOWN: "too little data", Tone.NEUTRAL: "not judged"}
_WORDY = frozenset({"Chart", "Period", "Reading"})
_CHARTS_A_ROW, _ROWS_A_CHART, _COLUMNS_A_CHART = 2, 16, 8
_ROW_PIXELS, _COLUMN_PIXELS, _WIDEST_TITLE = 21, 60, 420
_LABELS = 6  # of periods below a chart; more are turned and some left out
_SMALL = {"name": "Arial", "size": 9}


def write_charts(book: Book, charts: Sequence[ChartBlock]) -> None:
    """Write the charts side by side on one sheet, and the points they are drawn from on another."""
    if not charts:
        return
    board, data = book.sheet(_SHEET), book.sheet(_DATA)
    _lay_out_board(board, math.ceil(len(charts) / _CHARTS_A_ROW))
    line = 1
    for index, block in enumerate(charts):
        for offset, point in enumerate(block.points):
            _write_point(book, data, line + offset, block, point)
        drawn = _chart(book, block, line, line + len(block.points) - 1)
        row, column = divmod(index, _CHARTS_A_ROW)
        place = {"description": block.alt, "x_offset": 8, "y_offset": 8, "object_position": 3}
        board.insert_chart(row * _ROWS_A_CHART, column * _COLUMNS_A_CHART, drawn, place)
        line += len(block.points)
    titles = min(_WIDEST_TITLE, max(text_pixels(block.title) for block in charts))
    layout = Layout((titles + MARGINS, *[120] * (len(_HEADERS) - 1)), len(_HEADERS))
    book.write_header(data, _HEADERS, layout, [header not in _WORDY for header in _HEADERS])
    book.set_page(data, "The points the charts are drawn from", line - 1, layout)


def _lay_out_board(board: Any, rows: int) -> None:
    """Cells of known size, so that a printed page holds whole charts: two rows of two, unscaled."""
    board.set_column_pixels(0, _CHARTS_A_ROW * _COLUMNS_A_CHART - 1, _COLUMN_PIXELS)
    for line in range(rows * _ROWS_A_CHART):
        board.set_row_pixels(line, _ROW_PIXELS)
    board.print_area(0, 0, rows * _ROWS_A_CHART - 1, _CHARTS_A_ROW * _COLUMNS_A_CHART - 1)
    board.set_print_scale(100)
    board.set_h_pagebreaks(range(2 * _ROWS_A_CHART, rows * _ROWS_A_CHART, 2 * _ROWS_A_CHART))


def _write_point(book: Book, data: Any, line: int, block: ChartBlock, point: ChartPoint) -> None:
    places = 2 if block.unit == "share" else 1
    thin = point.tone is Tone.UNKNOWN
    values = {
        2: None if thin else point.value,
        3: point.value if thin else None,
        4: block.threshold,
        7: point.low,
        8: point.high,
    }
    words = {0: block.title, 1: point.label, 6: "no data" if point.value is None else _READING[point.tone]}
    for position, text in words.items():
        book.write_cell(data, (line, position), Column(str(position), ""), text)
    for position, value in values.items():
        cell = None if value is None else Quantity(value, block.unit, places)
        book.write_cell(data, (line, position), Column(str(position), ""), cell)
    book.write_cell(data, (line, 5), Column("n", "Calls"), point.n)
    data.set_row(line, row_points(line_count(block.title, _WIDEST_TITLE)))


def _chart(book: Book, block: ChartBlock, first: int, last: int) -> Any:
    drawn = book.workbook.add_chart({"type": "line"})
    periods = [_DATA, first, 1, last, 1]
    course = {"color": "#3B5B7A", "width": 1.75}
    marker = {"type": "circle", "size": 6, "border": {"color": "#3B5B7A"}, "fill": {"color": "#3B5B7A"}}
    # Pale rather than white: some programs draw a marker without its border.
    hollow = {"type": "circle", "size": 6, "border": {"color": "#6B5D00"}, "fill": {"color": "#E0CE6E"}}
    limit = {"color": "#1F2933", "width": 1.5, "dash_type": "dash"}
    values = {column: [_DATA, first, column, last, column] for column in (2, 3, 4)}
    drawn.add_series({"name": "Measured", "categories": periods, "values": values[2], "line": course, "marker": marker})
    if any(point.tone is Tone.UNKNOWN and point.value is not None for point in block.points):
        name = "Too little data to judge"
        drawn.add_series({"name": name, "categories": periods, "values": values[3], "line": {"none": True}, "marker": hollow})
    drawn.add_series({"name": f"Limit: {block.threshold_label}", "categories": periods, "values": values[4], "line": limit})
    axis = axis_for(block)
    drawn.set_title({"name": block.title, "name_font": {"name": "Arial", "size": 11}, "overlay": False})
    drawn.set_y_axis(
        {
            "min": float(axis.low),
            "max": float(axis.high),
            "major_unit": float(axis.step),
            "num_format": number_format(block.unit, _tick_places(axis.step, block.unit)),
            "num_font": _SMALL,
            "major_gridlines": {"visible": True, "line": {"color": "#E3E7EB"}},
            "line": {"none": True},
        }
    )
    every = math.ceil(len(block.points) / _LABELS)
    drawn.set_x_axis(
        {
            "num_font": {**_SMALL, "rotation": -45 if every > 1 else 0},
            "label_position": "low",
            "interval_unit": every,
            "interval_tick": every,
        }
    )
    drawn.set_legend({"position": "bottom", "font": _SMALL})
    drawn.show_blanks_as("gap")
    drawn.set_size({"width": 462, "height": 318})
    return drawn


def _tick_places(step: Decimal, unit: str) -> int:
    """Digits that tell one tick of the axis from the next."""
    shown = (step * 100 if unit == "share" else step).normalize()
    return max(0, -int(shown.as_tuple().exponent))
