"""Questionnaires as staff read them in the browser, and over the API."""

import re

import pytest
from fastapi.testclient import TestClient

from tests.factories.installation import BY, NOW, add_component, empty_installation
from tests.web.conftest import LOCAL, bearer_of
from tests.web.test_pages import HOSTILE, Reader, read
from vendor_ai.db.vendor import component_key
from vendor_ai.domain.answer import Answer
from vendor_ai.domain.assessment import AnswerSource
from vendor_ai.domain.decision import DecisionCondition
from vendor_ai.services import answering, assessment
from vendor_ai.services.component_finding import raise_findings
from vendor_ai.services.condition import open_conditions
from vendor_ai.services.questionnaire import find_pack
from vendor_ai.web.app import create_app
from vendor_ai.wiring import App


@pytest.fixture
def bare(tmp_path_factory: pytest.TempPathFactory) -> App:
    app = empty_installation(tmp_path_factory.mktemp("home"))
    add_component(app, "Acme", "ocr")
    return app


def client_of(app: App) -> TestClient:
    return TestClient(create_app(app), base_url=LOCAL)


def test_an_empty_list_names_the_one_next_step(bare: App) -> None:
    text = read(client_of(bare), "/assessments").text
    assert "No questionnaire has been sent yet." in text
    assert "vendor-ai assessment send COMPONENT" in text


def test_the_list_is_narrowed_by_state_and_says_of_how_many(full_client: TestClient) -> None:
    text = read(full_client, "/assessments?state=submitted").text
    assert "digit-reader-a1" in text
    assert "No questionnaire is in this state." in read(full_client, "/assessments?state=withdrawn").text


def test_the_page_keeps_recommendation_and_decision_apart_and_calls_an_unreviewed_score_claimed(full_client: TestClient) -> None:
    text = read(full_client, "/assessments/digit-reader-a1").text
    assert "Recommendation, by the arithmetic" in text
    assert "Decision, by a person none in force" in text
    assert re.search(r"score 1\.\d\d of 4, higher is worse; claimed , 1\d\d answers not verified", text)


def test_the_page_shows_labels_and_the_contributions_of_its_areas(full_client: TestClient) -> None:
    page = full_client.get("/assessments/clause-finder-a1").text
    reader = Reader()
    reader.feed(page)
    pack = find_pack("vendor-ai-due-diligence")
    question = pack.question("doc-model-card")
    assert question is not None
    assert question.options[0].label in reader.text
    assert all(dimension.label in reader.text for dimension in pack.dimensions)


def test_an_unknown_assessment_is_not_found(full_client: TestClient) -> None:
    assert full_client.get("/assessments/nobody-a9").status_code == 404


def test_what_people_wrote_is_shown_and_never_run(bare: App) -> None:
    with bare.records.write() as session:
        ref = assessment.send(session, "ocr", find_pack("vendor-ai-due-diligence"), by=BY, at=NOW)
        given = [Answer("doc-model-card", "complete", comment=HOSTILE, evidence=HOSTILE)]
        answering.store_answers(session, ref, given, source=AnswerSource.STAFF, answered_by=HOSTILE, origin=HOSTILE, by=BY, at=NOW)
    page = read(client_of(bare), f"/assessments/{ref}")
    assert "<script>alert(1)</script>" in page.text
    assert not [tag for tag, attributes in page.tags if tag in ("script", "img") and attributes.get("src") != "/static/respond.js"]


def test_a_token_with_the_scope_assess_sends_a_questionnaire_and_one_without_does_not(bare: App) -> None:
    client = client_of(bare)
    refused = client.post("/api/v1/components/ocr/assessments", json={}, headers=bearer_of(bare, "reads", "read"))
    assert refused.status_code == 403
    sent = client.post(
        "/api/v1/components/ocr/assessments", json={"pack": "triage", "language": "de"}, headers=bearer_of(bare, "assesses", "assess")
    )
    assert (sent.status_code, sent.json()["assessment"], sent.json()["state"]) == (201, "ocr-a1", "sent")


def test_the_api_lists_and_shows_what_the_page_shows(bare: App) -> None:
    client, headers = client_of(bare), bearer_of(bare, "both", "read", "assess")
    client.post("/api/v1/components/ocr/assessments", json={"pack": "triage"}, headers=headers)
    listed = client.get("/api/v1/assessments?state=sent", headers=headers).json()
    assert [entry["assessment"] for entry in listed["items"]] == ["ocr-a1"]
    shown = client.get("/api/v1/assessments/ocr-a1", headers=headers).json()
    assert (len(shown["answers"]), shown["verified"]) == (10, False)


def test_a_path_instead_of_a_packs_name_is_refused(bare: App) -> None:
    headers = bearer_of(bare, "assesses", "assess")
    answer = client_of(bare).post("/api/v1/components/ocr/assessments", json={"pack": "../../etc/passwd.yaml"}, headers=headers)
    assert answer.status_code == 422


def test_the_to_do_page_lists_conditions_and_findings_of_components_and_an_empty_one_says_so(bare: App) -> None:
    assert "Nothing is open: no condition, no unapproved use, no missing owner." in read(client_of(bare), "/to-do").text
    with bare.records.write() as session:
        ref = assessment.send(session, "ocr", find_pack("vendor-ai-due-diligence"), by=BY, at=NOW)
        open_conditions(session, ref, 1, [DecisionCondition("Send the report.", "vendor", 30)], by=BY, at=NOW)
        component = assessment.component_of(session, ref)
        raise_findings(session, component_key(session, "ocr")[0], component, at=NOW, new=True)
    page = read(client_of(bare), "/to-do")
    assert "Send the report." in page.text
    assert "Unapproved use" in page.text
    assert "Unassigned owner" in page.text
    assert page.text.index("2026-12-20 09:30 UTC") < page.text.index("no date")
