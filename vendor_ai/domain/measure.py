"""Counters of the prediction log: what is counted, and integers that merge exactly."""

import hashlib
import json
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

# Sources of outcomes that say what people did with an answer, not what was true.
HUMAN_DECISION, MODERATION = "human_decision", "moderation"


@dataclass(frozen=True, slots=True)
class Measure:
    """What one set of daily counters counts: a component's calls that match ``where``, with labels of the ``label_sources``,
    best first.

    ``limit_ms`` is the latency bound whose exceedances are counted, or None. ``cluster_key`` names a field whose values depend on each
    other inside (``cluster``, ``segment.NAME``), ``group_by`` one whose values are compared; ``needs`` are the further integers that
    metrics want (see ``vendor_ai.domain.need``). Without ``label_sources`` labels of every source count alike, but for
    ``HUMAN_DECISION`` and ``MODERATION``.
    """

    component: str
    time_zone: str
    where: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    limit_ms: Decimal | None = None
    label_sources: tuple[str, ...] = ()
    cluster_key: str = ""
    group_by: str = ""
    needs: tuple[str, ...] = ()

    @property
    def key(self) -> str:
        """SHA-256 over the definition: the same definition always has the same counters."""
        return hashlib.sha256(json.dumps(self.as_json(), sort_keys=True).encode()).hexdigest()

    def as_json(self) -> dict[str, Any]:
        """The definition, for storage and evidence; what is not asked for is left out, so that it changes no key."""
        asked = {"group_by": self.group_by, "needs": sorted(self.needs)}
        return {name: value for name, value in asked.items() if value} | {
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
            group_by=data.get("group_by", ""),
            needs=tuple(data.get("needs", ())),
        )


@dataclass(frozen=True, slots=True)
class Counts:
    """Integers over some calls; ``a + b`` counts both.

    Attributes:
        attempted: Calls in scope, whatever became of them.
        answered: Calls that ended ok and are not excluded.
        failed: Calls that count against the vendor, by status (error, timeout, rate_limited, client_error).
        excluded: Calls that count for nobody, by reason (cancelled, customer_fault, client_error, rate_limited, maintenance).
        predicted: Answered calls with a prediction: what could be labelled.
        labelled: Predicted calls with an outcome.
        correct: Labelled calls whose prediction equals the outcome (or whose outcome says it was right).
        confusion: Labelled calls by (actual, predicted); calls labelled only right or wrong are not in it.
        timed: Answered calls with a latency, plus time-outs.
        above: Timed calls known to exceed the measure's latency limit strictly.
        undecided: Time-outs whose logged latency does not exceed the limit: above it or not, nobody knows.
        contradicted: Labelled calls about which outcomes of the source that counts disagree.
        sums: What metrics need besides, by the need's name: counts, and sums in units of 1e-6.
        groups: The same counts for each value of the measure's ``group_by``; calls without a value are in none.
        clusters: The same counts by bucket ("0" to "63") of the measure's ``cluster_key``; calls without a value are in none.
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
    contradicted: int = 0
    sums: Mapping[str, int] = field(default_factory=dict)
    groups: Mapping[str, "Counts"] = field(default_factory=dict)
    clusters: Mapping[str, "Counts"] = field(default_factory=dict)

    def __add__(self, other: "Counts") -> "Counts":
        return total((self, other))

    def as_json(self) -> dict[str, Any]:
        """For storage and evidence; ``confusion`` as sorted ``[actual, predicted, count]``; later fields only where they hold something."""
        later: dict[str, Any] = {
            "contradicted": self.contradicted,
            "sums": dict(sorted(self.sums.items())),
            "groups": {name: counts.as_json() for name, counts in sorted(self.groups.items())},
            "clusters": {name: counts.as_json() for name, counts in sorted(self.clusters.items())},
        }
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
        } | {name: value for name, value in later.items() if value}

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> "Counts":
        """The inverse of ``as_json``."""
        nested = {
            part: {name: cls.from_json(counts) for name, counts in data[part].items()} for part in ("groups", "clusters") if part in data
        }
        confusion = {(actual, predicted): count for actual, predicted, count in data["confusion"]}
        return cls(**{**data, **nested, "confusion": confusion})


_PLAIN = ("attempted", "answered", "predicted", "labelled", "correct", "timed", "above", "undecided", "contradicted")


def total(parts: Iterable[Counts]) -> Counts:
    """The sum of counters, exact and in any order."""
    sums: Counter[str] = Counter()
    failed: Counter[str] = Counter()
    excluded: Counter[str] = Counter()
    confusion: Counter[tuple[str, str]] = Counter()
    needed: Counter[str] = Counter()
    groups: dict[str, list[Counts]] = {}
    clusters: dict[str, list[Counts]] = {}
    for part in parts:
        for name in _PLAIN:
            sums[name] += getattr(part, name)
        failed.update(part.failed)
        excluded.update(part.excluded)
        confusion.update(part.confusion)
        needed.update(part.sums)
        for gathered, nested in ((groups, part.groups), (clusters, part.clusters)):
            for name, counts in nested.items():
                gathered.setdefault(name, []).append(counts)
    return Counts(
        failed=dict(failed),
        excluded=dict(excluded),
        confusion=dict(confusion),
        sums=dict(needed),
        groups={name: total(counts) for name, counts in groups.items()},
        clusters={name: total(counts) for name, counts in clusters.items()},
        **sums,
    )


@dataclass(frozen=True, slots=True)
class DayCounts:
    """Counters of one local day, served version and sampling fraction (text, "" where none was logged)."""

    day: str
    model_version: str
    sampling_fraction: str
    counts: Counts
