"""Who asks, as the vendor reads it on the form: our organisation, and what the form is for."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Asker:
    """Our organisation's name and whom to turn to; both may be unknown."""

    name: str = ""
    contact: str = ""


NOBODY_NAMED = Asker()


@dataclass(frozen=True, slots=True)
class Cover:
    """What stands before the questions: who asks, about which assessment, until when, and what we use the component for."""

    asker: Asker = NOBODY_NAMED
    assessment: str = ""
    due_at: datetime | None = None
    use_case: str = ""
