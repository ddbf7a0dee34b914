"""Documents: handed in as a body or a form, read again, and who looked at them."""

from dataclasses import dataclass
from datetime import date
from typing import Annotated, Any
from urllib.parse import quote

from fastapi import APIRouter, Depends, Query
from fastapi.responses import Response

from vendor_ai.domain.evidence import Confidentiality, Document, DocumentTerms, EvidenceNoun
from vendor_ai.services.evidence import (
    delete_document,
    documents,
    limits_of,
    link_document,
    look_at,
    open_document,
    remove_orphans,
    views,
)
from vendor_ai.services.evidence_arrival import hand_in
from vendor_ai.web import problem
from vendor_ai.web.access import Assessor, Installed, Reader
from vendor_ai.web.document_body import FORM, HandedIn, handed_in
from vendor_ai.web.paging import Cursor, Limit, page

ROUTER = APIRouter(tags=["evidence"])


VendorName = Annotated[str, Query(max_length=200, description="Only those of this vendor.")]
Name = Annotated[str, Query(max_length=500)]


@dataclass(frozen=True, slots=True)
class Terms:
    """What is said about a document in the address."""

    vendor: Annotated[str, Query(max_length=200, description="Reference or name of the vendor whose document it is.")]
    name: Annotated[str, Query(max_length=500, description="As it is called; a form brings its own.")] = ""
    issued_on: Annotated[date | None, Query(description="Its own date.")] = None
    expires_on: Annotated[date | None, Query(description="The last day it holds.")] = None
    confidentiality: Annotated[Confidentiality | None, Query(description="How it may be passed on; a new one is internal.")] = None
    delete_on: Annotated[date | None, Query(description="When its content is removed.")] = None
    viewer: Annotated[list[str] | None, Query(max_length=50, description="Who alone may look.")] = None
    update: Annotated[bool, Query(description="Change the terms of a document that is known to those given.")] = False

    @property
    def given(self) -> DocumentTerms:
        """The terms that were given."""
        return DocumentTerms(self.issued_on, self.expires_on, self.confidentiality, tuple(self.viewer or ()), self.delete_on)


_DOCUMENT = {problem.MEDIA_TYPE: {"schema": {"type": "object"}}}
_TOO_LARGE: dict[int | str, dict[str, Any]] = {413: {"description": "The document is too large.", "content": _DOCUMENT}}
_BINARY = {"schema": {"type": "string", "format": "binary"}}
_FILE_FORM = {"schema": {"type": "object", "required": ["file"], "properties": {"file": {"type": "string", "format": "binary"}}}}
_CONTENT: dict[int | str, dict[str, Any]] = {200: {"description": "The content.", "content": {"application/octet-stream": _BINARY}}}
_BODY: dict[str, Any] = {"requestBody": {"required": True, "content": {"application/octet-stream": _BINARY, FORM: _FILE_FORM}}}


@ROUTER.post("/documents", status_code=201, responses=_TOO_LARGE, openapi_extra=_BODY)
def add(app: Installed, by: Assessor, terms: Annotated[Terms, Depends()], given: Annotated[HandedIn, Depends(handed_in)]) -> dict[str, Any]:
    """Keep a document; the answer comes once it is durable. A known content is the document there is: 409 where its terms differ."""
    with app.records.write() as session:
        arrival = hand_in(
            session,
            app.settings.home,
            given.content,
            name=terms.name or given.name,
            vendor_ref=terms.vendor,
            terms=terms.given,
            update=terms.update,
            limits=limits_of(app.settings),
            by=by,
            at=app.clock.now(),
        )
    return arrival.as_json(app.clock.now().date())


@ROUTER.get("/documents")
def list_documents(app: Installed, _by: Reader, vendor: VendorName = "", cursor: Cursor = None, limit: Limit = 100) -> dict[str, Any]:
    """Documents without their content, by reference."""
    with app.records.read() as session:
        found = documents(session, vendor_ref=vendor)
    return page(found, lambda entry: entry.ref, Document.as_json, cursor=cursor, limit=limit)


@ROUTER.get("/documents/{ref}")
def show(ref: str, app: Installed, by: Reader) -> dict[str, Any]:
    """One document without its content; the look is noted."""
    with app.records.write() as session:
        return look_at(session, ref, by=by, at=app.clock.now()).as_json()


@ROUTER.get("/documents/{ref}/content", response_class=Response, responses=_CONTENT)
def content(ref: str, app: Installed, by: Reader) -> Response:
    """A document's content; the look is noted. One that may be viewed only comes to be shown, the others as a file."""
    with app.records.write() as session:
        found, data = open_document(session, app.settings.home, ref, as_file=False, by=by, at=app.clock.now())
    return content_answer(found, data)


def content_answer(found: Document, data: bytes) -> Response:
    """A content as it is safe to send: never run, never guessed at, never kept by a cache."""
    place = "inline" if found.confidentiality is Confidentiality.VIEW_ONLY else "attachment"
    headers = {
        "Content-Disposition": f"{place}; filename*=UTF-8''{quote(found.name, safe='')}",
        "Content-Security-Policy": "sandbox; default-src 'none'; style-src 'unsafe-inline'",
        "ETag": f'"{found.sha256}"',
    }
    return Response(data, media_type=found.media_type, headers=headers)


@ROUTER.get("/documents/{ref}/views")
def looks(ref: str, app: Installed, _by: Reader) -> list[dict[str, Any]]:
    """Who looked at a document, oldest first."""
    with app.records.read() as session:
        return [view.as_json() for view in views(session, ref)]


@ROUTER.post("/documents/{ref}/uses")
def stand_for(*, ref: str, noun: EvidenceNoun, reference: Name, subject: Name, app: Installed, by: Assessor) -> dict[str, Any]:
    """Say what a document stands for: a question of an assessment, or a clause of a contract."""
    with app.records.write() as session:
        return link_document(session, ref, noun=noun, reference=reference, subject=subject, by=by, at=app.clock.now()).as_json()


@ROUTER.delete("/documents/{ref}", status_code=204, response_class=Response)
def delete(ref: str, reason: Name, app: Installed, by: Assessor) -> Response:
    """Remove a document's content; its hash, name and dates stay."""
    with app.records.write() as session:
        delete_document(session, ref, reason, by=by, at=app.clock.now())
    with app.records.write() as session:  # a content goes only once its record is gone for good
        remove_orphans(session, app.settings.home)
    return Response(status_code=204)
