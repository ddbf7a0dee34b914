"""Who asks: the bearer token of a request, and what it allows."""

from typing import Annotated

from fastapi import Depends, Request
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer

from vendor_ai.domain.actor import Actor
from vendor_ai.domain.sighting import Service
from vendor_ai.services.shadow import indicator_services
from vendor_ai.services.token import NotAuthenticatedError, Scope, authenticate, require_scope
from vendor_ai.web.telemetry import Telemetry
from vendor_ai.wiring import App

_BEARER = HTTPBearer(auto_error=False, description="A token made by `vendor-ai token create`.")


async def installation(request: Request) -> App:
    """The installation that this server serves."""
    app: App = request.app.state.installation
    return app


async def telemetry(request: Request) -> Telemetry:
    """The counters of this process."""
    found: Telemetry = request.app.state.telemetry
    return found


Installed = Annotated[App, Depends(installation)]
Counted = Annotated[Telemetry, Depends(telemetry)]


def indicators(request: Request, app: Installed) -> tuple[Service, ...]:
    """The indicator file, read once in the life of the process."""
    if request.app.state.indicators is None:
        request.app.state.indicators = indicator_services(app.settings.indicators)
    found: tuple[Service, ...] = request.app.state.indicators
    return found


Indicators = Annotated[tuple[Service, ...], Depends(indicators)]


def caller(app: Installed, given: Annotated[HTTPAuthorizationCredentials | None, Depends(_BEARER)]) -> Actor:
    """Who holds the request's token."""
    if given is None or not given.credentials:
        raise NotAuthenticatedError("This address needs a token. Send it as `Authorization: Bearer TOKEN`.")
    with app.records.read() as session:
        return authenticate(session, given.credentials, at=app.clock.now())


async def writer(actor: Annotated[Actor, Depends(caller)]) -> Actor:
    """An actor who may write predictions."""
    require_scope(actor, Scope.PREDICTIONS_WRITE)
    return actor


async def reader(actor: Annotated[Actor, Depends(caller)]) -> Actor:
    """An actor who may read."""
    require_scope(actor, Scope.READ)
    return actor


async def assessor(actor: Annotated[Actor, Depends(caller)]) -> Actor:
    """An actor who may send questionnaires, write to vendors and keep documents."""
    require_scope(actor, Scope.ASSESS)
    return actor


async def decider(actor: Annotated[Actor, Depends(caller)]) -> Actor:
    """An actor who may review, decide and approve."""
    require_scope(actor, Scope.DECIDE)
    return actor


Writer = Annotated[Actor, Depends(writer)]
Assessor = Annotated[Actor, Depends(assessor)]
Decider = Annotated[Actor, Depends(decider)]
Reader = Annotated[Actor, Depends(reader)]
