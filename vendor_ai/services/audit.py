"""The audit chain, read and verified."""

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from sqlmodel import Session

from vendor_ai.db import audit as store
from vendor_ai.domain.approval import AUDIT_KIND, FILE_VERSION, ChainEntry
from vendor_ai.domain.audit import AuditEvent
from vendor_ai.domain.errors import InvalidInputError
from vendor_ai.services.signing import signing_key

MOST_PROBLEMS = 20
LinkedEntry = tuple[int, AuditEvent, str, str]  # sequence, event, digest before it, digest


@dataclass(frozen=True, slots=True)
class AuditCheck:
    """What became of a chain's verification; the head is what to note down outside, against a later cut of the end."""

    entries: int
    head: str
    problems: tuple[str, ...]

    @property
    def ok(self) -> bool:
        """Whether every entry stands where and as it was written."""
        return not self.problems

    def as_json(self) -> dict[str, Any]:
        """The check as plain values."""
        return {"ok": self.ok, "entries": self.entries, "head": self.head, "problems": list(self.problems)}


def read_checkpoint(text: str) -> tuple[int, str]:
    """``SEQUENCE:DIGEST``, as ``audit verify`` prints the head.

    Raises:
        InvalidInputError: When the text is not of that form.
    """
    sequence, colon, digest = text.strip().partition(":")
    if not colon or not sequence.isdecimal() or not digest:
        raise InvalidInputError(f"The checkpoint {text!r} is not of the form SEQUENCE:DIGEST, as `vendor-ai audit verify` prints it.")
    return int(sequence), digest.lower()


def chain_problems(chain: Iterable[LinkedEntry]) -> tuple[int, str, list[str]]:
    """Compute every digest of a chain again: the number of its last entry, that entry's digest, and what does not fit."""
    problems: list[str] = []
    entries, digest = 0, ""
    for sequence, event, previous, stored in chain:
        entries += 1
        if sequence != entries and len(problems) < MOST_PROBLEMS:
            problems.append(f"Entry {entries} is missing or out of place: entry {sequence} stands there.")
            entries = sequence
        if previous != digest and len(problems) < MOST_PROBLEMS:
            problems.append(f"Entry {sequence} does not follow the one before it: that one was changed, removed or moved.")
        if stored != store.entry_digest(sequence, event, previous) and len(problems) < MOST_PROBLEMS:
            problems.append(f"Entry {sequence} was changed after it was written.")
        digest = stored
    return entries, digest, problems


def verify(session: Session, *, checkpoint: tuple[int, str] | None = None) -> AuditCheck:
    """Compute every digest again and compare the end with what is written down about it.

    Args:
        session: A read session.
        checkpoint: Sequence and digest of a head noted earlier, outside this database; it finds a cut or rewritten end.
    """
    noted: list[str] = []

    def walked() -> Iterator[LinkedEntry]:
        for entry in store.walk(session):
            if checkpoint is not None and entry[0] == checkpoint[0]:
                noted.append(entry[3])
            yield entry

    entries, digest, problems = chain_problems(walked())
    last = store.head(session)
    if last != (entries, digest):
        problems.append(f"The chain ends with entry {entries}, but entry {last[0]} was noted as its last: the end was cut or rewritten.")
    if checkpoint is not None and noted != [checkpoint[1]]:
        problems.append(f"Entry {checkpoint[0]} is not the one noted in the checkpoint: the chain was cut or rewritten since.")
    return AuditCheck(entries, f"{entries}:{digest}", tuple(problems))


def listed(session: Session, *, limit: int) -> list[tuple[int, AuditEvent, str]]:
    """The newest entries as (sequence, event, digest), oldest of them first."""
    return store.events(session, limit=limit)


def export_lines(session: Session) -> Iterator[str]:
    """The chain as JSON lines: first what it is, signed with its head, then one entry a line; needs a write session at first use."""
    sequence, digest = store.head(session)
    key = signing_key(session)
    statement = {"kind": AUDIT_KIND, "version": FILE_VERSION, "entries": sequence, "head": f"{sequence}:{digest}"}
    yield _line(statement | {"public_key": key.public, "signature": key.sign(statement)})
    for number, event, previous, stored in store.walk(session):
        yield _line(ChainEntry(number, previous, stored, event).as_json())


def _line(document: dict[str, Any]) -> str:
    return json.dumps(document, ensure_ascii=False) + "\n"
