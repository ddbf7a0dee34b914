"""Reviewed and decided assessments."""

from collections.abc import Mapping
from datetime import date, timedelta

from sqlmodel import Session

from tests.factories.command_line import CommandLine
from tests.factories.due_diligence import APPROVER, NOW, REVIEWER, SECOND, submitted
from tests.factories.pack import a_pack, a_question
from vendor_ai.domain.decision import Decision
from vendor_ai.domain.pack import Condition, Level, Pack, Recommendation
from vendor_ai.domain.question import Scope
from vendor_ai.services import decision, review

A_YEAR_ON = date(2027, 11, 20)


def pack_with_conditions(version: str = "1.0") -> Pack:
    """Like the small pack; answers to `tested` at MEDIUM or worse raise a condition of 30 days for the vendor, `monitored` one of 60."""
    tested = a_question("tested", conditions=(Condition("Test it.", Level.MEDIUM, None, 30, "vendor"),))
    monitored = a_question("monitored", "d2", conditions=(Condition("Watch it.", Level.MEDIUM, Level.HIGH, 60, "operations"),))
    small = a_pack([tested, monitored, a_question("insured", "d2", scope=Scope.VENDOR)], d1="0.5", d2="0.5")
    return Pack("conditional", version, "Pack with conditions", "", small.dimensions, small.questions)


def reviewed(session: Session, values: Mapping[str, str] | None = None, **options: object) -> str:
    """An assessment of `ocr` whose every answer the reviewer verified: all at LOW, unless ``values`` says otherwise."""
    ref = submitted(session, values, **options)
    review.review_answers(session, ref, verified=True, by=REVIEWER, at=NOW)
    return ref


def approved(session: Session, values: Mapping[str, str] | None = None, **options: object) -> str:
    """An assessment that was approved without conditions."""
    ref = reviewed(session, values, **options)
    decision.decide(session, ref, Recommendation.APPROVED, rationale="All is well.", by=APPROVER, at=NOW)
    return ref


def approved_with_conditions(session: Session, **options: object) -> str:
    """An assessment with `tested` at MEDIUM and `monitored` at HIGH, approved with its two conditions.

    d1 is 2, d2 is (3 + 1) / 2 = 2: a score of 2.00, which recommends APPROVED_WITH_CONDITIONS.
    """
    ref = reviewed(session, {"tested": "l2", "monitored": "l3"}, pack=pack_with_conditions(), **options)
    decision.decide(session, ref, Recommendation.APPROVED_WITH_CONDITIONS, rationale="Small gaps.", by=APPROVER, at=NOW)
    return ref


def decided_more_mildly(session: Session, ref: str) -> Decision:
    """Approve what is not recommended, by two persons and for a year."""
    decision.decide(session, ref, Recommendation.APPROVED, rationale="Pilot only.", valid_until=A_YEAR_ON, by=APPROVER, at=NOW)
    return decision.agree(session, ref, reason="Seen the pilot.", by=SECOND, at=NOW + timedelta(hours=1))


def token_of(cli: CommandLine, name: str, *roles: str) -> str:
    """A token with the scope decide of a person who is added with these roles, by default as risk officer."""
    cli.ok("user", "add", name, *(word for role in roles or ("risk_officer",) for word in ("--role", role)))
    return str(cli.ok("token", "create", f"{name}-decides", "--scope", "decide", "--user", name, "--json").json["token"])
