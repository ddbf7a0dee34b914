"""One report value into any of the formats."""

from typing import Literal

from vendor_ai.domain.report import Report
from vendor_ai.kit.registry import Registry
from vendor_ai.reports.format import Format

FormatName = Literal["html", "pdf", "xlsx", "json"]

FORMATS: Registry[Format] = Registry("vendor_ai.reports.formats", "FORMAT")


def render(report: Report, format: FormatName) -> bytes:
    """Return the report as a file of the given format; the same report gives the same bytes."""
    return FORMATS[format].render(report)
