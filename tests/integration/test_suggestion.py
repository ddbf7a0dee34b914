"""Suggestions: from whom they come, that a person settles them, and that nothing is ever suggested by its id alone."""

import json
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from sqlmodel import Session

from tests.factories.command_line import CommandLine
from tests.factories.due_diligence import NOW, PROCUREMENT, REVIEWER, answer, small_pack, start, store_vendor
from tests.factories.model_document import MODEL_CARD, cyclonedx
from vendor_ai.db import assessment as assessment_store
from vendor_ai.db.assessment import AnswerRow
from vendor_ai.db.base import Records
from vendor_ai.domain.answer import Answer
from vendor_ai.domain.assessment import AnswerSource, WrongStateError
from vendor_ai.domain.crosswalk import Crosswalk, CrosswalkRule
from vendor_ai.domain.errors import ConflictError, InvalidInputError, NotFoundError
from vendor_ai.domain.sighting import Confidence
from vendor_ai.domain.vendor import Component
from vendor_ai.importers.answers import AnswerSet
from vendor_ai.services import answering, assessment, suggestion
from vendor_ai.services.questionnaire import find_pack
from vendor_ai.services.suggestion import ForeignAnswer

DEFAULT = "vendor-ai-due-diligence"


@pytest.fixture
def vendors(records: Records) -> Records:
    with records.write() as session:
        store_vendor(session)
    return records


def stored(session: Session, ref: str) -> dict[str, AnswerRow]:
    row = assessment.row_of(session, ref)
    return {entry.question: entry for entry in assessment_store.answers(session, assessment.key_of(row))}


# --- from earlier assessments -----------------------------------------------------------------------------------------------


def test_earlier_answers_to_the_very_same_questions_are_suggested_with_their_origin(vendors: Records) -> None:
    with vendors.write() as session:
        first = start(session)
        answer(session, first, {"tested": "l1", "monitored": "l3"})
        second = start(session)
        found = suggestion.suggest_from_assessments(session, second, by=PROCUREMENT, at=NOW)

    assert [(made.suggestion.question, made.suggestion.value, made.suggestion.detail) for made in found.new] == [
        ("tested", "l1", "ocr-a1#tested"),
        ("monitored", "l3", "ocr-a1#monitored"),
    ]


def test_the_same_id_with_another_wording_or_other_options_suggests_nothing(vendors: Records) -> None:
    pack = small_pack()
    tested, monitored, insured = pack.questions
    reworded, regraded = replace(tested, text="Was it tested by others?"), replace(monitored, options=monitored.options[:3])
    changed = replace(pack, version="2.0", questions=(reworded, regraded, insured))
    with vendors.write() as session:
        answer(session, start(session), {"tested": "l1", "monitored": "l1"})
        second = start(session, pack=changed)
        assert suggestion.suggest_from_assessments(session, second, by=PROCUREMENT, at=NOW).new == ()


def test_another_id_with_the_same_wording_is_the_same_question(vendors: Records) -> None:
    pack = small_pack()
    renamed = replace(pack, version="2.0", questions=(replace(pack.questions[0], id="trialled"), *pack.questions[1:]))
    with vendors.write() as session:
        answer(session, start(session), {"tested": "l2"})
        (made,) = suggestion.suggest_from_assessments(session, start(session, pack=renamed), by=PROCUREMENT, at=NOW).new

    assert (made.suggestion.question, made.suggestion.detail) == ("trialled", "ocr-a1#tested")


def test_this_component_comes_before_another_of_the_vendor_and_another_vendor_not_at_all(vendors: Records) -> None:
    with vendors.write() as session:
        store_vendor(session, Component("vision", "Vision", "globex"), vendor="globex")
        for component, value in (("ocr", "l1"), ("chat", "l2"), ("vision", "l4")):
            answer(session, start(session, component), {"tested": value, **({"monitored": value} if component != "ocr" else {})})
        found = suggestion.suggest_from_assessments(session, start(session), by=PROCUREMENT, at=NOW)

    assert {made.suggestion.question: (made.suggestion.value, made.suggestion.detail) for made in found.new} == {
        "tested": ("l1", "ocr-a1#tested"),
        "monitored": ("l2", "chat-a1#monitored"),
    }
    assert all(made.suggestion.confidence is Confidence.LOW for made in found.new)  # nobody handed them in


@pytest.mark.parametrize(("days", "confidence"), [(365, Confidence.HIGH), (366, Confidence.MEDIUM)])
def test_what_was_handed_in_within_a_year_is_surest(vendors: Records, days: int, confidence: Confidence) -> None:
    with vendors.write() as session:
        answer(session, start(session), {"tested": "l1", "monitored": "l1", "insured": "l1"})
        second = start(session)
        found = suggestion.suggest_from_assessments(session, second, by=PROCUREMENT, at=NOW + timedelta(days=days))

    assert {made.suggestion.confidence for made in found.new} == {confidence}


def test_withdrawn_assessments_and_answered_questions_suggest_nothing(vendors: Records) -> None:
    with vendors.write() as session:
        first = start(session)
        answer(session, first, {"tested": "l1", "monitored": "l1"})
        second = start(session)
        answer(session, second, {"tested": "l4"})
        found = suggestion.suggest_from_assessments(session, second, by=PROCUREMENT, at=NOW)
        assessment.withdraw(session, first, "Not bought.", by=PROCUREMENT, at=NOW)
        third = start(session)
        later = suggestion.suggest_from_assessments(session, third, by=PROCUREMENT, at=NOW)

    assert [made.suggestion.question for made in found.new] == ["monitored"]
    assert [made.suggestion.detail for made in later.new] == ["ocr-a2#tested"]


def test_a_confirmed_earlier_answer_keeps_what_was_said_with_it_and_names_who_confirmed(vendors: Records) -> None:
    with vendors.write() as session:
        first = start(session)
        given = AnswerSet(None, {"tested": Answer("tested", "l2", "By our own team.", "report.pdf", "2026-03-31")})
        answering.import_answers(session, first, given, by=PROCUREMENT, at=NOW)
        second = start(session)
        (made,) = suggestion.suggest_from_assessments(session, second, by=PROCUREMENT, at=NOW).new
        suggestion.confirm(session, second, made.number, by=REVIEWER, at=NOW)
        entry = stored(session, second)["tested"]

    assert (entry.value, entry.comment, entry.evidence, entry.dated) == ("l2", "By our own team.", "report.pdf", "2026-03-31")
    assert (entry.source, entry.origin, entry.answered_by) == (AnswerSource.VENDOR, "ocr-a1#tested", REVIEWER.name)


# --- settled by a person ----------------------------------------------------------------------------------------------------


@pytest.fixture
def two(vendors: Records) -> tuple[Records, str, int]:
    """An assessment with one suggestion, from the one before."""
    with vendors.write() as session:
        answer(session, start(session), {"tested": "l1"})
        ref = start(session)
        (made,) = suggestion.suggest_from_assessments(session, ref, by=PROCUREMENT, at=NOW).new
    return vendors, ref, made.number


def test_nothing_counts_until_a_person_confirms_it(two: tuple[Records, str, int]) -> None:
    records, ref, number = two
    with records.write() as session:
        before = stored(session, ref)
        score = suggestion.confirm(session, ref, number, by=REVIEWER, at=NOW)
        (entry,) = suggestion.suggestions(session, ref, settled=True)

    assert before == {}
    assert score.unanswered == ("monitored", "insured")
    assert (entry.state, entry.settled_by, entry.settled_at) == ("confirmed", REVIEWER.name, NOW)


def test_what_was_dismissed_is_not_suggested_again(two: tuple[Records, str, int]) -> None:
    records, ref, number = two
    with records.write() as session:
        suggestion.dismiss(session, ref, number, by=REVIEWER, at=NOW)
        again = suggestion.suggest_from_assessments(session, ref, by=PROCUREMENT, at=NOW)
        waiting = suggestion.suggestions(session, ref)

    assert (again.new, again.left_out, waiting) == ((), 1, [])


def test_looking_twice_suggests_once(two: tuple[Records, str, int]) -> None:
    records, ref, _ = two
    with records.write() as session:
        assert suggestion.suggest_from_assessments(session, ref, by=PROCUREMENT, at=NOW).new == ()
        assert len(suggestion.suggestions(session, ref)) == 1


def test_a_suggestion_is_settled_once(two: tuple[Records, str, int]) -> None:
    records, ref, number = two
    with records.write() as session:
        suggestion.dismiss(session, ref, number, by=REVIEWER, at=NOW)
    for settle in (suggestion.confirm, suggestion.dismiss):
        with pytest.raises(ConflictError, match="was dismissed by user:rolf"), records.write() as session:
            settle(session, ref, number, by=REVIEWER, at=NOW)


def test_a_suggestion_of_another_assessment_is_not_found(two: tuple[Records, str, int]) -> None:
    records, _, number = two
    with pytest.raises(NotFoundError), records.write() as session:
        suggestion.confirm(session, "ocr-a1", number, by=REVIEWER, at=NOW)


def test_an_answer_given_meanwhile_is_not_overwritten(two: tuple[Records, str, int]) -> None:
    records, ref, number = two
    with pytest.raises(ConflictError, match="was answered 'l4' meanwhile"), records.write() as session:
        answer(session, ref, {"tested": "l4"})
        suggestion.confirm(session, ref, number, by=REVIEWER, at=NOW)


def test_an_origin_that_changed_since_is_not_confirmed(two: tuple[Records, str, int]) -> None:
    records, ref, number = two
    with pytest.raises(ConflictError, match="was changed"), records.write() as session:
        answer(session, "ocr-a1", {"tested": "l3"})
        suggestion.confirm(session, ref, number, by=REVIEWER, at=NOW)


def test_an_assessment_that_has_ended_takes_no_suggestion(two: tuple[Records, str, int]) -> None:
    records, ref, _ = two
    with pytest.raises(WrongStateError), records.write() as session:
        assessment.withdraw(session, ref, "Not bought.", by=PROCUREMENT, at=NOW)
        suggestion.suggest_from_assessments(session, ref, by=PROCUREMENT, at=NOW)


# --- from documents and questionnaires --------------------------------------------------------------------------------------


def test_a_document_suggests_and_a_confirmed_one_is_an_answer_from_a_document(vendors: Records) -> None:
    with vendors.write() as session:
        ref = start(session, pack=find_pack(DEFAULT))
        found = suggestion.suggest_from_document(session, ref, suggestion.read_document(cyclonedx(), "bom.json"), by=PROCUREMENT, at=NOW)
        number = next(made.number for made in found.new if made.suggestion.question == "doc-limitations")
        suggestion.confirm(session, ref, number, by=REVIEWER, at=NOW)
        entry = stored(session, ref)["doc-limitations"]

    assert len(found.new) == 10
    assert (entry.value, entry.source, entry.answered_by) == ("described", AnswerSource.DOCUMENT, REVIEWER.name)
    assert entry.origin == "bom.json $.components[0].modelCard.considerations.technicalLimitations[0]"
    assert entry.evidence == entry.origin


def test_rules_for_another_pack_are_refused(vendors: Records) -> None:
    with pytest.raises(InvalidInputError, match=f"about the pack {DEFAULT}"), vendors.write() as session:
        suggestion.suggest_from_document(session, start(session), suggestion.read_document(cyclonedx(), "b"), by=PROCUREMENT, at=NOW)


def test_a_rule_whose_question_was_worded_anew_suggests_nothing(vendors: Records) -> None:
    pack = find_pack(DEFAULT)
    anew = replace(
        pack, version="9.9", questions=tuple(replace(q, text="Something else?") if q.id == "doc-limitations" else q for q in pack.questions)
    )
    with vendors.write() as session:
        ref = start(session, pack=anew)
        found = suggestion.suggest_from_document(session, ref, suggestion.read_document(cyclonedx(), "bom.json"), by=PROCUREMENT, at=NOW)

    assert len(found.new) == 9
    assert "doc-limitations" not in {made.suggestion.question for made in found.new}


CROSSWALK = Crosswalk(
    "invented-1", "1.0", "Invented", "Invented 1", "small",
    (CrosswalkRule("tests", "tested", (("penetration",), ("test",)), {"yes": "l1", "no": "l9"}, Confidence.MEDIUM, ids=("SEC-1",)),),
)  # fmt: skip


def test_a_filled_questionnaire_suggests_by_words_and_place_together(vendors: Records) -> None:
    rows = [ForeignAnswer("SEC-1", "Is there a yearly penetration test?", "Security", "yes")]
    with vendors.write() as session:
        ref = start(session)
        (made,) = suggestion.suggest_from_rows(session, ref, CROSSWALK, rows, name="filled.xlsx", by=PROCUREMENT, at=NOW).new
        suggestion.confirm(session, ref, made.number, by=REVIEWER, at=NOW)
        entry = stored(session, ref)["tested"]

    assert (entry.value, entry.source) == ("l1", AnswerSource.DOCUMENT)
    assert entry.origin == "filled.xlsx: Invented 1, SEC-1: yes (rule tests of invented-1 1.0)"


@pytest.mark.parametrize(
    "row",
    [
        ForeignAnswer("SEC-1", "Are visitors accompanied?", "Security", "yes"),  # the id is reused
        ForeignAnswer("SEC-1", "Is there a yearly penetration test?", "Security", "no"),  # suggests a value the question has not
        ForeignAnswer("SEC-1", "Is there a yearly penetration test?", "Security", "partly"),
    ],
)
def test_a_row_that_fits_in_part_suggests_nothing(vendors: Records, row: ForeignAnswer) -> None:
    with vendors.write() as session:
        assert suggestion.suggest_from_rows(session, start(session), CROSSWALK, [row], name="f", by=PROCUREMENT, at=NOW).new == ()


# --- from the command line --------------------------------------------------------------------------------------------------


@pytest.fixture
def acme(cli: CommandLine) -> CommandLine:
    cli.inventory("ocr")
    cli.ok("assessment", "send", "ocr")
    return cli


def test_a_model_card_becomes_answers_from_the_command_line(acme: CommandLine, tmp_path: Path) -> None:
    (tmp_path / "README.md").write_text(MODEL_CARD)
    made = acme.ok("assessment", "suggest", "ocr-a1", "--from", tmp_path / "README.md", "--json").json["suggestions"]
    first, second, *rest = [entry["number"] for entry in made]
    acme.ok("assessment", "confirm", "ocr-a1", str(first), str(second))
    acme.ok("assessment", "dismiss", "ocr-a1", *map(str, rest))
    listed = acme.ok("assessment", "suggestions", "ocr-a1", "--all", "--json").json

    assert [entry["state"] for entry in listed] == ["confirmed"] * 2 + ["dismissed"] * len(rest)
    assert acme.ok("assessment", "suggestions", "ocr-a1", "--json").json == []
    assert "Nothing new" in acme.ok("assessment", "suggest", "ocr-a1", "--from", tmp_path / "README.md").out


def test_a_stored_document_is_read_and_the_look_is_noted(acme: CommandLine, tmp_path: Path) -> None:
    (tmp_path / "bom.json").write_bytes(cyclonedx())
    acme.ok("document", "add", tmp_path / "bom.json", "--vendor", "Acme AI")
    made = acme.ok("assessment", "suggest", "ocr-a1", "--document", "acme-ai-e1", "--json").json

    assert made["suggestions"][0]["detail"].startswith("acme-ai-e1 $.components[")
    assert len(acme.ok("document", "views", "acme-ai-e1", "--json").json) == 1


def test_what_a_template_leaves_open_is_said(acme: CommandLine, tmp_path: Path) -> None:
    document = json.loads(cyclonedx())
    document["components"][0]["modelCard"]["considerations"]["technicalLimitations"] = ["TBD"]
    (tmp_path / "bom.json").write_text(json.dumps(document))
    outcome = acme.ok("assessment", "suggest", "ocr-a1", "--from", tmp_path / "bom.json")

    assert "technicalLimitations[0]: 'TBD' is a placeholder." in outcome.err
    assert "confirm ocr-a1 NUMBER" in outcome.out


def test_a_filled_questionnaire_is_read_through_a_shipped_crosswalk(acme: CommandLine, tmp_path: Path) -> None:
    rows = [
        "Question ID,Question,Answer,Domain",
        "TVM-06.1,Is an independent penetration test of the platform done every year?,Yes,Threat and vulnerability management",
        "SEF-03.1,Is there an incident response plan that is kept up to date?,No,Security incident management",
        "IAM-14.1,Are visitors accompanied in the building?,Yes,Identity and access management",
    ]
    (tmp_path / "caiq.csv").write_text("\n".join(rows) + "\n")
    found = acme.ok("assessment", "suggest", "ocr-a1", "--from", tmp_path / "caiq.csv", "--crosswalk", "caiq-4", "--json").json
    made = found["suggestions"]

    assert {entry["question"]: (entry["value"], entry["source"]) for entry in made} == {
        "sec-pentest": ("yes", "crosswalk"),
        "inc-plan": ("none", "crosswalk"),
    }


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (("--from", "nothing.json"), "There is no file"),
        (("--from", "a.json", "--document", "acme-e1"), "Give either --from or --document"),
        (("--crosswalk", "caiq-4"), "Name it with --from"),
        (("--from", "{README}", "--crosswalk", "none-9"), "no crosswalk 'none-9'"),
    ],
)
def test_a_wrong_call_is_told_how_to_mend_it(acme: CommandLine, tmp_path: Path, options: tuple[str, ...], said: str) -> None:
    (tmp_path / "README.md").write_text(MODEL_CARD)
    outcome = acme("assessment", "suggest", "ocr-a1", *[option.replace("{README}", str(tmp_path / "README.md")) for option in options])

    assert outcome.code == 3
    assert said in outcome.err
