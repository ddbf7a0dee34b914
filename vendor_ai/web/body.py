"""Bodies of rows: their type, their encoding and their size, checked before more is read than needed.

What takes no time is ``async``, since every plain function of a request costs a change of thread.
"""

from typing import Annotated

from fastapi import Depends, Request
from fastapi.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect

from vendor_ai.domain.errors import VendorAIError
from vendor_ai.services.ingest import Body, BodyFormat, BodyTooLargeError, unpacked
from vendor_ai.web.access import Installed, Writer

FORMATS = {
    "application/json": BodyFormat.JSON,
    "application/x-ndjson": BodyFormat.NDJSON,
    "application/ndjson": BodyFormat.NDJSON,
    "application/jsonl": BodyFormat.NDJSON,
    "application/vnd.apache.arrow.stream": BodyFormat.ARROW,
    "application/vnd.apache.parquet": BodyFormat.PARQUET,
}
ENCODINGS = {"": "identity", "identity": "identity", "gzip": "gzip", "x-gzip": "gzip", "zstd": "zstd"}


class UnsupportedContentError(VendorAIError):
    """The body is of a type or encoding nobody here reads."""

    code = "unsupported-content"


async def declared_format(request: Request) -> BodyFormat:
    """The format that Content-Type names."""
    named = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if named not in FORMATS:
        raise UnsupportedContentError(f"Content-Type {named or 'is missing'!r}: send one of {', '.join(FORMATS)}.")
    return FORMATS[named]


async def declared_encoding(request: Request) -> str:
    """The encoding that Content-Encoding names."""
    named = request.headers.get("content-encoding", "").strip().lower()
    if named not in ENCODINGS:
        raise UnsupportedContentError(f"Content-Encoding {named!r}: send gzip, zstd or none.")
    return ENCODINGS[named]


async def received(
    request: Request,
    app: Installed,
    _by: Writer,
    _format: Annotated[BodyFormat, Depends(declared_format)],
    _encoding: Annotated[str, Depends(declared_encoding)],
) -> bytes:
    """The body as it came, read only for those who may send one, and never beyond the limit."""
    limit = app.settings.body_limit_mib << 20
    length = request.headers.get("content-length", "")
    if length.isdecimal() and int(length) > limit:
        raise BodyTooLargeError(limit)
    chunks: list[bytes] = []
    size = 0
    try:
        async for chunk in request.stream():
            chunks.append(chunk)
            size += len(chunk)
            if size > limit:
                raise BodyTooLargeError(limit)
    except ClientDisconnect:
        raise HTTPException(400, "The connection ended before the body did.") from None
    return b"".join(chunks)


async def rows(
    app: Installed,
    content: Annotated[bytes, Depends(received)],
    form: Annotated[BodyFormat, Depends(declared_format)],
    encoding: Annotated[str, Depends(declared_encoding)],
) -> Body:
    """The body without its encoding."""
    limit = app.settings.body_limit_mib << 20
    if encoding != "identity":
        content = await run_in_threadpool(unpacked, content, encoding, limit)
    return Body(content, form, limit)


Rows = Annotated[Body, Depends(rows)]
