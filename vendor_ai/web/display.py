"""Records in the words and shapes that pages show."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

from vendor_ai.domain.assessment import TRIAGE_PACK, Assessment
from vendor_ai.domain.contract import Contract
from vendor_ai.domain.contract_description import DescribedTerm
from vendor_ai.domain.report import Mark, Tone
from vendor_ai.domain.verdict import ClauseVerdict, ContractEvaluation, ContractStatus, VersionChange
from vendor_ai.kit.money import Money
from vendor_ai.kit.period import Period
from vendor_ai.metrics import METRICS
from vendor_ai.reports.display import SHAPES
from vendor_ai.reports.quantity import exact_text, quantity, quantity_text, span, span_text
from vendor_ai.reports.wording import (
    count_text,
    day_text,
    days_text,
    evidence_mark,
    exclusion_text,
    listing,
    local_day,
    ordinal,
    plain_words,
    promise_text,
    reason_text,
    sentence,
    unit_of,
    verdict_mark,
)
from vendor_ai.services.overview_row import OverviewRow

__all__ = [
    "change_mark",
    "change_words",
    "claim_mark",
    "confidence_text",
    "count_text",
    "course_words",
    "day_text",
    "days_text",
    "decision_mark",
    "evidence_mark",
    "exclusion_text",
    "fact_mark",
    "finding_mark",
    "interval_text",
    "listing",
    "local_day_text",
    "measured_text",
    "metric_label",
    "moment_text",
    "money_text",
    "ordinal",
    "period_words",
    "plain_words",
    "promise_words",
    "reason_text",
    "reason_words",
    "recommendation_words",
    "score_text",
    "sentence",
    "shape_of",
    "size_text",
    "status_mark",
    "tally",
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


def _tied(text: str) -> str:
    """A number stays on one line with its unit."""
    return text.replace(" %", "\u00a0%").replace(" ms", "\u00a0ms")


def promise_words(verdict: ClauseVerdict) -> str:
    """``at least 85 %``, and the limit beside it where a tolerance moved it."""
    return _tied(promise_text(verdict))


def measured_text(verdict: ClauseVerdict) -> str:
    """The measured value with its unit; ``no data`` where there is none."""
    found = quantity(verdict.measurement.value, unit_of(verdict), limit=verdict.limit)
    return "no data" if found is None else _tied(quantity_text(found))


def interval_text(verdict: ClauseVerdict) -> str:
    """The interval around the value; empty where it says nothing."""
    value = quantity(verdict.measurement.value, unit_of(verdict), limit=verdict.limit)
    found = None if value is None else span(verdict.measurement.interval, unit_of(verdict), value.places)
    return "" if found is None else _tied(span_text(found))


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


def score_text(text: str) -> str:
    """A score with two digits, or with all of them where two would put it on a threshold it is not on: 2.4999 is not 2.50."""
    exact = Decimal(text)
    short = exact.quantize(Decimal("0.01"))
    return text if short != exact and short in {Decimal("1.50"), Decimal("2.50"), Decimal("3.00")} else f"{short}"


def claim_mark(claim: Assessment) -> Mark:
    """What the arithmetic of a questionnaire recommends; a form under way is judged by nobody, whatever its open questions count."""
    if claim.score and not claim.score["complete"] and not claim.handed_in:
        return Mark("Being answered", Tone.NEUTRAL)
    if claim.pack == TRIAGE_PACK:
        return Mark("Triage answered", Tone.NEUTRAL)
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
        return Mark("Broken", Tone.BAD)
    if row.contract is None:
        return Mark("Nothing promised", Tone.NEUTRAL)
    if row.unevaluated:
        return Mark("Not evaluated", Tone.UNKNOWN)
    if not row.verdicts:
        return Mark("No closed period yet", Tone.NEUTRAL)
    if row.unjudged:
        return Mark("Too little data" if not row.kept else "Partly unknown", Tone.UNKNOWN)
    return Mark("Kept", Tone.GOOD)


def tally(row: OverviewRow) -> str:
    """How the measured clauses came out: ``3 clauses: 1 broken, 2 kept``."""
    parts = [("broken", row.broken), ("kept", row.kept), ("with too little data", row.unjudged)]
    return f"{count_text(len(row.verdicts), 'clause')}: " + ", ".join(f"{len(found)} {words}" for words, found in parts if found)


@dataclass(frozen=True, slots=True)
class TermGroup:
    """One part of a contract: what it says, and what it left to the defaults."""

    name: str
    agreed: tuple[DescribedTerm, ...]
    defaults: tuple[DescribedTerm, ...]


def term_groups(terms: Sequence[DescribedTerm]) -> list[TermGroup]:
    """The terms by part, in the contract's order."""
    names = dict.fromkeys(term.part for term in terms)
    return [
        TermGroup(
            name,
            tuple(term for term in terms if term.part == name and not term.is_default),
            tuple(term for term in terms if term.part == name and term.is_default),
        )
        for name in names
    ]


def local_day_text(at: datetime, time_zone: str) -> str:
    """``1 July 2026`` where the instant falls in a zone."""
    return day_text(local_day(at, time_zone))


def change_mark(change: VersionChange) -> Mark:
    """Whether a served version was announced, and what it did."""
    if not change.unannounced:
        return Mark("Announced in time", Tone.GOOD)
    if change.violated:
        return Mark("Changed unannounced, materially", Tone.BAD)
    return Mark("Changed unannounced", Tone.UNKNOWN)


def change_words(change: VersionChange) -> str:
    """The notice given beside the notice agreed."""
    given = "no notice" if change.notice_id is None else f"notice {count_text(change.days_notice or 0, 'day')} ahead"
    return f"{given}, {count_text(change.days_agreed, 'day')} agreed" if change.days_agreed else given


def finding_mark(state: str) -> Mark:
    """Where a finding is in its life."""
    settled = {"sanctioned", "blocked", "dismissed", "alternative_offered"}
    return Mark(sentence(plain_words(state)), Tone.NEUTRAL if state in settled else Tone.UNKNOWN)


def reason_words(verdict: ClauseVerdict) -> list[str]:
    """Why the evidence is as strong as it is."""
    return [reason_text(str(reason)) for reason in verdict.measurement.reasons]


def confidence_text(contract: Contract) -> str:
    """``95 %``: one minus the contract's significance."""
    return exact_text(1 - contract.significance, "share")
