"""Campaigns and messages for programs."""

import pytest
from fastapi.testclient import TestClient

from tests.factories.installation import BY, NOW
from tests.factories.respondent import send, vendor_pack, visitor
from tests.web.conftest import Headers, bearer_of
from vendor_ai.services import campaign
from vendor_ai.wiring import App

MESSAGES = "/api/v1/assessments/ocr-a1/messages"


@pytest.fixture
def decider(app: App) -> Headers:
    return bearer_of(app, "decider", "assess")


def test_a_campaign_is_read_with_where_its_assessments_stand(app: App, client: TestClient, reader: Headers) -> None:
    with app.records.write() as session:
        chosen = campaign.chosen_components(session, ["digit-reader"])
        campaign.start(session, "Review", vendor_pack(), chosen, by=BY, at=NOW)
    listed = client.get("/api/v1/campaigns", headers=reader).json()
    shown = client.get("/api/v1/campaigns/review", headers=reader).json()

    assert [entry["campaign"] for entry in listed["items"]] == ["review"]
    assert shown["lines"] == [
        {
            "assessment": "digit-reader-a1", "component": "digit-reader", "vendor": "northwind-vision", "state": "sent", "answered": 0,
            "asked": 8, "due_at": None, "overdue": False, "score": None, "recommendation": None,
        }
    ]  # fmt: skip
    assert client.get("/api/v1/campaigns/none", headers=reader).status_code == 404


def test_staff_ask_read_the_reply_and_settle(app: App, client: TestClient, reader: Headers, decider: Headers) -> None:
    jane = visitor(app)
    asked = client.post(MESSAGES, json={"text": "Which version?", "question": "tested", "clarification": True}, headers=decider)
    number = asked.json()["number"]
    jane.post("messages", {"text": "4.2", "reply_to": str(number)})
    found = client.get(MESSAGES, headers=reader).json()["items"]
    settled = client.post(f"{MESSAGES}/{number}/settled", headers=decider)

    assert asked.status_code == 201
    assert asked.json()["author"] == "token:decider"
    assert [(it["side"], it["kind"], it["text"]) for it in found] == [
        ("staff", "clarification", "Which version?"),
        ("vendor", "reply", "4.2"),
    ]
    assert settled.json()["settled_at"] == "2026-11-20T09:30:00+00:00"
    assert client.post(f"{MESSAGES}/{number}/settled", headers=decider).status_code == 409


@pytest.mark.parametrize(("method", "path"), [("GET", "campaigns"), ("GET", "campaigns/x"), ("GET", "assessments/ocr-a1/messages")])
def test_reading_needs_a_token(client: TestClient, writer: Headers, method: str, path: str) -> None:
    assert client.request(method, f"/api/v1/{path}").status_code == 401
    assert client.request(method, f"/api/v1/{path}", headers=writer).status_code == 403


def test_writing_needs_the_right_to_decide(app: App, client: TestClient, reader: Headers) -> None:
    send(app)
    assert client.post(MESSAGES, json={"text": "Hello"}, headers=reader).status_code == 403
    assert client.post(f"{MESSAGES}/1/settled", headers=reader).status_code == 403


@pytest.mark.parametrize(
    "body", [{}, {"text": ""}, {"text": "x" * 5_001}, {"text": "a", "side": "vendor"}, {"text": "a", "question": "none"}]
)
def test_a_message_that_cannot_be_written_is_refused(app: App, client: TestClient, decider: Headers, body: dict[str, str]) -> None:
    send(app)
    assert client.post(MESSAGES, json=body, headers=decider).status_code == 422
    assert client.post("/api/v1/assessments/none/messages", json={"text": "a"}, headers=decider).status_code == 404
    assert client.post(f"{MESSAGES}/99999999999/settled", headers=decider).status_code == 422
