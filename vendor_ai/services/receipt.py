"""Receipts: what was handed in, and the copy that anybody can hash again."""

import json

from sqlmodel import Session

from vendor_ai.domain.errors import NotFoundError
from vendor_ai.services.answering import Submission, submissions


def receipt_of(session: Session, ref: str, number: int | None = None) -> Submission:
    """A version as it was handed in; without a number the newest.

    Raises:
        NotFoundError: When there is none.
    """
    found = next((it for it in reversed(submissions(session, ref)) if number is None or it.number == number), None)
    if found is None:
        raise NotFoundError("receipt", f"{ref} {number or ''}".strip(), "Nothing was handed in with this number yet.")
    return found


def copy_of(submission: Submission) -> bytes:
    """The text whose SHA-256 the receipt holds: canonical JSON."""
    return json.dumps(submission.content, sort_keys=True, ensure_ascii=False, separators=(",", ":")).encode()
