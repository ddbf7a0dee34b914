"""The hash lock of published packs: ``lock.json`` beside pack files holds the digest of every version that was published."""

import json
import re
from collections.abc import Mapping
from pathlib import Path

from vendor_ai.domain.errors import ConflictError, InvalidInputError
from vendor_ai.domain.pack import Pack
from vendor_ai.kit.data import data_folder

LOCK = "lock.json"
_DIGEST = re.compile("[0-9a-f]{64}")

Lock = Mapping[str, Mapping[str, str]]  # pack → version → digest


def lock_fault(path: Path, pack: Pack) -> str | None:
    """Why the pack in the file at ``path`` may not be used as the version it calls itself; None where it may.

    What came with the program is published wherever a copy of it lies; a folder may have a lock of its own besides.

    Raises:
        InvalidInputError: When a lock cannot be read.
    """
    locks = (_read(path.parent / LOCK), _read(data_folder("questionnaires") / LOCK))
    published = [lock[pack.id][pack.version] for lock in locks if pack.version in lock.get(pack.id, {})]
    locked = next((digest for digest in published if digest != pack.digest()), None)
    if locked is None:
        return None
    return (
        f"The version {pack.version} of {pack.id!r} is published and has other content (sha256 {locked[:12]}…, not {pack.digest()[:12]}…)."
        " Raise the version, or restore the file."
    )


def publish(path: Path, pack: Pack) -> bool:
    """Freeze the version of the pack in the file at ``path``; False where it was frozen before with the same content.

    Raises:
        ConflictError: When that version was published with other content.
        InvalidInputError: When there is no lock beside the file, or it cannot be read.
    """
    file = path.parent / LOCK
    if not file.is_file():
        raise InvalidInputError(f"There is no {LOCK} beside {path.name}, so nothing is published there. Create it with {{}} in it.")
    fault = lock_fault(path, pack)
    if fault is not None:
        raise ConflictError(fault)
    lock = {name: dict(versions) for name, versions in _read(file).items()}
    if pack.version in lock.get(pack.id, {}):
        return False
    lock.setdefault(pack.id, {})[pack.version] = pack.digest()
    part = file.with_name(f"{LOCK}.part")
    part.write_text(json.dumps(lock, indent=2, sort_keys=True) + "\n", encoding="utf-8")
    part.replace(file)
    return True


def _read(file: Path) -> Lock:
    if not file.is_file():
        return {}
    try:
        lock = json.loads(file.read_text(encoding="utf-8"))
    except (ValueError, RecursionError):
        lock = None
    if not isinstance(lock, dict) or not all(isinstance(versions, dict) and _are_digests(versions) for versions in lock.values()):
        raise InvalidInputError(f"{file.name} beside the packs must be JSON of pack, version and sha256. Restore it.")
    return lock


def _are_digests(versions: dict[str, object]) -> bool:
    return all(isinstance(digest, str) and _DIGEST.fullmatch(digest) for digest in versions.values())
