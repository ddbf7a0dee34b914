"""Squid's native log, line by line."""

from collections.abc import Iterator

import pytest

from vendor_ai.domain.problem import Problem
from vendor_ai.domain.sighting import NetworkEvent
from vendor_ai.importers.network_squid import NETWORK_FORMAT


def _parse(*lines: str) -> list[NetworkEvent | Problem]:
    return list(NETWORK_FORMAT.parse(lines))


def _event(line: str) -> NetworkEvent:
    (event,) = _parse(line)
    assert isinstance(event, NetworkEvent), event
    return event


def test_a_tunnel_names_host_port_and_user() -> None:
    event = _event("1790000000.123  60210 10.0.0.7 TCP_TUNNEL/200 48213 CONNECT chatgpt.com:443 alice HIER_DIRECT/104.18.32.47 -")

    assert event == NetworkEvent(1790000000.123, "chatgpt.com:443", "alice", "", None)


def test_runs_of_blanks_count_as_one_and_a_missing_user_is_the_client() -> None:
    event = _event(
        "1790000000.000      5   10.0.0.7   TCP_MISS/200   900   GET   http://neverssl.com/a/b?c=d   -   HIER_DIRECT/1.2.3.4   text/html"
    )

    assert event == NetworkEvent(1790000000.0, "neverssl.com", "10.0.0.7", "a/b?c=d", None)


def test_quoted_extras_after_the_type_are_passed_over() -> None:
    event = _event(
        "1790000000.000 5 10.0.0.7 TCP_MISS/200 900 GET http://a.example/ bob HIER_DIRECT/1.2.3.4 text/html "
        '"https://chatgpt.com/" "Mozilla/5.0 (X11; Linux x86_64)"'
    )

    assert (event.host, event.person, event.path) == ("a.example", "bob", "")


def test_users_are_compared_without_case_and_percent_signs() -> None:
    event = _event("1790000000.000 5 10.0.0.7 TCP_TUNNEL/200 9 CONNECT a.example:443 ACME%5cAlice%20B HIER_DIRECT/1.2.3.4 -")

    assert event.person == "acme\\alice b"


def test_a_request_for_a_user_name_is_read_but_is_no_call() -> None:
    event = _event("1790000000.000 0 10.0.0.7 TCP_DENIED/407 3900 CONNECT chatgpt.com:443 - HIER_NONE/- text/html")

    assert event.host == ""


def test_a_blocked_request_still_shows_what_was_wanted() -> None:
    event = _event("1790000000.000 0 10.0.0.7 TCP_DENIED/403 3900 CONNECT chatgpt.com:443 alice HIER_NONE/- text/html")

    assert event.host == "chatgpt.com:443"


@pytest.mark.parametrize(
    ("address", "host", "path"),
    [
        ("https://api.openai.com/v1/chat/completions", "api.openai.com", "v1/chat/completions"),
        ("http://api.openai.com:8080/v1", "api.openai.com:8080", "v1"),
        ("http://api.openai.com", "api.openai.com", ""),
        ("http://chatgpt.com@evil.example/", "evil.example", ""),
        ("http://evil.example/chatgpt.com", "evil.example", "chatgpt.com"),
        ("http://evil.example?u=http://chatgpt.com/", "evil.example", "?u=http://chatgpt.com/"),
        ("http://evil.example#@chatgpt.com/", "evil.example", "#@chatgpt.com/"),
        ("http://evil.example\\@chatgpt.com/", "evil.example", "\\@chatgpt.com/"),
        ("http://[2606:4700::1]:80/x", "[2606:4700::1]:80", "x"),
        ("error:transaction-end-before-headers", "", ""),
        ("/internal/icon.png", "", ""),
    ],
)
def test_the_host_of_an_address_is_what_a_browser_would_open(address: str, host: str, path: str) -> None:
    event = _event(f"1790000000.000 5 10.0.0.7 TCP_MISS/200 900 GET {address} - HIER_DIRECT/1.2.3.4 text/html")

    assert (event.host, event.path) == (host, path)


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ("1790000000.000 5 10.0.0.7", "found 3"),
        ("yesterday 5 10.0.0.7 TCP_MISS/200 900 GET http://a.example/ - HIER_DIRECT/1.2.3.4 -", "'yesterday' is not a time"),
        ("nan 5 10.0.0.7 TCP_MISS/200 900 GET http://a.example/ - HIER_DIRECT/1.2.3.4 -", "not a time between 1970 and 9999"),
        ("99999999999999999 5 10.0.0.7 TCP_MISS/200 900 GET http://a.example/ - HIER_DIRECT/1.2.3.4 -", "not a time between"),
        ("-1 5 10.0.0.7 TCP_MISS/200 900 GET http://a.example/ - HIER_DIRECT/1.2.3.4 -", "not a time between"),
        ('10.0.0.7 - alice [20/Nov/2026:10:00:00 +0000] "GET http://a.example/ HTTP/1.1" 200 900', "not a result and status"),
    ],
)
def test_a_line_that_cannot_be_read_is_a_problem_with_its_row(line: str, says: str) -> None:
    good = "1790000000.000 5 10.0.0.7 TCP_MISS/200 900 GET http://a.example/ - HIER_DIRECT/1.2.3.4 -"

    first, problem, last = _parse(good, "", line, "   ", good)

    assert isinstance(first, NetworkEvent) and isinstance(last, NetworkEvent)
    assert isinstance(problem, Problem)
    assert problem.row == 3
    assert says in problem.message


def test_lines_are_read_one_at_a_time() -> None:
    def endless() -> Iterator[str]:
        while True:
            yield "1790000000.000 5 10.0.0.7 TCP_MISS/200 900 GET http://a.example/ - HIER_DIRECT/1.2.3.4 -"

    events = NETWORK_FORMAT.parse(endless())

    assert isinstance(next(events), NetworkEvent)
    assert isinstance(next(events), NetworkEvent)


def test_the_format_is_known_by_a_whole_record_also_below_a_damaged_line() -> None:
    record = "1790000000.000   5 10.0.0.7 TCP_MISS/200 900 GET http://a.example/ - HIER_DIRECT/1.2.3.4 text/html"

    assert NETWORK_FORMAT.detect(record + "\n")
    assert NETWORK_FORMAT.detect("ts cut off\n" + record)
    assert not NETWORK_FORMAT.detect('{"ts":1790000000.0}\n')
    assert not NETWORK_FORMAT.detect("time,elapsed,client\n1790000000.000,5,10.0.0.7\n")
    assert not NETWORK_FORMAT.detect("")
