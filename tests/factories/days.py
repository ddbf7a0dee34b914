"""Calls over many days, written as the rows of a CSV file."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

HEADER = "prediction_id,occurred_at,prediction,actual,latency_ms,model_version,feature.pages,feature.kind"


def day_rows(
    first: str,
    days: int,
    *,
    calls: int = 20,
    answer: Callable[[int, int], str] = lambda _day, number: "no" if number % 4 == 0 else "yes",
    right: Callable[[int, int], bool] = lambda _day, number: number % 10 != 0,
    latency: Callable[[int, int], float] = lambda day, number: 100 + (7 * day + 3 * number) % 11,
    version: Callable[[int], str] = lambda _day: "v1",
    pages: Callable[[int, int], float] = lambda _day, number: float(number % 5),
    kind: Callable[[int, int], str] = lambda _day, number: "scan" if number % 2 else "mail",
) -> list[str]:
    """Rows of ``days`` days from ``first`` (UTC), ``calls`` a day; each column is a function of day and number."""
    start = datetime.fromisoformat(first).replace(tzinfo=UTC)
    rows = []
    for day in range(days):
        for number in range(calls):
            at = start + timedelta(days=day, minutes=number)
            said = answer(day, number)
            truth = said if right(day, number) else ("yes" if said == "no" else "no")
            latency_ms, count, sort = latency(day, number), pages(day, number), kind(day, number)
            rows.append(f"{first}-{day}-{number},{at.isoformat()},{said},{truth},{latency_ms},{version(day)},{count},{sort}")
    return rows
