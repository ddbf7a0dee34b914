"""Announced maintenance: windows that exclude calls, from people and from vendors' messages."""

from datetime import UTC, datetime, timedelta

import pytest

from tests.factories.command_line import CommandLine, contract_text
from tests.factories.due_diligence import NOW, start, store_vendor
from vendor_ai.db import maintenance as store
from vendor_ai.db import prediction_log as log_store
from vendor_ai.db.base import Records
from vendor_ai.db.message import MessageRow, add
from vendor_ai.db.vendor import component_key
from vendor_ai.domain.actor import Actor
from vendor_ai.domain.errors import ConflictError, InvalidInputError, NotFoundError
from vendor_ai.services import maintenance
from vendor_ai.services.assessment import row_of
from vendor_ai.wiring import open_app

BY = Actor("cli:test")
FROM, UNTIL = datetime(2026, 8, 2, 22, tzinfo=UTC), datetime(2026, 8, 3, 1, tzinfo=UTC)
UPTIME = '  - {id: uptime, kind: performance, metric: uptime, at_least: "0.9", period: quarter, minimum_sample: 1}'


def window(records: Records, **fields: object) -> maintenance.Window:
    given = {"starts_at": FROM, "ends_at": UNTIL, "announced_at": FROM - timedelta(days=3), "text": "Database"} | fields
    with records.write() as session:
        return maintenance.add(session, "ocr", **given, by=BY, at=NOW)  # type: ignore[arg-type]


@pytest.fixture
def vendor(records: Records) -> Records:
    with records.write() as session:
        store_vendor(session)
    return records


def test_a_window_marks_its_days_for_counting_again_with_a_new_generation(vendor: Records) -> None:
    with vendor.read() as session:
        key, _ = component_key(session, "ocr")
        before = log_store.generation(session, key)
    assert window(vendor).excludes
    with vendor.read() as session:
        assert log_store.generation(session, key) == before + 1
        assert [day.isoformat() for day in log_store.changed_days(session, key, since=before)] == ["2026-08-02", "2026-08-03"]
        assert store.windows(session, key) == ((FROM, UNTIL),)


def test_one_that_ends_at_midnight_leaves_the_next_day_alone(vendor: Records) -> None:
    window(vendor, ends_at=datetime(2026, 8, 3, tzinfo=UTC))
    with vendor.read() as session:
        key, _ = component_key(session, "ocr")
        assert [day.isoformat() for day in log_store.changed_days(session, key, since=0)] == ["2026-08-02"]


@pytest.mark.parametrize("late", [timedelta(0), timedelta(minutes=1)])
def test_a_window_announced_when_it_had_begun_is_kept_and_excludes_nothing(vendor: Records, late: timedelta) -> None:
    found = window(vendor, announced_at=FROM + late)
    assert (found.excludes, found.state) == (False, "announced too late")
    with vendor.read() as session:
        key, _ = component_key(session, "ocr")
        assert (store.windows(session, key), log_store.generation(session, key)) == ((), 0)


def test_a_withdrawn_window_counts_again_and_cannot_be_withdrawn_twice(vendor: Records) -> None:
    number = window(vendor).number
    with vendor.write() as session:
        key, _ = component_key(session, "ocr")
        before = log_store.generation(session, key)
        assert maintenance.withdraw(session, number, reason="Not carried out", by=BY, at=NOW).state == "withdrawn"
        assert store.windows(session, key) == ()
        assert len(log_store.changed_days(session, key, since=before)) == 2
        with pytest.raises(ConflictError, match="was withdrawn on 2026-11-20"):
            maintenance.withdraw(session, number, reason="Again", by=BY, at=NOW)
        with pytest.raises(NotFoundError):
            maintenance.withdraw(session, number + 1, reason="Wrong", by=BY, at=NOW)
        with pytest.raises(InvalidInputError, match="Say why"):
            maintenance.withdraw(session, number, reason=" ", by=BY, at=NOW)
    assert window(vendor).excludes  # the same one may be announced anew


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"ends_at": FROM}, "ends before it starts"),
        ({"ends_at": FROM + timedelta(days=31, seconds=1)}, "longer than 31 days"),
        ({"announced_at": NOW + timedelta(seconds=1)}, "lies in the future"),
    ],
)
def test_impossible_windows_are_refused(vendor: Records, fields: dict[str, datetime], message: str) -> None:
    with pytest.raises(InvalidInputError, match=message):
        window(vendor, **fields)


def test_the_same_window_is_not_kept_twice(vendor: Records) -> None:
    window(vendor)
    with pytest.raises(ConflictError, match="is known"):
        window(vendor, text="Again")


def announce(records: Records, text: str, kind: str = "maintenance") -> int:
    with records.write() as session:
        ref = start(session)
        assessment_id = row_of(session, ref).id
        assert assessment_id is not None
        message = MessageRow(
            assessment_id=assessment_id, kind=kind, side="vendor", author="link:1:Jane", text=text, at=FROM - timedelta(days=9)
        )
        number = add(session, message).id
    assert number is not None
    return number


SAID = "Maintenance from 2026-08-02 22:00 UTC to 2026-08-03 01:00 UTC.\nNew disks."


def test_a_vendors_message_becomes_a_window_announced_when_it_came(vendor: Records) -> None:
    number = announce(vendor, SAID)
    with vendor.read() as session:
        assert maintenance.waiting(session) == [(number, SAID.splitlines()[0])]
    with vendor.write() as session:
        found = maintenance.accept(session, number, by=BY, at=NOW)
    assert (found.component, found.starts_at, found.ends_at, found.announced_at) == ("ocr", FROM, UNTIL, FROM - timedelta(days=9))
    assert (found.text, found.excludes) == (f"message {number}: New disks.", True)
    with vendor.write() as session:
        assert maintenance.waiting(session) == []
        with pytest.raises(ConflictError, match="is known"):
            maintenance.accept(session, number, by=BY, at=NOW)


@pytest.mark.parametrize(("text", "kind"), [("We are down tonight.", "maintenance"), (SAID, "comment")])
def test_other_messages_are_not_accepted(vendor: Records, text: str, kind: str) -> None:
    number = announce(vendor, text, kind)
    with vendor.write() as session:
        assert maintenance.waiting(session) == []
        with pytest.raises(InvalidInputError, match="announces no maintenance"):
            maintenance.accept(session, number, by=BY, at=NOW)
        with pytest.raises(NotFoundError):
            maintenance.accept(session, number + 99, by=BY, at=NOW)


def rows(hour: int, status: str, count: int) -> list[str]:
    return [f"{status}-{hour}-{number},2026-08-02T{hour:02d}:{number:02d}:00Z,{status}" for number in range(count)]


def test_calls_inside_are_excluded_and_shown_and_count_again_once_it_is_withdrawn(cli: CommandLine) -> None:
    cli.inventory("ocr")
    cli.contract(contract_text(UPTIME))
    cli.predictions([*rows(21, "ok", 40), *rows(22, "error", 20)], header="prediction_id,occurred_at,status")

    def uptime() -> tuple[str, int, dict[str, int]]:
        (clause,) = cli.evaluate("acme-2026", "2026-Q3", "--at", "2026-10-05")["clauses"]
        return clause["result"], clause["n"], clause["excluded"]

    assert uptime() == ("MISSED", 60, {})
    command = [
        "maintenance",
        "add",
        "ocr",
        "--from",
        "2026-08-02T22:00:00Z",
        "--until",
        "2026-08-02T23:00:00Z",
        "--announced",
        "2026-07-20",
    ]
    said = cli.ok(*command)
    assert "Its calls count for nobody." in said.out
    assert uptime() == ("MET", 40, {"maintenance": 20})
    (listed,) = cli.ok("maintenance", "list", "ocr", "--json").json
    assert (listed["state"], listed["component"]) == ("counts", "ocr")
    cli.ok("maintenance", "withdraw", str(listed["number"]), "--reason", "It was an outage")
    assert uptime() == ("MISSED", 60, {})
    assert "withdrawn" in cli.ok("maintenance", "list").out
    assert cli("audit", "verify").code == 0


def test_a_late_announcement_is_said_to_exclude_nothing(cli: CommandLine) -> None:
    cli.inventory("ocr")
    said = cli.ok(
        "maintenance", "add", "ocr", "--from", "2026-08-02T22:00:00Z", "--until", "2026-08-02T23:00:00Z",
        "--announced", "2026-08-02T22:00:00Z",
    )  # fmt: skip
    assert "so its calls count" in said.out
    assert cli.ok("maintenance", "list", "ocr", "--json").json[0]["state"] == "announced too late"


def test_the_list_says_what_to_do_where_nothing_is_known_and_names_messages_to_accept(cli: CommandLine) -> None:
    with open_app(cli.home).records.write() as session:
        store_vendor(session)
    assert "No maintenance is known. Add what was announced" in cli.ok("maintenance", "list").out
    number = announce(open_app(cli.home).records, SAID)
    assert f"Run: vendor-ai maintenance accept {number}" in cli.ok("maintenance", "list").out
    assert "Its calls count for nobody." in cli.ok("maintenance", "accept", str(number)).out
    assert "Run:" not in cli.ok("maintenance", "list").out
