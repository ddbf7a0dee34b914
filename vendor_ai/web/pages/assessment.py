"""Questionnaires about components: the list, and one of them as a reviewer reads it."""

from typing import Annotated, Any

from fastapi import APIRouter, Query
from fastapi.responses import HTMLResponse

from vendor_ai.domain.assessment import AssessmentState
from vendor_ai.services.assessment import assessments
from vendor_ai.services.assessment_page import page_of
from vendor_ai.services.assessment_sheet import answer_words, source_words
from vendor_ai.web import assessment_words as words
from vendor_ai.web.access import Installed
from vendor_ai.web.rendering import render

ROUTER = APIRouter(default_response_class=HTMLResponse)


@ROUTER.get("/assessments")
def assessments_page(app: Installed, state: Annotated[str, Query(max_length=40)] = "") -> HTMLResponse:
    """Every questionnaire, newest first, or those in one state."""
    with app.records.read() as session:
        everything = assessments(session)
    shown = [entry for entry in everything if state in ("", entry.state)]
    return render("assessments.html", found=shown, total=len(everything), state=state, states=list(AssessmentState), at=app.clock.now())


@ROUTER.get("/assessments/{ref}")
def assessment_page(ref: str, app: Installed) -> HTMLResponse:
    """One questionnaire with its answers, score, review, decision and history."""
    with app.records.read() as session:
        found = page_of(session, ref, at=app.clock.now())
    shown: dict[str, Any] = {
        "level_mark": words.level_mark,
        "answer_words": answer_words,
        "source_words": source_words,
        "value_words": words.value_words,
        "decision_words": words.decision_words,
    }
    return render("assessment.html", it=found, at=app.clock.now(), **shown)
