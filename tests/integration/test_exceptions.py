"""The list for internal audit: every exception beside the whole population."""

import csv
import io
import json
from dataclasses import replace
from pathlib import Path

import openpyxl
import pytest

from tests.factories.command_line import CommandLine
from tests.factories.decision import A_YEAR_ON, approved, decided_more_mildly, reviewed
from tests.factories.due_diligence import APPROVER, NOW, PROCUREMENT, REVIEWER, store_vendor, submitted
from vendor_ai.db import approval as approval_store
from vendor_ai.db.approval import ApprovalRow, WaiverRow
from vendor_ai.db.base import Records
from vendor_ai.db.vendor import component_key
from vendor_ai.domain.errors import InvalidInputError
from vendor_ai.domain.internal_audit import COLUMNS, AuditedAct
from vendor_ai.domain.pack import Level, Recommendation
from vendor_ai.domain.review import ReviewKind
from vendor_ai.exporters.internal_audit import export_acts
from vendor_ai.services.decision import decide
from vendor_ai.services.internal_audit import audited_acts
from vendor_ai.services.review import review, second

FORMULA = '=HYPERLINK("http://evil.example")'


def a_waiver(component_id: int, subject: str) -> WaiverRow:
    """Leave to go into operation without one approval, asked for by one person."""
    return WaiverRow(component_id=component_id, gate="deployment", subject=subject, reason="Pilot", until=A_YEAR_ON, by="user:anna", at=NOW)


def exceptions(records: Records) -> list[AuditedAct]:
    with records.read() as session:
        return audited_acts(session, at=NOW)


@pytest.fixture
def everything(records: Records) -> Records:
    """A milder decision, one as recommended, a changed level, a waiver and an approval.

    d1 is HIGH by review, d2 (4 + 1) / 2: 2.75, which recommends REQUIRES_REMEDIATION.
    """
    with records.write() as session:
        store_vendor(session)
        ref = submitted(session, {"tested": "l4", "monitored": "l4"})
        facts = {"verified": True, "level": Level.HIGH, "reason": FORMULA, "until": A_YEAR_ON}
        act = review(session, ref, kind=ReviewKind.QUESTION, subject="tested", by=REVIEWER, at=NOW, **facts)  # type: ignore[arg-type]
        second(session, ref, act.number, reason="Seen too.", by=PROCUREMENT, at=NOW)
        review(session, ref, kind=ReviewKind.DIMENSION, subject="d2", verified=True, by=REVIEWER, at=NOW)
        decided_more_mildly(session, ref)
        approved(session, component="chat")
        key = component_key(session, "ocr")[0]
        waiver = a_waiver(key, "fairness_audit")
        waiver.second_by, waiver.second_at = "user:sven", NOW
        approval_store.add(session, waiver)
        approval = ApprovalRow(
            component_id=key,
            gate="deployment",
            approval="security_review",
            note="Fine",
            by="user:anna",
            at=NOW,
            audit_sequence=1,
            signature="",
        )
        approval_store.add(session, approval)
    return records


def test_every_exception_stands_first_with_both_persons_reasons_and_dates(everything: Records) -> None:
    found = [act for act in exceptions(everything) if act.exception]

    shown = {(act.kind.value, act.before, act.after, act.by, act.second_by, act.second_reason, act.until) for act in found}
    assert shown == {
        ("decision", "REQUIRES_REMEDIATION", "APPROVED", "user:anna", "user:sven", "Seen the pilot.", A_YEAR_ON),
        ("review", "CRITICAL", "HIGH", "user:rolf", "user:petra", "Seen too.", A_YEAR_ON),
        ("waiver", "required", "waived", "user:anna", "user:sven", "", A_YEAR_ON),
    }
    assert [act.exception for act in exceptions(everything)][:3] == [True, True, True]


def test_the_whole_population_stands_beside_the_exceptions(everything: Records) -> None:
    counts = json.loads(export_acts(exceptions(everything), "json"))["population"]

    # `chat` has three answers reviewed one by one; `ocr` one question and one dimension.
    assert counts == {
        "decision": {"all": 2, "exceptions": 1},
        "review": {"all": 5, "exceptions": 1},
        "approval": {"all": 1, "exceptions": 0},
        "waiver": {"all": 1, "exceptions": 1},
    }


def test_text_that_looks_like_a_formula_stays_text_in_every_format(everything: Records) -> None:
    acts = exceptions(everything)
    rows = list(csv.reader(io.StringIO(export_acts(acts, "csv").decode())))
    book = openpyxl.load_workbook(io.BytesIO(export_acts(acts, "xlsx")))

    assert rows[0] == list(COLUMNS)
    assert "'" + FORMULA in {cell for row in rows for cell in row}
    assert book.sheetnames == ["Exceptions", "Population"]
    cells = [cell for row in book["Exceptions"].iter_rows() for cell in row if cell.value == FORMULA]
    assert [(cell.data_type, cell.quotePrefix) for cell in cells] == [("s", True)]
    assert [book[name].max_row for name in book.sheetnames] == [4, 10]
    with pytest.raises(InvalidInputError, match="csv, xlsx, json, not 'pdf'"):
        export_acts(acts, "pdf")


def test_the_workbook_prints_one_page_wide_with_whole_ids_and_instants_to_the_minute(everything: Records) -> None:
    sheet = openpyxl.load_workbook(io.BytesIO(export_acts(exceptions(everything), "xlsx")))["Exceptions"]
    heads = [cell.value for cell in sheet[1]]

    assert (sheet.page_setup.orientation, sheet.sheet_properties.pageSetUpPr.fitToPage) == ("landscape", True)
    assert (sheet.print_title_rows, sheet.auto_filter.ref) == ("$1:$1", "A1:P4")
    assert {cell.value for cell in sheet[2]} >= {"2026-11-20 09:30", "2026-11-20 10:30"}  # agreed to an hour later
    width = sheet.column_dimensions["ABCDEFGHIJKLMNOP"[heads.index("before")]].width
    assert width > len("APPROVED_WITH_CONDITIONS") - 4 >= len("REQUIRES_REMEDIATION")


def test_a_text_longer_than_a_cell_is_cut_visibly(everything: Records) -> None:
    act = replace(exceptions(everything)[0], reason="x" * 40_000)
    sheet = openpyxl.load_workbook(io.BytesIO(export_acts([act], "xlsx")))["Population"]

    cell = str(sheet.cell(2, COLUMNS.index("reason") + 1).value)
    assert (len(cell), cell[-30:]) == (32_767, " … (cut; the csv has all of it)"[-30:])


def test_a_proposed_level_and_an_ended_waiver_are_listed_as_such(records: Records) -> None:
    with records.write() as session:
        store_vendor(session)
        ref = reviewed(session)
        facts = {"verified": True, "level": Level.HIGH, "reason": "No proof.", "until": A_YEAR_ON}
        review(session, ref, kind=ReviewKind.QUESTION, subject="tested", by=REVIEWER, at=NOW, **facts)  # type: ignore[arg-type]
        key = component_key(session, "ocr")[0]
        for number, ended in enumerate((NOW, None)):
            waiver = a_waiver(key, f"a{number}")
            waiver.ended_at = ended
            approval_store.add(session, waiver)

    states = {(act.kind.value, act.subject): act.state for act in exceptions(records) if act.exception}
    assert states == {("review", "tested"): "proposed", ("waiver", "deployment:a0"): "ended", ("waiver", "deployment:a1"): "proposed"}


def test_a_stricter_decision_is_no_exception(records: Records) -> None:
    with records.write() as session:
        store_vendor(session)
        ref = reviewed(session)
        decide(session, ref, Recommendation.REJECTED, rationale="Not needed.", by=APPROVER, at=NOW)

    assert not any(act.exception for act in exceptions(records))


def test_the_command_line_prints_the_list_or_writes_it(cli: CommandLine, tmp_path: Path) -> None:
    assert cli.ok("assessment", "exceptions").out.startswith("kind,number,exception,")
    assert cli.ok("assessment", "exceptions", "--json").json["acts"] == []
    outcome = cli("assessment", "exceptions", "--format", "xlsx")
    assert (outcome.code, "Name its file with --to" in outcome.err) == (3, True)
    cli.ok("assessment", "exceptions", "--format", "xlsx", "--to", tmp_path / "exceptions.xlsx")
    assert openpyxl.load_workbook(tmp_path / "exceptions.xlsx").sheetnames == ["Exceptions", "Population"]
