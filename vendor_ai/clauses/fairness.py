"""Regular bias testing over named attributes, with a remediation plan where the bound is passed."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from vendor_ai.domain.clause import Deed, Example, declared_kind
from vendor_ai.domain.contract import Contract
from vendor_ai.domain.declared_term import DeclaredTerm

_TERMS = (
    DeclaredTerm("attributes", None, "groups to be compared, such as age or gender", holds="words", required=True),
    DeclaredTerm("measure", "demographic_parity_difference", "what is compared", ("demographic_parity_difference",)),
    DeclaredTerm("at_most", "0.10", "largest difference between two groups", holds="share"),
    DeclaredTerm("every_months", 12, "months from one test to the next", holds="months"),
    DeclaredTerm("results_within_days", 30, "days from a test to its results", holds="days"),
    DeclaredTerm("remediation_plan_within_days", 30, "days from results above the bound to a plan", holds="days"),
    DeclaredTerm("independent_audit", True, "whether the customer may have an independent audit made once a year", holds="flag"),
)


@dataclass(frozen=True, slots=True)
class BiasTest:
    """One test: when it was made and told, the largest difference found, and the plan that followed."""

    results: Deed
    difference: Decimal
    plan: Deed | None = None


def is_kept(terms: Mapping[str, Any], test: BiasTest) -> bool:
    """Whether results came in time and, where they pass the bound, a plan in time too."""
    if not test.results.within(int(terms["results_within_days"])):
        return False
    if test.difference <= Decimal(terms["at_most"]):
        return True
    return test.plan is not None and test.plan.within(int(terms["remediation_plan_within_days"]))


def due(terms: Mapping[str, Any], contract: Contract) -> tuple[tuple[date, str], ...]:
    """A test by the end of each stretch, and its results."""
    names = ", ".join(terms["attributes"])
    found = []
    for day in contract.every(int(terms["every_months"])):
        found.append((day, f"Bias test over {names}"))
        found.append((day + timedelta(days=int(terms["results_within_days"])), f"Results of the bias test over {names}"))
    return tuple(found)


_TESTED, _TOLD = date(2026, 12, 1), date(2026, 12, 31)

EXAMPLES = (
    Example("within the bound, told in 30 days", {"attributes": ["gender"]}, BiasTest(Deed(_TESTED, _TOLD), Decimal("0.10")), kept=True),
    Example("told on day 31", {"attributes": ["gender"]}, BiasTest(Deed(_TESTED, date(2027, 1, 1)), Decimal("0.01")), kept=False),
    Example("above the bound without a plan", {"attributes": ["gender"]}, BiasTest(Deed(_TESTED, _TOLD), Decimal("0.11")), kept=False),
    Example(
        "above the bound with a plan in time",
        {"attributes": ["gender"]},
        BiasTest(Deed(_TESTED, _TOLD), Decimal("0.11"), plan=Deed(_TOLD, date(2027, 1, 15))),
        kept=True,
    ),
)

CLAUSE_KIND = declared_kind("fairness", "Bias testing", _TERMS, is_kept=is_kept, examples=EXAMPLES, due=due)
