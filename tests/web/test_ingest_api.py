"""Calls and outcomes over HTTP: what is acknowledged, what is refused, and how either is said."""

import gzip
import io
import json
import random
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from fastapi.testclient import TestClient

from tests.factories.installation import BY, NOW, add_component, empty_installation
from tests.web.conftest import Headers, bearer_of
from vendor_ai.domain.errors import StoreUnavailableError
from vendor_ai.services import log_import, prediction_log, token
from vendor_ai.web.app import create_app
from vendor_ai.wiring import App

PREDICTIONS = "/api/v1/components/digit-reader/predictions"
OUTCOMES = "/api/v1/components/digit-reader/outcomes"


def call(number: int, **fields: Any) -> dict[str, Any]:
    return {"prediction_id": f"p{number}", "occurred_at": "2026-07-01T10:00:00Z", "prediction": "7", "latency_ms": 12.5, **fields}


def calls(number: int) -> list[dict[str, Any]]:
    return [call(index) for index in range(number)]


def ndjson(rows: list[dict[str, Any]]) -> bytes:
    return b"\n".join(json.dumps(row).encode() for row in rows)


def counts(read: int, stored: int, duplicates: int, rejected: int) -> dict[str, Any]:
    return {"read": read, "stored": stored, "duplicates": duplicates, "rejected": rejected}


def without_problems(document: dict[str, Any]) -> dict[str, Any]:
    return {key: document[key] for key in ("read", "stored", "duplicates", "rejected")}


def folded(app: App) -> int:
    """Rows in the log's files once everything is folded."""
    app.log.refresh(["digit-reader"])
    found = list((app.settings.prediction_folder / "digit-reader" / "prediction").glob("*.parquet"))
    return sum(pq.ParquetFile(path).metadata.num_rows for path in found)


def test_an_array_is_stored_and_answered_with_exactly_the_import_keys(client: TestClient, app: App, writer: Headers) -> None:
    answer = client.post(PREDICTIONS, json=calls(3), headers=writer)

    assert answer.status_code == 200
    assert answer.json() == {**counts(3, 3, 0, 0), "problems": []}
    assert folded(app) == 3


def test_a_single_object_is_one_row(client: TestClient, writer: Headers) -> None:
    assert client.post(PREDICTIONS, json=call(1), headers=writer).json()["stored"] == 1


def test_ndjson_is_read_line_by_line(client: TestClient, app: App, writer: Headers) -> None:
    answer = client.post(PREDICTIONS, content=ndjson(calls(4)), headers={**writer, "Content-Type": "application/x-ndjson; charset=utf-8"})

    assert answer.json()["stored"] == 4
    assert folded(app) == 4


@pytest.mark.parametrize("encoding", ["gzip", "zstd"])
def test_packed_bodies_are_unpacked(client: TestClient, writer: Headers, encoding: str) -> None:
    content = ndjson(calls(5))
    sink = pa.BufferOutputStream()
    with pa.CompressedOutputStream(sink, encoding) as stream:
        stream.write(content)
    packed = gzip.compress(content) if encoding == "gzip" else bytes(sink.getvalue())
    headers = {**writer, "Content-Type": "application/x-ndjson", "Content-Encoding": encoding}

    assert client.post(PREDICTIONS, content=packed, headers=headers).json()["stored"] == 5


def test_arrow_and_parquet_are_taken_too(client: TestClient, app: App, writer: Headers) -> None:
    table = pa.Table.from_pylist(calls(3))
    sink = io.BytesIO()
    pq.write_table(table, sink)
    parquet = client.post(PREDICTIONS, content=sink.getvalue(), headers={**writer, "Content-Type": "application/vnd.apache.parquet"})
    stream = pa.BufferOutputStream()
    with pa.ipc.new_stream(stream, table.schema) as out:
        out.write_table(pa.Table.from_pylist([call(9)]).cast(table.schema))
    arrow = client.post(
        PREDICTIONS, content=bytes(stream.getvalue()), headers={**writer, "Content-Type": "application/vnd.apache.arrow.stream"}
    )

    assert (parquet.json()["stored"], arrow.json()["stored"]) == (3, 1)
    assert folded(app) == 4


def test_segments_are_flattened(client: TestClient, app: App, writer: Headers) -> None:
    client.post(PREDICTIONS, json=[call(1, segment={"region": "EU"}, feature={"size": "big"})], headers=writer)

    app.log.refresh(["digit-reader"])
    (path,) = (app.settings.prediction_folder / "digit-reader" / "prediction").glob("*.parquet")
    row = pq.read_table(path).to_pylist()[0]
    assert (row["segment.region"], row["feature.size"]) == ("EU", "big")


def test_outcomes_wait_for_nothing_and_are_counted_by_themselves(client: TestClient, writer: Headers) -> None:
    rows = [{"prediction_id": "p1", "actual": "7", "observed_at": "2026-07-09T00:00:00+02:00"}]

    assert without_problems(client.post(OUTCOMES, json=rows, headers=writer).json()) == counts(1, 1, 0, 0)


def test_a_call_that_brings_its_outcome_feeds_both(client: TestClient, app: App, writer: Headers) -> None:
    client.post(PREDICTIONS, json=[call(1, actual="7")], headers=writer)

    app.log.refresh(["digit-reader"])
    assert list((app.settings.prediction_folder / "digit-reader" / "outcome").glob("*.parquet"))


def test_the_same_key_and_body_store_nothing_again(client: TestClient, app: App, writer: Headers) -> None:
    headers = {**writer, "Idempotency-Key": "batch-1"}
    first = client.post(PREDICTIONS, json=calls(3), headers=headers)
    again = client.post(PREDICTIONS, json=calls(3), headers=headers)

    assert without_problems(first.json()) == counts(3, 3, 0, 0)
    assert again.status_code == 200
    assert without_problems(again.json()) == counts(3, 0, 3, 0)
    assert folded(app) == 3


def test_a_key_used_for_other_rows_loses_none_of_them(client: TestClient, app: App, writer: Headers) -> None:
    headers = {**writer, "Idempotency-Key": "1"}
    client.post(PREDICTIONS, json=calls(3), headers=headers)
    client.post(PREDICTIONS, json=calls(5), headers=headers)

    assert folded(app) == 5


def test_two_senders_may_use_the_same_key(client: TestClient, app: App, writer: Headers) -> None:
    other = bearer_of(app, "another", "predictions:write")
    client.post(PREDICTIONS, json=[call(1)], headers={**writer, "Idempotency-Key": "1"})

    assert client.post(PREDICTIONS, json=[call(1)], headers={**other, "Idempotency-Key": "1"}).json()["stored"] == 1
    assert folded(app) == 1


def test_repeats_inside_a_body_are_duplicates(client: TestClient, writer: Headers) -> None:
    assert without_problems(client.post(PREDICTIONS, json=[call(1), call(2), call(1)], headers=writer).json()) == counts(3, 2, 1, 0)
    outcome = {"prediction_id": "p1", "actual": "7"}
    rows = [outcome, outcome, {**outcome, "actual": "1"}]
    assert without_problems(client.post(OUTCOMES, json=rows, headers=writer).json()) == counts(3, 2, 1, 0)


def test_a_bad_row_is_named_and_the_good_ones_are_kept(client: TestClient, app: App, writer: Headers) -> None:
    answer = client.post(PREDICTIONS, json=[call(1), call(2, latency_ms="fast"), call(3)], headers=writer)

    assert answer.status_code == 422
    assert answer.headers["content-type"] == "application/problem+json"
    document = answer.json()
    assert without_problems(document) == counts(3, 2, 0, 1)
    assert document["problems"] == [{"row": 2, "column": "latency_ms", "message": "'fast' is not a number."}]
    assert document["status"] == 422
    assert folded(app) == 2


def test_a_line_that_is_not_json_is_named_and_the_others_are_kept(client: TestClient, writer: Headers) -> None:
    content = ndjson([call(1)]) + b"\n{oops\n\n" + ndjson([call(2)])

    document = client.post(PREDICTIONS, content=content, headers={**writer, "Content-Type": "application/x-ndjson"}).json()

    assert without_problems(document) == counts(3, 2, 0, 1)
    assert [problem["row"] for problem in document["problems"]] == [2]


def test_a_missing_field_is_said_of_every_row(client: TestClient, writer: Headers) -> None:
    document = client.post(PREDICTIONS, json=[{"prediction_id": "a"}, {"prediction_id": "b"}], headers=writer).json()

    assert without_problems(document) == counts(2, 0, 0, 2)
    assert {problem["column"] for problem in document["problems"]} == {"occurred_at"}
    document = client.post(OUTCOMES, json=[{"prediction_id": "a"}], headers=writer).json()
    assert document["rejected"] == 1


def test_naive_times_need_a_zone(client: TestClient, writer: Headers) -> None:
    rows = [call(1, occurred_at="2026-07-01T10:00:00")]

    refused = client.post(PREDICTIONS, json=rows, headers=writer)
    taken = client.post(f"{PREDICTIONS}?time_zone=Europe/Berlin", json=rows, headers=writer)

    assert refused.status_code == 422
    assert "?time_zone=" in refused.json()["problems"][0]["message"]
    assert taken.status_code == 200


@pytest.mark.parametrize("zone", ["Mars/Olympus", "Europe", "../etc/passwd"])
def test_a_zone_that_does_not_exist_is_refused(client: TestClient, writer: Headers, zone: str) -> None:
    answer = client.post(PREDICTIONS, json=[call(1)], headers=writer, params={"time_zone": zone})

    assert answer.status_code == 422
    assert "no time zone" in answer.json()["detail"]


@pytest.mark.parametrize(
    ("content", "media_type"),
    [
        (b"", "application/json"),
        (b"[]", "application/json"),
        (b"7", "application/json"),
        (b"{", "application/json"),
        (b"[" * 100_000, "application/json"),
        (b'["\xff\xfe"]', "application/json"),
        (b"\n\n", "application/x-ndjson"),
        (b"PAR1", "application/vnd.apache.parquet"),
        (b"junk", "application/vnd.apache.arrow.stream"),
    ],
)
def test_a_body_that_holds_no_rows_is_refused_in_one_sentence(client: TestClient, writer: Headers, content: bytes, media_type: str) -> None:
    answer = client.post(PREDICTIONS, content=content, headers={**writer, "Content-Type": media_type})

    assert answer.status_code == 422
    assert answer.json()["detail"]
    assert answer.json()["problems"][0]["row"] is None


@pytest.mark.parametrize(
    "row",
    [
        call(1, latency_ms=10**400),
        call(1, occurred_at=10**400),
        call(1, occurred_at="0001-01-01T00:00:00+23:00"),
        call(1, input_tokens=1.5),
        call(1, status="great"),
        call(1, prediction_id=None),
        call(1, confidence=[1, 2]),
        {"prediction_id": "x"},
    ],
)
def test_hostile_values_are_problems_not_mistakes(client: TestClient, writer: Headers, row: dict[str, Any]) -> None:
    answer = client.post(PREDICTIONS, content=json.dumps([row, call(2)]).encode(), headers={**writer, "Content-Type": "application/json"})

    assert answer.status_code == 422
    assert without_problems(answer.json()) == counts(2, 1, 0, 1)


def test_no_token_is_401(client: TestClient) -> None:
    answer = client.post(PREDICTIONS, json=calls(1))

    assert answer.status_code == 401
    assert answer.headers["www-authenticate"] == "Bearer"
    assert answer.headers["content-type"] == "application/problem+json"


def test_unknown_revoked_and_expired_tokens_are_401(client: TestClient, app: App) -> None:
    ended = bearer_of(app, "ended", "predictions:write")
    with app.records.write() as session:
        token.revoke(session, "ended", by=BY, at=NOW)
    expired = bearer_of(app, "expired", "predictions:write", expires_days=0)
    for headers in ({"Authorization": "Bearer nonsense"}, {"Authorization": "Basic dXNlcjpwYXNz"}, ended, expired):
        assert client.post(PREDICTIONS, json=calls(1), headers=headers).status_code == 401


def test_a_token_without_the_scope_is_403(client: TestClient, reader: Headers) -> None:
    answer = client.post(PREDICTIONS, json=calls(1), headers=reader)

    assert answer.status_code == 403
    assert "predictions:write" in answer.json()["detail"]


def test_an_administrator_may_write(client: TestClient, app: App) -> None:
    assert client.post(PREDICTIONS, json=calls(1), headers=bearer_of(app, "root", "admin")).status_code == 200


def test_a_token_for_one_component_writes_to_no_other(client: TestClient, app: App) -> None:
    add_component(app, "Northwind Vision", "face-finder")
    headers = bearer_of(app, "narrow", "predictions:write", component="digit-reader")

    assert client.post(PREDICTIONS, json=calls(1), headers=headers).status_code == 200
    assert client.post("/api/v1/components/face-finder/predictions", json=calls(1), headers=headers).status_code == 403


def test_an_unknown_component_is_404(client: TestClient, writer: Headers) -> None:
    answer = client.post("/api/v1/components/nobody/predictions", json=calls(1), headers=writer)

    assert answer.status_code == 404
    assert "'nobody'" in answer.json()["detail"]


def test_a_component_is_found_by_its_name_in_any_case(client: TestClient, writer: Headers) -> None:
    assert client.post("/api/v1/components/DIGIT-Reader/predictions", json=calls(1), headers=writer).status_code == 200


@pytest.mark.parametrize("headers", [{"Content-Type": "text/csv"}, {"Content-Type": "application/json", "Content-Encoding": "br"}])
def test_unknown_types_and_encodings_are_415(client: TestClient, writer: Headers, headers: Headers) -> None:
    assert client.post(PREDICTIONS, content=b"x", headers={**writer, **headers}).status_code == 415


def test_a_body_without_a_type_is_415(client: TestClient, writer: Headers) -> None:
    assert client.post(PREDICTIONS, content=b"[]", headers=writer).status_code == 415


def test_a_key_that_is_empty_is_refused(client: TestClient, writer: Headers) -> None:
    answer = client.post(PREDICTIONS, json=calls(1), headers={**writer, "Idempotency-Key": ""})

    assert answer.status_code == 422
    assert answer.json()["problems"][0]["column"] == "header.Idempotency-Key"


def test_a_store_that_cannot_take_rows_is_503_and_says_when_to_come_back(
    client: TestClient, app: App, writer: Headers, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full_disk(*_args: object, **_options: object) -> None:
        raise StoreUnavailableError("The disk is full: nothing of this step was stored.")

    monkeypatch.setattr(prediction_log.log, "accept", full_disk)
    answer = client.post(PREDICTIONS, json=calls(2), headers={**writer, "Idempotency-Key": "k"})
    monkeypatch.undo()

    assert answer.status_code == 503
    assert int(answer.headers["retry-after"]) > 0
    assert client.post(PREDICTIONS, json=calls(2), headers={**writer, "Idempotency-Key": "k"}).json()["stored"] == 2


def test_a_locked_database_is_503_and_the_retry_is_stored(tmp_path: Path) -> None:
    app = empty_installation(tmp_path, busy_timeout_s=0.1)
    add_component(app, "Northwind Vision", "digit-reader")
    headers = bearer_of(app, "writer", "predictions:write")
    with TestClient(create_app(app), base_url="http://localhost") as client:
        with app.records.write() as session:
            session.connection()  # takes the lock
            assert client.post(PREDICTIONS, json=calls(2), headers=headers).status_code == 503
        assert client.post(PREDICTIONS, json=calls(2), headers=headers).status_code == 200


def test_what_was_acknowledged_is_in_the_inbox_before_anything_is_folded(client: TestClient, app: App, writer: Headers) -> None:
    client.post(PREDICTIONS, json=calls(2), headers=writer)

    assert app.log.stale_rows(["digit-reader"]) == 2


def test_only_so_many_problems_are_listed(client: TestClient, writer: Headers) -> None:
    document = client.post(PREDICTIONS, json=[{"prediction_id": "x"}] * (log_import.MOST_PROBLEMS + 5), headers=writer).json()

    assert document["rejected"] == log_import.MOST_PROBLEMS + 5
    assert len(document["problems"]) == log_import.MOST_PROBLEMS + 1


@pytest.mark.parametrize("media_type", ["application/vnd.apache.arrow.stream", "application/vnd.apache.parquet"])
def test_damaged_columns_are_refused_and_never_end_the_server(client: TestClient, writer: Headers, media_type: str) -> None:
    table = pa.Table.from_pylist(calls(50))
    sink = pa.BufferOutputStream()
    if media_type.endswith("parquet"):
        pq.write_table(table, sink)
    else:
        with pa.ipc.new_stream(sink, table.schema) as out:
            out.write_table(table)
    content = bytes(sink.getvalue())
    chance = random.Random(11)
    for _ in range(150):
        damaged = bytearray(content)
        for _ in range(chance.randint(1, 6)):
            damaged[chance.randrange(len(damaged))] = chance.randrange(256)
        cut = bytes(damaged[: chance.choice([len(damaged), chance.randrange(len(damaged))])])
        answer = client.post(PREDICTIONS, content=cut, headers={**writer, "Content-Type": media_type})
        assert answer.status_code in {200, 413, 422}, (answer.status_code, answer.text)
