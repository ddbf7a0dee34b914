"""The folder the demo plays in: everything it makes lies there, and nothing else is ever removed."""

import shutil
from dataclasses import dataclass
from pathlib import Path

from vendor_ai.domain.errors import ConflictError, InvalidInputError

_MARKER = ".vendor-ai-demo"
_PARTS = ("home", "files", "spool", "logs")


@dataclass(frozen=True, slots=True)
class DemoFolder:
    """Where the parts of one run lie."""

    root: Path

    @property
    def home(self) -> Path:
        """Records, prediction log and reports, as any installation has them."""
        return self.root / "home"

    @property
    def files(self) -> Path:
        """Workbooks and exported logs, as vendors would send them."""
        return self.root / "files"

    @property
    def spool(self) -> Path:
        """Batches that the client could not send."""
        return self.root / "spool"

    @property
    def logs(self) -> Path:
        """What the started processes said."""
        return self.root / "logs"


def clean_folder(root: Path) -> DemoFolder:
    """Make the folder ready for a new run; an earlier run's parts are removed.

    Raises:
        InvalidInputError: When the path is a file.
        ConflictError: When the folder holds something and no run of the demo made it.
    """
    root = root.resolve()
    if root.exists() and not root.is_dir():
        raise InvalidInputError(f"{root} is a file. Name a folder with --to.")
    marker = root / _MARKER
    if root.is_dir() and any(root.iterdir()) and not marker.is_file():
        raise ConflictError(f"{root} is not empty and no demo made it. Name another folder with --to.")
    root.mkdir(parents=True, exist_ok=True)
    marker.write_text("Made by `vendor-ai demo`, which replaces home, files, spool and logs when it runs again.\n", encoding="utf-8")
    for name in _PARTS:
        _remove(root / name)
        (root / name).mkdir()
    return DemoFolder(root)


def _remove(path: Path) -> None:
    if path.is_symlink() or path.is_file():
        path.unlink()
    elif path.exists():
        shutil.rmtree(path)


def sample(*parts: str) -> Path:
    """A sample file that came with the program."""
    return Path(__file__).resolve().parent.joinpath("samples", *parts)
