"""The shipped crosswalks lead into the default pack, hold no foreign text, and every rule finds the question it was written for.

The foreign rows are invented: they only use words that such a question cannot do without.
"""

import json
from functools import cache
from pathlib import Path

import jsonschema
import pytest
import yaml

from vendor_ai.domain.crosswalk import Crosswalk
from vendor_ai.domain.pack import Pack
from vendor_ai.importers.crosswalk import crosswalk_files, read_crosswalk
from vendor_ai.services.questionnaire import find_pack

FILES = {path.stem: path for path in crosswalk_files()}
LONGEST_WORD = 40

# crosswalk → rule → id, domain and text of a row in a filled questionnaire
ROWS = {
    "caiq-4": {
        "penetration-test": ("TVM-06.1", "", "Do independent testers try penetration of your systems every year?"),
        "encryption": ("CEK-03.1", "", "Is what you hold encrypted at rest, and in transit between sites?"),
        "customer-keys": ("CEK-08.1", "", "May a tenant manage a key of its own?"),
        "multi-factor": ("IAM-14.1", "", "Do administrators authenticate with multi-factor means?"),
        "least-privilege": ("IAM-05.1", "", "Is access given by least privilege?"),
        "tenant-separation": ("IVS-06.1", "", "Is every tenant isolated from the others?"),
        "incident-plan": ("SEF-03.1", "", "Is there a plan of incident response?"),
        "incident-plan-test": ("SEF-04.1", "", "Do you test incident response?"),
        "breach-notice": ("SEF-07.1", "", "Is there a way to notify of a breach?"),
        "retention-and-deletion": ("DSP-16.1", "", "Do rules cover retention and deletion?"),
        "secure-disposal": ("DSP-02.1", "", "Is data destroyed so that nobody can recover it?"),
        "sub-processors-disclosed": ("DSP-14.1", "", "Do you disclose which sub-processors see it?"),
        "sub-processing": ("DSP-13.1", "", "Are rules kept for the subprocessing of personal data?"),
        "impact-assessment": ("DSP-09.1", "", "Is an impact assessment of data protection made?"),
        "data-flow": ("DSP-05.1", "", "Is every data flow documented?"),
        "supply-chain-inventory": ("STA-07.1", "", "Do you hold an inventory of your supply chain?"),
        "right-to-audit": ("STA-09.1", "", "Does your agreement give a right to audit?"),
        "independent-assessment": ("A&A-02.1", "", "Does an independent firm audit you?"),
        "bill-of-materials": ("STA-16.1", "", "Is there a BOM for each release?"),
        "data-after-termination": ("IPY-04.1", "", "After termination, in which format is data handed back?"),
        "deletion-after-termination": ("IPY-04.2", "", "Is everything deleted after termination?"),
        "data-by-interface": ("IPY-02.1", "", "Can it be retrieved by an API?"),
        "change-agreement": ("CCC-05.1", "", "Must a tenant agree to a change, by the service level agreement?"),
        "change-testing": ("CCC-02.1", "", "Is each change tested against a baseline?"),
        "change-restoration": ("CCC-09.1", "", "Can you roll back to a previous state?"),
    },
    "ai-caiq-1": {
        "model-documentation": ("MDS-01.1", "", "Do you keep model documentation?"),
        "adversarial-assessment": ("MDS-02.1", "", "Are adversarial threats assessed at regular times?"),
        "model-monitoring": ("3", "Model Security", "Do you monitor model performance?"),
        "model-signing": ("MDS-04.1", "", "Is each model signed, and the signature verified?"),
        "bias-and-fairness": ("GRC-01.1", "", "Do you regularly look for bias and a lack of fairness?"),
        "human-oversight": ("4", "Governance, Risk & Compliance", "Is there human oversight and control?"),
        "explainability": ("GRC-03.1", "", "Do you evaluate explainability?"),
        "ai-risk-management": ("GRC-04.1", "", "Is there a program of AI risk management?"),
        "input-validation": ("AIS-01.1", "", "Is unwanted input filtered?"),
        "output-validation": ("AIS-02.1", "", "Is unwanted output filtered?"),
        "data-origin": ("DSP-01.1", "", "Can each data source be traced?"),
        "data-poisoning": ("DSP-02.1", "", "Do you prevent poisoning?"),
        "data-validation": ("DSP-03.1", "", "Is fine-tuning data validated and consistent?"),
        "data-relevance": ("DSP-04.1", "", "Is the training data relevant?"),
        "output-logging": ("LOG-01.1", "", "Is each output of the model logged?"),
        "ai-incidents": ("SEF-01.1", "", "Is there a response for each AI incident?"),
        "bill-of-materials": ("STA-01.1", "", "Is there a bill of materials for the AI service?"),
        "penetration-test": ("TVM-01.1", "", "Do external testers try penetration?"),
        "tenant-separation": ("I&S-01.1", "", "Is each tenant segregated?"),
        "data-after-termination": ("IPY-01.1", "", "After termination, who has access to data?"),
    },
    "hecvat-4": {
        "ai-training-on-our-data": ("", "", "Is institutional data used to train AI?"),
        "ai-human-oversight": ("", "", "Is there human oversight of the AI?"),
        "ai-bias": ("", "", "Do you test the model for bias?"),
        "ai-prompt-injection": ("", "", "Are there safeguards against prompt injection?"),
        "ai-disclosure": ("", "", "Is AI disclosed to each user?"),
        "penetration-test": ("", "", "Did an external firm run a penetration test?"),
        "encryption-at-rest": ("", "", "Is data encrypted at rest?"),
        "encryption-in-transit": ("", "", "Is data encrypted in transit?"),
        "multi-factor": ("", "", "Do your admins sign in with MFA?"),
        "incident-plan": ("", "", "Is there an incident response plan?"),
        "breach-notice": ("", "", "Will you notify the institution of a breach?"),
        "insurance": ("", "", "Are you insured against cyber risks?"),
        "data-export": ("", "", "Can data be exported at termination?"),
        "data-deletion": ("", "", "Is data deleted at termination?"),
        "bill-of-materials": ("", "", "Can you provide an SBOM?"),
        "change-notice": ("", "", "Do you give the institution notice of a major change?"),
        "soc-2": ("", "", "Did you undergo a SOC 2 audit?"),
        "iso-27001": ("", "", "Are you certified under ISO 27001?"),
    },
    "sig": {
        "ai-governance": ("", "", "Is there a program of AI governance?"),
        "ai-training-on-our-data": ("", "", "Is client data used to train machine learning?"),
        "ai-human-oversight": ("", "", "Is AI output under human review?"),
        "ai-bias": ("", "", "Is AI evaluated for bias?"),
        "ai-monitoring": ("", "", "Do you monitor AI for drift?"),
        "penetration-test": ("", "", "Does an independent firm run a penetration test?"),
        "encryption": ("", "", "Is scoped data encrypted at rest?"),
        "multi-factor": ("", "", "Is multi-factor sign-in asked of privileged users?"),
        "incident-plan": ("", "", "Is there a documented program of incident management?"),
        "breach-notice": ("", "", "Is the client notified of a breach?"),
        "insurance": ("", "", "Do you hold cyber insurance?"),
        "data-deletion": ("", "", "Is data returned at termination?"),
        "right-to-audit": ("", "", "Does the contract hold a right to audit?"),
        "bill-of-materials": ("", "", "Do you maintain an SBOM?"),
    },
}
CASES = [(name, rule) for name, rows in ROWS.items() for rule in rows]

# Questions where "yes" is the bad answer.
YES_IS_WORSE = {"ai-training-on-our-data"}


@cache
def default_pack() -> Pack:
    return find_pack("vendor-ai-due-diligence")


@cache
def crosswalk(name: str) -> Crosswalk:
    parsed = read_crosswalk(FILES[name].read_text(encoding="utf-8"), default_pack())
    assert parsed.crosswalk is not None, [problem.sentence(name) for problem in parsed.problems]
    return parsed.crosswalk


def test_the_schema_is_a_schema_and_every_file_fits_it() -> None:
    schema = json.loads((FILES["caiq-4"].parent / "crosswalk.schema.json").read_text(encoding="utf-8"))

    jsonschema.Draft202012Validator.check_schema(schema)
    for path in FILES.values():
        jsonschema.Draft202012Validator(schema).validate(yaml.safe_load(path.read_text(encoding="utf-8")))


@pytest.mark.parametrize("path", FILES.values(), ids=FILES)
def test_a_crosswalk_is_named_after_its_file_and_leads_into_the_default_pack(path: Path) -> None:
    assert (crosswalk(path.stem).id, crosswalk(path.stem).pack) == (path.stem, default_pack().id)


@pytest.mark.parametrize(("name", "fewest", "most"), [("caiq-4", 15, 40), ("ai-caiq-1", 8, 20), ("hecvat-4", 8, 20), ("sig", 8, 20)])
def test_a_crosswalk_has_a_sensible_number_of_rules_each_with_a_row_below(name: str, fewest: int, most: int) -> None:
    rules = crosswalk(name).rules

    assert fewest <= len(rules) <= most
    assert [rule.id for rule in rules] == list(ROWS[name])


@pytest.mark.parametrize(("name", "rule_id"), CASES)
def test_every_rule_finds_its_question_and_suggests_what_it_says(name: str, rule_id: str) -> None:
    question_id, domain, text = ROWS[name][rule_id]
    rule = next(rule for rule in crosswalk(name).rules if rule.id == rule_id)

    assert rule.holds(question_id, text, domain)
    for answer, value in rule.answers.items():
        found = {each.question: each.value for each in crosswalk(name).suggest(question_id, text, domain, answer.title())}
        assert found[rule.question] == value


@pytest.mark.parametrize(("name", "rule_id"), CASES)
def test_the_id_alone_suggests_nothing_for_another_question(name: str, rule_id: str) -> None:
    question_id, domain, _ = ROWS[name][rule_id]

    assert crosswalk(name).suggest(question_id, "Is the canteen open on Sundays?", domain, "Yes") == ()


def test_an_id_that_an_older_caiq_gave_to_another_question_suggests_nothing() -> None:
    # STA-09 was about audits of one's own suppliers in version 3, and TVM-06 about libraries of others in 4.1.
    for question_id, text in (
        ("STA-09.1", "Do you look at the security of your own suppliers every year?"),
        ("TVM-06.1", "Are updates for libraries of third parties identified?"),
    ):
        assert crosswalk("caiq-4").suggest(question_id, text, "", "Yes") == ()


def test_a_question_that_rules_training_out_is_not_read_as_training() -> None:
    for text in (
        "Is the use of customer data to train AI prohibited?",
        "Do you not use customer data to train AI?",
        "Can a customer opt out of the use of its data to train AI?",
        "Are staff trained in the use of AI with customer data?",
    ):
        assert "data-customer-training" not in {each.question for each in crosswalk("hecvat-4").suggest("", text, "", "Yes")}


@pytest.mark.parametrize("name", FILES)
def test_a_no_never_suggests_a_better_answer_than_a_yes(name: str) -> None:
    for rule in crosswalk(name).rules:
        question = default_pack().question(rule.question)
        assert question is not None and question.scored
        levels = {answer: question.level_of(value) for answer, value in rule.answers.items()}
        yes, no = levels.get("yes"), levels.get("no")
        assert yes is not None, f"{rule.id}: the answer yes must suggest something"
        if no is not None:
            assert (yes > no) if rule.id in YES_IS_WORSE else (no > yes), rule.id


@pytest.mark.parametrize("name", FILES)
def test_no_foreign_question_text_is_held(name: str) -> None:
    words = [word for rule in crosswalk(name).rules for group in (*rule.words, rule.without, rule.domains) for word in group]

    assert max(map(len, words)) <= LONGEST_WORD
    assert not [word for word in words if "?" in word]
