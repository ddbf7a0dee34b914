"""kill -9 in the inbox, while folding, while recounting and while refolding: nothing acknowledged is lost, nothing is there twice."""

import random
import shutil
from collections.abc import Sequence
from pathlib import Path

import pytest

from tests.factories.kill_log import (
    BODIES,
    PHASES,
    REF,
    acknowledged,
    contents,
    counters,
    ended,
    everything,
    identities,
    is_sound,
    opened,
    places,
    prepare,
    send,
    started,
)

WRITERS = 4
Steps = dict[str, tuple[list[int], list[int]]]


@pytest.fixture(scope="module")
def empty(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home to copy: one component under a contract."""
    home = tmp_path_factory.mktemp("empty") / "home"
    prepare(home)
    return home


@pytest.fixture(scope="module")
def steps(empty: Path) -> Steps:
    """The steps of each phase, and those right after its commits, of a life that nobody ended."""
    home = empty.with_name("whole")
    shutil.copytree(empty, home)
    assert list(ended([started(home)])) == [False]
    found = places(home)
    assert all(anywhere and after_commit for anywhere, after_commit in found.values())
    return found


def undisturbed(home: Path, writers: int) -> dict[str, list[object]]:
    """The counters of the same rows where everything was sent, folded once and counted once."""
    app = opened(home)
    for writer in range(writers):
        for number in range(BODIES):
            send(app, writer, number)
    app.log.refresh([REF])
    found = counters(app)
    app.close()
    assert any(found.values())
    return found


def assert_survived(home: Path, *, writers: int, expected: dict[str, list[object]], note: str) -> None:
    """What was acknowledged is there without anybody's help; with the same bodies sent again, everything is there once."""
    assert is_sound(home), note
    app = opened(home)
    app.log.refresh([REF])
    stored, outcomes = contents(app)
    assert len(stored) == len(set(stored)) == outcomes, note
    assert acknowledged(home) <= set(stored), note
    for writer in range(writers):
        for number in range(BODIES):
            assert len(set(identities(writer, number)) & set(stored)) in (0, len(identities(writer, number))), (note, writer, number)
    for writer in range(writers):
        for number in range(BODIES):
            send(app, writer, number)
    app.log.refresh([REF])
    assert contents(app) == (everything(writers), len(everything(writers))), note
    assert counters(app) == expected, note
    app.close()


def last(steps: Steps) -> int:
    return max(place for anywhere, _ in steps.values() for place in anywhere)


def copies(empty: Path, folder: Path, names: Sequence[object]) -> list[Path]:
    return [Path(shutil.copytree(empty, folder / str(name))) for name in names]


def test_a_process_killed_in_any_phase_loses_nothing_acknowledged_and_stores_nothing_twice(
    empty: Path, steps: Steps, tmp_path: Path, soak: bool
) -> None:
    chance = random.Random(20261101)
    (calm,) = copies(empty, tmp_path, ["calm"])
    expected = undisturbed(calm, 1)
    for number in range(100 if soak else 12):
        phase = PHASES[number % len(PHASES)]
        anywhere, after_commit = steps[phase]
        stop = chance.choice(anywhere if number // len(PHASES) % 3 == 1 else after_commit)
        (home,) = copies(empty, tmp_path, [number])
        assert list(ended([started(home, stop=stop)])) == [True], stop
        assert_survived(home, writers=1, expected=expected, note=f"killed at step {stop}, {phase}")
        shutil.rmtree(home)


def test_a_process_that_lives_on_after_each_kill_ends_where_an_undisturbed_one_does(
    empty: Path, steps: Steps, tmp_path: Path, soak: bool
) -> None:
    """The same home is killed in again and again, each time somewhere else, before a process may finish."""
    chance = random.Random(20261102)
    home, calm = copies(empty, tmp_path, ["home", "calm"])
    killed = sum(sum(ended([started(home, stop=chance.randrange(1, last(steps) // 4))])) for _ in range(30 if soak else 5))
    assert killed >= (10 if soak else 2)
    assert_survived(home, writers=1, expected=undisturbed(calm, 1), note="killed again and again")


def test_four_writers_at_once_of_which_two_are_killed_lose_nothing_acknowledged(
    empty: Path, steps: Steps, tmp_path: Path, soak: bool
) -> None:
    chance = random.Random(20261103)
    (calm,) = copies(empty, tmp_path, ["calm"])
    expected = undisturbed(calm, WRITERS)
    for number in range(25 if soak else 2):
        (home,) = copies(empty, tmp_path, [number])
        # Two of them fold as well, so that folds race; of either kind one is killed.
        stops = [chance.randrange(1, last(steps)), 0, chance.randrange(1, 10 * BODIES), 0]
        processes = [started(home, writer=writer, stop=stop, folds=writer < 2) for writer, stop in enumerate(stops)]
        died = list(ended(processes))
        assert died[1::2] == [False, False]
        assert_survived(home, writers=WRITERS, expected=expected, note=f"round {number}, killed at {stops}: {died}")
        shutil.rmtree(home)


def test_four_writers_at_once_store_every_row_once(empty: Path, tmp_path: Path) -> None:
    home, calm = copies(empty, tmp_path, ["home", "calm"])
    assert list(ended([started(home, writer=writer, folds=writer < 2) for writer in range(WRITERS)])) == [False] * WRITERS
    assert acknowledged(home) == set(everything(WRITERS))
    assert_survived(home, writers=WRITERS, expected=undisturbed(calm, WRITERS), note="nobody was killed")
