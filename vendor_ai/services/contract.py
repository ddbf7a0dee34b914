"""Contracts: checking, storing and reading them."""

import hashlib
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlmodel import Session

from vendor_ai.clauses import CLAUSE_KINDS
from vendor_ai.db import audit
from vendor_ai.db import contract as store
from vendor_ai.db import verdict as verdict_store
from vendor_ai.db.vendor import find_component, find_vendor
from vendor_ai.domain.actor import Actor
from vendor_ai.domain.audit import AuditEvent
from vendor_ai.domain.contract import Contract
from vendor_ai.domain.contract_json import contract_from_json, contract_json
from vendor_ai.domain.errors import InvalidInputError
from vendor_ai.importers.contract import ParsedContract, parse_contract
from vendor_ai.metrics import METRICS
from vendor_ai.services.measurement import register_measures


def read_contract_file(path: Path) -> tuple[ParsedContract, str]:
    """Parse a contract file; returns what was found and the text.

    Raises:
        InvalidInputError: When the file is absent, empty or not UTF-8 text.
    """
    try:
        text = path.read_text(encoding="utf-8-sig")
    except FileNotFoundError:
        raise InvalidInputError(f"There is no file {path}.") from None
    except UnicodeDecodeError as error:
        raise InvalidInputError(f"{path} is not UTF-8 text (byte {error.start}). Save it as UTF-8.") from None
    if not text.strip():
        raise InvalidInputError(f"{path} is empty. Start from a template: vendor-ai contract template FILE")
    return parse_contract(text, metrics=METRICS, clause_kinds=CLAUSE_KINDS), text


def import_contract(session: Session, contract: Contract, text: str, *, by: Actor, at: datetime) -> str:
    """Store a contract and register what it measures; returns ``new``, ``changed`` or ``unchanged``.

    Raises:
        NotFoundError: When the vendor or a component is not in the inventory.
        InvalidInputError: When a component belongs to another vendor.
    """
    vendor = find_vendor(session, contract.vendor)
    refs: dict[str, str] = {}
    for reference in contract.components:
        component = find_component(session, reference)
        if component.vendor != vendor.ref:
            raise InvalidInputError(
                f"The component {component.ref!r} belongs to {component.vendor}, not to {vendor.ref}. Mend `components`."
            )
        refs[reference] = component.ref
    resolved = replace(
        contract,
        vendor=vendor.ref,
        components=tuple(refs[reference] for reference in contract.components),
        clauses=tuple(
            replace(clause, components=tuple(refs.get(reference, reference) for reference in clause.components))
            for clause in contract.clauses
        ),
    )
    digest = hashlib.sha256(text.encode()).hexdigest()
    state = store.save_contract(session, contract_json(resolved), vendor_ref=vendor.ref, text=text, sha256=digest, at=at)
    register_measures(session, resolved)
    if state != "unchanged":
        audit.append(session, AuditEvent(at, by.name, f"contract.{state}", "contract", contract.ref, {"sha256": digest}))
    return state


def closed_verdicts(session: Session, reference: str) -> int:
    """How many verdicts in force a contract has."""
    return len(verdict_store.in_force(session, store.contract_key(session, reference)[0]))


def get_contract(session: Session, reference: str) -> Contract:
    """A stored contract; ``NotFoundError`` when there is none."""
    return contract_from_json(store.definition(session, reference))


def contracts(session: Session, *, vendor: str | None = None) -> list[Contract]:
    """Stored contracts, by reference."""
    return [contract_from_json(data) for data in store.definitions(session, vendor=vendor)]


def definition(session: Session, reference: str) -> Mapping[str, Any]:
    """A stored contract as plain JSON values."""
    return store.definition(session, reference)
