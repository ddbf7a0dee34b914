"""Verdicts as plain JSON values: the document people get, and the fuller one that is stored."""

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from typing import Any
from zoneinfo import ZoneInfo

from vendor_ai.domain.verdict import ClauseVerdict, ContractEvaluation, Evidence, LabelCheck, Measurement, Result, VersionChange
from vendor_ai.kit.money import Money
from vendor_ai.kit.number import float_text, fraction_text
from vendor_ai.kit.period import local_midnight


def value_text(value: Fraction | float | None) -> str | None:
    """A measured value as a decimal string."""
    if value is None:
        return None
    return fraction_text(value) if isinstance(value, Fraction) else float_text(value)


def _optional(value: float | None) -> str | None:
    return None if value is None else float_text(value)


def clause_json(verdict: ClauseVerdict) -> dict[str, Any]:
    """One entry of ``clauses`` in the **sla** document, with the reasons, bounds and versions behind it."""
    figure = verdict.measurement
    return {
        "id": verdict.clause,
        "component": verdict.component,
        "metric": verdict.metric,
        "unit": verdict.unit,
        "threshold": f"{verdict.threshold:f}",
        "limit": fraction_text(verdict.limit),
        "value": value_text(figure.value),
        "interval": [_optional(bound) for bound in figure.interval],
        "n": figure.n,
        "labelled": figure.labelled,
        "excluded": dict(figure.excluded),
        "result": verdict.result.value,
        "evidence": figure.evidence.value,
        "p_value": _optional(figure.p_value),
        "p_adjusted": _optional(figure.p_adjusted),
        "violated": verdict.violated,
        "consecutive": verdict.consecutive,
        "persistent": verdict.persistent,
        "credit": None if verdict.credit is None else verdict.credit.as_json(),
        "revision": verdict.revision,
        "reasons": [str(reason) for reason in figure.reasons],
        "bounds": None if figure.bounds is None else [fraction_text(bound) for bound in figure.bounds],
        "versions": dict(figure.versions),
        "completeness": None if figure.completeness is None else fraction_text(figure.completeness),
        "labels_checked_twice": None if figure.check is None else figure.check.checked,
        "labels_in_disagreement": None if figure.check is None else figure.check.disagreed,
        "audit_sample": figure.audit,
        "freezes_on": None if verdict.freezes_on is None else verdict.freezes_on.isoformat(),
    }


def is_provisional(verdict: ClauseVerdict, time_zone: str, at: datetime) -> bool | None:
    """Whether labels can still come for a stored verdict at an instant; None for one that is not stored."""
    if verdict.freezes_on is None:
        return None
    return at < local_midnight(verdict.freezes_on + timedelta(days=1), time_zone)


def change_json(change: VersionChange) -> dict[str, Any]:
    """One served version that appeared, beside the notice it had."""
    return {
        "component": change.component,
        "before": change.before,
        "after": change.after,
        "first_seen": change.first_seen.isoformat(),
        "notice": change.notice_id,
        "days_notice": change.days_notice,
        "days_agreed": change.days_agreed,
        "unannounced": change.unannounced,
        "material": change.material,
        "violated": change.violated,
        "reason": change.reason,
    }


def evaluation_json(evaluation: ContractEvaluation) -> dict[str, Any]:
    """The **sla** document."""
    zone = ZoneInfo(evaluation.period.time_zone)
    return {
        "contract": evaluation.contract,
        "period": {
            "name": evaluation.period.name,
            "start": evaluation.period.start_at.astimezone(zone).isoformat(),
            "end": evaluation.period.end_at.astimezone(zone).isoformat(),
            "time_zone": evaluation.period.time_zone,
            "closed": evaluation.period.closed(evaluation.at),
        },
        "at": evaluation.at.isoformat(),
        "status": evaluation.status.value,
        "clauses": [
            clause_json(verdict) | {"provisional": is_provisional(verdict, evaluation.period.time_zone, evaluation.at)}
            for verdict in evaluation.clauses
        ],
        "changes": [change_json(change) for change in evaluation.changes],
        "credits_total": None if evaluation.credits_total is None else evaluation.credits_total.as_json(),
        "rows_not_yet_counted": evaluation.stale,
    }


def verdict_json(verdict: ClauseVerdict) -> dict[str, Any]:
    """Everything of a verdict, without loss: what the database holds."""
    figure = verdict.measurement
    exact = isinstance(figure.value, Fraction)
    return clause_json(verdict) | {
        "is_floor": verdict.is_floor,
        "limit": str(verdict.limit),
        "value": str(figure.value) if exact else figure.value,
        "interval": list(figure.interval),
        "missed": figure.missed,
        "sample": figure.sample,
        "p_value": figure.p_value,
        "p_adjusted": figure.p_adjusted,
        "bounds": None if figure.bounds is None else [str(bound) for bound in figure.bounds],
        "completeness": None if figure.completeness is None else str(figure.completeness),
        "revised_at": None if verdict.revised_at is None else verdict.revised_at.isoformat(),
    }


def verdict_from_json(data: Mapping[str, Any]) -> ClauseVerdict:
    """The inverse of ``verdict_json``."""
    value, bounds, credit = data["value"], data["bounds"], data["credit"]
    low, high = data["interval"]
    completeness, checked, freezes_on = (data.get(name) for name in ("completeness", "labels_checked_twice", "freezes_on"))
    return ClauseVerdict(
        clause=data["id"],
        component=data["component"],
        metric=data["metric"],
        unit=data["unit"],
        threshold=Decimal(data["threshold"]),
        limit=Fraction(data["limit"]),
        is_floor=data["is_floor"],
        measurement=Measurement(
            value=Fraction(value) if isinstance(value, str) else value,
            interval=(low, high),
            n=data["n"],
            labelled=data["labelled"],
            excluded=dict(data["excluded"]),
            missed=data["missed"],
            p_value=data["p_value"],
            p_adjusted=data["p_adjusted"],
            evidence=Evidence(data["evidence"]),
            reasons=tuple(data["reasons"]),
            bounds=None if bounds is None else (Fraction(bounds[0]), Fraction(bounds[1])),
            versions=dict(data["versions"]),
            sample=data.get("sample"),
            completeness=None if completeness is None else Fraction(completeness),
            check=None if checked is None else LabelCheck(checked, data["labels_in_disagreement"]),
            audit=data.get("audit_sample"),
        ),
        result=Result(data["result"]),
        violated=data["violated"],
        consecutive=data["consecutive"],
        persistent=data["persistent"],
        credit=None if credit is None else Money(Decimal(credit["amount"]), credit["currency"]),
        revision=data["revision"],
        revised_at=None if data["revised_at"] is None else datetime.fromisoformat(data["revised_at"]),
        freezes_on=None if freezes_on is None else date.fromisoformat(freezes_on),
    )
