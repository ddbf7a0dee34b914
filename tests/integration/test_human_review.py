"""People beside the AI: a first decision without its answer, a final one with it."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tests.factories.command_line import CommandLine
from tests.factories.installation import NOW, add_component, empty_installation
from vendor_ai.change.oversight import sampled_for_audit
from vendor_ai.db.secret import SecretRow
from vendor_ai.domain.actor import Actor
from vendor_ai.domain.errors import ConflictError, InvalidInputError, NotAllowedError, NotFoundError
from vendor_ai.domain.human_review import HumanReview, ReviewCause
from vendor_ai.services import oversight
from vendor_ai.services.oversight import MOST_A_DAY, AnsweredCall, Queued
from vendor_ai.wiring import App

OLGA, PAUL = Actor("user:olga"), Actor("user:paul")
SALT = "5a" * 32
DAY = datetime(2026, 7, 1, tzinfo=UTC)


@pytest.fixture
def app(tmp_path: Path) -> Iterator[App]:
    found = empty_installation(tmp_path / "home")
    add_component(found, "Acme", "ocr")
    with found.records.write() as session:
        session.add(SecretRow(name=oversight.SECRET, value=SALT))
    yield found
    found.close()


def call(number: int, confidence: float | None = 0.9, decision: str = "seven") -> AnsweredCall:
    return AnsweredCall(f"call-{number}", DAY + timedelta(seconds=number), decision, confidence)


def queue(app: App, *calls: AnsweredCall, all_of_them: bool = False, automated: bool = True) -> Queued:
    with app.records.write() as session:
        return oversight.queue_calls(session, "ocr", calls, all_of_them=all_of_them, automated=automated, at=NOW)


def waiting(app: App) -> list[HumanReview]:
    with app.records.read() as session:
        return oversight.waiting(session)


def first(app: App, number: int, decision: str, by: Actor = OLGA) -> HumanReview:
    with app.records.write() as session:
        return oversight.decide_first(session, number, decision, unusual=True, by=by, at=NOW)


def final(app: App, number: int, decision: str, note: str = "", by: Actor = OLGA) -> HumanReview:
    with app.records.write() as session:
        return oversight.decide_finally(session, number, decision, note=note, by=by, at=NOW)


def audited(count: int) -> list[AnsweredCall]:
    """Calls that the random audit draws."""
    return [call(number) for number in range(count) if sampled_for_audit(f"call-{number}", salt=SALT)]


def not_audited() -> AnsweredCall:
    return next(call(number) for number in range(100) if not sampled_for_audit(f"call-{number}", salt=SALT))


def test_below_a_confidence_of_three_quarters_a_person_must_look(app: App) -> None:
    assert queue(app, call(1, 0.7499), call(2, 0.75), automated=False) == Queued(1, 0)
    (only,) = waiting(app)
    assert (only.prediction_id, only.cause, only.ai_decision) == ("call-1", ReviewCause.LOW_CONFIDENCE, None)


def test_about_one_in_twenty_automated_decisions_is_audited_and_none_of_the_others(app: App) -> None:
    drawn = len(audited(2_000))
    assert 60 <= drawn <= 140  # 100 expected, four standard deviations of 9.7 either way
    assert queue(app, *(call(number) for number in range(2_000)), automated=False) == Queued(0, 0)
    assert queue(app, *(call(number) for number in range(2_000))).opened == drawn
    assert {it.cause for it in waiting(app)} == {ReviewCause.AUDIT}


def test_a_day_draws_only_so_many_audits_and_says_how_many_were_left_out(app: App) -> None:
    calls = audited(8_000)
    assert len(calls) > MOST_A_DAY
    assert queue(app, *calls) == Queued(MOST_A_DAY, len(calls) - MOST_A_DAY)


def test_while_human_review_is_switched_on_every_call_is_looked_at(app: App) -> None:
    assert queue(app, not_audited(), all_of_them=True, automated=False) == Queued(1, 0)
    assert waiting(app)[0].cause is ReviewCause.MANDATORY


def test_a_call_is_queued_once(app: App) -> None:
    assert queue(app, call(1, 0.2)).opened == 1
    assert queue(app, call(1, 0.2)).opened == 0


def test_the_answer_is_shown_after_the_first_decision_and_both_are_kept(app: App) -> None:
    queue(app, call(1, 0.2))
    number = waiting(app)[0].number
    said = first(app, number, "one")
    assert (said.first_decision, said.ai_decision) == ("one", "seven")
    done = final(app, number, "seven")
    assert (done.first_decision, done.final_decision, done.overrode, done.swayed) == ("one", "seven", False, True)
    assert waiting(app) == []


def test_overruling_the_ai_needs_its_reason(app: App) -> None:
    queue(app, call(1, 0.2))
    number = waiting(app)[0].number
    first(app, number, "one")
    with pytest.raises(InvalidInputError, match="needs its reason"):
        final(app, number, "one")
    assert final(app, number, "one", "A stroke without a bar").overrode is True


def test_the_order_of_the_stages_cannot_be_turned_and_one_person_does_both(app: App) -> None:
    queue(app, call(1, 0.2))
    number = waiting(app)[0].number
    with pytest.raises(ConflictError, match="has no first decision"):
        final(app, number, "seven")
    with pytest.raises(InvalidInputError, match="is empty"):
        first(app, number, "  ")
    first(app, number, "one")
    with pytest.raises(ConflictError, match="was decided by user:olga"):
        first(app, number, "two", by=PAUL)
    with pytest.raises(NotAllowedError, match="begun by user:olga"):
        final(app, number, "seven", by=PAUL)
    final(app, number, "seven")
    with pytest.raises(ConflictError, match="is finished"):
        final(app, number, "seven")
    with pytest.raises(NotFoundError):
        first(app, 99, "x")


def test_the_commands_never_show_the_answer_before_the_first_decision(app: App) -> None:
    queue(app, call(1, 0.2, "a-secret-answer"))
    command = CommandLine(app.settings.home)
    assert "a-secret-answer" not in command.ok("oversight", "list").out + command.ok("oversight", "list", "--json").out
    assert "a-secret-answer" in command.ok("oversight", "first", "1", "invoice", "--unusual").out
    assert "needs its reason" in command("oversight", "final", "1", "invoice").err
    assert "overruled" in command.ok("oversight", "final", "1", "invoice", "--note", "Page 2").out


def test_a_slip_of_the_pen_does_not_spend_the_blind_decision(app: App) -> None:
    queue(app, call(1, 0.2, "invoice"), call(2, 0.2, "receipt"), call(3, 0.2, "invoice"))
    with app.records.write() as session, pytest.raises(InvalidInputError, match="Did you mean 'invoice'"):
        oversight.decide_first(session, 2, "invioce", by=OLGA, at=NOW)
    with app.records.write() as session:
        assert oversight.decide_first(session, 2, "invoice", by=OLGA, at=NOW).ai_decision == "receipt"
