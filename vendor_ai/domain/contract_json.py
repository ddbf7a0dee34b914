"""A contract as plain JSON values and back, without loss: what the database and evidence files hold."""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from vendor_ai.domain.contract import (
    ChangeNotice,
    Clause,
    Contract,
    Credit,
    CreditTier,
    InsufficientPeriod,
    Performance,
    Rule,
    Tolerance,
    ToleranceKind,
    ToleranceMeaning,
)
from vendor_ai.kit.money import Money
from vendor_ai.kit.period import PeriodLength


def contract_json(contract: Contract) -> dict[str, Any]:
    """Return the contract with sorted keys; numbers that decide are text, so that no reader turns them into floats."""
    fee = contract.monthly_fee
    found: dict[str, Any] = _sorted(
        {
            "ref": contract.ref,
            "vendor": contract.vendor,
            "components": contract.components,
            "starts": contract.starts.isoformat(),
            "ends": contract.ends.isoformat(),
            "time_zone": contract.time_zone,
            "monthly_fee": None if fee is None else {"amount": str(fee.amount), "currency": fee.currency},
            "significance": str(contract.significance),
            "year_starts": contract.year_starts,
            "document_sha256": contract.document_sha256,
            "definitions": contract.definitions,
            "clauses": [clause_json(clause) for clause in contract.clauses],
        }
    )
    return found


def contract_from_json(data: Mapping[str, Any]) -> Contract:
    """Return the contract that ``contract_json`` wrote."""
    fee = data["monthly_fee"]
    return Contract(
        ref=data["ref"],
        vendor=data["vendor"],
        components=tuple(data["components"]),
        starts=date.fromisoformat(data["starts"]),
        ends=date.fromisoformat(data["ends"]),
        time_zone=data["time_zone"],
        monthly_fee=None if fee is None else Money(Decimal(fee["amount"]), fee["currency"]),
        significance=Decimal(data["significance"]),
        clauses=tuple(clause_from_json(clause) for clause in data["clauses"]),
        year_starts=data["year_starts"],
        document_sha256=data["document_sha256"],
        definitions=_plain_terms(data["definitions"]),
    )


def clause_json(clause: Clause) -> dict[str, Any]:
    """Return one clause with sorted keys."""
    found: dict[str, Any] = _sorted(
        {
            "id": clause.id,
            "kind": clause.kind,
            "terms": _terms_json(clause.terms),
            "components": clause.components,
            "page": clause.page,
            "text": clause.text,
        }
    )
    return found


def clause_from_json(data: Mapping[str, Any]) -> Clause:
    """Return the clause that ``clause_json`` wrote."""
    terms = data["terms"]
    match data["kind"]:
        case "performance":
            read: Performance | ChangeNotice | Mapping[str, Any] = _performance_from_json(terms)
        case "change_notice":
            read = ChangeNotice(**terms)
        case _:
            read = _plain_terms(terms)
    return Clause(data["id"], data["kind"], read, tuple(data["components"]), data["page"], data["text"])


def _terms_json(terms: Performance | ChangeNotice | Mapping[str, Any]) -> Mapping[str, Any]:
    match terms:
        case Performance():
            return _performance_json(terms)
        case ChangeNotice():
            return {
                "notice_days": terms.notice_days,
                "emergency_hours": terms.emergency_hours,
                "deferral_days": terms.deferral_days,
                "covers": terms.covers,
                "impact_assessment": terms.impact_assessment,
            }
        case _:
            return terms


def _performance_json(terms: Performance) -> dict[str, Any]:
    tolerance, credit = terms.tolerance, terms.credit
    return {
        "metric": terms.metric,
        "at_least": _text(terms.at_least),
        "at_most": _text(terms.at_most),
        "period": terms.period.value,
        "tolerance": tolerance and {"amount": str(tolerance.amount), "kind": tolerance.kind.value, "meaning": tolerance.meaning.value},
        "minimum_sample": terms.minimum_sample,
        "rule": terms.rule.value,
        "persistence": terms.persistence,
        "insufficient_period": terms.insufficient_period.value,
        "credit": credit and _credit_json(credit),
        "where": {name: list(values) for name, values in terms.where.items()},
        "average": terms.average,
        "positive": terms.positive,
        "label_sources": list(terms.label_sources),
        "freeze_days": terms.freeze_days,
        "maturity_days": terms.maturity_days,
        "completeness": _text(terms.completeness),
        "claim_days": terms.claim_days,
        "bound_ms": _text(terms.bound_ms),
        "by": terms.by,
        "minimum_group": terms.minimum_group,
        "cluster": terms.cluster,
    }


def _performance_from_json(data: Mapping[str, Any]) -> Performance:
    tolerance, credit = data["tolerance"], data["credit"]
    return Performance(
        metric=data["metric"],
        at_least=_decimal(data["at_least"]),
        at_most=_decimal(data["at_most"]),
        period=PeriodLength(data["period"]),
        tolerance=tolerance
        and Tolerance(Decimal(tolerance["amount"]), ToleranceKind(tolerance["kind"]), ToleranceMeaning(tolerance["meaning"])),
        minimum_sample=data["minimum_sample"],
        rule=Rule(data["rule"]),
        persistence=data["persistence"],
        insufficient_period=InsufficientPeriod(data["insufficient_period"]),
        credit=credit and _credit_from_json(credit),
        where={name: tuple(values) for name, values in data["where"].items()},
        average=data["average"],
        positive=data["positive"],
        label_sources=tuple(data["label_sources"]),
        freeze_days=data["freeze_days"],
        maturity_days=data["maturity_days"],
        completeness=_decimal(data["completeness"]),
        claim_days=data["claim_days"],
        bound_ms=_decimal(data.get("bound_ms")),  # contracts stored before there was one have none
        by=data.get("by", ""),
        minimum_group=data.get("minimum_group", 30),
        cluster=data.get("cluster", ""),
    )


def _credit_json(credit: Credit) -> dict[str, Any]:
    return {
        "percent_of_monthly_fee": str(credit.percent_of_monthly_fee),
        "months": credit.months,
        "tiers": [{"at_least": _text(tier.at_least), "below": _text(tier.below), "percent": str(tier.percent)} for tier in credit.tiers],
    }


def _credit_from_json(data: Mapping[str, Any]) -> Credit:
    tiers = (CreditTier(_decimal(tier["at_least"]), _decimal(tier["below"]), Decimal(tier["percent"])) for tier in data["tiers"])
    return Credit(Decimal(data["percent_of_monthly_fee"]), data["months"], tuple(tiers))


def _plain_terms(data: Mapping[str, Any]) -> dict[str, Any]:
    return {name: tuple(value) if isinstance(value, list) else value for name, value in data.items()}


def _text(value: Decimal | None) -> str | None:
    return None if value is None else str(value)


def _decimal(value: str | None) -> Decimal | None:
    return None if value is None else Decimal(value)


def _sorted(value: Any) -> Any:
    """The same with keys in order and lists for tuples, all the way down."""
    if isinstance(value, Mapping):
        return {key: _sorted(value[key]) for key in sorted(value)}
    if isinstance(value, list | tuple):
        return [_sorted(entry) for entry in value]
    return value
