"""Hugging Face model cards: YAML between two lines of ``---``, then Markdown with headings.

Source: the model card page and the metadata template of the Hugging Face Hub documentation.
"""

import re
from collections.abc import Iterator
from typing import Any

from vendor_ai.domain.suggestion import Fact, Ignored
from vendor_ai.importers.marked_yaml import MarkedDocument, Path, load_marked
from vendor_ai.importers.model_document import ModelDocumentFormat, member, plain_key

_HEADING = re.compile(r"^#{1,6}\s+(.+?)\s*#*$")
_FENCE = re.compile(r"^\s*(```|~~~)")
_BULLET = re.compile(r"^\s*(?:[-*+]|\d+[.)])\s+")
_OPTIONAL = re.compile(r"\s*[\[(]optional[\])]", re.IGNORECASE)
_COMMENT = re.compile(r"<!--.*?-->", re.DOTALL)
_MARKS = str.maketrans("", "", "*_`")
_RULE = "---"


def _recognise(text: str, data: Any) -> str:
    if data is not None:
        return ""
    front, _ = _parts(text)
    headings = [match[1] for line in text.splitlines() if (match := _HEADING.match(line))]
    is_card = bool(front) or any("model card" in heading.casefold() for heading in headings[:3])
    return "Hugging Face model card" if is_card else ""


def _parts(text: str) -> tuple[str, int]:
    """The YAML at the head, "" without one, and the line where the rest begins, from 0."""
    lines = text.splitlines()
    if not lines or lines[0].strip() != _RULE:
        return "", 0
    end = next((index for index, line in enumerate(lines[1:], start=1) if line.strip() == _RULE), None)
    return ("\n".join(lines[1:end]), end + 1) if end is not None else ("", 0)


def _read(text: str, _data: Any) -> Iterator[Fact | Ignored]:
    front, begins = _parts(text)
    if front:
        yield from _front_matter(load_marked(front))
    yield from _sections(_without_comments(text).splitlines(), begins)


def _without_comments(text: str) -> str:
    """Comments hold the template's questions; their lines stay, so that places do."""
    return _COMMENT.sub(lambda match: "\n" * match[0].count("\n"), text)


def _front_matter(document: MarkedDocument) -> Iterator[Fact | Ignored]:
    for problem in document.problems:
        yield Ignored(f"line {(problem.row or 0) + 1}", f"The front matter cannot be read here: {problem.message}")
    for field in ("license", "datasets", "base_model", "language", "metrics"):
        yield from _facts(document, (field,), member(document.data, field), f"card.{field}")
    for place, metric in _metrics(member(document.data, "model-index")):
        yield from _facts(document, (*place, "value"), metric.get("value"), "metrics.value")
        if isinstance(metric.get("type"), str):
            yield from _facts(document, (*place, "value"), metric.get("value"), f"metrics.{plain_key(metric['type'])}")


def _metrics(models: Any) -> Iterator[tuple[Path, dict[str, Any]]]:
    for first, model in enumerate(_list(models)):
        for second, result in enumerate(_list(member(model, "results"))):
            for third, metric in enumerate(_list(member(result, "metrics"))):
                if isinstance(metric, dict):
                    yield ("model-index", first, "results", second, "metrics", third), metric


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


def _facts(document: MarkedDocument, path: Path, value: Any, field: str) -> Iterator[Fact]:
    if isinstance(value, list):
        for index, entry in enumerate(value):
            yield from _facts(document, (*path, index), entry, field)
    elif isinstance(value, str):
        yield Fact(field, f"line {(document.line_of(path) or 0) + 1}", value)  # the front matter begins after a line of its own


def _sections(lines: list[str], begins: int) -> Iterator[Fact]:
    """Every paragraph and list entry under its own heading; code is passed over."""
    section, fenced = "", False
    paragraph: list[str] = []
    start = 0
    for number, line in enumerate([*lines[begins:], ""], start=begins + 1):
        if _FENCE.match(line):
            fenced = not fenced
        heading = None if fenced else _HEADING.match(line)
        ends = fenced or heading or not line.strip() or _FENCE.match(line) or _BULLET.match(line)
        if ends and paragraph:
            yield _fact(section, start, paragraph)
            paragraph = []
        if heading:
            section = plain_key(_OPTIONAL.sub("", heading[1].translate(_MARKS)))
        elif not fenced and line.strip() and not _FENCE.match(line):
            start = start if paragraph else number
            paragraph.append(_BULLET.sub("", line).strip())


def _fact(section: str, line: int, paragraph: list[str]) -> Fact:
    return Fact(f"section.{section}", f"line {line}", " ".join(paragraph))


MODEL_DOCUMENT = ModelDocumentFormat("huggingface", _recognise, _read)
