"""The report as one HTML file: own style, inline charts, no script, nothing fetched."""

from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from vendor_ai.domain.report import Report
from vendor_ai.reports.charts import GRID, INK, LINE, MUTED, PAPER, TONES
from vendor_ai.reports.display import displayed
from vendor_ai.reports.format import Format

if TYPE_CHECKING:
    from jinja2 import Environment

_TEMPLATES = Path(__file__).resolve().parent.parent / "templates"
_FONT = "system-ui, 'Liberation Sans', Arial, Helvetica, sans-serif"


@cache
def _environment() -> "Environment":
    from jinja2 import FileSystemLoader, StrictUndefined
    from jinja2.sandbox import SandboxedEnvironment

    return SandboxedEnvironment(
        loader=FileSystemLoader(_TEMPLATES), autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )


def _chart_colours() -> list[tuple[str, str]]:
    """The colours drawn into the charts with the style sheet's name for each, so that the dark style can turn them."""
    names = {INK: "ink", MUTED: "muted", GRID: "line", LINE: "course", PAPER: "paper"}
    return [*names.items(), *((colour, tone.value) for tone, colour in TONES.items())]


def _render(report: Report) -> bytes:
    page = _environment().get_template("report.html").render(report=displayed(report, _FONT), chart_colours=_chart_colours())
    return page.encode()


FORMAT = Format("html", "text/html", _render)
