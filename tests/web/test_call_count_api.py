"""Calls that clients counted, over HTTP."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient

from tests.factories.installation import NOW, add_component
from tests.web.conftest import Headers, bearer_of
from vendor_ai.client.minute import MinuteCounts, counts_body
from vendor_ai.db.vendor import component_key
from vendor_ai.services.completeness import completeness
from vendor_ai.wiring import App

COUNTS = "/api/v1/components/digit-reader/call-counts"
MINUTE = "2026-07-01T09:30:00Z"
START = datetime(2026, 7, 1, tzinfo=UTC)


def minute(attempted: int, *, at: str = MINUTE, **more: int) -> dict[str, Any]:
    return {"minute": at, "attempted": attempted, **more}


def said(*minutes: dict[str, Any], client: str = "c1") -> dict[str, Any]:
    return {"client": client, "minutes": list(minutes)}


def known(app: App) -> tuple[int | None, int | None, int | None]:
    with app.records.read() as session:
        found = completeness(session, component_key(session, "digit-reader")[0], START, START + timedelta(days=1), logged=0)
    return found.attempted, found.dropped, found.spooled


def test_counts_are_kept_and_answered_with_how_many_minutes_were_taken(client: TestClient, app: App, writer: Headers) -> None:
    answer = client.post(COUNTS, json=said(minute(5, dropped=1, spooled=2), minute(3, at="2026-07-01T09:31:00+00:00")), headers=writer)
    assert (answer.status_code, answer.json()) == (200, {"minutes": 2})
    assert known(app) == (8, 1, 2)


def test_the_greatest_counts_of_a_minute_are_kept_in_whatever_order_they_come(client: TestClient, app: App, writer: Headers) -> None:
    for body in (said(minute(5, dropped=1)), said(minute(9, spooled=4)), said(minute(2)), said(minute(7), minute(6))):
        assert client.post(COUNTS, json=body, headers=writer).status_code == 200
    assert known(app) == (9, 1, 4)


def test_clients_are_added_up(client: TestClient, app: App, writer: Headers) -> None:
    for name in ("c1", "c2", "c1"):
        client.post(COUNTS, json=said(minute(5), client=name), headers=writer)
    assert known(app) == (10, 0, 0)


def test_a_body_of_the_client_is_understood(client: TestClient, app: App, writer: Headers) -> None:
    counts = MinuteCounts()
    for number in (0, 0, 1):
        counts.attempt(int(START.timestamp()) // 60 + number)
    counts.drop(int(START.timestamp()) // 60)
    answer = client.post(COUNTS, content=counts_body(counts.client, counts.take()), headers={**writer, "Content-Type": "application/json"})
    assert answer.json() == {"minutes": 2}
    assert known(app) == (3, 1, 0)


@pytest.mark.parametrize(
    ("body", "names"),
    [
        ({"minutes": []}, "client"),
        (said(client=""), "client"),
        (said(client="no good"), "client"),
        (said(minute(-1)), "attempted"),
        (said(minute(2**60)), "attempted"),
        (said({"minute": MINUTE}), "attempted"),
        (said(minute(1, at="2026-07-01T09:30:00")), "minute"),
        (said(minute(1, at="2026-07-01T09:30:01Z")), "full minute"),
        (said(minute(1, at=(NOW + timedelta(days=2)).strftime("%Y-%m-%dT%H:%M:00Z"))), "future"),
        (said(minute(1, more=1)), "more"),
    ],
)
def test_what_is_wrong_in_counts_is_said_and_nothing_is_kept(
    client: TestClient, app: App, writer: Headers, body: dict[str, Any], names: str
) -> None:
    answer = client.post(COUNTS, json=body, headers=writer)
    assert answer.status_code == 422
    assert names in answer.json()["detail"]
    assert known(app) == (None, None, None)


def test_a_body_that_is_no_json_is_refused(client: TestClient, writer: Headers) -> None:
    for content in (b"", b"{", b"\xff", b"[" * 100_000):
        answer = client.post(COUNTS, content=content, headers={**writer, "Content-Type": "application/json"})
        assert answer.status_code == 422


def test_a_body_above_the_limit_is_refused(client: TestClient, writer: Headers) -> None:
    content = json.dumps(said(minute(1))).encode() + b" " * (1 << 20)
    assert client.post(COUNTS, content=content, headers={**writer, "Content-Type": "application/json"}).status_code == 413


def test_only_who_may_write_predictions_of_the_component_may_count_its_calls(
    client: TestClient, app: App, reader: Headers, tmp_path: Path
) -> None:
    add_component(app, "Clearwater Text", "clause-finder")
    other = bearer_of(app, "other", "predictions:write", component="clause-finder")
    assert client.post(COUNTS, json=said(minute(1))).status_code == 401
    assert client.post(COUNTS, json=said(minute(1)), headers=reader).status_code == 403
    assert client.post(COUNTS, json=said(minute(1)), headers=other).status_code == 403
    assert client.post(COUNTS.replace("digit-reader", "nobody"), json=said(minute(1)), headers=other).status_code == 404
    assert known(app) == (None, None, None)
