"""Changes of status pass their gate, wherever they come from; what was found in use without approval is a finding."""

from pathlib import Path

import pytest
from sqlmodel import Session

from tests.factories.command_line import CommandLine
from tests.factories.decision import approved
from tests.factories.due_diligence import NOW, store_vendor
from tests.factories.gate import BY, MEDIUM_APPROVALS, a_component, approve, ready, store_component
from vendor_ai.db import finding as findings
from vendor_ai.db.audit import events
from vendor_ai.db.base import Records
from vendor_ai.db.vendor import component_key, find_component, save_component
from vendor_ai.domain.gate import Gate, GateBlockedError
from vendor_ai.domain.vendor import ComponentStatus
from vendor_ai.services import component, component_finding

USE_CASE, DEPLOYMENT = Gate.USE_CASE, Gate.DEPLOYMENT
IN_USE, APPROVED, PROPOSED, RETIRED = ComponentStatus.IN_USE, ComponentStatus.APPROVED, ComponentStatus.PROPOSED, ComponentStatus.RETIRED


@pytest.mark.parametrize(
    ("before", "to", "gate"),
    [
        (PROPOSED, APPROVED, USE_CASE),
        (PROPOSED, IN_USE, DEPLOYMENT),
        (APPROVED, IN_USE, DEPLOYMENT),
        (RETIRED, IN_USE, DEPLOYMENT),
        (RETIRED, APPROVED, USE_CASE),
        (APPROVED, PROPOSED, None),
        (IN_USE, PROPOSED, None),
        (IN_USE, RETIRED, None),
        (APPROVED, RETIRED, None),
    ],
)
def test_a_status_is_reached_through_its_gate_and_leaving_is_free(
    records: Records, before: ComponentStatus, to: ComponentStatus, gate: Gate | None
) -> None:
    with records.write() as session:
        store_vendor(session, a_component("MEDIUM", status=before))
        if gate is None:
            assert component.change_status(session, "ocr", to, by=BY, at=NOW).after is to
            assert find_component(session, "ocr").status is to
            return
        with pytest.raises(GateBlockedError, match=r"Missing approvals: technical_validation, fairness_audit, security_review") as refused:
            component.change_status(session, "ocr", to, by=BY, at=NOW)
        assert refused.value.result.gate is gate
        assert find_component(session, "ocr").status is before


def test_a_status_change_keeps_the_tier_and_its_reasons_in_the_audit_chain(records: Records) -> None:
    with records.write() as session:
        ready(session)
        component.change_status(session, "ocr", IN_USE, by=BY, at=NOW)
        component.change_status(session, "ocr", IN_USE, by=BY, at=NOW)  # as it is already: nothing is written
        entries = [event for _, event, _ in events(session) if event.action == "component.status"]
    assert [(entry.data["before"], entry.data["after"], entry.data["gate"]) for entry in entries] == [("proposed", "in_use", "deployment")]
    assert entries[0].data["tier"] == {
        "tier": "MEDIUM",
        "reasons": ["The decision is automated, which is at least MEDIUM whatever the use case."],
    }


def kinds(session: Session) -> dict[str, str]:
    return {row.kind: row.state for row in findings.findings(session) if row.kind in ("unapproved_use", "unassigned_owner")}


def test_use_without_approval_is_a_finding_until_the_gate_opens(records: Records) -> None:
    with records.write() as session:
        store_component(session, "MEDIUM", status=IN_USE)
        key, found = component_key(session, "ocr")
        component_finding.raise_findings(session, key, found, at=NOW, new=True)
        assert kinds(session) == {"unapproved_use": "new"}
        approved(session)
        approve(session, USE_CASE, *MEDIUM_APPROVALS)
        approve(session, DEPLOYMENT, *MEDIUM_APPROVALS[:2])
        assert kinds(session) == {"unapproved_use": "new"}
        approve(session, DEPLOYMENT, *MEDIUM_APPROVALS[2:])
        assert kinds(session) == {"unapproved_use": "closed"}


def test_the_daily_look_finds_owners_nobody_named_and_closes_the_finding_when_they_are(records: Records) -> None:
    with records.write() as session:
        store_vendor(session, a_component("HIGH", status=IN_USE, technical_owner="", operations_owner=" "))
        key, _ = component_key(session, "ocr")
        component.look_at_component(session, key, at=NOW)
        row = findings.find(session, "unassigned_owner", "ocr", "")
        assert row is not None
        assert (row.severity, row.details) == ("HIGH", {"columns": ["technical_owner", "operations_owner"]})
        save_component(session, a_component("HIGH", status=IN_USE), at=NOW)
        component.look_at_component(session, key, at=NOW)
        assert kinds(session) == {"unapproved_use": "new", "unassigned_owner": "closed"}
        component.change_status(session, "ocr", RETIRED, by=BY, at=NOW)
        assert kinds(session) == {"unapproved_use": "closed", "unassigned_owner": "closed"}


HEADER = "vendor,component,use_case,decision_type,business_owner,status\n"


def inventory(cli: CommandLine, *rows: str) -> Path:
    path = cli.home.parent / "in.csv"
    path.write_text(HEADER + "".join(f"{row}\n" for row in rows))
    return path


def test_an_import_refuses_the_row_whose_status_a_gate_blocks_and_keeps_the_others(cli: CommandLine) -> None:
    row = "Acme AI,{},sorting letters,automated,Ines,{}"
    cli.ok("inventory", "import", inventory(cli, row.format("OCR", "proposed"), row.format("Chat", "approved")))

    outcome = cli("inventory", "import", inventory(cli, row.format("OCR", "in_use"), row.format("Chat", "retired")), "--json")

    assert outcome.code == 1
    assert [(entry["row"], entry["column"]) for entry in outcome.json["problems"]] == [(2, "status")]
    assert "ocr cannot become in use: its deployment gate is closed" in outcome.json["problems"][0]["message"]
    stored = {entry["ref"]: entry["status"] for entry in cli.ok("inventory", "list", "--json").json}
    assert stored == {"ocr": "proposed", "chat": "retired"}


def test_a_dry_run_names_the_row_that_a_gate_would_refuse(cli: CommandLine) -> None:
    row = "Acme AI,OCR,sorting letters,automated,Ines,{}"
    cli.ok("inventory", "import", inventory(cli, row.format("proposed")))

    outcome = cli("inventory", "import", inventory(cli, row.format("approved")), "--dry-run", "--json")

    assert (outcome.code, outcome.json["rejected"], outcome.json["changed"]) == (1, 1, 0)


def test_a_new_row_may_state_that_it_is_in_use(cli: CommandLine) -> None:
    cli.ok("inventory", "import", inventory(cli, "Acme AI,OCR,sorting letters,automated,Ines,in_use"))

    assert cli.ok("inventory", "list", "--json").json[0]["status"] == "in_use"
    assert "unapproved_use" in cli.ok("finding", "list").out
