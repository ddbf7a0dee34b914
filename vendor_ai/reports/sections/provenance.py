"""Where the figures come from, and how to compute them again."""

from vendor_ai.domain.account import AccountFacts
from vendor_ai.domain.report import Block, Column, ColumnType, Paragraph, Points, TableBlock
from vendor_ai.reports.section import Section
from vendor_ai.reports.wording import moment_text

_VERDICTS = (
    Column("verdict", "Verdict"),
    Column("contract", "Contract"),
    Column("clause", "Clause"),
    Column("component", "Component"),
    Column("period", "Period"),
    Column("revision", "Revision", ColumnType.INTEGER),
    Column("sha256", "SHA-256 of the evidence", ColumnType.CODE, detail=True),
)
_FILES = (
    Column("name", "File"),
    Column("rows", "Rows", ColumnType.INTEGER),
    Column("sha256", "SHA-256", ColumnType.CODE),
)
_METHOD = (
    "A promise is judged by the exact ratio of counted calls against the limit; equality keeps it.",
    "\u201c95 % of calls within 200 ms\u201d is judged as \u201cat most 5 % of calls above 200 ms\u201d; the percentile shown is the "
    "smallest latency that 95 % of the calls do not exceed.",
    "Evidence is the exact one-sided binomial test, corrected by Holm over the promises of one contract and period; "
    "intervals are two-sided at the contract\u2019s significance.",
    "Periods run from midnight to midnight in the contract\u2019s time zone.",
)


def build(facts: AccountFacts) -> tuple[Block, ...]:
    """Program, instant, method, commands, verdict ids and file hashes."""
    until = moment_text(facts.at, facts.month.time_zone)
    stand = f"Computed by vendor-ai {facts.program_version} from the calls up to {until}, with the labels known when it was built."
    blocks: list[Block] = [Paragraph(stand), Points(_METHOD)]
    documents = [
        f"Signed document of {one.contract.ref}: SHA-256 {one.contract.document_sha256}"
        for one in facts.contracts
        if one.contract.document_sha256
    ]
    blocks += [Points(tuple(documents))] if documents else []
    commands = tuple(
        f"vendor-ai sla evaluate --contract {contract.ref} --period {it.period.name} --at {facts.at.isoformat()} --json"
        for contract, it in (*facts.closed(), *facts.running())
    )
    if commands:
        blocks += [Paragraph("The same figures come out again with:"), Points(commands)]
    if facts.verdicts:
        rows = tuple((it.verdict_id, it.contract, it.clause, it.component, it.period, it.revision, it.sha256) for it in facts.verdicts)
        blocks += [TableBlock("Verdicts", "Stored verdicts behind this report", _VERDICTS, rows)]
    else:
        blocks.append(Paragraph("No stored verdict stands behind this report."))
    if facts.files:
        files = tuple((it.name, it.rows, it.sha256) for it in facts.files)
        blocks.append(TableBlock("Files", "Files behind the figures", _FILES, files))
    return tuple(blocks)


SECTION = Section("provenance", 100, "Where the figures come from", build)
