"""What a vendor claimed, for its account: questionnaires, the figures in them, and what is still to be mended."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from fractions import Fraction

from sqlmodel import Session

from vendor_ai.domain.account import ClaimedFigure, ClaimFact, FindingFact
from vendor_ai.domain.assessment import Assessment, leading_claim
from vendor_ai.domain.finding import CONDITION
from vendor_ai.domain.vendor import Component
from vendor_ai.services import assessment
from vendor_ai.services.finding import findings


def claims_of(session: Session, own: Sequence[Component]) -> list[ClaimFact]:
    """What stands for every component: the newest questionnaire that was handed in."""
    return [_claim(session, entry) for entry in _leading(session, own) if entry.score is not None and entry.handed_in]


def _leading(session: Session, own: Sequence[Component]) -> list[Assessment]:
    everything = assessment.assessments(session)
    found = (leading_claim([e for e in everything if e.component == ref]) for ref in sorted(c.ref for c in own))
    return [entry for entry in found if entry is not None]


def _claim(session: Session, entry: Assessment) -> ClaimFact:
    assert entry.score is not None
    score = entry.score["score"]
    return ClaimFact(
        component=entry.component,
        pack=entry.pack,
        version=entry.version,
        score=None if score is None else Fraction(score),
        recommendation=entry.score["recommendation"],
        complete=bool(entry.score["complete"]),
        verified=entry.verified,
        decision=entry.decision or None,
        decided_by=entry.decided_by,
        decided_on=entry.decided_at.date() if entry.decided_at else None,
        figures=tuple(_figures(session, entry.ref)),
    )


def _figures(session: Session, ref: str) -> Iterator[ClaimedFigure]:
    """The figures that the answers claim and that may be measured."""
    answers = assessment.answers_of(session, ref)
    for question in assessment.pack_of(session, ref).questions:
        answer = answers.get(question.id)
        figure = question.claimed_figure(answer.value) if answer is not None else None
        if figure is not None:
            yield ClaimedFigure(question.metric, question.id, figure[0], figure[1])


def findings_of(session: Session, own: Sequence[Component], *, at: datetime) -> list[FindingFact]:
    """What decisions ask to be mended, what undecided answers raise, and owners nobody named."""
    found = [fact for entry in _leading(session, own) for fact in _conditions(session, entry, at)]
    for component in own:
        missing = [name for name in ("business", "technical", "operations") if not getattr(component, f"{name}_owner")]
        if missing:
            title = f"Nobody is named as owner: {', '.join(missing)}"
            found.append(FindingFact(f"{component.ref}/owners", "owner", title, "MEDIUM", component=component.ref))
    return found


def _conditions(session: Session, entry: Assessment, at: datetime) -> Iterator[FindingFact]:
    """The open conditions of a decision; before there is one, those that the answers raise."""
    if entry.decision:
        for it in findings(session, kind=CONDITION, open_only=True, at=at):
            if it.details.get("assessment") == entry.ref:
                due = it.due_at.date() if it.due_at else None
                yield FindingFact(it.subject, "condition", it.text, it.severity, it.owner, due, it.state, component=entry.component)
        return
    for raised in entry.score["conditions"] if entry.score is not None and entry.handed_in else ():
        ref = f"{entry.ref}/{raised['question']}"
        yield FindingFact(ref, "condition", raised["text"], raised["severity"], raised["owner"], component=entry.component)
