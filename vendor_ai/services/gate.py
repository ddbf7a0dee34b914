"""Gates of stored components: asked by people, pipelines and every change of status."""

from datetime import datetime

from sqlmodel import Session

from vendor_ai.db.vendor import component_key
from vendor_ai.domain.errors import InvalidInputError
from vendor_ai.domain.gate import Gate, GateCase, GateResult
from vendor_ai.domain.term import suggestion
from vendor_ai.domain.tier import Classification, RiskTier, UnclassifiableComponentError
from vendor_ai.domain.vendor import Component
from vendor_ai.governance.gate import OWNERS, judge_gate
from vendor_ai.governance.gate_files import shipped_gate_rules
from vendor_ai.services.gate_case import (
    approvals_of,
    decisions_of,
    facts_of,
    overdue_conditions,
    refusals_of,
    undecided_of,
    waivers_of,
    wanted_packs,
)
from vendor_ai.services.reassessment import overdue_reassessments
from vendor_ai.services.tier import classify_use, unstated, use_of
from vendor_ai.services.tier_lowered import governing


def read_gate(name: str) -> Gate:
    """A gate from its name, with a hyphen or an underscore.

    Raises:
        InvalidInputError: When there is none of this name.
    """
    known = [gate.value for gate in Gate]
    wanted = name.strip().lower().replace("-", "_")
    if wanted not in known:
        raise InvalidInputError(f"There is no gate {name!r}.{suggestion(wanted, known)} Known are {', '.join(known)}.")
    return Gate(wanted)


def check_gate(session: Session, reference: str, gate: Gate, *, at: datetime) -> GateResult:
    """Whether the gate lets the component through now.

    Raises:
        NotFoundError: When there is no such component.
    """
    key, component = component_key(session, reference)
    return judge(session, key, component, gate, at=at)


def judge(session: Session, key: int, component: Component, gate: Gate, *, at: datetime) -> GateResult:
    """The same for a component as it is about to be stored under ``key``."""
    return judge_gate(case_of(session, key, component, at=at), gate, shipped_gate_rules())


def case_of(session: Session, key: int, component: Component, *, at: datetime) -> GateCase:
    """Everything the gates look at."""
    found, unstated = governed(session, component)
    return GateCase(
        component=component.ref,
        on=at.date(),
        tier=found.tier if found else None,
        unstated=unstated,
        required=found.required_approvals if found else (),
        approvals=approvals_of(session, key),
        waivers=waivers_of(session, key),
        facts=facts_of(session, key, shipped_gate_rules()),
        decisions=decisions_of(session, key, at=at),
        refusals=refusals_of(session, key, at=at),
        wanted_packs=wanted_packs(session, key),
        undecided=undecided_of(session, key),
        reassessment_months=found.reassessment_months if found else None,
        owners={name: getattr(component, name) for name in OWNERS},
        overdue_conditions=overdue_conditions(session, key, at=at),
        overdue_reassessments=overdue_reassessments(session, key, component, at=at),
    )


def governed(session: Session, component: Component) -> tuple[Classification | None, str]:
    """The classification that gates and approvals go by: a tier that one person lowered counts once another agreed."""
    found, unstated = classified(component)
    return (governing(session, component, found) if found else None), unstated


def classified(component: Component) -> tuple[Classification | None, str]:
    """The component's classification, or None and what to state: LOW by silence would be good news from no data."""
    try:
        found = classify_use(use_of(component))
    except UnclassifiableComponentError as error:
        return None, str(error)
    if found.tier is RiskTier.PROHIBITED:
        return found, ""
    if missing := unstated(component):
        return None, f"state {' and '.join(missing)} of {component.ref} in the inventory."
    return found, ""
