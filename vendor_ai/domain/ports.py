"""What the core asks of the outside world: the time and the prediction log's engine."""

from datetime import datetime
from typing import Protocol


class Clock(Protocol):
    """Tells the time; tests and ``--at`` replace it."""

    def now(self) -> datetime:
        """The current instant, aware, in UTC."""
        ...
