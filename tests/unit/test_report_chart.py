"""Charts: an honest axis, the limit drawn and labelled, every tone its own shape."""

import re
from collections.abc import Iterator
from decimal import Decimal
from typing import Literal
from xml.etree import ElementTree

import pytest

from vendor_ai.domain.report import ChartBlock, ChartPoint, Tone, Unit
from vendor_ai.reports.axis import axis_for
from vendor_ai.reports.charts import chart_svg

SVG = "{http://www.w3.org/2000/svg}"


def block(
    values: list[str | None],
    threshold: str,
    unit: Unit = "share",
    *,
    kind: Literal["line", "bar"] = "line",
    tone: Tone = Tone.GOOD,
    alt: str = "In words",
) -> ChartBlock:
    points = tuple(
        ChartPoint(f"2026-{index + 1:02d}", None if value is None else Decimal(value), 100, tone) for index, value in enumerate(values)
    )
    return ChartBlock(kind, "Accuracy", unit, points, Decimal(threshold), f"at least {threshold}", alt)


def texts(svg: str) -> list[str]:
    return [node.text or "" for node in ElementTree.fromstring(svg).iter(f"{SVG}text")]


def test_a_course_that_moves_far_is_drawn_from_zero_to_all() -> None:
    axis = axis_for(block(["0.84", "0.511"], "0.83"))
    assert (axis.low, axis.high) == (Decimal(0), Decimal(1))


def test_values_close_together_far_above_zero_get_a_cut_axis_that_is_said() -> None:
    drawn = chart_svg(block(["0.9991", "0.9997"], "0.995"), "Libertinus Serif")
    assert drawn.note == "The vertical axis starts at 99.2 %."


def test_bars_always_start_at_zero() -> None:
    assert axis_for(block(["0.9991", "0.9997"], "0.995", kind="bar")).low == 0


def test_latency_below_its_limit_starts_at_zero_and_has_room_above() -> None:
    axis = axis_for(block(["100", "148"], "200", "ms"))
    assert axis.low == 0
    assert axis.high > 200


def test_nothing_but_zeros_still_has_an_axis() -> None:
    axis = axis_for(block(["0"], "0"))
    assert axis.high > axis.low


@pytest.mark.parametrize("values", [["0.84", None, "0.511"], [None], ["0.5"] * 40])
def test_the_limit_is_a_dashed_rule_with_its_words(values: list[str | None]) -> None:
    svg = chart_svg(block(values, "0.83"), "Libertinus Serif").svg
    assert 'stroke-dasharray="5,3"' in svg
    assert any("at least 0.83" in text for text in texts(svg))


def test_a_label_with_no_free_corner_goes_above_the_chart() -> None:
    values: list[str | None] = ["0.80", "0.825", "0.835", "0.86"] * 10
    svg = chart_svg(block(values, "0.83"), "Libertinus Serif").svg
    assert "limit: at least 0.83" in texts(svg)


def test_axis_labels_carry_the_unit() -> None:
    assert {"0 %", "50 %", "100 %"} <= set(texts(chart_svg(block(["0.84", "0.511"], "0.83"), "Libertinus Serif").svg))
    assert "200 ms" in texts(chart_svg(block(["100", "148"], "200", "ms"), "Libertinus Serif").svg)


def test_too_little_data_is_drawn_hollow_and_joined_to_nothing() -> None:
    svg = chart_svg(block(["0.84", "0.85"], "0.83", tone=Tone.UNKNOWN), "Libertinus Serif").svg
    hollow = re.findall(r'<path[^>]*fill="#fffffe"[^>]*stroke="#6b5d00"', svg)
    assert len(hollow) == 2
    assert not re.search(r'<path[^>]*d="M[^"]*L[^"]*"[^>]*stroke="#3b5b7a"', svg)


def test_the_picture_says_in_words_what_it_shows_and_no_word_can_break_out() -> None:
    svg = chart_svg(block(["0.84"], "0.83", alt='</title><script>alert(1)</script> \\1 & "x"'), "Libertinus Serif").svg
    root = ElementTree.fromstring(svg)
    assert root.get("role") == "img"
    assert root.findtext(f"{SVG}title") == '</title><script>alert(1)</script> \\1 & "x"'
    assert "<script" not in svg


def test_the_letters_come_in_the_font_that_was_asked_for() -> None:
    svg = chart_svg(block(["0.84"], "0.83"), "system-ui, 'Liberation Sans'").svg
    fonts = {node.get("font-family") for node in ElementTree.fromstring(svg).iter(f"{SVG}text")}
    assert fonts == {"system-ui, 'Liberation Sans'"}


def reach(text: str) -> float:
    """Width in pixels of a label of 11 px in Arial, the widest font the charts are shown in (advance widths of its metrics)."""
    widths = {" ": 0.278, ",": 0.278, ".": 0.278, "-": 0.333, "%": 0.889, "m": 0.833, "s": 0.5, "l": 0.222, "i": 0.222, "t": 0.278}
    return sum(widths.get(sign, 0.6) for sign in text) * 11


@pytest.mark.parametrize(
    ("values", "threshold", "unit"),
    [(["12000", "13500", "15000", "9000"], "20000", "ms"), (["0.84", "0.511"], "0.83", "share"), (["0.9999"] * 31, "0.9995", "share")],
)
def test_every_label_lies_inside_the_picture(values: list[str | None], threshold: str, unit: Unit) -> None:
    root = ElementTree.fromstring(chart_svg(block(values, threshold, unit), "Arial").svg)
    width = float(str(root.get("width")))

    def labels(node: ElementTree.Element, left: float) -> Iterator[tuple[float, ElementTree.Element]]:
        moved = re.match(r"translate\((-?[\d.]+)", node.get("transform") or "")
        left += float(moved[1]) if moved else 0
        if node.tag == f"{SVG}text":
            yield left, node
        for child in node:
            yield from labels(child, left)

    found = list(labels(root, 0))
    assert len(found) > 6
    for at, node in found:
        wide = reach(node.text or "")
        start = {"end": at - wide, "middle": at - wide / 2}.get(node.get("text-anchor") or "start", at)
        assert start >= 0, node.text
        assert start + wide <= width, node.text
