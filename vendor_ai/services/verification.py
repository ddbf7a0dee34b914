"""Files that leave this installation and prove themselves: checked without its database."""

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from vendor_ai.db.audit import entry_digest
from vendor_ai.domain.approval import APPROVAL_KIND, AUDIT_KIND, FILE_VERSION, GIVEN, ChainEntry, approval_statement
from vendor_ai.domain.audit import AuditEvent
from vendor_ai.services.audit import LinkedEntry, chain_problems
from vendor_ai.services.signing import canonical, fingerprint_of, why_not_signed

_MOST_BYTES = 64 * 1024 * 1024  # of a file that is one document; a chain is read line by line


@dataclass(frozen=True, slots=True)
class FileCheck:
    """What a file proves about itself; ``facts`` are for people, ``notes`` what no file can prove."""

    kind: str
    problems: tuple[str, ...]
    facts: Mapping[str, Any] = field(default_factory=dict)
    notes: tuple[str, ...] = ()

    @property
    def ok(self) -> bool:
        """Whether it is whole and signed."""
        return not self.problems

    def as_json(self) -> dict[str, Any]:
        """Everything, for `--json`."""
        return {"ok": self.ok, "kind": self.kind or None, "problems": list(self.problems), "notes": list(self.notes), **self.facts}


class _UnreadableError(ValueError):
    """The file is not JSON as this program writes it."""


@dataclass(frozen=True, slots=True)
class ExpectedKey:
    """The fingerprint of the key that must have signed; ``own`` where it is this installation's and not one that the asker named."""

    fingerprint: str
    own: bool = False


Check = Callable[[dict[str, Any], Path, ExpectedKey | None], FileCheck]


def verify_file(path: Path, *, fingerprint: str | None = None, own: str | None = None) -> FileCheck:
    """Check a file by what it says it is: every digest and the signature, with no other source than the file.

    Args:
        path: An approval, or an exported audit chain.
        fingerprint: Of the key that must have signed it, known from elsewhere.
        own: Of this installation's key, which must have signed where no ``fingerprint`` is given; without both who signed is left open.

    Raises:
        OSError: When the file cannot be read.
    """
    try:
        head = _head(path)
    except _UnreadableError as error:
        return FileCheck("", (str(error),))
    kind = head.get("kind")
    check = KINDS.get(kind) if isinstance(kind, str) else None
    if check is None:
        return FileCheck("", (f"The kind {kind!r} is none that can be verified: {', '.join(KINDS)}.",))
    if head.get("version") != FILE_VERSION or isinstance(head.get("version"), bool | float):
        problem = f"The version {head.get('version')!r} is not known; this program reads version {FILE_VERSION}."
        return FileCheck(str(kind), (problem,))
    if fingerprint is not None:
        return check(head, path, ExpectedKey(fingerprint.strip().lower()))
    return check(head, path, ExpectedKey(own, own=True) if own else None)


def _head(path: Path) -> dict[str, Any]:
    """The document, or the first line of a file that has one a line."""
    with path.open("rb") as handle:
        first = handle.readline(_MOST_BYTES)
        try:
            document = _parsed(first)
        except _UnreadableError:
            document = _parsed(first + handle.read(_MOST_BYTES))
    if not isinstance(document, dict):
        raise _UnreadableError("The file holds no JSON document with a kind.")
    return document


def _parsed(content: bytes) -> Any:
    try:
        return json.loads(content.decode(), object_pairs_hook=_once, parse_constant=_no_constant)
    except _UnreadableError:
        raise
    except (ValueError, RecursionError) as error:
        raise _UnreadableError(f"The file is not JSON: {str(error).splitlines()[0]}.") from error


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """A mapping whose names stand once; of two one would be shown and the other signed."""
    document = dict(pairs)
    if len(document) != len(pairs):
        raise _UnreadableError("A field stands twice in the file.")
    return document


def _no_constant(text: str) -> Any:
    raise _UnreadableError(f"The file holds {text}, which is no JSON value.")


def _signed(document: Mapping[str, Any], expected: ExpectedKey | None) -> tuple[list[str], dict[str, Any]]:
    """What is wrong with the signature over everything else in the document, and the key that made it."""
    statement = {name: value for name, value in document.items() if name not in ("public_key", "signature")}
    why = why_not_signed(statement, document.get("public_key"), document.get("signature"))
    if why:
        return [why], {"fingerprint": None}
    found = fingerprint_of(str(document["public_key"]))
    return [_another(found, expected)] if expected and expected.fingerprint != found else [], {"fingerprint": found}


def _another(found: str, expected: ExpectedKey) -> str:
    if not expected.own:
        return f"Another key signed it: its fingerprint is {found}, not {expected.fingerprint}."
    return (
        f"It is signed by a key that is not this installation's: its fingerprint is {found}, ours is {expected.fingerprint}. "
        "If another installation signed it, name its key with --fingerprint."
    )


def _check_approval(document: dict[str, Any], _path: Path, expected: ExpectedKey | None) -> FileCheck:
    problems, facts = _signed(document, expected)
    entry = _entry(document.get("audit"))
    if entry is None:
        return FileCheck(APPROVAL_KIND, (*problems, "The audit entry is not one: a field is missing or of another type."), facts)
    if entry_digest(entry.sequence, entry.event, entry.previous) != entry.digest:
        problems.append("The digest of the audit entry does not fit its content.")
    if entry.event.action != GIVEN:
        problems.append(f"The audit entry is no approval: it says {entry.event.action!r}.")
    statement = {name: value for name, value in document.items() if name not in ("public_key", "signature")}
    if not problems and canonical(statement) != canonical(approval_statement(entry)):
        problems.append("What the file says beside its audit entry is not what the entry says.")
    facts |= {name: document.get(name) for name in ("approval", "component", "audit")}
    return FileCheck(APPROVAL_KIND, tuple(problems), facts, _approval_notes(expected))


def _approval_notes(expected: ExpectedKey | None) -> tuple[str, ...]:
    known = () if expected else (_WHO,)
    return (*known, "Whether it was revoked since, only the installation that signed it can tell.")


_WHO = (
    "It is signed by a key nobody vouched for here. "
    "Compare the fingerprint with the one that `vendor-ai gate key` prints there: the file alone cannot tell whose key it is."
)


def _entry(data: Any) -> ChainEntry | None:
    """An entry of the chain as the file has it, or None where it cannot be one."""
    try:
        event = data["event"]
        read = AuditEvent(
            datetime.fromisoformat(event["at"]), event["actor"], event["action"], event["noun"], event["reference"], event["data"]
        )
        entry = ChainEntry(data["sequence"], data["previous"], data["digest"], read)
        whole = canonical(entry.as_json()) == canonical(data) and isinstance(entry.sequence, int) and isinstance(read.data, dict)
    except (KeyError, TypeError, ValueError, AttributeError, RecursionError):
        return None
    return entry if whole else None


def _check_audit(head: dict[str, Any], path: Path, expected: ExpectedKey | None) -> FileCheck:
    problems, facts = _signed(head, expected)
    entries, last = head.get("entries"), head.get("head")
    try:
        count, digest, found = chain_problems(_lines(path))
    except _UnreadableError as error:
        return FileCheck(AUDIT_KIND, (*problems, str(error)), facts)
    problems += found
    if count != entries or f"{count}:{digest}" != last:
        problems.append(f"The file holds {count} entries up to {digest or 'nothing'}; its first line says {entries} and {last}.")
    notes = () if expected else (_WHO,)
    return FileCheck(AUDIT_KIND, tuple(problems), {**facts, "entries": count, "head": f"{count}:{digest}"}, notes)


def _lines(path: Path) -> Iterator[LinkedEntry]:
    """The entries of an exported chain, one a line after the first."""
    with path.open("rb") as handle:
        handle.readline(_MOST_BYTES)
        for number, line in enumerate(handle, 2):
            entry = _entry(_parsed(line))
            if entry is None:
                raise _UnreadableError(f"Line {number} is no entry of an audit chain.")
            yield entry.sequence, entry.event, entry.previous, entry.digest


# One entry for each kind of file; another kind is added here with its check.
KINDS: Mapping[str, Check] = {APPROVAL_KIND: _check_approval, AUDIT_KIND: _check_audit}
