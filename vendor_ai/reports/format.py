"""What a format is: found in its folder, turns the report value into bytes."""

from collections.abc import Callable
from dataclasses import dataclass

from vendor_ai.domain.report import Report


@dataclass(frozen=True, slots=True)
class Format:
    """A format as an extension; the same report always renders to the same bytes."""

    key: str
    media_type: str
    render: Callable[[Report], bytes]
