"""One call to a vendor from its start until it is logged, once."""

import time
import uuid
from collections.abc import Callable, Mapping
from contextlib import suppress
from datetime import UTC, datetime
from typing import Any, Protocol, Unpack

from vendor_ai.client.row import PredictionFields

_TIMEOUTS = {408, 504}
_RATE_LIMITED = 429

Reads = Callable[[Any], str | None]  # takes one field from an answer


class Recorder(Protocol):
    """Takes the fields of one call, as ``PredictionLog`` does."""

    def record(self, **fields: Unpack[PredictionFields]) -> str:
        """Log one call and return its prediction_id."""
        ...


def status_of(code: int) -> str:
    """How a call that was answered with an HTTP status ended, in the words of the prediction log."""
    if 200 <= code < 300:
        return "ok"
    if code in _TIMEOUTS:
        return "timeout"
    if code == _RATE_LIMITED:
        return "rate_limited"
    return "client_error" if 400 <= code < 500 else "error"


def status_of_error(error: BaseException) -> str:
    """How a call that raised something ended: by the HTTP status that many libraries hang on their errors, else by its kind."""
    if not isinstance(error, Exception):
        return "cancelled"
    if any("Timeout" in kind.__name__ for kind in type(error).__mro__):
        return "timeout"
    with suppress(Exception):  # a property of somebody else's error
        code = getattr(error, "status_code", None) or getattr(getattr(error, "response", None), "status_code", None)
        if isinstance(code, int) and code >= 400:
            return status_of(code)
    return "error"


class Call:
    """A call under way; the customer's own work never breaks over what goes wrong here."""

    def __init__(self, log: Recorder, known: Mapping[str, Any]) -> None:
        self._log = log
        self._known = dict(known)
        self.identity: str = self._known.pop("prediction_id", None) or uuid.uuid4().hex
        self._at = datetime.now(UTC)
        self._started = time.perf_counter()
        self._logged = False

    def answered(self, status: str, answer: Callable[[], Any], reads: Mapping[str, Reads | None], error: str | None = None) -> None:
        """The whole answer is there; what can be read of it is logged, a prediction only of a good one."""
        fields: dict[str, Any] = {"status": status, "latency_ms": self._elapsed_ms()}
        if error is not None:
            fields["error"] = error
        wanted = {name: read for name, read in reads.items() if read is not None and (name != "prediction" or status == "ok")}
        self._record(fields | _taken(answer, wanted))

    def failed(self, error: BaseException, status: str) -> None:
        """No answer came, or it broke off; the kind of error is logged, never its text, which may hold what was sent."""
        self._record({"status": status, "error": type(error).__name__, "latency_ms": self._elapsed_ms()})

    def abandoned(self) -> None:
        """The caller stopped reading before the end."""
        self._record({"status": "cancelled", "latency_ms": self._elapsed_ms()})

    def _elapsed_ms(self) -> float:
        return (time.perf_counter() - self._started) * 1_000

    def _record(self, fields: Mapping[str, Any]) -> None:
        if self._logged:
            return
        self._logged = True
        row: Any = {"occurred_at": self._at, "prediction_id": self.identity, **fields, **self._known}
        with suppress(Exception):  # the log may be the customer's own
            self._log.record(**row)


def _taken(answer: Callable[[], Any], reads: Mapping[str, Reads]) -> dict[str, str]:
    """What can be read of an answer; what fails reads nothing, since the caller's call must not break over its log."""
    taken: dict[str, str] = {}
    # Reading is the customer's code and the answer the vendor's: anything may be wrong with either.
    with suppress(Exception):
        whole = answer() if reads else None
        for name, read in reads.items():
            with suppress(Exception):
                value = None if whole is None else read(whole)
                if value is not None:
                    taken[name] = value
    return taken
