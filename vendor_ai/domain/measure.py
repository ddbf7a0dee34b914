"""Counters of the prediction log: what is counted, and integers that merge exactly."""

import hashlib
import json
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any


@dataclass(frozen=True, slots=True)
class Measure:
    """What one set of daily counters counts: a component's calls that match ``where``, with labels ranked by ``label_sources``.

    ``limit_ms`` is the latency bound whose exceedances are counted, or None.
    """

    component: str
    time_zone: str
    where: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    limit_ms: Decimal | None = None
    label_sources: tuple[str, ...] = ()
    cluster_key: str = ""

    @property
    def key(self) -> str:
        """SHA-256 over the definition: the same definition always has the same counters."""
        return hashlib.sha256(json.dumps(self.as_json(), sort_keys=True).encode()).hexdigest()

    def as_json(self) -> dict[str, Any]:
        """The definition, for storage and evidence."""
        return {
            "component": self.component,
            "time_zone": self.time_zone,
            "where": {name: list(values) for name, values in sorted(self.where.items())},
            "limit_ms": None if self.limit_ms is None else f"{self.limit_ms.normalize():f}",
            "label_sources": list(self.label_sources),
            "cluster_key": self.cluster_key,
        }

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> "Measure":
        """The inverse of ``as_json``."""
        limit = data["limit_ms"]
        return cls(
            component=data["component"],
            time_zone=data["time_zone"],
            where={name: tuple(values) for name, values in data["where"].items()},
            limit_ms=None if limit is None else Decimal(limit),
            label_sources=tuple(data["label_sources"]),
            cluster_key=data["cluster_key"],
        )


@dataclass(frozen=True, slots=True)
class Counts:
    """Integers over some calls; ``a + b`` counts both.

    Attributes:
        attempted: Calls in scope, whatever became of them.
        answered: Calls that ended ok and are not excluded.
        failed: Calls that count against the vendor, by status (error, timeout, rate_limited, client_error).
        excluded: Calls that count for nobody, by reason (cancelled, customer_fault, client_error, rate_limited).
        predicted: Answered calls with a prediction: what could be labelled.
        labelled: Predicted calls with an outcome.
        correct: Labelled calls whose prediction equals the outcome (or whose outcome says it was right).
        confusion: Labelled calls by (actual, predicted); calls labelled only right or wrong are not in it.
        timed: Answered calls with a latency, plus time-outs.
        above: Timed calls known to exceed the measure's latency limit strictly.
        undecided: Time-outs whose logged latency does not exceed the limit: above it or not, nobody knows.
    """

    attempted: int = 0
    answered: int = 0
    failed: Mapping[str, int] = field(default_factory=dict)
    excluded: Mapping[str, int] = field(default_factory=dict)
    predicted: int = 0
    labelled: int = 0
    correct: int = 0
    confusion: Mapping[tuple[str, str], int] = field(default_factory=dict)
    timed: int = 0
    above: int = 0
    undecided: int = 0

    def __add__(self, other: "Counts") -> "Counts":
        return total((self, other))

    def as_json(self) -> dict[str, Any]:
        """For storage and evidence; ``confusion`` as sorted ``[actual, predicted, count]``."""
        return {
            "attempted": self.attempted,
            "answered": self.answered,
            "failed": dict(sorted(self.failed.items())),
            "excluded": dict(sorted(self.excluded.items())),
            "predicted": self.predicted,
            "labelled": self.labelled,
            "correct": self.correct,
            "confusion": [[actual, predicted, count] for (actual, predicted), count in sorted(self.confusion.items())],
            "timed": self.timed,
            "above": self.above,
            "undecided": self.undecided,
        }

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> "Counts":
        """The inverse of ``as_json``."""
        return cls(**{**data, "confusion": {(actual, predicted): count for actual, predicted, count in data["confusion"]}})


def total(parts: Iterable[Counts]) -> Counts:
    """The sum of counters, exact and in any order."""
    sums: Counter[str] = Counter()
    failed: Counter[str] = Counter()
    excluded: Counter[str] = Counter()
    confusion: Counter[tuple[str, str]] = Counter()
    for part in parts:
        for name in ("attempted", "answered", "predicted", "labelled", "correct", "timed", "above", "undecided"):
            sums[name] += getattr(part, name)
        failed.update(part.failed)
        excluded.update(part.excluded)
        confusion.update(part.confusion)
    return Counts(failed=dict(failed), excluded=dict(excluded), confusion=dict(confusion), **sums)


@dataclass(frozen=True, slots=True)
class DayCounts:
    """Counters of one local day, served version and sampling fraction (text, "" where none was logged)."""

    day: str
    model_version: str
    sampling_fraction: str
    counts: Counts
