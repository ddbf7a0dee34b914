"""What the confusion counts say of one class against the others, and of all classes together."""

from dataclasses import dataclass

from vendor_ai.domain.errors import VendorAIError
from vendor_ai.domain.measure import Counts
from vendor_ai.domain.metric import MetricOptions, Reading

BINARY, MICRO, MACRO, WEIGHTED = "binary", "micro", "macro", "weighted"


class PositiveLabelMissingError(VendorAIError):
    """A metric of one class against the others does not say which label is the positive one."""

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


@dataclass(frozen=True, slots=True)
class OneClass:
    """Calls whose actual class is known, seen from one class.

    Attributes:
        found: Of the class and answered with it.
        missed: Of the class and answered with another.
        false_alarms: Of another class and answered with this one.
        left_alone: Of another class and answered with another.
    """

    found: int
    missed: int
    false_alarms: int
    left_alone: int


def check_options(metric: str, options: MetricOptions, possible: tuple[str, ...]) -> str:
    """Return the average a clause asks for, ``binary`` where it names none.

    Raises:
        AverageNotAShareError: When the average is not among the ``possible`` ones.
        PositiveLabelMissingError: When the average is binary and no positive label is named.
    """
    average = options.average or BINARY
    if average not in possible:
        raise AverageNotAShareError(metric, average, possible)
    if average == BINARY:
        positive_label(metric, options)
    return average


def positive_label(metric: str, options: MetricOptions) -> str:
    """Return the positive label.

    Raises:
        PositiveLabelMissingError: When none is named.
    """
    if options.positive is None:
        raise PositiveLabelMissingError(metric)
    return options.positive


def one_class(counts: Counts, label: str) -> OneClass:
    """Return the calls seen from the class ``label``, of two classes or of many."""
    sums = {(of_class, answered): 0 for of_class in (True, False) for answered in (True, False)}
    for (actual, predicted), count in counts.confusion.items():
        sums[actual == label, predicted == label] += count
    return OneClass(sums[True, True], sums[True, False], sums[False, True], sums[False, False])


def classes(counts: Counts) -> tuple[str, ...]:
    """Every label that was answered or was right, sorted."""
    return tuple(sorted({label for cell in counts.confusion for label in cell}))


def known_calls(counts: Counts) -> int:
    """Calls whose actual class is known."""
    return sum(counts.confusion.values())


def open_calls(counts: Counts) -> int:
    """Predicted calls whose actual class is not known: without a label, or labelled only as right or wrong.

    Counters do not say what was predicted for them, so all of them bound what could still join: the bounds are wider than needed, never
    too narrow.
    """
    return counts.predicted - known_calls(counts)


def read_all_classes(counts: Counts) -> Reading:
    """Calls on the diagonal of all in the confusion counts: the micro average."""
    hits = sum(count for (actual, predicted), count in counts.confusion.items() if actual == predicted)
    return Reading(hits=hits, trials=known_calls(counts), open_trials=open_calls(counts))
