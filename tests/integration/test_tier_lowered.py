"""Tiers that are lowered while a component is in use: the higher one governs until another person agrees."""

import pytest
from sqlmodel import Session

from tests.factories.due_diligence import APPROVER, NOW, SECOND, answer, start
from tests.factories.gate import HIGH_APPROVALS, a_component, approve, ready, store_component
from vendor_ai.db import finding as store
from vendor_ai.db.audit import events
from vendor_ai.db.base import Records
from vendor_ai.db.finding import FindingRow
from vendor_ai.db.reassessment import causes
from vendor_ai.db.vendor import find_component, save_component
from vendor_ai.domain.actor import Actor
from vendor_ai.domain.assessment import AnswerSource
from vendor_ai.domain.errors import NotAllowedError
from vendor_ai.domain.gate import Gate
from vendor_ai.domain.tier import RiskTier
from vendor_ai.domain.vendor import Component, ComponentStatus, Vendor
from vendor_ai.importers.inventory import InventoryRow
from vendor_ai.services import finding
from vendor_ai.services.gate import check_gate
from vendor_ai.services.inventory import InventoryPlan, carry_out, plan_import
from vendor_ai.services.questionnaire import find_pack
from vendor_ai.services.triage_use import apply_triage

CHANGER = Actor("cli:sven")  # the person behind SECOND
COLUMNS = frozenset({"use_case", "decision_type", "affected_rights", "status"})


def imported(session: Session, component: Component) -> InventoryPlan:
    row = InventoryRow(2, Vendor("acme", "Acme"), component, COLUMNS)
    plan = plan_import(session, [row], [], at=NOW)
    carry_out(session, plan, by=CHANGER, at=NOW)
    return plan


def used(session: Session, tier: str, status: ComponentStatus = ComponentStatus.IN_USE) -> None:
    store_component(session, tier)
    save_component(session, a_component(tier, status=status), at=NOW)


def lowered(session: Session) -> FindingRow | None:
    return store.find(session, "tier_lowered", "ocr", "")


def tier_at_gate(session: Session) -> RiskTier | None:
    return check_gate(session, "ocr", Gate.CONTINUATION, at=NOW).tier


@pytest.mark.parametrize("status", [ComponentStatus.APPROVED, ComponentStatus.IN_USE])
def test_the_higher_tier_governs_until_another_person_closes_the_finding(records: Records, status: ComponentStatus) -> None:
    with records.write() as session:
        used(session, "HIGH", status)
        imported(session, a_component("LOW", status=status))
        found = lowered(session)
        assert found is not None
        assert found.details == {
            "before": "HIGH",
            "after": "LOW",
            "by": ["cli:sven"],
            "fields": ["use_case", "decision_type", "affected_rights"],
        }
        result = check_gate(session, "ocr", Gate.CONTINUATION, at=NOW)
        assert (result.tier, result.missing_approvals) == (RiskTier.HIGH, HIGH_APPROVALS)
        approve(session, Gate.CONTINUATION, "legal_approval")  # LOW asks for none
        assert found.id is not None
        for by in (SECOND, CHANGER, Actor("token:pipeline")):
            with pytest.raises(NotAllowedError):
                finding.close(session, found.id, "It is right.", by=by, at=NOW)
        finding.close(session, found.id, "It is right.", by=APPROVER, at=NOW)
        assert tier_at_gate(session) is RiskTier.LOW


def test_the_audit_chain_keeps_both_tiers_and_the_reasons(records: Records) -> None:
    with records.write() as session:
        used(session, "HIGH")
        imported(session, a_component("LOW", status=ComponentStatus.IN_USE))
        said = next(event.data for _, event, _ in events(session) if event.action == "inventory.changed")
    assert (said["tier_before"], said["tier_after"]) == ("HIGH", "LOW")
    assert said["tier_reasons"]


def test_lowered_twice_the_highest_tier_governs_and_neither_person_closes(records: Records) -> None:
    with records.write() as session:
        used(session, "HIGH")
        imported(session, a_component("MEDIUM", status=ComponentStatus.IN_USE))
        plan = plan_import(
            session, [InventoryRow(2, Vendor("acme", "Acme"), a_component("LOW", status=ComponentStatus.IN_USE), COLUMNS)], [], at=NOW
        )
        carry_out(session, plan, by=APPROVER, at=NOW)
        found = lowered(session)
        assert found is not None
        assert found.details["by"] == ["cli:sven", "user:anna"]
        assert tier_at_gate(session) is RiskTier.HIGH


def test_a_finding_that_was_closed_opens_again_with_the_next_lowering(records: Records) -> None:
    with records.write() as session:
        used(session, "HIGH")
        imported(session, a_component("MEDIUM", status=ComponentStatus.IN_USE))
        found = lowered(session)
        assert found is not None
        assert found.id is not None
        finding.close(session, found.id, "It is right.", by=APPROVER, at=NOW)
        imported(session, a_component("LOW", status=ComponentStatus.IN_USE))
        assert tier_at_gate(session) is RiskTier.MEDIUM


@pytest.mark.parametrize(
    ("before", "after", "status"),
    [("HIGH", "LOW", ComponentStatus.PROPOSED), ("LOW", "HIGH", ComponentStatus.IN_USE), ("LOW", "LOW", ComponentStatus.IN_USE)],
)
def test_what_is_not_in_use_or_does_not_fall_needs_one_person(records: Records, before: str, after: str, status: ComponentStatus) -> None:
    with records.write() as session:
        used(session, before, status)
        imported(session, a_component(after, status=status))
        assert lowered(session) is None


def test_one_row_does_not_lower_the_tier_and_pass_a_gate(records: Records) -> None:
    with records.write() as session:
        used(session, "HIGH", ComponentStatus.APPROVED)
        plan = imported(session, a_component("LOW", status=ComponentStatus.IN_USE))
        assert [(problem.row, problem.column) for problem in plan.problems] == [(2, "status")]
        assert "once another person agreed to the lower tier" in plan.problems[0].message
        assert find_component(session, "ocr").status is ComponentStatus.APPROVED


def test_a_triage_lowers_as_an_import_does(records: Records) -> None:
    with records.write() as session:
        used(session, "MEDIUM")
        triage = start(session, pack=find_pack("triage"))
        values = {"triage-use": "internal_support", "triage-decision": "human_in_the_loop", "triage-rights": "none"}
        answer(session, triage, values, source=AnswerSource.STAFF)
        apply_triage(session, triage, by=CHANGER, at=NOW)
        found = lowered(session)
        assert found is not None
        assert (found.details["before"], found.details["after"], tier_at_gate(session)) == ("MEDIUM", "LOW", RiskTier.MEDIUM)


def test_an_import_that_raises_the_tier_notes_a_reassessment_at_once(records: Records) -> None:
    with records.write() as session:
        ready(session, "LOW")
        for _ in range(2):
            imported(session, a_component("HIGH"))
        assert [(row.cause, row.reference) for row in causes(session)] == [("tier", "ocr-a1:HIGH")]
