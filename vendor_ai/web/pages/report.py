"""Built reports, and their files."""

from urllib.parse import quote

from fastapi import APIRouter
from fastapi.responses import HTMLResponse, Response

from vendor_ai.services.report_shelf import report_file, shelved_reports
from vendor_ai.web.access import Installed
from vendor_ai.web.rendering import render

ROUTER = APIRouter(default_response_class=HTMLResponse)

_TYPES = {
    "html": "text/html; charset=utf-8",
    "pdf": "application/pdf",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "json": "application/json",
}
# A report may hold what a vendor wrote: it is shown without scripts, forms, or an origin of its own.
_SANDBOX = "sandbox; default-src 'none'; style-src 'unsafe-inline'; img-src data:; font-src data:; base-uri 'none'; form-action 'none'"


@ROUTER.get("/reports")
def reports_page(app: Installed) -> HTMLResponse:
    """The newest report of every vendor and month."""
    with app.records.read() as session:
        found = shelved_reports(session, app.settings.home / "reports")
    return render("reports.html", reports=found, at=app.clock.now())


@ROUTER.get("/reports/{vendor}/{month}/{form}")
def report(vendor: str, month: str, form: str, app: Installed) -> Response:
    """One file: HTML to look at, every other format to keep."""
    with app.records.read() as session:
        name, content = report_file(session, app.settings.home / "reports", vendor, month, form)
    place = "inline" if form == "html" else "attachment"
    headers = {"Content-Disposition": f"{place}; filename*=UTF-8''{quote(name)}", "Content-Security-Policy": _SANDBOX}
    return Response(content, headers=headers, media_type=_TYPES.get(form, "application/octet-stream"))
