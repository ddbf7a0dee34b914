"""Problems as RFC 9457 documents: one table from an error's code to its status."""

from collections.abc import Sequence
from http import HTTPStatus
from typing import Any

from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException

from vendor_ai.domain.errors import VendorAIError
from vendor_ai.domain.problem import Problem

MEDIA_TYPE = "application/problem+json"
RETRY_AFTER_S = 5

STATUSES: dict[str, tuple[int, str]] = {
    "problem": (400, "The request cannot be carried out"),
    "invalid-host": (400, "The host is not one of this server"),
    "not-authenticated": (401, "A token is needed"),
    "not-allowed": (403, "The token does not allow this"),
    "not-found": (404, "There is no such record"),
    "conflict": (409, "The stored state forbids this"),
    "body-too-large": (413, "The body is too large"),
    "unsupported-content": (415, "The body is of an unknown type"),
    "invalid-input": (422, "The input cannot be used as it is"),
    "too-many-tries": (429, "Too many tries"),
    "store-unavailable": (503, "The store cannot take this now"),
}


# What every address of the API may answer, for its description.
ANSWERS: dict[int | str, dict[str, Any]] = {
    status: {"description": f"{title}.", "content": {MEDIA_TYPE: {"schema": {"type": "object"}}}}
    for status, title in STATUSES.values()
    if status in {401, 403, 404, 409, 422, 503}
}


def status_of(error: VendorAIError) -> int:
    """The status of an error: its own, else that of the kind of error it is, else 400."""
    codes = (getattr(kind, "code", "problem") for kind in type(error).__mro__)
    return next(STATUSES[code] for code in codes if code in STATUSES)[0]


def document(code: str, detail: str, *, status: int | None = None, **extra: Any) -> JSONResponse:
    """A problem document; ``extra`` are further members of it. Without a title of its own a code has that of its status."""
    known, title = STATUSES.get(code) or next((entry for entry in STATUSES.values() if entry[0] == status), STATUSES["problem"])
    status = status or known
    headers = {}
    if status == HTTPStatus.UNAUTHORIZED:
        headers["WWW-Authenticate"] = "Bearer"
    if status == HTTPStatus.SERVICE_UNAVAILABLE:
        headers["Retry-After"] = str(RETRY_AFTER_S)
    content = {"type": f"urn:vendor-ai:problem:{code}", "title": title, "status": status, "detail": detail, **extra}
    return JSONResponse(content, status, headers, media_type=MEDIA_TYPE)


def of_error(error: VendorAIError) -> JSONResponse:
    """The document of something a person can mend."""
    if error.code == "invalid-input":
        return document(error.code, str(error), problems=[Problem(None, None, str(error)).as_json()])
    return document(error.code, str(error))


def of_validation(error: RequestValidationError) -> JSONResponse:
    """The document of parameters that do not fit; each problem names its place."""
    problems = [Problem(None, _place(found["loc"]), f"{found['msg']}.").as_json() for found in error.errors()]
    return document("invalid-input", f"{problems[0]['column']}: {problems[0]['message']}", problems=problems)


def _place(location: Sequence[Any]) -> str:
    return ".".join(str(part) for part in location)


def of_http(error: HTTPException) -> JSONResponse:
    """The document of what the framework refused: an unknown path, another method."""
    phrase = HTTPStatus(error.status_code).phrase
    content = {"type": "about:blank", "title": phrase, "status": error.status_code, "detail": str(error.detail)}
    return JSONResponse(content, error.status_code, dict(error.headers or {}), media_type=MEDIA_TYPE)


def of_mistake() -> JSONResponse:
    """The document of our own mistake, which says nothing of the inside."""
    content = {
        "type": "about:blank",
        "title": HTTPStatus.INTERNAL_SERVER_ERROR.phrase,
        "status": 500,
        "detail": "The server made a mistake. Its log says more; the same request may be repeated.",
    }
    return JSONResponse(content, 500, media_type=MEDIA_TYPE)
