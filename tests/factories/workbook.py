"""Workbooks and the texts in them, as tests need them."""

import io
import random
import re
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import openpyxl
import pytest

_AWKWARD = (
    *("=1+1", "+1", "-1", "@SUM(A1)", "'quoted", '"', "<r>", "</r>", "&amp;", "<b>", "]]>", "%0a", "{=1}", "#REF!", "TRUE", "1e5", "00123"),
    *("_x0041_", "_x005F_", "_x000D_", "_x", "x005F_", "\n", "\t", " ", "  ", "\x07", "\x1f", "\x7f", "\x85", "\u2028", "\ufeff", "\ufffe"),
    *("\u00a0", "\u200b", "e\u0301", "\u0627\u0644", "\U0001f600", "\U0010ffff", "31.12.2026", "Žluťoučký kůň", "说明"),
)
# Escapes that share an underscore with what looks like one, or stand in what looks formatted, are refused; that has its own test.
_UNKEPT = re.compile("_x[0-9a-fA-F]{4}[\x00-\x08\x0b-\x1f\ufffe\uffff]")
_CONTROL = re.compile("[\x00-\x08\x0b-\x1f\ufffe\uffff]")


def awkward_text(chance: random.Random, *, longest: int = 60) -> str:
    """A text of any characters a workbook can hold, with what programs are known to trip over; never blank."""
    parts = [chance.choice(_AWKWARD) if chance.random() < 0.5 else _letter(chance) for _ in range(chance.randint(1, longest))]
    text = "".join(parts)[:longest]
    if _UNKEPT.search(text):
        text = text.replace("_x", "_y")
    looks_formatted = text.startswith("<r>") and text.endswith("</r>") and _CONTROL.search(text)
    return f"x{text}" if looks_formatted or not text.strip() else text


def kept_by_libreoffice(text: str) -> str:
    """The text without what LibreOffice 7.4 itself changes: kinds of line end, and what looks like an escape beside another one."""
    text = text.replace("\r", "\n")
    confused = re.search("_x[0-9a-fA-F]{4}_x", text) or ("_x" in text and _CONTROL.search(text))
    return text.replace("_x", "_y") if confused else text


def _letter(chance: random.Random) -> str:
    code = chance.choice((chance.randint(1, 0x2FF), chance.randint(1, 0xD7FF), chance.randint(0xE000, 0x10FFFF)))
    return chr(code)


def edited(content: bytes, edit: Callable[[Any], None]) -> bytes:
    """The workbook as a person's program would save it after an edit."""
    book = openpyxl.load_workbook(io.BytesIO(content))
    edit(book)
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()


def saved_by_libreoffice(content: bytes, folder: Path) -> bytes:
    """The workbook after LibreOffice opened and saved it; the test is skipped where there is none."""
    program = shutil.which("soffice")
    if program is None:
        pytest.skip("LibreOffice is absent (Debian: libreoffice-calc)")
    sent, back = folder / "sent.xlsx", folder / "back"
    sent.write_bytes(content)
    profile = f"-env:UserInstallation={(folder / 'profile').as_uri()}"
    command = [program, profile, "--headless", "--convert-to", "xlsx", "--outdir", str(back), str(sent)]
    subprocess.run(command, check=True, capture_output=True, timeout=240)
    return (back / "sent.xlsx").read_bytes()
