"""Each promise of each contract: what was owed, what was measured, how sure that is."""

from decimal import Decimal
from fractions import Fraction

from vendor_ai.domain.account import AccountFacts
from vendor_ai.domain.contract import Contract, Performance
from vendor_ai.domain.report import Block, Cell, Column, ColumnType, Paragraph, Points, Subheading, TableBlock
from vendor_ai.domain.verdict import ClauseVerdict, ContractEvaluation, ContractStatus, Evidence, Reason, Result
from vendor_ai.kit.number import float_text
from vendor_ai.reports.quantity import decimal_of, exact_text, quantity, quantity_text, span, span_text
from vendor_ai.reports.section import Section
from vendor_ai.reports.wording import (
    chance_text,
    count_text,
    days_text,
    evidence_mark,
    ordinal,
    promise_text,
    reason_text,
    side_text,
    unit_of,
    verdict_mark,
)

_STATUS = {
    ContractStatus.VIOLATED: "violated",
    ContractStatus.PARTIAL: "not violated, but not every promise could be judged",
    ContractStatus.COMPLIANT: "kept",
    ContractStatus.INSUFFICIENT_DATA: "not judged, for lack of data",
}

_COLUMNS = (
    Column("promise", "Promise"),
    Column("component", "Component"),
    Column("owed", "Owed"),
    Column("measured", "Measured", ColumnType.QUANTITY),
    Column("interval", "Interval", ColumnType.SPAN),
    Column("n", "Calls", ColumnType.INTEGER),
    Column("verdict", "Verdict", ColumnType.MARK),
    Column("evidence", "How sure", ColumnType.MARK),
    Column("run", "In a row"),
    Column("credit", "Credit", ColumnType.MONEY, detail=True),
    Column("contract", "Contract", detail=True),
    Column("period", "Period", detail=True),
    Column("clause", "Clause", detail=True),
    Column("threshold", "Threshold", ColumnType.QUANTITY, detail=True),
    Column("limit", "Limit", ColumnType.QUANTITY, detail=True),
    Column("labelled", "Labelled calls", ColumnType.INTEGER, detail=True),
    Column("p_value", "p, raw", ColumnType.DECIMAL, detail=True),
    Column("p_adjusted", "p, adjusted", ColumnType.DECIMAL, detail=True),
    Column("revision", "Revision", ColumnType.INTEGER, detail=True),
)


def build(facts: AccountFacts) -> tuple[Block, ...]:
    """One table and one reading for each contract and period, closed ones first."""
    if not facts.contracts:
        return (Paragraph("No contract is on record, so there are no clauses to judge."),)
    blocks: list[Block] = []
    for contract, it in facts.closed():
        blocks += _period(facts, contract, it, closed=True)
    if not blocks:
        blocks.append(Paragraph("No contract period has closed yet."))
    for contract, it in facts.running():
        blocks += _period(facts, contract, it, closed=False)
    return tuple(blocks)


def _period(facts: AccountFacts, contract: Contract, it: ContractEvaluation, *, closed: bool) -> list[Block]:
    name = f"{contract.ref}, {it.period.name}" + ("" if closed else ", still running")
    status = _STATUS[it.status] if closed else "still running: the figures show its course, nothing in it is decided"
    about = f"{days_text(it.period)}, {it.period.time_zone}. The contract was {status}." if closed else f"{days_text(it.period)}, {status}."
    blocks: list[Block] = [Subheading(name), Paragraph(about)]
    if not it.clauses:
        return [*blocks, Paragraph("No clause of this contract is measured over a period of this length.")]
    rows = tuple(_row(facts, contract, it, verdict, closed=closed) for verdict in it.clauses)
    blocks.append(TableBlock("Clauses", f"Promises of {name}", _COLUMNS, rows))
    if closed:
        blocks.append(Points(tuple(_reading(facts, contract, it, verdict) for verdict in it.clauses)))
    return blocks


def _row(facts: AccountFacts, contract: Contract, it: ContractEvaluation, verdict: ClauseVerdict, *, closed: bool) -> tuple[Cell, ...]:
    unit, measured = unit_of(verdict), verdict.measurement
    value = quantity(measured.value, unit, limit=verdict.limit)
    return (
        facts.promise_label(verdict.metric, verdict.clause),
        verdict.component,
        promise_text(verdict),
        value,
        span(measured.interval, unit, value.places if value else 1),
        measured.n,
        verdict_mark(verdict, closed=closed),
        evidence_mark(verdict),
        _run(contract, verdict),
        verdict.credit,
        contract.ref,
        it.period.name,
        verdict.clause,
        quantity(verdict.threshold, unit),
        quantity(decimal_of(verdict.limit), unit),
        measured.labelled,
        None if measured.p_value is None else Decimal(float_text(measured.p_value, significant=6)),
        None if measured.p_adjusted is None else Decimal(float_text(measured.p_adjusted, significant=6)),
        verdict.revision,
    )


def _terms(contract: Contract, verdict: ClauseVerdict) -> Performance | None:
    for clause in contract.clauses:
        if clause.id == verdict.clause and isinstance(clause.terms, Performance):
            return clause.terms
    return None


def _run(contract: Contract, verdict: ClauseVerdict) -> str:
    if not verdict.consecutive:
        return ""
    terms = _terms(contract, verdict)
    return f"{verdict.consecutive} of {terms.persistence}" if terms and terms.persistence > 1 else str(verdict.consecutive)


def _reading(facts: AccountFacts, contract: Contract, it: ContractEvaluation, verdict: ClauseVerdict) -> str:
    """One verdict as a lawyer would want it read out."""
    parts = [_measured(facts, contract, verdict)]
    if verdict.result is not Result.INSUFFICIENT_DATA:
        parts.append(_strength(contract, it, verdict))
    told = set() if verdict.result is Result.MET else {Reason.NO_DATA, Reason.NOT_SIGNIFICANT}
    parts += [f"Note: {reason_text(code)}." for code in verdict.measurement.reasons if code not in told]
    if verdict.violated:
        parts.append(_consequence(contract, verdict))
    if verdict.revision:
        parts.append(f"This is revision {verdict.revision} of the verdict; the earlier one stands beside it in the records.")
    return " ".join(part for part in parts if part)


def _measured(facts: AccountFacts, contract: Contract, verdict: ClauseVerdict) -> str:
    unit, measured = unit_of(verdict), verdict.measurement
    label = f"{facts.promise_label(verdict.metric, verdict.clause)} of {verdict.component}"
    value = quantity(measured.value, unit, limit=verdict.limit)
    if value is None:
        return f"{label}: there are no calls to measure, so nothing is said for or against the vendor."
    owed = side_text(verdict.limit, unit, verdict.is_floor)
    calls = count_text(measured.n, "call")
    if verdict.result is Result.INSUFFICIENT_DATA:
        terms = _terms(contract, verdict)
        least = f"; the contract asks for at least {terms.minimum_sample:,}" if terms else ""
        return f"{label}: {calls} {'is' if measured.n == 1 else 'are'} too few to judge{least}. Measured so far: {quantity_text(value)}."
    interval = span(measured.interval, unit, value.places)
    around = f" (interval {span_text(interval)})" if interval else ""
    tolerance = ""
    if verdict.limit != Fraction(verdict.threshold):
        tolerance = f", the threshold of {exact_text(verdict.threshold, unit)} with the agreed tolerance"
    return f"{label}: {quantity_text(value)} over {calls}{around}; owed was {owed}{tolerance}."


def _strength(contract: Contract, it: ContractEvaluation, verdict: ClauseVerdict) -> str:
    measured = verdict.measurement
    if measured.evidence is Evidence.PROVEN_COMPLIANT:
        return f"That the promise was kept is proven at a risk of error of {exact_text(contract.significance, 'share')}."
    if verdict.result is Result.MET:
        return "The measured value keeps the promise, but that is not proven."
    if measured.p_adjusted is None:
        return ""
    family = sum(other.measurement.p_value is not None for other in it.clauses)
    corrected = f", corrected for the {family} promises tested together" if family > 1 else ""
    chance = f"Were the vendor exactly at the limit, so bad a result would come with a probability {_of(measured.p_adjusted)}{corrected}"
    return f"{chance}: the breach is {'proven' if measured.evidence is Evidence.PROVEN_BREACH else 'not proven'}."


def _of(p_value: float) -> str:
    text = chance_text(p_value)
    return text if text.startswith("below") else f"of {text}"


def _consequence(contract: Contract, verdict: ClauseVerdict) -> str:
    terms = _terms(contract, verdict)
    needed = terms.persistence if terms else 1
    place = f"This is the {ordinal(verdict.consecutive)} broken period in a row"
    if verdict.credit is not None and verdict.credit.amount:
        return f"{place}; a credit of {verdict.credit} is due."
    if verdict.persistent:
        return f"{place}; the clause grants no credit for it."
    return f"{place}; a credit takes {needed}." if needed > 1 and terms and terms.credit else f"{place}."


SECTION = Section("clauses", 20, "Promises and measurements", build)
