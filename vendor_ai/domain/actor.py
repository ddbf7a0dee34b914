"""Who acts."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Actor:
    """The acting user: ``cli:alice``, ``token:ingest``, ``job:evaluate``; scopes limit what a token may do."""

    name: str
    scopes: frozenset[str] = frozenset({"*"})

    def may(self, scope: str) -> bool:
        """Whether the actor holds ``scope``."""
        return "*" in self.scopes or scope in self.scopes
