"""One assessment as staff read it: score, answers by area, review, decision, conditions, messages, documents, history."""

from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session

from vendor_ai.domain.decision import Decision, DecisionState
from vendor_ai.domain.evidence import Document, EvidenceNoun
from vendor_ai.domain.finding import CONDITION, TrackedFinding
from vendor_ai.domain.message import Message, Side
from vendor_ai.domain.pack import Dimension
from vendor_ai.domain.score import DimensionScore, Score
from vendor_ai.domain.vendor import Component
from vendor_ai.services.assessment import component_of
from vendor_ai.services.assessment_sheet import Sheet, SheetLine, sheet_of
from vendor_ai.services.decision import decisions_of
from vendor_ai.services.evidence_record import documents
from vendor_ai.services.finding import findings
from vendor_ai.services.message import messages


@dataclass(frozen=True, slots=True)
class Area:
    """One dimension with its score and its questions."""

    dimension: Dimension
    score: DimensionScore
    contribution: str  # of the score shown, to its last digit
    lines: tuple[SheetLine, ...]


@dataclass(frozen=True, slots=True)
class AssessmentPage:
    """Everything there is about one assessment."""

    sheet: Sheet
    component: Component
    areas: tuple[Area, ...]
    decisions: tuple[Decision, ...]  # newest first
    conditions: tuple[TrackedFinding, ...]
    messages: tuple[Message, ...]
    documents: tuple[Document, ...]

    @property
    def answered(self) -> bool:
        """Whether there is any answer yet."""
        return any(line.given is not None for line in self.sheet.lines)

    @property
    def decision(self) -> Decision | None:
        """The one in force, or the one that waits for its second approver."""
        live = (DecisionState.EFFECTIVE, DecisionState.PROPOSED)
        return next((decision for decision in self.decisions if decision.state in live), None)


def page_of(session: Session, ref: str, *, at: datetime) -> AssessmentPage:
    """Gather it."""
    sheet = sheet_of(session, ref, at=at)
    known = sheet.assessment.ref
    return AssessmentPage(
        sheet=sheet,
        component=component_of(session, ref),
        areas=_areas(sheet, sheet.standing.score),
        decisions=tuple(reversed(decisions_of(session, ref))),
        conditions=tuple(it for it in findings(session, kind=CONDITION, at=at) if it.details.get("assessment") == known),
        messages=tuple(messages(session, ref, side=Side.STAFF)),
        documents=tuple(documents(session, noun=EvidenceNoun.QUESTION, reference=known)),
    )


def _areas(sheet: Sheet, score: Score) -> tuple[Area, ...]:
    parts = {part.id: part for part in score.dimensions}
    contributions = {part["id"]: part["contribution"] or "" for part in score.as_json()["dimensions"]}
    areas = []
    for dimension in sheet.pack.dimensions:
        lines = tuple(line for line in sheet.lines if line.question.dimension == dimension.id)
        if lines:
            areas.append(Area(dimension, parts[dimension.id], contributions[dimension.id], lines))
    return tuple(areas)
