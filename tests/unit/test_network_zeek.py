"""Zeek's logs, as tab-separated text and as JSON."""

from pathlib import Path

import pytest

from vendor_ai.domain.problem import Problem
from vendor_ai.domain.sighting import NetworkEvent
from vendor_ai.importers.network_zeek import NETWORK_FORMAT

HTTP = """\
#separator \\x09
#set_separator\t,
#empty_field\t(empty)
#unset_field\t-
#path\thttp
#fields\tts\tuid\tid.orig_h\thost\turi\trequest_body_len\tusername
#types\ttime\tstring\taddr\tstring\tstring\tcount\tstring
1790000000.500000\tC1\t10.0.0.7\tapi.openai.com\t/v1/files\t2048\t-
1790000001.000000\tC2\t10.0.0.8\t-\t-\t-\t(empty)
1790000002.000000\tC3\t10.0.0.8\tchatgpt.com\thttp://chatgpt.com/c/1?x\t0\tAlice
#close\t2026-09-21-12-00-00
"""


def _parse(text: str) -> list[NetworkEvent | Problem]:
    return list(NETWORK_FORMAT.parse(text.splitlines()))


def test_a_text_log_is_read_by_the_names_of_its_header() -> None:
    assert _parse(HTTP) == [
        NetworkEvent(1790000000.5, "api.openai.com", "10.0.0.7", "v1/files", 2048),
        NetworkEvent(1790000001.0, "", "10.0.0.8", "", None),
        NetworkEvent(1790000002.0, "chatgpt.com", "alice", "c/1?x", 0),
    ]


def test_other_columns_in_another_order_give_the_same() -> None:
    text = "#fields\tquery\tproto\tid_orig_h\tts\nchatgpt.com\tudp\t10.0.0.7\t1790000000.0\n"

    assert _parse(text) == [NetworkEvent(1790000000.0, "chatgpt.com", "10.0.0.7")]


def test_a_second_header_in_the_same_file_replaces_the_first() -> None:
    text = "#fields\tts\tquery\n1.0\ta.example\n#fields\tserver_name\tts\nb.example\t2.0\n"

    assert _parse(text) == [NetworkEvent(1.0, "a.example", ""), NetworkEvent(2.0, "b.example", "")]


def test_separator_and_words_for_nothing_are_those_of_the_header() -> None:
    text = "#separator \\x2c\n#unset_field,NONE\n#fields,ts,id.orig_h,query\n1.0,10.0.0.7,NONE\n2.0,10.0.0.7,a.example\n"

    assert _parse(text) == [NetworkEvent(1.0, "", "10.0.0.7"), NetworkEvent(2.0, "a.example", "10.0.0.7")]


def test_bytes_outside_ascii_are_written_out_and_read_back() -> None:
    text = "#fields\tts\tquery\n1.0\tb\\xc3\\xbccher.example\n"

    assert _parse(text) == [NetworkEvent(1.0, "bücher.example", "")]


@pytest.mark.parametrize("client", ["id.orig_h", "id_orig_h"])
@pytest.mark.parametrize("time", ["1790000000.25", '"2026-09-21T14:13:20.250000Z"', '"2026-09-21T16:13:20.25+02:00"', "1790000000250"])
@pytest.mark.parametrize("field", ["query", "server_name", "host"])
def test_json_records_give_the_same_whatever_their_dialect(client: str, time: str, field: str) -> None:
    line = f'{{"_path":"x","ts":{time},"uid":"C1","{client}":"10.0.0.7","{field}":"chatgpt.com","answers":["1.2.3.4"]}}'

    assert _parse(line) == [NetworkEvent(1790000000.25, "chatgpt.com", "10.0.0.7")]


def test_a_json_http_record_gives_path_bytes_and_user() -> None:
    line = (
        '{"ts":1.5,"id.orig_h":"10.0.0.7","method":"POST","host":"api.openai.com","uri":"/v1/files","request_body_len":7,"username":"Bob"}'
    )

    assert _parse(line) == [NetworkEvent(1.5, "api.openai.com", "bob", "v1/files", 7)]


@pytest.mark.parametrize("unset", ["-", "(empty)"])
def test_a_json_record_may_spell_out_that_a_user_is_unset(unset: str) -> None:
    assert _parse(f'{{"ts":1.5,"id.orig_h":"10.0.0.7","host":"a.example","username":"{unset}"}}') == [
        NetworkEvent(1.5, "a.example", "10.0.0.7")
    ]


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ('{"ts":1.0,"query":"a.exa', "no Zeek record in JSON"),
        ('{"query":"a.example"}', "missing required field `ts`"),
        ('{"ts":"2026-09-21T14:13:20","query":"a.example"}', "has no offset from UTC"),
        ('{"ts":"soon","query":"a.example"}', "'soon' is not a time"),
        ('{"ts":1.0,"query":["a.example"]}', "no Zeek record in JSON"),
        ("1.0\ta.example\textra", "3 fields where the line '#fields' names 2"),
        ("1.0", "1 fields"),
        ("never\ta.example", "'never' is not a time"),
    ],
)
def test_a_record_that_cannot_be_read_is_a_problem_with_its_row(line: str, says: str) -> None:
    problem, event = _parse(f"#fields\tts\tquery\n\n{line}\n2.0\tb.example\n")

    assert isinstance(problem, Problem) and isinstance(event, NetworkEvent)
    assert problem.row == 3
    assert says in problem.message


def test_a_text_record_before_any_header_says_what_is_missing() -> None:
    (problem,) = _parse("1.0\ta.example\n")

    assert isinstance(problem, Problem) and "no line '#fields'" in problem.message


def test_a_body_length_that_is_no_count_is_a_problem() -> None:
    (problem,) = _parse("#fields\tts\thost\trequest_body_len\n1.0\ta.example\tmany\n")

    assert isinstance(problem, Problem) and "'many', not a count" in problem.message


@pytest.mark.parametrize("name", ["dns.log", "ssl.log", "http.log", "dns.json.log", "ssl.json.log", "SCRANTON_dns.log"])
def test_real_logs_are_known_and_read_without_a_problem(test_data: Path, name: str) -> None:
    text = (test_data / "network" / name).read_text(encoding="utf-8")

    assert NETWORK_FORMAT.detect(text[:4096])
    assert all(isinstance(event, NetworkEvent) for event in _parse(text))


def test_other_json_is_not_taken_for_zeek(test_data: Path) -> None:
    assert not NETWORK_FORMAT.detect((test_data / "network" / "lnav_logfile_cloudflare.json").read_text(encoding="utf-8"))
    assert not NETWORK_FORMAT.detect('{"ts": 1.0, "event": "login"}\n')
    assert not NETWORK_FORMAT.detect("1790000000.000 5 10.0.0.7 TCP_MISS/200 900 GET http://a.example/ - - -\n")
