"""What a file is, told by its content: only kinds that are safe to keep and to hand out again are taken."""

import codecs
import json
import re
import zipfile
import zlib
from pathlib import PurePosixPath
from typing import BinaryIO
from xml.parsers import expat

from vendor_ai.domain.errors import InvalidInputError

_BLOCK = 1 << 16
_PARSED_WHOLE = 5 << 20  # JSON above this is only looked at, so that no upload costs many times its size in memory
MOST_PARTS = 2_000
LARGEST_UNPACKED = 200 << 20
PLAIN, CSV, MARKDOWN, JSON, YAML, XML = "text/plain", "text/csv", "text/markdown", "application/json", "application/yaml", "application/xml"
PDF, PNG, JPEG = "application/pdf", "image/png", "image/jpeg"
_OPEN_XML = "application/vnd.openxmlformats-officedocument."
XLSX, DOCX = f"{_OPEN_XML}spreadsheetml.sheet", f"{_OPEN_XML}wordprocessingml.document"
ODT, ODS = "application/vnd.oasis.opendocument.text", "application/vnd.oasis.opendocument.spreadsheet"

_ENDINGS: dict[str, tuple[str, ...]] = {
    PDF: (".pdf",),
    PNG: (".png",),
    JPEG: (".jpg", ".jpeg"),
    XLSX: (".xlsx",),
    DOCX: (".docx",),
    ODT: (".odt",),
    ODS: (".ods",),
    JSON: (".json", ".jsonld"),
    YAML: (".yaml", ".yml"),
    XML: (".xml",),
    CSV: (".csv", ".tsv"),
    MARKDOWN: (".md",),
    PLAIN: (".txt", ".log", ""),
}
_OF_ENDING = {ending: media_type for media_type, endings in _ENDINGS.items() for ending in endings}
# A browser can show these beside a page without running anything in them.
SHOWN = frozenset({PDF, PNG, JPEG, PLAIN, CSV, MARKDOWN, JSON, YAML})
TAKEN = "PDF, PNG, JPEG, xlsx, docx, odt, ods, csv, txt, md, json, yaml and xml"

_SIGNATURES = ((b"%PDF-", PDF), (b"\x89PNG\r\n\x1a\n", PNG), (b"\xff\xd8\xff", JPEG))
_OLE = bytes.fromhex("d0cf11e0a1b11ae1")
_ACTIVE = re.compile(rb"\s*(?:<!--.*?-->\s*)*<(?:!doctype\s+html|html|svg|script|head|body|iframe)\b", re.IGNORECASE | re.DOTALL)
_CONTROL = re.compile(rb"[\x00-\x08\x0b\x0e-\x1a\x1c-\x1f\x7f]")
_MACROS = re.compile(r"(?i)(^|/)vbaProject\.bin$|(^|/)(macros|Basic|Scripts)/")


class MediaTypeRefusedError(InvalidInputError):
    """A file is of a kind that is not kept."""


def media_type_of(content: BinaryIO, name: str) -> str:
    """The media type of a file.

    Args:
        content: From its first byte; its position is moved.
        name: As shown; its ending must fit what the content is.

    Raises:
        MediaTypeRefusedError: When it is empty, damaged, of a kind that is not kept, or not what its name says.
    """
    content.seek(0)
    head = content.read(_BLOCK)
    if not head:
        raise MediaTypeRefusedError(f"{name} is empty. Send the document itself.")
    found = next((media_type for signature, media_type in _SIGNATURES if head.startswith(signature)), None)
    if found is None:
        found = _office(content, name) if head.startswith(b"PK") else _text(content, head, name)
    _refuse_other_ending(name, found)
    return found


def _ending(name: str) -> str:
    return PurePosixPath(name).suffix.lower()


def _refuse_other_ending(name: str, found: str) -> None:
    ending = _ending(name)
    if ending and ending not in _ENDINGS[found]:
        fits = ", ".join(each for each in _ENDINGS[found] if each)
        raise MediaTypeRefusedError(f"{name} holds {found}, which is not what its name says. Send the right file, or name it {fits}.")


def _office(content: BinaryIO, name: str) -> str:
    try:
        with zipfile.ZipFile(content) as archive:
            return _office_type(archive, name)
    except (zipfile.BadZipFile, zlib.error, NotImplementedError, EOFError, RuntimeError, ValueError, OSError) as error:
        raise MediaTypeRefusedError(f"{name} is damaged ({error}). Save it again and send the new file.") from None


def _office_type(archive: zipfile.ZipFile, name: str) -> str:
    entries = archive.infolist()
    names = {entry.filename for entry in entries}
    if len(entries) > MOST_PARTS or sum(entry.file_size for entry in entries) > LARGEST_UNPACKED:
        raise MediaTypeRefusedError(f"{name} unpacks to more than is safe to open. Send a smaller document.")
    if any(_MACROS.search(each) for each in names):
        raise MediaTypeRefusedError(f"{name} holds macros. Save it without them, or as PDF.")
    if "[Content_Types].xml" in names:
        for part, media_type in (("xl/workbook.xml", XLSX), ("word/document.xml", DOCX)):
            if part in names:
                return media_type
    declared = archive.read("mimetype")[:100].decode("ascii", "replace").strip() if "mimetype" in names else ""
    if declared in (ODT, ODS) and "content.xml" in names:
        return declared
    raise MediaTypeRefusedError(f"{name} is an archive. Send the documents in it one by one: {TAKEN}.")


def _text(content: BinaryIO, head: bytes, name: str) -> str:
    if head.startswith(_OLE):
        raise MediaTypeRefusedError(f"{name} is an old Office file, or encrypted. Save it without a password as xlsx, docx or PDF.")
    declared = _OF_ENDING.get(_ending(name))
    if _ACTIVE.match(head.removeprefix(codecs.BOM_UTF8)):
        raise MediaTypeRefusedError(f"{name} is a web page or drawing that could run in a browser. Print it to PDF and send that.")
    if not _is_text(content, loose=declared in (CSV, PLAIN)) or declared is None:
        raise MediaTypeRefusedError(f"{name} is of a kind that is not kept. Send one of {TAKEN}.")
    if declared == JSON:
        _refuse_broken_json(content, name)
    if declared == XML or head.removeprefix(codecs.BOM_UTF8).lstrip().startswith(b"<?xml"):
        _refuse_unsafe_xml(content, name)
        return XML
    return declared if declared in (JSON, YAML, CSV, MARKDOWN) else PLAIN


def _is_text(content: BinaryIO, *, loose: bool) -> bool:
    """Whether it is UTF-8 without control characters; ``loose`` takes the one-byte encodings of older spreadsheets too."""
    decoder = codecs.getincrementaldecoder("utf-8")()
    unicode = True
    content.seek(0)
    while block := content.read(_BLOCK):
        if _CONTROL.search(block):
            return False
        try:
            decoder.decode(block)
        except UnicodeDecodeError:
            unicode = False
    return loose or (unicode and not decoder.getstate()[0])


def _refuse_broken_json(content: BinaryIO, name: str) -> None:
    content.seek(0)
    text = content.read(_PARSED_WHOLE + 1)
    if len(text) > _PARSED_WHOLE and text.removeprefix(codecs.BOM_UTF8).lstrip()[:1] in (b"{", b"["):
        return
    try:
        json.loads(text.decode("utf-8-sig"))
    except (ValueError, RecursionError) as error:
        raise MediaTypeRefusedError(f"{name} is not valid JSON ({error}). Send the file as it was exported.") from None


class _Unsafe(Exception):
    """Something in XML that is not kept."""


def _refuse_unsafe_xml(content: BinaryIO, name: str) -> None:
    """A document type can hide an expanding entity; a drawing or page can run a script."""
    parser = expat.ParserCreate(namespace_separator=" ")
    parser.StartDoctypeDeclHandler = _stop
    parser.StartElementHandler = _refuse_active
    content.seek(0)
    try:
        parser.ParseFile(content)
    except _Unsafe:
        raise MediaTypeRefusedError(f"{name} holds a document type, a drawing or a web page, which are not kept. Send it as PDF.") from None
    except expat.ExpatError as error:
        raise MediaTypeRefusedError(f"{name} is not valid XML ({error}). Send the file as it was exported.") from None


def _stop(*_parts: object) -> None:
    raise _Unsafe


def _refuse_active(element: str, _attributes: object) -> None:
    local = element.rsplit(" ", 1)[-1].lower()
    if local in ("svg", "html", "script") or "xhtml" in element or "w3.org/2000/svg" in element:
        raise _Unsafe
