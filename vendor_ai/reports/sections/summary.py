"""The first page: kept or broken, how sure, what is due."""

from collections.abc import Sequence

from vendor_ai.domain.account import AccountFacts
from vendor_ai.domain.report import Block, Column, ColumnType, Figure, Figures, Paragraph, TableBlock, Tone
from vendor_ai.domain.verdict import ClauseVerdict, Evidence, Result, VersionChange
from vendor_ai.reports.credit import credits_due, total_text
from vendor_ai.reports.quantity import quantity, quantity_text
from vendor_ai.reports.section import Section
from vendor_ai.reports.wording import count_text, day_text, evidence_mark, listing, promise_text, side_text, unit_of, verdict_mark

_COLUMNS = (
    Column("promise", "Promise"),
    Column("component", "Component"),
    Column("owed", "Owed"),
    Column("measured", "Measured", ColumnType.QUANTITY),
    Column("verdict", "Verdict", ColumnType.MARK),
    Column("evidence", "How sure", ColumnType.MARK),
    Column("due", "Credit due", ColumnType.MONEY),
    Column("contract", "Contract", detail=True),
    Column("period", "Period"),
)


def build(facts: AccountFacts) -> tuple[Block, ...]:
    """The verdict in one sentence, four figures and the promises at a glance."""
    verdicts = [verdict for _, it in facts.closed() for verdict in it.clauses]
    changes = [change for change in facts.version_changes() if change.unannounced]
    tone = _tone(verdicts, changes)
    blocks: list[Block] = [Paragraph(_headline(facts, verdicts), lead=True, tone=tone)]
    if changes:
        blocks.append(Paragraph(_changes_sentence(facts, changes), tone=Tone.BAD))
    kept = _kept(verdicts, _periods(facts), notice_broken=any(change.violated for change in changes))
    blocks.append(Figures((kept, _sure(verdicts), _due(facts), _changed(facts, changes))))
    if verdicts:
        blocks.append(_glance(facts))
    return tuple(blocks)


def _broken(verdicts: Sequence[ClauseVerdict]) -> list[ClauseVerdict]:
    return [verdict for verdict in verdicts if verdict.violated]


def _judged(verdicts: Sequence[ClauseVerdict]) -> list[ClauseVerdict]:
    return [verdict for verdict in verdicts if verdict.result is not Result.INSUFFICIENT_DATA]


def _periods(facts: AccountFacts) -> str:
    return listing(sorted({it.period.name for _, it in facts.closed()}))


def _tone(verdicts: Sequence[ClauseVerdict], changes: Sequence[VersionChange]) -> Tone:
    if _broken(verdicts) or any(change.violated for change in changes):
        return Tone.BAD
    judged = _judged(verdicts)
    return Tone.GOOD if judged and all(verdict.result is Result.MET for verdict in judged) else Tone.UNKNOWN


def _headline(facts: AccountFacts, verdicts: Sequence[ClauseVerdict]) -> str:
    name = facts.vendor.name
    if not facts.contracts:
        return f"No contract with {name} is on record, so no promise can be judged."
    if not verdicts:
        return f"No contract period with {name} has closed yet, so no promise is judged."
    judged, broken, when = _judged(verdicts), _broken(verdicts), _periods(facts)
    promises = count_text(len(verdicts), "promise")
    if not judged:
        return f"Whether {name} kept its {promises} in {when} cannot be said: none has enough data."
    open_count = len(verdicts) - len(judged)
    rest = f" {count_text(open_count, 'promise')} could not be judged for lack of data." if open_count else ""
    if broken:
        named = listing([_shortfall(facts, verdict) for verdict in broken])
        return f"{name} broke {len(broken)} of the {count_text(len(judged), 'promise')} judged in {when}: {named}.{rest}"
    missed = [verdict for verdict in judged if verdict.result is Result.MISSED]
    if missed:
        named = listing([_shortfall(facts, verdict) for verdict in missed])
        return f"In {when} {name} missed {named}, but the contract counts a miss only when it is proven, and it is not.{rest}"
    kept = f"all {len(judged)} measured promises" if len(judged) > 1 else "the one measured promise"
    changed = any(change.violated for change in facts.version_changes())
    subject = f"{name} changed its model materially without the agreed notice; it" if changed else name
    return f"{subject} kept {kept} judged in {when}.{rest}"


def _shortfall(facts: AccountFacts, verdict: ClauseVerdict) -> str:
    unit = unit_of(verdict)
    label = facts.promise_label(verdict.metric, verdict.clause)
    value = quantity(verdict.measurement.value, unit, limit=verdict.limit)
    measured = f"{quantity_text(value)} against " if value else ""
    return f"{_inside(label)} of {verdict.component} ({measured}{side_text(verdict.limit, unit, verdict.is_floor)})"


def _inside(label: str) -> str:
    """A label in the middle of a sentence; abbreviations such as F1 and P95 keep their capital."""
    return label if label[1:2].isupper() or label[1:2].isdigit() else label[:1].lower() + label[1:]


def _changes_sentence(facts: AccountFacts, changes: Sequence[VersionChange]) -> str:
    named = listing([f"{change.component} from {change.before or 'an unnamed version'} to {change.after}" for change in changes])
    return f"{facts.vendor.name} changed the served model without the agreed notice: {named}."


def _kept(verdicts: Sequence[ClauseVerdict], periods: str, *, notice_broken: bool) -> Figure:
    judged, broken = _judged(verdicts), _broken(verdicts)
    if notice_broken and not broken:
        return Figure("Kept or broken?", "Broken", Tone.BAD, "the notice of a material change")
    if not judged:
        return Figure("Kept or broken?", "Not judged", Tone.UNKNOWN, "no promise with enough data in a closed period")
    if broken:
        note = f"{len(broken)} of {count_text(len(judged), 'promise')} judged, {periods}"
        return Figure("Kept or broken?", "Broken", Tone.BAD, note)
    if all(verdict.result is Result.MET for verdict in judged):
        return Figure("Kept or broken?", "Kept", Tone.GOOD, f"{count_text(len(judged), 'promise')}, {periods}")
    return Figure("Kept or broken?", "Missed, not proven", Tone.UNKNOWN, periods)


def _sure(verdicts: Sequence[ClauseVerdict]) -> Figure:
    judged, broken = _judged(verdicts), _broken(verdicts)
    if not judged:
        return Figure("How sure?", "Unknown", Tone.UNKNOWN, "there is nothing to test")
    if broken:
        proven = sum(verdict.measurement.evidence is Evidence.PROVEN_BREACH for verdict in broken)
        note = f"{proven} of {count_text(len(broken), 'breach', 'breaches')} by exact test"
        if proven == len(broken):
            return Figure("How sure?", "Proven", Tone.BAD, note)
        return Figure("How sure?", "Partly proven" if proven else "Not proven", Tone.UNKNOWN, note)
    proven = sum(verdict.measurement.evidence is Evidence.PROVEN_COMPLIANT for verdict in judged)
    note = f"{proven} of {count_text(len(judged), 'promise')} proven kept"
    if proven == len(judged):
        return Figure("How sure?", "Proven", Tone.GOOD, note)
    return Figure("How sure?", "Partly proven" if proven else "Not proven", Tone.UNKNOWN, note)


def _due(facts: AccountFacts) -> Figure:
    total = total_text(facts)
    if total:
        deadlines = sorted(credit.claim_by for credit in credits_due(facts) if credit.claim_by)
        note = f"service credits, to be claimed by {day_text(deadlines[0])}" if deadlines else "service credits"
        return Figure("What is due?", total, Tone.BAD, note)
    return Figure("What is due?", "Nothing", Tone.NEUTRAL, "no service credit has fallen due")


def _changed(facts: AccountFacts, unannounced: Sequence[VersionChange]) -> Figure:
    if unannounced:
        return Figure(
            "Model changed?",
            f"{len(unannounced)} without notice",
            Tone.BAD,
            f"of {count_text(len(facts.version_changes()), 'change')} seen",
        )
    if facts.version_changes():
        return Figure("Model changed?", "With notice", Tone.GOOD, f"{count_text(len(facts.version_changes()), 'change')} seen")
    if not any(month.versions for month in facts.components):
        return Figure("Model changed?", "Unknown", Tone.UNKNOWN, "the log names no served version")
    return Figure("Model changed?", "None seen", Tone.GOOD, "the log names the version served")


def _glance(facts: AccountFacts) -> TableBlock:
    rows = tuple(
        (
            facts.promise_label(verdict.metric, verdict.clause),
            verdict.component,
            promise_text(verdict),
            quantity(verdict.measurement.value, unit_of(verdict), limit=verdict.limit),
            verdict_mark(verdict, closed=True),
            evidence_mark(verdict),
            verdict.credit,
            contract.ref,
            it.period.name,
        )
        for contract, it in facts.closed()
        for verdict in it.clauses
    )
    return TableBlock("At a glance", "The promises of the last closed period, at a glance", _COLUMNS, rows)


SECTION = Section("summary", 10, "Summary", build)
