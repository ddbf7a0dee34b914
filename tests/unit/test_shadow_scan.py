"""From log files to findings: what is counted, for whom, and what is offered instead."""

import gzip
import hashlib
import hmac
import subprocess
import sys
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from tests.factories.shadow import service
from vendor_ai.detectors.indicator import load_services, shipped_indicators
from vendor_ai.domain.errors import InvalidInputError
from vendor_ai.domain.sighting import Confidence, Service, ShadowScan
from vendor_ai.services.shadow_scan import alternatives_for, findings_of, pseudonym, scan

KEY = b"test key"

# 2026-09-21 14:13:20 UTC is 1790000000; the second day begins at 1790035200.
SQUID = """\
1790000000.100   60210 10.0.0.7 TCP_TUNNEL/200 48213 CONNECT chatgpt.com:443 alice HIER_DIRECT/104.18.32.47 -
1790000001.000       0 10.0.0.8 TCP_DENIED/407  3900 CONNECT chatgpt.com:443 - HIER_NONE/- text/html
1790000001.200     150 10.0.0.8 TCP_TUNNEL/200  9000 CONNECT ab.chatgpt.com:443 bob HIER_DIRECT/104.18.32.47 -
1790000002.000      20 10.0.0.9 TCP_MISS/200    1200 GET http://notopenai.com/ - HIER_DIRECT/192.0.2.1 text/html
1790000002.500      20 10.0.0.9 TCP_MISS/200    1200 GET http://openai.com.evil.example/ - HIER_DIRECT/192.0.2.1 text/html
1790000003.000      20 10.0.0.9 TCP_TUNNEL/200  1200 CONNECT chatgpt.com-login.example:443 - HIER_DIRECT/192.0.2.1 -
this line was cut off
1790000004.000      20 10.0.0.9 TCP_TUNNEL/200  5000 CONNECT claude.ai:443 - HIER_DIRECT/160.79.104.10 -
1790035200.000      20 10.0.0.7 TCP_TUNNEL/200  5000 CONNECT ChatGPT.com.:443 ALICE HIER_DIRECT/104.18.32.47 - "-" "Mozilla/5.0 (X11)"
1789999999.000      20 10.0.0.7 TCP_TUNNEL/200  5000 CONNECT claude.ai:443 alice HIER_DIRECT/160.79.104.10 -
"""


@pytest.fixture(scope="module")
def shipped() -> tuple[Service, ...]:
    return load_services(shipped_indicators())[0]


def _scan(path: Path, *services: Service) -> ShadowScan:
    return scan([path], services=services, pseudonym_key=KEY)


def _file(folder: Path, content: str | bytes, name: str = "access.log") -> Path:
    path = folder / name
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


def test_a_proxy_log_becomes_findings_with_the_keys_of_the_contract(tmp_path: Path, shipped: tuple[Service, ...]) -> None:
    result = scan(
        [_file(tmp_path, SQUID)],
        services=shipped,
        pseudonym_key=KEY,
        approved={"acme-chat": ["Chat", "code"], "acme-ocr": ["ocr"], "acme-writer": ["writing", "chat", "agents"]},
    )

    assert result.as_json() == {
        "files": [{"name": "access.log", "format": "squid", "lines": 10, "parsed": 9, "skipped": 1}],
        "findings": [
            {
                "service": "chatgpt",
                "vendor": "OpenAI",
                "signal": "network",
                "indicators": ["chatgpt.com"],
                "calls": 3,
                "people": 2,
                "first_seen": "2026-09-21T14:13:20.100000Z",
                "last_seen": "2026-09-22T00:00:00Z",
                "bytes_out": 0,
                "confidence": "high",
                "alternatives": ["acme-writer", "acme-chat"],
            },
            {
                "service": "claude",
                "vendor": "Anthropic",
                "signal": "network",
                "indicators": ["claude.ai"],
                "calls": 2,
                "people": 2,
                "first_seen": "2026-09-21T14:13:19Z",
                "last_seen": "2026-09-21T14:13:24Z",
                "bytes_out": 0,
                "confidence": "high",
                "alternatives": ["acme-writer", "acme-chat"],
            },
        ],
    }
    assert [problem.row for problem in result.files[0].problems] == [7]


def test_bytes_that_no_record_states_are_unknown_not_none_sent(tmp_path: Path, shipped: tuple[Service, ...]) -> None:
    result = _scan(_file(tmp_path, SQUID), *shipped)

    assert [finding.bytes_out for finding in result.findings] == [None, None]


def test_people_are_kept_only_under_a_pseudonym_of_the_key(tmp_path: Path, shipped: tuple[Service, ...]) -> None:
    result = _scan(_file(tmp_path, SQUID), *shipped)

    expected = {hmac.new(KEY, person, hashlib.sha256).hexdigest()[:16] for person in (b"alice", b"bob", b"10.0.0.9")}
    assert {sighting.person for sighting in result.sightings} == expected
    assert "alice" not in repr(result) and "10.0.0." not in repr(result)
    assert pseudonym("alice", b"another key") not in expected


def test_sightings_hold_calls_by_person_and_day(tmp_path: Path, shipped: tuple[Service, ...]) -> None:
    result = _scan(_file(tmp_path, SQUID), *shipped)

    assert result.calls_by_day("chatgpt") == {date(2026, 9, 21): 2, date(2026, 9, 22): 1}
    assert result.calls_by_day("claude") == {date(2026, 9, 21): 2}
    assert len(result.sightings) == 5


def test_findings_of_two_scans_together_count_each_person_once(tmp_path: Path, shipped: tuple[Service, ...]) -> None:
    first = _scan(_file(tmp_path, SQUID), *shipped)
    second = _scan(_file(tmp_path, SQUID.replace("1790000", "1790100")), *shipped)

    chatgpt = findings_of([*first.sightings, *second.sightings], services=shipped, approved={})[0]

    assert (chatgpt.service, chatgpt.calls, chatgpt.people) == ("chatgpt", 6, 2)


def test_a_service_that_left_the_indicator_file_keeps_its_finding(tmp_path: Path, shipped: tuple[Service, ...]) -> None:
    stored = _scan(_file(tmp_path, SQUID), *shipped).sightings

    findings = findings_of(stored, services=(), approved={"acme-chat": ["chat"]})

    assert [(one.service, one.vendor, one.confidence, one.alternatives) for one in findings] == [
        ("chatgpt", "", Confidence.LOW, ()),
        ("claude", "", Confidence.LOW, ()),
    ]


def test_a_shared_service_is_shown_at_lower_confidence(tmp_path: Path) -> None:
    line = "1790000000.100 1 10.0.0.7 TCP_TUNNEL/200 1 CONNECT files.example:443 - HIER_DIRECT/1.2.3.4 -\n"

    result = _scan(_file(tmp_path, line), service("files", domains=("files.example",), shared=True))

    assert result.findings[0].confidence is Confidence.MEDIUM


def test_alternatives_share_a_capability_and_the_largest_overlap_comes_first() -> None:
    entry = service("tool", capabilities=("chat", "image", "model_api"))
    approved = {"b-one": ["Chat"], "a-one": ["image "], "two": ["chat", "Model API", "video"], "other": ["video"], "none": []}

    assert alternatives_for(entry, approved) == ("two", "a-one", "b-one")


def test_the_same_content_counts_once_also_renamed_or_packed(tmp_path: Path, shipped: tuple[Service, ...]) -> None:
    paths = [
        _file(tmp_path, SQUID),
        _file(tmp_path, SQUID, "copy.log"),
        _file(tmp_path, gzip.compress(SQUID.encode()), "access.log.1.gz"),
    ]

    result = scan(paths, services=shipped, pseudonym_key=KEY)

    assert [finding.calls for finding in result.findings] == [3, 2]
    assert [(file.name, file.lines, file.parsed, file.skipped) for file in result.files] == [
        ("access.log", 10, 9, 1),
        ("copy.log", 10, 0, 10),
        ("access.log.1.gz", 10, 0, 10),
    ]
    assert [file.repeated for file in result.files] == [False, True, True]
    assert "already counted from access.log" in result.files[1].problems[0].message
    assert result.files[0].sha256 == hashlib.sha256(SQUID.encode()).hexdigest()


def test_content_that_an_earlier_scan_counted_is_not_counted_again(tmp_path: Path, shipped: tuple[Service, ...]) -> None:
    path = _file(tmp_path, SQUID)
    seen = {_scan(path, *shipped).files[0].sha256}

    result = scan([path], services=shipped, pseudonym_key=KEY, already_scanned=seen)

    assert result.findings == () and result.sightings == ()
    assert result.files[0].repeated


def test_two_files_add_up_and_bytes_are_summed_where_known(tmp_path: Path) -> None:
    entry = service("tool", domains=("tool.example",))
    squid = "1790000000.000 1 10.0.0.7 TCP_TUNNEL/200 1 CONNECT tool.example:443 - HIER_DIRECT/1.2.3.4 -\n"
    zeek = (
        "#fields\tts\tid.orig_h\thost\trequest_body_len\n1790000005.000000\t10.0.0.7\ttool.example\t1000\n"
        "1790000006.000000\t10.0.0.8\tapi.tool.example\t24\n1790000006.000000\t10.0.0.8\tother.example\t9\n"
    )

    result = scan([_file(tmp_path, squid), _file(tmp_path, zeek, "http.log")], services=[entry], pseudonym_key=KEY)

    (finding,) = result.findings
    assert (finding.calls, finding.people, finding.bytes_out) == (3, 2, 1024)
    assert finding.first_seen == datetime(2026, 9, 21, 14, 13, 20, tzinfo=UTC)
    assert finding.last_seen == datetime(2026, 9, 21, 14, 13, 26, tzinfo=UTC)
    assert [file.format for file in result.files] == ["squid", "zeek"]


def test_only_the_first_twenty_bad_lines_are_named_and_all_are_counted(tmp_path: Path) -> None:
    good = SQUID.splitlines()[0]

    result = _scan(_file(tmp_path, good + "\n" + "nonsense\n" * 50))

    assert (result.files[0].parsed, result.files[0].skipped) == (1, 50)
    assert [problem.row for problem in result.files[0].problems] == list(range(2, 22))


def test_findings_come_by_calls_then_by_service(tmp_path: Path) -> None:
    hosts = ["b.example", "c.example", "a.example", "c.example"]
    lines = [f"1790000000.000 1 10.0.0.7 TCP_TUNNEL/200 1 CONNECT {host}:443 - HIER_DIRECT/1.2.3.4 -" for host in hosts]
    services = [service(name, domains=(f"{name}.example",)) for name in "abc"]

    result = _scan(_file(tmp_path, "\n".join(lines)), *services)

    assert [(finding.service, finding.calls) for finding in result.findings] == [("c", 2), ("a", 1), ("b", 1)]


@pytest.mark.parametrize("ending", ["\n", "\r\n"])
@pytest.mark.parametrize("start", [b"", b"\xef\xbb\xbf"])
def test_line_ends_a_byte_order_mark_and_odd_bytes_do_no_harm(tmp_path: Path, ending: str, start: bytes) -> None:
    lines = "1790000000.000 1 10.0.0.7 TCP_TUNNEL/200 1 CONNECT tool.example:443 J\xfcrgen HIER_DIRECT/1.2.3.4 -" + ending

    result = _scan(_file(tmp_path, start + (lines * 2).encode("latin-1")), service("tool", domains=("tool.example",)))

    assert (result.files[0].parsed, result.files[0].skipped, result.findings[0].calls) == (2, 0, 2)


def test_a_file_longer_than_many_blocks_loses_no_line_and_reports_progress(tmp_path: Path) -> None:
    line = "1790000000.000 1 10.0.0.7 TCP_TUNNEL/200 1 CONNECT tool.example:443 - HIER_DIRECT/1.2.3.4 -\n"
    path = _file(tmp_path, line * 40_000)
    told: list[tuple[int, int]] = []

    result = scan([path], services=[service("tool", domains=("tool.example",))], pseudonym_key=KEY, progress=lambda *at: told.append(at))

    assert result.findings[0].calls == 40_000
    assert len(told) == 4  # 3.6 MB in blocks of 1 MiB
    assert told == sorted(told)
    assert told[-1] == (path.stat().st_size, path.stat().st_size)


def test_one_endless_line_is_skipped_and_the_next_is_read(tmp_path: Path) -> None:
    line = "1790000000.000 1 10.0.0.7 TCP_TUNNEL/200 1 CONNECT tool.example:443 - HIER_DIRECT/1.2.3.4 -\n"

    result = _scan(_file(tmp_path, line + "x" * 5_000_000 + "\n" + line), service("tool", domains=("tool.example",)))

    assert (result.files[0].parsed, result.files[0].skipped) == (2, 1)
    assert result.files[0].problems[0].row == 2
    assert result.findings[0].calls == 2


@pytest.mark.parametrize(
    ("content", "says"),
    [
        ("", "access.log is empty"),
        (" \n\n", "access.log is empty"),
        ("Dear colleagues,\nplease find attached\n", "access.log is in no known log format. Known are squid: "),
        (b"\x89PNG\r\n\x1a\n\x00\x00", "access.log is in no known log format"),
        (gzip.compress(SQUID.encode(), mtime=0)[:-30], "cut off or damaged"),
        (gzip.compress(SQUID.encode(), mtime=0)[:40] + b"garbage" * 20, "cut off or damaged"),
    ],
)
def test_a_file_that_cannot_be_scanned_is_one_sentence(tmp_path: Path, content: str | bytes, says: str) -> None:
    with pytest.raises(InvalidInputError, match=says):
        _scan(_file(tmp_path, content))


def test_a_named_format_is_obeyed_and_must_fit(tmp_path: Path) -> None:
    path = _file(tmp_path, SQUID)

    assert scan([path], services=(), pseudonym_key=KEY, format="squid").files[0].parsed == 9
    with pytest.raises(InvalidInputError, match=r"No line of access\.log can be read as Zeek log .* Line 1: "):
        scan([path], services=(), pseudonym_key=KEY, format="zeek")
    with pytest.raises(InvalidInputError, match=r"no log format 'suricata'\. Known are auto \(squid: .*; zeek: "):
        scan([path], services=(), pseudonym_key=KEY, format="suricata")


def test_a_log_with_a_header_and_no_record_is_quiet_not_wrong(tmp_path: Path) -> None:
    result = _scan(_file(tmp_path, "#separator \\x09\n#fields\tts\tquery\n"))

    assert (result.files[0].lines, result.findings) == (0, ())


def test_a_log_without_host_names_says_that_it_shows_nothing(test_data: Path, shipped: tuple[Service, ...]) -> None:
    result = _scan(test_data / "network" / "ssl.log", *shipped)

    assert result.files[0].parsed == 37
    assert "None of its 37 records names a host" in result.files[0].problems[0].message


@pytest.mark.parametrize(
    ("name", "records"),
    [("dns.log", 54), ("http.log", 150), ("dns.json.log", 50), ("ssl.json.log", 50), ("SCRANTON_dns.log", 32)],
)
def test_real_logs_from_before_these_services_give_no_finding(
    test_data: Path, shipped: tuple[Service, ...], name: str, records: int
) -> None:
    result = _scan(test_data / "network" / name, *shipped)

    assert result.as_json() == {
        "files": [{"name": name, "format": "zeek", "lines": records, "parsed": records, "skipped": 0}],
        "findings": [],
    }


@pytest.mark.parametrize(
    ("name", "domain", "calls", "bytes_out"),  # counted with awk and grep over the files
    [
        ("dns.log", "maxmind.com", 11, None),
        ("http.log", "maxmind.com", 26, 724_760),
        ("http.log", "guyspy.com", 56, 0),
        ("ssl.json.log", "yahoo.com", 18, None),
        ("dns.json.log", "yahoo.com", 8, None),
        ("SCRANTON_dns.log", "azureedge.net", 6, None),
    ],
)
def test_real_logs_give_the_counts_that_a_search_gives(test_data: Path, name: str, domain: str, calls: int, bytes_out: int | None) -> None:
    (finding,) = _scan(test_data / "network" / name, service("watched", domains=(domain,))).findings

    assert (finding.calls, finding.people, finding.bytes_out) == (calls, 1, bytes_out)


def test_paths_of_a_real_log_are_matched_by_segment(test_data: Path) -> None:
    (finding,) = _scan(test_data / "network" / "http.log", service("blog", urls=("www.guyspy.com/wp-content",))).findings

    assert finding.calls == 38
    assert finding.first_seen == datetime.fromtimestamp(1379288668.092922, UTC)


def test_a_key_is_needed_to_hide_people(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="must not be empty"):
        scan([_file(tmp_path, SQUID)], services=(), pseudonym_key=b"")


def test_importing_the_scan_loads_no_heavy_library() -> None:
    program = (
        "import sys, vendor_ai.services.shadow_scan as s, vendor_ai.detectors.indicator\n"
        "print([name for name in ('pandas', 'sklearn', 'duckdb', 'numpy', 'pyarrow', 'sqlalchemy') if name in sys.modules])"
    )

    loaded = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)

    assert loaded.stdout.strip() == "[]"
