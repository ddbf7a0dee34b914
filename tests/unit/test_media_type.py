"""What a file is, told by its content and held against its name."""

import io
import random
import zipfile

import pytest

from tests.factories.document import JPEG, PDF, PNG, archive, office, open_document
from vendor_ai.importers.media_type import SHOWN, MediaTypeRefusedError, media_type_of

OPEN_XML = "application/vnd.openxmlformats-officedocument."
OPEN_DOCUMENT = "application/vnd.oasis.opendocument."


def told(content: bytes, name: str) -> str:
    return media_type_of(io.BytesIO(content), name)


@pytest.mark.parametrize(
    ("content", "name", "expected"),
    [
        (PDF, "report.pdf", "application/pdf"),
        (PDF, "no-ending", "application/pdf"),
        (PNG, "shot.PNG", "image/png"),
        (JPEG, "photo.jpeg", "image/jpeg"),
        (office("xl/workbook.xml"), "answers.xlsx", f"{OPEN_XML}spreadsheetml.sheet"),
        (office("word/document.xml"), "policy.docx", f"{OPEN_XML}wordprocessingml.document"),
        (open_document(f"{OPEN_DOCUMENT}text"), "policy.odt", f"{OPEN_DOCUMENT}text"),
        (open_document(f"{OPEN_DOCUMENT}spreadsheet"), "list.ods", f"{OPEN_DOCUMENT}spreadsheet"),
        (b"a,b\n1,2\n", "list.csv", "text/csv"),
        ("Stra\u00dfe;Stra\u00dfe\n".encode("cp1252"), "old.csv", "text/csv"),
        (b"Tested in March.", "note.txt", "text/plain"),
        (b"# Model card\n\n<div>centred</div>\n", "card.md", "text/markdown"),
        (b'{"a": 1}', "bom.json", "application/json"),
        (b'\xef\xbb\xbf{"a": 1}', "bom.json", "application/json"),
        (b"a: 1\n", "card.yaml", "application/yaml"),
        (b'<?xml version="1.0"?><report><a/></report>', "scan.xml", "application/xml"),
    ],
)
def test_a_file_is_told_by_its_content(content: bytes, name: str, expected: str) -> None:
    assert told(content, name) == expected


@pytest.mark.parametrize(
    ("content", "name", "said"),
    [
        (b"", "empty.pdf", "is empty"),
        (b"Just text", "report.pdf", "holds text/plain"),
        (PDF, "report.docx", "holds application/pdf"),
        (b"MZ\x90\x00\x03", "setup.exe", "of a kind that is not kept"),
        (b"MZ\x90\x00\x03", "notes.txt", "of a kind that is not kept"),
        (b"echo hello", "run.sh", "of a kind that is not kept"),
        (bytes.fromhex("d0cf11e0a1b11ae1") + bytes(100), "old.xls", "old Office file"),
        (b"<!DOCTYPE html><p>Hi</p>", "page.txt", "could run in a browser"),
        (b"\xef\xbb\xbf \n<!-- x -->\n<SVG onload=alert(1)>", "drawing.md", "could run in a browser"),
        (b"<html><script>alert(1)</script>", "page.html", "could run in a browser"),
        (b'<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg"/>', "drawing.xml", "a drawing or a web page"),
        (b'<a xmlns:h="http://www.w3.org/1999/xhtml"><h:script/></a>', "data.xml", "a drawing or a web page"),
        (b'<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>', "data.xml", "holds a document type"),
        (b"<a><b></a>", "data.xml", "not valid XML"),
        (b'{"a": 1', "bom.json", "not valid JSON"),
        (b"[" * 100_000, "deep.json", "not valid JSON"),
        (b"caf\xe9: 1\n", "latin.yaml", "of a kind that is not kept"),
        (archive(a="1"), "bundle.zip", "is an archive"),
        (archive(mimetype="application/epub+zip"), "book.odt", "is an archive"),
        (office("xl/workbook.xml", "xl/vbaProject.bin"), "macros.xlsx", "holds macros"),
        (office("word/document.xml"), "policy.xlsx", "which is not what its name says"),
        (b"PK\x03\x04 nothing", "broken.docx", "is damaged"),
    ],
)
def test_what_is_not_kept_is_refused_in_a_sentence_that_names_the_file(content: bytes, name: str, said: str) -> None:
    with pytest.raises(MediaTypeRefusedError) as refused:
        told(content, name)

    assert said in str(refused.value)
    assert str(refused.value).startswith(name)


def test_an_archive_that_unpacks_to_more_than_is_safe_is_refused() -> None:
    sink = io.BytesIO()
    with zipfile.ZipFile(sink, "w", zipfile.ZIP_DEFLATED) as file:
        file.writestr("[Content_Types].xml", "")
        for number in range(2_001):
            file.writestr(f"xl/{number}.xml", "")

    with pytest.raises(MediaTypeRefusedError, match="unpacks to more than is safe"):
        told(sink.getvalue(), "bomb.xlsx")


def test_a_control_character_far_into_a_text_makes_it_no_text() -> None:
    with pytest.raises(MediaTypeRefusedError, match="not kept"):
        told(b"word " * 40_000 + b"\x00", "notes.txt")


def test_a_letter_cut_by_the_end_of_a_file_makes_it_no_json_or_yaml() -> None:
    with pytest.raises(MediaTypeRefusedError, match="not kept"):
        told("a: \u20ac".encode()[:-1], "card.yaml")


def test_what_a_browser_may_show_can_run_nothing() -> None:
    assert "application/xml" not in SHOWN
    assert not any("html" in media_type or "svg" in media_type for media_type in SHOWN)


def test_random_bytes_are_never_kept_whatever_their_name_says() -> None:
    chance = random.Random(20261120)
    for _ in range(300):
        name = (
            f"file.{chance.choice(['pdf', 'png', 'jpg', 'xlsx', 'docx', 'odt', 'csv', 'txt', 'md', 'json', 'yaml', 'xml', 'zip', 'exe'])}"
        )
        with pytest.raises(MediaTypeRefusedError):
            told(chance.randbytes(chance.randrange(200, 5_000)), name)


@pytest.mark.parametrize("ending", ["html", "htm", "svg", "js", "css", "sh", "bat", "eml", "zip", "gz", "pptx", "xlsm"])
def test_text_under_the_ending_of_another_kind_is_not_kept(ending: str) -> None:
    with pytest.raises(MediaTypeRefusedError):
        told(b"plain words", f"file.{ending}")


_KINDS = {
    ".pdf": PDF,
    ".png": PNG,
    ".jpg": JPEG,
    ".xlsx": office("xl/workbook.xml"),
    ".docx": office("word/document.xml"),
    ".odt": open_document(f"{OPEN_DOCUMENT}text"),
    ".ods": open_document(f"{OPEN_DOCUMENT}spreadsheet"),
}


@pytest.mark.parametrize("ending", [*_KINDS, ".csv", ".txt", ".md", ".json", ".yaml", ".xml"])
def test_no_content_is_taken_under_the_ending_of_another_kind(ending: str) -> None:
    for own, content in _KINDS.items():
        if own != ending:
            with pytest.raises(MediaTypeRefusedError):
                told(content, f"file{ending}")


@pytest.mark.parametrize("ending", _KINDS)
def test_text_under_the_ending_of_a_binary_kind_is_not_taken(ending: str) -> None:
    with pytest.raises(MediaTypeRefusedError):
        told(b"plain words", f"file{ending}")


@pytest.mark.parametrize("name", ["report.pdf.exe", "report.exe", "report.html.png", "report.png.PDF.txt"])
def test_the_last_ending_counts(name: str) -> None:
    with pytest.raises(MediaTypeRefusedError):
        told(PDF, name)


@pytest.mark.parametrize(("ending", "content"), _KINDS.items())
def test_an_ending_in_capitals_is_the_same_ending(ending: str, content: bytes) -> None:
    assert told(content, f"FILE{ending.upper()}") == told(content, f"file{ending}")


def test_a_signature_that_does_not_stand_first_is_none() -> None:
    with pytest.raises(MediaTypeRefusedError):
        told(b"\n" + PDF, "report.pdf")
