"""`audit list` and `audit verify`: every way to tamper with the chain is found."""

import sqlite3
from pathlib import Path

import pytest

from tests.factories.command_line import CommandLine
from vendor_ai.db.audit import entry_digest
from vendor_ai.domain.audit import AuditEvent

COLUMNS = "sequence, at, actor, action, noun, reference, data, previous, digest"


@pytest.fixture
def chain(cli: CommandLine) -> CommandLine:
    """A home whose chain has eight entries."""
    cli.inventory(*(f"part {number}" for number in range(8)))
    assert cli.ok("audit", "verify", "--json").json["entries"] == 8
    return cli


def tamper(home: Path, *statements: str) -> None:
    with sqlite3.connect(home / "vendor-ai.db") as connection:
        for statement in statements:
            connection.execute(statement)
    connection.close()


def test_the_chain_tells_who_did_what(chain: CommandLine) -> None:
    entries = chain.ok("audit", "list", "--limit", "3", "--json").json
    assert [entry["sequence"] for entry in entries] == [6, 7, 8]
    assert entries[-1]["action"] == "inventory.new"
    assert entries[-1]["reference"] == "part-7"
    assert entries[-1]["actor"].startswith("cli:")


@pytest.mark.parametrize(
    "change",
    [
        ["UPDATE audit SET actor = 'cli:somebody-else' WHERE sequence = 4"],
        ['UPDATE audit SET data = \'{"fields": ["status"]}\' WHERE sequence = 4'],
        ["UPDATE audit SET at = '2020-01-01 00:00:00.000000' WHERE sequence = 4"],
        ["DELETE FROM audit WHERE sequence = 4"],
        ["DELETE FROM audit WHERE sequence = 4", "UPDATE audit SET sequence = sequence - 1 WHERE sequence > 4"],
        [
            "UPDATE audit SET sequence = 99 WHERE sequence = 4",
            "UPDATE audit SET sequence = 4 WHERE sequence = 5",
            "UPDATE audit SET sequence = 5 WHERE sequence = 99",
        ],
        [f"INSERT INTO audit ({COLUMNS}) SELECT 9, at, actor, action, noun, 'forged', data, digest, 'x' FROM audit WHERE sequence = 8"],
        ["DELETE FROM audit WHERE sequence > 6"],
    ],
    ids=["who", "what", "when", "deleted", "deleted and renumbered", "swapped", "inserted", "end cut off"],
)
def test_a_tampered_chain_is_found(chain: CommandLine, change: list[str]) -> None:
    tamper(chain.home, *change)
    found = chain("audit", "verify", "--json")
    assert found.code == 1
    assert found.json["ok"] is False
    assert found.json["problems"]


def recompute(home: Path) -> None:
    """What somebody with the program and write access can do: make the rest of the chain fit again."""
    with sqlite3.connect(home / "vendor-ai.db") as connection:
        import json
        from datetime import UTC, datetime

        previous = ""
        rows = connection.execute(f"SELECT {COLUMNS} FROM audit ORDER BY sequence").fetchall()
        for place, (sequence, at, actor, action, noun, reference, data, _, _) in enumerate(rows, 1):
            event = AuditEvent(datetime.fromisoformat(at).replace(tzinfo=UTC), actor, action, noun, reference, json.loads(data))
            digest = entry_digest(place, event, previous)
            connection.execute(
                "UPDATE audit SET sequence = ?, previous = ?, digest = ? WHERE sequence = ?", (place, previous, digest, sequence)
            )
            previous = digest
        connection.execute("UPDATE audit_head SET sequence = ?, digest = ?", (len(rows), previous))
    connection.close()


@pytest.mark.parametrize(
    "change",
    [
        ["UPDATE audit SET actor = 'cli:somebody-else' WHERE sequence = 4"],
        ["DELETE FROM audit WHERE sequence > 6"],
        ["DELETE FROM audit WHERE sequence = 4"],
    ],
    ids=["edited", "cut", "deleted"],
)
def test_a_chain_made_to_fit_again_is_found_by_a_head_noted_outside(chain: CommandLine, change: list[str]) -> None:
    head = chain.ok("audit", "verify", "--json").json["head"]
    tamper(chain.home, *change)
    recompute(chain.home)
    assert chain("audit", "verify").code == 0  # the chain alone cannot tell
    found = chain("audit", "verify", "--checkpoint", head, "--json")
    assert found.code == 1
    assert "noted in the checkpoint" in found.json["problems"][-1]


def test_a_noted_head_still_fits_after_more_was_done(chain: CommandLine) -> None:
    head = chain.ok("audit", "verify", "--json").json["head"]
    chain.inventory("one more")
    assert chain.ok("audit", "verify", "--checkpoint", head, "--json").json["entries"] == 9


def test_a_checkpoint_of_another_form_is_refused(chain: CommandLine) -> None:
    refused = chain("audit", "verify", "--checkpoint", "abc")
    assert (refused.code, "SEQUENCE:DIGEST" in refused.err) == (3, True)
