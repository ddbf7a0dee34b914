"""The monthly account of a vendor: facts into one report value."""

from datetime import UTC

from vendor_ai.domain.account import AccountFacts
from vendor_ai.domain.report import Report, ReportSection
from vendor_ai.kit.registry import Registry
from vendor_ai.reports.section import Section
from vendor_ai.reports.wording import days_text, moment_text, month_text

SECTIONS: Registry[Section] = Registry("vendor_ai.reports.sections", "SECTION")


def build_account(facts: AccountFacts) -> Report:
    """Return the report on one vendor's month; a month without data gives a whole report that says so."""
    month = facts.month
    ordered = sorted(SECTIONS.values(), key=lambda section: (section.order, section.key))
    return Report(
        title=f"Accountability report: {facts.vendor.name}",
        subtitle=month_text(month.first),
        vendor=facts.vendor.name,
        period=f"{days_text(month)}, {month.time_zone}",
        as_of=moment_text(facts.at, month.time_zone),
        at=facts.at.astimezone(UTC),
        program_version=facts.program_version,
        sections=tuple(ReportSection(section.key, section.title, section.build(facts)) for section in ordered),
    )
