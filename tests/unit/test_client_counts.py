"""Calls counted by the minute: the server hears of every attempted, dropped and spooled call, whatever became of the rows."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import ROOT
from tests.factories.log_server import LogServer, log_server
from tests.unit.test_client_log import AT, kept_counts, nobody_listens, open_log, spooled
from vendor_ai.client import minute as minute_module
from vendor_ai.client.minute import MinuteCounts, counts_body, minutes_of

FIRST = "2026-07-01T09:30:00Z"
SECOND = "2026-07-01T09:31:00Z"


@pytest.fixture
def server() -> Iterator[LogServer]:
    with log_server() as running:
        yield running


def port_of(url: str) -> int:
    return int(url.rpartition(":")[2])


def by_minute(server: LogServer, field: str = "attempted") -> dict[str, int]:
    found: dict[str, int] = {}
    for (_, minute), counts in server.counted.items():
        found[minute] = found.get(minute, 0) + counts[field]
    return {minute: count for minute, count in found.items() if count}


def test_calls_are_counted_in_the_minute_they_occurred_in_and_outcomes_are_no_calls(server: LogServer, tmp_path: Path) -> None:
    with open_log(server.url, tmp_path) as log:
        for seconds in (0, 59, 60):
            log.record(prediction="x", occurred_at=AT + timedelta(seconds=seconds))
        log.outcome("call-1", correct=True)
        assert log.flush()
    assert by_minute(server) == {FIRST: 2, SECOND: 1}
    (request,) = server.count_requests
    assert request.path == "/api/v1/components/acme-ocr/call-counts"
    assert request.headers["authorization"] == "Bearer secret"
    document = json.loads(request.body)
    assert document.keys() == {"client", "minutes"}
    assert document["minutes"][0] == {"minute": FIRST, "attempted": 2, "dropped": 0, "spooled": 0}


def test_a_minute_that_goes_on_is_sent_again_with_all_it_counted(server: LogServer, tmp_path: Path) -> None:
    with open_log(server.url, tmp_path) as log:
        for _ in range(3):
            log.record(prediction="x", occurred_at=AT)
            assert log.flush()
    assert [json.loads(request.body)["minutes"][0]["attempted"] for request in server.count_requests] == [1, 2, 3]
    assert server.calls() == 3


def test_nothing_is_sent_while_there_is_nothing_new(server: LogServer, tmp_path: Path) -> None:
    with open_log(server.url, tmp_path) as log:
        log.record(prediction="x", occurred_at=AT)
        assert log.flush()
        assert log.flush()
    assert len(server.count_requests) == 1


def test_calls_whose_rows_were_dropped_are_counted_as_attempted_and_dropped(server: LogServer, tmp_path: Path) -> None:
    with open_log(server.url, tmp_path, most_memory_mib=0.001, batch_rows=10_000) as log:
        for _ in range(50):
            log.record(prediction="x" * 200, occurred_at=AT)
        log.record(prediction_value=float("nan"), occurred_at=AT)
        assert log.flush()
        dropped = log.counts.dropped
    assert dropped > 40
    assert by_minute(server) == {FIRST: 51}
    assert by_minute(server, "dropped") == {FIRST: dropped}


def test_a_batch_that_nobody_will_ever_take_is_counted_by_minute(server: LogServer, tmp_path: Path) -> None:
    server.answers = [400]
    with open_log(server.url, tmp_path) as log:
        log.record(prediction="x", occurred_at=AT)
        log.record(prediction="x", occurred_at=AT + timedelta(minutes=1))
        log.flush()
    assert by_minute(server, "dropped") == {FIRST: 1, SECOND: 1}


def test_counts_wait_on_disk_beside_the_rows_and_arrive_after_the_next_start(tmp_path: Path) -> None:
    url = nobody_listens()
    with open_log(url, tmp_path) as log:
        for _ in range(3):
            log.record(prediction="x", occurred_at=AT)
    (file,) = kept_counts(tmp_path)
    assert file.stat().st_mode & 0o077 == 0
    with log_server(port_of(url)) as server:
        with open_log(url, tmp_path) as log:
            assert log.flush()
        assert (by_minute(server), by_minute(server, "spooled"), by_minute(server, "dropped")) == ({FIRST: 3}, {FIRST: 3}, {})
    assert not kept_counts(tmp_path)


def test_counts_need_no_room_in_the_spool_that_rows_have_filled(tmp_path: Path) -> None:
    url = nobody_listens()
    with open_log(url, tmp_path, most_spool_mib=0.0001) as log:
        for _ in range(5):
            log.record(prediction="x" * 1_000, occurred_at=AT)
    assert not spooled(tmp_path)
    with log_server(port_of(url)) as server:
        with open_log(url, tmp_path) as log:
            assert log.flush()
        assert (by_minute(server), by_minute(server, "dropped")) == ({FIRST: 5}, {FIRST: 5})


def test_with_nowhere_to_write_the_counts_stay_in_memory_and_arrive_with_the_server(tmp_path: Path) -> None:
    blocked = tmp_path / "a-file"
    blocked.write_text("")
    url = nobody_listens()
    with open_log(url, blocked) as log:
        for _ in range(4):
            log.record(prediction="x", occurred_at=AT)
            log.flush()
        assert log.counts.dropped == 4
        with log_server(port_of(url)) as server:
            log.flush()
            assert (by_minute(server), by_minute(server, "dropped")) == ({FIRST: 4}, {FIRST: 4})


def test_a_disk_that_is_full_neither_stops_the_caller_nor_hides_a_call(server: LogServer, tmp_path: Path) -> None:
    script = (
        "import resource, signal\n"
        "from datetime import UTC, datetime\n"
        "from vendor_ai.client import PredictionLog\n"
        "signal.signal(signal.SIGXFSZ, signal.SIG_IGN)\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))\n"
        "log = PredictionLog('acme-ocr', batch_rows=10, batch_seconds=0.01)\n"
        "for number in range(100): log.record(prediction_id=str(number), occurred_at=datetime(2026, 7, 1, 9, 30, tzinfo=UTC))\n"
        "log.flush()\n"
        "log.close()\n"
        "counts = log.counts\n"
        "assert (counts.attempted, counts.sent + counts.dropped) == (100, 100), counts\n"
        "assert counts.dropped > 0 and counts.spooled == 0, counts\n"
    )
    server.answers = [503]
    environment = {**os.environ, "VENDOR_AI_URL": server.url, "VENDOR_AI_SPOOL": str(tmp_path), "PYTHONPATH": str(ROOT)}
    subprocess.run([sys.executable, "-c", script], env=environment, check=True, timeout=60)
    assert by_minute(server) == {FIRST: 100}
    assert by_minute(server, "dropped") == {FIRST: 100 - len(server.rows())}
    assert not list(tmp_path.rglob("*.part"))


def test_a_server_that_knows_no_counts_still_gets_the_rows(server: LogServer, tmp_path: Path) -> None:
    server.count_answers = [404] * 10
    with open_log(server.url, tmp_path) as log:
        for _ in range(3):
            log.record(prediction="x", occurred_at=AT)
            assert log.flush()
        assert "counts of calls" in log.counts.last_problem
    assert len(server.rows()) == 3
    assert len(kept_counts(tmp_path)) == 1
    server.count_answers = []
    with open_log(server.url, tmp_path) as log:
        assert log.flush()
    assert by_minute(server) == {FIRST: 3}


def test_a_call_after_the_end_is_counted_at_the_next_start(server: LogServer, tmp_path: Path) -> None:
    script = (
        "from datetime import UTC, datetime\n"
        "from vendor_ai.client import PredictionLog\n"
        "log = PredictionLog('acme-ocr')\n"
        "log.close()\n"
        "log.record(prediction='late', occurred_at=datetime(2026, 7, 1, 9, 30, tzinfo=UTC))\n"
    )
    environment = {**os.environ, "VENDOR_AI_URL": server.url, "VENDOR_AI_SPOOL": str(tmp_path), "PYTHONPATH": str(ROOT)}
    subprocess.run([sys.executable, "-c", script], env=environment, check=True, timeout=60)
    with open_log(server.url, tmp_path) as log:
        assert log.flush()
    assert (by_minute(server), by_minute(server, "dropped")) == ({FIRST: 1}, {FIRST: 1})


def test_processes_that_share_a_spool_are_told_apart(server: LogServer, tmp_path: Path) -> None:
    with open_log(server.url, tmp_path) as first, open_log(server.url, tmp_path) as second:
        for log in (first, second):
            log.record(prediction="x", occurred_at=AT)
            assert log.flush()
    assert len({client for client, _ in server.counted}) == 2
    assert by_minute(server) == {FIRST: 2}


@pytest.mark.parametrize("at", ["yesterday", 5, object()])
def test_a_call_whose_time_is_none_is_counted_now(server: LogServer, tmp_path: Path, at: Any) -> None:
    with open_log(server.url, tmp_path) as log:
        log.record(prediction="x", occurred_at=at)
        log.flush()
    assert server.calls() == 1
    (minute,) = by_minute(server)
    assert abs(datetime.now(UTC) - datetime.fromisoformat(minute)) < timedelta(minutes=5)


def total(counts: MinuteCounts) -> dict[int, int]:
    return {number: attempted for number, attempted, _, _ in counts.left()}


@pytest.fixture
def small(monkeypatch: pytest.MonkeyPatch) -> MinuteCounts:
    monkeypatch.setattr(minute_module, "MOST_MINUTES", 3)
    return MinuteCounts()


def test_beyond_the_bound_the_oldest_minute_is_added_to_the_next(small: MinuteCounts) -> None:
    for number in (10, 11, 12, 13, 14):
        small.attempt(number)
    assert total(small) == {12: 3, 13: 1, 14: 1}


def test_what_comes_for_a_minute_before_the_oldest_counts_in_that_one(small: MinuteCounts) -> None:
    for number in (10, 11, 12, 13, 5, 4, 10):
        small.attempt(number)
    assert total(small) == {11: 5, 12: 1, 13: 1}


def test_a_minute_that_arrived_is_forgotten_and_never_added_to_another(small: MinuteCounts) -> None:
    for number in (10, 11, 12):
        small.attempt(number)
    small.take()
    small.arrived()
    small.attempt(13)
    assert total(small) == {13: 1}
    small.attempt(10)
    assert total(small) == {11: 2, 13: 1}


def test_minutes_on_their_way_are_not_merged_until_it_is_known_whether_they_arrived(small: MinuteCounts) -> None:
    for number in (10, 11, 12):
        small.attempt(number)
    small.take()
    small.attempt(13)
    small.attempt(14)
    small.failed()
    assert total(small) == {12: 3, 13: 1, 14: 1}


def test_counts_that_did_not_arrive_are_taken_again_with_what_came_meanwhile(small: MinuteCounts) -> None:
    small.attempt(10)
    assert small.take() == [(10, 1, 0, 0)]
    small.attempt(10)
    small.failed()
    assert small.take() == [(10, 2, 0, 0)]
    small.arrived()
    assert small.left() == []


def test_counts_go_out_in_order_with_the_time_of_each_minute() -> None:
    document = json.loads(counts_body("c1", [(29_714_971, 2, 1, 0), (29_714_970, 3, 0, 2)]))
    assert document == {
        "client": "c1",
        "minutes": [
            {"minute": "2026-07-01T09:30:00Z", "attempted": 3, "dropped": 0, "spooled": 2},
            {"minute": "2026-07-01T09:31:00Z", "attempted": 2, "dropped": 1, "spooled": 0},
        ],
    }


def test_the_minutes_of_lines_are_read_from_their_times() -> None:
    lines = [b'{"occurred_at":"1970-01-01T00:01:59Z"}', b'{"occurred_at":"1970-01-01T02:01:00+02:00"}', b'{"prediction":"x"}', b"{"]
    assert minutes_of(lines, now=600.0) == {1: 2, 10: 2}
