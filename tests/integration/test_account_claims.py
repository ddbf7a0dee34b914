"""The claim joined to the fact: what a questionnaire states, beside what the log shows."""

import json
from datetime import timedelta
from decimal import Decimal
from pathlib import Path

import pytest

from tests.factories.command_line import HEADER, CommandLine, accuracy_clause, contract_text, labelled_rows
from tests.factories.due_diligence import NOW, PROCUREMENT, answer, small_pack, start, store_vendor, submitted
from vendor_ai.db.base import Records
from vendor_ai.db.vendor import components
from vendor_ai.domain.assessment import leading_claim
from vendor_ai.domain.question import Question, QuestionType
from vendor_ai.services import assessment
from vendor_ai.services.account_claim import claims_of, findings_of
from vendor_ai.services.questionnaire import check_pack_text, find_pack


def test_a_claimed_accuracy_stands_beside_the_measured_one_in_the_account(cli: CommandLine, tmp_path: Path) -> None:
    cli.inventory("ocr")
    cli.contract(contract_text(accuracy_clause(period="month")))
    cli.predictions(labelled_rows("2026-03-10", 90, 30), header=HEADER)
    (tmp_path / "answers.json").write_text(json.dumps({"perf-claimed-accuracy": "97.5"}))
    cli.ok("assessment", "send", "ocr")
    cli.ok("assessment", "import", "ocr-a1", tmp_path / "answers.json")
    cli.ok("assessment", "submit", "ocr-a1", "--signatory", "Jane Doe")
    cli.ok("report", "build", "--vendor", "Acme AI", "--month", "2026-03", "--at", "2026-05-20", "--to", tmp_path, "--formats", "json")
    (report,) = tmp_path.glob("*2026-03.json")
    text = report.read_text()
    assert "Claimed and measured" in text
    assert "Worse than claimed" in text
    assert "0.975" in text


def test_a_form_under_way_does_not_stand_in_the_place_of_what_was_handed_in(records: Records) -> None:
    with records.write() as session:
        store_vendor(session)
        handed_in = submitted(session, {"tested": "l2"})
        start(session)
        own = [entry for entry in assessment.assessments(session) if entry.component == "ocr"]
        leading = leading_claim(own)
        assert leading is not None
        assert leading.ref == handed_in
        (claim,) = claims_of(session, [it for it in components(session) if it.ref == "ocr"])
    assert (claim.recommendation, claim.verified, claim.decision) == (
        "APPROVED_WITH_CONDITIONS",
        False,
        None,
    )  # LOW, MEDIUM and LOW: (2 + 1) / 2 = 1.5


def test_the_triage_of_our_own_staff_is_no_claim_of_the_vendor(records: Records) -> None:
    with records.write() as session:
        store_vendor(session)
        start(session, pack=find_pack("triage"))
        own = assessment.assessments(session)
    assert leading_claim(own) is None


def test_a_withdrawn_questionnaire_stands_for_nothing(records: Records) -> None:
    with records.write() as session:
        store_vendor(session)
        ref = submitted(session)
        assessment.withdraw(session, ref, "Sent by mistake.", by=PROCUREMENT, at=NOW + timedelta(hours=1))
        own = [it for it in components(session) if it.ref == "ocr"]
        assert claims_of(session, own) == []


def test_before_a_decision_the_account_names_what_the_answers_raise(records: Records) -> None:
    with records.write() as session:
        store_vendor(session)
        ref = start(session, pack=find_pack("vendor-ai-due-diligence"))
        answer(session, ref, {"doc-model-card": "none"})
        own = [it for it in components(session) if it.ref == "ocr"]
        assert [fact for fact in findings_of(session, own, at=NOW) if fact.kind == "condition"] == []


@pytest.mark.parametrize(
    ("unit", "value", "claimed"), [("percent", "97.5", (Decimal("0.975"), "share")), ("milliseconds", "180", (Decimal(180), "ms"))]
)
def test_a_claimed_figure_is_read_exactly_in_its_unit(unit: str, value: str, claimed: tuple[Decimal, str]) -> None:
    question = Question("q", "d1", "How many?", type=QuestionType.NUMBER, unit=unit, metric="accuracy")
    assert question.claimed_figure(value) == claimed
    assert question.claimed_figure("NA") is None


def test_a_figure_in_another_unit_cannot_be_held_against_a_measurement() -> None:
    text = json.dumps(
        {
            **small_pack().as_json(),
            "questions": [
                {"id": "q", "dimension": "d1", "text": "How fast?", "type": "number", "unit": "fortnights", "metric": "accuracy"}
            ],
        }
    )
    messages = [problem.message for problem in check_pack_text(text).problems]
    assert "A figure that is held against a measurement has the unit percent or milliseconds. Give one of them." in messages
