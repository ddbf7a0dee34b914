"""Served versions that changed, beside the notices they had."""

from vendor_ai.domain.account import AccountFacts, ComparisonFact
from vendor_ai.domain.comparison import Comparison, VersionFigures
from vendor_ai.domain.report import Block, Cell, Column, ColumnType, Mark, Paragraph, Points, Span, TableBlock, Tone
from vendor_ai.domain.verdict import VersionChange
from vendor_ai.reports.quantity import decimal_of, quantity, quantity_text, span_text
from vendor_ai.reports.section import Section
from vendor_ai.reports.wording import chance_text, count_text, local_day, plain_words, sentence

_CHANGES = (
    Column("component", "Component"),
    Column("before", "From version"),
    Column("after", "To version"),
    Column("first_seen", "First served", ColumnType.DATE),
    Column("days_notice", "Days of notice", ColumnType.INTEGER),
    Column("days_agreed", "Days agreed", ColumnType.INTEGER),
    Column("notice", "Notice", ColumnType.MARK),
    Column("material", "Material?", ColumnType.MARK),
    Column("notice_id", "Notice id", detail=True),
    Column("reason", "Reason", detail=True),
)
_NOTICES = (
    Column("ref", "Notice"),
    Column("component", "Component"),
    Column("received", "Received", ColumnType.DATE),
    Column("effective", "Takes effect", ColumnType.DATE),
    Column("version", "Version"),
    Column("summary", "What it says"),
)
_VERSIONS = (
    Column("component", "Component"),
    Column("version", "Version"),
    Column("n", "Calls", ColumnType.INTEGER),
    Column("labelled", "Labelled", ColumnType.INTEGER),
    Column("accuracy", "Accuracy", ColumnType.PERCENT),
    Column("p50", "Median latency", ColumnType.MS),
    Column("p95", "P95 latency", ColumnType.MS),
)
_MATERIAL = {None: Mark("Not decided", Tone.UNKNOWN), True: Mark("Yes", Tone.BAD), False: Mark("No", Tone.NEUTRAL)}


def build(facts: AccountFacts) -> tuple[Block, ...]:
    """Changes against notices, the notices received, and what a change did where versions were compared."""
    blocks: list[Block] = []
    changes = facts.version_changes()
    if changes:
        rows = tuple(_change(change, facts.month.time_zone) for change in changes)
        blocks.append(TableBlock("Changes", "Changes of the served version", _CHANGES, rows))
        reasons = tuple(f"{change.component}, {change.after}: {sentence(change.reason)}" for change in changes if change.reason)
        blocks += [Points(reasons)] if reasons else []
    elif any(month.versions for month in facts.components):
        blocks.append(Paragraph("No change of the served version was seen."))
    else:
        blocks.append(Paragraph("The log names no served version, so a change would not have been seen."))
    if facts.notices:
        zone = facts.month.time_zone
        notices = tuple(
            (it.ref, it.component, local_day(it.received_at, zone), it.effective_on, it.version, it.summary) for it in facts.notices
        )
        blocks.append(TableBlock("Notices", "Change notices received", _NOTICES, notices))
    else:
        blocks.append(Paragraph("No change notice of this vendor is on record."))
    if facts.comparisons:
        versions = tuple(_version(it.component, side) for it in facts.comparisons for side in (it.comparison.before, it.comparison.after))
        blocks.append(TableBlock("Versions", "Served versions compared", _VERSIONS, versions))
        blocks.append(Points(tuple(_effect(it) for it in facts.comparisons)))
    return tuple(blocks)


def _change(change: VersionChange, zone: str) -> tuple[Cell, ...]:
    return (
        change.component,
        change.before,
        change.after,
        local_day(change.first_seen, zone),
        change.days_notice,
        change.days_agreed,
        _notice_mark(change),
        _MATERIAL[change.material],
        change.notice_id,
        change.reason,
    )


def _notice_mark(change: VersionChange) -> Mark:
    if not change.unannounced:
        return Mark("In time", Tone.GOOD) if change.notice_id else Mark("None needed", Tone.NEUTRAL)
    return Mark("Too late", Tone.BAD) if change.notice_id else Mark("None", Tone.BAD)


def _version(component: str, side: VersionFigures) -> tuple[Cell, ...]:
    accuracy, p50, p95 = (
        None if value is None else decimal_of(value) for value in (side.accuracy, side.latency_p50_ms, side.latency_p95_ms)
    )
    return (component, side.version, side.n, side.labelled, accuracy, p50, p95)


def _effect(fact: ComparisonFact) -> str:
    it = fact.comparison
    parts = [f"{fact.component}, {it.before.version} to {it.after.version}:", *_accuracy(it), *_latency(it)]
    if it.outputs is not None:
        parts.append(f"The answers shifted by a PSI of {it.outputs.psi:.2f} (from 0.2 significant).")
    parts.append(f"Recommendation: {plain_words(it.recommendation).lower()}.")
    return " ".join(parts)


def _accuracy(it: Comparison) -> list[str]:
    if it.accuracy is None:
        return ["Accuracy cannot be compared for lack of outcomes."]
    change = quantity(abs(it.accuracy.difference), "points")
    low, high = sorted(decimal_of(abs(side)) for side in it.accuracy.interval)
    if it.accuracy.interval[0] < 0 < it.accuracy.interval[1]:
        low, high = (decimal_of(-side) for side in reversed(it.accuracy.interval))
        around = f"interval of the change {span_text(Span(low, high, 'points'))}"
    else:
        around = f"95 % interval {span_text(Span(low, high, 'points'))}"
    assert change is not None
    verb = "fell" if it.accuracy.difference > 0 else "rose" if it.accuracy.difference < 0 else "changed"
    words = [f"Accuracy {verb} by {quantity_text(change)} ({around}, two-sided p {chance_text(it.accuracy.p_value)})."]
    if it.paired is not None:
        (_, gained), (lost, _) = it.paired.table
        words.append(
            f"On the same inputs {count_text(lost, 'answer')} right before went wrong and {gained:,} wrong before went right"
            f" (exact McNemar p {chance_text(it.paired.p_value)})."
        )
    return words


def _latency(it: Comparison) -> list[str]:
    if it.latency is None:
        return []
    change = quantity(abs(it.latency.p95_difference_ms), "ms")
    assert change is not None
    verb = "faster" if it.latency.p95_difference_ms > 0 else "slower"
    return [f"P95 latency is {quantity_text(change)} {verb} (Mann-Whitney p {chance_text(it.latency.p_value)})."]


SECTION = Section("changes", 40, "Model changes against notices", build)
