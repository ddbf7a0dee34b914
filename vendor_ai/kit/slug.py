"""References that people can type."""

import re
import unicodedata


def slug(name: str) -> str:
    """Return ``name`` in lower-case ASCII letters, digits and hyphens; empty where nothing is left."""
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode()
    return re.sub(r"[^a-z0-9]+", "-", plain.lower()).strip("-")
