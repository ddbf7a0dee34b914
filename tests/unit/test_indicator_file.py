"""The indicator file: what ships, and what is refused with its line and field."""

import json
from importlib import resources

import jsonschema
import pytest
import yaml

from vendor_ai.detectors.indicator import CAPABILITIES, CATEGORIES, load_services, shipped_indicators
from vendor_ai.domain.sighting import Confidence

GOOD = """\
services:
  - id: example-chat
    name: Example Chat
    vendor: Example
    category: assistant
    capabilities: [chat, writing]
    domains: [chat.example.com]
    source: vendor site
    date: 2026-01-31
    licence: public fact
    confidence: high
"""


def _with(line: str, instead: str) -> str:
    assert line in GOOD
    return GOOD.replace(line, instead)


def test_the_shipped_file_has_well_over_a_hundred_services_and_no_mistake() -> None:
    services, problems = load_services(shipped_indicators())

    assert problems == ()
    assert len(services) >= 120
    assert all(entry.source and entry.licence and entry.date.year >= 2024 for entry in services)


def test_the_shipped_file_covers_every_category_and_capability() -> None:
    services, _ = load_services(shipped_indicators())

    assert {entry.category for entry in services} == set(CATEGORIES)
    assert {capability for entry in services for capability in entry.capabilities} == set(CAPABILITIES)


def test_the_shipped_file_fits_its_json_schema() -> None:
    schema = json.loads(resources.files("vendor_ai.detectors").joinpath("services.schema.json").read_text(encoding="utf-8"))

    jsonschema.Draft202012Validator.check_schema(schema)
    errors = list(jsonschema.Draft202012Validator(schema).iter_errors(yaml.safe_load(shipped_indicators())))

    assert errors == []
    service = schema["$defs"]["service"]["properties"]
    assert service["category"]["enum"] == list(CATEGORIES)
    assert service["capabilities"]["items"]["enum"] == list(CAPABILITIES)


def test_no_service_claims_infrastructure_that_carries_everything() -> None:
    services, _ = load_services(shipped_indicators())
    everything = {"googleapis.com", "google.com", "amazonaws.com", "azure.com", "cloudfront.net", "microsoft.com", "github.com", "bing.com"}

    assert not everything & {domain for entry in services for domain in entry.domains}


def test_an_entry_is_read_with_every_field() -> None:
    text = GOOD + (
        "    hosts: ['*-api.example.com']\n    urls: ['https://example.com/chat']\n    extensions: [abcdefghijklmnopabcdefghijklmnop]\n"
        "    oauth_clients: [123.apps.example.com]\n    packages: ['pkg:npm/@example/sdk']\n    shared: true\n"
    )

    (entry,), problems = load_services(text)

    assert problems == ()
    assert (entry.id, entry.name, entry.vendor, entry.category) == ("example-chat", "Example Chat", "Example", "assistant")
    assert entry.capabilities == ("chat", "writing")
    assert entry.hosts == ("*-api.example.com",)
    assert entry.urls == ("https://example.com/chat",)
    assert entry.extensions == ("abcdefghijklmnopabcdefghijklmnop",)
    assert entry.oauth_clients == ("123.apps.example.com",)
    assert entry.packages == ("pkg:npm/@example/sdk",)
    assert entry.date.isoformat() == "2026-01-31"


@pytest.mark.parametrize(
    ("stated", "shown"),
    [(Confidence.HIGH, Confidence.MEDIUM), (Confidence.MEDIUM, Confidence.LOW), (Confidence.LOW, Confidence.LOW)],
)
def test_shared_infrastructure_lowers_the_confidence_by_one_step(stated: Confidence, shown: Confidence) -> None:
    own, _ = load_services(_with("confidence: high", f"confidence: {stated}"))
    shared, _ = load_services(_with("confidence: high", f"confidence: {stated}\n    shared: true"))

    assert own[0].finding_confidence is stated
    assert shared[0].finding_confidence is shown


@pytest.mark.parametrize(
    ("line", "instead", "row", "column", "says"),
    [
        ("[chat.example.com]", "['https://chat.example.com']", 7, "domains", "without scheme"),
        ("[chat.example.com]", "[chat.example.com/path]", 7, "domains", "not a domain name"),
        ("[chat.example.com]", "['chat.example.com:443']", 7, "domains", "not a domain name"),
        ("[chat.example.com]", "['*.example.com']", 7, "domains", "not a domain name"),
        ("[chat.example.com]", "[Chat.Example.com]", 7, "domains", "lower case"),
        ("[chat.example.com]", "[com]", 7, "domains", "not a domain name"),
        ("[chat.example.com]", "[10.0.0.1]", 7, "domains", "not a domain name"),
        ("[chat.example.com]", "chat.example.com", 7, "domains", "is a list"),
        ("[chat.example.com]", "[a.example, a.example]", 7, "domains", "listed twice"),
        ("domains: [chat.example.com]", "hosts: ['*.com']", 7, "hosts", "not a host name"),
        ("domains: [chat.example.com]", "urls: [example.com]", 7, "urls", "a host and a path"),
        ("domains: [chat.example.com]", "extensions: [bnmojkbbkkonlmlfgejehefjldooied]", 7, "extensions", "32 letters from a to p"),
        ("domains: [chat.example.com]", "extensions: [zzcdefghijklmnopabcdefghijklmnop]", 7, "extensions", "32 letters"),
        ("domains: [chat.example.com]", "packages: [openai]", 7, "packages", "pkg:pypi/openai"),
        ("domains: [chat.example.com]", "domains: []", 2, "id", "no indicator"),
        ("domains:", "domain:", 7, "domain", "Unknown field"),
        ("[chat, writing]", "[chat, talking]", 6, "capabilities", "'talking' is not a capability"),
        ("[chat, writing]", "[]", 6, "capabilities", "missing or empty"),
        ("category: assistant", "category: bot", 5, "category", "'bot' is not a category"),
        ("vendor: Example", "vendor: 42", 4, "vendor", "put it in quotes"),
        ("    source: vendor site\n", "", 2, "source", "missing"),
        ("2026-01-31", "31.01.2026", 9, "date", "not a date"),
        ("confidence: high", "confidence: sure", 11, "confidence", "high, medium or low"),
        ("confidence: high", "confidence: high\n    shared: maybe", 12, "shared", "neither true nor false"),
        ("id: example-chat", "id: Example Chat", 2, "id", "not a reference"),
    ],
)
def test_a_mistake_is_named_with_its_line_and_field(line: str, instead: str, row: int, column: str, says: str) -> None:
    services, problems = load_services(_with(line, instead))

    assert services == ()
    assert [(problem.row, problem.column) for problem in problems if says in problem.message] == [(row, column)]


def test_an_id_or_an_indicator_used_twice_is_refused_and_the_first_stays() -> None:
    entry = GOOD.removeprefix("services:\n")
    renamed = entry.replace("id: example-chat", "id: other")

    services, problems = load_services(GOOD + entry + renamed)

    assert [one.id for one in services] == ["example-chat"]
    assert [(problem.row, problem.column) for problem in problems] == [(12, "id"), (17, "domains"), (27, "domains")]
    assert problems[2].message == "'chat.example.com' already belongs to the service 'example-chat'."


def test_a_mistake_in_one_service_keeps_the_others() -> None:
    entry = GOOD.removeprefix("services:\n").replace("example", "second").replace("category: assistant", "category: bot")

    services, problems = load_services(GOOD + entry)

    assert [one.id for one in services] == ["example-chat"]
    assert len(problems) == 1


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "no list 'services'"),
        ("- one\n", "no list 'services'"),
        ("services: none\n", "no list 'services'"),
        ("services:\n  - just text\n", "not a single value"),
        ("services: [\n", "not valid YAML"),
        ("services:\n  - {id: 2026-13-45}\n", "not valid YAML"),
        ("services: !!python/object/apply:os.getcwd []\n", "not valid YAML"),
    ],
)
def test_a_file_that_holds_no_services_says_so(text: str, says: str) -> None:
    services, problems = load_services(text)

    assert services == ()
    assert len(problems) == 1 and says in problems[0].message
