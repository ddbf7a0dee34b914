"""The report as PDF: A4, tagged (PDF/UA-1) and fit for the archive (PDF/A-2a)."""

import json
from functools import cache
from pathlib import Path
from typing import Any

from vendor_ai.domain.report import Report
from vendor_ai.reports.charts import TONES
from vendor_ai.reports.display import displayed
from vendor_ai.reports.format import Format

_TEMPLATES = Path(__file__).resolve().parent.parent / "templates"
_FONT = "Libertinus Serif"


@cache
def _template() -> bytes:
    return (_TEMPLATES / "report.typ").read_bytes()


def _compile(data: dict[str, Any], report: Report, *, system_fonts: bool, archival: bool = True) -> bytes:
    import typst

    compiler = typst.Compiler(_template(), root=str(_TEMPLATES), ignore_system_fonts=not system_fonts)
    written = compiler.compile(
        format="pdf",
        sys_inputs={"report": json.dumps(data)},
        pdf_standards=["ua-1", "a-2a"] if archival else [],
        timestamp=int(report.at.timestamp()),
    )
    assert isinstance(written, bytes)
    return written


def _render(report: Report) -> bytes:
    """Print with the fonts typst carries; letters they lack are sought among the machine's, and missed ones are said."""
    import typst

    at = report.at
    moment = [at.year, at.month, at.day, at.hour, at.minute, at.second]
    colours = {tone.value: colour for tone, colour in TONES.items()}
    data = {**displayed(report, _FONT), "moment": moment, "colours": colours, "missing_letters": False}
    for system_fonts in (False, True):
        try:
            return _compile(data, report, system_fonts=system_fonts)
        except typst.TypstError as error:
            if "could not be displayed" not in str(error):
                raise
    return _compile({**data, "missing_letters": True}, report, system_fonts=True, archival=False)


FORMAT = Format("pdf", "application/pdf", _render)
