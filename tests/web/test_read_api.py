"""What programs may read."""

import pytest
from fastapi.testclient import TestClient

from tests.web.conftest import Headers

LISTS = ["/api/v1/vendors", "/api/v1/components", "/api/v1/contracts", "/api/v1/findings"]
EVALUATION = "/api/v1/contracts/digit-reader-2026/evaluation"


@pytest.mark.parametrize("path", [*LISTS, EVALUATION])
def test_reading_needs_a_token_with_the_scope(client: TestClient, writer: Headers, path: str) -> None:
    assert client.get(path, params={"period": "2026-Q3"}).status_code == 401
    assert client.get(path, params={"period": "2026-Q3"}, headers=writer).status_code == 403


def test_lists_hold_what_is_stored(full_client: TestClient, full_reader: Headers) -> None:
    found = {path: full_client.get(path, headers=full_reader).json() for path in LISTS}

    assert [vendor["ref"] for vendor in found["/api/v1/vendors"]["items"]] == ["clearwater-text", "harbour-crm", "northwind-vision"]
    assert [entry["ref"] for entry in found["/api/v1/components"]["items"]] == ["clause-finder", "digit-reader", "lead-score"]
    assert [entry["ref"] for entry in found["/api/v1/contracts"]["items"]] == ["clause-finder-2026", "digit-reader-2026", "lead-score-2026"]
    assert {entry["service"]: entry["calls"] for entry in found["/api/v1/findings"]["items"]} == {
        "chatgpt": 40,
        "claude": 12,
        "deepseek": 5,
    }
    assert all(document["next"] is None for document in found.values())


def test_components_can_be_those_of_one_vendor(full_client: TestClient, full_reader: Headers) -> None:
    found = full_client.get("/api/v1/components", params={"vendor": "harbour-crm"}, headers=full_reader).json()

    assert [entry["ref"] for entry in found["items"]] == ["lead-score"]


def test_pages_follow_each_other_without_a_gap(full_client: TestClient, full_reader: Headers) -> None:
    seen: list[str] = []
    cursor = None
    for _ in range(3):
        parameters = {"limit": "1"} | ({"cursor": cursor} if cursor else {})
        found = full_client.get("/api/v1/vendors", params=parameters, headers=full_reader).json()
        seen += [entry["ref"] for entry in found["items"]]
        cursor = found["next"]

    assert seen == ["clearwater-text", "harbour-crm", "northwind-vision"]
    assert cursor is None


@pytest.mark.parametrize("parameters", [{"cursor": "%%%"}, {"limit": "0"}, {"limit": "many"}, {"cursor": "\N{SNOWMAN}"}])
def test_a_wrong_page_is_422(full_client: TestClient, full_reader: Headers, parameters: dict[str, str]) -> None:
    answer = full_client.get("/api/v1/vendors", params=parameters, headers=full_reader)

    assert answer.status_code == 422
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["problems"]


def test_a_closed_period_is_read_as_it_was_stored(full_client: TestClient, full_reader: Headers) -> None:
    found = full_client.get(EVALUATION, params={"period": "2026-Q3"}, headers=full_reader).json()

    clauses = {entry["id"]: entry for entry in found["clauses"]}
    assert found["status"] == "VIOLATED"
    assert found["period"]["closed"] is True
    assert (clauses["accuracy"]["value"], clauses["accuracy"]["result"], clauses["accuracy"]["evidence"]) == (
        "0.6",
        "MISSED",
        "PROVEN_BREACH",
    )
    assert [(change["before"], change["after"], change["unannounced"], change["violated"]) for change in found["changes"]] == [
        ("reader-4.1", "reader-4.2", True, True)
    ]


def test_credits_are_those_of_the_stored_verdicts(full_client: TestClient, full_reader: Headers) -> None:
    path = "/api/v1/contracts/lead-score-2026/evaluation"

    found = full_client.get(path, params={"period": "2026-Q3"}, headers=full_reader).json()

    # Two quarters above 200 ms: 5 % of 12,000.00 once; accuracy has 30 labelled calls of 100 needed.
    assert found["credits_total"] == {"amount": "600.00", "currency": "EUR"}
    assert {entry["id"]: entry["result"] for entry in found["clauses"]}["accuracy"] == "INSUFFICIENT_DATA"


def test_a_running_period_shows_its_course_and_no_credit(full_client: TestClient, full_reader: Headers) -> None:
    path = "/api/v1/contracts/lead-score-2026/evaluation"

    found = full_client.get(path, params={"period": "2026-Q4"}, headers=full_reader).json()

    latency = next(entry for entry in found["clauses"] if entry["id"] == "latency-p95")
    assert found["period"]["closed"] is False
    assert (latency["result"], latency["consecutive"], latency["credit"]) == ("MISSED", 3, None)
    assert latency["evidence"] != "PROVEN_BREACH"


@pytest.mark.parametrize(("period", "status"), [("2026-Q1", 422), ("soon", 422), ("2027-Q1", 422), (None, 422)])
def test_a_period_that_cannot_be_shown_is_422(full_client: TestClient, full_reader: Headers, period: str | None, status: int) -> None:
    parameters = {} if period is None else {"period": period}

    assert full_client.get(EVALUATION, params=parameters, headers=full_reader).status_code == status


def test_an_unknown_contract_is_404(full_client: TestClient, full_reader: Headers) -> None:
    answer = full_client.get("/api/v1/contracts/none/evaluation", params={"period": "2026-Q3"}, headers=full_reader)

    assert answer.status_code == 404
    assert answer.json()["type"] == "urn:vendor-ai:problem:not-found"


def test_the_description_names_every_address_and_asks_for_tokens(full_client: TestClient) -> None:
    document = full_client.get("/api/v1/openapi.json").json()

    assert {"/api/v1/components/{ref}/predictions", "/api/v1/components/{ref}/outcomes", *LISTS} <= set(document["paths"])
    assert document["components"]["securitySchemes"]["HTTPBearer"]["scheme"] == "bearer"
    assert not [path for path in document["paths"] if path in {"/", "/findings", "/reports"}]
    answers = document["paths"]["/api/v1/components/{ref}/predictions"]["post"]["responses"]
    assert {"200", "401", "403", "404", "413", "415", "422", "503"} <= set(answers)


@pytest.mark.parametrize(("method", "path", "status"), [("GET", "/api/v1/nothing", 404), ("DELETE", "/api/v1/vendors", 405)])
def test_what_does_not_exist_is_a_problem_document_too(full_client: TestClient, method: str, path: str, status: int) -> None:
    answer = full_client.request(method, path)

    assert answer.status_code == status
    assert answer.headers["content-type"] == "application/problem+json"
