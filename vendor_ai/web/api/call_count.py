"""The way in for how many calls clients counted, whatever became of their rows."""

from datetime import datetime
from typing import Annotated, Any

import msgspec
from fastapi import APIRouter, Depends

from vendor_ai.domain.errors import InvalidInputError
from vendor_ai.services.completeness import MOST_CALLS, MinuteCount, count_calls
from vendor_ai.web.access import Installed, Writer
from vendor_ai.web.body import received

ROUTER = APIRouter(tags=["prediction log"])
MOST_MINUTES = 20_000  # a client keeps a week, which is half of it

Calls = Annotated[int, msgspec.Meta(ge=0, le=MOST_CALLS)]


class _Minute(msgspec.Struct, forbid_unknown_fields=True):
    """One minute of UTC, with all that the client counted in it so far."""

    minute: Annotated[datetime, msgspec.Meta(tz=True)]
    attempted: Calls
    dropped: Calls = 0
    spooled: Calls = 0


class _CallCounts(msgspec.Struct, forbid_unknown_fields=True):
    """What one process counted; ``client`` is an id no other has."""

    client: Annotated[str, msgspec.Meta(min_length=1, max_length=64, pattern="^[0-9A-Za-z_-]+$")]
    minutes: Annotated[list[_Minute], msgspec.Meta(max_length=MOST_MINUTES)]


_, _PARTS = msgspec.json.schema_components([_CallCounts], ref_template="#/components/schemas/{name}")
_BODY: dict[str, Any] = {
    "requestBody": {
        "required": True,
        "content": {
            "application/json": {
                "schema": {
                    "type": "object",
                    "required": ["client", "minutes"],
                    "additionalProperties": False,
                    "properties": {
                        "client": _PARTS["_CallCounts"]["properties"]["client"],
                        "minutes": {"type": "array", "maxItems": MOST_MINUTES, "items": _PARTS["_Minute"]},
                    },
                }
            }
        },
    }
}


def counts(content: Annotated[bytes, Depends(received)]) -> _CallCounts:
    """The body, read for those who may send one."""
    try:
        return msgspec.json.decode(content, type=_CallCounts)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        raise InvalidInputError(f"The body holds no counts ({error}). Send client, and minutes with minute and attempted.") from error


@ROUTER.post("/components/{ref}/call-counts", openapi_extra=_BODY)
def call_counts(ref: str, said: Annotated[_CallCounts, Depends(counts)], app: Installed, by: Writer) -> dict[str, int]:
    """Take what a client counted by the minute; of a minute that comes again the greatest counts are kept."""
    minutes = [MinuteCount(entry.minute, entry.attempted, entry.dropped, entry.spooled) for entry in said.minutes]
    with app.records.write() as session:
        return {"minutes": count_calls(session, ref, said.client, minutes, by=by, at=app.clock.now())}
