"""The customer's data, deleted at the vendor's after the contract's end."""

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

from vendor_ai.domain.clause import Deed, Example, declared_kind
from vendor_ai.domain.contract import Contract
from vendor_ai.domain.declared_term import DeclaredTerm

_TERMS = (
    DeclaredTerm("within_days", 60, "days until everything is deleted", holds="days"),
    DeclaredTerm("counts_from", "termination", "what the days count from", ("termination", "end_of_api")),
    DeclaredTerm("written_confirmation", True, "whether the vendor confirms the deletion in writing", holds="flag"),
)


def is_kept(terms: Mapping[str, Any], deletion: Deed) -> bool:
    """Whether everything was deleted in time; the deed counts from what the clause counts from."""
    return deletion.within(int(terms["within_days"]))


def due(terms: Mapping[str, Any], contract: Contract) -> tuple[tuple[date, str], ...]:
    """The deletion after the contract's end, or after the last day of the interface where the clause counts from there."""
    start = contract.ends
    if terms["counts_from"] == "end_of_api":
        start += timedelta(days=api_days(contract))
    return ((start + timedelta(days=int(terms["within_days"])), "Deletion of the customer's data"),)


def api_days(contract: Contract) -> int:
    """Days for which the interface still answers after the end, by the contract's clause of transition; 0 without one."""
    terms = [clause.terms for clause in contract.clauses if clause.kind == "transition"]
    return max((int(term["api_days"]) for term in terms if isinstance(term, Mapping)), default=0)


EXAMPLES = (
    Example("deleted on day 60", {}, Deed(date(2027, 12, 31), date(2028, 2, 29)), kept=True),
    Example("deleted on day 61", {}, Deed(date(2027, 12, 31), date(2028, 3, 1)), kept=False),
    Example("never deleted", {}, Deed(date(2027, 12, 31), None), kept=False),
)

CLAUSE_KIND = declared_kind("deletion", "Deletion", _TERMS, is_kept=is_kept, examples=EXAMPLES, due=due)
