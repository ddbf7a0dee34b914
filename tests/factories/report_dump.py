"""A report value as plain text, for comparison with a golden file.

``python -m tests.factories.report_dump > tests/golden/report_account.txt`` writes the file anew; read the difference before you keep it.
"""

from vendor_ai.domain.report import Block, ChartBlock, Figures, Paragraph, Points, Report, Subheading, TableBlock
from vendor_ai.reports.display import cell_text


def dump(report: Report) -> str:
    """Every block in printing order, tables with all their columns."""
    lines = [report.title, report.subtitle, report.period, report.as_of, report.at.isoformat(), report.program_version]
    for section in report.sections:
        lines += ["", f"== {section.title} [{section.key}]"]
        for block in section.blocks:
            lines += _block(block)
    return "\n".join(line.rstrip() for line in lines) + "\n"


def _block(block: Block) -> list[str]:
    match block:
        case Paragraph(text, lead, tone):
            return [f"{'LEAD' if lead else 'P'} {tone.value}: {text}"]
        case Points(items):
            return [f"- {item}" for item in items]
        case Subheading(text):
            return [f"-- {text}"]
        case Figures(items):
            return [f"FIGURE {it.tone.value}: {it.label} {it.value} ({it.note})" for it in items]
        case TableBlock():
            head = " | ".join(column.label for column in block.columns)
            rows = [" | ".join(cell_text(cell, column.type) for cell, column in zip(row, block.columns, strict=True)) for row in block.rows]
            return [f"TABLE {block.sheet}: {block.caption}", head, *rows]
        case ChartBlock():
            points = [f"{point.label} {point.value} n={point.n} {point.tone.value}" for point in block.points]
            return [f"CHART {block.kind} {block.title}, limit {block.threshold} ({block.threshold_label})", block.alt, *points]


if __name__ == "__main__":
    import sys

    from tests.factories.account import account
    from vendor_ai.reports import build_account

    sys.stdout.write(dump(build_account(account())))
