"""Gates of stored components: approvals, facts, waivers, and the changes of status they hold up."""

from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path

import pytest
from sqlmodel import Session

from tests.factories.command_line import CommandLine
from tests.factories.decision import approved, approved_with_conditions, reviewed
from tests.factories.due_diligence import APPROVER, NOW, PROCUREMENT, REVIEWER, answer, start, store_vendor
from tests.factories.gate import ALICE, BORIS, BY, HIGH_APPROVALS, MEDIUM_APPROVALS, OMAR, a_component, approve, ready, store_component
from vendor_ai.db import finding as findings
from vendor_ai.db.assessment import AnswerRow, save_answer
from vendor_ai.db.audit import events
from vendor_ai.db.base import Records
from vendor_ai.db.contract import ContractRow
from vendor_ai.db.vendor import component_key, find_component, save_component, vendor_row
from vendor_ai.db.verdict import ViolationRow, open_violation
from vendor_ai.domain.actor import Actor
from vendor_ai.domain.assessment import AnswerSource
from vendor_ai.domain.errors import ConflictError, InvalidInputError, NotAllowedError, NotFoundError, VendorAIError
from vendor_ai.domain.gate import Gate, GateBlockedError, GateResult
from vendor_ai.domain.pack import Recommendation
from vendor_ai.domain.vendor import ComponentStatus
from vendor_ai.services import approval, component, component_finding, decision, review, user, waiver
from vendor_ai.services.assessment import withdraw
from vendor_ai.services.gate import check_gate, read_gate

USE_CASE, DEPLOYMENT, CONTINUATION = Gate.USE_CASE, Gate.DEPLOYMENT, Gate.CONTINUATION
IN_USE, APPROVED, PROPOSED, RETIRED = ComponentStatus.IN_USE, ComponentStatus.APPROVED, ComponentStatus.PROPOSED, ComponentStatus.RETIRED
SOON = date(2026, 12, 31)


def asked(session: Session, gate: Gate, *, days: int = 0) -> GateResult:
    return check_gate(session, "ocr", gate, at=NOW + timedelta(days=days))


def reasons(session: Session, gate: Gate, *, days: int = 0) -> list[str]:
    return [obstacle.reason for obstacle in asked(session, gate, days=days).blocked_by]


def approve_one(session: Session, name: str = "technical_validation", by: Actor = ALICE, **fields: object) -> None:
    approval.approve(session, "ocr", USE_CASE, name, by=by, at=NOW, **{"note": "Looked at it.", **fields})  # type: ignore[arg-type]


@pytest.mark.parametrize("tier", ["LOW", "MEDIUM", "HIGH"])
def test_the_approvals_of_the_tier_open_the_gates_and_nothing_less_does(records: Records, tier: str) -> None:
    with records.write() as session:
        ready(session, tier, USE_CASE)
        assert asked(session, USE_CASE).open
        assert reasons(session, DEPLOYMENT) == []
        missing = asked(session, DEPLOYMENT).missing_approvals
        approve(session, DEPLOYMENT, *(name for name in missing if name != "exec_sponsor"))
        assert asked(session, DEPLOYMENT).open is (tier != "HIGH")


def test_without_a_decision_the_deployment_gate_stays_closed(records: Records) -> None:
    with records.write() as session:
        store_component(session, "MEDIUM")
        for gate in (USE_CASE, DEPLOYMENT):
            approve(session, gate, *MEDIUM_APPROVALS)
        reviewed(session)
        assert reasons(session, DEPLOYMENT) == ["no_positive_decision"]


def test_a_decision_that_was_reopened_closes_the_deployment_gate(records: Records) -> None:
    with records.write() as session:
        ready(session)
        assert asked(session, DEPLOYMENT).open
        decision.reopen(session, "ocr-a1", reason="New facts.", by=APPROVER, at=NOW)
        assert reasons(session, DEPLOYMENT) == ["no_positive_decision"]


def test_a_negative_decision_closes_the_gate(records: Records) -> None:
    with records.write() as session:
        store_component(session, "MEDIUM")
        ref = reviewed(session, {"tested": "l4", "monitored": "l4", "insured": "l4"})
        decision.decide(session, ref, Recommendation.REJECTED, rationale="No.", by=APPROVER, at=NOW)
        assert "negative_decision" in reasons(session, DEPLOYMENT)


def test_an_answer_that_changes_after_the_decision_is_no_longer_verified(records: Records) -> None:
    with records.write() as session:
        ready(session)
        save_answer(session, AnswerRow(assessment_id=1, question="tested", value="l2", source="vendor", answered_at=NOW))
        assert reasons(session, DEPLOYMENT) == ["unverified_decision", "no_positive_decision"]


def test_an_overdue_condition_closes_continuation(records: Records) -> None:
    with records.write() as session:
        store_component(session, "MEDIUM")
        approved_with_conditions(session)
        approve(session, CONTINUATION, *MEDIUM_APPROVALS)
        assert asked(session, CONTINUATION, days=30).open
        late = asked(session, CONTINUATION, days=31)
        assert [entry.reason for entry in late.blocked_by] == ["no_positive_decision", "overdue_condition"]
        assert "ocr-a1:tested since 2026-12-20, owner vendor" in late.sentence


def test_who_answered_or_reviewed_cannot_approve_and_a_withdrawn_assessment_binds_nobody(records: Records) -> None:
    with records.write() as session:
        store_component(session, "MEDIUM")
        for name in ("rolf", "petra"):
            user.add(session, name, ["technical_validator"], by=BY, at=NOW)
        ref = start(session)
        answer(session, ref, {"tested": "l1", "monitored": "l1", "insured": "l1"}, source=AnswerSource.STAFF, by=PROCUREMENT)
        review.review_answers(session, ref, verified=True, by=REVIEWER, at=NOW)
        for by in (REVIEWER, PROCUREMENT, Actor("cli:rolf"), Actor("token:Petra")):
            with pytest.raises(NotAllowedError, match=r"answered or reviewed ocr-a1"):
                approve_one(session, by=by)
        withdraw(session, ref, "Not needed.", by=BY, at=NOW)
        approve_one(session, by=REVIEWER)


def test_an_approval_stops_counting_when_its_giver_reviews_later(records: Records) -> None:
    with records.write() as session:
        store_component(session, "MEDIUM")
        approve(session, USE_CASE, *MEDIUM_APPROVALS)
        assert asked(session, USE_CASE).open
        ref = start(session)
        answer(session, ref, {"tested": "l1", "monitored": "l1", "insured": "l1"})
        review.review_answers(session, ref, verified=True, by=BORIS, at=NOW)
        assert asked(session, USE_CASE).missing_approvals == ("security_review",)
        assert reasons(session, USE_CASE) == ["not_independent"]


@pytest.mark.parametrize(
    ("act", "error", "words"),
    [
        (lambda s: approve_one(s, "security_review"), NotAllowedError, "takes the role security_officer"),
        (lambda s: approve_one(s, by=Actor("user:nobody")), NotAllowedError, "nobody may not give technical_validation"),
        (lambda s: approve_one(s, "legal_approval", BORIS), ConflictError, "MEDIUM, which does not ask for legal_approval"),
        (lambda s: approve_one(s, "automated_checks"), ConflictError, "found by the program alone"),
        (lambda s: approve_one(s, "tecnical_validation"), InvalidInputError, "Did you mean 'technical_validation'"),
        (lambda s: approve_one(s, note="  "), InvalidInputError, "needs a note"),
        (lambda s: approve_one(s, valid_until=date(2026, 11, 19)), InvalidInputError, "would have ended on 2026-11-19"),
        (lambda s: approval.revoke(s, 9, "x", by=ALICE, at=NOW), NotFoundError, "no approval '9'"),
        (lambda s: waiver.second_waiver(s, 9, by=OMAR, at=NOW), NotFoundError, "no waiver '9'"),
        (lambda s: waiver.note_fact(s, "ocr", "bad_mood", "x", by=BY, at=NOW), InvalidInputError, "no fact 'bad_mood'"),
        (lambda s: waiver.note_fact(s, "ocr", "failed_validation", " ", by=BY, at=NOW), InvalidInputError, "needs a note"),
        (lambda s: waiver.clear_fact(s, 9, "x", by=BY, at=NOW), NotFoundError, "no fact '9'"),
        (lambda _: read_gate("launch"), InvalidInputError, "Known are use_case, deployment, continuation"),
    ],
)
def test_what_cannot_be_done_is_refused_in_one_sentence(
    records: Records, act: Callable[[Session], object], error: type[VendorAIError], words: str
) -> None:
    with records.write() as session:
        store_component(session, "MEDIUM")
        with pytest.raises(error, match=words):
            act(session)


@pytest.mark.parametrize("tier", ["PROHIBITED", "unknown"])
def test_nothing_is_approved_or_waived_where_the_use_is_prohibited_or_the_tier_is_not_known(records: Records, tier: str) -> None:
    with records.write() as session:
        if tier == "unknown":
            store_component(session, "LOW", decision_type="")
        else:
            store_component(session, tier)
        words = "state decision_type of ocr" if tier == "unknown" else "PROHIBITED"
        with pytest.raises(ConflictError, match=words):
            approve_one(session)
        with pytest.raises(ConflictError, match=words):
            waiver.waive(session, "ocr", USE_CASE, "technical_validation", reason="x", until=SOON, by=ALICE, at=NOW)
        assert [obstacle.reason for obstacle in asked(session, USE_CASE).blocked_by] == [
            "tier_unknown" if tier == "unknown" else "prohibited"
        ]


def test_a_prohibited_use_is_prohibited_before_anybody_states_who_decides(records: Records) -> None:
    with records.write() as session:
        store_component(session, "PROHIBITED", decision_type="")
        assert reasons(session, USE_CASE) == ["prohibited"]


def test_a_role_that_was_taken_away_holds_from_the_next_approval_on(records: Records) -> None:
    with records.write() as session:
        store_component(session, "MEDIUM")
        approve_one(session)
        user.set_roles(session, "alice", ["reviewer"], by=BY, at=NOW)
        with pytest.raises(NotAllowedError):
            approve_one(session)
        user.set_roles(session, "alice", ["technical_validator"], by=BY, at=NOW)
        user.disable(session, "alice", by=BY, at=NOW)
        with pytest.raises(NotAllowedError):
            approve_one(session)


def test_a_token_that_is_nobodys_may_give_any_approval_and_counts_as_itself(records: Records) -> None:
    with records.write() as session:
        store_component(session, "HIGH")
        for name in HIGH_APPROVALS:
            approve_one(session, name, Actor("token:pipeline"))
        assert reasons(session, USE_CASE) == ["one_person"]
        approve_one(session, "security_review", BORIS)
        assert asked(session, USE_CASE).open


def test_a_revoked_approval_closes_the_gate_and_is_revoked_once(records: Records) -> None:
    with records.write() as session:
        ready(session, "MEDIUM", USE_CASE)
        approval.revoke(session, 1, "The data were wrong.", by=BORIS, at=NOW)
        assert asked(session, USE_CASE).missing_approvals == ("technical_validation",)
        with pytest.raises(ConflictError, match="was revoked by user:boris"):
            approval.revoke(session, 1, "Again.", by=BORIS, at=NOW)
        assert [entry.state(NOW.date()) for entry, _ in approval.approvals(session, "ocr")] == ["revoked", "valid", "valid"]


def test_a_fact_closes_the_gate_until_it_is_cleared_with_a_note(records: Records) -> None:
    with records.write() as session:
        ready(session)
        number = waiver.note_fact(session, "ocr", "failed_validation", "Recall 0.61.", by=BY, at=NOW)
        assert reasons(session, DEPLOYMENT) == ["failed_validation"]
        with pytest.raises(InvalidInputError):
            waiver.clear_fact(session, number, " ", by=BORIS, at=NOW)
        waiver.clear_fact(session, number, "Recall 0.86.", by=BORIS, at=NOW)
        assert asked(session, DEPLOYMENT).open
        with pytest.raises(ConflictError, match="was cleared by user:boris"):
            waiver.clear_fact(session, number, "Again.", by=BORIS, at=NOW)


def add_violation(session: Session, *, persistent: bool, evidence: str = "PROVEN_BREACH", state: str = "open") -> None:
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


@pytest.mark.parametrize(
    ("violation", "expected"),
    [
        ({"persistent": True}, ["non_compliance"]),
        ({"persistent": True, "state": "disputed"}, ["non_compliance"]),
        ({"persistent": True, "state": "remediated"}, []),
        ({"persistent": False}, []),
        ({"persistent": True, "evidence": "NOT_PROVEN"}, []),
    ],
)
def test_a_persistent_breach_that_the_log_proves_closes_continuation_by_itself(
    records: Records, violation: dict[str, object], expected: list[str]
) -> None:
    with records.write() as session:
        ready(session, "MEDIUM", CONTINUATION)
        add_violation(session, **violation)  # type: ignore[arg-type]
        assert reasons(session, CONTINUATION) == expected


def test_a_waiver_counts_once_a_second_person_with_the_role_agreed_and_until_its_end(records: Records) -> None:
    with records.write() as session:
        store_component(session, "MEDIUM")
        approve(session, USE_CASE, *MEDIUM_APPROVALS[:2])
        asked_for = waiver.waive(session, "ocr", USE_CASE, "security_review", reason="Booked.", until=SOON, by=OMAR, at=NOW)
        assert not asked(session, USE_CASE).open
        with pytest.raises(NotAllowedError, match="a second person"):
            waiver.second_waiver(session, asked_for.number, by=Actor("cli:Omar"), at=NOW)
        with pytest.raises(NotAllowedError, match="risk_officer or executive_sponsor"):
            waiver.second_waiver(session, asked_for.number, by=ALICE, at=NOW)
        waiver.second_waiver(session, asked_for.number, by=BORIS, at=NOW)
        assert asked(session, USE_CASE).open
        assert [entry.subject for entry in asked(session, USE_CASE).waivers] == ["security_review"]
        assert asked(session, USE_CASE, days=41).open  # 31 December, its last day
        assert asked(session, USE_CASE, days=42).missing_approvals == ("security_review",)
        with pytest.raises(ConflictError, match="agreed to by user:boris"):
            waiver.second_waiver(session, asked_for.number, by=Actor("token:other"), at=NOW)


def test_a_waiver_can_be_ended_before_its_date(records: Records) -> None:
    with records.write() as session:
        store_component(session, "MEDIUM")
        approve(session, USE_CASE, *MEDIUM_APPROVALS[:2])
        number = waiver.waive(session, "ocr", USE_CASE, "security_review", reason="Booked.", until=SOON, by=OMAR, at=NOW).number
        waiver.second_waiver(session, number, by=BORIS, at=NOW)
        waiver.end_waiver(session, number, "It came in.", by=OMAR, at=NOW)
        assert not asked(session, USE_CASE).open
        assert [(ref, entry.state(NOW.date())) for ref, entry in waiver.waivers(session)] == [("ocr", "ended")]
        with pytest.raises(ConflictError):
            waiver.end_waiver(session, number, "Again.", by=OMAR, at=NOW)


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"subject": "legal_approval"}, "nothing this gate looks at"),
        ({"subject": "failed_validation"}, "nothing this gate looks at"),  # a fact of another gate
        ({"until": date(2026, 11, 19)}, "would have ended"),
        ({"reason": " "}, "A reason is needed"),
    ],
)
def test_a_waiver_names_what_the_gate_looks_at_a_reason_and_an_end(records: Records, fields: dict[str, object], words: str) -> None:
    with records.write() as session:
        store_component(session, "MEDIUM")
        whole = {"subject": "security_review", "reason": "Booked.", "until": SOON, **fields}
        with pytest.raises(InvalidInputError, match=words):
            waiver.waive(session, "ocr", USE_CASE, by=OMAR, at=NOW, **whole)  # type: ignore[arg-type]


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


def bearer(cli: CommandLine, name: str, *roles: str) -> str:
    cli.ok("user", "add", name, *(word for role in roles for word in ("--role", role)))
    return str(cli.ok("token", "create", f"{name}-1", "--user", name, "--scope", "decide", "--json").json["token"])


def test_from_proposal_to_use_on_the_command_line(cli: CommandLine) -> None:
    cli.ok("inventory", "import", inventory(cli, "Acme AI,OCR,sorting letters,automated,Ines,proposed"))
    token = bearer(cli, "vera", "technical_validator", "fairness_auditor", "security_officer")

    closed = cli("gate", "check", "ocr", "--gate", "use-case", "--json")
    assert (closed.code, closed.json["missing_approvals"]) == (1, list(MEDIUM_APPROVALS))
    assert cli("component", "status", "ocr", "--to", "approved").code == 1
    for name in MEDIUM_APPROVALS:
        cli.ok("gate", "approve", "ocr", "--gate", "use_case", "--approval", name, "--note", "Fine.", "--token", token)
    opened = cli.ok("gate", "check", "OCR", "--gate", "use_case", "--json").json
    assert [entry["by"] for entry in opened["approvals"]] == ["user:vera"] * 3
    assert cli.ok("component", "status", "ocr", "--to", "approved", "--json").json["changed"] is True
    blocked = cli("component", "status", "ocr", "--to", "in_use", "--json")
    assert (blocked.code, blocked.json["gate"]["gate"]) == (1, "deployment")
    assert "deployment gate is closed" in blocked.err
    cli.ok("gate", "revoke", "1", "--reason", "Wrong data.", "--token", token)
    assert "technical_validation" in cli("gate", "check", "ocr", "--gate", "use_case").out
    assert [entry["state"] for entry in cli.ok("component", "approvals", "ocr", "--json").json] == ["revoked", "valid", "valid"]


def test_facts_and_waivers_on_the_command_line(cli: CommandLine) -> None:
    cli.ok("inventory", "import", inventory(cli, "Acme AI,OCR,sorting letters,automated,Ines,proposed"))
    vera, omar = bearer(cli, "vera", "technical_validator"), bearer(cli, "omar", "risk_officer")

    cli.ok("gate", "fact", "ocr", "failed_validation", "--note", "Recall 0.61")
    assert "Recall 0.61" in cli("gate", "check", "ocr", "--gate", "deployment").out
    words = ["--gate", "use_case", "--subject", "fairness_audit", "--reason", "Booked", "--until", "2099-12-31"]
    number = cli.ok("gate", "waive", "ocr", *words, "--token", vera, "--json").json["waiver"]
    cli.ok("gate", "second", str(number), "--token", omar)
    assert cli("gate", "check", "ocr", "--gate", "use_case", "--json").json["waivers"][0]["second_by"] == "user:omar"
    assert "holds" in cli.ok("gate", "waivers").out
    cli.ok("gate", "end-waiver", str(number), "--reason", "Done", "--token", omar)
    cli.ok("gate", "clear", "1", "--note", "Recall 0.86", "--token", omar)
    assert "Recall" not in cli("gate", "check", "ocr", "--gate", "deployment").out


@pytest.mark.parametrize(
    "words",
    [
        ["approve", "ocr", "--gate", "use_case", "--approval", "technical_validation", "--note", "x"],
        ["revoke", "1", "--reason", "x"],
        ["waive", "ocr", "--gate", "use_case", "--subject", "x", "--reason", "x", "--until", "2099-01-01"],
        ["second", "1"],
        ["clear", "1", "--note", "x"],
    ],
)
def test_who_approves_shows_a_token_with_the_scope(cli: CommandLine, words: list[str]) -> None:
    cli.inventory("ocr")
    reader = cli.ok("token", "create", "r", "--scope", "read", "--json").json["token"]

    assert (cli("gate", *words).code, cli("gate", *words, "--token", reader).code) == (3, 3)


@pytest.mark.parametrize(
    ("words", "code", "says"),
    [
        (["gate", "check", "nothing", "--gate", "use_case"], 3, "no component 'nothing'"),
        (["gate", "check", "ocr", "--gate", "launch"], 3, "no gate 'launch'"),
        (["gate", "check", "ocr"], 2, "--gate"),
        (["component", "status", "ocr", "--to", "gone"], 3, "no status 'gone'"),
    ],
)
def test_wrong_words_are_named(cli: CommandLine, words: list[str], code: int, says: str) -> None:
    cli.inventory("ocr")

    outcome = cli(*words)

    assert outcome.code == code
    assert says in outcome.err
