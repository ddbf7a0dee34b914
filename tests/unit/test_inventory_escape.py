"""What the inventory's export writes so that no spreadsheet runs it comes back as it was."""

import csv
import tempfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vendor_ai.domain.vendor import Component, Vendor
from vendor_ai.exporters.inventory import export_inventory
from vendor_ai.importers.inventory import read_inventory

HOSTILE = ("'+cmd", "+cmd|' /C calc'!A0", "=1+1", "-2", "@sum", "'=1", "''=1", "'", "''", "'quoted'", "'-", "=", "plain", "'\u2212 1")
TEXTS = (
    st.one_of(
        st.sampled_from(HOSTILE),
        st.text(st.sampled_from("'=+-@ab 1"), min_size=1, max_size=6),
        st.builds("".join, st.tuples(st.sampled_from(["'", "''", "=", "+", "-", "@", ""]), st.text(min_size=1, max_size=20))),
    )
    .map(lambda text: "".join(sign for sign in text if sign.isprintable()).strip())
    .filter(bool)
)


def there_and_back(component: Component, ending: str) -> Component:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"inventory{ending}"
        path.write_bytes(export_inventory([(Vendor("acme", "Acme"), component)], ending))
        rows, problems, unknown = read_inventory(path)
    assert (len(rows), problems, unknown) == (1, [], [])
    return rows[0].component


@pytest.mark.parametrize("ending", [".csv", ".json", ".xlsx"])
@pytest.mark.parametrize("text", HOSTILE)
def test_a_hostile_value_comes_back_as_it_went_out(text: str, ending: str) -> None:
    component = Component("chat", f"Chat {text}", "acme", notes=text, capabilities=(text, "ocr"))

    assert there_and_back(component, ending) == component


@given(TEXTS, TEXTS)
@settings(max_examples=150, deadline=None)
def test_any_printable_value_comes_back_through_csv(notes: str, capability: str) -> None:
    capabilities = (capability,) if ";" not in capability else ()
    component = Component("chat", "Chat", "acme", notes=notes, capabilities=capabilities)

    assert there_and_back(component, ".csv") == component


@pytest.mark.parametrize("text", ["=1+1", "'=1+1", "''=1"])
def test_no_exported_cell_begins_like_a_formula(text: str) -> None:
    exported = export_inventory([(Vendor("acme", "Acme"), Component("chat", text, "acme", notes=text))], ".csv").decode()

    cells = [cell for row in csv.reader(exported.splitlines()) for cell in row]
    assert [cell for cell in cells if cell.startswith(("=", "+", "-", "@"))] == []


def test_a_value_that_a_person_typed_with_a_quote_keeps_it(tmp_path: Path) -> None:
    (tmp_path / "in.csv").write_text("vendor,component,notes\nAcme,Chat,'80s style\n")

    assert read_inventory(tmp_path / "in.csv")[0][0].component.notes == "'80s style"
