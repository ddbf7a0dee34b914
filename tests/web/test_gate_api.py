"""Gates, approvals and changes of status over HTTP: the same rules as everywhere."""

from collections.abc import Callable

import pytest
from fastapi.testclient import TestClient

from tests.factories.decision import approved
from tests.factories.gate import MEDIUM_APPROVALS, store_component
from tests.web.conftest import BY, NOW, Headers, bearer_of
from vendor_ai.services import token, user
from vendor_ai.services.verification import verify_file
from vendor_ai.wiring import App

GATE = "/api/v1/components/ocr/gates"


def bearer_of_user(app: App, name: str, *scopes: str) -> Headers:
    with app.records.write() as session:
        made = token.create(session, f"{name}-1", scopes or ["decide", "read"], user=name, by=BY, at=NOW)
    return {"Authorization": f"Bearer {made.secret}"}


@pytest.fixture
def people(app: App) -> dict[str, Headers]:
    """A component of MEDIUM tier, decided; Alice, Boris and Omar with their tokens."""
    with app.records.write() as session:
        store_component(session, "MEDIUM")
        approved(session)
    return {name: bearer_of_user(app, name) for name in ("alice", "boris", "omar")}


def approve(client: TestClient, people: dict[str, Headers], gate: str) -> None:
    for name in MEDIUM_APPROVALS:
        who = people["boris" if name == "security_review" else "alice"]
        answer = client.post(f"{GATE}/{gate}/approvals", json={"approval": name, "note": "Fine."}, headers=who)
        assert answer.status_code == 201, answer.text


def test_the_gate_holds_up_a_change_of_status_until_its_approvals_are_there(client: TestClient, people: dict[str, Headers]) -> None:
    url, by = "/api/v1/components/ocr/status", people["omar"]
    blocked = client.post(url, json={"to": "in_use"}, headers=by)
    assert (blocked.status_code, blocked.headers["content-type"]) == (409, "application/problem+json")
    assert blocked.json()["gate"]["missing_approvals"] == list(MEDIUM_APPROVALS)
    assert "deployment gate is closed" in blocked.json()["detail"]

    approve(client, people, "use_case")
    approve(client, people, "deployment")

    assert client.get(f"{GATE}/deployment", headers=by).json()["open"] is True
    assert client.post(url, json={"to": "in_use"}, headers=by).json()["changed"] is True
    assert client.get("/api/v1/components", headers=by).json()["items"][-1]["status"] == "in_use"


def test_a_blocked_change_of_status_stores_nothing(client: TestClient, people: dict[str, Headers]) -> None:
    client.post("/api/v1/components/ocr/status", json={"to": "approved"}, headers=people["omar"])

    assert client.get("/api/v1/components", headers=people["omar"]).json()["items"][-1]["status"] == "proposed"


def test_the_document_has_the_keys_of_the_command_line(client: TestClient, people: dict[str, Headers]) -> None:
    document = client.get(f"{GATE}/continuation", headers=people["omar"]).json()

    assert list(document) == ["component", "gate", "open", "tier", "missing_approvals", "blocked_by", "approvals", "waivers", "decisions"]


def test_a_role_that_does_not_fit_is_403_and_a_wrong_approval_409_or_422(client: TestClient, people: dict[str, Headers]) -> None:
    def status(name: str, note: str = "Fine.") -> int:
        return client.post(f"{GATE}/use_case/approvals", json={"approval": name, "note": note}, headers=people["alice"]).status_code

    assert [status("security_review"), status("legal_approval"), status("nonsense"), status("fairness_audit", " ")] == [403, 409, 422, 422]


def test_an_approval_is_handed_out_as_a_file_that_verifies_and_can_be_revoked(
    client: TestClient, people: dict[str, Headers], app: App
) -> None:
    approve(client, people, "use_case")
    path = app.settings.home / "approval.json"
    path.write_bytes(client.get("/api/v1/approvals/1/file", headers=people["omar"]).content)
    assert verify_file(path).ok

    assert client.post("/api/v1/approvals/1/revocation", json={"reason": "Wrong."}, headers=people["boris"]).json()["revoked"] is True
    assert client.post("/api/v1/approvals/1/revocation", json={"reason": "Wrong."}, headers=people["boris"]).status_code == 409
    assert client.get(f"{GATE}/use_case", headers=people["omar"]).json()["missing_approvals"] == ["technical_validation"]


def test_facts_and_waivers(client: TestClient, people: dict[str, Headers]) -> None:
    omar, boris = people["omar"], people["boris"]
    fact = client.post("/api/v1/components/ocr/facts", json={"fact": "failed_validation", "note": "0.61"}, headers=omar)
    assert (fact.status_code, fact.json()) == (201, {"fact": 1})
    body = {"subject": "failed_validation", "reason": "Pilot.", "until": "2027-06-30"}
    asked = client.post(f"{GATE}/deployment/waivers", json=body, headers=boris).json()
    assert client.post(f"/api/v1/waivers/{asked['waiver']}/second", headers=boris).status_code == 403
    assert client.post(f"/api/v1/waivers/{asked['waiver']}/second", headers=omar).json()["second_by"] == "user:omar"
    reasons = [entry["reason"] for entry in client.get(f"{GATE}/deployment", headers=omar).json()["blocked_by"]]
    assert "failed_validation" not in reasons
    assert [entry["subject"] for entry in client.get("/api/v1/waivers", headers=omar).json()["items"]] == ["failed_validation"]
    assert client.post("/api/v1/waivers/1/end", json={"reason": "Over."}, headers=omar).json()["ended"] is True
    assert client.post("/api/v1/facts/1/clearance", json={"reason": "0.86"}, headers=omar).json()["cleared"] is True


def test_incidents_and_what_is_due(client: TestClient, people: dict[str, Headers]) -> None:
    noted = client.post("/api/v1/components/ocr/incidents", json={"note": "Wrong invoice."}, headers=people["omar"])
    assert (noted.status_code, noted.json()) == (201, {"incident": "ocr-i1"})

    # The clock of this installation stands still: the incident is as old as the decision, which has answered it.
    assert client.get("/api/v1/reassessments", headers=people["omar"]).json() == {"items": [], "next": None}


READS = ["/components/ocr/gates/use_case", "/approvals/1/file", "/waivers", "/reassessments"]
WRITES = [
    "/components/ocr/gates/use_case/approvals",
    "/approvals/1/revocation",
    "/components/ocr/facts",
    "/facts/1/clearance",
    "/components/ocr/gates/use_case/waivers",
    "/waivers/1/second",
    "/waivers/1/end",
    "/components/ocr/status",
    "/components/ocr/incidents",
]


@pytest.mark.parametrize("path", WRITES)
def test_nobody_writes_without_the_scope_decide(client: TestClient, app: App, path: str) -> None:
    reader = bearer_of(app, "reader", "read")

    assert client.post(f"/api/v1{path}", json=BODY).status_code == 401
    assert client.post(f"/api/v1{path}", json=BODY, headers=reader).status_code == 403


@pytest.mark.parametrize("path", READS)
def test_nobody_reads_without_the_scope_read(client: TestClient, app: App, path: str) -> None:
    assert client.get(f"/api/v1{path}").status_code == 401
    assert client.get(f"/api/v1{path}", headers=bearer_of(app, "writer", "predictions:write")).status_code == 403


BODY = {
    "approval": "x",
    "note": "x",
    "reason": "x",
    "subject": "x",
    "until": "2027-01-01",
    "fact": "x",
    "to": "retired",
}


@pytest.mark.parametrize(
    "ask",
    [
        lambda client, by: client.get("/api/v1/components/none/gates/use_case", headers=by),
        lambda client, by: client.get("/api/v1/approvals/9/file", headers=by),
        lambda client, by: client.post("/api/v1/components/none/status", json={"to": "retired"}, headers=by),
        lambda client, by: client.post("/api/v1/waivers/9/second", headers=by),
    ],
)
def test_what_is_not_there_is_404(client: TestClient, people: dict[str, Headers], ask: Callable[[TestClient, Headers], object]) -> None:
    assert ask(client, people["omar"]).status_code == 404  # type: ignore[attr-defined]


def test_the_token_of_a_disabled_person_is_refused_at_the_next_request(client: TestClient, app: App, people: dict[str, Headers]) -> None:
    assert client.get(f"{GATE}/use_case", headers=people["omar"]).status_code == 200
    with app.records.write() as session:
        user.disable(session, "omar", by=BY, at=NOW)
    assert client.get(f"{GATE}/use_case", headers=people["omar"]).status_code == 401
