"""What a vendor reads before the questions: who asks, for what use, until when."""

from sqlmodel import Session

from vendor_ai.domain.asker import Asker, Cover
from vendor_ai.services.assessment import component_of, row_of


def cover_of(session: Session, ref: str, asker: Asker) -> Cover:
    """The cover of one assessment; the use case is as our inventory states it."""
    row = row_of(session, ref)
    return Cover(asker, row.ref, row.due_at, component_of(session, ref).use_case)
