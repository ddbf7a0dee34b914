"""Records in the words and shapes that pages show."""

from collections.abc import Iterable
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from vendor_ai.domain.report import Mark, Tone
from vendor_ai.domain.verdict import ClauseVerdict, ContractEvaluation, ContractStatus, Evidence, VersionChange
from vendor_ai.kit.money import Money
from vendor_ai.kit.period import Period
from vendor_ai.metrics import METRICS
from vendor_ai.reports.display import SHAPES
from vendor_ai.reports.quantity import quantity, quantity_text, span, span_text
from vendor_ai.reports.wording import (
    count_text,
    day_text,
    days_text,
    evidence_mark,
    exclusion_text,
    listing,
    ordinal,
    plain_words,
    promise_text,
    reason_text,
    sentence,
    unit_of,
    verdict_mark,
)
from vendor_ai.services.assessment import Assessment
from vendor_ai.services.overview import Overview, OverviewRow

__all__ = [
    "change_words", "claim_mark", "count_text", "course_words", "day_text", "days_text", "decision_mark", "evidence_mark", "exclusion_text",
    "fact_mark", "interval_text", "lead", "listing", "measured_text", "metric_label", "moment_text", "money_text", "ordinal", "period_words",
    "plain_words", "promise_text", "reason_text", "recommendation_words", "sentence", "shape_of", "size_text", "status_mark", "tiles",
    "verdict_mark",
]  # fmt: skip

_RECOMMENDATIONS = {
    "APPROVED": Tone.GOOD,
    "APPROVED_WITH_CONDITIONS": Tone.UNKNOWN,
    "REQUIRES_REMEDIATION": Tone.BAD,
    "REJECTED": Tone.BAD,
}
_STATUSES = {
    ContractStatus.VIOLATED: Mark("Broken", Tone.BAD),
    ContractStatus.PARTIAL: Mark("Partly unknown", Tone.UNKNOWN),
    ContractStatus.COMPLIANT: Mark("Kept", Tone.GOOD),
    ContractStatus.INSUFFICIENT_DATA: Mark("Too little data", Tone.UNKNOWN),
}


def shape_of(mark: Mark) -> str:
    """The shape that goes with a mark's word, so that colour is never alone."""
    return SHAPES[mark.tone]


def moment_text(at: datetime, time_zone: str = "UTC") -> str:
    """``2026-11-20 03:53 UTC``, or ``2026-11-20 04:53 UTC+01:00 (Europe/Berlin)``."""
    if time_zone == "UTC":
        return f"{at.astimezone(UTC):%Y-%m-%d %H:%M} UTC"
    local = at.astimezone(ZoneInfo(time_zone))
    offset = local.strftime("%z")
    return f"{local:%Y-%m-%d %H:%M} UTC{offset[:3]}:{offset[3:]} ({time_zone})"


def money_text(amounts: Iterable[Money]) -> str:
    """``1,200.00 EUR and 300.00 USD``."""
    return listing([str(amount) for amount in amounts])


def size_text(size: int) -> str:
    """``45 kB``."""
    return f"{max(1, round(size / 1000)):,} kB"


def metric_label(verdict: ClauseVerdict) -> str:
    """The metric of a clause in words."""
    return METRICS[verdict.metric].label if verdict.metric in METRICS else sentence(plain_words(verdict.metric))


def measured_text(verdict: ClauseVerdict) -> str:
    """The measured value with its unit; ``no data`` where there is none."""
    found = quantity(verdict.measurement.value, unit_of(verdict), limit=verdict.limit)
    return "no data" if found is None else quantity_text(found)


def interval_text(verdict: ClauseVerdict) -> str:
    """The interval around the value; empty where it says nothing."""
    value = quantity(verdict.measurement.value, unit_of(verdict), limit=verdict.limit)
    found = None if value is None else span(verdict.measurement.interval, unit_of(verdict), value.places)
    return "" if found is None else span_text(found)


def course_words(verdict: ClauseVerdict) -> str:
    """How long the clause has been broken: ``second period in a row``; empty where it is not."""
    if not verdict.consecutive:
        return ""
    words = "first period" if verdict.consecutive == 1 else f"{ordinal(verdict.consecutive)} period in a row"
    return f"{words}, persistent" if verdict.persistent and verdict.consecutive > 1 else words


def period_words(period: Period) -> str:
    """``2026-Q3``, with its days: ``2026-Q3, 1 July 2026 to 30 September 2026``."""
    return f"{period.name}, {days_text(period)}"


def recommendation_words(text: str) -> str:
    """``Approved with conditions``."""
    return sentence(plain_words(text).lower())


def claim_mark(claim: Assessment) -> Mark:
    """What the arithmetic of the newest questionnaire recommends."""
    named = claim.score["recommendation"] if claim.score else None
    if named is None:
        return Mark("No score", Tone.UNKNOWN)
    return Mark(recommendation_words(named), _RECOMMENDATIONS.get(named, Tone.NEUTRAL))


def decision_mark(text: str) -> Mark:
    """What an authorised person decided."""
    return Mark(recommendation_words(text), _RECOMMENDATIONS.get(text.upper(), Tone.NEUTRAL))


def status_mark(evaluation: ContractEvaluation) -> Mark:
    """A contract over one period in a word."""
    if not evaluation.period.closed(evaluation.at):
        return Mark("Running", Tone.NEUTRAL)
    return _STATUSES[evaluation.status]


def fact_mark(row: OverviewRow) -> Mark:
    """What the facts say about one component, in a word."""
    if row.broke_promise:
        proven = any(verdict.measurement.evidence is Evidence.PROVEN_BREACH for verdict in row.broken)
        return Mark("Broken, proven" if proven else "Broken", Tone.BAD)
    if row.contract is None:
        return Mark("Nothing promised", Tone.NEUTRAL)
    if row.unevaluated:
        return Mark("Not evaluated", Tone.UNKNOWN)
    if not row.verdicts:
        return Mark("No closed period yet", Tone.NEUTRAL)
    if row.unjudged:
        return Mark("Too little data" if not row.kept else "Partly unknown", Tone.UNKNOWN)
    return Mark("Kept", Tone.GOOD)


def change_words(change: VersionChange) -> str:
    """What is known about a version nobody announced in time."""
    notice = "no notice" if change.notice_id is None else f"{count_text(change.days_notice or 0, 'day')}\u2019 notice"
    agreed = f", {count_text(change.days_agreed, 'day')} agreed" if change.days_agreed else ""
    return notice + agreed


def lead(it: Overview) -> Mark:
    """The first page in a sentence or three: who broke a promise, how sure that is, what is due."""
    if not it.judged_vendors:
        return Mark("No period has been evaluated yet, so nothing can be said about any promise.", Tone.UNKNOWN)
    names = [vendor.name for vendor in it.broken_vendors]
    if not names:
        return Mark(f"None of the {count_text(it.judged_vendors, 'vendor')} with a verdict broke a promise.", Tone.GOOD)
    parts = [f"{listing(names)} broke {'a promise' if len(names) == len(it.broken_clauses) == 1 else 'promises'}."]
    if it.broken_clauses:
        parts.append(f"{sentence(count_text(len(it.broken_clauses), 'clause'))} broken, {_proven_words(it.proven, len(it.broken_clauses))}.")
    if it.credits:
        parts.append(f"Credits due: {money_text(it.credits)}.")
    return Mark(" ".join(parts), Tone.BAD)


def _proven_words(proven: int, broken: int) -> str:
    if proven == broken:
        return "proven" if broken == 1 else "all proven"
    return f"{proven} of them proven" if proven else "not proven" if broken == 1 else "none of them proven"


def tiles(it: Overview) -> list[dict[str, str]]:
    """The figures above the first page's table."""
    open_violations = len({violation.id for row in it.rows for violation in row.violations})
    unowned = sum(not entry.owner for entry in it.findings)
    broken, proven = len(it.broken_clauses), it.proven
    return [
        _tile("Vendors that broke a promise", f"{len(it.broken_vendors)} of {it.judged_vendors}", bool(it.broken_vendors), "with a verdict"),
        _tile("Clauses broken", f"{broken}", bool(broken), f"{proven} proven" if broken else "last closed period"),
        _tile("Credits due", money_text(it.credits) or "none", bool(it.credits), "last closed period"),
        _tile("Changes not announced", f"{len(it.changes)}", bool(it.changes), "served versions"),
        _tile("Open violations", f"{open_violations}", bool(open_violations), "of any period"),
        _tile("Shadow-AI services", f"{len(it.findings)}", bool(unowned), f"{unowned} without an owner" if it.findings else _signals_words(it)),
    ]


def _tile(label: str, value: str, bad: bool, note: str) -> dict[str, str]:
    return {"label": label, "value": value, "tone": (Tone.BAD if bad else Tone.NEUTRAL).value, "note": note}


def _signals_words(it: Overview) -> str:
    return "seen in what was scanned" if any(last for _, last in it.signals) else "no signal fed yet"
