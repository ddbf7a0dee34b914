"""The data files of the gates, checked field by field."""

from collections.abc import Mapping
from functools import cache
from importlib import resources

from vendor_ai.domain.gate import Gate
from vendor_ai.domain.problem import Problem
from vendor_ai.domain.term import TermReader, to_reference
from vendor_ai.domain.user import Role
from vendor_ai.governance.gate_rules import ApprovalRule, FactRule, GateRules
from vendor_ai.governance.rule_file import parse_rules, rule_problem

APPROVALS, FACTS = "approvals.yaml", "gate_facts.yaml"
_KEYS = {APPROVALS: ("approvals", "waivers"), FACTS: ("facts",)}
PERSISTENT_PROVEN_BREACH = "persistent_proven_breach"


@cache
def shipped_gate_rules() -> GateRules:
    """The rules that come with the product."""
    folder = resources.files("vendor_ai.governance")
    rules, problems = load_gate_rules({name: folder.joinpath(name).read_text(encoding="utf-8") for name in _KEYS})
    if rules is None:
        raise ValueError("\n".join(problem.sentence(name) for name, problem in problems))
    return rules


def load_gate_rules(texts: Mapping[str, str]) -> tuple[GateRules | None, tuple[tuple[str, Problem], ...]]:
    """Return the rules of both files, or None and every mistake with its file, line and field."""
    parsed = {name: parse_rules(texts[name], fields) for name, fields in _KEYS.items()}
    broken = tuple((name, found) for name, found in parsed.items() if isinstance(found, Problem))
    if broken:
        return None, broken
    files = {name: found for name, found in parsed.items() if not isinstance(found, Problem)}
    approvals, facts = files[APPROVALS][0], files[FACTS][0]
    rules = GateRules(
        approvals={rule.id: rule for rule in _approvals(approvals)},
        facts={rule.id: rule for rule in _facts(facts)},
        waiver_roles=_waiver_roles(approvals),
    )
    problems = []
    for name, (reader, root) in files.items():
        reader.finish()
        problems += [(name, rule_problem(root, mistake)) for mistake in reader.mistakes]
    return (None, tuple(problems)) if problems else (rules, ())


def _approvals(reader: TermReader) -> list[ApprovalRule]:
    found: list[ApprovalRule] = []
    for part in reader.parts("approvals", required=True):
        computed = part.flag("computed", False)
        rule = ApprovalRule(
            id=_new_id(part, {rule.id for rule in found}),
            label=part.text("label", required=True),
            meaning=part.text("meaning", required=True),
            roles=() if computed else tuple(map(Role, part.texts("roles", options=[role.value for role in Role], required=True))),
            computed=computed,
            source=part.text("source", required=True),
        )
        part.finish()
        found.append(rule)
    return found


def _facts(reader: TermReader) -> list[FactRule]:
    found: list[FactRule] = []
    for part in reader.parts("facts", required=True):
        rule = FactRule(
            id=_new_id(part, {rule.id for rule in found}),
            label=part.text("label", required=True),
            meaning=part.text("meaning", required=True),
            gates=tuple(map(Gate, part.texts("gates", options=[gate.value for gate in Gate], required=True))),
            found=part.word("found", [PERSISTENT_PROVEN_BREACH], ""),
            source=part.text("source", required=True),
        )
        part.finish()
        found.append(rule)
    return found


def _waiver_roles(reader: TermReader) -> tuple[Role, ...]:
    part = reader.part("waivers", shape="{roles: [risk_officer]}", required=True)
    if part is None:
        return ()
    roles = tuple(map(Role, part.texts("roles", options=[role.value for role in Role], required=True)))
    part.finish()
    return roles


def _new_id(reader: TermReader, taken: set[str]) -> str:
    identifier = reader.read("id", to_reference, "", required=True)
    if identifier in taken:
        reader.wrong("id", f"{identifier!r} is used twice.")
    return identifier
