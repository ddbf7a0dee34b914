"""Audit samples: committed, drawn, labelled blind, read back."""

import hashlib
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from sqlmodel import col, select

from tests.factories.command_line import CommandLine, accuracy_clause, contract_text
from vendor_ai.db.audit_sample import AuditItemRow, AuditSampleRow
from vendor_ai.db.base import Records
from vendor_ai.wiring import open_app

HEADER = "prediction_id,occurred_at,prediction,segment.region,vendor_request_id"
REF = "ocr-2026-q1"


def calls(count: int, *, first: int = 0, day: int = 10) -> list[str]:
    """Calls answered yes and no in turn; which answer is right only the reader knows."""
    return [
        f"call-{number},2026-02-{day:02d}T{number % 24:02d}:00:00Z,{'yes' if number % 2 else 'no'},EU,req-{number}"
        for number in range(first, first + count)
    ]


@pytest.fixture
def acme(cli: CommandLine) -> CommandLine:
    cli.inventory("ocr")
    cli.contract(contract_text(accuracy_clause()))
    return cli


def commit(cli: CommandLine, *, size: int = 20, twice: int = 5) -> dict[str, Any]:
    found: dict[str, Any] = cli.ok(
        "sample", "commit", "--contract", "acme-2026", "--period", "2026-Q1", "--size", str(size), "--twice", str(twice), "--json"
    ).json
    return found


def drawn(cli: CommandLine, *, size: int = 20, twice: int = 5, population: int = 100) -> dict[str, Any]:
    commit(cli, size=size, twice=twice)
    cli.predictions(calls(population), header=HEADER)
    found: dict[str, Any] = cli.ok("sample", "draw", REF, "--json").json
    return found


def workbook(cli: CommandLine, name: str = "labels.xlsx", *options: str) -> Path:
    path = cli.home.parent / name
    cli.ok("sample", "export", REF, path, *options)
    return path


def fill(path: Path, labels: Mapping[str, object] | None = None, default: object = "yes") -> list[str]:
    """Label every call ``default``, some otherwise; returns the ids in the order of the sheet."""
    book = openpyxl.load_workbook(path)
    sheet = book["Calls"]
    column = sheet.max_column
    ids = [str(sheet.cell(row, 1).value) for row in range(2, sheet.max_row + 1)]
    for row, identity in enumerate(ids, start=2):
        sheet.cell(row, column).value = (labels or {}).get(identity, default)
    book.save(path)
    return ids


def stored(records: Records) -> list[AuditItemRow]:
    with records.read() as session:
        return list(session.exec(select(AuditItemRow).order_by(col(AuditItemRow.position))))


def test_the_seed_is_hashed_into_the_audit_chain_at_once_and_shown_only_when_it_is_drawn(acme: CommandLine) -> None:
    committed = commit(acme)
    assert (committed["ref"], committed["state"], committed["seed"]) == (REF, "committed", None)
    (entry,) = [entry for entry in acme.ok("audit", "list", "--json").json if entry["action"] == "sample.committed"]
    assert entry["data"]["seed_sha256"] == committed["seed_sha256"]
    assert "seed" not in entry["data"]
    assert acme.ok("sample", "show", REF, "--json").json["seed"] is None
    acme.predictions(calls(100), header=HEADER)
    found = acme.ok("sample", "draw", REF, "--json").json
    assert hashlib.sha256(found["seed"].encode()).hexdigest() == committed["seed_sha256"]
    assert (found["state"], found["population"], found["drawn"]) == ("drawn", 100, 20)


def test_anyone_who_knows_the_seed_draws_the_same_calls(acme: CommandLine) -> None:
    seed = drawn(acme)["seed"]
    ids = sorted((f"call-{number}" for number in range(100)), key=lambda each: hashlib.sha256((seed + each).encode()).hexdigest())
    items = stored(open_app(acme.home).records)
    assert [item.prediction_id for item in items] == ids[:20]
    assert [item.twice for item in items] == [True] * 5 + [False] * 15
    (entry,) = [entry for entry in acme.ok("audit", "list", "--json").json if entry["action"] == "sample.drawn"]
    assert entry["data"]["ids_sha256"] == hashlib.sha256("\n".join(ids[:20]).encode()).hexdigest()


def test_only_calls_of_the_period_that_were_answered_with_a_prediction_are_drawn(acme: CommandLine) -> None:
    commit(acme, size=100, twice=0)
    rows = [
        "good,2026-03-31T23:59:59.999999Z,yes,ok,",
        "first,2026-01-01T00:00:00Z,no,ok,",
        "before,2025-12-31T23:59:59.999999Z,yes,ok,",
        "after,2026-04-01T00:00:00Z,yes,ok,",
        "failed,2026-02-01T00:00:00Z,yes,error,",
        "mute,2026-02-01T00:00:00Z,,ok,",
        "ours,2026-02-01T00:00:00Z,yes,ok,customer",
    ]
    acme.predictions(rows, header="prediction_id,occurred_at,prediction,status,fault")
    assert acme.ok("sample", "draw", REF, "--json").json["population"] == 2
    assert {item.prediction_id for item in stored(open_app(acme.home).records)} == {"good", "first"}


def test_a_sample_is_not_committed_once_labels_of_its_period_came(acme: CommandLine) -> None:
    acme.predictions(["p,2026-02-10T00:00:00Z,yes,yes"], header="prediction_id,occurred_at,prediction,actual")
    refused = acme("sample", "commit", "--contract", "acme-2026", "--period", "2026-Q1", "--size", "20")
    assert refused.code == 3
    assert "would prove nothing" in refused.err
    acme.ok("sample", "commit", "--contract", "acme-2026", "--period", "2026-Q2", "--size", "20")


def test_a_sample_is_not_committed_while_outcomes_wait_for_calls_that_may_be_its_own(acme: CommandLine) -> None:
    early = acme.home.parent / "early.csv"
    early.write_text("prediction_id,actual,observed_at\nlate-call,yes,2026-02-11T00:00:00Z\n")
    acme.ok("outcome", "import", early, "--component", "ocr")
    refused = acme("sample", "commit", "--contract", "acme-2026", "--period", "2026-Q1", "--size", "20")
    assert (refused.code, "wait for calls that are not in the log yet" in refused.err) == (3, True)
    acme.predictions(["late-call,2026-06-10T00:00:00Z,yes"], header="prediction_id,occurred_at,prediction")
    assert commit(acme)["state"] == "committed"


def test_a_second_sample_of_the_same_calls_is_refused(acme: CommandLine) -> None:
    commit(acme)
    for period in ("2026-Q1", "2026-02", "2026"):
        refused = acme("sample", "commit", "--contract", "acme-2026", "--period", period, "--size", "20")
        assert (refused.code, "A second could be picked by its result" in refused.err) == (3, True)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (("--size", "0"), "size from 1"),
        (("--size", "10", "--twice", "11"), "size from 1"),
        (("--size", "10", "--period", "2027-Q1"), "outside the term"),
        (("--size", "10", "--period", "soon"), "is not a period"),
        (("--size", "10", "--component", "nobody"), "no component"),
    ],
)
def test_what_cannot_be_committed_is_refused_in_a_sentence(acme: CommandLine, options: tuple[str, ...], message: str) -> None:
    given = options if "--period" in options else (*options, "--period", "2026-Q1")
    refused = acme("sample", "commit", "--contract", "acme-2026", *given)
    assert (refused.code, message in refused.err) == (3, True)


def test_a_contract_of_several_components_needs_one_named(cli: CommandLine) -> None:
    cli.inventory("ocr", "chat", "other")
    cli.contract(contract_text(accuracy_clause()).replace("[ocr]", "[ocr, chat]"))
    base = ("sample", "commit", "--contract", "acme-2026", "--period", "2026-Q1", "--size", "9")
    assert "Name one with --component: ocr, chat" in cli(*base).err
    assert "does not cover other" in cli(*base, "--component", "other").err
    assert cli.ok(*base, "--component", "chat", "--json").json["ref"] == "chat-2026-q1"


def test_a_running_period_is_not_drawn_nor_one_without_calls_nor_one_twice(acme: CommandLine) -> None:
    commit(acme)
    assert "holds no call with a prediction" in acme("sample", "draw", REF).err
    acme.ok("sample", "commit", "--contract", "acme-2026", "--period", "2026-12", "--size", "5")
    assert "Draw it then" in acme("sample", "draw", "ocr-2026-12").err
    acme.predictions(calls(10), header=HEADER)
    assert "is not drawn yet" in acme("sample", "export", REF, acme.home.parent / "early.xlsx").err
    acme.ok("sample", "draw", REF)
    assert "was drawn already" in acme("sample", "draw", REF).err
    assert "no sample" in acme("sample", "draw", "other").err


def test_a_seed_that_was_changed_in_the_records_is_noticed(acme: CommandLine) -> None:
    commit(acme)
    acme.predictions(calls(10), header=HEADER)
    with open_app(acme.home).records.write() as session:
        row = session.get(AuditSampleRow, 1)
        assert row is not None
        row.seed = "f" * 64
    refused = acme("sample", "draw", REF)
    assert (refused.code, "somebody changed the record" in refused.err) == (3, True)


def test_the_workbook_never_shows_what_the_vendor_answered(acme: CommandLine) -> None:
    drawn(acme)
    sheet = openpyxl.load_workbook(workbook(acme))["Calls"]
    assert [cell.value for cell in sheet[1]] == ["prediction_id", "occurred_at", "segment.region", "vendor_request_id", "label"]
    number = int(str(sheet["A2"].value).removeprefix("call-"))
    assert [cell.value for cell in sheet[2]] == [f"call-{number}", f"2026-02-10 {number % 24:02d}:00:00 UTC", "EU", f"req-{number}", None]
    assert sheet.max_row == 21
    assert openpyxl.load_workbook(workbook(acme, "second.xlsx", "--second"))["Calls"].max_row == 6


def test_labels_become_outcomes_of_the_source_audit_with_their_reader(acme: CommandLine) -> None:
    drawn(acme, size=100, twice=0)
    path = workbook(acme)
    fill(path)
    result = acme.ok("sample", "import", path, "--reviewer", "Jane Doe", "--json").json
    assert result == {"read": 100, "stored": 100, "duplicates": 0, "rejected": 0, "problems": []}
    (clause,) = acme.evaluate("acme-2026", "2026-Q1", "--at", "2026-04-05")["clauses"]
    assert (clause["labelled"], clause["value"]) == (100, "0.5")  # every call labelled yes, every second answered yes
    assert acme.ok("sample", "show", REF, "--json").json["state"] == "labelled"
    again = acme.ok("sample", "import", path, "--reviewer", "Jane Doe", "--json").json
    assert (again["stored"], again["duplicates"]) == (0, 100)


def test_good_labels_are_kept_and_bad_rows_are_named(acme: CommandLine) -> None:
    drawn(acme)
    path = workbook(acme)
    first, second, third, *_ = fill(path, default=None)
    fill(path, {first: "Yes", second: "maybe", third: "no"}, default=None)
    result = acme("sample", "import", path, "--reviewer", "Jane Doe", "--json")
    assert (result.code, result.json["stored"], result.json["rejected"]) == (1, 1, 2)
    assert [(problem["row"], problem["column"], problem["message"]) for problem in result.json["problems"]] == [
        (2, "label", "'Yes' is not a known label; 'yes' is. Write it exactly so."),
        (3, "label", "'maybe' is not a known label. Choose one from the list, or allow it with --label maybe."),
    ]
    fill(path, {first: "yes", second: "maybe", third: "yes"}, default=None)
    again = acme("sample", "import", path, "--reviewer", "Jane Doe", "--label", "maybe", "--json")
    assert (again.json["stored"], again.json["problems"][0]["row"]) == (2, 4)
    assert "is labelled 'no' already" in again.json["problems"][0]["message"]


def test_labels_allowed_when_the_same_file_is_read_again_are_stored_too(acme: CommandLine) -> None:
    drawn(acme, size=100, twice=0)
    path = workbook(acme)
    fill(path, {"call-1": "maybe", "call-3": "maybe"})
    assert acme("sample", "import", path, "--reviewer", "Jane Doe", "--json").json["stored"] == 98
    again = acme.ok("sample", "import", path, "--reviewer", "Jane Doe", "--label", "maybe", "--json").json
    assert (again["stored"], again["duplicates"]) == (2, 98)
    (clause,) = acme.evaluate("acme-2026", "2026-Q1", "--at", "2026-04-05")["clauses"]
    assert (clause["labelled"], clause["value"]) == (100, "0.48")  # 50 answered yes; two of those should have been maybe


def test_a_call_of_another_sample_is_named(acme: CommandLine) -> None:
    drawn(acme)
    path = workbook(acme)
    fill(path)
    book = openpyxl.load_workbook(path)
    book["Calls"]["A2"].value = "call-unknown"
    book.save(path)
    (problem,) = acme("sample", "import", path, "--reviewer", "Jane Doe", "--json").json["problems"]
    assert (problem["row"], problem["column"]) == (2, "prediction_id")


def test_two_readers_measure_the_label_error_and_the_first_labels_count(acme: CommandLine) -> None:
    drawn(acme)
    first, second = workbook(acme), workbook(acme, "second.xlsx", "--second")
    fill(first)
    (odd, *_) = fill(second)
    fill(second, {odd: "no"})
    acme.ok("sample", "import", first, "--reviewer", "Jane Doe")
    assert "No call has been labelled by two people yet." in acme.ok("sample", "show", REF).out
    acme.ok("sample", "import", second, "--reviewer", "John Roe")
    found = acme.ok("sample", "show", REF, "--json").json
    assert (found["state"], found["labelled"], found["checked_twice"], found["disagreed"]) == ("labelled", 20, 5, 1)
    assert found["label_error"] == ["0.005051", "0.200000", "0.716418"]  # Clopper-Pearson of 1 in 5
    assert "differ on 1: 20.0% of the labels are wrong" in acme.ok("sample", "show", REF).out
    assert next(item for item in stored(open_app(acme.home).records) if item.prediction_id == odd).first_label == "yes"
    (clause,) = acme.evaluate("acme-2026", "2026-Q1", "--at", "2026-04-05")["clauses"]
    assert clause["labelled"] == 20


def test_the_second_reader_is_another_person(acme: CommandLine) -> None:
    drawn(acme)
    first, second = workbook(acme), workbook(acme, "second.xlsx", "--second")
    fill(first)
    fill(second)
    acme.ok("sample", "import", first, "--reviewer", "Jane Doe")
    refused = acme("sample", "import", second, "--reviewer", " jane  DOE")
    assert (refused.code, "read the other part too" in refused.err) == (3, True)
    assert "Name who labelled" in acme("sample", "import", second, "--reviewer", " ").err


def test_a_workbook_goes_to_the_sample_it_belongs_to_only(acme: CommandLine) -> None:
    drawn(acme)
    path = workbook(acme)
    refused = acme("sample", "import", path, "--reviewer", "Jane Doe", "--sample", "other")
    assert f"belongs to the sample {REF}, not to other" in refused.err
    acme.ok("sample", "import", path, "--reviewer", "Jane Doe", "--sample", REF.upper())


def test_there_is_no_second_workbook_where_nothing_is_labelled_twice(acme: CommandLine) -> None:
    drawn(acme, twice=0)
    refused = acme("sample", "export", REF, acme.home.parent / "second.xlsx", "--second")
    assert "No call of ocr-2026-q1 is labelled twice" in refused.err
    assert "is written as .xlsx" in acme("sample", "export", REF, acme.home.parent / "labels.csv").err


def test_numbers_are_labelled_with_numbers(acme: CommandLine) -> None:
    commit(acme, size=3, twice=0)
    rows = [f"call-{number},2026-02-10T00:00:00Z,{number}.5" for number in range(3)]
    acme.predictions(rows, header="prediction_id,occurred_at,prediction_value")
    acme.ok("sample", "draw", REF)
    path = workbook(acme)
    fill(path, {"call-0": "much"}, default=1.5)
    result = acme("sample", "import", path, "--reviewer", "Jane Doe", "--json").json
    assert (result["stored"], result["rejected"]) == (2, 1)
    assert "is not a number" in result["problems"][0]["message"]


def test_samples_are_listed_with_how_far_they_are(acme: CommandLine) -> None:
    assert "No sample is committed." in acme.ok("sample", "list").out
    drawn(acme)
    assert [entry["ref"] for entry in acme.ok("sample", "list", "ocr", "--json").json] == [REF]
    assert "0 of 20" in acme.ok("sample", "list").out
    assert json.loads(acme.ok("sample", "list", "--json").out)[0]["population"] == 100
    assert acme("audit", "verify").code == 0
