"""Small documents of every kind that is kept."""

import io
import zipfile

PDF = b"%PDF-1.7\n1 0 obj\n<<>>\nendobj\ntrailer\n<<>>\n%%EOF\n"
PNG = b"\x89PNG\r\n\x1a\n" + bytes(40)
JPEG = b"\xff\xd8\xff\xe0" + bytes(40)


def archive(**parts: str) -> bytes:
    """A zip file; ``__`` in a name stands for a slash and a trailing ``_`` is dropped."""
    sink = io.BytesIO()
    with zipfile.ZipFile(sink, "w") as file:
        for name, text in parts.items():
            file.writestr(name.replace("__", "/"), text)
    return sink.getvalue()


def office(*names: str) -> bytes:
    """An archive with the parts of an office document."""
    sink = io.BytesIO()
    with zipfile.ZipFile(sink, "w") as file:
        for name in ("[Content_Types].xml", *names):
            file.writestr(name, "<x/>")
    return sink.getvalue()


def open_document(media_type: str) -> bytes:
    """An archive as OpenDocument programs write it."""
    return archive(mimetype=media_type, **{"content.xml": "<x/>"})
