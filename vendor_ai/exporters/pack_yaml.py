"""Packs as YAML, in the form people write them: what stands at its default is left out, short values stay on one line."""

from typing import Any

import yaml

from vendor_ai.domain.pack import Pack

_WIDTH = 130
_DUMPER: Any = getattr(yaml, "CSafeDumper", yaml.SafeDumper)
_DEFAULTS: dict[str, Any] = {"type": "choice", "weight": "1.00", "scope": "component", "not_applicable": True}
_ON_ONE_LINE = ("dimensions", "options", "bands", "applies_when", "floor", "source")


class _Flow(dict[str, Any]):
    """A mapping that is written on one line."""


class _Writer(_DUMPER):  # type: ignore[misc]
    """YAML with flow style where it was asked for."""


_Writer.add_representer(_Flow, lambda writer, value: writer.represent_mapping("tag:yaml.org,2002:map", value.items(), flow_style=True))


def pack_yaml(pack: Pack) -> str:
    """The text of a pack file; reading it gives an equal pack."""
    document = pack.as_json()
    document = {key: value for key, value in document.items() if value != ""}
    document["dimensions"] = [_Flow(_filled(entry)) for entry in document["dimensions"]]
    document["questions"] = [_question(entry) for entry in document["questions"]]
    text: str = yaml.dump(document, Dumper=_Writer, sort_keys=False, allow_unicode=True, width=_WIDTH)
    return text


def _question(entry: dict[str, Any]) -> dict[str, Any]:
    kept = {key: value for key, value in entry.items() if _DEFAULTS.get(key, ...) != value}
    return {key: _on_one_line(value) if key in _ON_ONE_LINE else value for key, value in kept.items()}


def _on_one_line(value: Any) -> Any:
    if isinstance(value, dict):
        return _Flow(value)
    return [_Flow(entry) for entry in value]


def _filled(entry: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in entry.items() if value != ""}
