"""What the watches noticed, and the calls that wait for a person."""

from typing import Annotated

from fastapi import APIRouter, Query
from fastapi.responses import HTMLResponse
from starlette.responses import Response

from vendor_ai.domain.signal import Severity, Signal, SignalKind, SignalState
from vendor_ai.services.oversight import waiting
from vendor_ai.services.signal import signals
from vendor_ai.web.access import Installed
from vendor_ai.web.rendering import render
from vendor_ai.web.table_file import csv_file

ROUTER = APIRouter(default_response_class=HTMLResponse)

Word = Annotated[str, Query(max_length=40)]
_COLUMNS = ("Number", "Severity", "Watch", "Component", "Noticed", "State", "What", "Starts", "Note")
MOST_SHOWN = 200


def _narrowed(app: Installed, kind: str, severity: str, state: str) -> tuple[list[Signal], int]:
    with app.records.read() as session:
        everything = signals(session)
    wanted = [it for it in everything if kind in ("", it.kind) and severity in ("", it.severity) and state in ("", it.state)]
    return wanted, len(everything)


@ROUTER.get("/signals")
def signals_page(app: Installed, kind: Word = "", severity: Word = "", state: Word = "") -> HTMLResponse:
    """Signals, the most severe first, narrowed by what the address says."""
    found, total = _narrowed(app, kind, severity, state)
    chosen = {"kind": kind, "severity": severity, "state": state}
    choices = {"kind": list(SignalKind), "severity": list(Severity), "state": list(SignalState)}
    return render("signals.html", found=found, total=total, chosen=chosen, choices=choices, at=app.clock.now())


@ROUTER.get("/signals.csv")
def signals_file(app: Installed, kind: Word = "", severity: Word = "", state: Word = "") -> Response:
    """The same rows as a file."""
    found, _ = _narrowed(app, kind, severity, state)
    rows = [
        (it.number, it.severity, it.kind, it.component, it.noticed_at, it.state, it.text, "; ".join(it.responses), it.note) for it in found
    ]
    return csv_file("signals", _COLUMNS, rows, filters={"kind": kind, "severity": severity, "state": state}, at=app.clock.now())


@ROUTER.get("/oversight")
def oversight_page(app: Installed, component: Annotated[str, Query(max_length=200)] = "") -> HTMLResponse:
    """Calls that wait for a person, oldest first; none shows the AI's answer."""
    with app.records.read() as session:
        found = waiting(session, component)
    return render("oversight.html", found=found[:MOST_SHOWN], total=len(found), component=component, at=app.clock.now())
