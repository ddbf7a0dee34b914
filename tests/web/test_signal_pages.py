"""Signals and waiting reviews in the browser and over the API."""

import csv
import io
import json

import pytest
from fastapi.testclient import TestClient

from tests.factories.installation import NOW
from tests.web.conftest import Headers, bearer_of
from tests.web.test_pages import HOSTILE, read
from vendor_ai.db.vendor import component_key
from vendor_ai.domain.actor import Actor
from vendor_ai.domain.signal import Severity, SignalKind
from vendor_ai.services.oversight import AnsweredCall, request
from vendor_ai.services.signal import notice
from vendor_ai.wiring import App


def fill(app: App, *entries: tuple[str, Severity, SignalKind], text: str = "Answers drifted.") -> None:
    with app.records.write() as session:
        key, _ = component_key(session, "digit-reader")
        for subject, severity, kind in entries:
            notice(session, key, kind, subject, severity=severity, text=text, figures={"psi": "0.31"}, responses=["alert"], at=NOW)


@pytest.fixture
def assessor(app: App) -> Headers:
    return bearer_of(app, "rita", "assess", "read")


def test_no_signals_is_an_empty_page_with_one_next_step(client: TestClient) -> None:
    text = read(client, "/signals").text
    assert "Nothing was noticed." in text
    assert "vendor-ai job run change_watch" in text


def test_the_page_shows_the_most_severe_first_and_what_it_starts(client: TestClient, app: App) -> None:
    fill(app, ("a", Severity.LOW, SignalKind.TREND), ("b", Severity.CRITICAL, SignalKind.DRIFT))
    text = read(client, "/signals").text
    assert text.index("2. Drift") < text.index("1. Trend")
    assert "2 rows" in text


def test_filters_live_in_the_address_and_stay_visible_when_nothing_fits(client: TestClient, app: App) -> None:
    fill(app, ("a", Severity.LOW, SignalKind.TREND), ("b", Severity.HIGH, SignalKind.DRIFT))
    text = read(client, "/signals?kind=drift").text
    assert "1 row of 2" in text
    assert '<option value="drift" selected>' in client.get("/signals?kind=drift").text
    nothing = read(client, "/signals?kind=drift&severity=low").text
    assert "No signal fits these filters." in nothing
    assert '<a href="/signals">Clear all</a>' in client.get("/signals?kind=drift&severity=low").text


def test_the_file_holds_exactly_the_rows_of_the_page(client: TestClient, app: App) -> None:
    fill(app, ("a", Severity.LOW, SignalKind.TREND), ("b", Severity.HIGH, SignalKind.DRIFT), text="=1+1")
    answer = client.get("/signals.csv?severity=high")
    assert answer.headers["content-type"].startswith("text/csv")
    head, columns, *rows = csv.reader(io.StringIO(answer.text.lstrip("\ufeff")))
    assert "severity=high" in head[0]
    assert len(rows) == 1
    row = dict(zip(columns, rows[0], strict=True))
    assert (row["Severity"], row["Noticed"], row["What"]) == ("high", NOW.isoformat(timespec="seconds"), "'=1+1")


def test_what_people_wrote_is_text_on_the_page(client: TestClient, app: App) -> None:
    fill(app, ("a", Severity.LOW, SignalKind.TREND), text=HOSTILE)
    assert HOSTILE in read(client, "/signals").text
    assert "<script>alert" not in client.get("/signals").text


def test_signals_are_listed_and_settled_over_the_api(client: TestClient, app: App, assessor: Headers, writer: Headers) -> None:
    fill(app, ("a", Severity.LOW, SignalKind.TREND))
    (entry,) = client.get("/api/v1/signals", headers=assessor).json()["items"]
    assert (entry["kind"], entry["figures"]) == ("trend", {"psi": "0.31"})
    address = f"/api/v1/signals/{entry['signal']}/state"
    assert client.post(address, json={"state": "closed"}, headers=assessor).status_code == 422
    assert client.post(address, json={"state": "closed", "note": "Seen"}, headers=writer).status_code == 403
    assert client.post(address, json={"state": "closed", "note": "Seen"}, headers=assessor).json()["state"] == "closed"
    assert client.post(address, json={"state": "closed", "note": "Seen"}, headers=assessor).status_code == 409


def waiting_call(app: App) -> int:
    with app.records.write() as session:
        return request(session, "digit-reader", AnsweredCall("call-1", NOW, "seven", 0.6), by=_BY, at=NOW).number


_BY = Actor("user:olga")


def test_the_answer_of_the_ai_is_nowhere_before_the_first_decision(client: TestClient, app: App, assessor: Headers) -> None:
    number = waiting_call(app)
    assert "seven" not in read(client, "/oversight").text
    assert "seven" not in json.dumps(client.get("/api/v1/human-reviews", headers=assessor).json())

    first = client.post(f"/api/v1/human-reviews/{number}/first", json={"decision": "one", "unusual": True}, headers=assessor).json()
    assert (first["first_decision"], first["ai_decision"], first["stage"]) == ("one", "seven", "first")


def test_overruling_the_ai_takes_a_reason_over_the_api(client: TestClient, app: App, assessor: Headers) -> None:
    address = f"/api/v1/human-reviews/{waiting_call(app)}"
    assert client.post(f"{address}/final", json={"decision": "one"}, headers=assessor).status_code == 409
    client.post(f"{address}/first", json={"decision": "one", "unusual": True}, headers=assessor)
    assert client.post(f"{address}/final", json={"decision": "one"}, headers=assessor).status_code == 422
    final = client.post(f"{address}/final", json={"decision": "one", "note": "A stroke, no bar"}, headers=assessor).json()
    assert (final["overrode"], final["swayed"], final["stage"]) == (True, False, "final")
    assert "No call waits for a person." in read(client, "/oversight").text


def test_nobody_decides_with_a_token_that_only_reads(client: TestClient, app: App, reader: Headers) -> None:
    number = waiting_call(app)
    assert client.post(f"/api/v1/human-reviews/{number}/first", json={"decision": "one"}, headers=reader).status_code == 403
