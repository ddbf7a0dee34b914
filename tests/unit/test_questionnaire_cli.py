"""``vendor-ai questionnaire`` as people and scripts call it."""

import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from tests.factories.pack import EVERY_TYPE_YAML, SMALL_PACK_YAML
from vendor_ai.cli.main import run

LEVELS = {
    "model_documentation_quality": 3,
    "training_data_transparency": 3,
    "performance_validation_rigor": 2,
    "bias_testing_adequacy": 3,
    "security_robustness": 1,
    "monitoring_capabilities": 3,
    "update_notification_process": 4,
    "incident_response_maturity": 4,
    "data_portability": 1,
    "liability_allocation": 1,
    "compliance_coverage": 1,
    "audit_rights": 1,
}


class Called:
    def __init__(self, code: int, out: str, err: str) -> None:
        self.code, self.out, self.err = code, out, err

    @property
    def json(self) -> Any:
        return json.loads(self.out)


@pytest.fixture
def call(capsys: pytest.CaptureFixture[str]) -> Any:
    def _call(*arguments: str) -> Called:
        with pytest.raises(SystemExit) as stop:
            run(["questionnaire", *arguments])
        said = capsys.readouterr()
        return Called(int(str(stop.value.code or 0)), said.out, said.err)

    return _call


@pytest.fixture
def small(tmp_path: Path) -> str:
    path = tmp_path / "small.yaml"
    path.write_text(SMALL_PACK_YAML, encoding="utf-8")
    return str(path)


@pytest.fixture
def every_type(tmp_path: Path) -> str:
    path = tmp_path / "every-type.yaml"
    path.write_text(EVERY_TYPE_YAML, encoding="utf-8")
    return str(path)


def test_levels_are_scored_against_the_default_pack(call: Any, tmp_path: Path) -> None:
    file = tmp_path / "levels.json"
    file.write_text(json.dumps(LEVELS), encoding="utf-8")

    called = call("score", "--pack", "vendor-ai-due-diligence", "--answers", str(file), "--json")

    assert (called.code, called.err) == (0, "")
    assert (called.json["score"], called.json["recommendation"]) == ("2.50", "REQUIRES_REMEDIATION")


def test_answers_are_scored_with_a_pack_given_by_its_path(call: Any, tmp_path: Path, small: str) -> None:
    file = tmp_path / "answers.yaml"
    file.write_text("tested: good\nretested: {value: NA, reason: new}\nlawful: bad\n", encoding="utf-8")

    called = call("score", "--pack", small, "--answers", str(file), "--json")

    assert called.code == 0
    assert (called.json["score"], called.json["by_mean"], called.json["recommendation"]) == ("2.20", "APPROVED_WITH_CONDITIONS", "REJECTED")
    assert called.json["floors"] == [{"question": "lawful", "answer": "bad", "at_least": "REJECTED"}]
    assert [condition["text"] for condition in called.json["conditions"]] == ["Make it lawful."]


def test_people_see_a_table_and_sentences(call: Any, tmp_path: Path, small: str) -> None:
    file = tmp_path / "answers.yaml"
    file.write_text("tested: good\nlawful: bad\n", encoding="utf-8")

    called = call("score", "--pack", small, "--answers", str(file), "--breakdown")

    assert called.code == 0
    for part in (
        "Safety",
        "2.50",
        "lawful",
        "Recommendation: REJECTED",
        "1 unanswered",
        "Still possible: 2.20 REJECTED",
        "Make it lawful.",
    ):
        assert part in called.out


def test_a_refused_row_is_named_and_ends_in_one(call: Any, tmp_path: Path, small: str) -> None:
    file = tmp_path / "answers.yaml"
    file.write_text("tested: good\nlegal: good\n", encoding="utf-8")

    called = call("score", "--pack", small, "--answers", str(file), "--json")

    assert called.code == 1
    assert called.err.startswith("answers.yaml, line 2, field legal: There is no question 'legal'")
    assert called.json["problems"][0]["row"] == 2
    assert "lawful" in called.json["unanswered"]


def test_lines_are_scored_in_order_and_a_bad_one_stops_nothing(call: Any, tmp_path: Path) -> None:
    file = tmp_path / "levels.jsonl"
    lines = [json.dumps(dict.fromkeys(LEVELS, "HIGH")), "{", json.dumps({"nobody": 1}), "", json.dumps(LEVELS)]
    file.write_text("\n".join(lines), encoding="utf-8")

    called = call("score", "--answers", str(file))
    documents = [json.loads(line) for line in called.out.splitlines()]

    assert called.code == 1
    assert [document.get("score") for document in documents] == ["3.00", None, None, "2.50"]
    assert [document.get("line") for document in documents] == [None, 2, 3, None]
    assert "levels.jsonl, line 2: This is not valid JSON" in called.err


def test_good_lines_end_in_zero(call: Any, tmp_path: Path) -> None:
    file = tmp_path / "levels.jsonl"
    file.write_text('\ufeff{"audit_rights": 1}\n\n{"audit_rights": "NA"}\n', encoding="utf-8")

    called = call("score", "--answers", str(file), "--json")

    assert (called.code, len(called.out.splitlines())) == (0, 2)


def test_a_line_in_another_encoding_is_named(call: Any, tmp_path: Path) -> None:
    file = tmp_path / "levels.jsonl"
    file.write_bytes(b'{"audit_rights": 1}\n{"audit_rights": "\xe4"}\n')

    called = call("score", "--answers", str(file))

    assert called.code == 1
    assert "line 2: The line is not UTF-8" in called.err


def test_the_filled_workbook_is_scored(call: Any, tmp_path: Path, small: str) -> None:
    file = tmp_path / "out.xlsx"
    assert call("workbook", small, str(file)).code == 0
    book = openpyxl.load_workbook(file)
    for row, answer in ((5, "Well tested"), (6, "Not applicable"), (7, "Lawful")):
        book["Questionnaire"].cell(row, 5).value = answer
    book.save(file)

    called = call("score", "--pack", small, "--answers", str(file), "--json")

    assert called.code == 0
    assert (called.json["score"], called.json["complete"]) == ("1.00", True)


def test_a_refused_row_of_a_workbook_is_named_by_its_row(call: Any, tmp_path: Path, small: str) -> None:
    file = tmp_path / "out.xlsx"
    call("workbook", small, str(file))
    book = openpyxl.load_workbook(file)
    book["Questionnaire"].cell(7, 5).value = "maybe"
    book.save(file)

    called = call("score", "--pack", small, "--answers", str(file), "--json")

    assert called.code == 1
    assert called.err.startswith("out.xlsx, line 7, field Answer: 'maybe' is no answer to the question 'lawful'.")


def test_a_workbook_is_never_written_over_answers_unless_asked(call: Any, tmp_path: Path, small: str) -> None:
    file = tmp_path / "out.xlsx"
    call("workbook", small, str(file))
    before = file.read_bytes()

    refused = call("workbook", "vendor-ai-due-diligence", str(file), "--json")

    assert (refused.code, file.read_bytes()) == (3, before)
    assert refused.json["error"]["code"] == "conflict"
    assert call("workbook", "vendor-ai-due-diligence", str(file), "--force", "--json").json["questions"] >= 48
    assert call("workbook", small, str(tmp_path / "out.csv")).code == 3


def test_a_pack_is_checked_with_line_and_field(call: Any, tmp_path: Path, small: str) -> None:
    assert call("check", small).out == "ok\n"
    bad = tmp_path / "bad.yaml"
    bad.write_text(SMALL_PACK_YAML.replace("weight: 0.4", "weight: 0.5").replace("dimension: law", "dimension: lwa"), encoding="utf-8")

    called = call("check", str(bad), "--json")

    assert called.code == 1
    assert called.err.splitlines()[0].startswith("bad.yaml, line 4, field dimensions.weight: The weights of the dimensions add up to 1.10")
    assert (called.json["ok"], len(called.json["problems"])) == (False, 3)


def test_packs_are_listed_and_shown(call: Any) -> None:
    listed = call("list", "--json").json["packs"]
    shown = call("show", "vendor-ai-due-diligence", "--json").json

    assert any(pack["pack"] == "vendor-ai-due-diligence" and pack["dimensions"] == 12 for pack in listed)
    assert sum(Decimal(dimension["weight"]) for dimension in shown["dimensions"]) == 1
    assert "vendor-ai-due-diligence" in call("list").out
    assert "Is there a model card" in call("show", "Vendor-AI-due-diligence").out


def test_a_pack_is_shown_in_another_language_and_with_figures(call: Any, every_type: str) -> None:
    german = call("show", every_type, "--language", "de", "--json").json
    table = call("show", every_type, "--language", "de").out

    assert (german["title"], german["questions"][0]["options"][0]["label"]) == ("Alle Arten", "Ja")
    assert german["sha256"] == call("show", every_type, "--json").json["sha256"], "the hash is that of the pack, in any language"
    for part in ("Wurde es getestet?", "days up to 29.5 (CRITICAL)", "age in days above that", "text (not scored)", "file (LOW)"):
        assert part in table, part
    assert call("show", every_type, "--language", "fr").code == 3


def test_dates_are_counted_to_the_day_that_is_asked_for(call: Any, tmp_path: Path, every_type: str) -> None:
    file = tmp_path / "answers.yaml"
    file.write_text("tested: yes\naudited: 2026-01-01\n", encoding="utf-8")

    def level(*options: str) -> str:
        dimensions = call("score", "--pack", every_type, "--answers", str(file), "--breakdown", "--json", *options).json["dimensions"]
        return next(str(question["level"]) for question in dimensions[1]["questions"] if question["id"] == "audited")

    assert (level("--at", "2027-01-01"), level("--at", "2027-01-02")) == ("LOW", "HIGH")
    assert level("--at", "2027-01-02T01:00:00+02:00") == "LOW", "that instant is still New Year's Day in UTC"
    assert call("score", "--pack", every_type, "--answers", str(file), "--at", "soon").code == 3


def test_what_answers_lack_is_noted_and_changes_nothing(call: Any, tmp_path: Path, every_type: str) -> None:
    file, lines = tmp_path / "answers.yaml", tmp_path / "answers.jsonl"
    file.write_text("tested: NA\nnotice: 120\n", encoding="utf-8")
    lines.write_text('{"notice": 120}\n', encoding="utf-8")

    called = call("score", "--pack", every_type, "--answers", str(file), "--json")
    in_lines = call("score", "--pack", every_type, "--answers", str(lines))

    assert (called.code, "problems" in called.json) == (0, False)
    assert called.err.splitlines() == [
        "Note: answers.yaml, line 1, field tested: The question 'tested' is set to not applicable without a reason. "
        "Add it as reason or comment.",
        "Note: answers.yaml, line 2, field notice: The demanded evidence is missing. Name it: The clause.",
    ]
    assert (in_lines.code, in_lines.err.count("Note: ")) == (0, 1)


def test_a_property_decides_which_questions_are_asked(call: Any, tmp_path: Path) -> None:
    file = tmp_path / "answers.json"
    file.write_text("{}", encoding="utf-8")

    everywhere = call("score", "--answers", str(file), "--json").json["unanswered"]
    elsewhere = call("score", "--answers", str(file), "--property", "regions=US", "--json").json["unanswered"]

    assert set(everywhere) - set(elsewhere) == {"com-eu-ai-act"}
    assert call("score", "--answers", str(file), "--property", "regions").code == 2


@pytest.mark.parametrize(
    ("name", "content", "part"),
    [
        ("answers.txt", b"{}", ".json, .yaml, .xlsx and .jsonl"),
        ("answers.json", b"{", "answers.json, line 1: This is not valid JSON"),
        ("answers.yaml", b"a: \xff", "not UTF-8"),
        ("answers.xlsx", b"no zip", "not an Excel workbook"),
        ("answers.xlsx", bytes.fromhex("d0cf11e0a1b11ae1"), "without a password"),
    ],
)
def test_a_file_that_cannot_be_read_ends_in_three_with_one_sentence(
    call: Any, tmp_path: Path, name: str, content: bytes, part: str
) -> None:
    file = tmp_path / name
    file.write_bytes(content)

    called = call("score", "--answers", str(file))

    assert (called.code, called.out) == (3, "")
    assert part in called.err and called.err.count("\n") == 1


def test_what_does_not_exist_ends_in_three_and_names_what_does(call: Any, tmp_path: Path) -> None:
    unknown = call("show", "nothing")

    assert unknown.code == 3
    assert "vendor-ai-due-diligence" in unknown.err
    assert call("score", "--answers", str(tmp_path / "none.json")).code == 3
    assert call("score", "--answers", str(tmp_path / "none.jsonl")).code == 3
    assert call("check", str(tmp_path / "none.yaml")).code == 3


def test_a_pack_with_mistakes_scores_nothing(call: Any, tmp_path: Path) -> None:
    bad, answers = tmp_path / "bad.yaml", tmp_path / "answers.json"
    bad.write_text(SMALL_PACK_YAML.replace("weight: 0.4", "weight: 0.5"), encoding="utf-8")
    answers.write_text("{}", encoding="utf-8")

    called = call("score", "--pack", str(bad), "--answers", str(answers))

    assert (called.code, called.out) == (3, "")
    assert "bad.yaml, line 4" in called.err
