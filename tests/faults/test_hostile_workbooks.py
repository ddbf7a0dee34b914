"""Workbooks that were made to hurt: each is read or refused with a sentence, and the process that asked stays as it was."""

import io
import json
import random
import resource
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.factories.pack import SMALL_PACK_YAML
from tests.factories.workbook import edited
from vendor_ai.domain.answer import Answer
from vendor_ai.domain.pack import Pack
from vendor_ai.exporters.questionnaire_workbook import questionnaire_workbook
from vendor_ai.importers import workbook_guard
from vendor_ai.importers.questionnaire_workbook import read_questionnaire_workbook
from vendor_ai.importers.workbook_guard import WorkbookRefusedError, guard_workbook, read_workbook
from vendor_ai.services.questionnaire import check_pack_text

MEBIBYTE = 1024 * 1024
SHEET = "xl/worksheets/sheet2.xml"
MAIN = b'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'

HIDDEN_TYPE = "<!DOCTYPE x>".encode("cp037")


def small_pack() -> Pack:
    pack = check_pack_text(SMALL_PACK_YAML).pack
    assert pack is not None
    return pack


def good() -> bytes:
    return questionnaire_workbook(small_pack(), {"tested": Answer("tested", "good", "a comment", "a link", "2026-01-02")}, key=b"key")


def repacked(changes: dict[str, bytes]) -> bytes:
    """The good workbook with some of its parts replaced or added."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(good())) as old, zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as new:
        for entry in old.infolist():
            new.writestr(entry.filename, changes.get(entry.filename) or old.read(entry))
        for name in changes.keys() - set(old.namelist()):
            new.writestr(name, changes[name])
    return buffer.getvalue()


def sheet(rows: bytes) -> bytes:
    return b"<worksheet " + MAIN + b"><sheetData>" + rows + b"</sheetData></worksheet>"


def row_bomb() -> bytes:
    cell = '<row r="{0}"><c r="A{0}" t="inlineStr"><is><t>{1}</t></is></c><c r="B{0}"><v>{0}</v></c></row>'
    chance = random.Random(1)
    return sheet("".join(cell.format(row, chance.randbytes(8).hex()) for row in range(1, 400_000)).encode())


def entity_bomb() -> bytes:
    levels = "".join(f'<!ENTITY a{level} "{f"&a{level - 1};" * 10}">' for level in range(1, 10))
    return f'<!DOCTYPE x [<!ENTITY a0 "lol">{levels}]><sst>&a9;</sst>'.encode()


# The six files of the design's measurements, and others that go round what the guard looks for.
HOSTILE = {
    "rows": lambda: repacked({SHEET: row_bomb()}),
    "a string of 286 MiB": lambda: repacked({"xl/sharedStrings.xml": b"<sst>" + b"x" * 286 * MEBIBYTE + b"</sst>"}),
    "an extent of a whole sheet": lambda: repacked({SHEET: sheet(b'<row r="1048576"><c r="XFD1048576"><v>1</v></c></row>')}),
    "an external entity": lambda: repacked({SHEET: b'<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]>' + sheet(b"<row>&e;</row>")}),
    "a billion laughs": lambda: repacked({"xl/sharedStrings.xml": entity_bomb()}),
    "a path that leaves the file": lambda: repacked({"xl/../../../tmp/evil": b"x"}),
    "strict Open XML": lambda: repacked({"xl/workbook.xml": b'<workbook xmlns="http://purl.oclc.org/ooxml/spreadsheetml/main"/>'}),
    "a row no sheet can have": lambda: repacked({SHEET: sheet(b'<row r="99999999999"><c><v>1</v></c></row>')}),
    "a document type at the seam of two pieces": lambda: repacked({SHEET: b"<a/>" + b" " * (MEBIBYTE - 8) + b"<!DOCTYPE x>" + sheet(b"")}),
    "an encoding that hides a document type": lambda: repacked({SHEET: b'<?xml version="1.0" encoding="cp037"?>' + HIDDEN_TYPE}),
    "a sheet under another name": lambda: repacked({"xl/answers.dat": row_bomb()}),
}  # fmt: skip


@pytest.mark.parametrize("make", HOSTILE.values(), ids=HOSTILE.keys())
def test_a_hostile_file_is_refused_before_anything_opens_it(make: object) -> None:
    content = make()  # type: ignore[operator]

    with pytest.raises(WorkbookRefusedError, match=r"^back\.xlsx [^\n]+\.$"):
        guard_workbook(content, name="back.xlsx")


def test_one_long_text_that_every_cell_refers_to_does_not_reach_this_process() -> None:
    cells = b"".join(b'<row r="%d"><c r="A%d" t="s"><v>0</v></c></row>' % (row, row) for row in range(1, 20_000))
    texts = b"<si><t>" + noise(30_000) + b"</t></si>" + b"<si><t>x</t></si>" * 500
    content = repacked({SHEET: sheet(cells), "xl/sharedStrings.xml": b"<sst " + MAIN + b">" + texts + b"</sst>"})

    with pytest.raises(WorkbookRefusedError, match="needs more memory or time than is allowed"):
        read_workbook(content, name="back.xlsx")


def noise(length: int) -> bytes:
    return random.Random(2).randbytes(length // 2).hex().encode()


def test_a_child_that_takes_too_long_is_ended(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    script = tmp_path / "endless.py"
    script.write_text("import resource, sys\nresource.setrlimit(resource.RLIMIT_CPU, (1, 1))\nwhile True: pass\n")

    with pytest.raises(WorkbookRefusedError, match="needs more memory or time"):
        workbook_guard.read_in_child(b"", name="back.xlsx", script=script)


def test_a_formula_as_an_answer_is_named_by_its_row_and_never_evaluated() -> None:
    def write(book: object) -> None:
        book["Questionnaire"]["E7"] = '=WEBSERVICE("https://example.org")'  # type: ignore[index]

    found = read_questionnaire_workbook(small_pack(), edited(good(), write), name="back.xlsx")

    assert [(problem.row, problem.column) for problem in found.problems] == [(7, "Answer")]
    assert set(found.answers) == {"tested"}


def mutated(count: int) -> Iterator[bytes]:
    """The good workbook with bytes changed: half of them in the archive itself, half in one of its parts."""
    chance = random.Random(3)
    content = good()
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        parts = {entry.filename: archive.read(entry) for entry in archive.infolist() if entry.filename.endswith((".xml", ".rels"))}
    for number in range(count):
        name = chance.choice(sorted(parts))
        changed = bytearray(content if number % 2 else parts[name])
        for _ in range(chance.randint(1, 8)):
            place = chance.randrange(len(changed))
            changed[place : place + chance.randint(0, 4)] = chance.randbytes(chance.randint(0, 4))
        yield bytes(changed) if number % 2 else repacked({name: bytes(changed)})


def test_a_process_that_is_sent_hostile_files_neither_dies_nor_grows(soak: bool, tmp_path: Path) -> None:
    files = [make() for make in HOSTILE.values()] + list(mutated(200 if soak else 40))
    for number, content in enumerate(files):
        (tmp_path / f"{number:03}.xlsx").write_bytes(content)
    (tmp_path / "good.xlsx").write_bytes(good())

    done = subprocess.run([sys.executable, "-m", "tests.faults.test_hostile_workbooks", str(tmp_path)], capture_output=True, check=True)

    told = json.loads(done.stdout)
    assert len(told["said"]) == len(files)
    assert all(said == "read" or (said.startswith("back.xlsx ") and said.endswith(".") and "\n" not in said) for said in told["said"])
    assert "read" in told["said"], "a changed byte in a comment or colour hurts nothing"
    assert told["grown_kib"] < 64 * 1024


def serve(folder: Path) -> None:
    """Read every file as a server would, each with one second of the processor, and print what was said and how far memory grew."""
    workbook_guard.CHILD_CPU_S = 1
    pack = small_pack()
    files = {path.name: path.read_bytes() for path in sorted(folder.glob("*.xlsx"))}
    read_questionnaire_workbook(pack, files.pop("good.xlsx"), name="good.xlsx")
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    said = []
    for content in files.values():
        try:
            read_questionnaire_workbook(pack, content, name="back.xlsx")
            said.append("read")
        except WorkbookRefusedError as error:
            said.append(str(error))
    print(json.dumps({"said": said, "grown_kib": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before}))


if __name__ == "__main__":
    serve(Path(sys.argv[1]))
