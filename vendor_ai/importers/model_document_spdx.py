"""SPDX documents: the AI and Dataset profiles of SPDX 3 (JSON-LD), and the packages of SPDX 2.3 (JSON).

Source: the SPDX 3.0.1 specification, classes AIPackage and DatasetPackage; the SPDX 2.3 specification, package information.
"""

from collections.abc import Iterator
from typing import Any

from vendor_ai.domain.suggestion import Fact, Ignored
from vendor_ai.importers.model_document import ModelDocumentFormat, entries, member, plain_key, texts

_ROLES = {"AIPackage": "model", "DatasetPackage": "data", "Package": "software", "File": ""}
_PURPOSES = {"MODEL": "model", "DATA": "data"}  # SPDX 3 words, which some tools write into 2.3 as well
_AI = (
    "informationAboutTraining",
    "informationAboutApplication",
    "limitation",
    "modelDataPreprocessing",
    "modelExplainability",
    "standardCompliance",
    "typeOfModel",
    "domain",
)
_DATASET = ("dataCollectionProcess", "dataPreprocessing", "knownBias", "anonymizationMethodUsed", "datasetUpdateMechanism", "intendedUse")


def _graph(data: Any) -> Iterator[tuple[str, dict[str, Any]]]:
    graph = member(data, "@graph")
    if isinstance(graph, list):
        yield from entries(graph, "$['@graph']")
    elif isinstance(data, dict):
        yield "$", data


def _type(element: dict[str, Any]) -> str:
    """The class of an element without its profile: ``ai_AIPackage`` and an address ending in ``/AIPackage`` are AIPackage."""
    kind = element.get("type") or element.get("@type") or ""
    return str(kind).rsplit("/", 1)[-1].rsplit("_", 1)[-1]


def _recognise(_text: str, data: Any) -> str:
    version = member(data, "spdxVersion")
    if isinstance(version, str) and version.startswith("SPDX-2."):
        return version.replace("-", " ")
    context = str(member(data, "@context") or "")
    return "SPDX 3" if "spdx.org/rdf/3" in context else ""


def _read(_text: str, data: Any) -> Iterator[Fact | Ignored]:
    if member(data, "spdxVersion"):
        for path, package in entries(data.get("packages"), "$.packages"):
            yield from _package(package, path)
        return
    for path, element in _graph(data):
        role = _ROLES.get(_type(element), "")
        if role:
            yield from _part(role, element.get("name"), element.get("software_packageVersion"), f"{path}.software_packageVersion")
        if role == "model":
            yield from _model(element, path)
        if role == "data":
            yield from _dataset(element, path)


def _package(package: dict[str, Any], path: str) -> Iterator[Fact]:
    role = _PURPOSES.get(str(package.get("primaryPackagePurpose")), "software")
    yield from _part(role, package.get("name"), package.get("versionInfo"), f"{path}.versionInfo")


def _part(role: str, name: Any, version: Any, path: str) -> Iterator[Fact]:
    if isinstance(name, str) and isinstance(version, str):
        yield Fact(f"parts.{role}", path, f"{name} {version}" if version.strip() else "")


def _model(element: dict[str, Any], path: str) -> Iterator[Fact]:
    for key in _AI:
        yield from _facts(f"ai.{key}", element.get(f"ai_{key}"), f"{path}.ai_{key}")
    for place, entry in entries(element.get("ai_metric"), f"{path}.ai_metric"):
        yield from _facts("metrics.value", entry.get("value"), f"{place}.value")
        if isinstance(entry.get("key"), str):
            yield from _facts(f"metrics.{plain_key(entry['key'])}", entry.get("value"), f"{place}.value")


def _dataset(element: dict[str, Any], path: str) -> Iterator[Fact]:
    yield from _facts("data.name", element.get("name"), f"{path}.name")
    for key in _DATASET:
        yield from _facts(f"dataset.{key}", element.get(f"dataset_{key}"), f"{path}.dataset_{key}")


def _facts(field: str, value: Any, path: str) -> Iterator[Fact]:
    for place, text in texts(value, path):
        yield Fact(field, place, text)


MODEL_DOCUMENT = ModelDocumentFormat("spdx", _recognise, _read)
