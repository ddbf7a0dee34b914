"""Records into a report value, and that into HTML, PDF, XLSX and JSON."""

from vendor_ai.reports.account import build_account
from vendor_ai.reports.rendering import FORMATS, FormatName, render

__all__ = ["FORMATS", "FormatName", "build_account", "render"]
