"""A vendor update, measured: one served version beside another."""

from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction
from typing import Any

from vendor_ai.kit.number import float_text, fraction_text


class Rollout(StrEnum):
    """What the figures advise about a new version."""

    ROLLBACK_IMMEDIATELY = "ROLLBACK_IMMEDIATELY"
    MONITOR_CLOSELY = "MONITOR_CLOSELY"
    PROCEED_TO_FULL_ROLLOUT = "PROCEED_TO_FULL_ROLLOUT"


@dataclass(frozen=True, slots=True)
class VersionFigures:
    """One version's side; percentiles linear (Hyndman-Fan 7), in ms; None without data."""

    version: str
    n: int
    labelled: int
    correct: int
    accuracy: float | None
    latency_p50_ms: float | None
    latency_p95_ms: float | None

    @property
    def exact_accuracy(self) -> Fraction | None:
        """Correct of labelled calls; None without labels."""
        return Fraction(self.correct, self.labelled) if self.labelled else None

    def as_json(self) -> dict[str, Any]:
        """The keys of one side in the **compare** document."""
        return {
            "version": self.version,
            "n": self.n,
            "accuracy": None if self.exact_accuracy is None else fraction_text(self.exact_accuracy),
            "latency_p50_ms": None if self.latency_p50_ms is None else float_text(self.latency_p50_ms),
            "latency_p95_ms": None if self.latency_p95_ms is None else float_text(self.latency_p95_ms),
        }


@dataclass(frozen=True, slots=True)
class AccuracyChange:
    """Before minus after (exact), Newcombe's 95 % interval, pooled two-proportion z, two-sided p."""

    difference: Fraction
    interval: tuple[float, float]
    z: float
    p_value: float

    def as_json(self) -> dict[str, Any]:
        """Decimal strings."""
        return {
            "difference": fraction_text(self.difference),
            "interval": [float_text(bound) for bound in self.interval],
            "z": float_text(self.z),
            "p_value": float_text(self.p_value),
        }


@dataclass(frozen=True, slots=True)
class PairedChange:
    """``table`` is [[both wrong, only after right], [only before right, both right]]; exact McNemar p."""

    table: tuple[tuple[int, int], tuple[int, int]]
    p_value: float

    def as_json(self) -> dict[str, Any]:
        """Counts as integers, the p-value as a decimal string."""
        return {"table": [list(row) for row in self.table], "p_value": float_text(self.p_value)}


@dataclass(frozen=True, slots=True)
class LatencyChange:
    """Mann-Whitney U of the before side, two-sided p, difference of P95 before minus after in ms."""

    u: float
    p_value: float
    p95_difference_ms: float

    def as_json(self) -> dict[str, Any]:
        """Decimal strings."""
        return {"u": float_text(self.u), "p_value": float_text(self.p_value), "p95_difference_ms": float_text(self.p95_difference_ms)}


@dataclass(frozen=True, slots=True)
class OutputChange:
    """Distribution of answers: PSI, Jensen-Shannon divergence (base 2), uncorrected chi-squared."""

    psi: float
    js_divergence: float
    chi2: float
    p_value: float

    def as_json(self) -> dict[str, Any]:
        """Decimal strings."""
        return {
            "psi": float_text(self.psi),
            "js_divergence": float_text(self.js_divergence),
            "chi2": float_text(self.chi2),
            "p_value": float_text(self.p_value),
        }


@dataclass(frozen=True, slots=True)
class Comparison:
    """Two served versions of one component; a part is None where the calls do not carry it."""

    before: VersionFigures
    after: VersionFigures
    accuracy: AccuracyChange | None
    paired: PairedChange | None
    latency: LatencyChange | None
    outputs: OutputChange | None
    recommendation: str

    def as_json(self) -> dict[str, Any]:
        """The **compare** document: counts are integers, all other figures decimal strings, absent parts null."""
        return {
            "before": self.before.as_json(),
            "after": self.after.as_json(),
            "accuracy": None if self.accuracy is None else self.accuracy.as_json(),
            "paired": None if self.paired is None else self.paired.as_json(),
            "latency": None if self.latency is None else self.latency.as_json(),
            "outputs": None if self.outputs is None else self.outputs.as_json(),
            "recommendation": self.recommendation,
        }
