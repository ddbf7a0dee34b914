"""Prediction logs for tests: an inventory of one component and files of calls."""

import csv
from datetime import UTC, datetime, timedelta
from pathlib import Path

from vendor_ai.db import vendor as store
from vendor_ai.db.base import Records
from vendor_ai.domain.vendor import Component, Vendor

AT = datetime(2026, 7, 1, tzinfo=UTC)
HEADER = ("prediction_id", "occurred_at", "prediction", "actual", "latency_ms", "model_version")


def add_component(records: Records, ref: str = "acme-ocr", vendor: str = "Acme AI") -> None:
    """Put one component into the inventory."""
    with records.write() as session:
        store.save_vendor(session, Vendor("acme-ai", vendor), at=AT)
        store.save_component(session, Component(ref, ref.replace("-", " "), "acme-ai"), at=AT)


def write_calls(path: Path, first: int, rows: int) -> Path:
    """Write a CSV of ``rows`` calls numbered from ``first``; every tenth is wrong, one day holds a hundred."""
    with path.open("w", newline="", encoding="utf-8") as handle:
        writer = csv.writer(handle)
        writer.writerow(HEADER)
        for number in range(first, first + rows):
            at = AT + timedelta(days=number // 100, seconds=number % 100)
            writer.writerow((f"call-{number}", at.isoformat(), "no" if number % 10 == 0 else "yes", "yes", 100 + number % 7, "v1"))
    return path
