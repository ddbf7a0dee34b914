"""The rules of the gates as data: who gives which approval, and which facts close which gate."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TypeVar

from vendor_ai.domain.errors import InvalidInputError
from vendor_ai.domain.gate import Gate
from vendor_ai.domain.term import suggestion
from vendor_ai.domain.user import Role

R = TypeVar("R")


@dataclass(frozen=True, slots=True)
class ApprovalRule:
    """One approval; ``computed`` is given by the program alone."""

    id: str
    label: str
    meaning: str
    roles: tuple[Role, ...]
    computed: bool
    source: str


@dataclass(frozen=True, slots=True)
class FactRule:
    """One fact that closes gates; ``found`` is what the program notices by itself."""

    id: str
    label: str
    meaning: str
    gates: tuple[Gate, ...]
    found: str
    source: str


@dataclass(frozen=True, slots=True)
class GateRules:
    """Approvals and facts by id, and who agrees to waivers."""

    approvals: Mapping[str, ApprovalRule]
    facts: Mapping[str, FactRule]
    waiver_roles: tuple[Role, ...]

    def approval(self, name: str) -> ApprovalRule:
        """The rule of an approval; ``InvalidInputError`` when there is none of this name."""
        return _named(name, self.approvals, "approval")

    def fact(self, name: str) -> FactRule:
        """The rule of a fact; ``InvalidInputError`` when there is none of this name."""
        return _named(name, self.facts, "fact")

    def facts_at(self, gate: Gate) -> frozenset[str]:
        """The facts that close this gate."""
        return frozenset(rule.id for rule in self.facts.values() if gate in rule.gates)


def _named(name: str, rules: Mapping[str, R], noun: str) -> R:
    rule = rules.get(name.strip().lower())
    if rule is None:
        raise InvalidInputError(f"There is no {noun} {name!r}.{suggestion(name, rules)} Known are {', '.join(rules)}.")
    return rule
