"""What the demo found out, as the commands of the program said it; nothing is worked out here."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from vendor_ai.demo.decision import DecisionResult

Document = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Change:
    """A served version that appeared: the notice it had, and its effect as measured."""

    notice: Document
    comparison: Document


@dataclass(frozen=True, slots=True)
class VendorResult:
    """One vendor: the claim, and the promise against the fact quarter by quarter."""

    vendor: str
    name: str
    component: str
    contract: str
    score: Document
    evaluations: tuple[Document, ...]
    changes: tuple[Change, ...]

    def as_json(self) -> dict[str, Any]:
        """Everything, with the documents as the commands gave them."""
        return {
            "vendor": self.vendor,
            "name": self.name,
            "component": self.component,
            "contract": self.contract,
            "score": self.score,
            "evaluations": list(self.evaluations),
            "changes": [{**change.notice, "comparison": change.comparison} for change in self.changes],
        }


@dataclass(frozen=True, slots=True)
class DemoResult:
    """The whole run."""

    home: Path
    vendors: tuple[VendorResult, ...]
    decided: DecisionResult
    shadow: Document
    reports: tuple[Document, ...]
    seconds: float

    def as_json(self) -> dict[str, Any]:
        """One document."""
        return {
            "home": str(self.home),
            "seconds": round(self.seconds, 1),
            "vendors": [vendor.as_json() for vendor in self.vendors],
            "decided": self.decided.as_json(),
            "shadow": self.shadow,
            "reports": list(self.reports),
        }
