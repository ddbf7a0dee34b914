"""Violations with their state, and the credits that are due."""

from vendor_ai.domain.account import AccountFacts
from vendor_ai.domain.report import Block, Column, ColumnType, Mark, Paragraph, TableBlock, Tone
from vendor_ai.reports.credit import credits_due, total_text
from vendor_ai.reports.section import Section
from vendor_ai.reports.wording import local_day, plain_words, sentence

_VIOLATIONS = (
    Column("ref", "Violation"),
    Column("clause", "Clause"),
    Column("component", "Component"),
    Column("period", "Period"),
    Column("opened", "Opened", ColumnType.DATE),
    Column("state", "State", ColumnType.MARK),
    Column("credit", "Credit", ColumnType.MONEY),
    Column("note", "Note"),
    Column("contract", "Contract", detail=True),
    Column("verdict_id", "Verdict id", detail=True),
)
_CREDITS = (
    Column("period", "Period"),
    Column("contract", "Contract"),
    Column("clause", "Clause"),
    Column("component", "Component"),
    Column("claim_by", "Claim by", ColumnType.DATE),
    Column("amount", "Amount", ColumnType.MONEY),
)
_SETTLED = frozenset({"remediated", "credited", "closed"})


def build(facts: AccountFacts) -> tuple[Block, ...]:
    """What was violated, how far each case is, and the sum that is due."""
    blocks: list[Block] = []
    if facts.violations:
        rows = tuple(
            (
                it.ref,
                it.clause,
                it.component,
                it.period,
                local_day(it.opened_at, facts.month.time_zone),
                _state(it.state),
                it.credit,
                it.note,
                it.contract,
                it.verdict_id,
            )
            for it in facts.violations
        )
        blocks.append(TableBlock("Violations", "Violations on record", _VIOLATIONS, rows))
    else:
        blocks.append(Paragraph("No violation is on record."))
    due = credits_due(facts)
    if not due:
        return (*blocks, Paragraph("No service credit has fallen due."))
    credits = tuple((credit.period, credit.contract, credit.clause, credit.component, credit.claim_by, credit.amount) for credit in due)
    blocks.append(TableBlock("Credits", "Service credits due", _CREDITS, credits))
    return (*blocks, Paragraph(f"Sum of the credits due: {total_text(facts)}."))


def _state(state: str) -> Mark:
    words = sentence(plain_words(state))
    return Mark(words, Tone.NEUTRAL if state.lower() in _SETTLED else Tone.UNKNOWN if state.lower() == "disputed" else Tone.BAD)


SECTION = Section("violations", 50, "Violations and credits", build)
