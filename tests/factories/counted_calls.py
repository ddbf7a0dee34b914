"""Calls as the counters see them, and what is counted of them: by pandas for what metrics need, call by call for the rest."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd
from hypothesis import strategies as st

from vendor_ai.domain.measure import Counts
from vendor_ai.domain.need import FIXED_POINT, MOST_AMOUNT, Need

FAILURES = ("error", "timeout", "rate_limited", "client_error")


@dataclass(frozen=True)
class CountedCall:
    """One call beside its outcome; ``correct`` is used where the outcome names no class or number."""

    status: str = "ok"
    excluded: str | None = None
    prediction: str | None = None
    actual: str | None = None
    prediction_value: float | None = None
    actual_value: float | None = None
    correct: bool | None = None
    confidence: float | None = None
    latency_ms: float | None = None
    cost: float | None = None
    source: str | None = None
    minute: int = 0
    group: str | None = None

    @property
    def counted(self) -> bool:
        """Not excluded."""
        return self.excluded is None

    @property
    def answered(self) -> bool:
        """Ended ok."""
        return self.counted and self.status == "ok"

    @property
    def predicted(self) -> bool:
        """Answered with a prediction."""
        return self.answered and (self.prediction is not None or self.prediction_value is not None)

    @property
    def hit(self) -> bool | None:
        """Right or wrong, None without a label."""
        if not self.predicted:
            return None
        if self.prediction is not None and self.actual is not None:
            return self.prediction == self.actual
        if self.prediction is None and self.actual is None and self.valued:
            return self.prediction_value == self.actual_value
        return self.correct

    @property
    def valued(self) -> bool:
        """Answered with a number whose true one is known."""
        return self.answered and self.prediction_value is not None and self.actual_value is not None


_TYPES = {
    "boolean": "counted answered predicted labelled hit valued opens_minute minute_answered",
    "string[python]": "status prediction actual source",
    "Float64": "prediction_value actual_value confidence latency_ms cost",
}
_COLUMNS = {name: dtype for dtype, names in _TYPES.items() for name in names.split()}


def frame_of(calls: Sequence[CountedCall]) -> pd.DataFrame:
    """The columns that a need may speak of."""
    answered_minutes = {call.minute for call in calls if call.answered}
    opened: set[int] = set()
    rows = []
    for call in calls:
        opens = call.counted and call.minute not in opened
        opened |= {call.minute} if call.counted else set()
        extra = {"labelled": call.hit is not None, "opens_minute": opens, "minute_answered": call.minute in answered_minutes}
        rows.append([extra.get(name, getattr(call, name, None)) for name in _COLUMNS])
    return pd.DataFrame(rows, columns=list(_COLUMNS)).astype(_COLUMNS)


def needed(need: Need, frame: pd.DataFrame) -> int:
    """One integer, by pandas."""
    chosen = frame[need.where(frame).fillna(False).astype(bool)]
    if need.amount is None:
        return len(chosen)
    amounts = [float(amount) for amount in need.amount(chosen)]
    assert all(abs(amount) <= MOST_AMOUNT for amount in amounts), f"{need.name} sums what cannot be summed"
    return sum(int((amount * FIXED_POINT + 0.5) // 1) for amount in amounts)


def counts_of(calls: Sequence[CountedCall], needs: Iterable[Need] = ()) -> Counts:
    """The counters of some calls, with their groups."""
    names = sorted({call.group for call in calls if call.group is not None})
    needs = tuple(needs)
    return _plain(calls, needs, {name: _plain([call for call in calls if call.group == name], needs, {}) for name in names})


def _plain(calls: Sequence[CountedCall], needs: Iterable[Need], groups: dict[str, Counts]) -> Counts:
    frame = frame_of(calls)
    known = [call for call in calls if call.hit is not None]
    classes = [call for call in known if call.prediction is not None and call.actual is not None]
    return Counts(
        attempted=len(calls),
        answered=sum(call.answered for call in calls),
        failed=dict(Counter(call.status for call in calls if call.counted and call.status in FAILURES)),
        excluded=dict(Counter(call.excluded for call in calls if call.excluded is not None)),
        predicted=sum(call.predicted for call in calls),
        labelled=len(known),
        correct=sum(bool(call.hit) for call in known),
        confusion=dict(Counter((str(call.actual), str(call.prediction)) for call in classes)),
        sums={need.name: needed(need, frame) for need in needs},
        groups=groups,
    )


def _maybe(values: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    return st.none() | values


_NUMBERS = st.integers(-5_000, 5_000).map(lambda hundredths: hundredths / 100) | st.sampled_from(
    [0.0, 1e-7, 3e6, -2.5e8, 4e12, float("inf")]
)


def any_calls(*, most: int = 12) -> st.SearchStrategy[list[CountedCall]]:
    """Random calls: failed, excluded, unlabelled, with odd numbers, of several sources and minutes."""
    call = st.builds(
        CountedCall,
        status=st.sampled_from(["ok", "ok", "ok", *FAILURES, "cancelled"]),
        excluded=st.sampled_from([None, None, None, "customer_fault"]),
        prediction=_maybe(st.sampled_from("ab")),
        actual=_maybe(st.sampled_from(["a", "b", "refused", "harmful"])),
        prediction_value=_maybe(_NUMBERS),
        actual_value=_maybe(_NUMBERS),
        correct=_maybe(st.booleans()),
        confidence=_maybe(st.integers(0, 100).map(lambda percent: percent / 100) | st.just(1.5)),
        latency_ms=_maybe(st.floats(0, 500)),
        cost=_maybe(st.integers(0, 10**6).map(lambda millionths: millionths / 10**6) | st.just(1e13)),
        source=_maybe(st.sampled_from(["human_decision", "moderation", "audit"])),
        minute=st.integers(0, 4),
        group=_maybe(st.sampled_from("xyz")),
    )
    return st.lists(call, max_size=most)
