"""The clauses of one contract and period, measured as one family."""

from collections.abc import Sequence
from decimal import Decimal
from fractions import Fraction

from vendor_ai.domain.verdict import Evidence, LabelCheck, Measurement, Reason
from vendor_ai.inference.entry import AuditLabels, Entry
from vendor_ai.inference.evidence import Circumstances, Strength, weigh
from vendor_ai.inference.family import Tested, judge_family
from vendor_ai.inference.member import Member, member_of

__all__ = ["AuditLabels", "Entry", "LabelCheck", "measure"]

_UNTESTED = Strength(1.0, 1.0, 1.0)


def measure(entries: Sequence[Entry], *, significance: Decimal) -> list[Measurement]:
    """Return what was measured for each entry, in the order given.

    The entries with data are tested, and by days and clusters where enough of them hold calls (the larger p-value decides); Holm's
    adjustment over all of them, shares and other figures alike, decides what is proven. ``p_value`` is the raw one: for shares the exact
    one of independent calls.

    Args:
        entries: All performance clauses of one contract and period, one for each component.
        significance: The contract's level, e.g. 0.05; intervals are two-sided at 1 - significance.

    Raises:
        ValueError: When a percentile is promised as a floor: its counters cannot test that.
        PositiveLabelMissingError: From metrics whose clause names too little.
    """
    members = [member_of(entry, significance) for entry in entries]
    tested = iter(judge_family([member.test for member in members if member.test is not None], significance=float(significance)))
    return [
        _measured(entry, member, None if member.test is None else next(tested), significance)
        for entry, member in zip(entries, members, strict=True)
    ]


def _measured(entry: Entry, member: Member, tested: Tested | None, significance: Decimal) -> Measurement:
    evidence, reasons = _weighed(entry, member, tested, significance)
    return Measurement(
        value=member.value,
        interval=member.interval,
        n=member.n,
        labelled=entry.counts.labelled,
        excluded=dict(entry.counts.excluded),
        missed=member.missed,
        p_value=None if tested is None else tested.p_exact,
        p_adjusted=None if tested is None else tested.breach.p_adjusted,
        evidence=evidence,
        reasons=reasons,
        bounds=member.bounds,
        versions=dict(entry.versions),
        sample=None if entry.metric.quantile is None or not member.n else entry.counts.timed - entry.counts.failed.get("timeout", 0),
        completeness=entry.completeness,
        check=entry.check,
        audit=member.n if entry.sampled else None,
    )


def _weighed(entry: Entry, member: Member, tested: Tested | None, significance: Decimal) -> tuple[Evidence, tuple[str, ...]]:
    """The strength of evidence, with every reason: why it is no stronger, then what it rests on."""
    if not member.n:
        return Evidence.NOT_PROVEN, (Reason.NO_DATA,)
    evidence, reasons = weigh(
        member.openness,
        breach=_UNTESTED if tested is None else tested.breach,
        compliance=_UNTESTED if tested is None else tested.compliance,
        significance=significance,
        circumstances=Circumstances(
            running=entry.running,
            at_risk=entry.at_risk,
            completeness=entry.completeness,
            completeness_needed=entry.completeness_needed,
            mixed_sampling=entry.mixed_sampling,
            too_few_days=tested is None,
            clusters_untested=member.clusters_untested,
            needs_labels=entry.metric.needs_labels,
        ),
    )
    notes = (
        (entry.sampled, Reason.AUDIT_SAMPLE),
        *((True, reason) for reason in member.footing),
        (entry.value_at_least, Reason.AT_LEAST),
        (not _precise(entry, member), Reason.IMPRECISE),
    )
    return evidence, (*reasons, *(reason for applies, reason in notes if applies))


def _precise(entry: Entry, member: Member) -> bool:
    """Whether half the interval's width stays within the agreed precision; an unbounded side never does."""
    low, high = member.interval
    if entry.precision is None:
        return True
    return low is not None and high is not None and Fraction(high) - Fraction(low) <= 2 * entry.precision
