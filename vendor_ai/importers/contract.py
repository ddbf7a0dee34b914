"""A contract file (YAML) into a contract, with every mistake named by line and field."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo, available_timezones

from vendor_ai.domain.clause import ClauseKind, Surroundings
from vendor_ai.domain.contract import Clause, Contract, Performance
from vendor_ai.domain.definition import read_definitions
from vendor_ai.domain.metric import Metric
from vendor_ai.domain.problem import Problem
from vendor_ai.domain.term import Mistake, Path, TermError, TermReader, suggestion, to_date, to_money, to_reference, to_text
from vendor_ai.importers.marked_yaml import MarkedDocument, load_marked
from vendor_ai.kit.money import Money

_FEE_SHAPE = '{amount: "12000.00", currency: EUR}'
_SHA256_DIGITS = 64
_FIRST_YEAR, _LAST_YEAR = 1970, 2199


@dataclass(frozen=True, slots=True)
class ParsedContract:
    """A contract, or the mistakes that keep the file from being one; ``warnings`` do not.

    Warnings name terms that are clear one by one and contradict each other, or that the program counts otherwise.
    """

    contract: Contract | None
    problems: tuple[Problem, ...] = ()
    warnings: tuple[Problem, ...] = ()


def parse_contract(text: str, *, metrics: Mapping[str, Metric] | None, clause_kinds: Mapping[str, ClauseKind[Any]]) -> ParsedContract:
    """Read a contract file.

    Args:
        text: The file's content.
        metrics: The metrics there are; None leaves metrics and their thresholds unchecked.
        clause_kinds: The kinds of clause there are.

    Returns:
        The contract when nothing is wrong, else all that is wrong, in the order of the lines.
    """
    document = load_marked(text)
    if not isinstance(document.data, dict):
        return ParsedContract(None, document.problems or (Problem(1, None, "This is not a contract: the file has no fields."),))
    reader = TermReader(document.data)
    contract = _read_contract(reader, metrics, clause_kinds)
    problems = (*document.problems, *_located(document, reader.mistakes))
    if problems:
        return ParsedContract(None, _by_line(problems))
    return ParsedContract(contract, warnings=_by_line(_located(document, doubts(contract))))


def _located(document: MarkedDocument, mistakes: list[Mistake]) -> tuple[Problem, ...]:
    return tuple(document.problem(mistake.path, mistake.message) for mistake in mistakes)


def _by_line(problems: tuple[Problem, ...]) -> tuple[Problem, ...]:
    return tuple(sorted(problems, key=lambda problem: problem.row or 0))


def _read_contract(reader: TermReader, metrics: Mapping[str, Metric] | None, kinds: Mapping[str, ClauseKind[Any]]) -> Contract:
    components = reader.texts("components", required=True, convert=to_reference)
    starts, ends = _read_term(reader)
    fee = _read_fee(reader)
    definitions = read_definitions(reader.part("definitions", shape="{latency_measured_at: client}"))
    _check_deadlines(reader, definitions)
    surroundings = Surroundings(metrics, reader.has("monthly_fee"), definitions)
    contract = Contract(
        ref=reader.read("contract", to_reference, "", required=True, missing="is missing; give the contract a reference, as in acme-2026."),
        vendor=reader.text("vendor", required=True),
        components=components,
        starts=starts,
        ends=ends,
        time_zone=reader.read("time_zone", _to_time_zone, "UTC"),
        monthly_fee=fee,
        significance=reader.number("significance", Decimal("0.05"), low="0.000001", high="0.5"),
        clauses=_read_clauses(reader, components, surroundings, kinds),
        year_starts=reader.whole("year_starts", 1, at_least=1, at_most=12),
        document_sha256=reader.read("document_sha256", _to_sha256, ""),
        definitions=definitions,
    )
    reader.finish()
    return contract


def _read_term(reader: TermReader) -> tuple[date, date]:
    starts = reader.read("starts", _to_day, date.min, required=True)
    ends = reader.read("ends", _to_day, date.max, required=True)
    if ends < starts:
        reader.wrong("ends", f"{ends} lies before the start ({starts}).")
    return starts, ends


def _to_day(value: object) -> date:
    """A day near enough that obligations can be counted from it: 9999-12-31 for "without end" is refused."""
    day = to_date(value)
    if not _FIRST_YEAR <= day.year <= _LAST_YEAR:
        raise TermError(f"{day} is out of range; write a day from {_FIRST_YEAR} to {_LAST_YEAR}.")
    return day


def _read_fee(reader: TermReader) -> Money | None:
    part = reader.part("monthly_fee", shape=_FEE_SHAPE)
    if part is None:
        return None
    currency = part.read("currency", _to_currency, "", required=True)
    fee = part.read("amount", lambda amount: to_money(amount, currency or "EUR"), None, required=True)
    part.finish()
    return fee


def _to_currency(value: object) -> str:
    code = to_text(value)
    if len(code) != 3 or not (code.isascii() and code.isalpha() and code.isupper()):
        raise TermError(f"{code!r} is not a currency code; write three capital letters, as in EUR.")
    return code


def _to_time_zone(value: object) -> str:
    name = to_text(value)
    try:
        ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        near = suggestion(name, sorted(available_timezones()))
        raise TermError(f"{name!r} is not a time zone; write an IANA name, as in Europe/Berlin.{near}") from None
    return name


def _to_sha256(value: object) -> str:
    digest = to_text(value).lower()
    if len(digest) != _SHA256_DIGITS or set(digest) - set("0123456789abcdef"):
        raise TermError(f"is not a SHA-256; write the {_SHA256_DIGITS} hexadecimal digits of the signed document's.")
    return digest


def _check_deadlines(reader: TermReader, definitions: Mapping[str, Any]) -> None:
    """The contract's own deadlines; a clause that names one is checked with its kind."""
    freeze_days, claim_days = definitions["label_freeze_days"], definitions["claim_days"]
    if claim_days is not None and freeze_days > claim_days:
        message = f"{claim_days} days end before the labels freeze ({freeze_days} days); agree a later claim deadline or freeze earlier."
        reader.mistakes.append(Mistake(("definitions", "claim_days"), message))


def _read_clauses(
    reader: TermReader, components: tuple[str, ...], surroundings: Surroundings, kinds: Mapping[str, ClauseKind[Any]]
) -> tuple[Clause, ...]:
    clauses: list[Clause] = []
    seen: set[str] = set()
    for part in reader.parts("clauses", required=True):
        clause = _read_clause(part, components, surroundings, kinds)
        if clause.id in seen:
            part.wrong("id", f"{clause.id!r} names an earlier clause already; every clause has its own id.")
        seen |= {clause.id} - {""}
        clauses.append(clause)
    return tuple(clauses)


def _read_clause(part: TermReader, components: tuple[str, ...], surroundings: Surroundings, kinds: Mapping[str, ClauseKind[Any]]) -> Clause:
    known = components if components else None

    def to_component(value: object) -> str:
        ref = to_reference(value)
        if known is not None and ref not in known:
            raise TermError(f"{ref!r} is not among the contract's components.{suggestion(ref, known)}")
        return ref

    ref = part.read("id", to_reference, "", required=True)
    key = part.text("kind", required=True)
    covered = part.texts("components", convert=to_component)
    page = part.whole("page", None, at_least=1)
    words = part.text("text")
    if key not in kinds:
        if key:
            near = suggestion(key, kinds)
            part.wrong("kind", f"{key!r} is not a kind of clause.{near or ' There are ' + ', '.join(sorted(kinds)) + '.'}")
        return Clause(ref, key, {}, covered, page, words)
    terms = kinds[key].read(part, surroundings)
    part.finish()
    return Clause(ref, key, terms, covered, page, words)


def doubts(contract: Contract) -> list[Mistake]:
    """Terms of a sound contract that contradict each other, or that the program counts otherwise than agreed."""
    found = _exit_contradictions(contract)
    if contract.definitions.get("retries") == "last_attempt":
        message = "holds only if the log has the last attempt alone: the program counts every logged attempt as a call."
        found.append(Mistake(("definitions", "retries"), message))
    if contract.definitions.get("latency_to") == "first_token":
        found.append(
            Mistake(
                ("definitions", "latency_to"), "holds only if the logged latency ends at the first token: the program takes it as logged."
            )
        )
    return [*found, *_completeness_hint(contract)]


def _completeness_hint(contract: Contract) -> list[Mistake]:
    """Once, where it was agreed: what the completeness of the log is held against."""
    paths: list[Path] = [
        ("clauses", index, "completeness")
        for index, clause in enumerate(contract.clauses)
        if isinstance(clause.terms, Performance) and clause.terms.completeness is not None
    ]
    if not paths:
        return []
    message = (
        "is held against the calls that clients count and invoices name (`vendor-ai prediction billed`): until one of them is known, "
        "nothing is called proven."
    )
    agreed = ("definitions", "completeness") if contract.definitions.get("completeness") is not None else paths[0]
    return [Mistake(agreed, message)]


def _exit_contradictions(contract: Contract) -> list[Mistake]:
    """Deletion that is due while the customer still needs the data: the interface answers, or the export is open."""
    found = []
    for index, clause in enumerate(contract.clauses):
        if clause.kind != "deletion" or not isinstance(clause.terms, Mapping) or clause.terms["counts_from"] != "termination":
            continue
        path, days = ("clauses", index, "within_days"), clause.terms["within_days"]
        api_days, export_days = _days(contract, "transition", "api_days"), _days(contract, "data_export", "within_days")
        if api_days > days:
            advice = "Let the deletion count from the end of the interface (counts_from: end_of_api) or agree other days."
            message = (
                f"contradicts the transition: everything is deleted {days} days after the end, but the interface answers for {api_days}."
            )
            found.append(Mistake(path, f"{message} {advice}"))
        if export_days > days:
            message = f"contradicts the export: everything is deleted {days} days after the end, but the export may take {export_days}."
            found.append(Mistake(path, message))
    return found


def _days(contract: Contract, kind: str, term: str) -> int:
    terms = [clause.terms for clause in contract.clauses if clause.kind == kind]
    return max((int(found[term]) for found in terms if isinstance(found, Mapping)), default=0)
