"""Tokens from the command line, and what is kept of them."""

import json
from pathlib import Path

import pytest
from sqlmodel import select

from vendor_ai.cli.main import run
from vendor_ai.db.audit import events
from vendor_ai.db.token import TokenRow
from vendor_ai.settings import Settings
from vendor_ai.wiring import open_app


def command(capsys: pytest.CaptureFixture[str], home: Path, *arguments: str) -> tuple[int, str, str]:
    with pytest.raises(SystemExit) as end:
        run(["--home", str(home), *arguments])
    said = capsys.readouterr()
    return int(end.value.code or 0), said.out, said.err


def test_a_token_is_printed_once_and_only_its_hash_is_kept(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, out, _ = command(capsys, tmp_path, "token", "create", "ingest", "--scope", "predictions:write", "--expires-days", "30", "--json")

    made = json.loads(out)
    assert code == 0
    assert made["name"] == "ingest"
    assert len(made["token"]) == len("vai_") + 43  # 256 bits in base64
    app = open_app(settings=Settings(home=tmp_path))
    with app.records.read() as session:
        row = session.exec(select(TokenRow)).one()
        chain = events(session)
    assert made["token"] not in json.dumps([row.model_dump(mode="json"), [event.data for _, event, _ in chain]], default=str)
    assert row.expires_at is not None
    assert [event.action for _, event, _ in chain] == ["token.created"]


def test_without_json_the_token_alone_is_on_standard_output(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    _, out, err = command(capsys, tmp_path, "token", "create", "a", "--scope", "read", "--scope", "predictions:write")

    assert out.startswith("vai_")
    assert len(out.split()) == 1
    assert "only now" in err


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("create", "a", "--scope", "everything"), "no scope 'everything'"),
        (("create", "a", "--scope", "read", "--component", "x"), "predictions:write"),
        (("create", "a", "--scope", "predictions:write", "--component", "x"), "no component 'x'"),
        (("create", " ", "--scope", "read"), "needs a name"),
        (("revoke", "nobody"), "no token 'nobody'"),
    ],
)
def test_a_wrong_request_ends_in_one_sentence_and_exit_code_3(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], arguments: tuple[str, ...], words: str
) -> None:
    code, out, err = command(capsys, tmp_path, "token", *arguments)

    assert (code, out) == (3, "")
    assert words in err
    assert len(err.splitlines()) == 1


def test_a_name_is_used_once_even_after_it_was_revoked(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    command(capsys, tmp_path, "token", "create", "a", "--scope", "read")
    code, out, _ = command(capsys, tmp_path, "token", "revoke", "a", "--json")
    again = command(capsys, tmp_path, "token", "revoke", "a", "--json")
    taken = command(capsys, tmp_path, "token", "create", "a", "--scope", "read")

    assert (code, json.loads(out)["changed"], json.loads(again[1])["changed"]) == (0, True, False)
    assert taken[0] == 3


def test_tokens_are_listed_without_their_secrets(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    _, secret, _ = command(capsys, tmp_path, "token", "create", "a", "--scope", "admin")
    _, out, _ = command(capsys, tmp_path, "token", "list", "--json")

    assert [entry["name"] for entry in json.loads(out)] == ["a"]
    assert secret.strip() not in out
