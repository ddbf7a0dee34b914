"""Packs written as YAML, as people write it, and read back equal."""

from pathlib import Path

import pytest

from tests.factories.foreign import converted, question, simple
from vendor_ai.exporters.pack_yaml import pack_yaml
from vendor_ai.kit.data import data_folder
from vendor_ai.services.questionnaire import check_pack_text

HEAD = ("ID", "Question", "Answer")


@pytest.mark.parametrize("path", sorted(data_folder("questionnaires").glob("*.yaml")), ids=lambda path: path.stem)
def test_every_shipped_pack_written_as_yaml_is_read_back_equal(path: Path) -> None:
    pack = check_pack_text(path.read_text(encoding="utf-8")).pack
    assert pack is not None

    text = pack_yaml(pack)

    again = check_pack_text(text).pack
    assert again == pack
    assert again.digest() == pack.digest()


def test_yaml_is_written_as_people_write_it() -> None:
    found = converted(simple(HEAD, ("1", "Is it «here»: yes? # no"), ("2", question(1))), id="house", title="House")
    text = pack_yaml(found.pack)

    assert "  text: 'Is it «here»: yes? # no'" in text
    assert "  - {value: 'yes', label: 'Yes', level: LOW}" in text
    assert "scope" not in text and "not_applicable" not in text
    assert check_pack_text(text).pack == found.pack
