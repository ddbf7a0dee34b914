"""Reviews and decisions over HTTP."""

from collections.abc import Iterator

import pytest
from fastapi.testclient import TestClient

from tests.factories.decision import reviewed
from tests.factories.due_diligence import NOW, PROCUREMENT, answer, start, store_deciders, store_vendor, submitted
from tests.web.conftest import Headers
from vendor_ai.domain.actor import Actor
from vendor_ai.domain.answer import Answer
from vendor_ai.importers.answers import AnswerSet
from vendor_ai.services import answering, token, user
from vendor_ai.wiring import App

REF = "/api/v1/assessments/ocr-a1"
DECISIONS = f"{REF}/decisions"
LEVEL = {"kind": "question", "subject": "tested", "level": "CRITICAL", "reason": "No proof.", "until": "2027-06-30"}
MILD = {"decision": "APPROVED", "rationale": "Pilot.", "valid_until": "2027-06-30"}


@pytest.fixture
def handed_in(app: App) -> None:
    """An assessment whose every answer is LOW."""
    with app.records.write() as session:
        store_vendor(session)
        submitted(session)


@pytest.fixture
def bad(app: App) -> None:
    """A reviewed assessment for which REJECTED is recommended."""
    with app.records.write() as session:
        store_vendor(session)
        reviewed(session, {"tested": "l4", "monitored": "l4", "insured": "l4"})


@pytest.fixture
def people(app: App) -> Iterator[dict[str, Headers]]:
    """Tokens of people who may decide, by their names."""
    with app.records.write() as session:
        store_deciders(session, Actor("user:rolf2"), Actor("user:anna"), Actor("user:sven"))
        made = {
            name: token.create(session, f"{name}-1", ["decide"], user=name, by=PROCUREMENT, at=NOW) for name in ("rolf2", "anna", "sven")
        }
    yield {name: {"Authorization": f"Bearer {entry.secret}"} for name, entry in made.items()}


@pytest.mark.parametrize(
    "path", ["reviews", "reviews/batch", "reviews/1/second", "decisions", "decisions/second", "decisions/refuse", "reopen"]
)
def test_every_act_needs_a_token_that_may_decide(client: TestClient, handed_in: None, reader: Headers, path: str) -> None:
    body = LEVEL | MILD

    assert client.post(f"{REF}/{path}", json=body).status_code == 401
    assert client.post(f"{REF}/{path}", json=body, headers=reader).status_code == 403


@pytest.mark.parametrize("path", [DECISIONS, "/api/v1/comparison?assessment=ocr-a1&assessment=ocr-a1"])
def test_reading_needs_a_token_that_may_read(client: TestClient, handed_in: None, people: dict[str, Headers], path: str) -> None:
    assert client.get(path).status_code == 401
    assert client.get(path, headers=people["anna"]).status_code == 403


def test_an_assessment_is_reviewed_and_approved(client: TestClient, handed_in: None, people: dict[str, Headers], reader: Headers) -> None:
    batch = client.post(f"{REF}/reviews/batch", json={}, headers=people["rolf2"])
    made = client.post(DECISIONS, json={"decision": "APPROVED", "rationale": "Fine."}, headers=people["anna"])
    listed = client.get(DECISIONS, headers=reader).json()

    assert (batch.status_code, [act["subject"] for act in batch.json()["reviews"]]) == (201, ["tested", "monitored", "insured"])
    assert (made.status_code, made.json()["state"], made.json()["by"]) == (201, "effective", "user:anna")
    assert listed == {"items": [made.json()], "in_force": made.json()}


def test_a_level_needs_another_person_to_agree(client: TestClient, handed_in: None, people: dict[str, Headers]) -> None:
    act = client.post(f"{REF}/reviews", json=LEVEL, headers=people["rolf2"]).json()
    path = f"{REF}/reviews/{act['review']}/second"

    same = client.post(path, json={}, headers=people["rolf2"])
    other = client.post(path, json={"reason": "Seen."}, headers=people["sven"])

    assert (same.status_code, "belongs to another person" in same.json()["detail"]) == (403, True)
    assert (other.status_code, other.json()["second_by"]) == (200, "user:sven")


def test_a_milder_decision_waits_for_another_person(client: TestClient, bad: None, people: dict[str, Headers], reader: Headers) -> None:
    proposed = client.post(DECISIONS, json=MILD, headers=people["anna"]).json()
    held = client.get(DECISIONS, headers=reader).json()["in_force"]
    same = client.post(f"{DECISIONS}/second", json={"reason": "Fine."}, headers=people["anna"])
    agreed = client.post(f"{DECISIONS}/second", json={"reason": "Fine."}, headers=people["sven"]).json()

    assert (proposed["state"], held, same.status_code) == ("proposed", None, 403)
    assert (agreed["state"], agreed["by"], agreed["second_by"]) == ("effective", "user:anna", "user:sven")
    reopened = client.post(f"{REF}/reopen", json={"reason": "Pilot over."}, headers=people["sven"]).json()
    assert (reopened["state"], reopened["decision"]) == ("reopened", None)


def test_a_proposal_is_refused(client: TestClient, bad: None, people: dict[str, Headers]) -> None:
    client.post(DECISIONS, json=MILD, headers=people["anna"])

    refused = client.post(f"{DECISIONS}/refuse", json={"reason": "No."}, headers=people["sven"])
    assert (refused.status_code, refused.json()["state"]) == (200, "refused")


def test_an_approval_of_what_nobody_verified_is_a_conflict(client: TestClient, handed_in: None, people: dict[str, Headers]) -> None:
    client.post(f"{REF}/reviews/batch", json={"dimension": "d1"}, headers=people["rolf2"])

    answer = client.post(DECISIONS, json={"decision": "APPROVED", "rationale": "Fine."}, headers=people["anna"])
    assert answer.status_code == 409
    assert "not verified: monitored, insured" in answer.json()["detail"]


def test_a_token_of_nobody_or_of_one_without_a_deciding_role_is_refused(client: TestClient, app: App, bad: None) -> None:
    with app.records.write() as session:
        user.add(session, "eve", ["reviewer"], by=PROCUREMENT, at=NOW)
        tokens = [token.create(session, name, ["decide"], user=who, by=PROCUREMENT, at=NOW) for name, who in (("ci", None), ("e1", "eve"))]
    answers = [client.post(DECISIONS, json=MILD, headers={"Authorization": f"Bearer {made.secret}"}) for made in tokens]

    assert [answer.status_code for answer in answers] == [403, 403]
    assert "token:ci is no person known here" in answers[0].json()["detail"]
    assert "eve may not decide" in answers[1].json()["detail"]


def test_the_batch_names_what_must_be_looked_at_singly(client: TestClient, app: App, people: dict[str, Headers]) -> None:
    with app.records.write() as session:
        store_vendor(session)
        ref = start(session)
        answer_set = AnswerSet(None, {"tested": Answer("tested", "l1", evidence="Report", dated="2099-01-01")})
        answering.import_answers(session, ref, answer_set, by=PROCUREMENT, at=NOW)
        answer(session, ref, {"monitored": "l1", "insured": "l1"})

    left = client.post(f"{REF}/reviews/batch", json={}, headers=people["rolf2"]).json()
    body = {"including_remarks": True, "reason": "A slip."}
    done = client.post(f"{REF}/reviews/batch", json=body, headers=people["rolf2"]).json()

    assert left["remarks"] == [{"question": "tested", "reasons": ["evidence is dated 2099-01-01, in the future"]}]
    assert ([act["subject"] for act in done["reviews"]], done["remarks"]) == (["tested"], [])


def test_who_reviewed_is_not_let_decide(client: TestClient, handed_in: None, people: dict[str, Headers]) -> None:
    client.post(f"{REF}/reviews/batch", json={}, headers=people["anna"])

    answer = client.post(DECISIONS, json={"decision": "APPROVED", "rationale": "Fine."}, headers=people["anna"])
    assert (answer.status_code, "reviewed ocr-a1" in answer.json()["detail"]) == (403, True)


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("reviews", LEVEL | {"level": "AWFUL"}),
        ("reviews", LEVEL | {"until": "soon"}),
        ("reviews", LEVEL | {"reason": ""}),
        ("reviews/batch", {"reason": "x" * 5_001}),
        ("decisions", MILD | {"decision": "MAYBE"}),
        ("decisions", MILD | {"conditions": ["Mend it"]}),
    ],
)
def test_what_does_not_fit_is_422(client: TestClient, bad: None, people: dict[str, Headers], path: str, body: dict[str, object]) -> None:
    answer = client.post(f"{REF}/{path}", json=body, headers=people["anna"])

    assert answer.status_code == 422
    assert answer.json()["problems"]


def test_assessments_are_compared(client: TestClient, app: App, handed_in: None, reader: Headers) -> None:
    with app.records.write() as session:
        submitted(session, {"tested": "l3"})

    found = client.get("/api/v1/comparison", params={"assessment": ["ocr-a1", "ocr-a2"]}, headers=reader).json()
    assert found["differences"] == ["0.00", "+1.00"]
    assert client.get("/api/v1/comparison", params={"assessment": ["ocr-a1"]}, headers=reader).status_code == 422
    assert client.get(f"{REF.replace('ocr-a1', 'ocr-a9')}/decisions", headers=reader).status_code == 404
