"""What happened, who did it, to which record."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any


@dataclass(frozen=True, slots=True)
class AuditEvent:
    """One event; ``data`` holds plain JSON values."""

    at: datetime
    actor: str
    action: str
    noun: str
    reference: str
    data: Mapping[str, Any] = field(default_factory=dict)
