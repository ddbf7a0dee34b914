"""CycloneDX bills of materials with machine-learning models (JSON, 1.5 to 1.7).

Source: the CycloneDX JSON schema, `modelCard` of components of the type `machine-learning-model`.
"""

from collections.abc import Iterator
from typing import Any

from vendor_ai.domain.suggestion import Fact, Ignored
from vendor_ai.importers.model_document import ModelDocumentFormat, entries, member, plain_key, texts

VERSIONS = ("1.5", "1.6", "1.7")
_MODEL, _DATA = "machine-learning-model", "data"
_SOFTWARE = frozenset({"application", "framework", "library", "operating-system", "container", "platform"})
_PROSE = ("users", "useCases", "technicalLimitations", "performanceTradeoffs")
_RECORDS = {
    "ethicalConsiderations": ("name", "mitigationStrategy"),
    "fairnessAssessments": ("groupAtRisk", "benefits", "harms", "mitigationStrategy"),
}


def _recognise(_text: str, data: Any) -> str:
    version = member(data, "specVersion")
    return f"CycloneDX {version}" if member(data, "bomFormat") == "CycloneDX" and version in VERSIONS else ""


def _read(_text: str, data: Any) -> Iterator[Fact | Ignored]:
    components = dict(_components(data))
    names = {str(entry["bom-ref"]): str(entry.get("name", "")) for entry in components.values() if "bom-ref" in entry}
    for path, component in components.items():
        yield from _part(path, component)
        if component.get("type") == _MODEL:
            yield from _model(path, component, names)


def _components(data: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    """The component the document is about and all others, nested ones too."""
    waiting = list(entries(data.get("components"), "$.components"))
    subject = member(data, "metadata", "component")
    if isinstance(subject, dict):
        waiting.insert(0, ("$.metadata.component", subject))
    while waiting:
        path, component = waiting.pop(0)
        yield path, component
        waiting += entries(component.get("components"), f"{path}.components")


def _part(path: str, component: dict[str, Any]) -> Iterator[Fact]:
    """What stands in the list of parts: only what names its version is traceable."""
    kind, name, version = (component.get(key) for key in ("type", "name", "version"))
    if not isinstance(kind, str) or not isinstance(name, str) or not isinstance(version, str):
        return
    role = "model" if kind == _MODEL else "data" if kind == _DATA else "software" if kind in _SOFTWARE else ""
    if role:
        yield Fact(f"parts.{role}", f"{path}.version", f"{name} {version}")
    if kind == _DATA:
        for place, licence in entries(component.get("licenses"), f"{path}.licenses"):
            text = member(licence, "license", "id") or licence.get("expression")
            if isinstance(text, str):
                yield Fact("data.licence", place, text)


def _model(path: str, component: dict[str, Any], names: dict[str, str]) -> Iterator[Fact]:
    for place, ancestor in entries(member(component, "pedigree", "ancestors"), f"{path}.pedigree.ancestors"):
        yield from _facts("base_model", ancestor.get("name"), f"{place}.name")
    card, path = component.get("modelCard"), f"{path}.modelCard"
    if not isinstance(card, dict):
        return
    yield from _parameters(card.get("modelParameters"), f"{path}.modelParameters", names)
    for place, metric in entries(
        member(card, "quantitativeAnalysis", "performanceMetrics"), f"{path}.quantitativeAnalysis.performanceMetrics"
    ):
        yield from _metric(metric, place)
    yield from _considerations(card.get("considerations"), f"{path}.considerations")


def _parameters(parameters: Any, path: str, names: dict[str, str]) -> Iterator[Fact]:
    yield from _facts("training.approach", member(parameters, "approach", "type"), f"{path}.approach.type")
    for key in ("task", "architectureFamily", "modelArchitecture"):
        yield from _facts(f"model.{key}", member(parameters, key), f"{path}.{key}")
    for place, dataset in entries(member(parameters, "datasets"), f"{path}.datasets"):
        reference = dataset.get("ref")
        name = names.get(reference) if isinstance(reference, str) else dataset.get("name")
        yield from _facts("data.name", name, f"{place}.{'ref' if isinstance(reference, str) else 'name'}")
        governed = member(dataset, "governance", "owners")
        yield from _facts("data.description", dataset.get("description"), f"{place}.description")
        for owner, entry in entries(governed, f"{place}.governance.owners"):
            yield from _facts("data.owner", member(entry, "organization", "name"), f"{owner}.organization.name")


def _metric(metric: dict[str, Any], path: str) -> Iterator[Fact]:
    yield from _facts("metrics.value", metric.get("value"), f"{path}.value")
    kind = metric.get("type")
    yield from _facts("metrics.type", kind, f"{path}.type")
    if isinstance(kind, str) and not metric.get("slice"):
        yield from _facts(f"metrics.{plain_key(kind)}", metric.get("value"), f"{path}.value")
    yield from _facts("metrics.slice", metric.get("slice"), f"{path}.slice")
    for bound in ("lowerBound", "upperBound"):
        yield from _facts(f"metrics.{bound}", member(metric, "confidenceInterval", bound), f"{path}.confidenceInterval.{bound}")


def _considerations(considerations: Any, path: str) -> Iterator[Fact]:
    for key in _PROSE:
        yield from _facts(f"considerations.{key}", member(considerations, key), f"{path}.{key}")
    for key, names in _RECORDS.items():
        for place, record in entries(member(considerations, key), f"{path}.{key}"):
            for name in names:
                yield from _facts(f"{key}.{name}", record.get(name), f"{place}.{name}")


def _facts(field: str, value: Any, path: str) -> Iterator[Fact]:
    for place, text in texts(value, path):
        yield Fact(field, place, text)


MODEL_DOCUMENT = ModelDocumentFormat("cyclonedx", _recognise, _read)
