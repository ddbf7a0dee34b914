"""How strong the evidence for a breach or for compliance is, and what it rests on."""

from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from vendor_ai.domain.metric import Reading
from vendor_ai.domain.verdict import Evidence, Reason


@dataclass(frozen=True, slots=True)
class Strength:
    """One side's p-value after adjustment, as observed and with every open call against that side."""

    p_adjusted: float
    p_worst_case: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Circumstances:
    """What limits the evidence whatever the figures say.

    Attributes:
        running: The period is not over: nothing is proven in it.
        completeness: Calls logged of calls made, where measured.
        completeness_needed: The least that the clause declares; None where it declares none.
        needs_labels: Whether open calls are calls without a label, or time-outs.
    """

    running: bool = False
    completeness: Fraction | None = None
    completeness_needed: Decimal | None = None
    needs_labels: bool = False


def weigh(
    reading: Reading,
    limit: Fraction,
    *,
    is_floor: bool,
    breach: Strength,
    compliance: Strength,
    significance: Decimal,
    circumstances: Circumstances,
) -> tuple[Evidence, tuple[str, ...]]:
    """Return the strength of evidence and the reasons for it.

    Proven is what the adjusted test shows at ``significance`` in a closed period with a complete log, and what stays shown, by the
    worst-case bounds and by the test itself, if every open call turned out against it.

    Args:
        reading: The share under test, with at least one trial.
        limit: Share promised, exact.
        is_floor: True where the share must be at least ``limit``.
        breach: P-values of a breach.
        compliance: P-values of compliance.
        significance: Level of the contract, e.g. 0.05; reached by equality.
        circumstances: Whether the period runs and the log is complete.

    Source:
        Manski (2003), worst-case bounds for missing outcomes.
    """
    obstacle = _obstacle(circumstances)
    if obstacle is not None:
        return Evidence.NOT_PROVEN, (obstacle,)
    level = float(significance)
    sides = ((Evidence.PROVEN_BREACH, breach, False), (Evidence.PROVEN_COMPLIANT, compliance, True))
    for evidence, strength, kept in sides:
        if strength.p_adjusted > level:
            continue
        if reading.settled:
            return evidence, ()
        if _holds_in_worst_case(reading, limit, is_floor=is_floor, kept=kept) and strength.p_worst_case <= level:
            return evidence, (Reason.WORST_CASE,)
        return Evidence.NOT_PROVEN, (Reason.UNLABELLED if circumstances.needs_labels else Reason.UNDECIDED_TIMEOUTS,)
    return Evidence.NOT_PROVEN, (Reason.NOT_SIGNIFICANT,)


def _obstacle(circumstances: Circumstances) -> Reason | None:
    if circumstances.running:
        return Reason.RUNNING_PERIOD
    if circumstances.completeness_needed is None:
        return None
    if circumstances.completeness is None:
        return Reason.COMPLETENESS_UNKNOWN
    return Reason.LOG_INCOMPLETE if circumstances.completeness < Fraction(circumstances.completeness_needed) else None


def _holds_in_worst_case(reading: Reading, limit: Fraction, *, is_floor: bool, kept: bool) -> bool:
    """Whether both worst-case bounds lie on the claimed side of the limit; the limit itself is kept."""
    assert reading.bounds is not None, "a reading with trials has bounds"
    low, high = reading.bounds
    if kept:
        return low >= limit if is_floor else high <= limit
    return high < limit if is_floor else low > limit
