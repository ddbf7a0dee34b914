"""Two versions segment by segment: small segments are shown and not compared."""

from typing import Any

import pytest

from tests.factories.command_line import CommandLine

HEADER = "prediction_id,occurred_at,prediction,actual,model_version,segment.region"


def rows(version: str, region: str, right: int, wrong: int) -> list[str]:
    return [
        f"{version}-{region}-{n},2026-07-0{1 if version == 'v1' else 2}T10:00:00Z,{'yes' if n < right else 'no'},yes,{version},{region}"
        for n in range(right + wrong)
    ]


@pytest.fixture
def acme(cli: CommandLine) -> CommandLine:
    cli.inventory("OCR")
    log = rows("v1", "EU", 90, 10) + rows("v2", "EU", 60, 40) + rows("v1", "US", 80, 20) + rows("v2", "US", 82, 18)
    cli.predictions(log + rows("v1", "CH", 20, 9) + rows("v2", "CH", 1, 99) + rows("v1", "", 1, 0), header=HEADER)
    return cli


def compared(cli: CommandLine, *options: str) -> Any:
    return cli.ok("model", "compare", "--component", "ocr", "--before", "v1", "--after", "v2", *options, "--json").json


def test_the_harm_hides_in_one_segment(acme: CommandLine) -> None:
    """EU loses 0.30 (pooled 0.75, z = 4.899, p = 9.6e-7), US gains 0.02; over two segments BY multiplies the smaller by 3."""
    (table,) = compared(acme, "--segment", "segment.region")["segments"]
    by_name = {it["segment"]: it for it in table["segments"]}
    europe, america = by_name["EU"], by_name["US"]
    assert (europe["difference"], america["difference"]) == ("0.3", "-0.02")
    assert float(europe["z"]) == pytest.approx(4.89898, abs=1e-5)
    assert float(europe["p_adjusted"]) == pytest.approx(3 * float(europe["p_value"]))
    assert float(america["p_adjusted"]) > 0.9


def test_small_segments_are_shown_and_not_compared(acme: CommandLine) -> None:
    (table,) = compared(acme, "--segment", "segment.REGION")["segments"]
    by_name = {it["segment"]: it for it in table["segments"]}
    assert (table["minimum"], by_name["CH"]["compared"], by_name["CH"]["before"]) == (30, False, {"labelled": 29, "correct": 20})
    assert by_name["not stated"]["after"] == {"labelled": 0, "correct": 0}
    assert by_name["CH"]["p_adjusted"] is None


def test_without_segments_the_document_has_none(acme: CommandLine) -> None:
    assert compared(acme)["segments"] == []


def test_a_field_the_log_lacks_is_named_with_those_it_has(acme: CommandLine) -> None:
    refused = acme("model", "compare", "--component", "ocr", "--before", "v1", "--after", "v2", "--segment", "segment.age")
    assert (refused.code, "It has: segment.region." in refused.err) == (3, True)


def test_the_table_is_printed_for_people(acme: CommandLine) -> None:
    out = acme.ok("model", "compare", "--component", "ocr", "--before", "v1", "--after", "v2", "--segment", "segment.region").out
    assert "too few to compare" in out
    assert "+0.3000" in out
