"""Signals: noticed once, seen to by people, never edited once closed."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.factories.command_line import CommandLine
from tests.factories.installation import NOW, add_component, empty_installation
from vendor_ai.db import audit
from vendor_ai.db.vendor import component_key
from vendor_ai.domain.actor import Actor
from vendor_ai.domain.errors import ConflictError, InvalidInputError, NotFoundError
from vendor_ai.domain.signal import Severity, Signal, SignalKind, SignalState
from vendor_ai.services import signal as service
from vendor_ai.wiring import App

BY = Actor("user:rita")


@pytest.fixture
def app(tmp_path: Path) -> Iterator[App]:
    found = empty_installation(tmp_path / "home")
    add_component(found, "Acme", "ocr")
    yield found
    found.close()


def notice(app: App, subject: str, severity: Severity = Severity.HIGH, kind: SignalKind = SignalKind.DRIFT) -> bool:
    with app.records.write() as session:
        key, _ = component_key(session, "ocr")
        return service.notice(
            session, key, kind, subject, severity=severity, text="Answers drifted.", figures={"psi": "0.31"}, responses=["alert"], at=NOW
        )


def listed(app: App, **narrowed: str) -> list[Signal]:
    with app.records.read() as session:
        return service.signals(session, **narrowed)


def settle(app: App, number: int, state: SignalState, note: str = "") -> Signal:
    with app.records.write() as session:
        return service.settle(session, number, state=state, note=note, by=BY, at=NOW)


def test_a_subject_is_noticed_once(app: App) -> None:
    assert notice(app, "outputs@2026-08") is True
    assert notice(app, "outputs@2026-08", Severity.CRITICAL) is False
    (only,) = listed(app)
    assert (only.severity, only.state, only.figures, only.responses) == (Severity.HIGH, SignalState.OPEN, {"psi": "0.31"}, ("alert",))


def test_the_most_severe_come_first_and_filters_narrow(app: App) -> None:
    notice(app, "a", Severity.LOW)
    notice(app, "b", Severity.CRITICAL)
    notice(app, "c", Severity.MEDIUM, SignalKind.TREND)
    assert [it.subject for it in listed(app)] == ["b", "c", "a"]
    assert [it.subject for it in listed(app, kind="trend")] == ["c"]
    assert [it.subject for it in listed(app, severity="low")] == ["a"]
    assert [it.subject for it in listed(app, component="OCR", state="closed")] == []


def test_closing_takes_a_word_and_is_in_the_audit_chain(app: App) -> None:
    notice(app, "a")
    number = listed(app)[0].number
    with pytest.raises(InvalidInputError, match="Say in a sentence"):
        settle(app, number, SignalState.CLOSED)
    settle(app, number, SignalState.ACKNOWLEDGED, "Asked the vendor")
    closed = settle(app, number, SignalState.CLOSED, "A new document type")
    assert (closed.closed_by, closed.closed_at, closed.note) == ("user:rita", NOW, "A new document type")
    with app.records.read() as session:
        actions = [event.action for _, event, _ in audit.events(session) if event.noun == "signal"]
    assert actions == ["signal.noticed", "signal.acknowledged", "signal.closed"]


def test_what_is_closed_stays_closed(app: App) -> None:
    notice(app, "a")
    number = listed(app)[0].number
    settle(app, number, SignalState.CLOSED, "Done")
    with pytest.raises(ConflictError, match="was closed by user:rita"):
        settle(app, number, SignalState.ACKNOWLEDGED)
    with pytest.raises(InvalidInputError, match="until it is acknowledged"):
        notice(app, "b")
        settle(app, number + 1, SignalState.OPEN)
    with pytest.raises(NotFoundError, match="no signal '99'"):
        settle(app, 99, SignalState.CLOSED, "x")


def test_the_commands_list_show_and_close(app: App) -> None:
    notice(app, "a")
    command = CommandLine(app.settings.home)
    (entry,) = command.ok("signal", "list", "--json").json
    assert (entry["component"], entry["severity"], entry["responses"]) == ("ocr", "high", ["alert"])
    number = str(entry["signal"])
    shown = command.ok("signal", "show", number).out
    assert "psi: 0.31" in shown
    assert "starts: alert" in shown
    assert command("signal", "close", number).code == 3
    assert "is closed" in command.ok("signal", "close", number, "--note", "Seen").out
