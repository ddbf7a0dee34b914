"""People in the prediction log under pseudonyms: the same person stays one cluster, and nobody reads who it is."""

import hashlib
import hmac
import re

import pyarrow as pa
from sqlmodel import Session

from vendor_ai.db.base import Records
from vendor_ai.db.secret import known_secret, secret

SECRET = "log-pseudonyms"
PERSONAL = ("cluster", "reviewer")  # who used the component, and who reviewed its answer
PREFIX = "p:"
_DIGEST_BYTES = 16
_PSEUDONYM = re.compile(rf"{PREFIX}[0-9a-f]{{{2 * _DIGEST_BYTES}}}")


def pseudonym_key(records: Records) -> bytes:
    """The secret of this installation under which people of the log are named, made at first use.

    Whoever holds it can find a person again by trying names; without it nobody can, and a new one makes strangers of all.
    """
    with records.read() as session:
        known = known_secret(session, SECRET)
    if known is not None:
        return known
    with records.write() as session:
        return secret(session, SECRET)


def without_people(session: Session, table: pa.Table) -> pa.Table:
    """The rows with their people under this installation's pseudonyms; a write session."""
    named = any(name in table.column_names and table[name].null_count < table.num_rows for name in PERSONAL)
    return pseudonymised(table, secret(session, SECRET)) if named else table


def pseudonym(person: str, key: bytes) -> str:
    """A name as HMAC-SHA-256 under the key, its first 128 bits; what is a pseudonym already stays."""
    if _PSEUDONYM.fullmatch(person):
        return person
    return PREFIX + hmac.new(key, person.encode(), hashlib.sha256).digest()[:_DIGEST_BYTES].hex()


def pseudonymised(table: pa.Table, key: bytes) -> pa.Table:
    """The rows with their people under pseudonyms; doing it again changes nothing.

    Args:
        table: Predictions or outcomes, as they are about to be stored.
        key: The secret of the installation.

    Raises:
        ValueError: When the key is empty: anybody could then find the people by trying names.
    """
    if not key:
        raise ValueError("The key for pseudonyms must not be empty.")
    for name in PERSONAL:
        place = table.schema.get_field_index(name)
        if place < 0 or table[name].null_count == table.num_rows:
            continue
        people = table[name].cast(pa.string()).combine_chunks().dictionary_encode()
        if isinstance(people, pa.ChunkedArray):
            people = people.combine_chunks()
        named = pa.array([pseudonym(person, key) for person in people.dictionary.to_pylist()], pa.string())
        table = table.set_column(place, name, named.take(people.indices))
    return table
