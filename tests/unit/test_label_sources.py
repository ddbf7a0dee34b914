"""Whose outcomes count as truth: the sources a clause names, else all but those that say what people did."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.factories.plain_counting import Call, Label, days_of, expected, stored
from vendor_ai.domain.measure import Counts, Measure, total
from vendor_ai.metrics import METRICS
from vendor_ai.predictions.duckdb import DuckDBEngine
from vendor_ai.services.recount import NEEDS

AT = datetime(2026, 7, 1, 12, tzinfo=UTC)
CALLS = [Call(f"call-{number}", AT, prediction="yes") for number in range(5)]
# The truth says yes of the first three; people refused three, and a moderator found one harmful.
LABELS = [
    Label("call-0", actual="yes", source="audit"),
    Label("call-1", actual="yes", source="customer"),
    Label("call-2", actual="yes"),
    *(Label(f"call-{number}", actual="no", source="human_decision", observed_at=AT) for number in (0, 2, 3)),
    Label("call-4", actual="harmful", source="moderation"),
]


def counted(folder: Path, measure: Measure) -> Counts:
    engine = DuckDBEngine(folder, threads=1)
    predictions, outcomes = stored(engine, CALLS, LABELS)
    found = engine.count([measure], predictions=predictions, outcomes=outcomes, days=days_of(CALLS, "UTC"), needs=NEEDS)
    return total(entry.counts for entry in found[measure.key])


@pytest.mark.parametrize(
    ("sources", "labelled", "correct"),
    [
        ((), 3, 3),
        (("audit",), 1, 1),
        (("customer", "audit"), 2, 2),
        (("audit", "human_decision"), 3, 1),
        (("nobody",), 0, 0),
    ],
)
def test_only_named_sources_count_and_without_names_all_that_speak_of_the_truth(
    tmp_path: Path, sources: tuple[str, ...], labelled: int, correct: int
) -> None:
    measure = Measure("ocr", "UTC", label_sources=sources)

    counts = counted(tmp_path, measure)

    assert (counts.labelled, counts.correct, counts.contradicted) == (labelled, correct, 0)
    assert {("2026-07-01", "", ""): counts} == expected(CALLS, LABELS, measure)


@pytest.mark.parametrize(
    ("key", "sums"),
    [
        ("override_rate", {"human_decisions": 3, "human_decisions_overriding": 3}),
        ("harmful_output_rate", {"moderated": 1, "moderated_harmful": 1}),
        ("refusal_rate", {"moderated": 1}),
    ],
)
def test_a_metric_of_people_reads_its_own_source_whatever_else_is_known_of_a_call(tmp_path: Path, key: str, sums: dict[str, int]) -> None:
    metric = METRICS[key]
    measure = Measure("ocr", "UTC", label_sources=(metric.label_source,), needs=tuple(sorted(need.name for need in metric.needs)))
    assert counted(tmp_path, measure).sums == sums
