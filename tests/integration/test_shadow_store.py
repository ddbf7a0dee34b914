"""Shadow AI over several scans."""

from pathlib import Path

from tests.factories.command_line import CommandLine

LINE = "1767225600.123    87 10.0.0.{host} TCP_TUNNEL/200 4000 CONNECT chatgpt.com:443 {user} HIER_DIRECT/1.2.3.4 -\n"


def log(path: Path, *people: str) -> Path:
    path.write_text("".join(LINE.format(host=number, user=person) for number, person in enumerate(people, start=1)))
    return path


def findings(cli: CommandLine) -> list[tuple[str, int, int]]:
    return [(entry["service"], entry["calls"], entry["people"]) for entry in cli.ok("shadow", "list", "--json").json["findings"]]


def test_the_same_content_counts_once_however_often_it_is_scanned(cli: CommandLine, tmp_path: Path) -> None:
    first = log(tmp_path / "a.log", "ann", "bob")
    scanned = cli.ok("shadow", "scan", first, "--json").json
    renamed = log(tmp_path / "renamed.log", "ann", "bob")
    again = cli.ok("shadow", "scan", renamed, "--json").json
    assert again["findings"] == scanned["findings"]
    assert [calls for _, calls, _ in findings(cli)] == [2]


def test_people_are_counted_once_over_all_scans_and_never_named(cli: CommandLine, tmp_path: Path) -> None:
    cli.ok("shadow", "scan", log(tmp_path / "a.log", "ann", "bob"))
    cli.ok("shadow", "scan", log(tmp_path / "b.log", "bob", "cleo", "bob"))
    ((_, calls, people),) = findings(cli)
    assert (calls, people) == (5, 3)
    assert b"cleo" not in (cli.home / "vendor-ai.db").read_bytes()


def test_an_approved_component_with_the_same_capability_is_the_alternative(cli: CommandLine, tmp_path: Path) -> None:
    (tmp_path / "in.csv").write_text(
        "vendor,component,status,capabilities\n"
        "North,House Chat,approved,chat\n"
        "North,Draft Chat,proposed,chat\n"
        "North,Composer,approved,music\n"
    )
    cli.ok("inventory", "import", tmp_path / "in.csv")
    (finding,) = cli.ok("shadow", "scan", log(tmp_path / "a.log", "ann"), "--json").json["findings"]
    assert finding["alternatives"] == ["house-chat"]


def test_one_unknown_file_refuses_the_whole_call(cli: CommandLine, tmp_path: Path) -> None:
    (tmp_path / "poem.txt").write_text("roses are red\n")
    outcome = cli("shadow", "scan", log(tmp_path / "a.log", "ann"), tmp_path / "poem.txt")
    assert outcome.code == 3
    assert findings(cli) == []


def test_silence_says_which_signals_were_fed(cli: CommandLine) -> None:
    assert cli.ok("shadow", "list", "--json").json == {"findings": [], "signals": {}}
    assert "Feed a log" in cli.ok("shadow", "list").out
