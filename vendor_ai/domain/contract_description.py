"""What was agreed, as people read it, with every default that the contract did not say."""

from collections.abc import Mapping
from typing import Any, NamedTuple

from vendor_ai.domain.clause import ClauseKind
from vendor_ai.domain.contract import Contract
from vendor_ai.domain.declared_term import TermLine
from vendor_ai.domain.definition import DEFINITIONS


class DescribedTerm(NamedTuple):
    """One line of ``contract show``; ``part`` is ``contract``, ``definitions`` or a clause's id."""

    part: str
    term: str
    value: str
    is_default: bool


def describe_contract(contract: Contract, clause_kinds: Mapping[str, ClauseKind[Any]]) -> tuple[DescribedTerm, ...]:
    """Return every term of the contract, then its definitions, then each clause; what equals the stated default is marked."""
    lines = [DescribedTerm("contract", *line) for line in _head(contract)]
    lines += [DescribedTerm("definitions", *definition.line(contract.definitions)) for definition in DEFINITIONS]
    for clause in contract.clauses:
        lines.append(DescribedTerm(clause.id, "kind", clause.kind, False))
        lines.append(DescribedTerm(clause.id, "components", ", ".join(contract.components_of(clause)), not clause.components))
        if clause.page is not None:
            lines.append(DescribedTerm(clause.id, "page", str(clause.page), False))
        if clause.kind in clause_kinds:
            lines += [DescribedTerm(clause.id, *line) for line in clause_kinds[clause.kind].describe(clause.terms)]
        if clause.text:
            lines.append(DescribedTerm(clause.id, "text", clause.text, False))
    return tuple(lines)


def _head(contract: Contract) -> list[TermLine]:
    fee = contract.monthly_fee
    return [
        TermLine("contract", contract.ref, False),
        TermLine("vendor", contract.vendor, False),
        TermLine("components", ", ".join(contract.components), False),
        TermLine("starts", contract.starts.isoformat(), False),
        TermLine("ends", contract.ends.isoformat(), False),
        TermLine("time_zone", contract.time_zone, contract.time_zone == "UTC"),
        TermLine("year_starts", f"month {contract.year_starts}", contract.year_starts == 1),
        TermLine("monthly_fee", "none agreed" if fee is None else str(fee), fee is None),
        TermLine("significance", str(contract.significance), str(contract.significance) == "0.05"),
        TermLine("document_sha256", contract.document_sha256 or "not given", not contract.document_sha256),
    ]
