"""People who work with the program, and what they are there for."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any


class Role(StrEnum):
    """What a person may do; approvals.yaml says which role gives which approval."""

    ADMINISTRATOR = "administrator"
    PROCUREMENT = "procurement"
    REVIEWER = "reviewer"
    RISK_OFFICER = "risk_officer"
    TECHNICAL_VALIDATOR = "technical_validator"
    FAIRNESS_AUDITOR = "fairness_auditor"
    SECURITY_OFFICER = "security_officer"
    LEGAL_COUNSEL = "legal_counsel"
    EXECUTIVE_SPONSOR = "executive_sponsor"
    INTERNAL_AUDITOR = "internal_auditor"


ROLE_MEANINGS: Mapping[Role, str] = {
    Role.ADMINISTRATOR: "keeps people, tokens and settings",
    Role.PROCUREMENT: "sends assessments and keeps contracts",
    Role.REVIEWER: "verifies what vendors answered",
    Role.RISK_OFFICER: "decides assessments, agrees to waivers",
    Role.TECHNICAL_VALIDATOR: "validates components on our own data",
    Role.FAIRNESS_AUDITOR: "tests components for unequal treatment",
    Role.SECURITY_OFFICER: "reviews the security of components",
    Role.LEGAL_COUNSEL: "answers for law and contracts",
    Role.EXECUTIVE_SPONSOR: "carries the risk for the management",
    Role.INTERNAL_AUDITOR: "reads everything, changes nothing",
}


@dataclass(frozen=True, slots=True)
class User:
    """One person."""

    name: str
    email: str
    roles: tuple[Role, ...]
    created_at: datetime
    disabled_at: datetime | None

    def as_json(self) -> dict[str, Any]:
        """Everything, for `--json`."""
        return {
            "name": self.name,
            "email": self.email or None,
            "roles": [role.value for role in self.roles],
            "created_at": self.created_at.isoformat(),
            "disabled_at": self.disabled_at.isoformat() if self.disabled_at else None,
        }


def actor_name(name: str) -> str:
    """What the audit chain calls a person."""
    return f"user:{name}"


def user_name(actor: str) -> str | None:
    """The person an acting name stands for, or None where it is a program's or the command line's."""
    return actor.removeprefix("user:") if actor.startswith("user:") else None
