"""Machine-readable documents about a model: recognised, and read into facts with their exact places."""

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from vendor_ai.domain.errors import InvalidInputError
from vendor_ai.domain.suggestion import Fact, Ignored
from vendor_ai.kit.registry import Registry

LARGEST = 5 << 20
DEEPEST = 60


class ModelDocumentRefusedError(InvalidInputError):
    """A document that nothing can be read from."""


@dataclass(frozen=True, slots=True)
class ModelDocument:
    """What a document says, place by place; ``ignored`` are parts that could not be read."""

    kind: str
    label: str
    facts: tuple[Fact, ...]
    ignored: tuple[Ignored, ...] = ()


@dataclass(frozen=True, slots=True)
class ModelDocumentFormat:
    """One kind of document.

    Attributes:
        key: Names its rules in ``questionnaires/documents``.
        recognise: Its label with the version where the text, or the JSON read from it, is of this kind; else "".
        read: Its facts and unreadable parts.
    """

    key: str
    recognise: Callable[[str, Any], str]
    read: Callable[[str, Any], Iterator[Fact | Ignored]]


MODEL_DOCUMENTS: Registry[ModelDocumentFormat] = Registry("vendor_ai.importers", "MODEL_DOCUMENT", prefix="model_document_")


def read_model_document(content: bytes, name: str) -> ModelDocument:
    """Read a document of any known kind.

    Raises:
        ModelDocumentRefusedError: When it is too large, no text, or of no known kind.
    """
    if len(content) > LARGEST:
        raise ModelDocumentRefusedError(
            f"{name} is larger than the {LARGEST >> 20} MiB that are read. Send the document about the model only."
        )
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise ModelDocumentRefusedError(f"{name}, line {line}: the file is not UTF-8. Save it as UTF-8 and try again.") from None
    data = _json(text, name)
    for kind in MODEL_DOCUMENTS.values():
        label = kind.recognise(text, data)
        if label:
            found = list(kind.read(text, data))
            facts = tuple(entry for entry in found if isinstance(entry, Fact))
            return ModelDocument(kind.key, label, facts, tuple(entry for entry in found if isinstance(entry, Ignored)))
    raise ModelDocumentRefusedError(
        f"{name} is no document that is read here. Give a CycloneDX or SPDX file in JSON, or a Hugging Face model card (README.md)."
    )


def _json(text: str, name: str) -> Any:
    """The JSON in a text, numbers as they were written; None where it is none."""
    if not text.lstrip().startswith("{"):
        return None
    try:
        data = json.loads(text, parse_int=str, parse_float=str, parse_constant=str)
    except json.JSONDecodeError as error:
        raise ModelDocumentRefusedError(
            f"{name}, line {error.lineno}: this is not valid JSON ({error.msg}). Send the file as it was exported."
        ) from None
    except RecursionError:
        data = None
    if data is None or not _shallow(data):
        raise ModelDocumentRefusedError(f"{name} is nested more than {DEEPEST} levels deep. Send the file as it was exported.")
    return data


def _shallow(data: Any) -> bool:
    level: list[Any] = [data]
    for _ in range(DEEPEST):
        level = [
            inner for value in level for inner in (value.values() if isinstance(value, dict) else value if isinstance(value, list) else ())
        ]
        if not level:
            return True
    return False


def texts(value: Any, path: str) -> Iterator[tuple[str, str]]:
    """Every text in a value that may be one text or a list, with its place."""
    if isinstance(value, str):
        yield path, value
    elif isinstance(value, list):
        for index, entry in enumerate(value):
            yield from texts(entry, f"{path}[{index}]")


def member(value: Any, *keys: str) -> Any:
    """A value inside mappings, or None where there is none."""
    for key in keys:
        value = value.get(key) if isinstance(value, dict) else None
    return value


def entries(value: Any, path: str) -> Iterator[tuple[str, dict[str, Any]]]:
    """The mappings of a list, with their places."""
    if isinstance(value, list):
        for index, entry in enumerate(value):
            if isinstance(entry, dict):
                yield f"{path}[{index}]", entry


def plain_key(name: str) -> str:
    """A metric's name as rules write it: ``Top-1 Accuracy`` is ``top_1_accuracy``."""
    return "_".join("".join(mark if mark.isalnum() else " " for mark in name.casefold()).split())
