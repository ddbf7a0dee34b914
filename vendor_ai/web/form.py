"""Forms from a vendor's browser: only from our own page, of our own visit, and no larger than they may be."""

import hmac
from collections.abc import AsyncIterator, Callable
from typing import Annotated
from urllib.parse import urlsplit

from fastapi import Depends, Request
from starlette.datastructures import FormData, UploadFile
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect
from starlette.types import Message

from vendor_ai.domain.errors import NotAllowedError, VendorAIError
from vendor_ai.web.access import Installed
from vendor_ai.web.respondent import Visiting
from vendor_ai.wiring import App

MEBIBYTE = 1 << 20
FORM_LIMIT = 4 * MEBIBYTE
MOST_FIELDS = 4_000  # a section of two hundred questions
FIELD = "form_token"


class FormTooLargeError(VendorAIError):
    """A form, or the file in it, has more than the limit."""

    code = "body-too-large"

    def __init__(self, limit: int) -> None:
        super().__init__(f"What was sent is larger than {limit // MEBIBYTE} MiB. Send a smaller file, or write the address where it lies.")


def refuse_foreign(request: Request) -> None:
    """Refuse what another site's page had a browser send.

    A browser says where a request comes from, in Sec-Fetch-Site or at least in Origin; what comes from no browser says neither and is
    held off by the token alone.

    Raises:
        NotAllowedError: When it does not come from our own page.
    """
    site, origin = request.headers.get("sec-fetch-site"), request.headers.get("origin")
    if site is not None:
        ours = site == "same-origin"
    else:
        ours = origin is None or urlsplit(origin).netloc.lower() == request.headers.get("host", "").lower()
    if not ours:
        raise NotAllowedError("This form was not sent from its own page. Open the page again and send it from there.")


def _counted(request: Request, limit: int) -> Request:
    """The same request, whose body ends with an error beyond the limit, before more of it is read."""
    length = request.headers.get("content-length", "")
    if length.isdecimal() and int(length) > limit:
        raise FormTooLargeError(limit)
    receive, read = request.receive, 0

    async def counting() -> Message:
        nonlocal read
        message = await receive()
        read += len(message.get("body", b""))
        if read > limit:
            raise FormTooLargeError(limit)
        return message

    return Request(request.scope, counting)


def form_of(limit_of: Callable[[App], int]) -> Callable[..., AsyncIterator[FormData]]:
    """A dependency that reads a form of at most so many bytes, once it is known to be ours."""

    async def read(request: Request, app: Installed, visiting: Visiting) -> AsyncIterator[FormData]:
        refuse_foreign(request)
        try:
            form = await _counted(request, limit_of(app)).form(max_files=1, max_fields=MOST_FIELDS, max_part_size=MEBIBYTE)
        except ClientDisconnect:
            raise HTTPException(400, "The connection ended before the form did.") from None
        try:
            if not hmac.compare_digest(text(form, FIELD).encode(), visiting.form_token.encode()):
                raise NotAllowedError("This form belongs to another visit. Open the page again and send it from there.")
            yield form
        finally:
            await form.close()

    return read


def text(form: FormData, name: str) -> str:
    """A field's text; "" where there is none."""
    value = form.get(name)
    return value if isinstance(value, str) else ""


def upload(form: FormData, name: str) -> UploadFile | None:
    """A field's file; None where none was chosen."""
    value = form.get(name)
    return value if isinstance(value, UploadFile) and value.filename else None


Form = Annotated[FormData, Depends(form_of(lambda _: FORM_LIMIT))]
