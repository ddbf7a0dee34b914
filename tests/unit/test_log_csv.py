"""CSV logs as spreadsheets and databases write them."""

from pathlib import Path

import pytest

from tests.unit.test_log_columns import NOON, read_all
from vendor_ai.domain.errors import InvalidInputError
from vendor_ai.importers.log_csv import delimiter_of, encoding_of
from vendor_ai.importers.log_file import read_log_file

HEADER = "prediction_id,occurred_at,prediction,latency_ms"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le-mark", "utf-16-be-mark", "cp1252", "latin-1"])
def test_the_encoding_is_found_and_the_text_read(tmp_path: Path, encoding: str) -> None:
    path = tmp_path / "log.csv"
    word = "pruefung é\x81" if encoding == "latin-1" else "geprüft – 5 €" if encoding == "cp1252" else "prüfen € 検査 🙂"
    content = f"{HEADER}\r\n1,{NOON},{word},1\r\n"
    if encoding.endswith("mark"):
        path.write_bytes(("\ufeff" + content).encode(encoding.removesuffix("-mark")))
    else:
        path.write_bytes(content.encode(encoding))
    (row,) = read_all(path).predictions
    assert row["prediction"] == word


@pytest.mark.parametrize(
    ("content", "claimed"),
    [
        (b"\xef\xbb\xbf" + HEADER.encode() + b"\n1,2026-07-01T12:00:00Z,caf\xe9,1\n", "UTF-8"),
        ("\ufeff".encode("utf-16-le") + HEADER.encode("utf-16-le") + b"\n", "UTF-16"),
        ("\ufeff".encode("utf-16-be") + b"\xd8\x00\x00a", "UTF-16"),
    ],
)
def test_a_file_that_is_not_what_its_mark_says_is_refused(tmp_path: Path, content: bytes, claimed: str) -> None:
    path = tmp_path / "log.csv"
    path.write_bytes(content)
    with pytest.raises(InvalidInputError, match=f"begins as {claimed}, but not all of it is. Save it again as UTF-8"):
        encoding_of(path)


def test_a_letter_cut_by_the_end_of_a_block_is_no_reason_to_doubt_utf8(tmp_path: Path) -> None:
    path = tmp_path / "log.csv"
    path.write_bytes(b"x" * ((1 << 20) - 1) + "é".encode())
    assert encoding_of(path) == "utf-8"
    path.write_bytes(b"x" * ((1 << 20) - 1) + "é".encode()[:1])
    assert encoding_of(path) == "cp1252"


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_the_delimiter_is_the_one_that_cuts_the_header(tmp_path: Path, delimiter: str) -> None:
    path = tmp_path / "log.txt"
    path.write_text(
        delimiter.join(['"prediction_id"', "occurred_at", '"latency_ms"', '"a,b;c|d"'])
        + "\n"
        + delimiter.join(["1", NOON, '"2,5"', "x"])
        + "\n"
    )
    (row,) = read_all(path).predictions
    assert (row["prediction_id"], row["latency_ms"]) == ("1", 2.5)


def test_delimiters_inside_quotes_do_not_count() -> None:
    assert delimiter_of('"a;b;c;d",e') == ","
    assert delimiter_of("alone") == ","


@pytest.mark.parametrize("ending", ["\n", "\r\n", "\r"])
def test_rows_are_counted_as_a_spreadsheet_counts_them(tmp_path: Path, ending: str) -> None:
    path = tmp_path / "log.csv"
    rows = [
        HEADER,
        f'1,{NOON},"two\nlines",1',
        "",
        ",,,",
        f"2,{NOON},short",
        f"3,{NOON},long,1,2",
        f'4,{NOON},"say ""yes""",1',
        f"5,{NOON},bad,soon",
        f"6,{NOON},good,1",
    ]
    path.write_bytes(ending.join([*rows, ""]).encode())
    found = read_all(path)
    assert found.prediction_rows == [2, 7, 9]
    assert [row["prediction"] for row in found.predictions] == ["two\nlines", 'say "yes"', "good"]
    assert found.places == [(5, None), (6, None), (8, "latency_ms")]
    assert found.problems[0][2].startswith("The row has 3 cells, the header 4.")
    assert found.problems[1][2].startswith("The row has 5 cells, the header 4.")
    assert (found.read, found.rejected) == (6, 3)


def test_the_last_line_needs_no_end_and_a_trailing_delimiter_no_name(tmp_path: Path) -> None:
    path = tmp_path / "log.csv"
    path.write_text(f"{HEADER},\n1,{NOON},yes,1,\n2,{NOON},no,2,")
    assert [row["prediction_id"] for row in read_all(path).predictions] == ["1", "2"]


def test_a_quote_that_never_closes_takes_the_rest_with_it_and_says_so(tmp_path: Path) -> None:
    path = tmp_path / "log.csv"
    lines = [HEADER, f"1,{NOON},yes,1", f'2,{NOON},1,"open', *(f"{n},{NOON},no,1" for n in range(3, 9))]
    path.write_text("\n".join(lines) + "\n")
    found = read_all(path)
    assert [row["prediction_id"] for row in found.predictions] == ["1"]
    assert found.problems == [
        (3, None, "A quotation mark opens in this row and never closes: 7 lines to the end of the file were not read.")
    ]
    assert (found.read, found.rejected) == (2, 1)


def test_a_quote_inside_a_quoted_cell_spoils_its_row_alone(tmp_path: Path) -> None:
    path = tmp_path / "log.csv"
    path.write_text(f'{HEADER}\n1,{NOON},"he said "yes"",1\n2,{NOON},5" screen,1\n3,{NOON},no,1\n')
    found = read_all(path)
    assert [row["prediction"] for row in found.predictions] == ['5" screen', "no"]
    assert found.places == [(2, None)]


def test_problems_alone_fill_batches_too(tmp_path: Path) -> None:
    path = tmp_path / "log.csv"
    path.write_text("\n".join([HEADER, *["too,short"] * 7, f"1,{NOON},yes,1"]))
    found = read_all(path, batch_rows=2)
    assert [row for row, _ in found.places] == [2, 3, 4, 5, 6, 7, 8]
    assert found.prediction_rows == [9]


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        ("", "is empty"),
        ("\n1,2\n", "has no header: its first line is empty"),
        ("   \n", "has no header"),
        ("a,b,a\n", "row 1: the column 'a' stands twice"),
    ],
)
def test_a_file_without_a_usable_header_is_refused(tmp_path: Path, content: str, sentence: str) -> None:
    path = tmp_path / "log.csv"
    path.write_text(content)
    with pytest.raises(InvalidInputError, match=sentence):
        read_all(path)


def test_a_header_alone_holds_no_rows(tmp_path: Path) -> None:
    path = tmp_path / "log.csv"
    path.write_text(HEADER + "\n")
    assert read_all(path).read == 0


def test_the_share_read_so_far_grows_to_one(tmp_path: Path) -> None:
    path = tmp_path / "log.csv"
    path.write_text(HEADER + "\n" + f"1,{NOON},yes,1\n" * 2_000)
    shares = [raw.done for raw in read_log_file(path, 300)]
    assert shares == sorted(shares)
    assert shares[-1] == 1.0
