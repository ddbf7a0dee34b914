"""Whether what is stored is whole: the database, the prediction files, the audit chain."""

import hashlib
from collections.abc import Callable

from vendor_ai.db import prediction_log as log
from vendor_ai.db.base import Records
from vendor_ai.db.schema import head, knows, upgrade
from vendor_ai.db.snapshot import damages
from vendor_ai.domain.check import Check
from vendor_ai.domain.errors import ConflictError, VendorAIError
from vendor_ai.predictions.schema import from_blob
from vendor_ai.services.audit import verify
from vendor_ai.services.evidence import unsound_documents
from vendor_ai.settings import Settings

_RESTORE = "Bring a backup back: vendor-ai db restore FILE --force"


def check_database(settings: Settings, open_database: Callable[[], Records]) -> list[Check]:
    """Look at everything that is stored; a check that cannot be made has failed.

    Args:
        settings: Where the prediction log lies.
        open_database: Opens the records without changing their schema.
    """
    try:
        records = open_database()
        found = damages(records.path) if records.embedded else []
        if found:
            return [Check("database", False, "; ".join(found[:5]), _RESTORE)]
        revision = records.revision()
    except VendorAIError as error:
        return [Check("database", False, str(error), "See: vendor-ai doctor")]
    sound = Check("database", True, "SQLite finds no damage." if records.embedded else "PostgreSQL answers.")
    if revision != head():
        return [sound, Check("schema", False, f"It is {revision or 'empty'}, this version needs {head()}.", "Run: vendor-ai db upgrade")]
    return [
        sound,
        Check("schema", True, f"{revision}, as this version needs."),
        _files(settings, records),
        _inbox(records),
        _evidence(settings, records),
        _audit(records),
    ]


def _files(settings: Settings, records: Records) -> Check:
    with records.read() as session:
        named = log.manifest(session)
    wrong = []
    for path, sha256 in named:
        try:
            with (settings.prediction_folder / path).open("rb") as handle:
                if hashlib.file_digest(handle, "sha256").hexdigest() != sha256:
                    wrong.append(f"{path} was changed")
        except OSError as error:
            wrong.append(f"{path} cannot be read ({error.strerror})")
    if wrong:
        shown = "; ".join(wrong[:5]) + (f"; {len(wrong) - 5} more" if len(wrong) > 5 else "")
        return Check("prediction files", False, f"{len(wrong)} of {len(named)} are not as they were written: {shown}.", _RESTORE)
    return Check("prediction files", True, f"{len(named)} files are as they were written.")


def _inbox(records: Records) -> Check:
    wrong = entries = 0
    with records.read() as session:
        for rows, blob in log.inbox(session):
            entries += 1
            try:
                wrong += from_blob(blob).num_rows != rows
            except (ValueError, OSError):
                wrong += 1
    if wrong:
        return Check("inbox", False, f"{wrong} of {entries} batches cannot be read.", _RESTORE)
    return Check("inbox", True, f"{entries} batches wait and can be read.")


def _evidence(settings: Settings, records: Records) -> Check:
    with records.read() as session:
        wrong = unsound_documents(session, settings.home)
    if wrong:
        shown = "; ".join(wrong[:5]) + (f"; {len(wrong) - 5} more" if len(wrong) > 5 else "")
        return Check("evidence", False, shown, _RESTORE)
    return Check("evidence", True, "Every document is as it was stored.")


def _audit(records: Records) -> Check:
    with records.read() as session:
        found = verify(session)
    if found.ok:
        return Check("audit chain", True, f"{found.entries} entries, head {found.head}")
    return Check("audit chain", False, " ".join(found.problems[:3]), "See: vendor-ai audit verify")


def bring_forward(records: Records) -> tuple[str | None, str]:
    """Run the missing migrations; returns the schema before and after.

    Raises:
        ConflictError: When a newer version made the database.
    """
    before = records.revision()
    if before is not None and not knows(before):
        raise ConflictError(f"The database has schema {before}, made by a newer version of vendor_ai. Install that version.")
    upgrade(records)
    return before, head()
