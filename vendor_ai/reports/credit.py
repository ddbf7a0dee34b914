"""Service credits that are due, gathered from the verdicts."""

from dataclasses import dataclass
from datetime import date, timedelta

from vendor_ai.domain.account import AccountFacts
from vendor_ai.domain.contract import Contract, Performance
from vendor_ai.kit.money import Money
from vendor_ai.kit.period import Period


@dataclass(frozen=True, slots=True)
class CreditDue:
    """One credit: of which contract ("" where only the period is known), period, clause and component."""

    contract: str
    period: str
    clause: str
    component: str
    amount: Money
    claim_by: date | None = None


def _claim_by(contract: Contract, period: Period, clause_id: str) -> date | None:
    """The last day on which the contract lets a credit be claimed; None where it sets none."""
    for clause in contract.clauses:
        terms = clause.terms
        if clause.id == clause_id and isinstance(terms, Performance) and terms.claim_days is not None:
            return period.end - timedelta(days=1) + timedelta(days=terms.claim_days)
    return None


def credits_due(facts: AccountFacts) -> tuple[CreditDue, ...]:
    """Credits of the closed periods, then what earlier periods left unsettled; one period, clause and component counts once."""
    found = [
        CreditDue(
            contract.ref, it.period.name, verdict.clause, verdict.component, verdict.credit, _claim_by(contract, it.period, verdict.clause)
        )
        for contract, it in facts.closed()
        for verdict in it.clauses
        if verdict.credit is not None and verdict.credit.amount
    ]
    known = {(credit.period, credit.clause, credit.component) for credit in found}
    earlier = [
        CreditDue("", period, clause, component, amount)
        for period, clause, component, amount in facts.earlier_credits
        if (period, clause, component) not in known
    ]
    return (*found, *earlier)


def total_text(facts: AccountFacts) -> str:
    """The sum by currency, ``600.00 EUR and 10.00 USD``; empty where nothing is due."""
    totals: dict[str, Money] = {}
    for credit in credits_due(facts):
        so_far = totals.get(credit.amount.currency)
        totals[credit.amount.currency] = credit.amount if so_far is None else so_far + credit.amount
    return " and ".join(str(totals[currency]) for currency in sorted(totals))
