"""The customer's right to look: metrics on its own data, independent validation, explanations."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from vendor_ai.domain.clause import Deed, Example, declared_kind
from vendor_ai.domain.declared_term import DeclaredTerm

_TERMS = (
    DeclaredTerm("metrics_access", True, "whether the customer sees the metrics on its own data", holds="flag"),
    DeclaredTerm("independent_validation", True, "whether a third party may validate the model for the customer", holds="flag"),
    DeclaredTerm("explanations", "high_stakes", "which decisions the vendor explains on request", ("high_stakes", "all", "none")),
    DeclaredTerm("answer_within_days", 30, "days from a request to the answer", holds="days"),
)


def is_kept(terms: Mapping[str, Any], answer: Deed) -> bool:
    """Whether a request was answered in time."""
    return answer.within(int(terms["answer_within_days"]))


EXAMPLES = (
    Example("answered on day 30", {}, Deed(date(2026, 3, 1), date(2026, 3, 31)), kept=True),
    Example("ten days were agreed, it took eleven", {"answer_within_days": "10"}, Deed(date(2026, 3, 1), date(2026, 3, 12)), kept=False),
)

CLAUSE_KIND = declared_kind("audit_right", "Audit right", _TERMS, is_kept=is_kept, examples=EXAMPLES)
