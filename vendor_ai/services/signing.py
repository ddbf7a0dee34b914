"""The installation's signature: Ed25519 over canonical JSON, so that a file can be checked where this database is not."""

import hashlib
import json
from dataclasses import dataclass
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from sqlmodel import Session

from vendor_ai.db.secret import known_secret, secret

SECRET = "approval-signing"
_PUBLIC_BYTES, _SIGNATURE_BYTES = 32, 64


def canonical(document: Any) -> bytes:
    """The one text of a JSON document that is signed: keys sorted, no blanks, UTF-8.

    Raises:
        ValueError: When it holds what JSON or UTF-8 cannot carry, such as NaN or half a character.
    """
    return json.dumps(document, sort_keys=True, ensure_ascii=False, separators=(",", ":"), allow_nan=False).encode()


@dataclass(frozen=True, slots=True)
class SigningKey:
    """The private key, ready to sign; its public half may be shown to everybody."""

    private: Ed25519PrivateKey

    @property
    def public(self) -> str:
        """The public key, 64 hexadecimal digits."""
        return self.private.public_key().public_bytes_raw().hex()

    @property
    def fingerprint(self) -> str:
        """What to hand over by another way than the file, so that the file proves who signed it."""
        return fingerprint_of(self.public)

    def sign(self, document: Any) -> str:
        """The signature over a document, 128 hexadecimal digits."""
        return self.private.sign(canonical(document)).hex()


def signing_key(session: Session) -> SigningKey:
    """The key of this installation, made at first use; a write session is needed then."""
    return SigningKey(Ed25519PrivateKey.from_private_bytes(secret(session, SECRET)))


def known_signing_key(session: Session) -> SigningKey | None:
    """The key of this installation, or None where nothing was signed yet; a read session does."""
    known = known_secret(session, SECRET)
    return None if known is None else SigningKey(Ed25519PrivateKey.from_private_bytes(known))


def fingerprint_of(public: str) -> str:
    """SHA-256 of a public key, hexadecimal."""
    return hashlib.sha256(bytes.fromhex(public)).hexdigest()


def why_not_signed(document: Any, public: object, signature: object) -> str:
    """Why ``signature`` is not that of ``public`` over ``document``, or nothing where it is.

    Hexadecimal text has one spelling here, small letters without blanks, so that no changed digit reads the same.
    """
    key, mark = _bytes(public, _PUBLIC_BYTES), _bytes(signature, _SIGNATURE_BYTES)
    if key is None:
        return "The public key is not one: 64 hexadecimal digits in small letters."
    if mark is None:
        return "The signature is not one: 128 hexadecimal digits in small letters."
    try:
        Ed25519PublicKey.from_public_bytes(key).verify(mark, canonical(document))
    except (InvalidSignature, ValueError):
        return "The signature does not fit: the file was changed after it was signed, or another key signed it."
    return ""


def _bytes(text: object, length: int) -> bytes | None:
    if not isinstance(text, str) or len(text) != 2 * length:
        return None
    try:
        value = bytes.fromhex(text)
    except ValueError:
        return None
    return value if value.hex() == text else None
