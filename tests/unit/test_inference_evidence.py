"""What may be called proven."""

from decimal import Decimal
from fractions import Fraction

import pytest

from vendor_ai.domain.metric import Reading
from vendor_ai.domain.verdict import Evidence, Reason
from vendor_ai.inference.evidence import Circumstances, Openness, Strength, weigh

FLOOR = Fraction(83, 100)
WEAK = Strength(1.0, 1.0)
STRONG = Strength(0.001, 0.001)
ALL_LABELLED = Reading(700, 1000)


def weighed(
    reading: Reading = ALL_LABELLED,
    *,
    breach: Strength = WEAK,
    compliance: Strength = WEAK,
    is_floor: bool = True,
    circumstances: Circumstances | None = None,
) -> tuple[Evidence, tuple[str, ...]]:
    return weigh(
        Openness.of(reading, FLOOR, is_floor=is_floor),
        breach=breach,
        compliance=compliance,
        significance=Decimal("0.05"),
        circumstances=circumstances or Circumstances(needs_labels=True),
    )


def test_a_significant_breach_with_every_call_labelled_is_proven() -> None:
    assert weighed(breach=STRONG) == (Evidence.PROVEN_BREACH, ())


def test_significant_compliance_with_every_call_labelled_is_proven() -> None:
    assert weighed(Reading(900, 1000), compliance=STRONG) == (Evidence.PROVEN_COMPLIANT, ())


def test_a_p_value_equal_to_the_level_is_enough_and_one_above_it_is_not() -> None:
    assert weighed(breach=Strength(0.05, 0.05))[0] is Evidence.PROVEN_BREACH
    assert weighed(breach=Strength(0.0501, 0.0501)) == (Evidence.NOT_PROVEN, (Reason.NOT_SIGNIFICANT,))


def test_nothing_is_proven_in_a_running_period() -> None:
    assert weighed(breach=STRONG, circumstances=Circumstances(running=True)) == (Evidence.NOT_PROVEN, (Reason.RUNNING_PERIOD,))


@pytest.mark.parametrize(
    ("completeness", "expected"),
    [
        (Fraction(98, 100), Reason.LOG_INCOMPLETE),
        (None, Reason.COMPLETENESS_UNKNOWN),
    ],
)
def test_nothing_is_proven_below_the_declared_completeness_of_the_log(completeness: Fraction | None, expected: Reason) -> None:
    circumstances = Circumstances(completeness=completeness, completeness_needed=Decimal("0.99"))
    assert weighed(breach=STRONG, circumstances=circumstances) == (Evidence.NOT_PROVEN, (expected,))


def test_a_log_exactly_as_complete_as_declared_is_complete() -> None:
    circumstances = Circumstances(completeness=Fraction(99, 100), completeness_needed=Decimal("0.99"))
    assert weighed(breach=STRONG, circumstances=circumstances)[0] is Evidence.PROVEN_BREACH


def test_unlabelled_calls_that_could_lift_the_share_over_the_floor_leave_a_breach_unproven() -> None:
    # 700 of 1,000 labelled; with 800 more right answers 1,500 of 1,800 are 0.8333, above the floor.
    assert weighed(Reading(700, 1000, open_trials=800), breach=STRONG) == (Evidence.NOT_PROVEN, (Reason.UNLABELLED,))


def test_a_breach_that_no_label_can_undo_is_proven() -> None:
    # With 100 more right answers 800 of 1,100 are 0.727.
    assert weighed(Reading(700, 1000, open_trials=100), breach=STRONG) == (Evidence.PROVEN_BREACH, (Reason.WORST_CASE,))


def test_worst_case_bounds_on_one_side_are_not_enough_where_chance_explains_the_worst_case() -> None:
    # 810 of 980 labelled: at best 830 - 1 of 1,000, just below the floor, which a vendor at the floor reaches every second time.
    reading = Reading(809, 980, open_trials=20)
    assert reading.highest.share == Fraction(829, 1000)
    assert weighed(reading, breach=Strength(0.04, 0.48)) == (Evidence.NOT_PROVEN, (Reason.UNLABELLED,))


def test_a_worst_case_exactly_at_the_floor_is_no_breach_but_compliance() -> None:
    breach = Reading(730, 900, open_trials=100)
    assert breach.highest.share == FLOOR
    assert weighed(breach, breach=STRONG)[0] is Evidence.NOT_PROVEN
    kept = Reading(830, 900, open_trials=100)
    assert weighed(kept, compliance=STRONG) == (Evidence.PROVEN_COMPLIANT, (Reason.WORST_CASE,))


def test_a_ceiling_looks_at_the_opposite_bounds() -> None:
    assert weighed(Reading(900, 1000, open_trials=50), is_floor=False, breach=STRONG)[0] is Evidence.PROVEN_BREACH
    assert weighed(Reading(900, 1000, open_trials=100), is_floor=False, breach=STRONG)[0] is Evidence.NOT_PROVEN
    assert weighed(Reading(700, 1000, open_trials=100), is_floor=False, compliance=STRONG)[0] is Evidence.PROVEN_COMPLIANT


def test_undecided_time_outs_are_named_as_such() -> None:
    reading = Reading(10, 1000, undecided=900)
    found = weighed(reading, is_floor=False, compliance=STRONG, circumstances=Circumstances())
    assert found == (Evidence.NOT_PROVEN, (Reason.UNDECIDED_TIMEOUTS,))
