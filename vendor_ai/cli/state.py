"""What the global options said, for the command that runs."""

from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path

_home: list[Path | None] = [None]
_opened = ExitStack()


def close_later(close: Callable[[], object]) -> None:
    """Have this called when the command ends."""
    _opened.callback(close)


def close_opened() -> None:
    """Let go of everything the command opened."""
    _opened.close()


def remember_home(home: Path | None) -> None:
    """Keep ``--home`` for ``chosen_home``."""
    _home[0] = home


def chosen_home() -> Path | None:
    """The folder given by ``--home``, or None."""
    return _home[0]
