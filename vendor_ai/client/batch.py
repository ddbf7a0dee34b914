"""Rows that travel together under one id, so that sending them again never counts twice."""

import uuid
from dataclasses import dataclass, field
from typing import Literal

Kind = Literal["predictions", "outcomes"]
KINDS: tuple[Kind, ...] = ("predictions", "outcomes")


@dataclass(frozen=True, slots=True)
class Batch:
    """Lines of JSON of one kind; ``id`` is the idempotency key of the request that carries them."""

    kind: Kind
    lines: tuple[bytes, ...]
    id: str = field(default_factory=lambda: uuid.uuid4().hex)

    @property
    def body(self) -> bytes:
        """The lines as one NDJSON body."""
        return b"".join(self.lines)

    def halves(self) -> tuple["Batch", "Batch"]:
        """Two smaller batches; the same batch always gives the same two ids."""
        middle = len(self.lines) // 2
        return Batch(self.kind, self.lines[:middle], f"{self.id}-1"), Batch(self.kind, self.lines[middle:], f"{self.id}-2")
