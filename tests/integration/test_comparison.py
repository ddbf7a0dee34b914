"""Assessments side by side: two years of one vendor, or several vendors for one need."""

from dataclasses import replace
from pathlib import Path

import pytest

from tests.factories.command_line import CommandLine
from tests.factories.decision import reviewed
from tests.factories.due_diligence import NOW, answer, small_pack, start, store_vendor, submitted
from tests.factories.pack import SMALL_PACK_YAML, a_pack, a_question
from vendor_ai.db.base import Records
from vendor_ai.domain.errors import InvalidInputError, NotFoundError
from vendor_ai.domain.vendor import Component
from vendor_ai.services.assessment_comparison import AssessmentComparison, compare


def side_by_side(records: Records, *refs: str) -> AssessmentComparison:
    with records.read() as session:
        return compare(session, refs, at=NOW)


def test_two_years_differ_by_the_sum_of_their_parts(records: Records) -> None:
    # 2025: d1 LOW, d2 LOW: 1.00. 2026: d1 HIGH, d2 (2 + 1) / 2 = 1.5: 1.50 + 0.75 = 2.25.
    with records.write() as session:
        store_vendor(session)
        submitted(session)
        reviewed(session, {"tested": "l3", "monitored": "l2"})

    found = side_by_side(records, "ocr-a1", "ocr-a2")

    assert found.differences == ("0.00", "+1.25")
    assert [(line.id, line.contributions, line.differences) for line in found.dimensions] == [
        ("d1", ("0.50", "1.50"), ("0.00", "+1.00")),
        ("d2", ("0.50", "0.75"), ("0.00", "+0.25")),
    ]
    assert [(line.questions[0], line.answers, line.differs) for line in found.questions] == [
        ("tested", ("l1", "l3"), True),
        ("monitored", ("l1", "l2"), True),
        ("insured", ("l1", "l1"), False),
    ]
    assert found.notes == ("Claimed, not verified by a reviewer: ocr-a1.",)


def test_scores_without_a_finite_form_still_differ_by_the_sum_of_their_parts(records: Records) -> None:
    thirds = a_pack([a_question("a"), a_question("b", "d2"), a_question("c", "d3")], d1="1/3", d2="1/3", d3="1/3")
    with records.write() as session:
        store_vendor(session)
        for values in ({"a": "l1", "b": "l2", "c": "l1"}, {"a": "l2", "b": "l4", "c": "l2"}):
            ref = start(session, pack=thirds)
            answer(session, ref, values)

    found = side_by_side(records, "ocr-a1", "ocr-a2").as_json()

    parts = [int(line["differences"][1].replace(".", "")) for line in found["dimensions"]]
    assert ([entry["score"] for entry in found["assessments"]], found["differences"][1]) == (["1.333333", "2.666667"], "+1.333334")
    assert sum(parts) == 1333334


def test_a_better_later_year_has_a_negative_difference(records: Records) -> None:
    with records.write() as session:
        store_vendor(session)
        submitted(session, {"tested": "l2"})
        submitted(session)

    assert side_by_side(records, "ocr-a1", "ocr-a2").differences == ("0.00", "-0.50")


def test_questions_are_matched_by_their_words_and_never_by_id_alone(records: Records) -> None:
    renamed = replace(small_pack("2.0").questions[0], id="proved")
    reused = replace(small_pack().questions[1], text="Something else altogether?")
    small = small_pack("2.0")
    pack = replace(small, questions=(renamed, reused, small.questions[2]))
    with records.write() as session:
        store_vendor(session)
        submitted(session)
        ref = start(session, pack=pack)
        answer(session, ref, {"proved": "l4", "monitored": "l1", "insured": "l1"})

    found = side_by_side(records, "ocr-a1", "ocr-a2")

    assert [line.questions for line in found.questions] == [("tested", "proved"), ("insured", "insured")]
    assert found.notes[0] == "The versions of the pack differ (1.0, 2.0): 2 questions are the same, the others are compared by dimension."


def test_different_packs_are_compared_by_recommendation_and_common_dimensions_and_it_says_so(records: Records) -> None:
    other = replace(a_pack([a_question("tested"), a_question("fair", "d9")], d1="0.5", d9="0.5"), id="other")
    with records.write() as session:
        store_vendor(session)
        submitted(session)
        ref = start(session, pack=other)
        answer(session, ref, {"tested": "l4", "fair": "l4"})

    found = side_by_side(records, "ocr-a1", "ocr-a2")

    assert (found.same_pack, found.differences, found.questions) == (False, (None, None), ())
    assert [(line.id, [str(value) for value in line.values], line.differences) for line in found.dimensions] == [
        ("d1", ["1", "4"], (None, None))
    ]
    assert "The packs differ (small 1.0, other 1.0): only the recommendations" in found.notes[0]


def test_up_to_five_vendors_stand_side_by_side_for_one_need(records: Records) -> None:
    with records.write() as session:
        for number in range(1, 7):
            store_vendor(session, Component(f"ocr{number}", f"OCR {number}", f"vendor{number}"), vendor=f"vendor{number}")
            submitted(session, {"tested": f"l{min(number, 4)}"}, component=f"ocr{number}")

    found = side_by_side(records, *(f"ocr{number}-a1" for number in range(1, 6)))

    assert [column.vendor for column in found.columns] == ["vendor1", "vendor2", "vendor3", "vendor4", "vendor5"]
    assert found.differences == ("0.00", "+0.50", "+1.00", "+1.50", "+1.50")
    with pytest.raises(InvalidInputError, match="two to 5 different assessments"):
        side_by_side(records, *(f"ocr{number}-a1" for number in range(1, 7)))
    with pytest.raises(InvalidInputError, match="two to 5 different assessments"):
        side_by_side(records, "ocr1-a1", "OCR1-A1")
    with pytest.raises(NotFoundError, match="no assessment 'nothing'"):
        side_by_side(records, "ocr1-a1", "nothing")


def test_open_answers_count_as_critical_and_it_says_so(records: Records) -> None:
    with records.write() as session:
        store_vendor(session)
        submitted(session)
        start(session)

    found = side_by_side(records, "ocr-a1", "ocr-a2")

    assert found.differences == ("0.00", "+3.00")
    assert "Not complete, open answers count as CRITICAL: ocr-a2." in found.notes


def test_an_assessment_without_a_score_is_named_and_not_subtracted(records: Records) -> None:
    with records.write() as session:
        store_vendor(session)
        submitted(session)
        reviewed(session, {"tested": "NA", "monitored": "NA", "insured": "NA"})

    found = side_by_side(records, "ocr-a1", "ocr-a2")

    assert (found.differences, [str(value) for value in found.dimensions[0].values]) == ((None, None), ["1", "None"])
    assert "Without a score: ocr-a2." in found.notes


def test_the_command_line_compares(cli: CommandLine, tmp_path: Path) -> None:
    cli.inventory("ocr")
    (tmp_path / "small.yaml").write_text(SMALL_PACK_YAML)
    for number, tested in ((1, "good"), (2, "bad")):
        (tmp_path / "answers.yaml").write_text(f"tested: {tested}\nretested: good\nlawful: good\n")
        cli.ok("assessment", "send", "ocr", "--pack", tmp_path / "small.yaml")
        cli.ok("assessment", "import", f"ocr-a{number}", tmp_path / "answers.yaml")

    shown = cli.ok("assessment", "compare", "ocr-a1", "ocr-a2")
    assert "+1.80" in shown.out  # safety (0.6) goes from LOW to CRITICAL
    assert "Claimed, not verified by a reviewer: ocr-a1, ocr-a2." in shown.out
    assert cli.ok("assessment", "compare", "ocr-a1", "ocr-a2", "--json").json["differences"] == ["0.00", "+1.80"]
