"""The inventory file: one row a component, as xlsx, csv or json."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from pathlib import Path
from typing import Any

from vendor_ai.domain.errors import InvalidInputError
from vendor_ai.domain.problem import Problem
from vendor_ai.domain.tier import UnknownDecisionTypeError, UnknownRightError, read_decision_type, read_right
from vendor_ai.domain.vendor import INVENTORY_COLUMNS, Component, ComponentStatus, Vendor
from vendor_ai.importers.log_file import read_log_file
from vendor_ai.kit.slug import slug

_LISTS = {"affected_rights", "regions", "data_classes", "capabilities"}
_ESCAPED = re.compile("'+[=+@\t\r-]")
_MOST_ROWS = 1_000_000


@dataclass(frozen=True, slots=True)
class InventoryRow:
    """One component as the file has it; ``given`` names the fields the file has a column for."""

    row: int
    vendor: Vendor
    component: Component
    given: frozenset[str]

    def merged(self, known: Component) -> Component:
        """The stored component with what this file says laid over it."""
        return replace(known, **{name: getattr(self.component, name) for name in self.given | {"vendor", "name"}})


def read_inventory(path: Path) -> tuple[list[InventoryRow], list[Problem], list[str]]:
    """Return the good rows, the problems, and columns nobody knows.

    Raises:
        InvalidInputError: When the file cannot be read at all or lacks a required column.
    """
    columns, numbers, problems = _xlsx(path) if path.suffix.lower() == ".xlsx" else _plain(path)
    missing = [name for name in ("vendor", "component") if name not in columns]
    if missing:
        raise InvalidInputError(
            f"{path} has no column {missing[0]!r}. The inventory needs at least the columns vendor and component; "
            "`vendor-ai inventory template FILE` writes all of them."
        )
    rows: list[InventoryRow] = []
    seen: dict[str, int] = {}
    for index, number in enumerate(numbers):
        record = {name: columns[name][index] for name in INVENTORY_COLUMNS if name in columns}
        read = _row(record, number)
        if isinstance(read, InventoryRow) and read.component.ref in seen:
            read = Problem(number, "ref", f"The reference {read.component.ref!r} stands in row {seen[read.component.ref]} already.")
        if isinstance(read, Problem):
            problems.append(read)
        else:
            seen[read.component.ref] = number
            rows.append(read)
    return rows, problems, [name for name in columns if name not in INVENTORY_COLUMNS]


def _plain(path: Path) -> tuple[dict[str, list[Any]], Sequence[int], list[Problem]]:
    columns: dict[str, list[Any]] = {}
    numbers: Sequence[int] = []
    problems: list[Problem] = []
    for batch in read_log_file(path, _MOST_ROWS):
        columns, numbers = batch.columns, batch.rows
        problems.extend(batch.problems)
    if path.suffix.lower() == ".csv":
        columns = {name: [_unescaped(value) for value in values] for name, values in columns.items()}
    names = _columns(columns, path)
    return {name: values for name, values in zip(names, columns.values(), strict=True) if name}, numbers, problems


def _xlsx(path: Path) -> tuple[dict[str, list[Any]], list[int], list[Problem]]:
    from vendor_ai.importers.sheet import first_sheet

    header, body = first_sheet(path)
    names = _columns([str(name or "") for name in header], path)
    columns = {name: [row[index] if index < len(row) else None for _, row in body] for index, name in enumerate(names) if name}
    return columns, [number for number, _ in body], []


def _columns(headings: Iterable[str], path: Path) -> list[str]:
    """Headings as columns: "Business owner" and "BUSINESS-OWNER" are business_owner; any other keeps its words."""
    found: list[str] = []
    for heading in headings:
        plain = heading.strip().lower()
        column = re.sub(r"[\s_-]+", "_", plain)
        name = column if column in INVENTORY_COLUMNS else plain
        if name in INVENTORY_COLUMNS and name in found:
            raise InvalidInputError(f"{path} has the column {name} twice, the second as {heading.strip()!r}. Rename one of them.")
        found.append(name)
    return found


def _unescaped(value: Any) -> Any:
    """A cell without the quote that the export puts before text which a spreadsheet would run."""
    return value[1:] if isinstance(value, str) and _ESCAPED.match(value) else value


def _text(value: Any) -> str:
    return "" if value is None else str(value).strip()


def _list(value: Any) -> tuple[str, ...]:
    if isinstance(value, Sequence) and not isinstance(value, str):
        return tuple(str(entry).strip() for entry in value if str(entry).strip())
    return tuple(entry.strip() for entry in _text(value).split(";") if entry.strip())


def _row(record: Mapping[str, Any], number: int) -> InventoryRow | Problem:
    vendor, name = _text(record.get("vendor")), _text(record.get("component"))
    for column, value in (("vendor", vendor), ("component", name)):
        if not value:
            return Problem(number, column, f"The {column} is empty; every row needs one.")
    ref = slug(_text(record.get("ref")) or name)
    if not ref or not slug(vendor):
        return Problem(number, "ref", "No reference can be made of this name. Fill the column ref with letters and digits.")
    status = re.sub(r"[\s-]+", "_", _text(record.get("status")).lower()) or ComponentStatus.PROPOSED.value
    if status not in set(ComponentStatus):
        return Problem(number, "status", f"{status!r} is not one of {', '.join(ComponentStatus)}.")
    try:
        decision = read_decision_type(text).value if (text := _text(record.get("decision_type"))) else ""
    except UnknownDecisionTypeError as error:
        return Problem(number, "decision_type", str(error))
    try:
        rights = tuple(read_right(text).value for text in _list(record.get("affected_rights")))
    except UnknownRightError as error:
        return Problem(number, "affected_rights", str(error))
    own = {entry.name for entry in fields(Component)}
    values: dict[str, Any] = {
        column: _list(value) if column in _LISTS else _text(value)
        for column, value in record.items()
        if column in own and column not in {"vendor", "ref", "status"}
    }
    values |= {"status": ComponentStatus(status), "decision_type": decision, "affected_rights": rights}
    component = Component(ref=ref, name=name, vendor=slug(vendor), **values)
    given = frozenset(column for column in record if column in own and column not in {"vendor", "ref"})
    return InventoryRow(number, Vendor(slug(vendor), vendor, _text(record.get("website"))), component, given)
