"""Campaigns: one pack sent about many components at once, and how far each of them is."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlmodel import Session

from vendor_ai.db import assessment as assessment_store
from vendor_ai.db import audit
from vendor_ai.db import campaign as store
from vendor_ai.db.assessment import AssessmentRow
from vendor_ai.db.campaign import CampaignRow
from vendor_ai.db.vendor import components, components_by_key, find_component
from vendor_ai.domain.actor import Actor
from vendor_ai.domain.assessment import AssessmentState
from vendor_ai.domain.audit import AuditEvent
from vendor_ai.domain.errors import ConflictError, InvalidInputError, NotFoundError
from vendor_ai.domain.pack import Pack
from vendor_ai.domain.tier import RiskTier
from vendor_ai.domain.vendor import Component, ComponentStatus
from vendor_ai.kit.slug import slug
from vendor_ai.services.answering import inherit
from vendor_ai.services.assessment import send, stored_pack
from vendor_ai.services.due_date import refuse_past
from vendor_ai.services.progress import progress_of
from vendor_ai.services.tier import tier_of

_UNFINISHED = frozenset({AssessmentState.DRAFT, AssessmentState.SENT, AssessmentState.IN_PROGRESS})


@dataclass(frozen=True, slots=True)
class Campaign:
    """One campaign as a list shows it."""

    ref: str
    title: str
    pack: str
    version: str
    due_at: datetime | None
    created_by: str
    created_at: datetime
    assessments: int
    handed_in: int

    def as_json(self) -> dict[str, Any]:
        """Everything, for `--json`."""
        return {
            "campaign": self.ref,
            "title": self.title,
            "pack": self.pack,
            "version": self.version,
            "due_at": self.due_at.isoformat() if self.due_at else None,
            "created_by": self.created_by,
            "created_at": self.created_at.isoformat(),
            "assessments": self.assessments,
            "handed_in": self.handed_in,
        }


@dataclass(frozen=True, slots=True)
class CampaignLine:
    """One assessment of a campaign: where it stands."""

    assessment: str
    component: str
    vendor: str
    state: AssessmentState
    answered: int
    asked: int
    due_at: datetime | None
    overdue: bool
    score: str | None
    recommendation: str | None

    def as_json(self) -> dict[str, Any]:
        """Everything, for `--json`."""
        return {
            "assessment": self.assessment,
            "component": self.component,
            "vendor": self.vendor,
            "state": self.state.value,
            "answered": self.answered,
            "asked": self.asked,
            "due_at": self.due_at.isoformat() if self.due_at else None,
            "overdue": self.overdue,
            "score": self.score,
            "recommendation": self.recommendation,
        }


@dataclass(frozen=True, slots=True)
class Reach:
    """Whom a campaign would be sent to, and which components it would leave out, each with the reason."""

    ref: str
    reached: tuple[Component, ...]
    left_out: tuple[tuple[str, str], ...]  # component and reason

    def as_json(self) -> dict[str, Any]:
        """Everything, for `--json`."""
        return {
            "campaign": self.ref,
            "dry_run": True,
            "would_send": [{"component": it.ref, "vendor": it.vendor} for it in self.reached],
            "left_out": [{"component": component, "reason": reason} for component, reason in self.left_out],
        }


@dataclass(frozen=True, slots=True)
class Started:
    """What a new campaign sent, and which components it left out, each with the reason."""

    ref: str
    sent: tuple[tuple[str, str], ...]  # component and assessment
    left_out: tuple[tuple[str, str], ...]  # component and reason

    def as_json(self) -> dict[str, Any]:
        """Everything, for `--json`."""
        return {
            "campaign": self.ref,
            "sent": [{"component": component, "assessment": ref} for component, ref in self.sent],
            "left_out": [{"component": component, "reason": reason} for component, reason in self.left_out],
        }


def chosen_components(
    session: Session, named: Sequence[str] = (), *, tier: RiskTier | None = None, all_in_use: bool = False
) -> list[Component]:
    """The components that are named, and those of a tier or in use; retired ones only where they are named.

    Raises:
        NotFoundError: When a named component is unknown.
        InvalidInputError: When nothing is chosen.
    """
    chosen = {found.ref: found for found in (find_component(session, reference) for reference in named)}
    if tier is not None or all_in_use:
        for component in components(session):
            in_use = component.status is ComponentStatus.IN_USE or (not all_in_use and component.status is not ComponentStatus.RETIRED)
            if in_use and (tier is None or tier_of(component) is tier):
                chosen[component.ref] = component
    if not chosen:
        raise InvalidInputError("No component is chosen. Name some with --component, or choose by --tier or --all-in-use.")
    return list(chosen.values())


def reach(session: Session, title: str, pack: Pack, chosen: Sequence[Component], *, due_at: datetime | None = None, at: datetime) -> Reach:
    """Whom a campaign would be sent to; nothing is stored.

    A component with an unfinished assessment of the same pack is left out: its vendor would get the same questions twice.

    Raises:
        InvalidInputError: When the title has no letter or digit, or the due date has passed.
        ConflictError: When there is a campaign of this name, or every component would be left out.
    """
    ref = slug(title)
    if not ref:
        raise InvalidInputError(f"{title!r} cannot name a campaign. Give it a name with letters or digits.")
    if store.find(session, ref) is not None:
        raise ConflictError(f"There is a campaign {ref!r} already. Give this one another name, such as {title} 2.")
    refuse_past(due_at, at=at)
    unfinished = _unfinished(session, pack)
    reached = tuple(it for it in chosen if it.ref not in unfinished)
    if not reached:
        raise ConflictError(f"Nothing to send: every chosen component has an unfinished assessment of {pack.id}.")
    left_out = [(it.ref, f"{unfinished[it.ref]} asks the same and is not handed in yet") for it in chosen if it.ref in unfinished]
    return Reach(ref, reached, tuple(left_out))


def start(
    session: Session, title: str, pack: Pack, chosen: Sequence[Component], *, due_at: datetime | None = None, by: Actor, at: datetime
) -> Started:
    """Send a pack about many components; each takes over what its vendor answered for all its components.

    Raises:
        InvalidInputError: When the title has no letter or digit, or the due date has passed.
        ConflictError: When there is a campaign of this name, or every component would be left out.
    """
    found = reach(session, title, pack, chosen, due_at=due_at, at=at)
    row = CampaignRow(
        ref=found.ref, title=title.strip(), pack_id=stored_pack(session, pack, at=at), due_at=due_at, created_by=by.name, created_at=at
    )
    store.add(session, row)
    sent = []
    for component in found.reached:
        made = send(session, component.ref, pack, due_at=due_at, campaign_id=row.id, by=by, at=at)
        inherit(session, made, by=by, at=at)
        sent.append((component.ref, made))
    audit.append(session, AuditEvent(at, by.name, "campaign.started", "campaign", row.ref, {"pack": pack.id, "assessments": len(sent)}))
    return Started(row.ref, tuple(sent), found.left_out)


def _unfinished(session: Session, pack: Pack) -> dict[str, str]:
    """Unfinished assessments of a pack, by component."""
    by_key = components_by_key(session)
    return {
        by_key[row.component_id].ref: row.ref
        for row in assessment_store.every(session)
        if row.state in _UNFINISHED and assessment_store.pack_by_id(session, row.pack_id).pack == pack.id
    }


def row_of(session: Session, ref: str) -> CampaignRow:
    """The stored campaign.

    Raises:
        NotFoundError: When there is none of this name.
    """
    row = store.find(session, slug(ref))
    if row is None:
        raise NotFoundError("campaign", ref, "See `vendor-ai campaign list`, or start one with `vendor-ai campaign start`.")
    return row


def campaigns(session: Session) -> list[Campaign]:
    """Every campaign, newest first."""
    return [campaign(session, row.ref) for row in store.every(session)]


def campaign(session: Session, ref: str) -> Campaign:
    """One campaign; ``NotFoundError`` when there is none of this name."""
    row = row_of(session, ref)
    pack = assessment_store.pack_by_id(session, row.pack_id)
    rows = assessments_of(session, row)
    done = sum(it.submitted_at is not None for it in rows)
    return Campaign(row.ref, row.title, pack.pack, pack.version, row.due_at, row.created_by, row.created_at, len(rows), done)


def assessments_of(session: Session, row: CampaignRow) -> list[AssessmentRow]:
    """The assessments of a campaign, oldest first."""
    return [it for it in reversed(assessment_store.every(session)) if it.campaign_id == row.id]


def progress(session: Session, ref: str, *, at: datetime) -> list[CampaignLine]:
    """Where each assessment of a campaign stands."""
    by_key = components_by_key(session)
    return [_line(session, row, by_key[row.component_id], at) for row in assessments_of(session, row_of(session, ref))]


def _line(session: Session, row: AssessmentRow, component: Component, at: datetime) -> CampaignLine:
    done, score, state = progress_of(session, row.ref), row.score or {}, AssessmentState(row.state)
    overdue = state in _UNFINISHED and row.due_at is not None and row.due_at <= at
    return CampaignLine(
        row.ref, component.ref, component.vendor, state, done.answered, done.asked, row.due_at, overdue,
        score.get("score"), score.get("recommendation"),
    )  # fmt: skip
