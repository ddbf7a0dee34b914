"""The documents stay true."""

import re
from pathlib import Path

from docs.generate import pages

ROOT = Path(__file__).resolve().parents[2]


def test_the_generated_pages_are_up_to_date() -> None:
    stale = [path.name for path, text in pages().items() if not path.is_file() or path.read_text(encoding="utf-8") != text]
    assert stale == [], "run: make docs"


def test_every_file_that_a_document_links_to_is_there() -> None:
    missing = []
    for document in [*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")]:
        for target in re.findall(r"\]\(([^)#\s]+)[^)]*\)", document.read_text(encoding="utf-8")):
            if "://" not in target and not (document.parent / target).exists():
                missing.append(f"{document.name}: {target}")
    assert missing == []
