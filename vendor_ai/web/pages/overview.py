"""The first page: which vendors broke a promise, how sure that is, what is due."""

from fastapi import APIRouter
from fastapi.responses import HTMLResponse

from vendor_ai.services.overview import overview
from vendor_ai.web.access import Indicators, Installed
from vendor_ai.web.rendering import render

ROUTER = APIRouter(default_response_class=HTMLResponse)


@ROUTER.get("/")
def first_page(app: Installed, services: Indicators) -> HTMLResponse:
    """Every component: claim, promise and fact in one row."""
    with app.records.read() as session:
        found = overview(session, services, at=app.clock.now())
    return render("overview.html", it=found)
