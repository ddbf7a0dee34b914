"""The data file of the triage, checked field by field."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib import resources

import yaml

from vendor_ai.domain.term import TermReader, to_reference
from vendor_ai.domain.tier import AffectedRight, DecisionType, RiskTier

_FILE = "triage.yaml"
_USABLE = tuple(tier for tier in RiskTier if tier is not RiskTier.PROHIBITED)


@dataclass(frozen=True, slots=True)
class Setting:
    """The properties of a component that one answer to a triage question states, by column of the inventory."""

    question: str
    answer: str
    properties: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class PackRule:
    """When a pack is asked: at one of ``tiers``, where every question of ``when`` got one of its answers or none at all."""

    pack: str
    tiers: tuple[RiskTier, ...]
    reason: str
    when: tuple[tuple[str, tuple[str, ...]], ...] = ()

    def asks(self, tier: RiskTier, values: Mapping[str, tuple[str, ...]]) -> bool:
        """Whether the pack is asked at ``tier`` after these answers."""
        return tier in self.tiers and all(not values.get(name) or set(values[name]) & set(wanted) for name, wanted in self.when)


@dataclass(frozen=True, slots=True)
class TriageRules:
    """All that the file says."""

    settings: tuple[Setting, ...]
    packs: tuple[PackRule, ...]


@cache
def shipped_triage() -> TriageRules:
    """The rules that come with the product."""
    return load_triage(resources.files("vendor_ai.governance").joinpath(_FILE).read_text(encoding="utf-8"))


def load_triage(text: str) -> TriageRules:
    """Read the triage file.

    Raises:
        ValueError: With every mistake and its field; the file is part of the product.
    """
    reader = TermReader(yaml.safe_load(text))
    rules = TriageRules(
        settings=tuple(_setting(part) for part in reader.parts("sets", required=True)),
        packs=tuple(_pack_rule(part) for part in reader.parts("packs", required=True)),
    )
    reader.finish()
    if reader.mistakes:
        raise ValueError("\n".join(f"{_FILE}, {'.'.join(map(str, mistake.path))}: {mistake.message}" for mistake in reader.mistakes))
    return rules


def _setting(reader: TermReader) -> Setting:
    setting = Setting(reader.text("question", required=True), reader.text("answer", required=True), _properties(reader))
    reader.finish()
    return setting


def _properties(reader: TermReader) -> dict[str, tuple[str, ...]]:
    use_case, decision = reader.text("use_case"), reader.choice("decision_type", DecisionType, None)
    stated = {
        "use_case": (use_case,) if use_case else (),
        "decision_type": (decision.value,) if decision else (),
        "affected_rights": reader.texts("affected_rights", options=AffectedRight),
        "regions": reader.texts("regions"),
        "data_classes": reader.texts("data_classes"),
    }
    return {name: values for name, values in stated.items() if values}


def _pack_rule(reader: TermReader) -> PackRule:
    rule = PackRule(
        pack=reader.read("pack", to_reference, "", required=True),
        tiers=tuple(RiskTier(tier) for tier in reader.texts("tiers", options=_USABLE, required=True)),
        reason=reader.text("reason", required=True),
        when=tuple(_answers(part) for part in reader.parts("when")),
    )
    reader.finish()
    return rule


def _answers(reader: TermReader) -> tuple[str, tuple[str, ...]]:
    wanted = (reader.text("question", required=True), reader.texts("answers", required=True))
    reader.finish()
    return wanted
