"""A component's counters by UTC day, whatever a contract asks: what the watches look at."""

from datetime import date

from vendor_ai.db import prediction_log as log_store
from vendor_ai.db.vendor import component_key, components_by_key
from vendor_ai.domain.measure import Counts, Measure, total
from vendor_ai.services.prediction_log import PREDICTION, PredictionLog


def plain_measure(component: str) -> Measure:
    """Every call of a component, by UTC day."""
    return Measure(component=component, time_zone="UTC")


def daily_counts(log: PredictionLog, component: str, *, first: date, end: date) -> dict[date, Counts]:
    """Return the counters of each UTC day of ``[first, end)`` that holds calls, folding and counting what is new before.

    Args:
        log: The prediction log.
        component: Slug or exact name.
        first: First day.
        end: First day after.
    """
    with log.records.write() as session:
        key, about = component_key(session, component)
        measure = plain_measure(about.ref)
        log_store.register_measure(session, key, measure)
    log.refresh([about.ref])
    with log.records.read() as session:
        rows = log_store.counters(session, measure, first=first.isoformat(), end=end.isoformat())
    parts: dict[date, list[Counts]] = {}
    for row in rows:
        parts.setdefault(date.fromisoformat(row.day), []).append(row.counts)
    return {day: total(counts) for day, counts in sorted(parts.items())}


def logged_components(log: PredictionLog) -> list[str]:
    """Refs of the components with calls in the log."""
    with log.records.read() as session:
        known = components_by_key(session)
        return sorted(found.ref for key, found in known.items() if log_store.files(session, key, PREDICTION))
