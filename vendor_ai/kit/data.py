"""The data folders of the product: in the wheel, else at the root of the checkout."""

from pathlib import Path

_PACKAGE = Path(__file__).resolve().parent.parent


def data_folder(name: str) -> Path:
    """Return ``questionnaires``, ``contracts`` or ``migrations``, wherever this installation keeps it.

    Raises:
        FileNotFoundError: When the installation is broken.
    """
    for folder in (_PACKAGE / "_data" / name, _PACKAGE.parent / name):
        if folder.is_dir():
            return folder
    raise FileNotFoundError(f"The folder {name!r} is missing from this installation of vendor_ai; install it again.")
