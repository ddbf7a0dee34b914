"""An integer that a metric wants counted for every day, written once for every engine."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Protocol, TypeAlias

FIXED_POINT = 1_000_000  # a summed amount is kept in units of 1e-6, so that sums merge exactly


class Call(Protocol):
    """The columns of a call that a need may speak of: whole columns, joined by ``&``, ``|``, ``~``, arithmetic and comparisons.

    What is written with them runs as a query in every engine and over a DataFrame in the tests. A comparison with something missing is
    neither true nor counted; ``notnull()`` asks for it.

    Attributes:
        counted: Not excluded.
        answered: Counted, and ended ok.
        predicted: Answered with a prediction.
        labelled: Predicted, with an outcome that says right or wrong.
        hit: Labelled and right.
        timed: Answered with a latency, or a time-out.
        valued: Answered with ``prediction_value``, and an ``actual_value`` came.
        status: How the call ended (see ``CallStatus``).
        prediction: Text answered.
        actual: Text of the outcome.
        prediction_value: Number answered.
        actual_value: Number of the outcome.
        source: Where the outcome that counts comes from.
        confidence: The vendor's, 0 to 1.
        latency_ms: Milliseconds.
        cost: In the contract's currency.
        input_tokens: Tokens sent.
        output_tokens: Tokens answered.
        opens_minute: The first counted call of its minute (UTC); each minute has one.
        minute_answered: At least one call of this call's minute was answered.
    """

    counted: Any
    answered: Any
    predicted: Any
    labelled: Any
    hit: Any
    timed: Any
    valued: Any
    status: Any
    prediction: Any
    actual: Any
    prediction_value: Any
    actual_value: Any
    source: Any
    confidence: Any
    latency_ms: Any
    cost: Any
    input_tokens: Any
    output_tokens: Any
    opens_minute: Any
    minute_answered: Any


@dataclass(frozen=True, slots=True)
class Need:
    """One integer: the calls that meet ``where``, or, with ``amount``, the sum over them.

    Attributes:
        name: What it is stored under; unique over all metrics unless it means the very same.
        where: A condition over columns; where it is unknown the call does not count.
        amount: What is summed over the calls that count. Each call's amount is rounded down to units of 1e-6 after adding half a unit; one
            beyond 1e12 either way is left out, so a metric counts what it summed by the need ``usable`` gives it.
    """

    name: str
    where: Callable[[Call], Any]
    amount: Callable[[Call], Any] | None = None


NeedOfLabel: TypeAlias = Callable[[str], Need]


class Needs(Mapping[str, Need]):
    """Needs by name: fixed ones, and those ``of_label`` makes for a label, whose names begin with the name for no label.

    ``of_label`` returns the same need for the same label each time, so that questions are known to be equal.
    """

    def __init__(self, fixed: Iterable[Need], of_label: Iterable[NeedOfLabel]) -> None:
        self._fixed = {need.name: need for need in fixed}
        self._of_label = {make("").name: make for make in of_label}

    def __getitem__(self, name: str) -> Need:
        if name in self._fixed:
            return self._fixed[name]
        for prefix, make in self._of_label.items():
            if name.startswith(prefix):
                return make(name.removeprefix(prefix))
        raise KeyError(name)

    def __iter__(self) -> Iterator[str]:
        return iter(self._fixed)

    def __len__(self) -> int:
        return len(self._fixed)


MOST_AMOUNT = 1e12


def usable(amount: Any) -> Any:
    """Whether an amount can be summed exactly: known, and not beyond 1e12 either way."""
    return amount.notnull() & (amount <= MOST_AMOUNT) & (amount >= -MOST_AMOUNT)
