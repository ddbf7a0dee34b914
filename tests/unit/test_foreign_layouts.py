"""Published layouts: generated look-alikes of CAIQ, AI-CAIQ, HECVAT and SIG, and the real files where they are at hand."""

from collections import Counter
from fractions import Fraction
from pathlib import Path

import pytest

from tests.factories.foreign import AI_CAIQ_HEADER, caiq, converted, hecvat, sig
from vendor_ai.exporters.pack_yaml import pack_yaml
from vendor_ai.importers.answers import AnswerReader
from vendor_ai.importers.foreign.conversion import Conversion
from vendor_ai.services.conversion import convert_file, read_wishes
from vendor_ai.services.questionnaire import check_pack_text


def holds(conversion: Conversion) -> bool:
    """Whether the pack is valid and read back as it is."""
    return check_pack_text(pack_yaml(conversion.pack)).pack == conversion.pack


def sheet(conversion: Conversion, name: str) -> dict[str, object]:
    return next(entry.as_json() for entry in conversion.sheets if entry.name == name)


# --- CAIQ ---


def test_a_caiq_is_converted_by_its_headings() -> None:
    found = converted(caiq(), "caiq.xlsx")

    assert sheet(found, "CAIQv9") == {
        "name": "CAIQv9",
        "used": True,
        "header_row": 2,
        "columns": {
            "id": "Question ID",
            "text": "Question",
            "answer": "CSP CAIQ Answer",
            "control": "CCM Control ID",
            "guidance": "CCM Control Specification",
            "section": "CCM Domain Title",
            "comment": "CSP Implementation Description (Optional/Recommended)",
        },
        "rows": 14,
        "questions": 12,
        "reason": "",
    }
    assert found.pack.title == "HOUSEKEEPING ASSESSMENT INITIATIVE QUESTIONNAIRE v9"
    assert [dimension.label for dimension in found.pack.dimensions] == ["Badges & Barrels", "Lantern Keeping", "Ropes and Ladders"]
    assert found.pack.questions[0].source == (("Original id", "B&B-01.1"), ("CCM Control ID", "B&B-01"))
    assert {str(entry.type) for entry in found.pack.questions} == {"yes_no"}
    assert not any(entry.refused for entry in found.unplaced)
    assert holds(found)


def test_a_filled_caiq_gives_answers_with_their_descriptions() -> None:
    found = converted(
        caiq({"B&B-01.1": ("Yes", "By the keeper"), "B&B-01.2": ("No", ""), "B&B-02.1": ("NA", "No barrels"), "LAN-01.1": ("Yes", "")}),
        "caiq.xlsx",
    )

    assert [(a.question, a.value, a.comment) for a in found.answers.values()] == [
        ("B-B-01.1", "yes", "By the keeper"),
        ("B-B-01.2", "no", ""),
        ("B-B-02.1", "NA", "No barrels"),
        ("LAN-01.1", "yes", ""),
    ]
    # 1 of 3 that apply; 1 of 4; nothing answered
    assert [domain.score for domain in found.domains] == [Fraction(100, 3), 25, None]


def test_an_ai_caiq_is_converted_by_its_own_headings() -> None:
    found = converted(caiq(header=AI_CAIQ_HEADER), "ai-caiq.xlsx")

    columns = sheet(found, "CAIQv9")["columns"]
    assert isinstance(columns, dict)
    assert (columns["answer"], columns["comment"]) == ("Service Provider AI-CAIQ Answer", "Service Provider Implementation Description")
    assert (columns["section"], found.pack.questions[0].source[1]) == ("AICM Domain Title", ("AICM Control ID", "B&B-01"))
    assert holds(found)


# --- HECVAT ---

HECVAT_ANSWERS = {"COOR-01": "Yes", "COOR-02": "No", "COOR-03": "No", "DOOR-01": "Yes", "DOOR-02": "N/A", "DOOR-03": "Yes"}


def test_a_hecvat_is_joined_from_its_tabs_with_weights_and_expected_answers() -> None:
    found = converted(hecvat(), "hecvat.xlsx")

    assert [(entry.name, entry.used) for entry in found.sheets] == [
        ("START HERE", False),
        ("Organization", True),
        ("Product", True),
        ("Values", False),
        ("Questions", False),
        ("Summary Report", False),
    ]
    assert [entry.id for entry in found.pack.questions] == [
        f"{code}-{number:02}" for code in ("COOR", "DOOR", "ACPR", "DOPR") for number in (1, 2, 3)
    ]
    assert [entry.weight for entry in found.pack.questions] == [5 * number for number in range(1, 13)]
    # 5 + 10 + 15 = 30 of 390, then 75, 120 and 165
    assert [(dimension.label, dimension.weight) for dimension in found.pack.dimensions] == [
        ("Company Overview", Fraction(1, 13)),
        ("Documentation (Organization)", Fraction(75, 390)),
        ("Access", Fraction(120, 390)),
        ("Documentation (Product)", Fraction(165, 390)),
    ]
    good = {entry.id: next(option.label for option in entry.options if option.level == 1) for entry in found.pack.questions}
    assert Counter(good.values()) == {"Yes": 8, "No": 4} and good["COOR-03"] == "No"
    assert {entry.guidance for entry in found.pack.questions} == {"Look twice."}
    assert holds(found)


def test_the_percentages_that_a_filled_hecvat_states_are_reproduced() -> None:
    # Company Overview: 5 + 15 of 30; Documentation: 20 of 20 + 30, one of 25 not applicable; both tabs: 40 of 365 that apply
    stated = {"Company Overview": 0.666666666666667, "Documentation (Organization)": 0.4, "Overall": 0.10958904109589}
    found = converted(hecvat(HECVAT_ANSWERS, stated=stated), "hecvat.xlsx")

    assert [(total.where, total.equal) for total in found.totals] == [
        ("Summary Report, D2: Company Overview", True),
        ("Summary Report, D3: Documentation (Organization)", True),
        ("Summary Report, D4: Overall", True),
    ]
    assert {total.rule for total in found.totals} == {"not applicable left out, unanswered earns nothing, partial earns half"}
    assert found.answers["COOR-01"].comment == "Note on COOR-01"


# --- SIG ---


@pytest.mark.parametrize("rows", [300, 2000])
def test_a_sig_of_many_tabs_is_converted_whole(rows: int) -> None:
    found = converted(sig(rows), "sig.xlsx")

    assert (len(found.pack.questions), len(found.pack.dimensions)) == (rows, 10)
    assert len({entry.id.casefold() for entry in found.pack.questions}) == rows
    assert found.unplaced == ()
    counts = Counter(answer.value for answer in found.answers.values())
    assert sum(counts.values()) == rows - rows // 40 * 10 - (10 if rows // 10 % 4 else 0)
    assert holds(found)


def test_answers_of_every_look_alike_are_read_by_scoring() -> None:
    for content in (caiq({"B&B-01.1": ("Yes", "")}), hecvat(HECVAT_ANSWERS), sig(300)):
        found = converted(content)
        given = {name: {"value": answer.value} for name, answer in found.answers.items()}
        import json

        read = AnswerReader(found.pack).read_json(json.dumps(given))
        assert (read.problems, {name: answer.value for name, answer in read.answers.items()}) == (
            (),
            {n: a.value for n, a in found.answers.items()},
        )


# --- the real files ---


def test_the_spanish_supply_chain_questionnaire_is_converted_whole(test_data: Path) -> None:
    found = convert_file(test_data / "questionnaires" / "cuestionario.xlsx", read_wishes()).conversion

    assert (len(found.pack.questions), len(found.pack.dimensions), found.pack.language) == (75, 14, "es")
    assert Counter(str(entry.type) for entry in found.pack.questions) == {"choice": 74, "text": 1}
    assert {
        tuple((option.value, option.label, option.level.name) for option in entry.options) for entry in found.pack.questions if entry.scored
    } == {(("yes", "Si", "LOW"), ("no", "No", "HIGH"), ("partial", "Parcial", "MEDIUM"))}
    assert len({dimension.group for dimension in found.pack.dimensions}) == 2
    assert all(entry.not_applicable for entry in found.pack.questions)
    assert not any(entry.refused for entry in found.unplaced)
    assert [entry.used for entry in found.sheets] == [False, True, False]


def test_the_playbook_of_nist_is_converted_whole(test_data: Path) -> None:
    found = convert_file(
        test_data / "questionnaires" / "nist_ai_rmf_playbook.json", read_wishes(columns={"evidence_asked": "section_doc"})
    ).conversion

    assert Counter(entry.dimension for entry in found.pack.questions) == {"govern": 19, "manage": 13, "map": 18, "measure": 22}
    assert [dimension.weight for dimension in found.pack.dimensions] == [Fraction(1, 4)] * 4
    assert {entry.id for entry in found.pack.questions} >= {"GOVERN-1.1", "MEASURE-2.11"}
    assert all(entry.guidance and entry.evidence for entry in found.pack.questions if entry.id == "GOVERN-1.1")
    assert not any(entry.refused for entry in found.unplaced)
