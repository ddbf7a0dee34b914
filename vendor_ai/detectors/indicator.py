"""The indicator file: AI services and what gives them away, checked entry by entry."""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from importlib import resources
from typing import Any

import yaml

from vendor_ai.domain.problem import Problem
from vendor_ai.domain.sighting import Confidence, Service

CATEGORIES = (
    "assistant", "model_api", "coding", "image", "video", "audio", "meetings", "writing", "translation", "search",
    "agents", "mlops", "office", "local_models", "data", "support",
)  # fmt: skip
CAPABILITIES = (
    "chat", "search", "writing", "summarisation", "translation", "transcription", "speech", "audio", "music", "image", "video",
    "design", "presentations", "code", "agents", "automation", "embeddings", "model_api", "model_hosting", "analytics", "data_labelling",
    "knowledge", "customer_support", "marketing", "companion",
)  # fmt: skip

_TEXTS = ("id", "name", "vendor", "category", "source", "licence")
_REQUIRED = (*_TEXTS, "capabilities", "date", "confidence")
_INDICATORS = ("domains", "hosts", "urls", "extensions", "oauth_clients", "packages")
_KEYS = (*_REQUIRED, *_INDICATORS, "shared")

_LABEL = r"[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?"
_TOP = r"(?:xn--[a-z0-9-]{1,59}|[a-z]{2,63})"
_DOMAIN = re.compile(rf"(?:{_LABEL}\.)+{_TOP}")
# The two last labels are literal, so that no pattern can cover a whole registry.
_HOST = re.compile(rf"(?:[a-z0-9_*-]{{1,63}}\.)*{_LABEL}\.{_TOP}")
_URL = re.compile(rf"(?:https?://)?(?:{_LABEL}\.)+{_TOP}/[^\s]+")
_PACKAGE = re.compile(r"pkg:[a-z]+/\S+")

_SHAPES: dict[str, tuple[Callable[[str], object], str]] = {
    "domains": (_DOMAIN.fullmatch, "a domain name in lower case such as openai.com, without scheme, port, path or '*'"),
    "hosts": (_HOST.fullmatch, "a host name such as api.example.com, '*' allowed before the two last labels"),
    "urls": (_URL.fullmatch, "a host and a path such as https://example.com/assistant"),
    "extensions": (re.compile(r"[a-p]{32}").fullmatch, "the id of a browser extension: 32 letters from a to p"),
    "oauth_clients": (re.compile(r"\S+").fullmatch, "a client id without blanks"),
    "packages": (_PACKAGE.fullmatch, "a package address such as pkg:pypi/openai"),
}


@dataclass(slots=True)
class _Checked:
    """What has been read so far, and what is wrong with it."""

    services: list[Service] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    ids: set[str] = field(default_factory=set)
    owners: dict[tuple[str, str], str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class _Entry:
    """One service as written, with the lines of its keys."""

    data: Mapping[str, Any]
    line: int
    lines: Mapping[str, int]

    def problem(self, key: str, message: str) -> Problem:
        return Problem(self.lines.get(key, self.line), key, message)


def load_services(text: str) -> tuple[tuple[Service, ...], tuple[Problem, ...]]:
    """Return the services of an indicator file, and a problem with line and field for every mistake.

    A service with a mistake is left out; the others are kept.
    """
    checked = _Checked()
    for entry in _entries(text, checked.problems):
        mistakes = list(_mistakes(entry))
        if not mistakes:
            mistakes = list(_clashes(entry, checked))
        if mistakes:
            checked.problems.extend(mistakes)
        else:
            _keep(entry, checked)
    return tuple(checked.services), tuple(checked.problems)


def shipped_indicators() -> str:
    """The text of the indicator file that comes with the product."""
    return resources.files("vendor_ai.detectors").joinpath("services.yaml").read_text(encoding="utf-8")


def _entries(text: str, problems: list[Problem]) -> Iterator[_Entry]:
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)(text)
    try:
        root = loader.get_single_node()
        content = loader.construct_document(root) if root is not None else None
    except (yaml.YAMLError, ValueError) as error:
        mark = getattr(error, "problem_mark", None)
        problems.append(Problem(mark.line + 1 if mark else None, None, f"The file is not valid YAML: {_first_line(error)}."))
        return
    finally:
        loader.dispose()
    listed = content.get("services") if isinstance(content, dict) else None
    if root is None or not isinstance(listed, list):
        problems.append(
            Problem(None, "services", "The file has no list 'services'. Write 'services:' and one entry for each service below.")
        )
        return
    node = next(value for key, value in reversed(root.value) if key.value == "services")
    for data, item in zip(listed, node.value, strict=True):
        line = item.start_mark.line + 1
        if isinstance(data, dict):
            yield _Entry(data, line, {key.value: key.start_mark.line + 1 for key, _ in item.value if isinstance(key.value, str)})
        else:
            problems.append(Problem(line, None, "A service is a list of fields (id, name, vendor, ...), not a single value."))


def _first_line(error: Exception) -> str:
    return str(getattr(error, "problem", None) or error).partition("\n")[0]


def _mistakes(entry: _Entry) -> Iterator[Problem]:
    for key in entry.data:
        if key not in _KEYS:
            yield entry.problem(str(key), f"Unknown field. Known are {', '.join(_KEYS)}.")
    for key in _REQUIRED:
        if not entry.data.get(key):
            yield entry.problem(key, f"The field {key!r} is missing or empty.")
    for key in _TEXTS:
        value = entry.data.get(key)
        if value and not isinstance(value, str):
            yield entry.problem(key, f"{value!r} is not a text; put it in quotes.")
    yield from _wrong_words(entry)
    yield from _wrong_indicators(entry)


def _wrong_words(entry: _Entry) -> Iterator[Problem]:
    data = entry.data
    identifier = data.get("id")
    if isinstance(identifier, str) and not re.fullmatch(r"[a-z0-9]+(?:-[a-z0-9]+)*", identifier):
        yield entry.problem("id", f"{identifier!r} is not a reference: use lower-case letters, digits and single hyphens.")
    if data.get("category") and data["category"] not in CATEGORIES:
        yield entry.problem("category", f"{data['category']!r} is not a category. Use one of {', '.join(CATEGORIES)}.")
    if data.get("confidence") and data["confidence"] not in tuple(Confidence):
        yield entry.problem("confidence", f"{data['confidence']!r} is not a confidence. Use high, medium or low.")
    if not isinstance(data.get("shared", False), bool):
        yield entry.problem("shared", f"{data['shared']!r} is neither true nor false.")
    if data.get("date") and _day(data["date"]) is None:
        yield entry.problem("date", f"{data['date']!r} is not a date such as 2026-10-31.")
    for capability in _list(data.get("capabilities")):
        if capability not in CAPABILITIES:
            yield entry.problem("capabilities", f"{capability!r} is not a capability. Use some of {', '.join(CAPABILITIES)}.")


def _wrong_indicators(entry: _Entry) -> Iterator[Problem]:
    if not any(entry.data.get(key) for key in _INDICATORS):
        yield entry.problem("id", f"The service has no indicator. Give at least one of {', '.join(_INDICATORS)}.")
    for key in (*_INDICATORS, "capabilities"):
        if key in entry.data and not isinstance(entry.data[key], list):
            yield entry.problem(key, "This field is a list; write [one, two].")
    for key, (fits, shape) in _SHAPES.items():
        for value in _list(entry.data.get(key)):
            if not isinstance(value, str) or not fits(value):
                yield entry.problem(key, f"{value!r} is not {shape}.")


def _clashes(entry: _Entry, checked: _Checked) -> Iterator[Problem]:
    """Ids and indicators that another service, or the same one, already has: one event must point to one service."""
    if entry.data["id"] in checked.ids:
        yield entry.problem("id", f"The id {entry.data['id']!r} is used twice.")
    for key in _INDICATORS:
        values = _list(entry.data.get(key))
        for value in dict.fromkeys(values):
            owner = checked.owners.get((key, value))
            if owner is not None:
                yield entry.problem(key, f"{value!r} already belongs to the service {owner!r}.")
            elif values.count(value) > 1:
                yield entry.problem(key, f"{value!r} is listed twice.")


def _keep(entry: _Entry, checked: _Checked) -> None:
    data = entry.data
    indicators = {key: tuple(_list(data.get(key))) for key in _INDICATORS}
    recorded = _day(data["date"])
    assert recorded is not None, "checked with the other fields"
    texts: dict[str, str] = {key: data[key] for key in _TEXTS}
    service = Service(
        id=texts["id"],
        name=texts["name"],
        vendor=texts["vendor"],
        category=texts["category"],
        capabilities=tuple(data["capabilities"]),
        source=texts["source"],
        date=recorded,
        licence=texts["licence"],
        confidence=Confidence(data["confidence"]),
        domains=indicators["domains"],
        hosts=indicators["hosts"],
        urls=indicators["urls"],
        extensions=indicators["extensions"],
        oauth_clients=indicators["oauth_clients"],
        packages=indicators["packages"],
        shared=data.get("shared", False),
    )
    checked.ids.add(service.id)
    for key, values in indicators.items():
        checked.owners.update({(key, value): service.id for value in values})
    checked.services.append(service)


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


def _day(value: Any) -> date | None:
    if type(value) is date:
        return value
    try:
        return date.fromisoformat(value)
    except (TypeError, ValueError):
        return None
