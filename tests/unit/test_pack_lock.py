"""Published versions of packs are frozen by their hash."""

import json
from pathlib import Path

import pytest

from tests.factories.command_line import CommandLine
from tests.factories.pack import SMALL_PACK_YAML
from vendor_ai.domain.errors import InvalidInputError
from vendor_ai.kit.data import data_folder
from vendor_ai.services.pack_lock import LOCK
from vendor_ai.services.questionnaire import PackInvalidError, check_pack, find_pack, load_pack, publish_pack

CHANGED = SMALL_PACK_YAML.replace("Was it tested?", "Was it tested at all?")


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """The small pack in a folder with a lock, published as 1.0."""
    (tmp_path / LOCK).write_text("{}", encoding="utf-8")
    path = tmp_path / "small.yaml"
    path.write_text(SMALL_PACK_YAML, encoding="utf-8")
    publish_pack(path)
    return path


def test_a_published_version_is_in_the_lock_with_its_digest(file: Path) -> None:
    lock = json.loads((file.parent / LOCK).read_text(encoding="utf-8"))

    assert lock == {"small": {"1.0": load_pack(file).digest()}}
    assert publish_pack(file)[1] is False, "publishing the same again changes nothing"


def test_a_changed_text_under_a_published_version_is_refused_with_its_line(file: Path) -> None:
    file.write_text(CHANGED, encoding="utf-8")

    parsed = check_pack(file)

    assert parsed.pack is None
    assert [(problem.row, problem.column) for problem in parsed.problems] == [(2, "version")]
    assert "The version 1.0 of 'small' is published and has other content" in parsed.problems[0].message
    with pytest.raises(PackInvalidError, match="Raise the version, or restore the file"):
        find_pack(str(file))


def test_a_locked_version_cannot_be_published_again_with_other_content(file: Path) -> None:
    before = (file.parent / LOCK).read_bytes()
    file.write_text(CHANGED, encoding="utf-8")

    parsed, new = publish_pack(file)

    assert (len(parsed.problems), new, (file.parent / LOCK).read_bytes()) == (1, False, before)


def test_another_layout_of_the_same_content_is_the_same_version(file: Path) -> None:
    file.write_text(f"# a comment\n{SMALL_PACK_YAML}", encoding="utf-8")

    assert check_pack(file).problems == ()


def test_a_raised_version_may_say_something_else_and_both_stay_in_the_lock(file: Path) -> None:
    file.write_text(CHANGED.replace('version: "1.0"', 'version: "1.1"'), encoding="utf-8")

    assert publish_pack(file)[1] is True
    assert list(json.loads((file.parent / LOCK).read_text(encoding="utf-8"))["small"]) == ["1.0", "1.1"]


def test_a_pack_with_mistakes_is_not_published(file: Path) -> None:
    before = (file.parent / LOCK).read_bytes()
    file.write_text(SMALL_PACK_YAML.replace("0.4", "0.5").replace('"1.0"', '"1.1"'), encoding="utf-8")

    parsed, new = publish_pack(file)

    assert (bool(parsed.problems), new, (file.parent / LOCK).read_bytes()) == (True, False, before)


def test_a_folder_without_lock_publishes_nothing(tmp_path: Path) -> None:
    path = tmp_path / "small.yaml"
    path.write_text(SMALL_PACK_YAML, encoding="utf-8")

    assert check_pack(path).problems == ()
    with pytest.raises(InvalidInputError, match=r"no lock\.json beside small\.yaml"):
        publish_pack(path)


@pytest.mark.parametrize("content", ["[", "[]", '{"small": "1.0"}', '{"small": {"1.0": "abc"}}', '{"small": {"1.0": 7}}'])
def test_a_damaged_lock_is_named_and_nothing_passes_it(file: Path, content: str) -> None:
    (file.parent / LOCK).write_text(content, encoding="utf-8")

    with pytest.raises(InvalidInputError, match=r"lock\.json beside the packs"):
        check_pack(file)


def test_the_command_line_publishes_and_refuses(cli: CommandLine, file: Path) -> None:
    assert cli("questionnaire", "check", "--publish", str(file)).out == "ok, small 1.0 was already published\n"
    file.write_text(CHANGED, encoding="utf-8")

    refused = cli("questionnaire", "check", "--publish", str(file), "--json")

    assert refused.code == 1
    assert (refused.json["ok"], refused.json["published"]) == (False, False)
    assert refused.err.startswith("small.yaml, line 2, field version: The version 1.0")
    assert cli("questionnaire", "show", str(file)).code == 3


def test_the_versions_released_so_far_stay_in_the_lock_of_the_product() -> None:
    lock = json.loads((data_folder("questionnaires") / LOCK).read_text(encoding="utf-8"))

    assert lock["vendor-ai-due-diligence"]["1.0"] == "a40c5b63781c75dd6722111a8965267cb5a3f6f348403c6722ec71ede404a3fc"
    assert lock["engineer-risk-checklist"]["1.0"] == "b9c7e8bed9827aab4d833cfddc78e334e9a691082f7afa187aaadc21ac24922b"
