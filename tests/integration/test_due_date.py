"""Due dates: a bare date is a whole day, and more time is given with a reason and reminded of anew."""

import json
from datetime import UTC, datetime, timedelta

import pytest

from tests.factories.command_line import CommandLine
from tests.factories.due_diligence import NOW, PROCUREMENT, start, store_vendor
from vendor_ai.cli.session import read_due
from vendor_ai.db import audit
from vendor_ai.db.base import Records
from vendor_ai.domain.assessment import AssessmentState, WrongStateError
from vendor_ai.domain.errors import ConflictError, InvalidInputError
from vendor_ai.services import assessment, reminder, vendor_link
from vendor_ai.services.due_date import extend

DUE = NOW + timedelta(days=20)
LATER = NOW + timedelta(days=60)
REASON = "Their auditor is late."


@pytest.mark.parametrize(
    ("text", "due"),
    [
        ("2027-03-31", datetime(2027, 3, 31, 23, 59, tzinfo=UTC)),
        ("2027-03-31T12:00", datetime(2027, 3, 31, 12, tzinfo=UTC)),
        ("2027-03-31T00:00:00+02:00", datetime(2027, 3, 30, 22, tzinfo=UTC)),
        (None, None),
    ],
)
def test_a_bare_date_is_the_end_of_its_day(text: str | None, due: datetime | None) -> None:
    assert read_due(text) == due


def test_what_is_no_date_is_refused() -> None:
    with pytest.raises(InvalidInputError, match="'soon' is not a time"):
        read_due("soon")


def test_more_time_is_given_with_its_reason_in_the_chain_and_short_links_are_named(records: Records) -> None:
    with records.write() as session:
        store_vendor(session)
        ref = start(session, due_at=DUE)
        for name, days in (("Jane", None), ("Bob", 90), ("Gone", 5)):
            made = vendor_link.make_link(session, ref, name, expires_days=days, by=PROCUREMENT, at=NOW)
        vendor_link.revoke_link(session, ref, made.number, by=PROCUREMENT, at=NOW)
        done = extend(session, ref.upper(), LATER, f" {REASON} ", by=PROCUREMENT, at=NOW)
        row = assessment.row_of(session, ref)
        (event,) = [it for _, it, _ in audit.events(session) if it.action == "assessment.extended"]

    assert (done.before, done.due_at, row.due_at) == (DUE, LATER, LATER)
    assert [it.name for it in done.short_links] == ["Jane"]  # 14 days after the first due date is before the new one
    assert event.data == {"before": DUE.isoformat(), "due_at": LATER.isoformat(), "reason": REASON}


def test_reminders_count_from_the_new_date(records: Records) -> None:
    with records.write() as session:
        store_vendor(session)
        ref = start(session, due_at=DUE, contact="jane@acme.example")
        (first,) = reminder.due_reminders(session, at=DUE - timedelta(days=1))
        reminder.make(session, first, at=DUE - timedelta(days=1))
        extend(session, ref, LATER, REASON, by=PROCUREMENT, at=DUE - timedelta(hours=1))

        assert reminder.due_reminders(session, at=LATER - timedelta(days=8)) == []
        (second,) = reminder.due_reminders(session, at=LATER - timedelta(days=7))
    assert (first.days, first.due_at, second.days, second.due_at) == (1, DUE, 7, LATER)


@pytest.mark.parametrize("due_at", [NOW, NOW - timedelta(days=1)])
def test_a_date_that_has_passed_gives_no_time(records: Records, due_at: datetime) -> None:
    with records.write() as session:
        store_vendor(session)
        with pytest.raises(InvalidInputError, match="has passed"):
            extend(session, start(session), due_at, REASON, by=PROCUREMENT, at=NOW)


def test_an_earlier_date_and_a_missing_reason_are_refused(records: Records) -> None:
    with records.write() as session:
        store_vendor(session)
        ref = start(session, due_at=DUE)
        for sooner in (DUE, DUE - timedelta(days=1)):
            with pytest.raises(ConflictError, match="is due 2026-12-10 09:30 UTC already"):
                extend(session, ref, sooner, REASON, by=PROCUREMENT, at=NOW)
        with pytest.raises(InvalidInputError, match="--reason"):
            extend(session, ref, LATER, " ", by=PROCUREMENT, at=NOW)


@pytest.mark.parametrize("state", [AssessmentState.DECIDED, AssessmentState.WITHDRAWN, AssessmentState.SUPERSEDED])
def test_what_is_decided_or_has_ended_takes_no_more_time(records: Records, state: AssessmentState) -> None:
    with records.write() as session:
        store_vendor(session)
        ref = start(session, due_at=DUE)
        assessment.row_of(session, ref).state = state.value
        with pytest.raises(WrongStateError, match="cannot be given more time"):
            extend(session, ref, LATER, REASON, by=PROCUREMENT, at=NOW)


def test_the_command_line_gives_time_until_the_end_of_a_day_and_warns_of_short_links(cli: CommandLine) -> None:
    cli.inventory("ocr")
    cli.ok("assessment", "send", "ocr", "--pack", "engineer-risk-checklist")
    made = cli.ok("assessment", "link", "ocr-a1", "--name", "Jane Doe")
    assert "(the answers are due" not in made.err
    extended = cli.ok("assessment", "extend", "ocr-a1", "--due", "2099-03-31", "--reason", REASON)
    again = json.loads(cli.ok("assessment", "extend", "ocr-a1", "--due", "2099-04-30", "--reason", REASON, "--json").out)

    assert "ocr-a1 is due 2099-03-31 23:59 UTC." in extended.out
    assert "Link 1 for Jane Doe ends before that" in extended.err
    assert again == {
        "assessment": "ocr-a1",
        "before": "2099-03-31T23:59:00+00:00",
        "due_at": "2099-04-30T23:59:00+00:00",
        "short_links": [1],
    }
    assert cli("assessment", "extend", "ocr-a1", "--due", "2099-03-01", "--reason", REASON).code == 3


def test_a_link_says_when_it_ends_beside_the_due_date_and_warns_when_it_is_short(cli: CommandLine) -> None:
    cli.inventory("ocr")
    cli.ok("assessment", "send", "ocr", "--pack", "engineer-risk-checklist", "--due", "2099-03-31T12:00")
    usual = cli.ok("assessment", "link", "ocr-a1", "--name", "Jane Doe")
    short = cli.ok("assessment", "link", "ocr-a1", "--name", "Bob Ray", "--expires-days", "7")

    assert "ends 2099-04-14 12:00 UTC (the answers are due 2099-03-31 12:00 UTC)" in usual.err
    assert "It ends before the answers are due" not in usual.err
    assert "It ends before the answers are due, 2099-03-31 12:00 UTC" in short.err
