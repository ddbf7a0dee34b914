"""Extensions found by scanning one folder."""

import importlib
import pkgutil
from collections.abc import Iterator, Mapping
from functools import cached_property
from typing import Generic, TypeVar, cast

T = TypeVar("T")


class DuplicateExtensionError(RuntimeError):
    """Two files of one folder register the same key."""


class Registry(Generic[T], Mapping[str, T]):
    """The extensions of one package: every module there that holds ``constant``.

    The folder is scanned at first use, never at import.

    Args:
        package: Dotted name of the folder, e.g. ``"vendor_ai.metrics"``.
        constant: Name of the module-level value an extension sets, e.g. ``"METRIC"``.
        key: Attribute of that value which names it.
        prefix: How the names of the files begin, where a folder holds several kinds of extension.
    """

    def __init__(self, package: str, constant: str, key: str = "key", *, prefix: str = "") -> None:
        self._package = package
        self._constant = constant
        self._key = key
        self._prefix = prefix

    @cached_property
    def _found(self) -> dict[str, T]:
        package = importlib.import_module(self._package)
        found: dict[str, T] = {}
        for module in sorted(pkgutil.iter_modules(package.__path__), key=lambda info: info.name):
            if not module.name.startswith(self._prefix):
                continue
            loaded = importlib.import_module(f"{self._package}.{module.name}")
            extension = getattr(loaded, self._constant, None)
            if extension is None:
                continue
            key = str(getattr(extension, self._key))
            if key in found:
                raise DuplicateExtensionError(f"{self._package}: two files register {key!r}.")
            found[key] = cast(T, extension)
        return found

    def __getitem__(self, key: str) -> T:
        return self._found[key]

    def __iter__(self) -> Iterator[str]:
        return iter(self._found)

    def __len__(self) -> int:
        return len(self._found)
