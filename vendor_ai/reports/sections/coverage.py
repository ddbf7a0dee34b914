"""How many calls stand behind the figures, and which were left out."""

from fractions import Fraction

from vendor_ai.domain.account import AccountFacts, ComponentMonth
from vendor_ai.domain.report import Block, Cell, Column, ColumnType, Paragraph, TableBlock
from vendor_ai.reports.quantity import decimal_of
from vendor_ai.reports.section import Section
from vendor_ai.reports.wording import exclusion_text, listing, sentence

_CALLS = (
    Column("component", "Component"),
    Column("attempted", "Calls", ColumnType.INTEGER),
    Column("answered", "Answered", ColumnType.INTEGER),
    Column("failed", "Failed", ColumnType.INTEGER),
    Column("excluded", "Excluded", ColumnType.INTEGER),
    Column("labelled", "With outcome", ColumnType.INTEGER),
    Column("share", "Of those answered", ColumnType.PERCENT),
    Column("versions", "Versions served (calls)"),
)
_EXCLUDED = (
    Column("scope", "Counted for"),
    Column("component", "Component"),
    Column("reason", "Why excluded"),
    Column("calls", "Calls", ColumnType.INTEGER),
    Column("code", "Code", detail=True),
)


def build(facts: AccountFacts) -> tuple[Block, ...]:
    """The month's calls by component, then what was excluded by reason."""
    if not facts.components:
        return (Paragraph("No component of this vendor is on record."),)
    blocks: list[Block] = []
    silent = [month.component.ref for month in facts.components if not month.counts.attempted]
    if silent:
        blocks.append(Paragraph(f"No call of {listing(silent)} was logged in {facts.month.name}. That is no good news and no bad news."))
    rows = tuple(_calls(month) for month in facts.components)
    blocks.append(TableBlock("Coverage", f"Calls logged in {facts.month.name}", _CALLS, rows))
    excluded = (*_month_excluded(facts), *_clause_excluded(facts))
    if excluded:
        blocks.append(TableBlock("Exclusions", "Calls excluded, by reason", _EXCLUDED, excluded))
    else:
        blocks.append(Paragraph("No call was excluded."))
    return tuple(blocks)


def _calls(month: ComponentMonth) -> tuple[Cell, ...]:
    counts = month.counts
    share = decimal_of(Fraction(counts.labelled, counts.answered)) if counts.answered else None
    versions = ", ".join(f"{version or 'not named'} ({calls:,})" for version, calls in sorted(month.versions.items()))
    return (
        month.component.ref,
        counts.attempted,
        counts.answered,
        sum(counts.failed.values()),
        sum(counts.excluded.values()),
        counts.labelled,
        share,
        versions,
    )


def _month_excluded(facts: AccountFacts) -> tuple[tuple[Cell, ...], ...]:
    return tuple(
        (facts.month.name, month.component.ref, sentence(exclusion_text(code)), calls, code)
        for month in facts.components
        for code, calls in sorted(month.counts.excluded.items())
        if calls
    )


def _clause_excluded(facts: AccountFacts) -> tuple[tuple[Cell, ...], ...]:
    """Exclusions of the closed periods; promises that excluded the same calls share a row."""
    sharing: dict[tuple[str, str, str, int], list[str]] = {}
    for _, it in facts.closed():
        for verdict in it.clauses:
            for code, calls in sorted(verdict.measurement.excluded.items()):
                if calls:
                    sharing.setdefault((it.period.name, verdict.component, code, calls), []).append(verdict.clause)
    return tuple(
        (f"{period}: {listing(sorted(clauses))}", component, sentence(exclusion_text(code)), calls, code)
        for (period, component, code, calls), clauses in sharing.items()
    )


SECTION = Section("coverage", 80, "Coverage and exclusions", build)
