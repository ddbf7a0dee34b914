"""What a campaign's vendors get: a workbook or a link for each assessment that they can still answer."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlmodel import Session

from vendor_ai.db.vendor import components_by_key, find_vendor
from vendor_ai.domain.actor import Actor
from vendor_ai.domain.assessment import VENDOR_ANSWERABLE
from vendor_ai.domain.errors import ConflictError
from vendor_ai.services.campaign import assessments_of, row_of
from vendor_ai.services.vendor_link import LONGEST_NAME, NewLink, is_address, make_link


@dataclass(frozen=True, slots=True)
class Addressee:
    """One assessment that waits for its vendor; ``email`` is the contact's, or ""."""

    assessment: str
    component: str
    vendor: str
    email: str


@dataclass(frozen=True, slots=True)
class SentLink:
    """A link of a campaign, for whom it is, at the only moment its token is known."""

    to: Addressee
    name: str
    link: NewLink

    def as_json(self, address: str) -> dict[str, Any]:
        """What a mail to the vendor needs; ``address`` is what they open."""
        return {
            "component": self.to.component,
            "assessment": self.to.assessment,
            "name": self.name,
            "email": self.to.email or None,
            "link": address,
            "expires_at": self.link.expires_at.isoformat(),
        }


def addressees(session: Session, ref: str) -> list[Addressee]:
    """The assessments of a campaign that their vendors can still answer, oldest first.

    Raises:
        NotFoundError: When there is no such campaign.
        ConflictError: When none is open any more.
    """
    campaign, by_key = row_of(session, ref), components_by_key(session)
    found = [
        Addressee(
            row.ref,
            by_key[row.component_id].ref,
            find_vendor(session, by_key[row.component_id].vendor).name,
            row.contact if is_address(row.contact) else "",
        )
        for row in assessments_of(session, campaign)
        if row.state in VENDOR_ANSWERABLE
    ]
    if not found:
        raise ConflictError(
            f"Every questionnaire of {campaign.ref} is handed in or has ended. See `vendor-ai campaign show {campaign.ref}`."
        )
    return found


def make_links(session: Session, ref: str, *, expires_days: int | None = None, by: Actor, at: datetime) -> Iterator[SentLink]:
    """Make one link for each open assessment: for its contact, or else in the vendor's name.

    Raises:
        NotFoundError: When there is no such campaign.
        ConflictError: When none of its assessments is open any more.
    """
    for to in addressees(session, ref):
        name = (to.email or " ".join(to.vendor.split()))[:LONGEST_NAME]
        yield SentLink(to, name, make_link(session, to.assessment, name, email=to.email, expires_days=expires_days, by=by, at=at))
