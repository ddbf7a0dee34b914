"""What people write into answers of each type, and what is stored."""

import json

import pytest

from tests.factories.pack import EVERY_TYPE_YAML
from vendor_ai.domain.answer import Answer
from vendor_ai.domain.problem import Problem
from vendor_ai.importers.answers import AnswerReader, AnswerSet
from vendor_ai.services.questionnaire import check_pack_text

PACK = check_pack_text(EVERY_TYPE_YAML).pack
assert PACK is not None
READER = AnswerReader(PACK)


def stored(question: str, written: object) -> str:
    found = READER.read_json(json.dumps({question: written}))
    assert found.problems == ()
    return found.answers[question].value


def refused(question: str, written: object) -> str:
    found = READER.read_json(json.dumps({question: written}))
    assert [problem.column for problem in found.problems] == [question] and question not in found.answers
    return found.problems[0].message


@pytest.mark.parametrize(
    ("question", "written", "value"),
    [
        ("tested", True, "yes"),
        ("tested", "false", "no"),
        ("tested", "Ja", "yes"),
        ("tested", "N/A", "NA"),
        ("channels", ["mail", "chat"], "chat; mail"),
        ("channels", ["E-mail", "E-MAIL"], "mail"),
        ("channels", "mail; chat", "chat; mail"),
        ("channels", "mail\nnone", "mail; none"),
        ("channels", "E-mail; Chat; also by voice", "chat; mail"),
        ("channels", ["Chat; also by voice"], "chat"),
        ("channels", ["n/a"], "NA"),
        ("grade", 2, "2"),
        ("grade", "gut", "3"),
        ("notice", "12", "12"),
        ("notice", "012.50", "12.5"),
        ("notice", "30 Days", "30"),
        ("notice", 0.5, "0.5"),
        ("notice", "+0", "0"),
        ("notice", 1.125, "1.125"),
        ("notice", "1.1250", "1.125"),
        ("notice", "0.125", "0.125"),
        ("remark", 1.5, "1.5"),
        ("audited", "2026-02-28", "2026-02-28"),
        ("remark", "Line one\nline two", "Line one\nline two"),
        ("remark", "n.a.", "NA"),
        ("policy", "https://vendor.example/policy.pdf", "https://vendor.example/policy.pdf"),
        ("policy", f"sha256:{'a1' * 32}", f"sha256:{'a1' * 32}"),
    ],
)
def test_an_answer_is_stored_in_one_form(question: str, written: object, value: str) -> None:
    assert stored(question, written) == value


@pytest.mark.parametrize(
    ("question", "written", "part"),
    [
        ("tested", "perhaps", "Choose one of: yes, no."),
        ("tested", ["yes"], "A list cannot be an answer"),
        ("channels", ["chat", "fax"], "'fax' is no answer to the question 'channels'. Choose one or several of: chat (Chat"),
        ("channels", "chat; NA", "'NA' is no answer"),
        ("channels", [["chat"]], "plain values"),
        ("grade", 4, "Choose one of: 1 (Bad), 2 (Fair), 3 (Good)."),
        ("notice", "12,5", "is not a number. Write the answer to 'notice' with a decimal point"),
        ("notice", "1e2", "is not a number"),
        ("notice", "1/3", "is not a number"),
        ("notice", "1.500", "'1.500' can be read in two ways. Write 1500 or 1.5."),
        ("notice", " +12.125 days", "can be read in two ways. Write 12125 or 12.1250."),
        ("notice", "-1", "lies below the least that the question 'notice' allows, 0"),
        ("notice", "365.6", "lies above the most that the question 'notice' allows, 365.5"),
        ("audited", "28.02.2026", "is not a date"),
        ("audited", "2026-02-30", "is not a date"),
        ("remark", "x" * 5_001, "has 5001 characters; at most 5000"),
        ("policy", "a\nb", "several lines"),
        ("policy", "sha256:abc", "not the hash of a file"),
    ],
)  # fmt: skip
def test_what_cannot_be_the_answer_is_refused_with_a_way_to_mend_it(question: str, written: object, part: str) -> None:
    assert part in refused(question, written)


def test_nothing_written_is_no_answer() -> None:
    assert READER.read_json('{"channels": [], "notice": "", "remark": null, "checks": {"value": [""]}}') == AnswerSet(None)


def test_a_list_may_stand_in_a_mapping_with_evidence() -> None:
    found = READER.read_yaml("channels: {value: [chat, mail], evidence: pages 3 and 4}\n")

    assert found.answers["channels"] == Answer("channels", "chat; mail", evidence="pages 3 and 4")


def test_a_label_that_means_two_things_in_two_languages_is_not_guessed() -> None:
    text = EVERY_TYPE_YAML.replace("options: {yes: Ja, no: Nein}", "options: {yes: Si, no: Nein}")
    _, _, german = text.partition("  de:\n")
    french = german.replace("yes: Si, no: Nein", "yes: Oui, no: Si")
    pack = check_pack_text(f"{text}  fr:\n{french}").pack
    assert pack is not None

    found = AnswerReader(pack).answer("tested", "Si", row=None)

    assert isinstance(found, Problem)
    assert AnswerReader(pack).answer("tested", "Oui", row=None) == Answer("tested", "yes")


def test_what_an_answer_lacks_is_remarked_beside_it_and_refuses_nothing() -> None:
    found = READER.read_yaml("tested: NA\ngrade: {value: NA, reason: nobody grades}\nnotice: 30\n")

    assert (len(found.answers), found.problems) == (3, ())
    assert [(remark.row, remark.column) for remark in found.remarks] == [(1, "tested"), (3, "notice")]
    assert "without a reason" in found.remarks[0].message
    assert found.remarks[1].message == "The demanded evidence is missing. Name it: The clause."


def test_demanded_evidence_that_is_there_is_not_remarked() -> None:
    assert READER.read_yaml("notice: {value: 30, evidence: section 4}\n").remarks == ()


def test_a_list_is_no_risk_level() -> None:
    assert READER.read_yaml("safety: [HIGH]\n").problems[0].message == "A list cannot be a risk level. Write one value."


@pytest.mark.parametrize(("written", "read"), [("1.125", "1.125"), ("{value: 1.125}", "1.125"), ('"1.125"', ""), ("{value: '1.125'}", "")])
def test_yaml_tells_a_number_from_text_by_its_quotes(written: str, read: str) -> None:
    found = READER.read_yaml(f"notice: {written}")

    assert found.answers.get("notice", Answer("notice", "")).value == read
    assert len(found.problems) == (0 if read else 1)


def test_what_is_stored_is_plain_text_whatever_it_was_read_from() -> None:
    found = READER.read_yaml("remark: {value: 1.5, comment: 2.5}\nnotice: 1.125")

    assert {type(text) for answer in found.answers.values() for text in (answer.value, answer.comment)} == {str}
