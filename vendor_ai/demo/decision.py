"""A questionnaire on its way to a decision that holds: verified, decided by somebody else, approved at a gate, signed."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

_APPROVER = "demo-approver"
_ROLES = ("risk_officer", "technical_validator", "fairness_auditor")
_GIVEN = ("technical_validation", "fairness_audit")


@dataclass(frozen=True, slots=True)
class DecisionResult:
    """What was decided, and what the gate still asks for; the approval lies in ``file`` and was verified offline."""

    decision: dict[str, Any]
    gate: dict[str, Any]
    file: Path
    verified: dict[str, Any]

    def as_json(self) -> dict[str, Any]:
        """The documents as the commands gave them."""
        return {"decision": self.decision, "gate": self.gate, "file": str(self.file), "verified": self.verified}


def decide(command: Callable[..., Any], ref: str, component: str, folder: Path) -> DecisionResult:
    """Verify the answers, decide and approve as another person, and leave the last approval of the use-case gate open."""
    command("assessment", "review", ref, "--all", "--verify", "--including-remarks", "--reason", "Documents of the demo were seen.")
    command("user", "add", _APPROVER, *(word for role in _ROLES for word in ("--role", role)))
    made = command("token", "create", "demo-decisions", "--scope", "decide", "--user", _APPROVER, "--expires-days", "1")
    by = ("--token", made["token"])
    rationale = "Every answer that carries the score was verified, and no floor was hit."
    decided = command("assessment", "decide", ref, "--decision", "APPROVED", "--rationale", rationale, *by)
    for approval in _GIVEN:
        wanted = ("--approval", approval, "--note", "As agreed in the demo.", "--file", folder / f"{component}-{approval}.json")
        command("gate", "approve", component, "--gate", "use_case", *wanted, *by)
    file = folder / f"{component}-{_GIVEN[0]}.json"
    gate = command("gate", "check", component, "--gate", "use_case", blocked=True)
    return DecisionResult(decided, gate, file, command("verify", file))
