"""Documents over HTTP: who may hand them in, how much is read, and how they are sent back."""

import hashlib
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import anyio
import pytest
from fastapi.testclient import TestClient
from starlette.types import Message

from tests.factories.document import PDF, PNG
from tests.factories.installation import KEEPS, add_component, add_contract, empty_installation
from tests.web.conftest import LOCAL, Headers, bearer_of
from vendor_ai.web.app import create_app
from vendor_ai.wiring import App

DOCUMENTS = "/api/v1/documents"
MIB = 1 << 20
WITHOUT_A_FILE = b'--x\r\nContent-Disposition: form-data; name="other"\r\n\r\nwords\r\n--x--\r\n'
TO = {"vendor": "northwind-vision", "name": "soc2.pdf"}


@pytest.fixture
def app(tmp_path: Path) -> App:
    """Evidence may be 1 MiB."""
    app = empty_installation(tmp_path / "home", evidence_limit_mib=1)
    add_component(app, "Northwind Vision", "digit-reader")
    return app


@pytest.fixture
def keeper(app: App) -> Headers:
    return bearer_of(app, "keeper", "assess", "read")


def kept_files(app: App) -> int:
    return sum(path.is_file() for path in (app.settings.home / "evidence").rglob("*"))


def test_a_raw_body_is_kept_and_comes_back_as_it_was(client: TestClient, keeper: Headers) -> None:
    answer = client.post(DOCUMENTS, params=TO, content=PDF, headers=keeper)
    content = client.get(f"{DOCUMENTS}/northwind-vision-e1/content", headers=keeper)

    assert answer.status_code == 201
    assert answer.json()["sha256"] == hashlib.sha256(PDF).hexdigest()
    assert content.content == PDF
    assert content.headers["content-type"] == "application/pdf"
    assert content.headers["content-disposition"] == "attachment; filename*=UTF-8''soc2.pdf"
    assert content.headers["content-security-policy"].startswith("sandbox;")
    assert content.headers["x-content-type-options"] == "nosniff"
    assert content.headers["cache-control"] == "no-store"


def test_a_form_brings_the_name_of_its_file(client: TestClient, keeper: Headers) -> None:
    form = {"file": ("../Pr\u00fcfbericht.pdf", PDF, "text/html")}
    answer = client.post(DOCUMENTS, params={"vendor": "Northwind Vision", "issued_on": "2026-03-01"}, files=form, headers=keeper)

    assert answer.status_code == 201, answer.text
    shown = answer.json()
    assert (shown["name"], shown["media_type"], shown["issued_on"]) == ("Pr\u00fcfbericht.pdf", "application/pdf", "2026-03-01")


def test_what_may_only_be_viewed_comes_to_be_shown(client: TestClient, keeper: Headers) -> None:
    client.post(DOCUMENTS, params={**TO, "confidentiality": "view_only"}, content=PDF, headers=keeper)
    content = client.get(f"{DOCUMENTS}/northwind-vision-e1/content", headers=keeper)

    assert content.headers["content-disposition"].startswith("inline;")


@pytest.mark.parametrize(
    ("params", "content", "status", "said"),
    [
        (TO, b"", 422, "is empty"),
        (TO, b"<html>", 422, "could run in a browser"),
        ({**TO, "vendor": "nobody"}, PDF, 404, "no vendor 'nobody'"),
        ({**TO, "issued_on": "2099-01-01"}, PDF, 422, "lies ahead"),
        ({**TO, "confidentiality": "secret"}, PDF, 422, "confidentiality"),
        ({}, PDF, 422, "vendor"),
    ],
)
def test_what_cannot_be_kept_is_a_problem_and_leaves_nothing(
    *, client: TestClient, app: App, keeper: Headers, params: dict[str, str], content: bytes, status: int, said: str
) -> None:
    answer = client.post(DOCUMENTS, params=params, content=content, headers=keeper)

    assert answer.status_code == status
    assert answer.headers["content-type"] == "application/problem+json"
    assert said in answer.json()["detail"]
    assert kept_files(app) == 0


@pytest.mark.parametrize(
    ("content", "kind", "said"),
    [
        (b"no form at all", "multipart/form-data; boundary=x", "The form"),
        (WITHOUT_A_FILE, "multipart/form-data; boundary=x", "holds no file"),
        (b"", "multipart/form-data", "The form"),
    ],
)
def test_a_form_without_a_file_is_told_so(client: TestClient, keeper: Headers, content: bytes, kind: str, said: str) -> None:
    answer = client.post(DOCUMENTS, params=TO, content=content, headers={**keeper, "Content-Type": kind})

    assert answer.status_code == 422, answer.text
    assert said in answer.json()["detail"]


def test_a_declared_length_above_the_limit_is_refused_before_a_byte_of_it_is_read(app: App, keeper: Headers) -> None:
    sent: list[Message] = []

    async def receive() -> Message:
        raise AssertionError("the body was read")

    async def send(message: Message) -> None:
        sent.append(message)

    headers = {**keeper, "Host": "127.0.0.1", "Content-Length": str(MIB + 1)}
    scope = {
        "type": "http", "method": "POST", "path": DOCUMENTS, "raw_path": DOCUMENTS.encode(), "query_string": b"vendor=northwind-vision",
        "root_path": "", "scheme": "http", "http_version": "1.1", "server": ("127.0.0.1", 80), "client": ("127.0.0.1", 1),
        "headers": [(name.lower().encode(), value.encode()) for name, value in headers.items()],
    }  # fmt: skip
    # In a thread of its own: a browser test in this process may have left an event loop running in the main one.
    with ThreadPoolExecutor(1) as pool:
        pool.submit(anyio.run, create_app(app), scope, receive, send).result()

    assert sent[0]["status"] == 413
    assert b"1 MiB" in sent[1]["body"]


@pytest.mark.parametrize("kind", ["application/octet-stream", "multipart/form-data; boundary=x"])
def test_a_body_of_unknown_length_is_cut_off_at_the_limit(client: TestClient, app: App, keeper: Headers, kind: str) -> None:
    def body() -> Iterator[bytes]:
        for _ in range(64):
            yield b"x" * (MIB // 8)

    answer = client.post(DOCUMENTS, params=TO, content=body(), headers={**keeper, "Content-Type": kind})

    assert answer.status_code == 413
    assert kept_files(app) == 0


def test_a_document_of_the_limit_is_kept_in_a_form_too(client: TestClient, keeper: Headers) -> None:
    content = b"\x89PNG\r\n\x1a\n".ljust(MIB, b"\0")
    to = {"vendor": "northwind-vision"}
    fits = client.post(DOCUMENTS, params=to, files={"file": ("shot.png", content)}, headers=keeper)
    more = client.post(DOCUMENTS, params=to, files={"file": ("more.png", content + b"\0")}, headers=keeper)

    assert fits.status_code == 201
    assert more.status_code == 413


def test_handing_in_and_deleting_need_a_scope_and_reading_another(client: TestClient, app: App, keeper: Headers, reader: Headers) -> None:
    client.post(DOCUMENTS, params=TO, content=PDF, headers=keeper)
    only_keeper = bearer_of(app, "only-keeper", "assess")

    assert client.post(DOCUMENTS, params=TO, content=PDF).status_code == 401
    assert client.post(DOCUMENTS, params=TO, content=PDF, headers=reader).status_code == 403
    assert client.delete(f"{DOCUMENTS}/northwind-vision-e1", params={"reason": "x"}, headers=reader).status_code == 403
    assert client.get(f"{DOCUMENTS}/northwind-vision-e1", headers=only_keeper).status_code == 403
    assert client.get(f"{DOCUMENTS}/northwind-vision-e1", headers=reader).status_code == 200
    assert kept_files(app) == 1


def test_named_viewers_alone_see_it_and_every_look_is_listed(client: TestClient, app: App, keeper: Headers, reader: Headers) -> None:
    client.post(DOCUMENTS, params={**TO, "viewer": ["token:reader", "alice"]}, content=PDF, headers=keeper)
    other = bearer_of(app, "other", "read")

    assert client.get(f"{DOCUMENTS}/northwind-vision-e1/content", headers=other).status_code == 403
    assert client.get(f"{DOCUMENTS}/northwind-vision-e1/content", headers=reader).content == PDF
    looks = client.get(f"{DOCUMENTS}/northwind-vision-e1/views", headers=reader).json()
    assert [look["by"] for look in looks] == ["token:reader"]


def test_a_list_comes_in_pages_and_by_vendor(client: TestClient, app: App, keeper: Headers, reader: Headers) -> None:
    for name, content in (("a.pdf", PDF), ("b.png", PNG)):
        client.post(DOCUMENTS, params={"vendor": "northwind-vision", "name": name}, content=content, headers=keeper)
    first = client.get(DOCUMENTS, params={"limit": 1}, headers=reader).json()
    second = client.get(DOCUMENTS, params={"limit": 1, "cursor": first["next"]}, headers=reader).json()

    assert [entry["document"] for entry in first["items"] + second["items"]] == ["northwind-vision-e1", "northwind-vision-e2"]
    assert client.get(DOCUMENTS, params={"vendor": "northwind-vision"}, headers=reader).json()["items"][1]["name"] == "b.png"


def test_a_document_stands_for_a_clause_and_goes_with_a_reason(client: TestClient, app: App, keeper: Headers) -> None:
    add_component(app, KEEPS.vendor, KEEPS.component)
    add_contract(app, KEEPS)
    client.post(DOCUMENTS, params={"vendor": KEEPS.vendor, "name": "a.pdf"}, content=PDF, headers=keeper)
    address = f"{DOCUMENTS}/clearwater-text-e1"
    linked = client.post(f"{address}/uses", params={"noun": "clause", "reference": KEEPS.contract, "subject": "uptime"}, headers=keeper)
    gone = client.delete(address, params={"reason": "The NDA has ended."}, headers=keeper)

    assert linked.json()["uses"] == [{"noun": "clause", "reference": "clause-finder-2026", "subject": "uptime"}]
    assert gone.status_code == 204
    assert kept_files(app) == 0
    assert client.get(f"{address}/content", headers=keeper).status_code == 409


def test_the_description_of_the_api_names_both_kinds_of_body(app: App) -> None:
    with TestClient(create_app(app), base_url=LOCAL) as client:
        operation = client.get("/api/v1/openapi.json").json()["paths"][DOCUMENTS]["post"]

    assert set(operation["requestBody"]["content"]) == {"application/octet-stream", "multipart/form-data"}
    assert "413" in operation["responses"]


def test_a_hostile_name_reaches_no_header_and_no_folder(client: TestClient, app: App, keeper: Headers) -> None:
    name = 'a"\r\nSet-Cookie: x=1;../\u202e\u00e9.pdf'
    answer = client.post(DOCUMENTS, params={"vendor": "northwind-vision", "name": name}, content=PDF, headers=keeper)
    content = client.get(f"{DOCUMENTS}/northwind-vision-e1/content", headers=keeper)

    assert answer.json()["name"] == "\u00e9.pdf"
    assert content.headers["content-disposition"] == "attachment; filename*=UTF-8''%C3%A9.pdf"
    assert "set-cookie" not in content.headers
    assert kept_files(app) == 1


def test_markup_that_is_plain_text_is_sent_as_what_it_is(client: TestClient, keeper: Headers) -> None:
    text = b"# Notes\n\n<img src=x onerror=alert(1)>\n"
    client.post(DOCUMENTS, params={"vendor": "northwind-vision", "name": "notes.md"}, content=text, headers=keeper)
    content = client.get(f"{DOCUMENTS}/northwind-vision-e1/content", headers=keeper)

    assert content.headers["content-type"] == "text/markdown; charset=utf-8"
    assert content.headers["content-disposition"].startswith("attachment;")
    assert content.headers["content-security-policy"].startswith("sandbox; default-src 'none'")


@pytest.mark.parametrize("path", ["", "/content", "/views"])
def test_a_document_that_is_not_there_is_404(client: TestClient, reader: Headers, path: str) -> None:
    assert client.get(f"{DOCUMENTS}/nobody-e9{path}", headers=reader).status_code == 404


def test_the_room_of_a_vendor_that_is_full_is_a_conflict(tmp_path: Path) -> None:
    app = empty_installation(tmp_path / "home", evidence_quota_mib=0)
    add_component(app, "Northwind Vision", "digit-reader")
    with TestClient(create_app(app), base_url=LOCAL) as client:
        answer = client.post(DOCUMENTS, params=TO, content=PDF, headers=bearer_of(app, "keeper", "assess"))

    assert answer.status_code == 409
    assert "VENDOR_AI_EVIDENCE_QUOTA_MIB" in answer.json()["detail"]
    assert kept_files(app) == 0
