"""Health, readiness and counters."""

import shutil
from pathlib import Path

from fastapi.testclient import TestClient

from tests.factories.installation import add_component, empty_installation
from tests.web.conftest import Headers
from vendor_ai.web.app import create_app
from vendor_ai.wiring import App


def test_a_live_server_says_so(client: TestClient) -> None:
    assert client.get("/healthz").json() == {"status": "ok"}


def test_a_server_that_can_take_batches_is_ready(client: TestClient, app: App) -> None:
    assert client.get("/readyz").status_code == 200
    assert not list(app.settings.prediction_folder.glob(".ready-*"))


def test_a_folder_that_cannot_be_made_is_said(tmp_path: Path) -> None:
    (tmp_path / "taken").write_text("a file, not a folder")
    app = empty_installation(tmp_path / "home", prediction_store=str(tmp_path / "taken" / "log"))
    answer = TestClient(create_app(app), base_url="http://localhost").get("/readyz")

    assert answer.status_code == 503
    assert "cannot be written" in answer.json()["detail"]


def test_a_database_that_went_away_is_said(tmp_path: Path) -> None:
    app = empty_installation(tmp_path / "home")
    app.records.close()
    shutil.rmtree(tmp_path / "home")
    answer = TestClient(create_app(app), base_url="http://localhost").get("/readyz")

    assert answer.status_code == 503
    assert answer.headers["retry-after"]


def test_requests_and_rows_are_counted_by_route(client: TestClient, app: App, writer: Headers) -> None:
    add_component(app, "Northwind Vision", "face-finder")
    row = {"prediction_id": "1", "occurred_at": "2026-07-01T00:00:00Z"}
    for ref in ("digit-reader", "face-finder"):
        client.post(f"/api/v1/components/{ref}/predictions", json=[row, row, {"prediction_id": "2"}], headers=writer)
    for made_up in ("/a", "/b", "/c"):
        client.get(made_up)

    text = client.get("/metrics").text

    route = "/api/v1/components/{ref}/predictions"
    assert f'vendor_ai_http_requests_total{{method="POST",route="{route}",status="422"}} 2\n' in text
    assert 'vendor_ai_http_requests_total{method="GET",route="other",status="404"} 3\n' in text
    assert 'vendor_ai_rows_total{kind="prediction",outcome="stored"} 2\n' in text
    assert 'vendor_ai_rows_total{kind="prediction",outcome="duplicates"} 2\n' in text
    assert 'vendor_ai_rows_total{kind="prediction",outcome="rejected"} 2\n' in text
    assert client.get("/metrics").headers["content-type"].startswith("text/plain; version=0.0.4")
