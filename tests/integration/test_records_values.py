"""What goes into the records comes out the same, on both databases."""

from datetime import UTC, datetime, timedelta, timezone

import pytest
from sqlalchemy.exc import StatementError

from vendor_ai.db import vendor as store
from vendor_ai.db.base import Records
from vendor_ai.db.vendor import VendorRow
from vendor_ai.domain.errors import NotFoundError
from vendor_ai.domain.vendor import Component, Vendor

AT = datetime(2026, 7, 1, tzinfo=UTC)


def test_an_instant_in_any_zone_comes_back_in_utc(records: Records) -> None:
    tokyo = timezone(timedelta(hours=9))
    with records.write() as session:
        session.add(VendorRow(ref="acme", name="Acme", created_at=datetime(2026, 3, 1, 8, 30, 0, 123456, tzinfo=tokyo)))
    with records.read() as session:
        stored = store.vendor_row(session, "acme")
    assert stored is not None
    assert stored.created_at == datetime(2026, 2, 28, 23, 30, 0, 123456, tzinfo=UTC)
    assert stored.created_at.utcoffset() == timedelta(0)


def test_a_time_without_zone_is_refused(records: Records) -> None:
    with pytest.raises(StatementError, match="has no zone"), records.write() as session:
        session.add(VendorRow(ref="acme", name="Acme", created_at=datetime(2026, 3, 1)))  # noqa: DTZ001 - the point of the test
    with records.read() as session:
        assert store.vendors(session) == []


def test_a_write_that_fails_leaves_nothing(records: Records) -> None:
    with pytest.raises(RuntimeError, match="half way"), records.write() as session:
        store.save_vendor(session, Vendor("acme", "Acme"), at=AT)
        raise RuntimeError("half way")
    with records.read() as session:
        assert store.vendors(session) == []


def test_a_reading_session_sees_one_state(records: Records) -> None:
    with records.read() as reading:
        before = store.vendors(reading)
        with records.write() as session:
            store.save_vendor(session, Vendor("acme", "Acme"), at=AT)
        assert store.vendors(reading) == before == []
    with records.read() as session:
        assert [vendor.ref for vendor in store.vendors(session)] == ["acme"]


@pytest.mark.parametrize("asked", ["ärzte-ki", "ÄRZTE-KI", "Ärzte KI", "ärzte ki", "ÄRZTE KI", "  Ärzte KI "])
def test_a_name_is_found_whatever_its_case(records: Records, asked: str) -> None:
    with records.write() as session:
        store.save_vendor(session, Vendor("ärzte-ki", "Ärzte KI"), at=AT)
        store.save_component(session, Component("triage", "Öffne Akte", "ärzte-ki"), at=AT)
    with records.read() as session:
        assert store.find_vendor(session, asked).name == "Ärzte KI"
        assert store.find_component(session, "öffne AKTE").ref == "triage"


def test_an_unknown_name_says_where_to_look(records: Records) -> None:
    with records.read() as session, pytest.raises(NotFoundError, match=r"no vendor 'nobody'.*inventory"):
        store.find_vendor(session, "nobody")
