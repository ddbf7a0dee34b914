"""Whether this process lives, can work, and what it has done."""

from fastapi import APIRouter
from fastapi.responses import PlainTextResponse

from vendor_ai.services.ingest import check_ready
from vendor_ai.web.access import Counted, Installed
from vendor_ai.web.telemetry import MEDIA_TYPE

ROUTER = APIRouter(tags=["operation"])


@ROUTER.get("/healthz")
def healthz() -> dict[str, str]:
    """The process answers."""
    return {"status": "ok"}


@ROUTER.get("/readyz")
def readyz(app: Installed) -> dict[str, str]:
    """The database answers and the log's folder can be written; else 503 with the reason."""
    check_ready(app.records, app.settings.prediction_folder)
    return {"status": "ready"}


@ROUTER.get("/metrics", response_class=PlainTextResponse)
def metrics(counted: Counted) -> PlainTextResponse:
    """Counters in the text format that Prometheus reads."""
    return PlainTextResponse(counted.text(), media_type=MEDIA_TYPE)
