"""Machine-readable documents: what is read from where, what is suggested, and what proves nothing."""

import json
import random
from pathlib import Path
from typing import Any

import pytest

from tests.factories.model_document import MODEL_CARD, cyclonedx, spdx
from vendor_ai.domain.document_rule import DocumentRule, Need, Proof, suggest
from vendor_ai.domain.suggestion import Confidence, Fact, figure
from vendor_ai.importers.document_rules import DocumentReading, read_suggestions, shipped_document_rules
from vendor_ai.importers.model_document import DEEPEST, MODEL_DOCUMENTS, ModelDocumentRefusedError, read_model_document
from vendor_ai.importers.placeholder import placeholder_reason, without_placeholders
from vendor_ai.services.questionnaire import find_pack


def reading(content: bytes, name: str = "bom.json") -> DocumentReading:
    return read_suggestions(read_model_document(content, name), name)


def values(found: DocumentReading) -> dict[str, str]:
    return {made.question: made.value for made in found.suggestions}


def places(found: DocumentReading) -> dict[str, str]:
    return {made.question: made.detail for made in found.suggestions}


# --- CycloneDX --------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("version", ["1.5", "1.6", "1.7"])
def test_a_filled_bill_of_materials_suggests_what_it_shows_and_no_more(version: str) -> None:
    found = reading(cyclonedx(version))

    assert found.label == f"CycloneDX {version}"
    assert found.ignored == ()
    assert values(found) == {
        "sec-bill-of-materials": "software_and_models",
        "doc-model-card": "incomplete",
        "doc-training-methodology": "family",
        "doc-limitations": "described",
        "data-sources": "vague",
        "data-rights": "open_licence",
        "perf-metrics-intervals": "intervals",
        "perf-claimed-accuracy": "91.2",
        "bias-metrics": "general",
        "bias-mitigation": "case_by_case",
    }


def test_every_suggestion_names_its_exact_place() -> None:
    found = places(reading(cyclonedx()))

    assert found["doc-limitations"] == "bom.json $.components[0].modelCard.considerations.technicalLimitations[0]"
    assert found["data-sources"] == "bom.json $.components[0].modelCard.modelParameters.datasets[0].ref"
    assert found["perf-claimed-accuracy"].endswith("performanceMetrics[0].value")


def test_the_published_example_with_placeholder_prose_suggests_nothing(test_data: Path) -> None:
    found = reading((test_data / "code" / "valid-machine-learning-1.6.json").read_bytes())

    assert found.suggestions == ()
    said = {entry.path.removeprefix("$.components[0].modelCard."): entry.reason for entry in found.ignored}
    assert said["document"] == "18 of 25 places hold text of a template, so the document counts as not filled in."
    assert said["quantitativeAnalysis.performanceMetrics[0].value"] == "'The value of the performance metric' is text of a template."
    assert "is the question, not its answer" in said["considerations.users[0]"]


def test_a_metric_in_words_is_no_figure_and_says_so() -> None:
    card = {"quantitativeAnalysis": {"performanceMetrics": [{"type": "accuracy", "value": "very high on our set"}]}}
    found = reading(cyclonedx(**card))

    assert "perf-metrics-intervals" not in values(found)
    assert "perf-claimed-accuracy" not in values(found)
    (entry,) = found.ignored
    assert entry.path == "$.components[0].modelCard.quantitativeAnalysis.performanceMetrics[0].value"
    assert entry.reason == "'very high on our set' is not a figure."


def test_two_accuracies_are_not_one_claim() -> None:
    metrics = [{"type": "accuracy", "value": "0.91"}, {"type": "Accuracy", "value": "0.95"}]
    found = reading(cyclonedx(quantitativeAnalysis={"performanceMetrics": metrics}))

    assert values(found)["perf-metrics-intervals"] == "bare"
    assert "perf-claimed-accuracy" not in values(found)


def test_the_accuracy_of_a_slice_is_not_the_overall_one() -> None:
    metrics = [{"type": "accuracy", "value": "0.99", "slice": "printed letters"}]
    assert "perf-claimed-accuracy" not in values(reading(cyclonedx(quantitativeAnalysis={"performanceMetrics": metrics})))


def test_figures_by_slice_with_a_group_at_risk_suggest_a_comparison_of_groups() -> None:
    metrics = [{"type": "f1", "value": f"0.{number}", "slice": group} for number, group in ((91, "under 40"), (88, "40 and over"))]
    assert values(reading(cyclonedx(quantitativeAnalysis={"performanceMetrics": metrics})))["bias-segments"] == "one_attribute"


def test_a_base_model_makes_the_training_an_outline() -> None:
    document = json.loads(cyclonedx())
    document["components"][0]["pedigree"] = {"ancestors": [{"type": "machine-learning-model", "name": "north/base-encoder"}]}
    document["components"] = [{"type": "application", "name": "app", "version": "1", "components": document["components"]}]
    found = reading(json.dumps(document).encode())

    assert values(found)["doc-training-methodology"] == "outlined"
    assert places(found)["doc-training-methodology"].startswith("bom.json $.components[0].components[0].pedigree.ancestors[0].name")


def test_a_text_that_stands_everywhere_says_nothing() -> None:
    same = "See our documentation for this."
    considerations = {"users": [same], "useCases": [same], "technicalLimitations": [same]}
    found = reading(cyclonedx(considerations=considerations))

    assert not {"doc-limitations", "doc-model-card"} & set(values(found))
    assert {entry.reason for entry in found.ignored} == {"The same text stands in 3 places."}


# --- SPDX -------------------------------------------------------------------------------------------------------------------


def test_an_spdx_3_document_suggests_what_its_profiles_show() -> None:
    found = reading(spdx())

    assert (found.label, found.ignored) == ("SPDX 3", ())
    assert values(found) == {
        "doc-model-card": "incomplete",
        "doc-training-methodology": "outlined",
        "doc-limitations": "described",
        "data-sources": "categories",
        "data-representativeness": "known",
        "perf-metrics-intervals": "bare",
        "perf-claimed-accuracy": "91.2",
        "com-management-system": "followed",
    }
    assert places(found)["doc-limitations"] == "bom.json $['@graph'][0].ai_limitation"


def test_no_assertion_asserts_nothing() -> None:
    found = reading(spdx(ai_limitation="NOASSERTION", ai_standardCompliance=["ISO/IEC 27001"]))

    assert not {"doc-limitations", "com-management-system"} & set(values(found))
    assert [entry.path for entry in found.ignored] == ["$['@graph'][0].ai_limitation"]


def test_an_spdx_2_list_of_packages_is_a_list_of_software() -> None:
    packages = [{"name": f"part-{number}", "versionInfo": f"1.{number}"} for number in range(3)]
    found = reading(json.dumps({"spdxVersion": "SPDX-2.3", "packages": packages}).encode())

    assert (found.label, values(found)) == ("SPDX 2.3", {"sec-bill-of-materials": "software"})


# --- Hugging Face -----------------------------------------------------------------------------------------------------------


def test_a_model_card_suggests_what_front_matter_and_sections_show() -> None:
    found = reading(MODEL_CARD.encode(), "README.md")

    assert (found.label, found.ignored) == ("Hugging Face model card", ())
    assert values(found) == {
        "doc-model-card": "complete",
        "doc-training-methodology": "outlined",
        "doc-limitations": "described",
        "data-sources": "categories",
        "perf-metrics-intervals": "bare",
        "perf-claimed-accuracy": "91.2",
    }


def test_places_in_a_model_card_are_lines_of_the_file() -> None:
    lines = MODEL_CARD.splitlines()
    found = places(reading(MODEL_CARD.encode(), "README.md"))

    assert lines[33 - 1].startswith("## Bias")
    assert found["doc-limitations"] == "README.md line 35, line 36"
    assert found["perf-claimed-accuracy"] == "README.md line 14"
    assert lines[14 - 1].strip() == "value: 0.912"


def test_the_template_of_a_model_card_suggests_nothing() -> None:
    sections = ["Direct Use", "Out-of-Scope Use", "Bias, Risks, and Limitations", "Training Data", "Results"]
    template = "# Model Card for Model ID\n" + "".join(
        f"\n## {name}\n\n<!-- Describe it. -->\n\n[More Information Needed]\n" for name in sections
    )
    found = reading(template.encode(), "README.md")

    assert found.suggestions == ()
    assert len(found.ignored) == 1 + len(sections)


def test_mistakes_in_the_front_matter_are_named_and_the_sections_are_still_read() -> None:
    card = "---\nlicense: mit\nlicense: mit\n---\n\n# Model card\n\n## Limitations\n\nHandwriting is read far less well.\n"
    found = reading(card.encode(), "README.md")

    assert values(found)["doc-limitations"] == "described"
    (entry,) = found.ignored
    assert entry.path == "line 3"
    assert "'license'" in entry.reason


# --- what is not read -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"Dear customer, our model is very good.", "is no document that is read here"),
        (b'{"bomFormat": "CycloneDX", "specVersion": "1.3"}', "is no document that is read here"),
        (b'{"bomFormat": "CycloneDX"', "not valid JSON"),
        (b"\xff\xfe", "line 1: the file is not UTF-8"),
        (b'{"a":' * 5_000 + b"1" + b"}" * 5_000, "nested"),
        (b'{"a":' * (DEEPEST + 1) + b"1" + b"}" * (DEEPEST + 1), "nested"),
        (b" " * ((5 << 20) + 1), "larger than the 5 MiB"),
    ],
)
def test_what_cannot_be_read_is_refused_in_a_sentence(content: bytes, said: str) -> None:
    with pytest.raises(ModelDocumentRefusedError) as refused:
        read_model_document(content, "paper.json")

    assert said in str(refused.value)
    assert str(refused.value).startswith("paper.json")


def mutated(value: Any, chance: random.Random) -> Any:
    """The same document with parts of other types in it."""
    if chance.random() < 0.15:
        return chance.choice([None, True, "", "words", [], {}, ["a", {"b": None}], {"name": ["x"]}, "0.5"])
    if isinstance(value, dict):
        return {key: mutated(entry, chance) for key, entry in value.items()}
    return [mutated(entry, chance) for entry in value] if isinstance(value, list) else value


@pytest.mark.parametrize("make", [cyclonedx, spdx])
def test_parts_of_another_type_than_the_format_has_are_passed_over(make: Any) -> None:
    chance = random.Random(20261120)
    document = json.loads(make())
    for _ in range(300):
        kept = {key: document[key] for key in document if key not in ("components", "@graph")}
        parts = {key: mutated(document[key], chance) for key in document if key in ("components", "@graph")}
        found = reading(json.dumps(kept | parts).encode())
        assert {made.value for made in found.suggestions} <= VALUES


VALUES = {rule.value for rules in shipped_document_rules().values() for rule in rules.rules} | {"91.2", "50"}


# --- placeholders and figures -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "text",
    [
        "", "  ", "-", "TBD", "tbd.", "N/A", "None", "string", "...", "Lorem ipsum dolor sit amet", "[More Information Needed]",
        "{{ model_description }}", "<your text>", "A description of the model.", "task goes here", "Who are the users?",
        "What are the limits? E.g. the languages it knows.", "NOASSERTION", "https://example.com/data", "Please describe the data.",
        "To be completed before release",
    ],
)  # fmt: skip
def test_placeholder_prose_is_known(text: str) -> None:
    assert placeholder_reason(text)


@pytest.mark.parametrize(
    "text",
    [
        "supervised", "0.912", "Handwriting is read far less well than print.", "CC-BY-4.0", "None of the letters is older than 2020.",
        "The model [1] was tuned on letters.", "Testing was done by a second team.", "What it cannot do is read handwriting.",
        "Insertions and deletions are counted as errors.",
    ],
)  # fmt: skip
def test_plain_statements_are_none(text: str) -> None:
    assert placeholder_reason(text) == ""


def test_a_document_of_which_half_is_template_is_not_believed_at_all() -> None:
    facts = [Fact("a", f"$.{number}", "TBD") for number in range(3)]
    said = [Fact("b", f"$.b{number}", f"Statement number {number} is made here.") for number in range(3)]

    assert without_placeholders([*facts, *said])[0] == ()
    assert len(without_placeholders([*facts, *said, Fact("c", "$.c", "One more.")])[0]) == 4


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("0.912", "0.912"),
        (" 91.2 % ", "0.912"),
        ("91.2", "91.2"),
        ("1e-2", "0.01"),
        *[(text, None) for text in ("high", "NaN", "Infinity", "")],
    ],
)
def test_a_figure_is_a_number_and_nothing_else(text: str, value: str | None) -> None:
    found = figure(text)
    assert (None if found is None else f"{found.normalize():f}") == value


SHARES = {"0.5": "50", "1": "100", "93.25": "93.25", "88%": "88", "120": None, "-0.1": None}


@pytest.mark.parametrize(("text", "percent"), SHARES.items())
def test_a_share_is_taken_in_percent(text: str, percent: str | None) -> None:
    rule = DocumentRule("r", "q", "asks", "", (Need(("metrics.accuracy",), Proof.NUMBER),), Confidence.LOW, "Because.")
    found = suggest([rule], [Fact("metrics.accuracy", "$.v", text)], "f")
    assert [made.value for made in found] == ([] if percent is None else [percent])


def test_the_first_rule_that_holds_for_a_question_counts() -> None:
    names = ("best", "good", "poor")
    rules = [DocumentRule(name, "q", "asks", name, (Need((name,), Proof.PROSE),), Confidence.LOW, "Because.") for name in names]
    facts = [Fact(name, "$", "a sentence of words") for name in ("poor", "good")]
    assert [made.value for made in suggest(rules, facts, "f")] == ["good"]


# --- the shipped rules ------------------------------------------------------------------------------------------------------


def test_every_kind_of_document_has_its_rules() -> None:
    assert set(shipped_document_rules()) == set(MODEL_DOCUMENTS)


@pytest.mark.parametrize("kind", sorted(MODEL_DOCUMENTS))
def test_every_rule_is_about_a_question_of_its_pack_by_its_wording_and_offers_an_answer_it_has(kind: str) -> None:
    known = shipped_document_rules()[kind]
    pack = find_pack(known.pack)
    assert len({rule.id for rule in known.rules}) == len(known.rules)
    for rule in known.rules:
        question = pack.question(rule.question)
        assert question is not None, rule.id
        assert rule.asks.casefold() in question.text.casefold(), rule.id
        assert question.option(rule.value) is not None or (not rule.value and question.unit == "percent"), rule.id
        assert all(need.fields for need in rule.needs), rule.id


@pytest.mark.parametrize("kind", sorted(MODEL_DOCUMENTS))
def test_a_document_alone_suggests_the_best_answer_at_low_or_medium_confidence_only(kind: str) -> None:
    assert all(rule.confidence is not Confidence.HIGH for rule in shipped_document_rules()[kind].rules)
