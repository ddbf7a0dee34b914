"""What the watches noticed."""

from typing import Annotated, Any, Literal

from fastapi import APIRouter
from pydantic import BaseModel, Field

from vendor_ai.domain.signal import Severity, SignalKind, SignalState
from vendor_ai.services import signal as service
from vendor_ai.web.access import Assessor, Installed, Reader
from vendor_ai.web.paging import Cursor, Limit, page

ROUTER = APIRouter(tags=["signals"])


class Settlement(BaseModel):
    """What people did about it."""

    state: Literal["acknowledged", "closed"]
    note: Annotated[str, Field(max_length=5_000)] = ""


@ROUTER.get("/signals")
def signals(
    *,
    app: Installed,
    _by: Reader,
    component: str = "",
    kind: SignalKind | None = None,
    severity: Severity | None = None,
    state: SignalState | None = None,
    cursor: Cursor = None,
    limit: Limit = 100,
) -> dict[str, Any]:
    """Signals, narrowed by what is given."""
    with app.records.read() as session:
        found = service.signals(session, component, kind=kind or "", severity=severity or "", state=state or "")
    return page(found, lambda it: f"{it.number:012d}", lambda it: it.as_json(), cursor=cursor, limit=limit)


@ROUTER.post("/signals/{number}/state")
def settle(number: int, act: Settlement, app: Installed, by: Assessor) -> dict[str, Any]:
    """Acknowledge or close one."""
    with app.records.write() as session:
        return service.settle(session, number, state=SignalState(act.state), note=act.note, by=by, at=app.clock.now()).as_json()
