"""A foreign questionnaire from its workbook to answers: converted or not, read through a crosswalk, confirmed by a person."""

import json
from pathlib import Path
from typing import Any

import pytest
from sqlmodel import Session

from tests.factories.command_line import CommandLine
from tests.factories.due_diligence import NOW, PROCUREMENT, REVIEWER, start, store_vendor
from tests.factories.foreign import CAIQ_HEADER, workbook
from tests.factories.pack import a_pack, a_question
from vendor_ai.db.base import Records
from vendor_ai.domain.crosswalk import Crosswalk, CrosswalkRule
from vendor_ai.domain.pack import Level, Option, Pack, QuestionType
from vendor_ai.domain.sighting import Confidence
from vendor_ai.domain.suggestion import Suggestion, SuggestionSource
from vendor_ai.services import suggestion
from vendor_ai.services.assessment import answers_of
from vendor_ai.services.suggestion import ForeignAnswer
from vendor_ai.services.suggestion_merge import merged

# Id, question, answer, domain: the words are our own, the ids stand in the shipped crosswalk or are reused for something else.
ROWS = (
    ("TVM-06.1", "Is an independent penetration test of the platform done every year?", "Yes", "Threat and vulnerability management"),
    ("SEF-03.1", "Is there an incident response plan that is kept up to date?", "No", "Security incident management"),
    ("I&S-06.1", "Are tenants segregated from each other on shared machines?", "No", "Infrastructure and virtualisation"),
    ("IAM-14.1", "Are visitors accompanied in the building?", "Yes", "Identity and access management"),
    ("SEF-07.1", "Are breaches reported to the customers?", "NA", "Security incident management"),
)
SUGGESTED = {"sec-pentest": "yes", "inc-plan": "none", "sec-tenant-isolation": "shared"}


def caiq_like() -> bytes:
    """A workbook with a title row and the headings of a published questionnaire."""

    def write(book: Any) -> None:
        sheet = book.add_worksheet("CAIQ")
        sheet.write(0, 0, "CONSENSUS ASSESSMENTS INITIATIVE QUESTIONNAIRE")
        sheet.write_row(1, 0, CAIQ_HEADER)
        for place, (own, text, answer, domain) in enumerate(ROWS, start=2):
            sheet.write_row(place, 0, [own, text, answer, "", "", "", own.partition(".")[0], "", "", domain])

    return workbook(write)


@pytest.fixture
def acme(cli: CommandLine, tmp_path: Path) -> CommandLine:
    """An assessment on its way, the filled workbook, and the pack and answers that the conversion makes of it."""
    cli.inventory("ocr")
    cli.ok("assessment", "send", "ocr")
    (tmp_path / "caiq.xlsx").write_bytes(caiq_like())
    cli.ok("questionnaire", "convert", tmp_path / "caiq.xlsx", "--to", tmp_path / "caiq.yaml", "--answers", tmp_path / "acme.json")
    return cli


def suggest(cli: CommandLine, file: Path, *options: str | Path) -> Any:
    return cli.ok("assessment", "suggest", "ocr-a1", "--from", file, "--crosswalk", "caiq-4", *options, "--json").json


def values(document: Any) -> dict[str, str]:
    return {entry["question"]: entry["value"] for entry in document["suggestions"]}


def test_the_answers_of_a_conversion_with_its_pack_become_answers_that_name_their_source(acme: CommandLine, tmp_path: Path) -> None:
    found = suggest(acme, tmp_path / "acme.json", "--pack", tmp_path / "caiq.yaml")
    (isolation,) = [entry for entry in found["suggestions"] if entry["question"] == "sec-tenant-isolation"]
    acme.ok("assessment", "confirm", "ocr-a1", str(isolation["number"]))
    lines = acme.ok("assessment", "show", "ocr-a1", "--json").json["answers"]
    (given,) = [line for line in lines if line["question"] == "sec-tenant-isolation"]

    place = "acme.json with caiq.yaml: CAIQ 4, I&S-06.1: no (rule tenant-separation of caiq-4 1.0)"
    assert values(found) == SUGGESTED
    assert isolation["detail"] == place
    assert (given["answer"], given["evidence"], given["origin"], given["source"]) == ("shared", place, place, "document")
    assert given["answered_by"].startswith("cli:")


def test_the_filled_workbook_itself_suggests_the_same(acme: CommandLine, tmp_path: Path) -> None:
    assert values(suggest(acme, tmp_path / "caiq.xlsx")) == SUGGESTED


def test_what_was_suggested_from_the_workbook_is_not_suggested_again_from_its_conversion(acme: CommandLine, tmp_path: Path) -> None:
    suggest(acme, tmp_path / "caiq.xlsx")
    again = suggest(acme, tmp_path / "acme.json", "--pack", tmp_path / "caiq.yaml")

    assert (again["suggestions"], again["left_out"]) == ([], 3)


def test_answers_without_their_questions_are_refused_with_the_way_on(acme: CommandLine, tmp_path: Path) -> None:
    refused = acme("assessment", "suggest", "ocr-a1", "--from", tmp_path / "acme.json", "--crosswalk", "caiq-4")

    assert refused.code == 3
    assert "acme.json holds answers without the words of their questions" in refused.err
    assert "--pack" in refused.err


def test_a_pack_without_a_crosswalk_is_refused(acme: CommandLine, tmp_path: Path) -> None:
    refused = acme("assessment", "suggest", "ocr-a1", "--from", tmp_path / "acme.json", "--pack", tmp_path / "caiq.yaml")
    assert refused.code == 3
    assert "Name the crosswalk" in refused.err


def test_answers_to_another_pack_are_refused(acme: CommandLine, tmp_path: Path) -> None:
    refused = acme("assessment", "suggest", "ocr-a1", "--from", tmp_path / "acme.json", "--crosswalk", "caiq-4", "--pack", "triage")
    assert refused.code == 3
    assert "converted together with these answers" in refused.err


def test_answers_that_cannot_be_read_are_told_and_the_good_ones_taken(acme: CommandLine, tmp_path: Path) -> None:
    answers = json.loads((tmp_path / "acme.json").read_text())
    answers["SEF-03.1"]["value"] = "perhaps"
    (tmp_path / "acme.json").write_text(json.dumps(answers))
    found = suggest(acme, tmp_path / "acme.json", "--pack", tmp_path / "caiq.yaml")

    assert set(values(found)) == {"sec-pentest", "sec-tenant-isolation"}
    (ignored,) = found["ignored"]
    assert ignored["path"] == "SEF-03.1"
    assert "'perhaps' is no answer" in ignored["reason"]


def test_a_filled_questionnaire_in_json_with_its_questions_is_read_as_before(acme: CommandLine, tmp_path: Path) -> None:
    rows = [{"id": own, "question": text, "answer": answer, "domain": domain} for own, text, answer, domain in ROWS]
    (tmp_path / "rows.json").write_text(json.dumps(rows))
    assert values(suggest(acme, tmp_path / "rows.json")) == SUGGESTED


# --- several rows for one question ------------------------------------------------------------------------------------------


def channels_pack() -> Pack:
    """A question with several answers beside one with a single one."""
    options = tuple(Option(value, value.title(), Level.LOW) for value in ("chat", "mail", "phone"))
    several = a_question("channels", type=QuestionType.MULTI)
    fields = {name: getattr(several, name) for name in ("id", "dimension", "text", "type")}
    return a_pack([type(several)(**fields, options=options), a_question("tested")])


def made(question: str, value: str, place: str, confidence: Confidence = Confidence.HIGH) -> Suggestion:
    return Suggestion(question, value, SuggestionSource.CROSSWALK, place, confidence, f"Because of {place}.")


def test_values_for_a_question_with_several_answers_are_one_suggestion() -> None:
    (one,) = merged(
        channels_pack(),
        [
            made("channels", "phone", "row 3", Confidence.MEDIUM),
            made("channels", "chat", "row 4"),
            made("channels", "phone; mail", "row 5", Confidence.LOW),
            made("channels", "chat", "row 4"),
        ],
    )

    assert (one.question, one.value, one.confidence) == ("channels", "chat; mail; phone", Confidence.LOW)  # in the order of the pack
    assert one.detail == "row 3; row 4; row 5"
    assert one.reason == "Because of row 3. / Because of row 4. / Because of row 5."


def test_a_single_suggestion_and_those_for_one_answer_stay_as_they_are() -> None:
    several = [made("tested", "l1", "row 1"), made("channels", "mail", "row 2"), made("tested", "l2", "row 3"), made("gone", "x", "row 4")]
    assert merged(channels_pack(), several) == several


@pytest.mark.parametrize("value", ["pigeon", "chat; pigeon", "NA"])
def test_a_value_that_the_question_has_not_is_not_mixed_into_the_others(value: str) -> None:
    several = [made("channels", "chat", "row 1"), made("channels", value, "row 2"), made("channels", "mail", "row 3")]
    assert [one.value for one in merged(channels_pack(), several)] == ["chat; mail", value]


def rule(name: str, word: str, value: str, question: str = "channels") -> CrosswalkRule:
    return CrosswalkRule(name, question, ((word,), ("support",)), {"yes": value}, Confidence.MEDIUM)


def crosswalk(chat: str = "chat") -> Crosswalk:
    return Crosswalk(
        "invented-2", "1.0", "Invented", "Invented 2", "small", (rule("by-mail", "mail", "mail"), rule("by-chat", "chat", chat))
    )


BY_MAIL = ForeignAnswer("A-1", "Is there support by mail?", "A", "yes")
BY_CHAT = ForeignAnswer("A-2", "Is there support by chat?", "A", "yes")


def crossed(session: Session, ref: str, *rows: ForeignAnswer, by: Crosswalk) -> suggestion.Suggested:
    return suggestion.suggest_from_rows(session, ref, by, rows, name="filled.csv", by=PROCUREMENT, at=NOW)


def test_rows_for_one_question_are_one_suggestion_that_is_confirmed_together(records: Records) -> None:
    with records.write() as session:
        store_vendor(session)
        ref = start(session, pack=channels_pack())
        found = crossed(session, ref, BY_MAIL, BY_CHAT, by=crosswalk())
        again = crossed(session, ref, BY_MAIL, BY_CHAT, by=crosswalk())
        (only,) = found.new
        suggestion.confirm(session, ref, only.number, by=REVIEWER, at=NOW)
        answer = answers_of(session, ref)["channels"]

    mail, chat = (f"filled.csv: Invented 2, A-{row}: yes (rule by-{by} of invented-2 1.0)" for row, by in ((1, "mail"), (2, "chat")))
    assert (answer.value, answer.evidence) == ("chat; mail", f"{mail}; {chat}")
    assert (found.left_out, again.new, again.left_out) == (0, (), 1)


def test_a_label_in_a_rule_becomes_the_value_it_names(records: Records) -> None:
    with records.write() as session:
        store_vendor(session)
        ref = start(session, pack=channels_pack())
        (only,) = crossed(session, ref, BY_CHAT, by=crosswalk("Chat")).new
        suggestion.confirm(session, ref, only.number, by=REVIEWER, at=NOW)
        assert answers_of(session, ref)["channels"].value == "chat"
