"""The web application: API, pages and static files over one installation."""

import importlib
import pkgutil
from collections.abc import Collection, Iterator
from pathlib import Path

from fastapi import APIRouter, FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.staticfiles import StaticFiles
from starlette.exceptions import HTTPException
from starlette.responses import Response

import vendor_ai.web.api
import vendor_ai.web.pages
from vendor_ai import __version__
from vendor_ai.domain.errors import VendorAIError
from vendor_ai.web import health, problem
from vendor_ai.web.api.trace import OTLP_ROUTER
from vendor_ai.web.guard import Guard, add_headers, public_name
from vendor_ai.web.rendering import error_page
from vendor_ai.web.telemetry import Telemetry, Timed
from vendor_ai.wiring import App

API = "/api/v1"
_MACHINES = ("/api/", "/v1/", "/readyz", "/healthz", "/metrics")


def create_app(installation: App, *, hosts: Collection[str] = ()) -> FastAPI:
    """Return the application over ``installation``; it answers to loopback names and to ``hosts``."""
    app = FastAPI(
        title="vendor-ai",
        version=__version__,
        summary="What an AI vendor claimed, promised and delivered.",
        openapi_url=f"{API}/openapi.json",
        docs_url=None,  # they would load their scripts from elsewhere
        redoc_url=None,
    )
    app.state.installation = installation
    app.state.telemetry = Telemetry()
    app.state.indicators = None
    for router in _routers("vendor_ai.web.api", vendor_ai.web.api.__path__):
        app.include_router(router, prefix=API, responses=problem.ANSWERS)
    for router in _routers("vendor_ai.web.pages", vendor_ai.web.pages.__path__):
        app.include_router(router, include_in_schema=False)
    app.include_router(health.ROUTER)
    app.include_router(OTLP_ROUTER, prefix="/v1")  # where OpenTelemetry's exporters look for it
    app.mount("/static", StaticFiles(directory=Path(__file__).parent / "static"), name="static")
    _add_handlers(app)
    app.add_middleware(Guard, hosts=hosts, public=public_name(installation.settings.public_url))
    app.add_middleware(Timed, telemetry=app.state.telemetry, prefix=API)
    return app


def _routers(package: str, path: Collection[str]) -> Iterator[APIRouter]:
    """Every ``ROUTER`` in a folder: a noun is added as one file."""
    for module in sorted(pkgutil.iter_modules(list(path)), key=lambda info: info.name):
        router = getattr(importlib.import_module(f"{package}.{module.name}"), "ROUTER", None)
        if router is not None:
            yield router


def _for_machines(request: Request) -> bool:
    return request.url.path.startswith(_MACHINES)


def _add_handlers(app: FastAPI) -> None:
    """One place turns errors into answers: problem documents for programs, pages for people."""

    @app.exception_handler(VendorAIError)
    def _mendable(request: Request, error: VendorAIError) -> Response:
        return problem.of_error(error) if _for_machines(request) else error_page(problem.status_of(error), str(error))

    @app.exception_handler(RequestValidationError)
    def _invalid(request: Request, error: RequestValidationError) -> Response:
        return problem.of_validation(error) if _for_machines(request) else error_page(422, "The address holds a value that does not fit.")

    @app.exception_handler(HTTPException)
    def _refused(request: Request, error: HTTPException) -> Response:
        return problem.of_http(error) if _for_machines(request) else error_page(error.status_code, _words(error))

    @app.exception_handler(Exception)
    def _mistake(request: Request, _error: Exception) -> Response:
        answer = problem.of_mistake() if _for_machines(request) else error_page(500, "The server made a mistake. Its log says more.")
        add_headers(answer.headers)  # this answer does not pass the guard
        return answer


def _words(error: HTTPException) -> str:
    return "There is no such page." if error.status_code == 404 else str(error.detail)
