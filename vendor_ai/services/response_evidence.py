"""The vendor's own evidence as the vendor sees it: what was handed over, under which terms, and when it was looked at."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from sqlmodel import Session

from vendor_ai.db import evidence as store
from vendor_ai.db.evidence import EvidenceRow
from vendor_ai.domain.evidence import Confidentiality, EvidenceNoun


@dataclass(frozen=True, slots=True)
class ShownDocument:
    """One document with every look at it."""

    ref: str
    name: str
    sha256: str
    size: int
    confidentiality: str
    expires_on: date | None
    stored_at: datetime
    deleted_at: datetime | None
    views: tuple[datetime, ...]  # when somebody of the company that asked looked at it; who is theirs to know

    @property
    def terms(self) -> str:
        """How it may be passed on, in words."""
        return "under NDA" if self.confidentiality == Confidentiality.NDA else self.confidentiality.replace("_", " ")


def documents_of(session: Session, ref: str) -> Mapping[str, tuple[ShownDocument, ...]]:
    """The evidence that the vendor itself handed over, by question; what staff filed is not its to see."""
    found: dict[str, tuple[ShownDocument, ...]] = {}
    shown: dict[int, ShownDocument] = {}
    for use in store.uses(session, noun=EvidenceNoun.QUESTION, reference=ref):
        if use.evidence_id not in shown:
            row = session.get(EvidenceRow, use.evidence_id)
            assert row is not None
            if not row.stored_by.startswith("link:"):
                continue
            shown[use.evidence_id] = _shown(session, row)
        found[use.subject] = (*found.get(use.subject, ()), shown[use.evidence_id])
    return found


def _shown(session: Session, row: EvidenceRow) -> ShownDocument:
    assert row.id is not None
    looked = tuple(view.at for view in store.views(session, row.id) if not view.by.startswith("link:"))
    return ShownDocument(
        row.ref, row.name, row.sha256, row.size, row.confidentiality, row.expires_on, row.stored_at, row.deleted_at, looked
    )
