"""One questionnaire to many components, and a folder of returned workbooks back in one preview."""

import csv
import shutil
from datetime import timedelta
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from tests.factories.command_line import CommandLine
from tests.factories.due_diligence import NOW, PROCUREMENT, answer, small_pack, start, store_vendor
from vendor_ai.db.base import Records
from vendor_ai.domain.errors import ConflictError, InvalidInputError, NotFoundError
from vendor_ai.domain.tier import RiskTier
from vendor_ai.domain.vendor import Component, ComponentStatus
from vendor_ai.services import assessment, campaign, campaign_sending, vendor_link

LOW = {"use_case": "summarising meeting notes", "decision_type": "human_in_the_loop"}
HIGH = {"use_case": "recruitment", "decision_type": "automated", "affected_rights": ("privacy",)}
PACK = "engineer-risk-checklist"


def components() -> tuple[Component, ...]:
    return (
        Component("ocr", "OCR", "acme", status=ComponentStatus.IN_USE, **LOW),  # type: ignore[arg-type]
        Component("chat", "Chat", "acme", status=ComponentStatus.IN_USE, **HIGH),  # type: ignore[arg-type]
        Component("rank", "Rank", "acme", status=ComponentStatus.PROPOSED, **HIGH),  # type: ignore[arg-type]
        Component("old", "Old", "acme", status=ComponentStatus.RETIRED, **HIGH),  # type: ignore[arg-type]
        Component("vague", "Vague", "acme", status=ComponentStatus.IN_USE),
    )


@pytest.mark.parametrize(
    ("named", "tier", "all_in_use", "chosen"),
    [
        (["Chat", "old"], None, False, ["chat", "old"]),
        ([], RiskTier.HIGH, False, ["chat", "rank"]),
        ([], None, True, ["chat", "ocr", "vague"]),
        ([], RiskTier.HIGH, True, ["chat"]),
        (["ocr"], RiskTier.HIGH, False, ["chat", "ocr", "rank"]),
    ],
)
def test_components_are_named_or_chosen_by_tier_or_use(
    records: Records, named: list[str], tier: RiskTier | None, all_in_use: bool, chosen: list[str]
) -> None:
    with records.write() as session:
        store_vendor(session, *components())
        found = campaign.chosen_components(session, named, tier=tier, all_in_use=all_in_use)
    assert sorted(it.ref for it in found) == chosen


def test_choosing_nothing_or_the_unknown_is_refused(records: Records) -> None:
    with records.write() as session:
        store_vendor(session, *components())
        with pytest.raises(InvalidInputError, match="No component is chosen"):
            campaign.chosen_components(session, tier=RiskTier.MEDIUM)
        with pytest.raises(NotFoundError):
            campaign.chosen_components(session, ["nobody"])


def test_a_campaign_sends_to_each_and_gives_each_what_the_vendor_answered_before(records: Records) -> None:
    due = NOW + timedelta(days=14)
    with records.write() as session:
        store_vendor(session)
        answer(session, start(session, "ocr"), {"tested": "l1", "monitored": "l1", "insured": "l2"})
        chosen = campaign.chosen_components(session, ["ocr", "chat"])
        started = campaign.start(session, "Yearly review 2026", small_pack("1.1"), chosen, due_at=due, by=PROCUREMENT, at=NOW)
        lines = campaign.progress(session, started.ref, at=NOW)
    assert started.ref == "yearly-review-2026"
    assert started.sent == (("ocr", "ocr-a2"), ("chat", "chat-a1"))
    assert [(it.assessment, it.answered, it.asked, it.due_at, it.overdue) for it in lines] == [
        ("ocr-a2", 1, 3, due, False),
        ("chat-a1", 1, 3, due, False),
    ]


def test_a_component_with_the_same_questions_unanswered_is_left_out_with_the_reason(records: Records) -> None:
    with records.write() as session:
        store_vendor(session)
        start(session, "ocr")
        chosen = campaign.chosen_components(session, ["ocr", "chat"])
        started = campaign.start(session, "Review", small_pack(), chosen, by=PROCUREMENT, at=NOW)
        assert started.left_out == (("ocr", "ocr-a1 asks the same and is not handed in yet"),)
        with pytest.raises(ConflictError, match="Nothing to send"):
            campaign.start(session, "Again", small_pack(), chosen, by=PROCUREMENT, at=NOW)


def test_a_campaign_that_cannot_be_started_says_why(records: Records) -> None:
    with records.write() as session:
        store_vendor(session)
        chosen = campaign.chosen_components(session, ["ocr"])
        campaign.start(session, "Review", small_pack(), chosen, by=PROCUREMENT, at=NOW)
        other = campaign.chosen_components(session, ["chat"])
        with pytest.raises(ConflictError, match="a campaign 'review' already"):
            campaign.start(session, "REVIEW!", small_pack(), other, by=PROCUREMENT, at=NOW)
        with pytest.raises(InvalidInputError, match="letters or digits"):
            campaign.start(session, "???", small_pack(), other, by=PROCUREMENT, at=NOW)
        with pytest.raises(InvalidInputError, match="has passed"):
            campaign.start(session, "Late", small_pack(), other, due_at=NOW, by=PROCUREMENT, at=NOW)
        with pytest.raises(NotFoundError, match="no campaign 'none'"):
            campaign.campaign(session, "none")


def test_the_table_shows_what_is_handed_in_and_what_is_overdue(records: Records) -> None:
    due = NOW + timedelta(days=14)
    with records.write() as session:
        store_vendor(session)
        chosen = campaign.chosen_components(session, ["ocr", "chat"])
        campaign.start(session, "Review", small_pack(), chosen, due_at=due, by=PROCUREMENT, at=NOW)
        answer(session, "ocr-a1", {"tested": "l1", "monitored": "l1", "insured": "l1"})
        first, second = campaign.progress(session, "review", at=due)
        whole = campaign.campaign(session, "Review")
    assert (first.state.words, first.answered, first.score, first.recommendation, first.overdue) == (
        "submitted",
        3,
        "1.00",
        "APPROVED",
        False,
    )
    assert (second.state.words, second.answered, second.overdue) == ("sent", 1, True)  # the vendor-wide answer reached it
    assert (whole.assessments, whole.handed_in, whole.pack) == (2, 1, "small")


@pytest.fixture
def returned(cli: CommandLine, tmp_path: Path) -> Path:
    """A folder of workbooks as they were sent, of a campaign over three components."""
    cli.inventory("ocr", "chat", "rank")
    cli.ok("campaign", "start", "Review", "--pack", PACK, "--component", "ocr", "--component", "chat", "--component", "rank")
    folder = tmp_path / "returned"
    folder.mkdir()
    for component in ("ocr", "chat", "rank"):
        cli.ok("assessment", "workbook", f"{component}-a1", folder / f"{component}.xlsx")
    return folder


def fill(path: Path, word: str, *, rows: int | None = None) -> int:
    """Choose the answer whose label begins with a word, in so many rows; returns how many there were."""
    book = openpyxl.load_workbook(path)
    sheet = book["Questionnaire"]
    header = next(row for row in range(1, 20) if "qid" in [cell.value for cell in sheet[row]])
    names = [cell.value for cell in sheet[header]]
    filled = 0
    for row in range(header + 1, sheet.max_row + 1):
        if sheet.cell(row, names.index("qid") + 1).value and (rows is None or filled < rows):
            sheet.cell(row, names.index("Answer") + 1).value = word
            filled += 1
    book.save(path)
    return filled


def imported(cli: CommandLine, folder: Path, *options: str, code: int = 0) -> dict[str, Any]:
    outcome = cli("campaign", "import", folder, "--json", *options)
    assert outcome.code == code, outcome.err + outcome.out
    return {entry["file"]: entry for entry in outcome.json["files"]}


def states(cli: CommandLine) -> dict[str, str]:
    return {line["assessment"]: line["state"] for line in cli.ok("campaign", "show", "review", "--json").json["lines"]}


def test_a_folder_is_matched_by_hidden_ids_previewed_and_stored(cli: CommandLine, returned: Path) -> None:
    questions = fill(returned / "ocr.xlsx", "Yes")
    fill(returned / "chat.xlsx", "Yes", rows=2)
    (returned / "ocr.xlsx").rename(returned / "from the vendor.xlsx")
    (returned / "~$chat.xlsx").write_bytes(b"lock")
    (returned / "letter.txt").write_text("Dear all")

    shown = imported(cli, returned, "--dry-run")
    assert {name: (entry["assessment"], len(entry["changes"])) for name, entry in shown.items()} == {
        "chat.xlsx": ("chat-a1", 2),
        "from the vendor.xlsx": ("ocr-a1", questions),
        "rank.xlsx": ("rank-a1", 0),
    }
    assert states(cli) == {"ocr-a1": "sent", "chat-a1": "sent", "rank-a1": "sent"}
    imported(cli, returned)
    assert states(cli) == {"ocr-a1": "submitted", "chat-a1": "in_progress", "rank-a1": "sent"}


def test_the_same_folder_twice_changes_nothing(cli: CommandLine, returned: Path) -> None:
    fill(returned / "ocr.xlsx", "Yes")
    imported(cli, returned)
    before = cli.ok("assessment", "list", "--json").json
    again = imported(cli, returned)

    assert [entry["changes"] for entry in again.values()] == [[], [], []]
    assert cli.ok("assessment", "list", "--json").json == before


def test_the_same_file_twice_counts_once_and_two_answers_to_one_questionnaire_are_named(cli: CommandLine, returned: Path) -> None:
    fill(returned / "chat.xlsx", "Yes", rows=3)
    shutil.copy(returned / "chat.xlsx", returned / "chat copy.xlsx")
    cli.ok("assessment", "workbook", "chat-a1", returned / "other chat.xlsx")
    fill(returned / "other chat.xlsx", "No", rows=1)
    found = imported(cli, returned, code=1)

    assert [len(found[name]["changes"]) for name in ("chat copy.xlsx", "chat.xlsx", "other chat.xlsx")] == [3, 0, 0]
    assert found["chat.xlsx"]["reason"] is None
    assert "chat copy.xlsx answers chat-a1 too" in found["other chat.xlsx"]["reason"]


def test_a_file_that_fits_nothing_says_why_and_the_others_are_stored(cli: CommandLine, returned: Path, tmp_path: Path) -> None:
    fill(returned / "ocr.xlsx", "Yes", rows=1)
    (returned / "broken.xlsx").write_bytes(b"PK\x03\x04 not a workbook")
    cli.ok("questionnaire", "workbook", "triage", returned / "free.xlsx")
    cli.ok("assessment", "withdraw", "rank-a1", "--reason", "No longer bought.")
    fill(returned / "rank.xlsx", "Yes", rows=1)
    found = imported(cli, returned, code=1)

    assert "broken.xlsx is damaged" in found["broken.xlsx"]["reason"]
    assert "a component it does not name" in found["free.xlsx"]["reason"]
    assert "rank-a1 is withdrawn and takes no answers" in found["rank.xlsx"]["reason"]
    assert states(cli)["ocr-a1"] == "in_progress"


def test_an_answer_that_is_emptied_in_the_file_stays_and_is_named(cli: CommandLine, returned: Path) -> None:
    fill(returned / "ocr.xlsx", "Yes", rows=2)
    imported(cli, returned)
    fill(returned / "ocr.xlsx", "", rows=1)
    found = imported(cli, returned)["ocr.xlsx"]

    assert found["changes"] == []
    assert len(found["emptied"]) == 1


def test_people_see_a_table_of_files_and_one_of_changes(cli: CommandLine, returned: Path) -> None:
    fill(returned / "ocr.xlsx", "Yes", rows=1)
    said = cli.ok("campaign", "import", returned)

    assert "Returned workbooks" in said.out
    assert "unanswered" in said.out
    assert "1 of 3 files changed something and are stored." in said.out
    assert "Review" in cli.ok("campaign", "list").out
    assert "0 of" in cli.ok("campaign", "show", "review").out


def test_a_folder_that_is_none_or_holds_nothing_is_refused(cli: CommandLine, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    for folder, words in ((tmp_path / "none", "There is no folder"), (tmp_path / "empty", "holds no .xlsx file")):
        outcome = cli("campaign", "import", folder)
        assert outcome.code == 3
        assert words in outcome.err


def test_a_campaign_names_its_assessments_in_the_chain(records: Records) -> None:
    with records.write() as session:
        store_vendor(session)
        campaign.start(session, "Review", small_pack(), campaign.chosen_components(session, ["ocr"]), by=PROCUREMENT, at=NOW)
        assert assessment.row_of(session, "ocr-a1").campaign_id == campaign.row_of(session, "review").id


def started(cli: CommandLine, *options: str) -> None:
    cli.inventory("ocr", "chat")
    cli.ok("campaign", "start", "Review", "--pack", PACK, "--component", "ocr", "--component", "chat", *options)


def test_a_dry_run_lists_whom_a_campaign_would_reach_and_sends_nothing(cli: CommandLine) -> None:
    cli.inventory("ocr", "chat", "rank")
    cli.ok("assessment", "send", "chat", "--pack", PACK)
    arguments = ("campaign", "start", "Review", "--pack", PACK, "--component", "ocr", "--component", "chat", "--dry-run")
    shown, told = cli.ok(*arguments), cli.ok(*arguments, "--json").json

    assert "Nothing was sent." in shown.out
    assert told == {
        "campaign": "review",
        "dry_run": True,
        "would_send": [{"component": "ocr", "vendor": "acme-ai"}],
        "left_out": [{"component": "chat", "reason": "chat-a1 asks the same and is not handed in yet"}],
    }
    assert cli.ok("campaign", "list", "--json").json == []
    assert len(cli.ok("assessment", "list", "--json").json) == 1
    assert cli(*arguments, "--due", "2001-01-01").code == 3


def test_a_due_date_of_a_campaign_is_the_end_of_its_day(cli: CommandLine) -> None:
    started(cli, "--due", "2099-03-31")
    lines = cli.ok("campaign", "show", "review", "--json").json["lines"]
    assert {line["due_at"] for line in lines} == {"2099-03-31T23:59:00+00:00"}


def test_every_open_questionnaire_gets_its_workbook_and_comes_back_by_the_folder(cli: CommandLine, tmp_path: Path) -> None:
    started(cli)
    cli.ok("assessment", "withdraw", "chat-a1", "--reason", "No longer bought.")
    folder = tmp_path / "out" / "going"
    told = cli.ok("campaign", "workbooks", "review", folder, "--json").json

    assert told == [{"component": "ocr", "assessment": "ocr-a1", "file": str(folder / "ocr-a1.xlsx")}]
    fill(folder / "ocr-a1.xlsx", "Yes", rows=1)
    assert len(imported(cli, folder)["ocr-a1.xlsx"]["changes"]) == 1


def test_a_workbook_that_is_there_is_not_overwritten_and_none_is_written(cli: CommandLine, tmp_path: Path) -> None:
    started(cli)
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "chat-a1.xlsx").write_bytes(b"filled")
    refused = cli("campaign", "workbooks", "review", tmp_path / "out")

    assert refused.code == 3
    assert "holds chat-a1.xlsx already" in refused.err
    assert [it.name for it in (tmp_path / "out").iterdir()] == ["chat-a1.xlsx"]
    assert (tmp_path / "out" / "chat-a1.xlsx").read_bytes() == b"filled"
    assert "is a file" in cli("campaign", "workbooks", "review", tmp_path / "out" / "chat-a1.xlsx").err


def test_each_open_questionnaire_gets_one_link_in_a_list_that_no_spreadsheet_runs(cli: CommandLine) -> None:
    cli.inventory("ocr", vendor="=cmd")
    cli.ok("campaign", "start", "Review", "--pack", PACK, "--component", "ocr", "--due", "2099-03-31")
    made = cli.ok("campaign", "links", "review", "--expires-days", "10")
    (line,) = csv.DictReader(made.out.splitlines())
    (known,) = cli.ok("assessment", "links", "ocr-a1", "--json").json

    assert (line["component"], line["assessment"], line["name"], line["email"]) == ("ocr", "ocr-a1", "'=cmd", "")
    assert line["link"].startswith("http://127.0.0.1:8321/respond/")
    assert line["expires_at"] == known["expires_at"]
    assert known["may_attest"] is True
    assert "1 of them end before the answers are due" in made.err


def test_a_campaigns_link_goes_to_the_contact_where_one_is_known(records: Records) -> None:
    with records.write() as session:
        store_vendor(session)
        campaign.start(session, "Review", small_pack(), campaign.chosen_components(session, ["ocr", "chat"]), by=PROCUREMENT, at=NOW)
        assessment.row_of(session, "ocr-a1").contact = "jane@acme.example"
        made = list(campaign_sending.make_links(session, "review", by=PROCUREMENT, at=NOW))
        (kept,) = vendor_link.links(session, "ocr-a1")
    assert [(it.to.assessment, it.name, it.to.email) for it in made] == [
        ("ocr-a1", "jane@acme.example", "jane@acme.example"),
        ("chat-a1", "Acme", ""),
    ]
    assert (kept.email, kept.expires_at) == ("jane@acme.example", NOW + timedelta(days=30))


def test_a_campaign_with_nothing_open_has_no_links_and_no_workbooks(cli: CommandLine, tmp_path: Path) -> None:
    started(cli)
    for ref in ("ocr-a1", "chat-a1"):
        cli.ok("assessment", "withdraw", ref, "--reason", "No longer bought.")
    for arguments in (("links", "review"), ("workbooks", "review", tmp_path / "out")):
        refused = cli("campaign", *arguments)
        assert refused.code == 3
        assert "is handed in or has ended" in refused.err
