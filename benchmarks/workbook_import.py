"""A workbook of 2,000 questions converted, and its filled copy imported, beside reading the same files with openpyxl alone.

Run: ``python -m benchmarks.workbook_import [ROWS]`` (default 2,000 rows on ten tabs, 1,500 of them answered).

openpyxl reads every cell of the file in a process of its own, as ours does, once in its quick read-only way and once whole. Ours
checks the file for attacks first, reads it in a child process with limits, finds headers, lists and sections, and gives a checked
pack with answers. Both sides must count the same answers.
"""

import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from tests.factories.foreign import sig
from vendor_ai.services.conversion import convert_file, read_wishes
from vendor_ai.services.questionnaire import check_pack_text, read_workbook, write_workbook

ROUNDS = 3
_ALONE = """
import openpyxl, sys
book = openpyxl.load_workbook(sys.argv[1], read_only=sys.argv[2] == "quick")
print(sum(cell in ("Yes", "No", "N/A", "Not applicable") for sheet in book for row in sheet.iter_rows(values_only=True) for cell in row))
"""


def by_openpyxl(path: Path, way: str) -> int:
    """How many cells hold an answer; answers in lists of drop-downs are counted too."""
    command = [sys.executable, "-c", _ALONE, str(path), way]
    return int(subprocess.run(command, capture_output=True, check=True, text=True).stdout)


def _best(run: Callable[[], int]) -> tuple[float, int]:
    """The shortest of several runs, and what they counted."""
    times = []
    counted = 0
    for _ in range(ROUNDS):
        start = time.perf_counter()
        counted = run()
        times.append(time.perf_counter() - start)
    return min(times), counted


def _compared(label: str, path: Path, ours: Callable[[], int]) -> tuple[int, int]:
    seconds, count = _best(ours)
    quick, cells = _best(lambda: by_openpyxl(path, "quick"))
    whole, _ = _best(lambda: by_openpyxl(path, "whole"))
    beside = [f"{way} {peer:.2f} s, {seconds / peer:.1f} times" for way, peer in (("read-only", quick), ("whole", whole))]
    print(f"{label:<22} {seconds:5.2f} s; openpyxl {'; '.join(beside)}")
    return count, cells


def measure(rows: int, folder: Path) -> bool:
    """Time both sides and say whether they count the same answers."""
    foreign, own = folder / "foreign.xlsx", folder / "own.xlsx"
    foreign.write_bytes(sig(rows))
    converted = convert_file(foreign, read_wishes())
    pack = check_pack_text(converted.pack).pack
    assert pack is not None
    own.write_bytes(write_workbook(pack, answers=dict(converted.conversion.answers)))
    count, cells = _compared(f"{rows:,} rows converted", foreign, lambda: len(convert_file(foreign, read_wishes()).conversion.answers))
    again, _ = _compared(f"{rows:,} rows imported", own, lambda: len(read_workbook(pack, own.read_bytes(), name=own.name).answers))
    print(f"{count:,} answers converted, {again:,} imported again, {cells:,} seen by openpyxl")
    return count == again == cells


def main(rows: int) -> None:
    with tempfile.TemporaryDirectory() as folder:
        if not measure(rows, Path(folder)):
            sys.exit("The two sides do not agree.")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 2_000)
