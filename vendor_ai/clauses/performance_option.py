"""The terms of a performance clause that only some metrics have: classes, a latency bound, groups, clusters."""

from decimal import Decimal

from vendor_ai.domain.metric import Metric
from vendor_ai.domain.prediction import SEGMENT_PREFIX
from vendor_ai.domain.term import TermError, TermReader, suggestion, to_text

BINARY = "binary"
AVERAGES = ("micro", "macro", "weighted")
CLUSTER = "cluster"
DEFAULT_MINIMUM_GROUP = 30


def read_labels(reader: TermReader, metric: Metric | None) -> tuple[str | None, str | None]:
    """``average`` and ``positive``: exactly one where the metric needs it, else none."""
    given = [name for name in ("average", "positive") if reader.has(name)]
    if metric is not None and not metric.needs_positive:
        for name in given:
            reader.wrong(name, f"has no meaning for {metric.key}; remove it.")
        return None, None
    average = reader.text("average") or None
    positive = reader.text("positive") or None
    if metric is None:
        return average, positive
    possible = [name for name in metric.averages if name != BINARY]
    if not given:
        advice = f" or, for more classes, an average (average: {' or '.join(possible)})" if possible else ""
        reader.wrong("positive", f"is missing: {metric.key} needs the positive label of two classes (positive: LABEL){advice}.")
    elif len(given) == 2:
        reader.wrong("average", f"stands beside 'positive': {metric.key} takes exactly one of the two. Remove one.")
    elif average is not None and average not in possible:
        reader.wrong("average", _average_advice(metric.key, average, possible))
    return average, positive


def _average_advice(metric: str, average: str, possible: list[str]) -> str:
    if average == BINARY:
        return "'binary' is said by naming the positive label: write positive: LABEL instead."
    if not possible:
        return f"is not computed for {metric}; name the positive label instead (positive: LABEL)."
    advice = f"{average!r} is no average of {metric}; write {' or '.join(possible)}."
    if average in AVERAGES:
        return advice
    return advice + (suggestion(average, possible) or f" The figure of one class is asked for by its label (positive: {average}).")


def read_bound(reader: TermReader, metric: Metric | None) -> Decimal | None:
    """``bound_ms`` where the metric counts the calls above one, else none."""
    if metric is not None and not metric.bounded:
        if reader.has("bound_ms"):
            limit = "; the latency limit is the threshold itself (at_most)" if metric.quantile is not None else ""
            reader.wrong("bound_ms", f"has no meaning for {metric.key}{limit}; remove it.")
        return None
    if metric is not None and not reader.has("bound_ms"):
        reader.wrong("bound_ms", f"is missing: {metric.key} counts the calls slower than a bound; write it in ms (bound_ms: 200).")
    return reader.number("bound_ms", None, low="0")


def read_groups(reader: TermReader, metric: Metric | None) -> tuple[str, int]:
    """``by`` and ``minimum_group`` where the metric compares groups, else none."""
    if metric is not None and not metric.grouped:
        for name in ("by", "minimum_group"):
            if reader.has(name):
                reader.wrong(name, f"has no meaning for {metric.key}, which compares no groups; remove it.")
        return "", DEFAULT_MINIMUM_GROUP
    if metric is not None and not reader.has("by"):
        reader.wrong("by", f"is missing: {metric.key} compares groups; name the field that holds them (by: {SEGMENT_PREFIX}NAME).")
    by = reader.read("by", _to_segment, "")
    return by, reader.whole("minimum_group", DEFAULT_MINIMUM_GROUP, at_least=1)


def _to_segment(value: object) -> str:
    name = to_text(value)
    if not name.startswith(SEGMENT_PREFIX) or name == SEGMENT_PREFIX:
        raise TermError(f"{name!r} holds no groups; write {SEGMENT_PREFIX}NAME.")
    return name


def read_cluster(reader: TermReader, metric: Metric | None) -> str:
    """The field whose values depend on each other inside; a figure of ranked rows cannot be tested by it."""
    if metric is not None and metric.rows is not None and reader.has("cluster"):
        reader.wrong("cluster", f"has no meaning for {metric.key}, which ranks single calls; remove it.")
        return ""
    return reader.read("cluster", _to_cluster, "")


def _to_cluster(value: object) -> str:
    name = to_text(value)
    if name == CLUSTER or (name.startswith(SEGMENT_PREFIX) and name != SEGMENT_PREFIX):
        return name
    raise TermError(f"{name!r} cannot be clustered by; write {CLUSTER} or {SEGMENT_PREFIX}NAME.")
