"""The same pages and the same way in over PostgreSQL."""

from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from tests.factories.installation import full_installation
from tests.factories.postgres import PostgreSQL
from tests.web.conftest import bearer_of
from vendor_ai.web.app import create_app

pytestmark = pytest.mark.postgres


def test_postgresql_shows_and_takes_the_same(postgresql: PostgreSQL, full_client: TestClient, tmp_path: Path) -> None:
    app = full_installation(tmp_path, database_url=postgresql.new_database())
    headers = bearer_of(app, "writer", "predictions:write")
    row = {"prediction_id": "new", "occurred_at": "2026-10-02T00:00:00Z"}
    with TestClient(create_app(app), base_url="http://localhost") as client:
        for path in ("/", "/components/digit-reader", "/contracts/digit-reader-2026", "/findings", "/reports"):
            assert client.get(path).text == full_client.get(path).text
        answers = [
            client.post("/api/v1/components/digit-reader/predictions", json=[row], headers={**headers, "Idempotency-Key": "1"}).json()
            for _ in range(2)
        ]
        assert client.get("/readyz").status_code == 200
    app.records.close()

    assert [(answer["stored"], answer["duplicates"]) for answer in answers] == [(1, 0), (0, 1)]
