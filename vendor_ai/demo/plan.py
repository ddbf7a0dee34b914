"""Which calls a customer makes in a quarter: what is asked, when, of which deployment, and when the label comes."""

import random
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from vendor_ai.demo.schedule import call_times, label_time, shuffled
from vendor_ai.demo.task import SEED, Case
from vendor_ai.demo.vendor import TIME_ZONE, DemoVendor, Quarter


@dataclass(frozen=True, slots=True)
class PlannedCall:
    """One call before it is made; ``labelled_at`` is None where nobody will check the answer."""

    prediction_id: str
    at: datetime
    case: Case
    deployment: int
    labelled_at: datetime | None


def plan_quarter(vendor: DemoVendor, quarter: Quarter, cases: Sequence[Case], calls: int) -> list[PlannedCall]:
    """The calls of one quarter in order of time; the same arguments give the same plan."""
    chance = random.Random(f"{SEED} {vendor.component} {quarter.name}")
    times = call_times(quarter.first, quarter.end, calls, time_zone=TIME_ZONE)
    asked = shuffled(len(cases), calls, chance)
    checked = set(range(calls) if vendor.labelled is None else chance.sample(range(calls), vendor.labelled))
    return [
        PlannedCall(
            prediction_id=f"{vendor.component}-{quarter.name}-{number:05d}",
            at=at,
            case=cases[position],
            deployment=_deployed(vendor, at),
            labelled_at=label_time(at, chance) if number in checked else None,
        )
        for number, (at, position) in enumerate(zip(times, asked, strict=True))
    ]


def _deployed(vendor: DemoVendor, at: datetime) -> int:
    """Position of the deployment that runs at ``at``."""
    return max(position for position, deployment in enumerate(vendor.deployments) if deployment.since <= at.date())
