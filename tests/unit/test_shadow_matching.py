"""A host belongs to a service by its labels, never by how it looks."""

import pytest

from tests.factories.shadow import service
from vendor_ai.detectors.indicator import load_services, shipped_indicators
from vendor_ai.detectors.network import DETECTOR, HostMatcher, normal_host
from vendor_ai.domain.sighting import Match, NetworkEvent

OPENAI = service("openai", domains=("openai.com",))
CHATGPT = service("chatgpt", domains=("chatgpt.com", "chat.openai.com"))


@pytest.mark.parametrize(
    ("logged", "name"),
    [
        ("ChatGPT.com", "chatgpt.com"),
        ("chatgpt.com:443", "chatgpt.com"),
        ("chatgpt.com.", "chatgpt.com"),
        ("chatgpt.com.:443", "chatgpt.com"),
        ("_https._tcp.chatgpt.com", "_https._tcp.chatgpt.com"),
        ("bücher.example", "xn--bcher-kva.example"),
        ("XN--BCHER-KVA.example", "xn--bcher-kva.example"),
        ("104.18.32.47", ""),
        ("104.18.32.47:443", ""),
        ("[2606:4700::6812:202f]:443", ""),
        ("2606:4700::6812:202f", ""),
        ("localhost", ""),
        ("", ""),
        (".", ""),
        ("chatgpt.com..", ""),
        (".chatgpt.com", ""),
        ("chatgpt.com:https", ""),
        ("chatgpt.com/evil.example", ""),
        ("chatgpt.com@evil.example", ""),
        ("chatgpt.com\x00.evil.example", ""),
        ("a" * 64 + ".chatgpt.com", ""),
        ("\u2024\u2024.example", ""),
        ("error:invalid-request", ""),
    ],
)
def test_a_logged_host_becomes_a_plain_name_or_nothing(logged: str, name: str) -> None:
    assert normal_host(logged) == name


@pytest.mark.parametrize(
    "hostile",
    [
        "notopenai.com",
        "openai.com.evil.example",
        "chatgpt.com-login.example",
        "xchatgpt.com",
        "chatgpt.co",
        "chatgpt.com.co",
        "openai-com.example",
        "openai.community",
        "сhatgpt.com",  # the first letter is Cyrillic
        "xn--hatgpt-2of.com",
        "com",
        "10.0.0.1",
    ],
)
def test_a_name_that_only_looks_like_a_service_is_no_hit(hostile: str) -> None:
    matcher = HostMatcher([OPENAI, CHATGPT])

    assert matcher.match_host(hostile) is None


def test_the_longest_suffix_wins_whatever_the_order_of_services() -> None:
    for services in ([OPENAI, CHATGPT], [CHATGPT, OPENAI]):
        matcher = HostMatcher(services)

        assert matcher.match_host("chat.openai.com") == Match("chatgpt", "chat.openai.com")
        assert matcher.match_host("cdn.chat.openai.com") == Match("chatgpt", "chat.openai.com")
        assert matcher.match_host("api.openai.com") == Match("openai", "openai.com")
        assert matcher.match_host("openai.com") == Match("openai", "openai.com")


def test_a_whole_host_matches_itself_and_nothing_below_it() -> None:
    matcher = HostMatcher([service("gemini-api", hosts=("generativelanguage.googleapis.com",))])

    assert matcher.match_host("generativelanguage.googleapis.com") is not None
    assert matcher.match_host("eu.generativelanguage.googleapis.com") is None
    assert matcher.match_host("storage.googleapis.com") is None


def test_a_star_stands_for_characters_of_one_label() -> None:
    matcher = HostMatcher([service("vertex", hosts=("*-aiplatform.googleapis.com", "bedrock-runtime.*.amazonaws.com"))])

    assert matcher.match_host("europe-west1-aiplatform.googleapis.com") == Match("vertex", "*-aiplatform.googleapis.com")
    assert matcher.match_host("bedrock-runtime.eu-central-1.amazonaws.com") is not None
    assert matcher.match_host("-aiplatform.googleapis.com") is None
    assert matcher.match_host("evil.x-aiplatform.googleapis.com") is None
    assert matcher.match_host("bedrock-runtime.a.b.amazonaws.com") is None
    assert matcher.match_host("bedrock-runtimexeu.amazonaws.com") is None


def test_a_whole_host_counts_before_a_pattern_and_a_pattern_before_a_suffix() -> None:
    matcher = HostMatcher(
        [
            service("suffix", domains=("example.com",)),
            service("pattern", hosts=("api-*.example.com",)),
            service("host", hosts=("api-eu.example.com",)),
        ]
    )

    assert [matcher.match_host(f"{name}.example.com") for name in ("api-eu", "api-us", "www")] == [
        Match("host", "api-eu.example.com"),
        Match("pattern", "api-*.example.com"),
        Match("suffix", "example.com"),
    ]


@pytest.mark.parametrize(
    ("path", "found"),
    [
        ("copilot", True),
        ("copilot/c/1", True),
        ("copilot?tab=1", True),
        ("copilot-metrics", False),
        ("features/copilot", False),
        ("Copilot", False),
        ("", False),
    ],
)
def test_an_address_matches_by_whole_segments_of_its_path(path: str, found: bool) -> None:
    match = DETECTOR.matcher([service("copilot", urls=("https://github.com/copilot",))])

    assert (match(NetworkEvent(0.0, "github.com:443", "alice", path)) is not None) is found


def test_the_longest_address_wins_over_the_host() -> None:
    match = DETECTOR.matcher(
        [
            service("host", hosts=("tool.example",)),
            service("short", urls=("tool.example/ai",)),
            service("long", urls=("https://tool.example/ai/images",)),
        ]
    )

    paths = ["ai/images/1", "ai/chat", "docs"]

    assert [found.service for path in paths if (found := match(NetworkEvent(0.0, "tool.example", "", path)))] == ["long", "short", "host"]


def test_every_name_of_the_shipped_file_leads_back_to_its_own_service() -> None:
    services, _ = load_services(shipped_indicators())
    matcher = HostMatcher(services)

    for entry in services:
        for name in (*entry.domains, *(host.replace("*", "eu-west-1") for host in entry.hosts)):
            found = matcher.match_host(name)
            assert found is not None and found.service == entry.id, name
        for domain in entry.domains:
            below = matcher.match_host(f"a.b-c.{domain}.")
            assert below is not None and below.service == entry.id, domain
            assert matcher.match_host(f"{domain}.evil.example") is None
            hyphenated = matcher.match_host(f"not-{domain}")
            assert hyphenated is None or hyphenated.indicator != domain
