"""Documents over HTTP: who may read what, what is told of it, and what handing in again does."""

from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from tests.factories.document import PDF, PNG
from tests.factories.installation import add_component, empty_installation
from tests.web.conftest import Headers, bearer_of
from vendor_ai.wiring import App

DOCUMENTS = "/api/v1/documents"
FIRST = f"{DOCUMENTS}/northwind-vision-e1"
TO = {"vendor": "northwind-vision", "name": "soc2.pdf"}


@pytest.fixture
def app(tmp_path: Path) -> App:
    app = empty_installation(tmp_path / "home", evidence_limit_mib=1, evidence_quota_mib=1)
    add_component(app, "Northwind Vision", "digit-reader")
    return app


@pytest.fixture
def keeper(app: App) -> Headers:
    return bearer_of(app, "keeper", "assess", "read")


@pytest.fixture
def other(app: App) -> Headers:
    return bearer_of(app, "other", "assess", "read")


def looks(client: TestClient, headers: Headers) -> list[str]:
    return [look["by"] for look in client.get(f"{FIRST}/views", headers=headers).json()]


# --- who may read what ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("viewer", ["token:reader", "token:keeper"])
@pytest.mark.parametrize("path", ["", "/content"])
def test_a_stranger_is_refused_the_description_and_the_content_alike_and_leaves_no_look(
    client: TestClient, keeper: Headers, other: Headers, viewer: str, path: str
) -> None:
    client.post(DOCUMENTS, params={**TO, "viewer": viewer}, content=PDF, headers=keeper)
    refused = client.get(f"{FIRST}{path}", headers=other)

    assert refused.status_code == 403
    assert refused.headers["content-type"] == "application/problem+json"
    assert "token:other is not one of them" in refused.json()["detail"]
    assert PDF not in refused.content
    assert looks(client, keeper) == []


def test_who_handed_it_over_may_look_whoever_is_named(client: TestClient, keeper: Headers) -> None:
    client.post(DOCUMENTS, params={**TO, "viewer": "alice"}, content=PDF, headers=keeper)
    assert client.get(f"{FIRST}/content", headers=keeper).content == PDF
    assert client.get(FIRST, headers=keeper).status_code == 200
    assert looks(client, keeper) == ["token:keeper", "token:keeper"]


def test_a_token_that_bears_the_name_of_a_viewer_is_not_that_person(client: TestClient, app: App, keeper: Headers) -> None:
    client.post(DOCUMENTS, params={**TO, "viewer": "alice"}, content=PDF, headers=keeper)
    assert client.get(f"{FIRST}/content", headers=bearer_of(app, "alice", "read")).status_code == 403


def test_the_list_and_the_log_of_looks_leave_no_look(client: TestClient, keeper: Headers, other: Headers) -> None:
    client.post(DOCUMENTS, params=TO, content=PDF, headers=keeper)
    client.get(DOCUMENTS, headers=other)
    client.get(f"{FIRST}/views", headers=other)
    assert looks(client, keeper) == []


@pytest.mark.parametrize("path", [DOCUMENTS, FIRST, f"{FIRST}/content", f"{FIRST}/views"])
def test_nothing_is_read_without_a_token(client: TestClient, keeper: Headers, path: str) -> None:
    client.post(DOCUMENTS, params=TO, content=PDF, headers=keeper)
    assert client.get(path).status_code == 401


@pytest.mark.parametrize("scope", ["predictions:write", "assess"])
def test_a_token_without_the_scope_to_read_reads_no_content(client: TestClient, app: App, keeper: Headers, scope: str) -> None:
    client.post(DOCUMENTS, params=TO, content=PDF, headers=keeper)
    assert client.get(f"{FIRST}/content", headers=bearer_of(app, "narrow", scope)).status_code == 403


@pytest.mark.parametrize(("confidentiality", "place"), [("internal", "attachment"), ("nda", "attachment"), ("view_only", "inline")])
def test_how_a_content_is_sent_follows_how_it_may_be_passed_on(
    client: TestClient, keeper: Headers, confidentiality: str, place: str
) -> None:
    stored = client.post(DOCUMENTS, params={**TO, "confidentiality": confidentiality}, content=PDF, headers=keeper)
    sent = client.get(f"{FIRST}/content", headers=keeper)

    assert stored.json()["confidentiality"] == confidentiality
    assert sent.headers["content-disposition"].startswith(f"{place};")
    assert sent.headers["cache-control"] == "no-store"
    assert looks(client, keeper) == ["token:keeper"]


def test_link_only_takes_no_file(client: TestClient, keeper: Headers) -> None:
    refused = client.post(DOCUMENTS, params={**TO, "confidentiality": "link_only"}, content=PDF, headers=keeper)
    assert refused.status_code == 422
    assert "link_only keeps an address" in refused.json()["detail"]


def test_a_deleted_content_is_gone_for_everybody_and_its_description_stays(client: TestClient, keeper: Headers, other: Headers) -> None:
    client.post(DOCUMENTS, params=TO, content=PDF, headers=keeper)
    client.delete(FIRST, params={"reason": "The NDA has ended."}, headers=keeper)

    assert [client.get(f"{FIRST}/content", headers=headers).status_code for headers in (keeper, other)] == [409, 409]
    shown = client.get(FIRST, headers=other).json()
    assert (shown["name"], shown["size"], shown["deleted_at"] is None) == ("soc2.pdf", len(PDF), False)


# --- handed in again --------------------------------------------------------------------------------------------------------


def test_a_known_content_is_named_and_another_token_gets_the_same_document(client: TestClient, keeper: Headers, other: Headers) -> None:
    first = client.post(DOCUMENTS, params=TO, content=PDF, headers=keeper).json()
    again = client.post(DOCUMENTS, params={**TO, "name": "copy.pdf"}, content=PDF, headers=other).json()

    assert (first["document"], first["known"], first["notes"]) == ("northwind-vision-e1", False, [])
    assert (again["document"], again["known"], again["changed"]) == ("northwind-vision-e1", True, [])
    assert again["notes"] == ["It is known as northwind-vision-e1 (soc2.pdf); nothing was changed."]


def test_other_terms_are_a_conflict_until_an_update_is_asked_for(client: TestClient, keeper: Headers) -> None:
    client.post(DOCUMENTS, params={**TO, "expires_on": "2027-06-30"}, content=PDF, headers=keeper)
    later = {**TO, "expires_on": "2028-06-30", "confidentiality": "nda"}
    refused = client.post(DOCUMENTS, params=later, content=PDF, headers=keeper)
    kept = client.get(FIRST, headers=keeper).json()
    changed = client.post(DOCUMENTS, params={**later, "update": True}, content=PDF, headers=keeper)

    assert refused.status_code == 409
    assert "its last day is 2027-06-30, not 2028-06-30; its confidentiality is internal, not nda" in refused.json()["detail"]
    assert (kept["expires_on"], kept["confidentiality"]) == ("2027-06-30", "internal")
    assert changed.json()["changed"] == ["expires_on", "confidentiality"]


def test_handing_in_again_does_not_open_a_document_to_a_stranger(client: TestClient, keeper: Headers, other: Headers) -> None:
    client.post(DOCUMENTS, params={**TO, "viewer": "token:keeper"}, content=PDF, headers=keeper)
    own = client.post(DOCUMENTS, params={**TO, "viewer": "token:other", "update": True}, content=PDF, headers=other).json()

    assert own["document"] == "northwind-vision-e2"
    assert client.get(f"{FIRST}/content", headers=other).status_code == 403


def test_a_last_day_in_the_past_is_taken_with_a_note(client: TestClient, keeper: Headers) -> None:
    stored = client.post(DOCUMENTS, params={**TO, "expires_on": "2020-12-31"}, content=PDF, headers=keeper)
    assert stored.status_code == 201
    assert stored.json()["notes"] == [
        "northwind-vision-e1 has expired: its last day was 2020-12-31. What rests on it loses its verification."
    ]


# --- room, and what a file says it is ---------------------------------------------------------------------------------------


def test_the_room_of_a_vendor_ends_at_its_last_byte_and_is_free_again_after_deletion(client: TestClient, keeper: Headers) -> None:
    room = 1 << 20
    full = b"\x89PNG\r\n\x1a\n".ljust(room - len(PDF), b"\0")

    def send(content: bytes, name: str) -> int:
        return client.post(DOCUMENTS, params={"vendor": "northwind-vision", "name": name}, content=content, headers=keeper).status_code

    assert [send(full, "a.png"), send(PDF, "b.pdf"), send(PNG, "c.png")] == [201, 201, 409]
    client.delete(f"{DOCUMENTS}/northwind-vision-e2", params={"reason": "Old."}, headers=keeper)
    assert send(PNG[: len(PDF)], "c.png") == 201


@pytest.mark.parametrize(
    ("content", "name"),
    [(PDF, "shot.png"), (PNG, "report.pdf"), (PNG, "notes.txt"), (b"plain words", "report.pdf"), (b"MZ\x90\x00", "report.pdf")],
)
def test_a_content_that_is_not_what_its_name_says_is_refused(client: TestClient, keeper: Headers, content: bytes, name: str) -> None:
    sent = {"vendor": "northwind-vision", "name": name}
    refused = client.post(DOCUMENTS, params=sent, content=content, headers={**keeper, "Content-Type": "application/pdf"})

    assert refused.status_code == 422
    assert refused.json()["detail"].startswith(name)
    assert client.get(DOCUMENTS, headers=keeper).json()["items"] == []


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("../../../etc/passwd.pdf", "passwd.pdf"),
        ("C:\\Windows\\system32\\x.pdf", "x.pdf"),
        ("a\x00b\x1b[2J\u2066c.pdf", "ab[2Jc.pdf"),
        ('";rm -rf ~;".pdf', "_;rm -rf ~;_.pdf"),
        ("....pdf", "pdf"),
    ],
)
def test_a_hostile_name_is_shown_clean_and_comes_back_in_one_harmless_header(
    client: TestClient, app: App, keeper: Headers, name: str, shown: str
) -> None:
    stored = client.post(DOCUMENTS, params={"vendor": "northwind-vision", "name": name}, content=PDF, headers=keeper)
    header = client.get(f"{FIRST}/content", headers=keeper).headers["content-disposition"]

    assert stored.json()["name"] == shown
    assert header.startswith("attachment; filename*=UTF-8''")
    assert not set(header) & set('\r\n\x00\x1b"\\')
    assert [path.name for path in (app.settings.home / "evidence").rglob("*") if path.is_file()] == [stored.json()["sha256"]]
