"""A function whose calls are timed and logged; what it returns or raises stays as it is."""

import functools
import inspect
from collections.abc import Callable, Mapping
from typing import Any, ParamSpec, TypeVar

from vendor_ai.client.call import Call, Reads, Recorder, status_of_error

P = ParamSpec("P")
R = TypeVar("R")


def watched(
    log: Recorder, reads: Mapping[str, Reads | str | None], constant: Mapping[str, Any], function: Callable[P, R]
) -> Callable[P, R]:
    """The function, with a row in the log for each of its calls.

    Args:
        log: Where calls are logged.
        reads: What takes a field from the answer, or what the field always is.
        constant: Fields of every call.
        function: Plain, or ``async``.

    Raises:
        TypeError: When it is a generator, whose calls end before its work does.
    """
    if inspect.isgeneratorfunction(function) or inspect.isasyncgenfunction(function):
        raise TypeError("A generator cannot be watched: its call ends before its work does. Watch the function that gathers the answer.")
    taken = {name: read for name, read in reads.items() if callable(read)}
    known = {**constant, **{name: value for name, value in reads.items() if isinstance(value, str)}}
    around: Any = _around_coroutine if inspect.iscoroutinefunction(function) else _around
    made: Callable[P, R] = functools.wraps(function)(around(function, lambda: _Watch(log, known, taken)))
    return made


class _Watch:
    """One call of a watched function."""

    def __init__(self, log: Recorder, known: Mapping[str, Any], reads: Mapping[str, Reads]) -> None:
        self._call = Call(log, known)
        self._reads = dict(reads)

    def answered(self, answer: Any) -> None:
        self._call.answered("ok", lambda: answer, self._reads)

    def failed(self, error: BaseException) -> None:
        self._call.failed(error, status_of_error(error))


def _around(function: Callable[..., Any], new_watch: Callable[[], _Watch]) -> Callable[..., Any]:
    def call(*values: Any, **named: Any) -> Any:
        watch = new_watch()
        try:
            answer = function(*values, **named)
        except BaseException as error:
            watch.failed(error)
            raise
        watch.answered(answer)
        return answer

    return call


def _around_coroutine(function: Callable[..., Any], new_watch: Callable[[], _Watch]) -> Callable[..., Any]:
    async def call(*values: Any, **named: Any) -> Any:
        watch = new_watch()
        try:
            answer = await function(*values, **named)
        except BaseException as error:
            watch.failed(error)
            raise
        watch.answered(answer)
        return answer

    return call
