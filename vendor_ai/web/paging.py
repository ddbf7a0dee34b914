"""Lists cut into pages by a cursor that names the last entry seen."""

import base64
import binascii
from collections.abc import Callable, Sequence
from typing import Annotated, Any, TypeVar

from fastapi import Query

from vendor_ai.domain.errors import InvalidInputError

T = TypeVar("T")

Cursor = Annotated[str | None, Query(max_length=1_000, description="`next` of the page before; absent for the first.")]
Limit = Annotated[int, Query(ge=1, le=500, description="Entries a page.")]


def page(
    entries: Sequence[T], key: Callable[[T], str], as_json: Callable[[T], dict[str, Any]], *, cursor: str | None, limit: int
) -> dict[str, Any]:
    """One page of a list in the order of ``key``: ``items``, and in ``next`` the cursor of the page after or None.

    Entries that come or go between two requests move nothing: a page begins after the last key seen.
    """
    after = "" if cursor is None else _decoded(cursor)
    rest = sorted((entry for entry in entries if cursor is None or key(entry) > after), key=key)
    shown = rest[:limit]
    more = base64.urlsafe_b64encode(key(shown[-1]).encode()).decode() if len(rest) > limit else None
    return {"items": [as_json(entry) for entry in shown], "next": more}


def _decoded(cursor: str) -> str:
    try:
        return base64.b64decode(cursor, altchars=b"-_", validate=True).decode()
    except (binascii.Error, UnicodeDecodeError, ValueError):
        raise InvalidInputError("The cursor is not one of ours. Take `next` of the page before, or leave it out.") from None
