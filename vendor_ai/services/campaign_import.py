"""A folder of returned workbooks, matched by what stands hidden in them, in one preview, then stored file by file."""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlmodel import Session

from vendor_ai.db import assessment as store
from vendor_ai.db.assessment import AssessmentRow
from vendor_ai.db.vendor import components_by_key
from vendor_ai.domain.actor import Actor
from vendor_ai.domain.assessment import ANSWERABLE, AssessmentState
from vendor_ai.domain.errors import InvalidInputError, NotFoundError, VendorAIError
from vendor_ai.domain.form_origin import FormOrigin
from vendor_ai.domain.problem import Problem
from vendor_ai.importers.answers import AnswerSet
from vendor_ai.services.answering import AnswerChange, difference, import_answers, refuse_other_component
from vendor_ai.services.assessment import answers_of, row_of
from vendor_ai.services.assessment_workbook import known_key, read_workbook_of
from vendor_ai.services.questionnaire import read_bytes

_LOCK_PREFIX = "~$"  # what Excel leaves beside a file that is open


@dataclass(frozen=True, slots=True)
class ReturnedFile:
    """One file of the folder: the assessment it answers with what it changes, or why it fits none."""

    name: str
    sha256: str
    assessment: str = ""
    state: str = ""
    changes: tuple[AnswerChange, ...] = ()
    problems: tuple[Problem, ...] = ()
    remarks: tuple[Problem, ...] = ()
    emptied: tuple[str, ...] = ()  # questions answered here and empty in the file: what is stored stays
    reason: str = ""
    given: AnswerSet | None = field(default=None, repr=False)

    @property
    def stores(self) -> bool:
        """Whether importing it changes something."""
        return bool(self.changes)

    def as_json(self) -> dict[str, Any]:
        """Everything but the file, for `--json`."""
        return {
            "file": self.name,
            "sha256": self.sha256,
            "assessment": self.assessment or None,
            "state": self.state or None,
            "changes": [{"question": it.question, "before": it.before, "after": it.after} for it in self.changes],
            "problems": [it.as_json() for it in self.problems],
            "remarks": [it.as_json() for it in self.remarks],
            "emptied": list(self.emptied),
            "reason": self.reason or None,
        }


def workbooks_in(folder: Path) -> list[Path]:
    """The workbooks of a folder, by name.

    Raises:
        InvalidInputError: When there is no such folder, or no workbook in it.
    """
    if not folder.is_dir():
        raise InvalidInputError(f"There is no folder {str(folder)!r}. Give the folder with the returned workbooks.")
    found = sorted(path for path in folder.iterdir() if path.suffix.lower() == ".xlsx" and not path.name.startswith(_LOCK_PREFIX))
    if not found:
        raise InvalidInputError(f"{folder} holds no .xlsx file. Save the returned workbooks there.")
    return found


def preview(session: Session, files: list[Path]) -> Iterator[ReturnedFile]:
    """What importing each file would change; nothing is stored. Of two files for one assessment the first by name counts."""
    taken: dict[str, ReturnedFile] = {}
    for path in files:
        found = preview_file(session, path)
        earlier = taken.get(found.assessment) if found.assessment else None
        if earlier is None:
            taken[found.assessment] = found
        elif earlier.sha256 == found.sha256:
            found = replace(found, changes=(), given=None)  # the same file twice
        else:
            reason = f"{earlier.name} answers {found.assessment} too. Leave the one that counts in the folder."
            found = replace(found, changes=(), given=None, reason=reason)
        yield found


def preview_file(session: Session, path: Path) -> ReturnedFile:
    """What importing one file would change, or why it fits no assessment."""
    content = read_bytes(path)
    found = ReturnedFile(path.name, hashlib.sha256(content).hexdigest())
    try:
        row = _assessment_of(session, _origin_of(session, content, name=path.name))
        given = read_workbook_of(session, row.ref, content, name=path.name)
        refuse_other_component(session, row.ref, given)
    except VendorAIError as error:
        return replace(found, reason=str(error))
    known = answers_of(session, row.ref)
    emptied = tuple(question for question in given.cleared if question in known)
    found = replace(found, assessment=row.ref, state=row.state, problems=given.problems, remarks=given.remarks, emptied=emptied)
    changes = tuple(difference(session, row.ref, given))
    if changes and AssessmentState(row.state) not in ANSWERABLE:
        state = AssessmentState(row.state).words
        return replace(found, reason=f"{row.ref} is {state} and takes no answers. Reopen it, or send a new one.")
    return replace(found, changes=changes, given=given)


def _origin_of(session: Session, content: bytes, *, name: str) -> FormOrigin:
    """What stands hidden in a workbook, read before anything else of it.

    Raises:
        InvalidInputError: When it is unsafe, changed, or no questionnaire of ours.
    """
    from vendor_ai.importers.questionnaire_workbook import stated_pack
    from vendor_ai.importers.workbook_guard import read_workbook

    origin = FormOrigin.read(stated_pack(read_workbook(content, name=name)), name=name, key=known_key(session))
    if origin is None:
        raise InvalidInputError(f"{name} is not a questionnaire that was written by vendor-ai. Fill in the file that was sent.")
    return origin


def _assessment_of(session: Session, origin: FormOrigin) -> AssessmentRow:
    """The assessment a file was written for; an older file names only component and pack, then the newest such one counts.

    Raises:
        NotFoundError: When there is none.
    """
    if origin.assessment:
        return row_of(session, origin.assessment)
    components = components_by_key(session)
    for row in store.every(session):
        pack = store.pack_by_id(session, row.pack_id)
        if components[row.component_id].ref == origin.component and (pack.pack, pack.version) == (origin.pack, origin.version):
            return row
    about = origin.component or "a component it does not name"
    raise NotFoundError("assessment", f"of {about} with {origin.pack} {origin.version}", "Import it by hand: vendor-ai assessment import")


def store_file(session: Session, found: ReturnedFile, *, by: Actor, at: datetime) -> None:
    """Store what one file changes, in a session of its own."""
    if found.given is not None and found.stores:
        import_answers(session, found.assessment, found.given, by=by, at=at)
