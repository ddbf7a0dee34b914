"""Words and numbers of the pages."""

from datetime import UTC, datetime
from decimal import Decimal

import pytest

from vendor_ai.domain.report import Tone
from vendor_ai.domain.verdict import VersionChange
from vendor_ai.kit.money import Money
from vendor_ai.services.overview import Overview
from vendor_ai.web.display import change_mark, change_words, moment_text, money_text, score_text, size_text
from vendor_ai.web.headline import lead


@pytest.mark.parametrize(
    ("score", "shown"),
    [
        ("2.593214", "2.59"),
        ("2.50", "2.50"),
        ("2.499999", "2.499999"),
        ("1.504", "1.504"),
        ("3", "3.00"),
        ("2.996", "2.996"),
        ("1.00", "1.00"),
    ],
)
def test_a_score_is_never_rounded_onto_a_threshold(score: str, shown: str) -> None:
    assert score_text(score) == shown


@pytest.mark.parametrize(
    ("zone", "shown"),
    [
        ("UTC", "2026-07-01 22:30 UTC"),
        ("Europe/Berlin", "2026-07-02 00:30 UTC+02:00 (Europe/Berlin)"),
        ("America/St_Johns", "2026-07-01 20:00 UTC-02:30 (America/St_Johns)"),
    ],
)
def test_a_time_never_stands_without_its_zone(zone: str, shown: str) -> None:
    assert moment_text(datetime(2026, 7, 1, 22, 30, tzinfo=UTC), zone) == shown


def test_amounts_of_several_currencies_are_not_added() -> None:
    assert money_text([Money(Decimal("1200"), "EUR"), Money(Decimal("300"), "USD")]) == "1,200.00 EUR and 300.00 USD"


def test_nothing_evaluated_is_not_called_good() -> None:
    found = lead(Overview(datetime(2026, 7, 1, tzinfo=UTC), (), (), ()))

    assert found.tone is Tone.UNKNOWN
    assert "nothing can be said" in found.text


@pytest.mark.parametrize(
    ("days", "material", "unannounced", "words", "mark"),
    [
        (None, True, True, "no notice, 60 days agreed", "Changed unannounced, materially"),
        (1, None, True, "notice 1 day ahead, 60 days agreed", "Changed unannounced"),
        (70, None, False, "notice 70 days ahead, 60 days agreed", "Announced in time"),
    ],
)
def test_a_change_is_shown_beside_its_notice(days: int | None, material: bool | None, unannounced: bool, words: str, mark: str) -> None:
    at = datetime(2026, 7, 1, tzinfo=UTC)
    change = VersionChange("ocr", "v1", "v2", at, None if days is None else "1", days, 60, unannounced, material)

    assert change_words(change) == words
    assert change_mark(change).text == mark


@pytest.mark.parametrize(("size", "shown"), [(1, "1 kB"), (45_300, "45 kB"), (2_500_000, "2,500 kB")])
def test_sizes_of_files(size: int, shown: str) -> None:
    assert size_text(size) == shown
