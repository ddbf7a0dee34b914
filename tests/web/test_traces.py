"""Traces over HTTP as OpenTelemetry's exporters send them: both encodings, what is stored and what is refused."""

import gzip
import json
from typing import Any

import pyarrow.parquet as pq
import pytest
from fastapi.testclient import TestClient

from tests.factories import wire
from tests.factories.installation import add_component
from tests.factories.shape import evaluation, gen_ai_span, traces
from tests.web.conftest import Headers, bearer_of
from vendor_ai.domain.errors import StoreUnavailableError
from vendor_ai.services import trace
from vendor_ai.wiring import App

ADDRESS = "/v1/traces"
JSON = {"Content-Type": "application/json"}
PROTOBUF = {"Content-Type": "application/x-protobuf"}


def stored(app: App, kind: str = "prediction", ref: str = "digit-reader") -> list[dict[str, Any]]:
    """Rows of the log's files once everything is folded, by their id."""
    app.log.refresh([ref])
    paths = (app.settings.prediction_folder / ref / kind).glob("*.parquet")
    return sorted((row for path in paths for row in pq.read_table(path).to_pylist()), key=lambda row: row["prediction_id"])


def sent(client: TestClient, writer: Headers, *spans: dict[str, Any], query: str = "", component: str | None = "digit-reader") -> Any:
    return client.post(ADDRESS + query, json=traces(*spans, component=component), headers=writer)


def test_spans_in_json_are_durable_and_answered_with_nothing_to_complain_of(client: TestClient, app: App, writer: Headers) -> None:
    answer = sent(client, writer, gen_ai_span(1), gen_ai_span(2))

    assert (answer.status_code, answer.json(), answer.headers["content-type"]) == (200, {}, "application/json")
    assert [(row["prediction_id"], row["latency_ms"], row["model_version"]) for row in stored(app)] == [
        ("resp-1", 1_250.0, "reader-2026-05"),
        ("resp-2", 1_250.0, "reader-2026-05"),
    ]


def test_spans_in_protobuf_are_answered_in_protobuf(client: TestClient, app: App, writer: Headers) -> None:
    content = wire.request(wire.client_span("r-1"), wire.client_span("r-2"), component="digit-reader")
    answer = client.post(ADDRESS, content=content, headers={**writer, **PROTOBUF})

    assert (answer.status_code, answer.content, answer.headers["content-type"]) == (200, b"", "application/x-protobuf")
    assert [row["prediction_id"] for row in stored(app)] == ["r-1", "r-2"]


@pytest.mark.parametrize("kind", ["json", "protobuf"])
def test_packed_requests_are_unpacked(client: TestClient, app: App, writer: Headers, kind: str) -> None:
    in_json = json.dumps(traces(gen_ai_span(1), component="digit-reader")).encode()
    content = in_json if kind == "json" else wire.request(wire.client_span("resp-1"), component="digit-reader")
    headers = {**writer, **(JSON if kind == "json" else PROTOBUF), "Content-Encoding": "gzip"}

    assert client.post(ADDRESS, content=gzip.compress(content), headers=headers).status_code == 200
    assert [row["prediction_id"] for row in stored(app)] == ["resp-1"]


def test_an_evaluation_event_is_an_outcome_of_its_call(client: TestClient, app: App, writer: Headers) -> None:
    event = evaluation(name="correctness", score_label="fail")
    assert sent(client, writer, gen_ai_span(1, events=[event])).status_code == 200

    assert [(row["prediction_id"], row["correct"], row["source"]) for row in stored(app, "outcome")] == [("resp-1", False, "correctness")]


def test_the_span_s_component_goes_before_the_resource_s_and_that_before_the_address_s(
    client: TestClient, app: App, writer: Headers
) -> None:
    for ref in ("of-span", "of-resource"):
        add_component(app, "Northwind Vision", ref)
    named = gen_ai_span(1, named={"vendor_ai.component": "of-span"})
    sent(client, writer, named, gen_ai_span(2), component="of-resource", query="?component=digit-reader")
    sent(client, writer, gen_ai_span(3), component=None, query="?component=digit-reader")

    assert [row["prediction_id"] for ref in ("of-span", "of-resource", "digit-reader") for row in stored(app, ref=ref)] == [
        "resp-1",
        "resp-2",
        "resp-3",
    ]


def test_spans_of_unknown_components_are_counted_and_the_others_stored(client: TestClient, app: App, writer: Headers) -> None:
    strange = [gen_ai_span(number, named={"vendor_ai.component": "no-such"}) for number in (1, 2)]
    answer = sent(client, writer, *strange, gen_ai_span(3))

    assert answer.status_code == 200
    success = answer.json()["partialSuccess"]
    assert success["rejectedSpans"] == "2"  # 64-bit numbers stand in JSON as text
    assert success["errorMessage"].startswith("2 x: There is no component 'no-such'.")
    assert [row["prediction_id"] for row in stored(app)] == ["resp-3"]


def test_a_partial_success_in_protobuf_says_the_same(client: TestClient, writer: Headers) -> None:
    answer = client.post(ADDRESS, content=wire.request(wire.client_span("r-1")), headers={**writer, **PROTOBUF})
    message = (
        "1 x: The span names no component. Set the attribute vendor_ai.component on it or its resource, "
        "or send to /v1/traces?component=REF."
    )

    assert answer.status_code == 200
    assert answer.content == wire.held(1, wire.number(1, 1) + wire.held(2, message))


def test_a_span_that_cannot_be_used_is_counted_with_its_reason(client: TestClient, app: App, writer: Headers) -> None:
    answer = sent(client, writer, {**gen_ai_span(1), "startTimeUnixNano": "0"}, gen_ai_span(2))

    assert answer.json() == {
        "partialSuccess": {"rejectedSpans": "1", "errorMessage": "1 x: occurred_at: occurred_at is empty; every row needs one."}
    }
    assert [row["prediction_id"] for row in stored(app)] == ["resp-2"]


def test_spans_that_are_no_model_calls_are_taken_without_a_word(client: TestClient, app: App, writer: Headers) -> None:
    answer = sent(client, writer, gen_ai_span(1, named={"gen_ai.operation.name": None}), component=None)

    assert (answer.status_code, answer.json()) == (200, {})
    assert stored(app) == []


@pytest.mark.parametrize("content", [b"{}", b'{"resourceSpans": []}'])
def test_an_empty_export_is_fine(client: TestClient, writer: Headers, content: bytes) -> None:
    answer = client.post(ADDRESS, content=content, headers={**writer, **JSON})

    assert (answer.status_code, answer.json()) == (200, {})


def test_the_same_export_again_stores_nothing_twice(client: TestClient, app: App, writer: Headers) -> None:
    for _ in range(2):
        assert sent(client, writer, gen_ai_span(1)).json() == {}

    assert len(stored(app)) == 1


@pytest.mark.parametrize(
    "content", [b"{", b"[]", b'{"resourceSpans": 1}', b'{"resourceSpans": [{"scopeSpans": [{"spans": [1]}]}]}', b"\xff"]
)
def test_malformed_json_is_a_bad_request_told_in_json(client: TestClient, writer: Headers, content: bytes) -> None:
    answer = client.post(ADDRESS, content=content, headers={**writer, **JSON})

    assert answer.status_code == 400
    assert answer.json()["code"] == 3  # google.rpc.Code INVALID_ARGUMENT
    assert answer.json()["message"].startswith("The body is not an OTLP trace request in JSON")


def test_malformed_protobuf_is_a_bad_request_told_in_protobuf(client: TestClient, writer: Headers) -> None:
    answer = client.post(ADDRESS, content=b"\x0a\x7fx", headers={**writer, **PROTOBUF})
    message = "The body is not an OTLP trace request in protobuf (it ends in the middle of a field)."

    assert (answer.status_code, answer.headers["content-type"]) == (400, "application/x-protobuf")
    assert answer.content == wire.number(1, 3) + wire.held(2, message)


def test_values_nested_without_end_are_a_bad_request(client: TestClient, writer: Headers) -> None:
    deep = b'{"arrayValue": {"values": [' * 5_000 + b"{}" + b"]}}" * 5_000
    content = b'{"resourceSpans": [{"resource": {"attributes": [{"key": "k", "value": ' + deep + b"}]}}]}"

    assert client.post(ADDRESS, content=content, headers={**writer, **JSON}).status_code == 400


def test_a_body_that_is_not_packed_as_it_says_is_a_bad_request(client: TestClient, writer: Headers) -> None:
    answer = client.post(ADDRESS, content=b"plain", headers={**writer, **PROTOBUF, "Content-Encoding": "gzip"})

    assert answer.status_code == 400


@pytest.mark.parametrize("packed", [False, True])
def test_a_body_beyond_the_limit_is_refused(client: TestClient, writer: Headers, packed: bool) -> None:
    content = b" " * (1 << 20) + b"{}"
    headers = {**writer, **JSON, **({"Content-Encoding": "gzip"} if packed else {})}

    assert client.post(ADDRESS, content=gzip.compress(content) if packed else content, headers=headers).status_code == 413


@pytest.mark.parametrize("headers", [{"Content-Type": "text/plain"}, {**PROTOBUF, "Content-Encoding": "br"}])
def test_another_type_or_encoding_is_named(client: TestClient, writer: Headers, headers: Headers) -> None:
    answer = client.post(ADDRESS, content=b"x", headers={**writer, **headers})

    assert answer.status_code == 415
    assert b"send" in answer.content


def test_a_token_is_needed_and_must_be_one_for_writing(client: TestClient, reader: Headers) -> None:
    without, other = client.post(ADDRESS, json=traces()), client.post(ADDRESS, json=traces(), headers=reader)

    assert (without.status_code, without.json()["code"], without.headers["www-authenticate"]) == (401, 16, "Bearer")
    assert (other.status_code, other.json()["code"]) == (403, 7)
    assert "predictions:write" in other.json()["message"]


def test_a_token_for_one_component_stores_nothing_of_another(client: TestClient, app: App) -> None:
    add_component(app, "Northwind Vision", "other")
    only = bearer_of(app, "only", "predictions:write", component="digit-reader")
    answer = sent(client, only, gen_ai_span(1, named={"vendor_ai.component": "other"}), gen_ai_span(2))

    assert answer.json()["partialSuccess"]["rejectedSpans"] == "1"
    assert (len(stored(app)), len(stored(app, ref="other"))) == (1, 0)


def test_a_store_that_cannot_take_it_asks_to_come_again(
    client: TestClient, app: App, writer: Headers, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_given: object, **_named: object) -> None:
        raise StoreUnavailableError("The disk is full.")

    monkeypatch.setattr(trace, "accept", full)
    answer = sent(client, writer, gen_ai_span(1))

    assert (answer.status_code, answer.headers["retry-after"], answer.json()) == (503, "5", {"code": 14, "message": "The disk is full."})
    assert stored(app) == []
