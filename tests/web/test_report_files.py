"""Built reports: listed, handed out as they were registered, and nothing else with them."""

import hashlib
from pathlib import Path

from fastapi.testclient import TestClient

from tests.factories.installation import NOW
from vendor_ai.db import report as report_store
from vendor_ai.wiring import App


def register(app: App, path: Path, content: bytes, *, key: str = "html", registered: bytes | None = None) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    digest = hashlib.sha256(content if registered is None else registered).hexdigest()
    file = {"format": key, "path": str(path), "sha256": digest, "bytes": len(content)}
    with app.records.write() as session:
        report_store.add_for_vendor(session, "northwind-vision", month="2026-10", files=[file], at=NOW, by="cli:test")


ADDRESS = "/reports/northwind-vision/2026-10/html"


def test_a_report_is_listed_and_shown_in_a_sandbox(app: App, client: TestClient) -> None:
    register(app, app.settings.home / "reports" / "northwind-vision-2026-10.html", b"<h1>Report</h1><script>alert(1)</script>")

    assert f'href="{ADDRESS}"' in client.get("/reports").text
    answer = client.get(ADDRESS)
    assert answer.status_code == 200
    assert answer.headers["content-security-policy"].startswith("sandbox; default-src 'none';")
    assert "script-src" not in answer.headers["content-security-policy"]
    assert answer.headers["content-disposition"].startswith("inline;")
    assert answer.headers["x-content-type-options"] == "nosniff"


def test_other_formats_are_for_keeping(app: App, client: TestClient) -> None:
    register(app, app.settings.home / "reports" / "x.pdf", b"%PDF", key="pdf")

    answer = client.get("/reports/northwind-vision/2026-10/pdf")
    assert answer.headers["content-type"] == "application/pdf"
    assert answer.headers["content-disposition"] == "attachment; filename*=UTF-8''x.pdf"


def test_a_file_elsewhere_is_named_and_not_served(app: App, client: TestClient, tmp_path: Path) -> None:
    register(app, tmp_path / "elsewhere" / "secret.html", b"secret")

    assert "secret.html" in client.get("/reports").text
    assert ADDRESS not in client.get("/reports").text
    assert client.get(ADDRESS).status_code == 404


def test_a_link_that_leads_out_of_the_folder_is_not_followed(app: App, client: TestClient, tmp_path: Path) -> None:
    (tmp_path / "secret.html").write_bytes(b"secret")
    path = app.settings.home / "reports" / "link.html"
    register(app, path, b"secret")
    path.unlink()
    path.symlink_to(tmp_path / "secret.html")

    assert client.get(ADDRESS).status_code == 404


def test_a_path_with_dots_does_not_leave_the_folder(app: App, client: TestClient) -> None:
    register(app, app.settings.home / "reports" / ".." / "records.html", b"secret")

    assert client.get(ADDRESS).status_code == 404
    assert client.get("/reports/northwind-vision/..%2f..%2fvendor-ai.db/html").status_code == 404


def test_a_file_changed_since_it_was_built_is_not_handed_out(app: App, client: TestClient) -> None:
    register(app, app.settings.home / "reports" / "x.html", b"tampered", registered=b"original")

    answer = client.get(ADDRESS)
    assert answer.status_code == 409
    assert "tampered" not in answer.text


def test_a_home_that_moved_keeps_its_reports(app: App, client: TestClient) -> None:
    path = app.settings.home / "reports" / "x.html"
    register(app, path, b"report")
    with app.records.write() as session:
        file = {"format": "html", "path": "/old/home/reports/x.html", "sha256": hashlib.sha256(b"report").hexdigest(), "bytes": 6}
        report_store.add_for_vendor(session, "northwind-vision", month="2026-10", files=[file], at=NOW, by="cli:test")

    assert client.get(ADDRESS).content == b"report"
