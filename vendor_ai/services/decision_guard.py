"""What a decision must bring along: a sound score, a rationale, an end date, conditions that fit."""

import shlex
from collections.abc import Mapping, Sequence
from datetime import date

from sqlmodel import Session

from vendor_ai.db.assessment import AssessmentRow
from vendor_ai.domain.decision import POSITIVE, WITH_CONDITIONS, DecisionCondition, raised_condition
from vendor_ai.domain.errors import ConflictError, InvalidInputError, NotAllowedError
from vendor_ai.domain.evidence import months_after
from vendor_ai.domain.pack import Recommendation
from vendor_ai.domain.score import Score
from vendor_ai.domain.tier import RiskTier
from vendor_ai.services.assessment import component_of
from vendor_ai.services.assessment_score import ScoreStanding
from vendor_ai.services.four_eyes import named
from vendor_ai.services.tier import tier_of


def is_milder(decision: Recommendation, score: Score) -> bool:
    """Whether a decision is milder than what the arithmetic recommends; where it recommends nothing, nothing is."""
    return score.recommendation is not None and decision.severity < score.recommendation.severity


def refuse_incomplete(rationale: str, valid_until: date | None, *, on: date) -> None:
    """Refuse a decision without rationale, or with an end date that is not in the future.

    Raises:
        InvalidInputError: When one is missing or has passed.
    """
    if not rationale.strip():
        raise InvalidInputError("A decision needs a rationale. Give one with --rationale.")
    if valid_until is not None and valid_until <= on:
        raise InvalidInputError(f"A decision cannot end on {valid_until}: that is not in the future. Give a later date with --valid-until.")


def needs_an_end(
    ref: str,
    decision: Recommendation,
    score: Score,
    *,
    rationale: str,
    added: Sequence[DecisionCondition],
    dropped: Mapping[str, str],
    on: date,
) -> str:
    """What to do about a milder decision without an end date: what is recommended, and the commands that are accepted."""
    assert score.recommendation is not None
    milder = f"{decision} is" if is_milder(decision, score) else f"Leaving out the condition for {named(list(dropped))} is"
    words = ["vendor-ai", "assessment", "decide", ref, "--rationale", rationale.strip(), "--token", "TOKEN", "--decision"]
    more = [word for condition in added for word in ("--condition", _written(condition))]
    if score.recommendation is Recommendation.APPROVED_WITH_CONDITIONS and not score.conditions and not more:
        more = ["--condition", "TEXT|OWNER|30"]
    as_recommended = [*words, score.recommendation.value, *(more if score.recommendation in WITH_CONDITIONS else [])]
    drops = [word for question, reason in dropped.items() for word in ("--drop", f"{question}|{reason.strip()}")]
    a_year_on = months_after(on, 12).isoformat()
    own = [*words, decision.value, *(more if decision in WITH_CONDITIONS else []), *drops, "--valid-until", a_year_on]
    return (
        f"{milder} milder than {score.recommendation}, which is recommended, so it needs an end date and a second person's agreement. "
        f"Decide what is recommended: `{shlex.join(as_recommended)}`; or give the last day on which yours holds: `{shlex.join(own)}`."
    )


def _written(condition: DecisionCondition) -> str:
    """As ``read_condition`` reads it."""
    return f"{condition.text}|{condition.owner}|{condition.days}|{condition.severity.name}"


def refuse_unsound(session: Session, row: AssessmentRow, decision: Recommendation, standing: ScoreStanding) -> None:
    """Refuse what rests on a level nobody agreed to, and an approval of a prohibited use or without a verified and complete score.

    Raises:
        ConflictError: When the score is not there yet.
        NotAllowedError: When the use is prohibited.
    """
    if standing.proposed:
        waiting = named([f"{review.subject} (review {review.number})" for review in standing.proposed])
        raise ConflictError(f"{row.ref} has levels that wait for a second person: {waiting}. Have them agreed to, or review again.")
    if decision not in POSITIVE:
        return
    if tier_of(component_of(session, row.ref)) is RiskTier.PROHIBITED:
        raise NotAllowedError(f"{row.ref} is about a prohibited use, which no score can approve. Reject it, or change the use.")
    missing = _missing(standing)
    if missing:
        raise ConflictError(f"{row.ref} cannot be approved ({'; '.join(missing)}). Have it answered and reviewed first.")


def _missing(standing: ScoreStanding) -> list[str]:
    unanswered = standing.score.unanswered
    not_verified = [question for question in standing.unverified if question not in unanswered]
    missing = [f"unanswered: {named(unanswered)}"] if unanswered else []
    missing += [f"not verified: {named(not_verified)}"] if not_verified else []
    return missing if standing.score.score is not None else [*missing, "nothing in it is scored"]


def conditions_for(
    decision: Recommendation, score: Score, added: Sequence[DecisionCondition], dropped: Mapping[str, str]
) -> tuple[DecisionCondition, ...]:
    """The conditions of a decision: those that the score raises without the dropped ones, then the added ones.

    Raises:
        InvalidInputError: When the decision carries none, would have none, or a dropped one is not there or lacks its reason.
    """
    if decision not in WITH_CONDITIONS:
        if added or dropped:
            raise InvalidInputError(f"{decision} carries no conditions. Decide APPROVED_WITH_CONDITIONS, or leave them out.")
        return ()
    _refuse_wrong_drop(sorted({raised.question for raised in score.conditions}), dropped)
    kept = [raised_condition(raised) for raised in score.conditions if raised.question not in dropped]
    if decision is Recommendation.APPROVED_WITH_CONDITIONS and not kept and not added:
        raise InvalidInputError("An approval with conditions needs at least one, and none is left. Add it with --condition.")
    return (*kept, *added)


def _refuse_wrong_drop(raised: Sequence[str], dropped: Mapping[str, str]) -> None:
    for question, reason in dropped.items():
        if question not in raised:
            raise InvalidInputError(f"The score raises no condition for {question!r}. Name one of: {named(raised) or 'none'}.")
        if not reason.strip():
            raise InvalidInputError(f"Leaving out the condition for {question} needs a reason. Write {question}|reason.")
