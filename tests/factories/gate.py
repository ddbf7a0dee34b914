"""People, tokens and components at their gates."""

from datetime import date

from sqlmodel import Session

from tests.factories.decision import approved
from tests.factories.due_diligence import NOW, store_vendor
from vendor_ai.db.contract import ContractRow
from vendor_ai.db.vendor import component_key, vendor_row
from vendor_ai.db.verdict import ViolationRow, open_violation
from vendor_ai.domain.actor import Actor
from vendor_ai.domain.gate import Gate
from vendor_ai.domain.vendor import Component
from vendor_ai.services import approval, user

BY = Actor("cli:root")
ALICE = Actor("user:alice")  # technical validation and fairness
BORIS = Actor("user:boris")  # security, law and management
OMAR = Actor("user:omar")  # risk officer
LOW_APPROVALS = ("technical_validation", "automated_checks")
MEDIUM_APPROVALS = ("technical_validation", "fairness_audit", "security_review")
HIGH_APPROVALS = (*MEDIUM_APPROVALS, "legal_approval", "exec_sponsor")
OWNERS = {"business_owner": "Ines", "technical_owner": "Tom", "operations_owner": "Olga"}
_USES = {
    "LOW": {"use_case": "sorting letters", "decision_type": "human_in_the_loop"},
    "MEDIUM": {"use_case": "sorting letters", "decision_type": "automated"},
    "HIGH": {"use_case": "CV screening for hiring", "decision_type": "automated", "affected_rights": ("privacy",)},
    "PROHIBITED": {"use_case": "social scoring of tenants", "decision_type": "automated"},
}


def a_component(tier: str, ref: str = "ocr", **fields: object) -> Component:
    """A component of Acme that the rules put into ``tier``, with its three owners."""
    return Component(ref, ref.upper(), "acme", **{**_USES[tier], **OWNERS, **fields})  # type: ignore[arg-type]


def store_people(session: Session) -> None:
    """Alice, Boris and Omar, who divide the approvals among them."""
    user.add(session, "alice", ["technical_validator", "fairness_auditor"], by=BY, at=NOW)
    user.add(session, "boris", ["security_officer", "legal_counsel", "executive_sponsor"], by=BY, at=NOW)
    user.add(session, "omar", ["risk_officer"], by=BY, at=NOW)


def store_component(session: Session, tier: str, **fields: object) -> None:
    """People, and the component ``ocr`` of this tier."""
    store_people(session)
    store_vendor(session, a_component(tier, **fields))


def approve(session: Session, gate: Gate, *names: str, valid_until: date | None = None) -> None:
    """The approvals of a gate, each by Alice or Boris, whoever has the role."""
    for name in names:
        by = ALICE if name in ("technical_validation", "fairness_audit") else BORIS
        approval.approve(session, "ocr", gate, name, note="Looked at it.", valid_until=valid_until, by=by, at=NOW)


def ready(session: Session, tier: str = "MEDIUM", *gates: Gate) -> None:
    """A component with a positive decision, and all approvals at these gates (by default at the first two)."""
    store_component(session, tier)
    approved(session)
    names = {"LOW": LOW_APPROVALS[:1], "MEDIUM": MEDIUM_APPROVALS, "HIGH": HIGH_APPROVALS}[tier]
    for gate in gates or (Gate.USE_CASE, Gate.DEPLOYMENT):
        approve(session, gate, *names)


def add_violation(session: Session, *, persistent: bool, evidence: str = "PROVEN_BREACH", state: str = "open") -> None:
    """A violation of the clause `accuracy` by the component ``ocr``."""
    key, _ = component_key(session, "ocr")
    owner = vendor_row(session, "acme")
    assert owner is not None
    contract = ContractRow(ref="acme-2026", vendor_id=owner.id, text="", sha256="", definition={}, imported_at=NOW)
    session.add(contract)
    session.flush()
    figures = {"persistent": persistent, "evidence": evidence, "consecutive": 2}
    assert open_violation(
        session,
        ViolationRow(
            contract_id=contract.id or 0,
            clause="accuracy",
            component_id=key,
            subject="2026-Q3",
            state=state,
            figures=figures,
            opened_at=NOW,
            changed_at=NOW,
        ),
    )
