"""Conditions and findings that are still open, and use outside the approved components."""

from datetime import date

from vendor_ai.domain.account import AccountFacts, FindingFact, ShadowFact
from vendor_ai.domain.report import Block, Cell, Column, ColumnType, Mark, Paragraph, TableBlock, Tone
from vendor_ai.reports.section import Section
from vendor_ai.reports.wording import listing, local_day, plain_words, sentence

_FINDINGS = (
    Column("kind", "Kind"),
    Column("title", "What is open"),
    Column("component", "Component"),
    Column("severity", "Severity"),
    Column("owner", "Owner"),
    Column("due", "Due", ColumnType.DATE),
    Column("state", "State", ColumnType.MARK),
    Column("ref", "Reference", detail=True),
)
_SHADOW = (
    Column("service", "Service"),
    Column("signal", "Seen in"),
    Column("first_seen", "First seen", ColumnType.DATE),
    Column("last_seen", "Last seen", ColumnType.DATE),
    Column("calls", "Calls", ColumnType.INTEGER),
    Column("people", "People", ColumnType.INTEGER),
    Column("state", "State"),
    Column("alternatives", "Approved alternatives"),
    Column("bytes_out", "Bytes out", ColumnType.INTEGER, detail=True),
)


def build(facts: AccountFacts) -> tuple[Block, ...]:
    """Open findings with their owners, then shadow use of this vendor's services."""
    today = local_day(facts.at, facts.month.time_zone)
    blocks: list[Block] = []
    if facts.findings:
        rows = tuple(_finding(finding, today) for finding in facts.findings)
        blocks.append(TableBlock("Findings", "Open conditions and findings", _FINDINGS, rows))
    else:
        blocks.append(Paragraph("No condition or finding is open."))
    if facts.shadow:
        seen = tuple(_shadow(it, facts.month.time_zone) for it in facts.shadow)
        blocks.append(TableBlock("Shadow use", "Use outside the approved components", _SHADOW, seen))
    else:
        fed = [it for it in facts.signals if it.last_fed is not None]
        words = (
            f"in the signals fed ({listing([it.signal for it in fed])})"
            if fed
            else "because no signal was fed; this is no proof of absence"
        )
        blocks.append(Paragraph(f"No use outside the approved components was seen {words}."))
    return tuple(blocks)


def _finding(finding: FindingFact, today: date) -> tuple[Cell, ...]:
    overdue = finding.due is not None and finding.due < today
    state = Mark("Overdue", Tone.BAD) if overdue else Mark(sentence(plain_words(finding.state)), Tone.NEUTRAL)
    owner = finding.owner or "Nobody"
    severity = sentence(finding.severity.lower())
    return (sentence(plain_words(finding.kind)), finding.title, finding.component, severity, owner, finding.due, state, finding.ref)


def _shadow(it: ShadowFact, zone: str) -> tuple[Cell, ...]:
    return (
        it.service,
        sentence(plain_words(it.signal)),
        local_day(it.first_seen, zone),
        local_day(it.last_seen, zone),
        it.calls,
        it.people,
        sentence(plain_words(it.state)),
        ", ".join(it.alternatives),
        it.bytes_out,
    )


SECTION = Section("findings", 70, "Conditions and findings", build)
