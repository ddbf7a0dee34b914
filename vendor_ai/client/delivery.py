"""Sending a batch to the server, and what its answer means for the batch."""

import ssl
from dataclasses import dataclass
from enum import Enum
from typing import Any
from urllib.parse import quote

import httpx

from vendor_ai.client.batch import Batch

_LOOPBACK = {"localhost", "127.0.0.1", "::1"}
_REFUSED = 400
_TOO_LARGE = 413
_ROWS_REFUSED = 422
# A wrong token or an unknown component is mended at the server; until then the rows are worth keeping.
_MENDABLE = {401, 403, 404, 408, 425, 429}


class Fate(Enum):
    """What becomes of a batch after an attempt to send it."""

    ARRIVED = "arrived"
    LATER = "later"
    SPLIT = "split"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class Receipt:
    """The fate of a batch; ``rejected`` rows were refused one by one, ``reason`` says why in words."""

    fate: Fate
    rejected: int = 0
    reason: str = ""
    retry_after_s: float = 0.0


def server_address(url: str) -> httpx.URL:
    """The address below which the API lies.

    Raises:
        ValueError: When ``url`` is not the address of a server.
    """
    try:
        base = httpx.URL(url.rstrip("/") + "/")
    except httpx.InvalidURL:
        base = httpx.URL("")
    if base.scheme not in ("http", "https") or not base.host:
        raise ValueError(f"{url!r} is not the address of a server, such as http://127.0.0.1:8321.")
    return base


class Sender:
    """Posts batches of one component; used by one thread.

    ``trusted`` holds the certificates that are trusted. It is made once and shared: a process that forks while a thread loads them
    would leave the child waiting for that thread.
    """

    def __init__(self, base: httpx.URL, component: str, token: str, timeout_s: float, *, trusted: ssl.SSLContext) -> None:
        self._path = f"api/v1/components/{quote(component, safe='')}"
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        # The machine itself is never reached through a company's proxy.
        beyond = base.host not in _LOOPBACK
        self._client = httpx.Client(base_url=base, headers=headers, timeout=timeout_s, trust_env=beyond, verify=trusted)

    def send(self, batch: Batch) -> Receipt:
        """Send a batch once; a server that cannot be reached is a reason to try later."""
        headers = {"Content-Type": "application/x-ndjson", "Idempotency-Key": batch.id}
        try:
            response = self._client.post(f"{self._path}/{batch.kind}", content=batch.body, headers=headers)
        except httpx.HTTPError as error:
            return _unreachable(error)
        return receipt_of(response)

    def send_counts(self, body: bytes) -> Receipt:
        """Send the counts of a process once, as ``MinuteCounts`` writes them."""
        headers = {"Content-Type": "application/json"}
        try:
            response = self._client.post(f"{self._path}/call-counts", content=body, headers=headers)
        except httpx.HTTPError as error:
            return _unreachable(error)
        if response.is_success and isinstance(_document(response).get("minutes"), int):
            return Receipt(Fate.ARRIVED)
        lost = response.status_code in (_REFUSED, _ROWS_REFUSED)
        return Receipt(Fate.REFUSED if lost else Fate.LATER, reason=f"The counts of calls were answered {_said(response)}")

    def close(self) -> None:
        """Let go of the connection."""
        self._client.close()


def receipt_of(response: httpx.Response) -> Receipt:
    """What an answer means: a row the server refuses is lost, a batch it cannot take now is not."""
    status = response.status_code
    if response.is_success or status == _ROWS_REFUSED:
        return _arrived(response)
    if status == _TOO_LARGE:
        return Receipt(Fate.SPLIT, reason="The batch is too large for the server.")
    reason = f"The server answered {_said(response)}"
    if status in _MENDABLE or response.is_server_error:
        return Receipt(Fate.LATER, reason=reason, retry_after_s=_seconds(response.headers.get("Retry-After", "")))
    return Receipt(Fate.REFUSED, reason=reason)


def _unreachable(error: httpx.HTTPError) -> Receipt:
    return Receipt(Fate.LATER, reason=f"The server cannot be reached ({type(error).__name__}).")


def _said(response: httpx.Response) -> str:
    """Status and detail of an answer, as a sentence ends with them."""
    return f"{response.status_code} {response.reason_phrase}: {_detail(response)}".rstrip(": ")


def _arrived(response: httpx.Response) -> Receipt:
    """An answer that counts the rows; one without counts comes from something else than the server."""
    document = _document(response)
    rejected = document.get("rejected")
    if not isinstance(rejected, int):
        fate = Fate.REFUSED if response.status_code == _ROWS_REFUSED else Fate.LATER
        return Receipt(fate, reason=f"The answer {response.status_code} counts no rows; check the address. {_detail(response)}".rstrip())
    problems = document.get("problems")
    first = problems[0] if isinstance(problems, list) and problems else None
    return Receipt(Fate.ARRIVED, rejected=rejected, reason=str(first.get("message", "")) if isinstance(first, dict) else "")


def _document(response: httpx.Response) -> dict[str, Any]:
    try:
        document = response.json()
    except ValueError:
        return {}
    return document if isinstance(document, dict) else {}


def _detail(response: httpx.Response) -> str:
    document = _document(response)
    return str(document.get("detail") or document.get("title") or "")[:300]


def _seconds(text: str) -> float:
    return float(text) if text.isdecimal() else 0.0
