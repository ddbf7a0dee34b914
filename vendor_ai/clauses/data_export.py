"""The customer's data, handed over in an open format when the contract ends."""

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

from vendor_ai.domain.clause import Deed, Example, declared_kind
from vendor_ai.domain.contract import Contract
from vendor_ai.domain.declared_term import DeclaredTerm

_OWNED = ("input", "derived")

_TERMS = (
    DeclaredTerm("customer_owns", _OWNED, "which data belongs to the customer", _OWNED, "words"),
    DeclaredTerm("formats", ("csv", "json"), "formats of the export", ("csv", "json", "parquet", "xml"), "words"),
    DeclaredTerm("within_days", 30, "days from the contract's end to the export", holds="days"),
)


def is_kept(terms: Mapping[str, Any], export: Deed) -> bool:
    """Whether the export came in time."""
    return export.within(int(terms["within_days"]))


def due(terms: Mapping[str, Any], contract: Contract) -> tuple[tuple[date, str], ...]:
    """The export after the end."""
    formats = " or ".join(name.upper() for name in terms["formats"])
    return ((contract.ends + timedelta(days=int(terms["within_days"])), f"Export of the customer's data as {formats}"),)


EXAMPLES = (
    Example("exported on day 30", {}, Deed(date(2027, 12, 31), date(2028, 1, 30)), kept=True),
    Example("exported on day 31", {}, Deed(date(2027, 12, 31), date(2028, 1, 31)), kept=False),
)

CLAUSE_KIND = declared_kind("data_export", "Data export", _TERMS, is_kept=is_kept, examples=EXAMPLES, due=due)
