"""kill -9 while a document is stored: it is whole or not there, and what is left behind is swept away."""

import hashlib
import random
from pathlib import Path

from tests.factories.command_line import CommandLine
from tests.factories.crash import run_to_step
from tests.factories.document import PDF
from vendor_ai.jobs.scheduler import run_job
from vendor_ai.services.evidence import documents, remove_orphans, unsound_documents
from vendor_ai.settings import Settings
from vendor_ai.wiring import open_app

QUICK, FULL = 10, 100
SIZE = 3 << 20  # several blocks


def content(number: int) -> bytes:
    """A document that no other number has."""
    return PDF + random.Random(number).randbytes(SIZE)


def assert_nothing_partial(home: Path, stored: set[str], *, note: str) -> int:
    """Every record has its whole content; every other file goes when swept. Returns how many went."""
    app = open_app(settings=Settings(home=home))
    with app.records.read() as session:
        assert unsound_documents(session, home) == [], note
        named = {document.sha256 for document in documents(session)}
    assert stored <= named, note
    with app.records.write() as session:
        swept = len(remove_orphans(session, home))
    left = {path.name for path in (home / "evidence").rglob("*") if path.is_file()}
    app.close()
    assert left == named, note
    return swept


def test_a_document_is_whole_or_not_there_wherever_the_process_dies(tmp_path: Path, soak: bool) -> None:
    cli = CommandLine(tmp_path / "home")
    cli.inventory("ocr")
    (tmp_path / "whole.pdf").write_bytes(content(0))
    died, steps = run_to_step(cli.home, ["document", "add", str(tmp_path / "whole.pdf"), "--vendor", "Acme AI"], 0)
    assert not died
    stored = {hashlib.sha256(content(0)).hexdigest()}
    chance = random.Random(20261120)
    kills = swept = 0
    for number in range(1, (FULL if soak else QUICK) + 1):
        path = tmp_path / f"{number}.pdf"
        path.write_bytes(content(number))
        step = chance.randrange(1, steps + 1) if number > 4 else steps - 3 * number  # the first few around files and the last commit
        died, _ = run_to_step(cli.home, ["document", "add", str(path), "--vendor", "Acme AI"], step)
        kills += died
        if not died:
            stored.add(hashlib.sha256(content(number)).hexdigest())
        swept += assert_nothing_partial(cli.home, stored, note=f"document {number}, step {step} of {steps}")
    assert kills >= (FULL if soak else QUICK) * 8 // 10
    assert swept >= 1  # some died between the file and its record


def test_a_document_that_a_crash_cut_off_is_stored_by_the_same_command(tmp_path: Path) -> None:
    cli = CommandLine(tmp_path / "home")
    cli.inventory("ocr")
    (tmp_path / "a.pdf").write_bytes(content(1))
    arguments = ["document", "add", str(tmp_path / "a.pdf"), "--vendor", "Acme AI"]
    died, _ = run_to_step(cli.home, arguments, 8)
    cli.ok(*arguments)
    cli.ok(*arguments)

    assert died
    (listed,) = cli.ok("document", "list", "--json").json
    assert (listed["document"], listed["size"]) == ("acme-ai-e1", len(PDF) + SIZE)


def test_the_job_sweeps_what_a_crash_left(tmp_path: Path) -> None:
    cli = CommandLine(tmp_path / "home")
    cli.inventory("ocr")
    folder = cli.home / "evidence" / "ab"
    folder.mkdir(parents=True)
    (folder / ("ab" * 32)).write_bytes(b"no record names this")
    app = open_app(settings=Settings(home=cli.home))
    (run,) = run_job(app, "evidence")
    app.close()

    assert run.message == "1 files removed"


def shelf_is_consistent(home: Path, *, note: str) -> set[str]:
    """Every document that is not deleted has its whole content; returns the references of those that are."""
    app = open_app(settings=Settings(home=home))
    with app.records.read() as session:
        assert unsound_documents(session, home) == [], note
        found = documents(session)
    app.close()
    return {document.ref for document in found if document.deleted_at is not None}


def test_a_deletion_is_whole_or_not_begun_wherever_the_process_dies_and_no_other_content_goes(tmp_path: Path, soak: bool) -> None:
    cli = CommandLine(tmp_path / "home")
    cli.inventory("ocr")
    turns = FULL if soak else QUICK
    for number in range(turns + 2):
        path = tmp_path / f"{number}.pdf"
        path.write_bytes(PDF + bytes([65 + number % 26]) * (number + 1))
        cli.ok("document", "add", path, "--vendor", "Acme AI")
    delete = ["document", "delete", "--reason", "Not needed."]
    died, steps = run_to_step(cli.home, [*delete, "acme-ai-e1"], 0)
    assert not died
    chance = random.Random(20261121)
    kills, deleted = 0, {"acme-ai-e1"}
    for number in range(1, turns + 1):
        ref = f"acme-ai-e{number + 1}"
        step = chance.randrange(1, steps + 1) if number > 4 else steps - 4 * number  # the first few around the two commits
        died, _ = run_to_step(cli.home, [*delete, ref], step)
        kills += died
        now = shelf_is_consistent(cli.home, note=f"{ref}, step {step} of {steps}")
        assert deleted <= now <= {*deleted, ref}
        deleted = now
    assert kills >= turns * 8 // 10

    for number in range(1, turns + 1):
        cli.ok(*delete, f"acme-ai-e{number + 1}")  # the same command again finishes the work
    (last,) = [path.name for path in (cli.home / "evidence").rglob("*") if path.is_file()]
    assert last == hashlib.sha256((tmp_path / f"{turns + 1}.pdf").read_bytes()).hexdigest()
