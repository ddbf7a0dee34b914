"""Services and log lines for tests of shadow AI."""

from datetime import date
from typing import Any

from vendor_ai.domain.sighting import Confidence, Service


def service(identifier: str = "example-chat", **fields: Any) -> Service:
    plain: dict[str, Any] = {
        "name": identifier.title(),
        "vendor": "Example",
        "category": "assistant",
        "capabilities": ("chat",),
        "source": "test",
        "date": date(2026, 1, 1),
        "licence": "public fact",
        "confidence": Confidence.HIGH,
    }
    return Service(id=identifier, **{**plain, **fields})
