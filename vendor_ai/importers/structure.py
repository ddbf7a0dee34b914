"""Mistakes of structure: a marked document held against a JSON Schema, in sentences with lines."""

import difflib
from collections.abc import Iterable, Iterator
from typing import Any

import jsonschema

from vendor_ai.domain.problem import Problem
from vendor_ai.importers.marked_yaml import MarkedDocument, path_text

_SHOWN = 60


def structure_problems(document: MarkedDocument, schema: dict[str, Any]) -> list[Problem]:
    """Every place where ``document`` misses ``schema``, in the order of lines.

    A field's ``description`` in the schema must complete the sentence "Write ...": it becomes the advice.
    """
    errors = jsonschema.Draft202012Validator(schema).iter_errors(document.data)
    problems = dict.fromkeys(problem for error in _leaves(errors) for problem in _problems(document, error))
    return sorted(problems, key=lambda problem: (problem.row or 0, problem.column or ""))


def _leaves(errors: Iterable[Any]) -> Iterator[Any]:
    """The errors themselves, with a failed choice between forms replaced by the mistakes in the form that was meant."""
    for error in errors:
        branch = _meant_branch(error) if error.validator in ("anyOf", "oneOf") else None
        if branch is None:
            yield error
        else:
            yield from _leaves(branch)


def _meant_branch(error: Any) -> list[Any] | None:
    """The errors of the first form whose type fits what was written, or None where none does."""
    branches: dict[Any, list[Any]] = {}
    for inner in error.context:
        branches.setdefault(inner.relative_schema_path[0], []).append(inner)
    for branch in branches.values():
        if not any(inner.validator == "type" and not inner.relative_path for inner in branch):
            return branch
    return None


def _problems(document: MarkedDocument, error: Any) -> Iterator[Problem]:
    path = tuple(error.absolute_path)
    known: dict[str, Any] = error.schema.get("properties", {})
    match error.validator:
        case "required":
            missing = next(name for name in error.validator_value if name not in error.instance and repr(name) in error.message)
            description = known.get(missing, {}).get("description")
            advice = f"Write {description}." if description else "Add it."
            yield document.problem(path, f"The field {missing!r} is missing. {advice}", column=path_text((*path, missing)))
        case "additionalProperties":
            for name in error.instance:
                if name not in known:
                    yield document.problem((*path, name), f"The field {name!r} is unknown. {_nearest(name, list(known))}")
        case _:
            description = error.schema.get("description", "")
            advice = f"Write {description}." if description else f"{error.message}."
            yield document.problem(path, f"{_shown(error.instance)} cannot be used here. {advice}")


def _nearest(name: str, known: list[str]) -> str:
    close = difflib.get_close_matches(name, known, n=1)
    return f"Did you mean {close[0]!r}?" if close else f"Known here: {', '.join(known)}."


def _shown(value: Any) -> str:
    match value:
        case None:
            return "An empty value"
        case dict():
            return "A mapping"
        case list():
            return "A list" if value else "An empty list"
        case bool():
            return "true" if value else "false"
        case _:
            text = repr(value)
            return text if len(text) <= _SHOWN else f"{text[:_SHOWN]}…"
