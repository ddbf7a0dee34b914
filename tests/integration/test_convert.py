"""`questionnaire convert`: a foreign file becomes a pack and answers that the other commands read."""

import json
import shutil
import subprocess
from pathlib import Path

import openpyxl
import pytest

from tests.factories.command_line import CommandLine
from tests.factories.foreign import caiq, hecvat, question, saved, sig, simple
from vendor_ai.services.conversion import convert_file, read_wishes

HEAD = ("ID", "Question", "Answer", "Comments")
ROWS = [
    HEAD,
    ("A1", question(1), "Yes", "counted"),
    ("A2", question(2), "No", ""),
    ("A3", question(3), "N/A", "no room"),
    ("A4", question(4), "", ""),
]


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return saved(tmp_path, simple(*ROWS), "house-check.xlsx")


def test_pack_and_answers_are_written_and_scored(cli: CommandLine, file: Path, tmp_path: Path) -> None:
    pack, answers = tmp_path / "house.yaml", tmp_path / "acme.json"

    document = cli.ok("questionnaire", "convert", file, "--to", pack, "--answers", answers, "--json").json

    assert (document["pack"], document["questions"], document["answers"]) == ("house-check", 4, 3)
    assert document["files"] == {"pack": str(pack), "answers": str(answers)}
    assert json.loads(answers.read_text()) == {
        "A1": {"value": "yes", "comment": "counted"},
        "A2": {"value": "no"},
        "A3": {"value": "NA", "reason": "no room"},
    }
    assert cli.ok("questionnaire", "check", pack).out == "ok\n"
    score = cli.ok("questionnaire", "score", "--pack", pack, "--answers", answers, "--json").json
    # LOW 1, HIGH 3, unanswered 4 of three that apply
    assert (score["score"], score["unanswered"]) == ("2.666667", ["A4"])


def test_the_document_has_all_keys(cli: CommandLine, file: Path) -> None:
    document = cli.ok("questionnaire", "convert", file, "--json").json

    assert list(document) == [
        "pack",
        "version",
        "questions",
        "dimensions",
        "answers",
        "sheets",
        "unplaced",
        "assumed",
        "domains",
        "totals",
        "files",
    ]
    assert document["domains"] == [
        {
            "id": "house-check",
            "label": "house check",
            "questions": 4,
            "answered": 3,
            "by_answer": {"NA": 1, "no": 1, "yes": 1},
            "score": "33.333333",
        }
    ]
    assert document["files"] == {}


def test_without_targets_nothing_is_written_and_people_see_what_was_found(cli: CommandLine, file: Path, tmp_path: Path) -> None:
    before = set(tmp_path.iterdir())

    shown = cli.ok("questionnaire", "convert", file)

    assert set(tmp_path.iterdir()) - before <= {cli.home}
    for part in (
        "Sheets of house-check.xlsx",
        "33.333333",
        "Assumed: 4 questions",
        "nothing was written. Add --to PACK.yaml",
        "add --answers",
    ):
        assert part in shown.out


def test_what_could_not_be_taken_is_named_and_ends_in_one(cli: CommandLine, tmp_path: Path) -> None:
    path = saved(tmp_path, simple(*ROWS, ("A5", "", "Yes", ""), ("A6", question(6), "", "=1+1")), "check.xlsx")

    called = cli("questionnaire", "convert", path, "--to", tmp_path / "check.yaml")

    assert called.code == 1
    assert "Not placed: sheet Questions, row 6, column ID: This row has an id but no question text; it was left out.\n" in called.err
    assert (tmp_path / "check.yaml").is_file()


def test_people_see_stated_totals_and_the_first_of_many_that_were_not_placed(cli: CommandLine, tmp_path: Path) -> None:
    stray = [(f"B{number}", "", "Yes", "") for number in range(25)]
    path = saved(tmp_path, simple(*ROWS, *stray, ("", "Total Yes", 3, "")), "check.xlsx")

    called = cli("questionnaire", "convert", path, "--answers", tmp_path / "given.json")

    assert (called.code, called.err.count("Not placed: sheet Questions")) == (1, 20)
    assert "Not placed: 6 more; --json lists them." in called.err
    for part in ("Totals the file states", "C31: Total Yes", "NO", "3 answers written to"):
        assert part in called.out


def test_options_reach_the_conversion(cli: CommandLine, tmp_path: Path) -> None:
    path = saved(tmp_path, simple(["x"], ["What", "We say"], [question(1), "No"], [question(2), "Yes"]), "file.xlsx")
    pack = tmp_path / "pack.yaml"

    document = cli.ok(
        "questionnaire", "convert", path, "--to", pack, "--id", "house", "--version", "2.1", "--title", "House", "--sheet", "questions",
        "--header-row", "2", "--map", "text=What", "--map", "Answer=B", "--json",
    ).json  # fmt: skip

    assert (document["pack"], document["version"], document["sheets"][0]["header_row"], document["answers"]) == ("house", "2.1", 2, 2)
    first = cli.ok("questionnaire", "show", pack, "--json").json["questions"][0]["id"]
    turned = cli.ok(
        "questionnaire", "convert", path, "--map", "text=What", "--map", "answer=We say", "--compliant", f"no={first}", "--json"
    ).json
    assert (document["domains"][0]["score"], turned["domains"][0]["score"]) == ("50.00", "100.00")


@pytest.mark.parametrize(
    ("options", "code", "part"),
    [
        (["--map", "text"], 2, "is not FIELD=COLUMN"),
        (["--compliant", "A1"], 2, "is not no=ID"),
        (["--map", "price=B"], 3, "--map knows no field 'price'. Use one of: id, text, answer"),
        (["--compliant", "maybe=A1"], 3, "the good answer is yes or no"),
        (["--compliant", "no=Z9"], 3, "names 'Z9', which is the id of no one question"),
        (["--sheet", "Nowhere"], 3, "has no sheet 'Nowhere'"),
        (["--version", "one two"], 3, "cannot be held by a pack: 'one two' cannot be used here"),
        (["--to", "pack.txt"], 3, "is written as .yaml, not as 'pack.txt'"),
        (["--answers", "answers.yaml"], 3, "is written as .json"),
        (["--to", "nowhere/pack.yaml"], 3, "There is no folder 'nowhere'"),
    ],
)
def test_a_wish_that_cannot_be_met_is_refused(cli: CommandLine, file: Path, options: list[str], code: int, part: str) -> None:
    called = cli("questionnaire", "convert", file, *options)

    assert called.code == code
    assert part in " ".join(called.err.replace("│", " ").split())


def test_a_file_that_exists_is_replaced_only_by_force(cli: CommandLine, file: Path, tmp_path: Path) -> None:
    pack = tmp_path / "house.yaml"
    pack.write_text("mine")

    refused = cli("questionnaire", "convert", file, "--to", pack)

    assert (refused.code, pack.read_text()) == (3, "mine")
    assert "replace it with --force" in refused.err
    cli.ok("questionnaire", "convert", file, "--to", pack, "--force")
    assert pack.read_text().startswith("pack: house-check")


def test_a_missing_or_hostile_file_ends_in_three_with_one_sentence(cli: CommandLine, tmp_path: Path) -> None:
    for called in (
        cli("questionnaire", "convert", tmp_path / "none.xlsx"),
        cli("questionnaire", "convert", saved(tmp_path, b"no zip", "bad.xlsx")),
    ):
        assert (called.code, called.out, called.err.count("\n")) == (3, "", 1)


def test_csv_and_json_give_the_same_questions_as_the_workbook(cli: CommandLine, tmp_path: Path, file: Path) -> None:
    text = "\n".join(",".join(row) for row in ROWS)
    records = [dict(zip(HEAD, row, strict=True)) for row in ROWS[1:]]
    files = [file, saved(tmp_path, text.encode(), "house-check.csv"), saved(tmp_path, json.dumps(records).encode(), "house-check.json")]

    documents = [cli.ok("questionnaire", "convert", path, "--json").json for path in files]

    assert [(each["questions"], each["answers"], each["domains"]) for each in documents] == [(4, 3, documents[0]["domains"])] * 3


def test_published_layouts_go_through_the_whole_chain(cli: CommandLine, tmp_path: Path) -> None:
    for name, content in (("caiq", caiq({"B&B-01.1": ("Yes", "")})), ("hecvat", hecvat({"COOR-01": "Yes"})), ("sig", sig(2000))):
        pack, answers = tmp_path / f"{name}.yaml", tmp_path / f"{name}-answers.json"
        cli.ok("questionnaire", "convert", saved(tmp_path, content, f"{name}.xlsx"), "--to", pack, "--answers", answers)
        assert cli.ok("questionnaire", "score", "--pack", pack, "--answers", answers, "--json").json["pack"] == name


def test_a_workbook_that_openpyxl_wrote_is_read_as_well(cli: CommandLine, tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    assert book.active is not None
    for row in ROWS:
        book.active.append(list(row))
    path = tmp_path / "plain.xlsx"
    book.save(path)

    assert cli.ok("questionnaire", "convert", path, "--json").json["answers"] == 3


def test_the_real_questionnaire_becomes_a_pack_that_can_be_sent_out(cli: CommandLine, tmp_path: Path, test_data: Path) -> None:
    pack, sent = tmp_path / "cadena.yaml", tmp_path / "cadena.xlsx"

    cli.ok("questionnaire", "convert", test_data / "questionnaires" / "cuestionario.xlsx", "--to", pack)

    assert cli.ok("questionnaire", "workbook", pack, sent, "--json").json["questions"] == 75


@pytest.mark.skipif(shutil.which("soffice") is None, reason="LibreOffice is not installed")
def test_a_questionnaire_that_libreoffice_saved_is_converted_alike(tmp_path: Path) -> None:
    answers, stated = {"COOR-01": "Yes", "COOR-02": "No"}, {"Company Overview": 0.166666666666667}
    path = saved(tmp_path, hecvat(answers, stated=stated), "house.xlsx")
    profile, again = f"-env:UserInstallation=file://{tmp_path / 'profile'}", tmp_path / "again"
    subprocess.run(
        ["soffice", "--headless", profile, "--convert-to", "xlsx", "--outdir", again, path], check=True, capture_output=True, timeout=120
    )

    before, after = (convert_file(each, read_wishes()).conversion for each in (path, again / "house.xlsx"))

    assert (after.pack, after.answers, after.domains, after.unplaced) == (before.pack, before.answers, before.domains, before.unplaced)
    assert len(after.answers) == 2
