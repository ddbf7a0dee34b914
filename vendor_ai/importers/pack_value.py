"""Single values of a pack file: what may stand alone or in a list, and words that YAML reads as something else."""

from typing import Any


def several(value: Any) -> list[Any]:
    """What may be written alone or as a list, as a list."""
    if value is None:
        return []
    return value if isinstance(value, list) else [value]


def word(value: Any) -> str:
    """The text of a value; YAML's true and false are read as these words."""
    return str(value).lower() if isinstance(value, bool) else str(value)
