"""One component."""

from fastapi import APIRouter
from fastapi.responses import HTMLResponse

from vendor_ai.services.overview import component_overview
from vendor_ai.web.access import Installed
from vendor_ai.web.rendering import render

ROUTER = APIRouter(default_response_class=HTMLResponse)


@ROUTER.get("/components/{ref}")
def component_page(ref: str, app: Installed) -> HTMLResponse:
    """What was claimed, promised and measured about one component."""
    with app.records.read() as session:
        found = component_overview(session, ref, at=app.clock.now())
    return render("component.html", it=found)
