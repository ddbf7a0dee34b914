"""Foreign hosts, headers, and mistakes that say nothing of the inside."""

from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from tests.factories.installation import empty_installation
from vendor_ai.web.app import create_app
from vendor_ai.web.guard import host_name, is_loopback, public_name
from vendor_ai.wiring import App


@pytest.mark.parametrize("host", ["evil.example", "evil.example:8321", "127.0.0.1.evil.example", "localhost.evil.example", "10.0.0.5", ""])
@pytest.mark.parametrize("path", ["/", "/api/v1/vendors", "/healthz", "/static/style.css"])
def test_a_foreign_host_is_refused(client: TestClient, host: str, path: str) -> None:
    answer = client.get(path, headers={"Host": host})

    assert answer.status_code == 400
    assert answer.headers["content-type"] == "application/problem+json"
    assert "northwind" not in answer.text.lower()


@pytest.mark.parametrize("host", ["127.0.0.1:8321", "localhost", "LOCALHOST:1", "localhost.", "[::1]:8321"])
def test_this_machine_is_answered(client: TestClient, host: str) -> None:
    assert client.get("/healthz", headers={"Host": host}).status_code == 200


def test_a_configured_name_is_answered(app: App) -> None:
    client = TestClient(create_app(app, hosts=["Risk.example.com"]), base_url="http://risk.example.com")

    assert client.get("/healthz").status_code == 200
    assert client.get("/healthz", headers={"Host": "other.example.com"}).status_code == 400


@pytest.mark.parametrize(("header", "name"), [("[::1]:80", "::1"), ("a.b:80", "a.b"), ("A.b.", "a.b"), ("", "")])
def test_the_name_in_a_host_header(header: str, name: str) -> None:
    assert host_name(header) == name


@pytest.mark.parametrize(("name", "loopback"), [("127.8.0.1", True), ("::1", True), ("localhost", True), ("0.0.0.0", False), ("x", False)])
def test_what_can_only_mean_this_machine(name: str, loopback: bool) -> None:
    assert is_loopback(name) is loopback


@pytest.mark.parametrize("path", ["/", "/findings", "/reports", "/nothing", "/static/style.css", "/api/v1/vendors", "/healthz"])
def test_every_answer_carries_the_security_headers(client: TestClient, path: str) -> None:
    headers = client.get(path).headers

    assert headers["content-security-policy"].startswith("default-src 'none'; style-src 'self';")
    assert "script-src" not in headers["content-security-policy"]
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["x-frame-options"] == "DENY"
    assert headers["referrer-policy"] == "no-referrer"


@pytest.mark.parametrize("path", ["/findings", "/api/v1/openapi.json"])
def test_our_own_mistake_says_nothing_of_the_inside(app: App, path: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_args: object, **_options: object) -> None:
        raise RuntimeError("the secret of the inside")

    web = create_app(app)
    monkeypatch.setattr("vendor_ai.web.pages.finding.stored_findings", broken)
    monkeypatch.setattr(web, "openapi", broken)
    answer = TestClient(web, base_url="http://localhost", raise_server_exceptions=False).get(path)

    assert answer.status_code == 500
    assert "secret" not in answer.text
    assert "content-security-policy" in answer.headers


@pytest.mark.parametrize("path", ["/static/../app.py", "/static/%2e%2e/app.py", "/static/..%2fapp.py"])
def test_static_files_do_not_leave_their_folder(client: TestClient, path: str) -> None:
    assert client.get(path).status_code == 404


@pytest.mark.parametrize("path", ["/", "/assessments", "/api/v1/vendors", "/to-do", "/metrics", "/respondents", "/%2e%2e/assessments"])
def test_under_the_name_that_vendors_are_given_there_is_no_page_of_staff_and_no_api(tmp_path: Path, path: str) -> None:
    app = empty_installation(tmp_path / "home", public_url="https://vendors.example")
    client = TestClient(create_app(app, hosts=["vendors.example", "risk.example"]), base_url="https://vendors.example")

    assert client.get(path).status_code == 404
    assert client.get("/static/style.css").status_code == 200
    assert client.get("/healthz").status_code == 200
    assert client.get("/respond").status_code in (401, 403, 404)


def test_under_its_other_names_the_server_shows_staff_their_pages(tmp_path: Path) -> None:
    app = empty_installation(tmp_path / "home", public_url="https://vendors.example")
    client = TestClient(create_app(app, hosts=["risk.example"]), base_url="https://risk.example")

    assert client.get("/assessments").status_code == 200


@pytest.mark.parametrize(
    ("url", "name"),
    [
        ("https://vendors.example/", "vendors.example"),
        ("http://127.0.0.1:8321", ""),
        ("", ""),
        ("https://a.b:8443", "a.b"),
        ("http://localhost", ""),
    ],
)
def test_the_public_name_is_the_host_of_the_address(url: str, name: str) -> None:
    assert public_name(url) == name
