"""How strong the evidence for a breach or for compliance is, and what it rests on."""

from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from vendor_ai.domain.metric import Reading
from vendor_ai.domain.verdict import Evidence, Reason


@dataclass(frozen=True, slots=True)
class Strength:
    """One side's p-value after adjustment: as observed, with every open call against that side, and with the measured label error."""

    p_adjusted: float
    p_worst_case: float
    p_label_error: float = 0.0  # 0 where no label was checked twice, so that it decides nothing


@dataclass(frozen=True, slots=True)
class Openness:
    """Whether open calls can still change a figure, and whether each claim survives the worst they can do."""

    settled: bool
    breach_holds: bool = False
    compliance_holds: bool = False

    @classmethod
    def of(cls, reading: Reading, limit: Fraction, *, is_floor: bool) -> "Openness":
        """The worst-case bounds of a share with at least one trial against its limit; the limit itself is kept.

        Source:
            Manski (2003), worst-case bounds for missing outcomes.
        """
        assert reading.bounds is not None, "a reading with trials has bounds"
        low, high = reading.bounds
        breach, compliance = (high < limit, low >= limit) if is_floor else (low > limit, high <= limit)
        return cls(reading.settled, breach, compliance)


@dataclass(frozen=True, slots=True, kw_only=True)
class Circumstances:
    """What limits the evidence whatever the figures say.

    Attributes:
        running: The period is not over: nothing is proven in it.
        at_risk: The daily alarm of the running period stands.
        completeness: Calls logged of calls made, where measured.
        completeness_needed: The least that the clause declares; None where it declares none.
        mixed_sampling: Parts of the log hold different shares of the calls.
        too_few_days: The figure can be tested by whole days only, and there are too few.
        clusters_untested: Days or clusters hold enough calls to hang together, and the figure was tested by single calls only.
        needs_labels: Whether open calls are calls without a label, or time-outs.
    """

    running: bool = False
    at_risk: bool = False
    completeness: Fraction | None = None
    completeness_needed: Decimal | None = None
    mixed_sampling: bool = False
    too_few_days: bool = False
    clusters_untested: bool = False
    needs_labels: bool = False


def weigh(
    openness: Openness, *, breach: Strength, compliance: Strength, significance: Decimal, circumstances: Circumstances
) -> tuple[Evidence, tuple[Reason, ...]]:
    """Return the strength of evidence and the reasons for it.

    Proven is what the adjusted test shows at ``significance`` in a closed period with a complete, evenly sampled log, and what stays
    shown, by the worst-case bounds and by the test itself, if every open call turned out against it, and if as many labels are wrong as
    their second reading allows.

    Args:
        openness: What open calls can still change.
        breach: P-values of a breach.
        compliance: P-values of compliance.
        significance: Level of the contract, e.g. 0.05; reached by equality.
        circumstances: Whether the period runs, and what the log lacks.
    """
    if circumstances.running:
        return Evidence.AT_RISK if circumstances.at_risk else Evidence.NOT_PROVEN, (Reason.RUNNING_PERIOD,)
    obstacle = _obstacle(circumstances)
    if obstacle is not None:
        return Evidence.NOT_PROVEN, (obstacle,)
    level = float(significance)
    sides = (
        (Evidence.PROVEN_BREACH, breach, openness.breach_holds),
        (Evidence.PROVEN_COMPLIANT, compliance, openness.compliance_holds),
    )
    for evidence, strength, holds in sides:
        if strength.p_adjusted > level:
            continue
        if not openness.settled and not (holds and strength.p_worst_case <= level):
            return Evidence.NOT_PROVEN, (Reason.UNLABELLED if circumstances.needs_labels else Reason.UNDECIDED_TIMEOUTS,)
        if strength.p_label_error > level:
            return Evidence.NOT_PROVEN, (Reason.LABELS_UNCERTAIN,)
        return evidence, () if openness.settled else (Reason.WORST_CASE,)
    return Evidence.NOT_PROVEN, (Reason.NOT_SIGNIFICANT,)


def _obstacle(circumstances: Circumstances) -> Reason | None:
    if circumstances.completeness_needed is not None:
        if circumstances.completeness is None:
            return Reason.COMPLETENESS_UNKNOWN
        if circumstances.completeness < Fraction(circumstances.completeness_needed):
            return Reason.LOG_INCOMPLETE
    if circumstances.mixed_sampling:
        return Reason.MIXED_SAMPLING
    if circumstances.clusters_untested:
        return Reason.CLUSTERS_UNTESTED
    return Reason.TOO_FEW_DAYS if circumstances.too_few_days else None
