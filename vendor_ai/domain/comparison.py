"""A vendor update, measured: one served version beside another."""

from dataclasses import dataclass


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


@dataclass(frozen=True, slots=True)
class AccuracyChange:
    """Before minus after, Newcombe's 95 % interval, pooled two-proportion z, two-sided p."""

    difference: float
    interval: tuple[float, float]
    z: float
    p_value: float


@dataclass(frozen=True, slots=True)
class PairedChange:
    """``table`` is [[both wrong, only after right], [only before right, both right]]; exact McNemar p."""

    table: tuple[tuple[int, int], tuple[int, int]]
    p_value: float


@dataclass(frozen=True, slots=True)
class LatencyChange:
    """Mann-Whitney U of the before side, two-sided p, difference of P95 before minus after in ms."""

    u: float
    p_value: float
    p95_difference_ms: float


@dataclass(frozen=True, slots=True)
class OutputChange:
    """Distribution of answers: PSI, Jensen-Shannon divergence (base 2), uncorrected chi-squared."""

    psi: float
    js_divergence: float
    chi2: float
    p_value: float


@dataclass(frozen=True, slots=True)
class Comparison:
    """Two served versions of one component."""

    before: VersionFigures
    after: VersionFigures
    accuracy: AccuracyChange | None
    paired: PairedChange | None
    latency: LatencyChange | None
    outputs: OutputChange | None
    recommendation: str
