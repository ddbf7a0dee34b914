"""The benchmarks run, and both sides come to the same figures; their times are nobody's business here."""

from pathlib import Path

import pytest

from benchmarks import evaluation, scoring, workbook_import


def test_both_sides_of_the_evaluation_benchmark_agree(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert evaluation.measure(4_000, 2, tmp_path)
    assert "all 12 totals agree" in capsys.readouterr().out


def test_a_wrong_total_is_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    real = evaluation.read_as_one_frame
    monkeypatch.setattr(evaluation, "read_as_one_frame", lambda *arguments: real(*arguments).iloc[1:])
    assert not evaluation.measure(2_000, 1, tmp_path)
    assert "expected" in capsys.readouterr().out


def test_both_sides_of_the_scoring_benchmark_agree() -> None:
    assert scoring.measure(20)


def test_the_workbook_benchmark_reads_every_question(tmp_path: Path) -> None:
    assert workbook_import.measure(300, tmp_path)


def test_every_benchmark_is_listed_with_its_command() -> None:
    folder = Path(evaluation.__file__).parent
    text = (folder / "README.md").read_text()
    for path in folder.glob("*.py"):
        if path.stem != "__init__":
            assert f"python -m benchmarks.{path.stem}" in text, path.name
