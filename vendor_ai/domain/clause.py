"""A kind of clause: how its terms are read and shown, when it is kept, and what it makes due."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Generic, TypeVar

from vendor_ai.domain.contract import Contract
from vendor_ai.domain.declared_term import DeclaredTerm, TermLine, read_declared
from vendor_ai.domain.metric import Metric
from vendor_ai.domain.term import Mistake, TermReader

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What a clause must know of the contract around it to be checked.

    Attributes:
        metrics: The metrics there are; None: a metric is taken as it is named.
        has_monthly_fee: Whether the contract names one.
        definitions: The contract's definitions, complete.
    """

    metrics: Mapping[str, Metric] | None = None
    has_monthly_fee: bool = True
    definitions: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Example:
    """A worked case: what was agreed (as in the file), what happened, and whether the promise was kept."""

    name: str
    agreed: Mapping[str, Any]
    happened: Any
    kept: bool


@dataclass(frozen=True, slots=True)
class Deed:
    """Something promised by a number of days, counted from the date ``since``; ``done`` is None while it is open."""

    since: date
    done: date | None

    def within(self, days: int) -> bool:
        """Whether it was done at the latest on the last of ``days`` days."""
        return self.done is not None and (self.done - self.since).days <= days


@dataclass(frozen=True, slots=True)
class Obligation:
    """A dated promise of a contract."""

    contract: str
    clause: str
    due: date
    what: str


def nothing_due(_terms: Any, _contract: Contract) -> tuple[tuple[date, str], ...]:
    """For kinds whose promises have no date of their own."""
    return ()


@dataclass(frozen=True, slots=True)
class ClauseKind(Generic[T]):
    """One kind of clause, one file.

    Attributes:
        key: Name in contracts, e.g. ``change_notice``.
        label: Name on screens.
        read: A clause's fields to its terms; mistakes go to the reader.
        describe: The terms as lines, defaults marked.
        is_kept: Whether the promise was kept, given what happened (each kind says what that is).
        examples: At least one kept and one broken promise; the tests run them.
        due: Dates the contract fixes, and what is due then.
    """

    key: str
    label: str
    read: Callable[[TermReader, Surroundings], T]
    describe: Callable[[T], list[TermLine]]
    is_kept: Callable[[T, Any], bool]
    examples: tuple[Example, ...]
    due: Callable[[T, Contract], tuple[tuple[date, str], ...]] = nothing_due

    def parse(self, mapping: Mapping[str, Any], surroundings: Surroundings | None = None) -> tuple[T, list[Mistake]]:
        """Return the terms of a mapping that holds nothing but terms, and every mistake; with mistakes the terms are of no use."""
        reader = TermReader(mapping)
        terms = self.read(reader, surroundings or Surroundings())
        reader.finish()
        return terms, reader.mistakes


def declared_kind(
    key: str,
    label: str,
    declared: tuple[DeclaredTerm, ...],
    *,
    is_kept: Callable[[Mapping[str, Any], Any], bool],
    examples: tuple[Example, ...],
    due: Callable[[Mapping[str, Any], Contract], tuple[tuple[date, str], ...]] = nothing_due,
) -> ClauseKind[Mapping[str, Any]]:
    """Return a kind whose terms are plain values, read and described from their declarations."""

    def read(reader: TermReader, _surroundings: Surroundings) -> Mapping[str, Any]:
        return read_declared(declared, reader)

    def describe(terms: Mapping[str, Any]) -> list[TermLine]:
        return [term.line(terms) for term in declared]

    return ClauseKind(key, label, read, describe, is_kept, examples, due)


def obligations_of(contract: Contract, kinds: Mapping[str, ClauseKind[Any]]) -> tuple[Obligation, ...]:
    """Every dated promise of a contract, earliest first."""
    found = [
        Obligation(contract.ref, clause.id, due, what)
        for clause in contract.clauses
        if clause.kind in kinds
        for due, what in kinds[clause.kind].due(clause.terms, contract)
    ]
    return tuple(sorted(found, key=lambda obligation: (obligation.due, obligation.clause, obligation.what)))
