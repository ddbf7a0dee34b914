"""A vendor's visit: the cookie that keeps it, tries that are counted, and errors as pages without anything of the inside."""

import ipaddress
import logging
import re
import threading
from collections import deque
from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Annotated, Any

from fastapi import Depends, Request
from fastapi.exceptions import RequestValidationError
from fastapi.routing import APIRoute
from starlette.exceptions import HTTPException
from starlette.responses import JSONResponse, Response

from vendor_ai.domain.errors import VendorAIError
from vendor_ai.services.vendor_link import VISIT, Respondent, VisitEndedError, form_token, respondent_of
from vendor_ai.web import problem
from vendor_ai.web.access import Installed
from vendor_ai.web.guard import host_name, is_loopback
from vendor_ai.web.rendering import render

COOKIE, SECURE_COOKIE = "vendor-ai-respondent", "__Host-vendor-ai-respondent"
MOST_TRIES, TRIES_WITHIN = 10, timedelta(minutes=1)
_MOST_ADDRESSES = 10_000
_TOKEN_IN_PATH = re.compile(r"(/respond/)[A-Za-z0-9_\-%]{20,}")


@dataclass(frozen=True, slots=True)
class Visit:
    """Who visits, and what every form of theirs carries."""

    respondent: Respondent
    form_token: str


def visiting(request: Request, app: Installed) -> Visit:
    """Whose visit the request's cookie keeps."""
    value = request.cookies.get(SECURE_COOKIE if is_secure(request, app) else COOKIE, "")
    with app.records.read() as session:
        respondent = respondent_of(session, value, at=app.clock.now())
        return Visit(respondent, form_token(session, value))


Visiting = Annotated[Visit, Depends(visiting)]


def is_secure(request: Request, app: Installed) -> bool:
    """Whether the browser came by https, as far as the server or its settings can tell."""
    behind_https = app.settings.public_url.startswith("https:") and not is_loopback(host_name(request.headers.get("host", "")))
    return request.url.scheme == "https" or behind_https


def keep_visit(answer: Response, value: str, *, secure: bool) -> None:
    """Have the browser keep the visit, out of the reach of scripts and of other sites."""
    name, seconds = (SECURE_COOKIE if secure else COOKIE), int(VISIT.total_seconds())
    answer.set_cookie(name, value, max_age=seconds, path="/", secure=secure, httponly=True, samesite="lax")


def end_visit(answer: Response, *, secure: bool) -> None:
    """Have the browser forget the visit."""
    answer.delete_cookie(SECURE_COOKIE if secure else COOKIE, path="/", secure=secure, httponly=True, samesite="lax")


class TooManyTriesError(VendorAIError):
    """An address tried too many wrong links."""

    code = "too-many-tries"

    def __init__(self, wait_s: int) -> None:
        super().__init__(f"Too many links that open nothing came from your network. Wait {wait_s} seconds and open yours again.")
        self.wait_s = wait_s


class Tries:
    """Wrong links by address in the last minute; an IPv6 customer counts as one address, as large as their network is."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._wrong: dict[str, deque[datetime]] = {}

    def refuse_too_many(self, address: str, at: datetime) -> None:
        """Raise ``TooManyTriesError`` when the address has used up its tries."""
        with self._lock:
            wrong = self._recent(_network(address), at)
            if len(wrong) >= MOST_TRIES:
                raise TooManyTriesError(max(1, round((wrong[0] + TRIES_WITHIN - at).total_seconds())))

    def count(self, address: str, at: datetime) -> None:
        """Note a wrong link."""
        with self._lock:
            self._recent(_network(address), at).append(at)
            if len(self._wrong) > _MOST_ADDRESSES:
                self._wrong = {name: times for name, times in self._wrong.items() if times and times[-1] > at - TRIES_WITHIN}

    def _recent(self, network: str, at: datetime) -> deque[datetime]:
        wrong = self._wrong.setdefault(network, deque(maxlen=MOST_TRIES))
        while wrong and wrong[0] <= at - TRIES_WITHIN:
            wrong.popleft()
        return wrong


def _network(address: str) -> str:
    try:
        found = ipaddress.ip_address(address)
    except ValueError:
        return address
    return str(ipaddress.ip_network((found, 64), strict=False)) if found.version == 6 else address


def tries(request: Request) -> Tries:
    """The tries this process has counted."""
    state = request.app.state
    if not hasattr(state, "link_tries"):
        state.link_tries = Tries()
    found: Tries = state.link_tries
    return found


class WithoutTokens(logging.Filter):
    """Keeps links out of the access log."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Cut the token out of the path."""
        if isinstance(record.args, tuple):
            record.args = tuple(_TOKEN_IN_PATH.sub(r"\1...", it) if isinstance(it, str) else it for it in record.args)
        record.msg = _TOKEN_IN_PATH.sub(r"\1...", record.msg) if isinstance(record.msg, str) else record.msg
        return True


logging.getLogger("uvicorn.access").addFilter(WithoutTokens())


class RespondentRoute(APIRoute):
    """Errors of the vendor's pages: a sentence on a page of theirs, or as JSON for their script."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """The route, with its errors turned into answers."""
        handle = super().get_route_handler()

        async def handled(request: Request) -> Response:
            try:
                return await handle(request)
            except VendorAIError as error:
                return refusal(request, error)
            except RequestValidationError:
                return _answer(request, 422, "The address holds a value that does not fit.")
            except HTTPException as error:
                return _answer(request, error.status_code, str(error.detail))

        return handled


def refusal(request: Request, error: VendorAIError) -> Response:
    """The answer to something a person can mend."""
    status = 429 if isinstance(error, TooManyTriesError) else problem.status_of(error)
    answer = _answer(request, status, str(error), closed=isinstance(error, VisitEndedError))
    if isinstance(error, TooManyTriesError):
        answer.headers["Retry-After"] = str(error.wait_s)
    return answer


def _answer(request: Request, status: int, sentence: str, *, closed: bool = False) -> Response:
    if "application/json" in request.headers.get("accept", ""):
        return JSONResponse({"message": sentence}, status)
    shown = status not in (404, 429) and not closed  # there is a page to go back to
    return render("response_error.html", status=status, sentence=sentence, back=shown)
