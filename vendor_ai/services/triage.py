"""Triage: what ten answers of our own staff say about a component's use, its tier and the packs to send."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlmodel import Session

from vendor_ai.domain.actor import Actor
from vendor_ai.domain.assessment import TRIAGE_PACK, AssessmentState
from vendor_ai.domain.errors import InvalidInputError
from vendor_ai.domain.tier import Classification
from vendor_ai.domain.vendor import Component
from vendor_ai.governance.triage import ChosenPack, chosen_packs, properties_from_triage, use_from_triage
from vendor_ai.services import answering, assessment
from vendor_ai.services.assessment import answers_of, component_of, note, pack_of, row_of
from vendor_ai.services.questionnaire import find_pack
from vendor_ai.services.tier import classify_use

_SEVERAL = ("affected_rights", "regions", "data_classes")
_ENDED = (AssessmentState.SUPERSEDED.value, AssessmentState.WITHDRAWN.value)


@dataclass(frozen=True, slots=True)
class Triage:
    """What a triage leads to; ``changes`` are the properties of the component that differ, by column of the inventory."""

    assessment: str
    component: str
    classification: Classification
    packs: tuple[ChosenPack, ...]
    changes: Mapping[str, tuple[str, str]]  # before, after

    def as_json(self) -> dict[str, Any]:
        """Everything, for `--json`."""
        return {
            "assessment": self.assessment,
            "component": self.component,
            **self.classification.as_json(),
            "packs": [{"pack": chosen.pack, "reason": chosen.reason} for chosen in self.packs],
            "changes": {name: {"before": before, "after": after} for name, (before, after) in self.changes.items()},
        }


def read_triage(session: Session, ref: str) -> Triage:
    """What the answers of a triage say, complete or not.

    Raises:
        InvalidInputError: When the assessment uses another pack, or has no answer yet.
    """
    answers = _triage_answers(session, ref)
    classification = classify_use(use_from_triage(answers))
    about = component_of(session, ref)
    after = _with_properties(about, answers)
    names = [name for name in ("use_case", "decision_type", *_SEVERAL) if getattr(about, name) != getattr(after, name)]
    changes = {name: (_text(getattr(about, name)), _text(getattr(after, name))) for name in names}
    return Triage(row_of(session, ref).ref, about.ref, classification, chosen_packs(classification.tier, answers), changes)


def stated_component(session: Session, ref: str) -> Component:
    """The component as it would be with what the triage states."""
    return _with_properties(component_of(session, ref), _triage_answers(session, ref))


def send_packs(session: Session, ref: str, *, contact: str = "", due_at: datetime | None = None, by: Actor, at: datetime) -> list[str]:
    """Send the packs that a triage leads to; a pack that is under way for the component is not sent again. Returns the references."""
    found = read_triage(session, ref)
    about = component_of(session, ref).ref
    running = {it.pack for it in assessment.assessments(session) if it.component == about and it.state not in _ENDED}
    sent = []
    for chosen in found.packs:
        if chosen.pack in running:
            continue
        made = assessment.send(session, about, find_pack(chosen.pack), contact=contact, due_at=due_at, by=by, at=at)
        answering.inherit(session, made, by=by, at=at)
        note(session, "chosen", made, by=by, at=at, triage=found.assessment, reason=chosen.reason)
        sent.append(made)
    return sent


def _triage_answers(session: Session, ref: str) -> dict[str, str]:
    pack = pack_of(session, ref)
    if pack.id != TRIAGE_PACK:
        raise InvalidInputError(f"{ref} uses the pack {pack.id}; a tier is read from the pack {TRIAGE_PACK}. Send that one.")
    answers = {question: answer.value for question, answer in answers_of(session, ref).items() if not answer.not_applicable}
    if not answers:
        raise InvalidInputError(
            f"{ref} has no answer yet. Import its answers with `vendor-ai assessment import {ref} FILE --source staff`."
        )
    return answers


def _with_properties(component: Component, answers: Mapping[str, str]) -> Component:
    """The component with what the triage states; what it does not state stays."""
    stated = properties_from_triage(answers)
    use = use_from_triage(answers)
    changes: dict[str, Any] = {name: stated[name] for name in _SEVERAL if stated.get(name)}
    # An area the inventory's own words already name is kept in those words.
    if use.use_case and classify_use(use).tier is not classify_use(replace(use, use_case=component.use_case)).tier:
        changes["use_case"] = f"{component.use_case}; {use.use_case}" if component.use_case else use.use_case
    elif use.use_case and not component.use_case:
        changes["use_case"] = use.use_case
    if use.decision_type is not None:
        changes["decision_type"] = use.decision_type.value
    return replace(component, **changes)


def _text(value: str | tuple[str, ...]) -> str:
    return value if isinstance(value, str) else "; ".join(value)
