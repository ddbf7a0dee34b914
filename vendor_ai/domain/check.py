"""One thing that was looked at, and what to do where it is not right."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Check:
    """What was looked at; ``advice`` is empty where all is well."""

    name: str
    ok: bool
    message: str
    advice: str = ""

    def as_json(self) -> dict[str, Any]:
        """The check as plain values."""
        return {"name": self.name, "ok": self.ok, "message": self.message, "advice": self.advice}


def checks_json(checks: Sequence[Check]) -> dict[str, Any]:
    """All checks, and whether every one is well."""
    return {"ok": all(check.ok for check in checks), "checks": [check.as_json() for check in checks]}
