"""A stable part of all keys: the same key is always in or out, and stays in when the part grows."""

import hashlib

_SPACE = 1 << 64


def falls_within(key: str, share: float, salt: str) -> bool:
    """Return whether ``key`` belongs to the part.

    Args:
        key: What stays together, e.g. a user or a prediction.
        share: Size of the part, 0 to 1; 0 is nobody, 1 everybody.
        salt: Another salt draws another part, independent of the first.

    Source:
        The first 64 bits of SHA-256 over the length of the salt, the salt and the key, as a fraction.
    """
    digest = hashlib.sha256(f"{len(salt)}:{salt}{key}".encode()).digest()
    return int.from_bytes(digest[:8], "big") < share * _SPACE
