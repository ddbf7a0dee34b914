"""The service goes on for a while after the contract's end, so that the customer can move."""

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

from vendor_ai.domain.clause import Deed, Example, declared_kind
from vendor_ai.domain.contract import Contract
from vendor_ai.domain.declared_term import DeclaredTerm

_TERMS = (
    DeclaredTerm("api_days", 90, "days after the contract's end on which the interface still answers", holds="days"),
    DeclaredTerm("tuning_documentation", True, "whether the customer's own tuning is documented and handed over", holds="flag"),
)


def is_kept(terms: Mapping[str, Any], service: Deed) -> bool:
    """Whether the interface answered long enough; ``done`` is the last day it did, None: it still does."""
    return service.done is None or (service.done - service.since).days >= int(terms["api_days"])


def due(terms: Mapping[str, Any], contract: Contract) -> tuple[tuple[date, str], ...]:
    """The last day of the service, and the documentation by then."""
    last = contract.ends + timedelta(days=int(terms["api_days"]))
    found = [(last, "Last day on which the interface answers")]
    if terms["tuning_documentation"]:
        found.append((last, "Documentation of the customer's own tuning"))
    return tuple(found)


EXAMPLES = (
    Example("answered up to day 90", {}, Deed(date(2027, 12, 31), date(2028, 3, 30)), kept=True),
    Example("switched off after day 89", {}, Deed(date(2027, 12, 31), date(2028, 3, 29)), kept=False),
)

CLAUSE_KIND = declared_kind("transition", "Transition", _TERMS, is_kept=is_kept, examples=EXAMPLES, due=due)
