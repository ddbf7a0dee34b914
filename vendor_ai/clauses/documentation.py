"""Documents about the model, renewed by the calendar and after a material change."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from vendor_ai.domain.clause import Deed, Example, declared_kind
from vendor_ai.domain.contract import Contract
from vendor_ai.domain.declared_term import DeclaredTerm

_DOCUMENTS = ("model_card", "training_data", "validation_method")

_TERMS = (
    DeclaredTerm("documents", _DOCUMENTS, "what is delivered; a model card holds intended use, limitations, metrics", _DOCUMENTS, "words"),
    DeclaredTerm("every_months", 12, "months from one delivery to the next", holds="months"),
    DeclaredTerm("after_change_days", 30, "days from a material change to the renewed documents", holds="days"),
)


def is_kept(terms: Mapping[str, Any], after_change: Deed) -> bool:
    """Whether the documents followed a material change in time."""
    return after_change.within(int(terms["after_change_days"]))


def due(terms: Mapping[str, Any], contract: Contract) -> tuple[tuple[date, str], ...]:
    """The documents by the end of each stretch."""
    names = ", ".join(name.replace("_", " ") for name in terms["documents"])
    return tuple((day, f"Documents: {names}") for day in contract.every(int(terms["every_months"])))


EXAMPLES = (
    Example("renewed 30 days after the change", {}, Deed(date(2026, 3, 1), date(2026, 3, 31)), kept=True),
    Example("renewed on day 31", {}, Deed(date(2026, 3, 1), date(2026, 4, 1)), kept=False),
    Example("never renewed", {}, Deed(date(2026, 3, 1), None), kept=False),
)

CLAUSE_KIND = declared_kind("documentation", "Documentation", _TERMS, is_kept=is_kept, examples=EXAMPLES, due=due)
