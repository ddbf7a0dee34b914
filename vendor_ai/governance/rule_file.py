"""A data file of rules: its fields, and the lines of mistakes in it."""

from collections.abc import Iterable, Mapping
from typing import Any

import yaml

from vendor_ai.domain.problem import Problem
from vendor_ai.domain.term import Mistake, Path, TermReader


def parse_rules(text: str, fields: Iterable[str]) -> tuple[TermReader, yaml.Node] | Problem:
    """The fields of one file, and its nodes for the line numbers; a problem where it holds no fields at all."""
    try:
        root = yaml.compose(text, Loader=yaml.SafeLoader)
        data = yaml.safe_load(text)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        return Problem(mark.line + 1 if mark else None, None, f"The file is not valid YAML: {getattr(error, 'problem', None) or error}.")
    if root is None or not isinstance(data, Mapping):
        return Problem(None, None, f"The file holds no fields; write {', '.join(fields)}.")
    return TermReader(data), root


def rule_problem(root: yaml.Node, mistake: Mistake) -> Problem:
    """A mistake with its line and field."""
    return Problem(_line(root, mistake.path), _path_text(mistake.path) or None, mistake.message)


def _line(node: yaml.Node, path: Path) -> int:
    """The line of the deepest part of ``path`` that the file has."""
    line = node.start_mark.line + 1
    for step in path:
        found = _step(node, step)
        if found is None:
            break
        line, node = found
    return line


def _step(node: yaml.Node, step: str | int) -> tuple[int, yaml.Node] | None:
    children: Iterable[tuple[Any, yaml.Node, yaml.Node]]
    if isinstance(node, yaml.MappingNode):
        children = ((key.value, key, value) for key, value in node.value)
    elif isinstance(node, yaml.SequenceNode):
        children = ((index, value, value) for index, value in enumerate(node.value))
    else:
        return None
    return next(((marked.start_mark.line + 1, value) for name, marked, value in children if name == step), None)


def _path_text(path: Path) -> str:
    return "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in path).lstrip(".")
