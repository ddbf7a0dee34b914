"""A watched function: its calls are logged, and nobody who calls it can tell."""

import asyncio
import inspect
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.factories.log_server import LogServer, log_server
from tests.unit.test_client_log import open_log
from vendor_ai.client import PredictionLog


@pytest.fixture
def server() -> Iterator[LogServer]:
    with log_server() as running:
        yield running


@pytest.fixture
def log(server: LogServer, tmp_path: Path) -> Iterator[PredictionLog]:
    with open_log(server.url, tmp_path) as opened:
        yield opened


def logged(server: LogServer, log: PredictionLog) -> list[dict[str, Any]]:
    assert log.flush()
    return server.rows()


def answer_of(question: str, *, loud: bool = False) -> dict[str, str]:
    """What the vendor says."""
    return {"id": f"call-{question}", "label": question.upper() if loud else question, "model": "v7"}


def test_a_call_is_logged_with_what_its_answer_says(server: LogServer, log: PredictionLog) -> None:
    ask = log.watch(
        prediction=lambda answer: answer["label"],
        model_version=lambda answer: answer["model"],
        prediction_id=lambda answer: answer["id"],
        segment={"region": "EU"},
    )(answer_of)
    assert ask("seven", loud=True) == {"id": "call-seven", "label": "SEVEN", "model": "v7"}
    (row,) = logged(server, log)
    assert (row["prediction_id"], row["prediction"], row["model_version"], row["status"]) == ("call-seven", "SEVEN", "v7", "ok")
    assert row["segment"] == {"region": "EU"}
    assert row["latency_ms"] >= 0
    assert "seven" not in row.values()


def test_the_function_keeps_its_name_words_and_parameters(log: PredictionLog) -> None:
    ask = log.watch()(answer_of)
    assert (ask.__name__, ask.__doc__, inspect.signature(ask)) == ("answer_of", "What the vendor says.", inspect.signature(answer_of))


def test_the_version_may_be_named(server: LogServer, log: PredictionLog) -> None:
    log.watch(model_version="v3")(answer_of)("x")
    assert logged(server, log)[0]["model_version"] == "v3"


def test_a_coroutine_is_awaited_and_logged_once(server: LogServer, log: PredictionLog) -> None:
    @log.watch(prediction=str)
    async def ask(number: int) -> int:
        await asyncio.sleep(0)
        return number + 1

    assert inspect.iscoroutinefunction(ask)
    assert asyncio.run(ask(6)) == 7
    (row,) = logged(server, log)
    assert (row["prediction"], row["status"]) == ("7", "ok")


class APITimeoutError(Exception):
    pass


class RateLimitError(Exception):
    status_code = 429


class OddError(Exception):
    @property
    def status_code(self) -> int:
        raise ZeroDivisionError


@pytest.mark.parametrize(
    ("error", "status"),
    [
        (ValueError("the customer's own secret"), "error"),
        (TimeoutError(), "timeout"),
        (APITimeoutError(), "timeout"),
        (RateLimitError(), "rate_limited"),
        (OddError(), "error"),
        (KeyboardInterrupt(), "cancelled"),
        (asyncio.CancelledError(), "cancelled"),
    ],
)
@pytest.mark.parametrize("awaited", [False, True])
def test_what_a_call_raises_is_raised_and_its_kind_is_logged(
    server: LogServer, log: PredictionLog, error: BaseException, status: str, awaited: bool
) -> None:
    @log.watch(prediction=lambda _answer: "never")
    def fail() -> None:
        raise error

    @log.watch(prediction=lambda _answer: "never")
    async def fail_later() -> None:
        raise error

    with pytest.raises(type(error)) as raised:
        fail_later().send(None) if awaited else fail()
    assert raised.value is error
    (row,) = logged(server, log)
    assert (row["status"], row["error"]) == (status, type(error).__name__)
    assert "prediction" not in row
    assert "secret" not in str(row)


def test_a_reader_that_fails_costs_its_own_field_alone(server: LogServer, log: PredictionLog) -> None:
    ask = log.watch(prediction=lambda answer: answer["no such key"], model_version=lambda answer: answer["model"])(answer_of)
    assert ask("x")["label"] == "x"
    (row,) = logged(server, log)
    assert "prediction" not in row
    assert (row["status"], row["model_version"]) == ("ok", "v7")


def test_an_answer_is_handed_on_untouched_whatever_it_is(log: PredictionLog) -> None:
    thing = object()
    assert log.watch(prediction=lambda _thing: None)(lambda: thing)() is thing


def test_a_generator_cannot_be_watched(log: PredictionLog) -> None:
    def parts() -> Iterator[int]:
        yield 1

    async def awaited_parts() -> AsyncIterator[int]:
        yield 1

    for generator in (parts, awaited_parts):
        with pytest.raises(TypeError, match="generator cannot be watched"):
            log.watch()(generator)
