"""Shares of one row or column of the confusion counts."""

from vendor_ai.domain.errors import VendorAIError
from vendor_ai.domain.measure import Counts
from vendor_ai.domain.metric import MetricOptions, Reading


class PositiveLabelMissingError(VendorAIError):
    """A metric of two classes does not say which label is the positive one."""

    code = "positive-label-missing"

    def __init__(self, metric: str) -> None:
        super().__init__(f"{metric} needs the positive label: add `positive: LABEL` to the clause.")


class AverageNotAShareError(VendorAIError):
    """The average over classes is not a plain share of calls, so no exact test exists for it."""

    code = "average-not-a-share"

    def __init__(self, metric: str, average: str, possible: tuple[str, ...]) -> None:
        super().__init__(
            f"{metric} with `average: {average}` is not a share of calls and cannot be tested exactly; "
            f"use one of {', '.join(possible)} in the clause."
        )


def check_options(metric: str, options: MetricOptions, possible: tuple[str, ...]) -> str:
    """Return the average a clause asks for, ``binary`` where it names none.

    Raises:
        AverageNotAShareError: When the average is not among the ``possible`` ones.
        PositiveLabelMissingError: When the average is binary and no positive label is named.
    """
    average = options.average or "binary"
    if average not in possible:
        raise AverageNotAShareError(metric, average, possible)
    if average == "binary" and options.positive is None:
        raise PositiveLabelMissingError(metric)
    return average


def open_calls(counts: Counts) -> int:
    """Predicted calls whose actual class is not known: without a label, or labelled only as right or wrong.

    Counters do not say what was predicted for them, so all of them bound what could still join: the bounds are wider than needed, never
    too narrow.
    """
    return counts.predicted - sum(counts.confusion.values())


def read_all_classes(counts: Counts) -> Reading:
    """Calls on the diagonal of all in the confusion counts: the micro average, and the weighted one of recall."""
    hits = sum(count for (actual, predicted), count in counts.confusion.items() if actual == predicted)
    return Reading(hits=hits, trials=sum(counts.confusion.values()), open_trials=open_calls(counts))
