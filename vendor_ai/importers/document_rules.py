"""The shipped rules from documents to suggestions, one file a kind of document."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from vendor_ai.domain.document_rule import DocumentRule, Need, Proof, not_figures, suggest
from vendor_ai.domain.suggestion import Confidence, Ignored, Suggestion
from vendor_ai.importers.marked_yaml import load_marked
from vendor_ai.importers.model_document import ModelDocument
from vendor_ai.importers.placeholder import without_placeholders
from vendor_ai.kit.data import data_folder

_NOT_RULES = "placeholders.yaml"


@dataclass(frozen=True, slots=True)
class DocumentRules:
    """The rules for one kind of document; they are about the questions of one pack."""

    kind: str
    pack: str
    rules: tuple[DocumentRule, ...]


@dataclass(frozen=True, slots=True)
class DocumentReading:
    """What a document suggests, and the places that say nothing; ``asks`` holds, by question, words that its text must have."""

    label: str
    pack: str
    suggestions: tuple[Suggestion, ...]
    ignored: tuple[Ignored, ...]
    asks: Mapping[str, str]


def rule_files() -> list[Path]:
    """The files of the rules that came with this installation."""
    return [path for path in sorted((data_folder("questionnaires") / "documents").glob("*.yaml")) if path.name != _NOT_RULES]


@cache
def shipped_document_rules() -> Mapping[str, DocumentRules]:
    """The rules by kind of document."""
    return {rules.kind: rules for rules in map(_read, rule_files())}


def read_suggestions(document: ModelDocument, name: str) -> DocumentReading:
    """What a document suggests; ``name`` is how people know it."""
    known = shipped_document_rules()[document.kind]
    facts, silent = without_placeholders(document.facts)
    words = not_figures(known.rules, facts)
    asks = {rule.question: rule.asks for rule in known.rules}
    return DocumentReading(document.label, known.pack, suggest(known.rules, facts, name), (*document.ignored, *silent, *words), asks)


def _read(path: Path) -> DocumentRules:
    data = load_marked(path.read_text(encoding="utf-8")).data
    return DocumentRules(data["document"], data["pack"], tuple(_rule(entry) for entry in data["rules"]))


def _rule(entry: dict[str, Any]) -> DocumentRule:
    return DocumentRule(
        id=entry["id"],
        question=entry["question"],
        asks=entry["asks"],
        value=entry.get("value", ""),
        needs=tuple(map(_need, entry["needs"])),
        confidence=Confidence(entry["confidence"]),
        reason=entry["reason"],
    )


def _need(need: dict[str, Any]) -> Need:
    return Need(tuple(need["fields"]), Proof(need["test"]), int(need.get("least", "1")), tuple(need.get("words", ())))
