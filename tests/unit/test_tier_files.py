"""The data files of the tier: the shipped ones hold, and every mistake is named by file, line and field."""

from importlib import resources

import pytest

from vendor_ai.domain.tier import RiskTier
from vendor_ai.governance.tier_files import AREAS, DUTIES, REGIONS, load_rules, shipped_rules
from vendor_ai.governance.use_area import mentions

AREAS_TEXT = """areas:
  - id: hiring
    name: hiring
    general_tier: HIGH
    phrases: [hiring, job applica*]
    not_within: [hiring bikes]
"""
REGIONS_TEXT = """everywhere: [global]
groups:
  - {id: eu, name: the EU, members: [EU, DE]}
  - {id: eea, name: the EEA, includes: [eu], members: ["NO"]}
rules:
  - {id: annex, region: eu, areas: [hiring], at_least: HIGH, basis: the law says so}
"""
DUTIES_TEXT = """tiers:
  LOW: {reassessment_months: 36, controls: [a], documents: [b], approvals: [technical_validation]}
  MEDIUM: {reassessment_months: 24, controls: [a], documents: [b], approvals: [technical_validation]}
  HIGH: {reassessment_months: 12, controls: [a], documents: [b], approvals: [technical_validation]}
  PROHIBITED: {controls: [stop], documents: [record]}
regulations:
  - {text: a law, when: {tiers: [HIGH], areas: [hiring], regions: [eu], rights: [privacy], decision_types: [automated]}}
controls:
  - {text: a control}
documents:
  - {text: a document}
"""
GOOD = {AREAS: AREAS_TEXT, REGIONS: REGIONS_TEXT, DUTIES: DUTIES_TEXT}


def test_the_shipped_files_hold_the_three_prohibited_and_eight_listed_areas() -> None:
    areas = shipped_rules().areas

    assert {area.id for area in areas if area.general_tier is RiskTier.PROHIBITED} == {
        "social_scoring",
        "subliminal_manipulation",
        "exploitation_of_vulnerabilities",
    }
    assert {area.id for area in areas if area.general_tier is RiskTier.HIGH} == {
        "employment",
        "education",
        "law_enforcement",
        "migration",
        "justice",
        "credit_scoring",
        "insurance_pricing",
        "essential_services",
    }


def test_every_shipped_phrase_is_found_in_a_text_that_holds_it() -> None:
    for area in shipped_rules().areas:
        for phrase in area.phrases:
            text = f"It does {phrase.replace('*', '')} here."
            assert [mention.area.id for mention in mentions(text, [area])] == [area.id], phrase


def test_no_shipped_exception_still_names_its_area() -> None:
    for area in shipped_rules().areas:
        for phrase in area.not_within:
            assert mentions(f"It does {phrase.replace('*', '')} here.", [area]) == (), phrase


def test_the_27_members_of_the_eu_are_there_by_code() -> None:
    codes = "AT BE BG HR CY CZ DK EE FI FR DE GR HU IE IT LV LT LU MT NL PL PT RO SK SI ES SE".lower().split()
    (eu,) = (group for group in shipped_rules().groups if group.id == "eu")

    assert len(codes) == 27
    assert set(codes) <= eu.members
    assert not {"no", "is", "li", "ch", "uk", "gb"} & eu.members


def test_a_good_set_of_files_is_read_with_every_field() -> None:
    rules, problems = load_rules(GOOD)

    assert problems == ()
    assert rules is not None
    assert rules.areas[0].not_within == ("hiring bikes",)
    assert rules.groups[1].members == {"global", "eu", "de", "no"}
    assert rules.tiers[RiskTier.HIGH].reassessment_months == 12
    assert rules.regulations[0].when.regions == ("eu",)


WRONG = [
    (AREAS, "general_tier: HIGH", "general_tier: HIHG # here", "areas[0].general_tier", "Did you mean 'HIGH'?"),
    (AREAS, "general_tier: HIGH", "general_tier: LOW # here", "areas[0].general_tier", "HIGH or PROHIBITED"),
    (AREAS, "[hiring, job applica*]", "['hir*ing'] # here", "areas[0].phrases[0]", "only at the end of a word"),
    (AREAS, "[hiring, job applica*]", "['*'] # here", "areas[0].phrases[0]", "not a phrase"),
    (AREAS, "    phrases: [hiring, job applica*]", "    words: [hiring] # here", "areas[0].words", "not a field here"),
    (
        AREAS,
        "areas:\n",
        "areas:\n  - {id: jobs, name: jobs, phrases: [Hiring]}\n",
        "areas[1].phrases",
        "already belongs to the area 'jobs'",
    ),
    (AREAS, "areas:\n", "areas:\n  - {id: hiring, name: jobs, phrases: [jobs]}\n", "areas[1].id", "used twice"),
    (REGIONS, "areas: [hiring]", "areas: [hirign]", "rules[0].areas[0]", "Did you mean 'hiring'?"),
    (REGIONS, "region: eu", "region: us", "rules[0].region", "not possible here"),
    (REGIONS, "region: eu, ", "", "rules[0].region", "is missing"),
    (REGIONS, '["NO"]', "[NO]", "groups[1].members[0]", "write it in quotes"),
    (REGIONS, "includes: [eu]", "includes: [ue]", "groups[1].includes[0]", "not possible here"),
    (REGIONS, ", basis: the law says so", "", "rules[0].basis", "is missing"),
    (DUTIES, "  HIGH: {reassessment_months: 12", "  HIGH: {reassessment_months: 0", "tiers.HIGH.reassessment_months", "from 1 to 120"),
    (DUTIES, "documents: [record]}", "documents: [record], approvals: [exec_sponsor]}", "tiers.PROHIBITED.approvals", "not a field here"),
    (DUTIES, "tiers: [HIGH]", "tiers: [CRITICAL]", "regulations[0].when.tiers[0]", "not possible here"),
    (DUTIES, "rights: [privacy]", "rights: [dignity]", "regulations[0].when.rights[0]", "not possible here"),
    (DUTIES, "{text: a control}", "{when: {tiers: [HIGH]}}", "controls[0].text", "is missing"),
    (DUTIES, "documents:\n  - {text: a document}", "dokuments: [] # here", "dokuments", "Did you mean 'documents'?"),
]


@pytest.mark.parametrize(("file", "old", "new", "field", "says"), WRONG)
def test_a_mistake_is_named_by_file_line_and_field(file: str, old: str, new: str, field: str, says: str) -> None:
    text = GOOD[file].replace(old, new, 1)
    assert text != GOOD[file]

    rules, problems = load_rules({**GOOD, file: text})

    assert rules is None
    (found,) = (problem for name, problem in problems if name == file and problem.column == field)
    assert says in found.message
    marked = [number for number, line in enumerate(text.splitlines(), 1) if line.endswith("# here")]
    assert marked in ([], [found.row])


def test_a_missing_field_is_placed_at_the_mapping_that_lacks_it() -> None:
    _, problems = load_rules({**GOOD, DUTIES: DUTIES_TEXT.replace("{text: a control}", "{when: {tiers: [HIGH]}}")})

    assert [(name, problem.row) for name, problem in problems] == [(DUTIES, 9)]


@pytest.mark.parametrize(("text", "says"), [("", "holds no fields"), ("- one", "holds no fields"), ("areas: [", "not valid YAML")])
def test_a_file_that_is_no_mapping_is_refused(text: str, says: str) -> None:
    rules, ((name, problem),) = load_rules({**GOOD, AREAS: text})

    assert rules is None
    assert name == AREAS
    assert says in problem.message


def test_the_files_lie_beside_the_code_so_that_the_wheel_carries_them() -> None:
    folder = resources.files("vendor_ai.governance")

    assert all(folder.joinpath(name).is_file() for name in (AREAS, REGIONS, DUTIES))
