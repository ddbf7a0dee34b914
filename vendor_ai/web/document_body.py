"""Documents as request bodies: raw or as a form, read for those who may send one, and never beyond the limit."""

from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import aclosing
from dataclasses import dataclass
from tempfile import SpooledTemporaryFile
from typing import BinaryIO, cast

from fastapi import Request
from starlette.datastructures import UploadFile
from starlette.exceptions import HTTPException
from starlette.formparsers import MultiPartException, MultiPartParser
from starlette.requests import ClientDisconnect

from vendor_ai.domain.errors import InvalidInputError
from vendor_ai.domain.evidence import DocumentTooLargeError
from vendor_ai.web.access import Assessor, Installed

FORM = "multipart/form-data"
_IN_MEMORY = 1 << 20
_FORM_AROUND = 64 << 10  # what a form may add around its file


@dataclass(frozen=True, slots=True)
class HandedIn:
    """A file as it came, and the name that came with it."""

    content: BinaryIO
    name: str


async def handed_in(request: Request, app: Installed, _by: Assessor) -> AsyncIterator[HandedIn]:
    """The file of a request, for as long as it is answered."""
    limit = app.settings.evidence_limit_mib << 20
    form = request.headers.get("content-type", "").partition(";")[0].strip().lower() == FORM
    with SpooledTemporaryFile(max_size=_IN_MEMORY) as spooled:
        body = cast(BinaryIO, spooled)
        await receive_document(request, body, limit, around=_FORM_AROUND if form else 0)
        if not form:
            yield HandedIn(body, "")
            return
        file = await _file_of_form(request, body)
        try:
            yield HandedIn(file.file, file.filename or "")
        finally:
            await file.close()


async def receive_document(request: Request, body: BinaryIO, limit: int, *, around: int = 0) -> None:
    """Write a request's body to a file.

    Args:
        request: Its body was not read yet.
        body: Where to write it; left at its first byte.
        limit: Bytes a document may have.
        around: Bytes the body may have beside it.

    Raises:
        DocumentTooLargeError: When more is announced, before anything is read, or when more comes.
    """
    length = request.headers.get("content-length", "")
    if length.isdecimal() and int(length) > limit + around:
        raise DocumentTooLargeError("The document", limit)
    size = 0
    try:
        async for chunk in request.stream():
            size += len(chunk)
            if size > limit + around:
                raise DocumentTooLargeError("The document", limit)
            body.write(chunk)
    except ClientDisconnect:
        raise HTTPException(400, "The connection ended before the document did.") from None
    body.seek(0)


async def _file_of_form(request: Request, body: BinaryIO) -> UploadFile:
    async with aclosing(_blocks(body)) as blocks:
        try:
            fields = await MultiPartParser(request.headers, blocks, max_files=1, max_fields=10).parse()
        except MultiPartException as error:
            raise InvalidInputError(f"The form cannot be read ({error.message}). Send one file in the field `file`.") from None
    file = fields.get("file")
    if not isinstance(file, UploadFile):
        await fields.close()
        raise InvalidInputError("The form holds no file. Send it in the field `file`.")
    return file


async def _blocks(body: BinaryIO) -> AsyncGenerator[bytes, None]:
    while block := body.read(_IN_MEMORY):
        yield block
