"""Verdicts, evidence and reasons in the words of a contract's reader."""

from datetime import date, datetime, timedelta
from fractions import Fraction
from typing import get_args
from zoneinfo import ZoneInfo

from vendor_ai.domain.report import Mark, Tone, Unit
from vendor_ai.domain.verdict import ClauseVerdict, Evidence, Reason, Result
from vendor_ai.kit.period import Period
from vendor_ai.reports.quantity import exact_text

_MONTHS = ("January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December")
_ORDINALS = ("zeroth", "first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth", "tenth")

REASONS: dict[str, str] = {
    Reason.NO_DATA: "there are no calls to measure",
    Reason.ROWS_DELETED: "rows of the period were deleted before this was counted",
    Reason.RUNNING_PERIOD: "the period still runs, and nothing is proven before it closes",
    Reason.LOG_INCOMPLETE: "the log is less complete than the clause asks",
    Reason.COMPLETENESS_UNKNOWN: "the clause asks for a complete log, and how complete it is was not measured",
    Reason.UNLABELLED: "not every call has its outcome, and the open ones could turn the verdict",
    Reason.UNDECIDED_TIMEOUTS: "some calls timed out before the limit, and could turn the verdict",
    Reason.NOT_SIGNIFICANT: "chance is not excluded at the contract\u2019s risk of error",
    Reason.WORST_CASE: "the verdict holds whatever the open calls (without an outcome, or timed out early) turn out to be",
    Reason.CLUSTERS_BY_DAY: "calls of one day may depend on each other, so days were tested too and the weaker result decided",
    Reason.CLUSTERS_TOO_FEW: "calls of one day may depend on each other, but too few days hold calls to test that",
    Reason.CLUSTERS_BY_KEY: "calls of one cluster named by the contract may depend on each other, so clusters were tested too",
    Reason.TOO_FEW_DAYS: "the figure can be tested by whole days or clusters only, and there are too few of them",
    Reason.CLUSTERS_UNTESTED: "calls of one day or cluster may depend on each other, and this figure cannot be tested by them",
    Reason.LABELS_UNCERTAIN: "labels were checked twice, and as many as may be wrong by that check could turn the verdict",
    Reason.AUDIT_SAMPLE: "it rests on a random sample of calls whose seed was committed before",
    Reason.MIXED_SAMPLING: "parts of the log hold different shares of the calls",
    Reason.IMPRECISE: "the measurement is less precise than agreed; more labelled calls are needed",
    Reason.AT_LEAST: "some calls timed out and may have taken longer than they were waited for, so the true percentile may be higher",
}

EXCLUSIONS = {
    "cancelled": "we cancelled the call",
    "customer_fault": "we caused the failure",
    "client_error": "the request was refused as faulty (4xx)",
    "rate_limited": "our own rate limit",
    "maintenance": "announced maintenance",
}


def plain_words(code: str) -> str:
    """A code without words of its own, spelled out."""
    return code.replace("_", " ").replace("-", " ").strip()


def reason_text(code: str) -> str:
    """Why evidence is weak, in words."""
    return REASONS.get(code, plain_words(code))


def exclusion_text(code: str) -> str:
    """Why a call counts for nobody, in words."""
    return EXCLUSIONS.get(code, plain_words(code))


def day_text(day: date) -> str:
    """``3 November 2026``."""
    return f"{day.day} {_MONTHS[day.month - 1]} {day.year}"


def month_text(day: date) -> str:
    """``October 2026``."""
    return f"{_MONTHS[day.month - 1]} {day.year}"


def moment_text(at: datetime, time_zone: str) -> str:
    """``3 November 2026, 09:00 (UTC+01:00, Europe/Berlin)``."""
    local = at.astimezone(ZoneInfo(time_zone))
    offset = local.strftime("%z")
    return f"{day_text(local.date())}, {local:%H:%M} (UTC{offset[:3]}:{offset[3:]}, {time_zone})"


def local_day(at: datetime, time_zone: str) -> date:
    """The date at which an instant falls in a zone."""
    return at.astimezone(ZoneInfo(time_zone)).date()


def days_text(period: Period) -> str:
    """``1 July 2026 to 30 September 2026``."""
    return f"{day_text(period.first)} to {day_text(period.end - timedelta(days=1))}"


def count_text(number: int, noun: str, plural: str = "") -> str:
    """``1 call``, ``1,000 calls``."""
    return f"{number:,} {noun if number == 1 else plural or noun + 's'}"


def ordinal(number: int) -> str:
    """``second``, and ``12th`` beyond ten."""
    return _ORDINALS[number] if 0 < number < len(_ORDINALS) else f"{number}th"


def listing(items: list[str]) -> str:
    """``a, b and c``."""
    return " and ".join(part for part in (", ".join(items[:-1]), items[-1]) if part) if items else ""


def sentence(text: str) -> str:
    """``text`` with a capital first letter."""
    return text[:1].upper() + text[1:]


def unit_of(verdict: ClauseVerdict) -> Unit:
    """The unit of a verdict's value."""
    unit: Unit = next((known for known in get_args(Unit) if known == verdict.unit), "share")
    return unit


def side_text(limit: Fraction, unit: Unit, is_floor: bool) -> str:
    """``at least 83 %``."""
    return f"{'at least' if is_floor else 'at most'} {exact_text(limit, unit)}"


def promise_text(verdict: ClauseVerdict) -> str:
    """``at least 85 %``, and the limit beside it where a tolerance moved it."""
    unit = unit_of(verdict)
    promise = side_text(Fraction(verdict.threshold), unit, verdict.is_floor)
    if Fraction(verdict.threshold) == verdict.limit:
        return promise
    return f"{promise}; with tolerance {exact_text(verdict.limit, unit)}"


def verdict_mark(verdict: ClauseVerdict, *, closed: bool) -> Mark:
    """Kept or broken, in the contract's own sense; a running period is only on its way."""
    if verdict.result is Result.INSUFFICIENT_DATA:
        return Mark("Too little data", Tone.UNKNOWN) if verdict.measurement.n else Mark("No data", Tone.UNKNOWN)
    if not closed:
        return Mark("On course", Tone.NEUTRAL) if verdict.result is Result.MET else Mark("Off course", Tone.UNKNOWN)
    if verdict.violated:
        return Mark("Broken", Tone.BAD)
    return Mark("Kept", Tone.GOOD) if verdict.result is Result.MET else Mark("Missed, not proven", Tone.UNKNOWN)


def evidence_mark(verdict: ClauseVerdict) -> Mark:
    """How sure the verdict is."""
    match verdict.measurement.evidence:
        case Evidence.PROVEN_BREACH:
            return Mark("Breach proven", Tone.BAD)
        case Evidence.PROVEN_COMPLIANT:
            return Mark("Proven kept", Tone.GOOD)
        case Evidence.AT_RISK:
            return Mark("At risk", Tone.UNKNOWN)
        case Evidence.NOT_PROVEN:
            return Mark("Not proven", Tone.UNKNOWN)


def chance_text(p_value: float) -> str:
    """A probability for a sentence: ``below 0.0001``, ``0.032``."""
    if p_value < 0.0001:
        return "below 0.0001"
    return f"{p_value:.2g}" if p_value < 0.1 else f"{p_value:.2f}"
