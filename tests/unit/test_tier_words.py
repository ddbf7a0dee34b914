"""Areas, regions, rights and decision types, as people write them."""

import pytest

from vendor_ai.domain.tier import (
    AffectedRight,
    DecisionType,
    RiskTier,
    UnknownDecisionTypeError,
    UnknownRightError,
    read_decision_type,
    read_right,
)
from vendor_ai.governance.region import RegionGroup, find_places
from vendor_ai.governance.tier_files import shipped_rules
from vendor_ai.governance.use_area import UseArea, mentions


def area_ids(text: str) -> set[str]:
    return {mention.area.id for mention in mentions(text, shipped_rules().areas)}


def groups(text: str) -> set[str]:
    return {group.id for place in find_places([text], shipped_rules().groups) for group in place.groups}


@pytest.mark.parametrize(
    ("text", "area"),
    [
        ("CV screening for hiring", "employment"),
        ("CREDIT SCORING", "credit_scoring"),
        ("credit-scoring", "credit_scoring"),
        ("credit_scoring", "credit_scoring"),
        ("credit \n scoring", "credit_scoring"),
        ("Ranks job applicants", "employment"),
        ("Recruiting assistant", "employment"),
        ("essay grading in schools", "education"),
        ("predictive policing", "law_enforcement"),
        ("asylum requests", "migration"),
        ("drafts court rulings", "justice"),
        ("loan approval", "credit_scoring"),
        ("health insurance pricing", "insurance_pricing"),
        ("eligibility for benefits", "essential_services"),
        ("Vorauswahl von Bewerbern", "employment"),
        ("Kreditwürdigkeitsprüfung", "credit_scoring"),
        ("Kreditwurdigkeit", "credit_scoring"),
        ("Prüfungsbewertung an Hochschulen", "education"),
        ("Bearbeitung von Asylanträgen", "migration"),
        ("Annahme von Notrufen", "essential_services"),
        ("Versicherungstarife berechnen", "insurance_pricing"),
        ("selección de personal", "employment"),
        ("SELECCION DE PERSONAL", "employment"),
        ("calificación crediticia de clientes", "credit_scoring"),
        ("tarificación de seguros", "insurance_pricing"),
        ("puntuación social", "social_scoring"),
        ("unterschwellige Beeinflussung", "subliminal_manipulation"),
        ("exploits the vulnerabilities of children", "exploitation_of_vulnerabilities"),
    ],
)
def test_an_area_is_recognised_in_free_text(text: str, area: str) -> None:
    assert area in area_ids(text)


@pytest.mark.parametrize(
    "text",
    [
        "unemployment statistics",  # a word inside a word
        "reducation",
        "educational videos",
        "songs with paroles",
        "antisocial scoringboard",
        "database migration",
        "Migration of data to the cloud",
        "finds exploitation of vulnerabilities in software",
        "social security numbers are redacted",
        "VISA card payments",
        "LLM as a judge",
        "credit. Scoring of wines",
        "spam filter",
        "",
    ],
)
def test_words_that_mean_something_else_name_no_listed_area(text: str) -> None:
    assert area_ids(text) == set()


def test_a_longer_phrase_hides_only_itself() -> None:
    assert area_ids("data migration for the migration office") == {"migration"}


def test_social_credit_is_not_taken_for_credit() -> None:
    assert area_ids("social credit scoring") == {"social_scoring"}


def test_checking_that_a_person_is_who_they_say_is_not_biometric_identification() -> None:
    assert area_ids("biometric verification at login") == set()


def test_the_words_are_quoted_as_they_were_written() -> None:
    (found,) = mentions(
        "Prüft  Kredit\u00adwürdigkeit  und CREDIT  Scores", [UseArea("c", "credit", RiskTier.HIGH, ("kreditwürdigkeit*", "credit scor*"))]
    )

    assert found.words == ("Kredit\u00adwürdigkeit", "CREDIT Scores")
    assert str(found).startswith("credit ('Kredit")


def test_the_longest_phrase_is_quoted() -> None:
    (found,) = mentions("exam grading scheme", [UseArea("e", "education", None, ("exam", "exam grading"))])

    assert found.words == ("exam grading",)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("EU", {"eu", "eea"}),
        ("eu", {"eu", "eea"}),
        ("the European Union", {"eu", "eea"}),
        ("european_union", {"eu", "eea"}),
        ("España", {"eu", "eea"}),
        ("DE-BY", {"eu", "eea"}),
        ("eu-west-1", {"eu", "eea"}),
        ("EU (Frankfurt)", {"eu", "eea"}),
        ("EU West", {"eu", "eea"}),
        ("EU and US", {"eu", "eea", "us"}),
        ("US, UK", {"us", "uk"}),
        ("NO", {"eea"}),
        ("No region", set()),
        ("worldwide", {"eu", "eea", "uk", "us"}),
        ("non-EU", set()),
        ("Japan", set()),
        ("DEU-like", set()),
    ],
)
def test_a_region_is_read_as_people_write_it(text: str, expected: set[str]) -> None:
    assert groups(text) == expected


def test_a_name_that_is_known_as_a_whole_is_not_cut_to_its_first_letters() -> None:
    islands, states = RegionGroup("vi", "the islands", frozenset({"us virgin islands"})), RegionGroup("us", "the states", frozenset({"us"}))

    (place,) = find_places(["US Virgin Islands"], [islands, states])

    assert place.groups == (islands,)


@pytest.mark.parametrize(
    "text", ["non-discrimination", "Non_Discrimination", "non discrimination", "NONDISCRIMINATION", " non-discrimination "]
)
def test_a_right_is_read_with_hyphens_underscores_or_blanks(text: str) -> None:
    assert read_right(text) is AffectedRight.NON_DISCRIMINATION


@pytest.mark.parametrize("text", ["", "dignity", "privacy!", "fair"])
def test_another_right_is_refused_with_the_ones_that_are_weighed(text: str) -> None:
    with pytest.raises(UnknownRightError, match="write non-discrimination, privacy, fair-trial or freedom-of-expression"):
        read_right(text)


def test_a_decision_type_is_read_in_the_same_manner() -> None:
    assert read_decision_type("Human-in-the-loop") is DecisionType.HUMAN_IN_THE_LOOP
    with pytest.raises(UnknownDecisionTypeError, match="'manual' is not a decision type; write human_in_the_loop, "):
        read_decision_type("manual")
