"""Logging from a customer's service: rows arrive once, and nothing ever gets in the caller's way."""

import os
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import ROOT
from tests.factories.log_server import LOSE_THE_ANSWER, LogServer, log_server
from vendor_ai.client import PredictionLog
from vendor_ai.client.batch import Batch
from vendor_ai.client.delivery import Receipt, Sender

AT = datetime(2026, 7, 1, 9, 30, tzinfo=UTC)


@pytest.fixture
def server() -> Iterator[LogServer]:
    with log_server() as running:
        yield running


def open_log(url: str, spool: Path, **options: Any) -> PredictionLog:
    return PredictionLog("acme-ocr", url=url, token="secret", spool=spool, **{"batch_seconds": 30.0, "timeout_s": 5.0, **options})


def nobody_listens() -> str:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return f"http://127.0.0.1:{probe.getsockname()[1]}"


def spooled(folder: Path) -> list[Path]:
    return sorted(folder.rglob("*.ndjson"))


def kept_counts(folder: Path) -> list[Path]:
    return sorted(folder.rglob("*.counts"))


def test_a_call_arrives_as_one_line_with_the_token_and_a_key(server: LogServer, tmp_path: Path) -> None:
    with open_log(server.url, tmp_path) as log:
        identity = log.record(prediction="7", latency_ms=12.5, occurred_at=AT, model_version="v1", segment={"region": "EU"})
        assert log.flush()
    (request,) = server.requests
    assert request.path == "/api/v1/components/acme-ocr/predictions"
    assert request.headers["authorization"] == "Bearer secret"
    assert request.headers["content-type"] == "application/x-ndjson"
    assert request.headers["idempotency-key"]
    (row,) = request.rows
    assert datetime.fromisoformat(row.pop("occurred_at")) == AT
    assert row == {"prediction_id": identity, "prediction": "7", "latency_ms": 12.5, "model_version": "v1", "segment": {"region": "EU"}}


def test_an_outcome_has_its_own_way_in(server: LogServer, tmp_path: Path) -> None:
    with open_log(server.url, tmp_path) as log:
        log.outcome("call-1", actual="8", observed_at=AT, source="clerk")
        assert log.flush()
    assert server.requests[0].path.endswith("/outcomes")
    (row,) = server.rows("outcomes")
    assert (row["prediction_id"], row["actual"], row["source"]) == ("call-1", "8", "clerk")


def test_many_rows_travel_in_batches_and_each_arrives_once(server: LogServer, tmp_path: Path) -> None:
    with open_log(server.url, tmp_path, batch_rows=40) as log:
        sent = [log.record(prediction="x", occurred_at=AT) for _ in range(100)]
        assert log.flush()
        assert (log.counts.attempted, log.counts.sent, log.counts.waiting, log.counts.dropped) == (100, 100, 0, 0)
    assert [row["prediction_id"] for row in server.rows()] == sent
    assert len(server.requests) == len(server.stored) == 3


def test_rows_wait_on_disk_while_the_server_is_away_and_arrive_at_the_next_start(tmp_path: Path) -> None:
    url = nobody_listens()
    with open_log(url, tmp_path) as log:
        sent = [log.record(prediction="x", occurred_at=AT) for _ in range(3)]
        assert not log.flush()
        assert (log.counts.spooled, log.counts.sent, log.counts.dropped) == (3, 0, 0)
        assert "cannot be reached" in log.counts.last_problem
    (file,) = spooled(tmp_path)
    assert file.stat().st_mode & 0o077 == 0
    with log_server(int(url.rpartition(":")[2])) as server:
        with open_log(url, tmp_path) as log:
            assert log.flush()
        assert [row["prediction_id"] for row in server.rows()] == sent
        assert server.requests[0].headers["idempotency-key"] in file.name
    assert not spooled(tmp_path)


def test_a_batch_whose_answer_got_lost_is_sent_again_under_the_same_key(server: LogServer, tmp_path: Path) -> None:
    server.answers = [LOSE_THE_ANSWER]
    with open_log(server.url, tmp_path) as log:
        log.record(prediction="x", occurred_at=AT)
        log.flush()
        assert log.flush()
    assert len(server.requests) == 2
    assert server.requests[0].headers["idempotency-key"] == server.requests[1].headers["idempotency-key"]
    assert server.requests[0].body == server.requests[1].body
    assert len(server.rows()) == 1


@pytest.mark.parametrize("status", [401, 403, 404, 429, 500, 503])
def test_what_a_person_can_mend_at_the_server_loses_no_row(server: LogServer, tmp_path: Path, status: int) -> None:
    server.answers = [status]
    with open_log(server.url, tmp_path) as log:
        log.record(prediction="x", occurred_at=AT)
        log.flush()
        assert (log.counts.spooled, log.counts.dropped) == (1, 0)
        assert f"{status}" in log.counts.last_problem
        assert "as the test wants it" in log.counts.last_problem
        assert log.flush()
    assert len(server.rows()) == 1


def test_while_the_server_is_away_it_is_not_asked_for_every_batch(tmp_path: Path, server: LogServer) -> None:
    server.answers = [503, 200, 200]
    with open_log(server.url, tmp_path, batch_rows=1) as log:
        for _ in range(20):
            log.record(prediction="x", occurred_at=AT)
    assert len(server.requests) == 1
    assert len(spooled(tmp_path)) == 20


def test_a_batch_that_nobody_will_ever_take_is_dropped_and_counted(server: LogServer, tmp_path: Path) -> None:
    server.answers = [400]
    with open_log(server.url, tmp_path) as log:
        log.record(prediction="x", occurred_at=AT)
        assert log.flush()
        assert (log.counts.dropped, log.counts.sent) == (1, 0)


def test_rows_the_server_refuses_are_counted_with_the_first_reason(server: LogServer, tmp_path: Path) -> None:
    server.answers, server.rejected = [422], 1
    with open_log(server.url, tmp_path) as log:
        log.record(prediction="x", occurred_at=AT)
        log.record(prediction="x", occurred_at=AT, latency_ms=-1)
        assert log.flush()
        assert (log.counts.sent, log.counts.rejected) == (2, 1)
        assert log.counts.last_problem == "-1 must be at least 0."


def test_a_batch_that_is_too_large_goes_in_halves(server: LogServer, tmp_path: Path) -> None:
    server.most_rows = 2
    with open_log(server.url, tmp_path) as log:
        sent = [log.record(prediction="x", occurred_at=AT) for _ in range(7)]
        assert log.flush()
    assert [row["prediction_id"] for row in server.rows()] == sent


def test_a_page_that_is_not_our_server_is_no_acknowledgement(tmp_path: Path, server: LogServer) -> None:
    server.answers = [204]
    with open_log(server.url, tmp_path) as log:
        log.record(prediction="x", occurred_at=AT)
        assert not log.flush()
        assert (log.counts.sent, log.counts.spooled) == (0, 1)


def test_a_value_without_a_json_form_is_dropped_and_counted_and_the_caller_goes_on(server: LogServer, tmp_path: Path) -> None:
    with open_log(server.url, tmp_path) as log:
        assert log.record(prediction_value=float("nan"), occurred_at=AT)
        assert log.record(prediction=object(), occurred_at=AT)  # type: ignore[arg-type]
        log.record(prediction="x", occurred_at=AT)
        assert log.flush()
        assert (log.counts.attempted, log.counts.dropped, log.counts.sent) == (3, 2, 1)
        assert "object has no JSON form" in log.counts.last_problem


def test_a_number_of_numpy_is_a_number(server: LogServer, tmp_path: Path) -> None:
    import numpy as np

    with open_log(server.url, tmp_path) as log:
        log.record(prediction_value=np.float32(0.5), input_tokens=np.int64(3), occurred_at=AT)  # type: ignore[arg-type]
        assert log.flush()
    (row,) = server.rows()
    assert (row["prediction_value"], row["input_tokens"]) == (0.5, 3)


def test_a_time_without_a_zone_goes_out_with_one(server: LogServer, tmp_path: Path) -> None:
    with open_log(server.url, tmp_path) as log:
        log.record(prediction="x", occurred_at=datetime(2026, 7, 1, 12))  # noqa: DTZ001 - on purpose
        assert log.flush()
    (row,) = server.rows()
    assert datetime.fromisoformat(row["occurred_at"]).utcoffset() is not None


def test_rows_beyond_the_memory_are_dropped_and_counted(tmp_path: Path) -> None:
    log = open_log(nobody_listens(), tmp_path, most_memory_mib=0.001, batch_rows=10_000)
    for _ in range(100):
        log.record(prediction="x" * 100, occurred_at=AT)
    counts = log.counts
    assert counts.attempted == 100
    assert counts.dropped + counts.waiting == 100
    assert 0 < counts.waiting < 10
    assert "too many rows wait" in counts.last_problem
    log.close()


def test_batches_beyond_the_spool_are_dropped_and_counted(tmp_path: Path) -> None:
    with open_log(nobody_listens(), tmp_path, most_spool_mib=0.0001) as log:
        log.record(prediction="x" * 1_000, occurred_at=AT)
        log.flush()
        assert (log.counts.spooled, log.counts.dropped) == (0, 1)
        assert "no room" in log.counts.last_problem


def test_a_spool_that_cannot_be_written_breaks_nothing(tmp_path: Path) -> None:
    blocked = tmp_path / "a-file"
    blocked.write_text("")
    with open_log(nobody_listens(), blocked) as log:
        log.record(prediction="x", occurred_at=AT)
        log.flush()
        assert log.counts.dropped == 1


def test_what_comes_after_the_end_is_dropped_and_counted(server: LogServer, tmp_path: Path) -> None:
    log = open_log(server.url, tmp_path)
    log.record(prediction="x", occurred_at=AT)
    log.close()
    log.close()
    log.record(prediction="y", occurred_at=AT)
    assert (log.counts.sent, log.counts.dropped) == (1, 1)
    assert "closed" in log.counts.last_problem
    assert not spooled(tmp_path)


def test_foreign_files_in_the_spool_are_left_alone(server: LogServer, tmp_path: Path) -> None:
    with open_log(server.url, tmp_path) as log:
        log.record(prediction="x", occurred_at=AT)
        log.flush()
        folder = log._spool.folder
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "notes.ndjson").write_text("mine")
        assert log.flush()
    assert (folder / "notes.ndjson").read_text() == "mine"
    assert len(server.requests) == 1


def test_two_components_never_send_each_others_batches(tmp_path: Path, server: LogServer) -> None:
    with open_log(server.url, tmp_path) as first, PredictionLog("acme-chat", url=server.url, token="secret", spool=tmp_path) as second:
        server.answers = [503]
        first.record(prediction="x", occurred_at=AT)
        assert not first.flush()
        assert second.flush()
        assert first.flush()
    assert len(server.requests) == 2
    assert {request.path.split("/")[4] for request in server.requests} == {"acme-ocr"}


@pytest.mark.parametrize("url", ["localhost:8321", "ftp://example.com", "http://", "http://host:port"])
def test_an_address_that_is_none_is_said_at_once(tmp_path: Path, url: str) -> None:
    with pytest.raises(ValueError, match="not the address of a server"):
        PredictionLog("acme-ocr", url=url, spool=tmp_path)


def test_a_log_without_a_component_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="Name the component"):
        PredictionLog(" ", spool=tmp_path)


def test_a_value_that_changes_later_is_logged_as_it_was(server: LogServer, tmp_path: Path) -> None:
    segment = {"region": "EU"}
    with open_log(server.url, tmp_path) as log:
        log.record(prediction="x", segment=segment, occurred_at=AT)
        segment["region"] = "US"
        assert log.flush()
    assert server.rows()[0]["segment"] == {"region": "EU"}


@pytest.mark.parametrize("value", [b"7", {"7"}, {"region": b"EU"}])
def test_bytes_and_sets_are_no_values_of_the_log(server: LogServer, tmp_path: Path, value: object) -> None:
    with open_log(server.url, tmp_path) as log:
        log.record(prediction=value, occurred_at=AT)  # type: ignore[arg-type]
        assert log.flush()
        assert (log.counts.dropped, log.counts.sent) == (1, 0)


def test_the_word_null_in_a_text_stays_a_text_and_an_empty_field_stays_out(server: LogServer, tmp_path: Path) -> None:
    with open_log(server.url, tmp_path) as log:
        log.record(prediction="null", confidence=None, occurred_at=AT)
        assert log.flush()
    (row,) = server.rows()
    assert row["prediction"] == "null"
    assert "confidence" not in row


def test_ids_made_up_are_never_the_same(tmp_path: Path) -> None:
    with open_log(nobody_listens(), tmp_path) as first, open_log(nobody_listens(), tmp_path) as second:
        made = [log.record(prediction="x") for log in (first, second) for _ in range(50)]
    assert len(set(made)) == 100


def test_a_log_that_no_thread_serves_loses_nothing(server: LogServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(_thread: threading.Thread) -> None:
        raise RuntimeError("can't start new thread")

    monkeypatch.setattr(threading.Thread, "start", refuse)
    log = open_log(server.url, tmp_path)
    log.record(prediction="x", occurred_at=AT)
    log.close()
    monkeypatch.undo()
    assert (log.counts.spooled, log.counts.dropped, len(spooled(tmp_path))) == (1, 0, 1)


def test_an_error_nobody_thought_of_does_not_end_the_sending(server: LogServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def burst(_sender: Sender, _batch: Batch) -> Receipt:
        raise ZeroDivisionError("a bug")

    with open_log(server.url, tmp_path) as log:
        monkeypatch.setattr(Sender, "send", burst)
        log.record(prediction="x", occurred_at=AT)
        assert not log.flush()
        assert "ZeroDivisionError: a bug" in log.counts.last_problem
        monkeypatch.undo()
        assert log.flush()
        assert (log.counts.spooled, log.counts.sent) == (1, 1)


def test_close_waits_no_longer_than_it_is_told_and_what_is_left_lies_on_disk(tmp_path: Path) -> None:
    with socket.socket() as deaf:
        deaf.bind(("127.0.0.1", 0))
        deaf.listen()
        log = open_log(f"http://127.0.0.1:{deaf.getsockname()[1]}", tmp_path, timeout_s=2.0)
        for _ in range(3):
            log.record(prediction="x", occurred_at=AT)
        log.close(timeout_s=0.1)
        assert {len(file.read_bytes().splitlines()) for file in spooled(tmp_path)} == {3}
        assert (log.counts.dropped, log.counts.waiting) == (0, 0)
    wait_for_threads()


def wait_for_threads() -> None:
    """A thread that still waits for an answer would meet the next test."""
    for thread in threading.enumerate():
        if thread.name.startswith("vendor-ai-log"):
            thread.join()


def run_script(script: str, url: str, spool: Path) -> None:
    run(["-c", script], url, spool)


def run(arguments: list[str], url: str, spool: Path) -> None:
    settings = {"VENDOR_AI_URL": url, "VENDOR_AI_TOKEN": "secret", "VENDOR_AI_SPOOL": str(spool)}
    environment = {**os.environ, **settings, "PYTHONPATH": str(ROOT)}
    subprocess.run([sys.executable, *arguments], env=environment, check=True, timeout=60)


def test_a_program_that_just_ends_has_sent_its_rows(server: LogServer, tmp_path: Path) -> None:
    run_script(
        "from vendor_ai.client import PredictionLog\nlog = PredictionLog('acme-ocr')\nfor _ in range(5): log.record(prediction='x')\n",
        server.url,
        tmp_path,
    )
    assert len(server.rows()) == 5


def test_a_program_that_ends_while_the_server_is_away_leaves_its_rows_on_disk(tmp_path: Path) -> None:
    script = "from vendor_ai.client import PredictionLog\nlog = PredictionLog('acme-ocr')\nfor _ in range(5): log.record(prediction='x')\n"
    run_script(script, nobody_listens(), tmp_path)
    (file,) = spooled(tmp_path)
    assert len(file.read_bytes().splitlines()) == 5


def test_a_forked_worker_logs_its_own_rows_and_none_of_its_parents(server: LogServer, tmp_path: Path) -> None:
    run_script(
        "import os\n"
        "from vendor_ai.client import PredictionLog\n"
        "log = PredictionLog('acme-ocr', batch_seconds=30)\n"
        "log.record(prediction_id='parent')\n"
        "child = os.fork()\n"
        "if not child:\n"
        "    log.record(prediction_id='child')\n"
        "    log.close()\n"
        "    os._exit(0)\n"
        "os.waitpid(child, 0)\n",
        server.url,
        tmp_path,
    )
    assert sorted(row["prediction_id"] for row in server.rows()) == ["child", "parent"]


@pytest.mark.parametrize("method", ["fork", "spawn", "forkserver"])
def test_workers_of_multiprocessing_log_their_own_rows_however_they_are_started(server: LogServer, tmp_path: Path, method: str) -> None:
    script = tmp_path / "service.py"
    script.write_text(
        "import multiprocessing, sys\n"
        "from vendor_ai.client import PredictionLog\n"
        "def work(number):\n"
        "    log = PredictionLog('acme-ocr', batch_seconds=30)\n"
        "    log.record(prediction_id=f'worker-{number}')\n"
        "if __name__ == '__main__':\n"
        "    log = PredictionLog('acme-ocr', batch_seconds=30)\n"
        "    log.record(prediction_id='parent')\n"
        "    context = multiprocessing.get_context(sys.argv[1])\n"
        "    workers = [context.Process(target=work, args=(number,)) for number in range(2)]\n"
        "    for worker in workers: worker.start()\n"
        "    for worker in workers: worker.join()\n"
    )
    run(["-W", "ignore", str(script), method], server.url, tmp_path / "spool")
    assert sorted(row["prediction_id"] for row in server.rows()) == ["parent", "worker-0", "worker-1"]
    assert server.calls() == 3


def test_a_service_that_forks_while_it_logs_loses_nothing_and_sends_nothing_twice(server: LogServer, tmp_path: Path) -> None:
    script = (
        "import os, threading\n"
        "from vendor_ai.client import PredictionLog\n"
        "log = PredictionLog('acme-ocr', batch_rows=20, batch_seconds=0.01)\n"
        "def keep_logging(name):\n"
        "    for number in range(300): log.record(prediction_id=f'{name}-{number}')\n"
        "threads = [threading.Thread(target=keep_logging, args=(f'thread-{n}',)) for n in range(3)]\n"
        "for thread in threads: thread.start()\n"
        "children = []\n"
        "for child in range(4):\n"
        "    pid = os.fork()\n"
        "    if not pid:\n"
        "        keep_logging(f'child-{child}')\n"
        "        log.close()\n"
        "        os._exit(0)\n"
        "    children.append(pid)\n"
        "for thread in threads: thread.join()\n"
        "assert all(os.waitpid(pid, 0)[1] == 0 for pid in children)\n"
        "log.close()\n"
    )
    run_script(script, server.url, tmp_path)
    names = [f"{kind}-{number}" for kind, most in (("thread", 3), ("child", 4)) for number in range(most)]
    expected = sorted(f"{name}-{number}" for name in names for number in range(300))
    assert sorted(row["prediction_id"] for row in server.rows()) == expected
    assert server.calls() == len(expected) == 2_100


def test_the_client_loads_nothing_heavy() -> None:
    heavy = "{'pandas', 'numpy', 'duckdb', 'sklearn', 'sqlmodel'}"
    script = f"import sys, vendor_ai.client\nfound = {heavy} & set(sys.modules)\nassert not found, found"
    subprocess.run([sys.executable, "-c", script], env={**os.environ, "PYTHONPATH": str(ROOT)}, check=True, timeout=60)


def test_a_label_may_come_days_later(server: LogServer, tmp_path: Path) -> None:
    with open_log(server.url, tmp_path) as log:
        identity = log.record(prediction="7", occurred_at=AT)
        log.outcome(identity, correct=False, observed_at=AT + timedelta(days=5), predicted_at=AT)
        assert log.flush()
    assert {request.path.rpartition("/")[2] for request in server.requests} == {"predictions", "outcomes"}
    assert server.rows("outcomes")[0]["correct"] is False


def test_a_misspelt_field_is_named_and_the_row_is_logged_without_it(server: LogServer, tmp_path: Path) -> None:
    with PredictionLog("acme-ocr", url=server.url, spool=tmp_path / "spool") as log:
        log.record(prediction_id="a", latency=41.7, segments={"a": "b"})  # type: ignore[call-arg]
        log.record(prediction_id="b", **{"segment.region": "EU"})  # type: ignore[arg-type]
        assert log.flush()
        assert log.counts.last_problem == "No field of a call is named latency, segments: what it held is not stored."
    assert sorted(row["prediction_id"] for row in server.rows()) == ["a", "b"]
