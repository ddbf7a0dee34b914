"""What the global options said, for the command that runs."""

from pathlib import Path

_home: list[Path | None] = [None]


def remember_home(home: Path | None) -> None:
    """Keep ``--home`` for ``chosen_home``."""
    _home[0] = home


def chosen_home() -> Path | None:
    """The folder given by ``--home``, or None."""
    return _home[0]
