"""The demo's three vendors: what each serves, from which day on, and how its customer logs it. Dates and volumes only, no results."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from functools import partial

from vendor_ai.demo import task
from vendor_ai.demo.task import Model, Task

TIME_ZONE = "Europe/Berlin"


@dataclass(frozen=True, slots=True)
class Quarter:
    """A calendar quarter as half-open dates."""

    name: str
    first: date
    end: date


QUARTERS = (Quarter("2026-Q2", date(2026, 4, 1), date(2026, 7, 1)), Quarter("2026-Q3", date(2026, 7, 1), date(2026, 10, 1)))
AS_OF = "2026-11-02T09:00:00+01:00"  # the day the books are opened: labels of the third quarter are frozen


@dataclass(frozen=True, slots=True)
class Deployment:
    """What a vendor's service runs from a day on.

    Attributes:
        since: The day, in the contract's zone.
        version: What the service says it is.
        model: Makes the model, not yet trained.
        slow_every: Every so many calls the service waits before it answers; 0: never.
        slow_ms: How long it waits then.
        fails_every: Every so many calls it answers that it is overloaded; 0: never.
    """

    since: date
    version: str
    model: Callable[[], Model]
    slow_every: int = 0
    slow_ms: int = 0
    fails_every: int = 0


@dataclass(frozen=True, slots=True)
class DemoVendor:
    """One vendor, one component, one contract.

    Attributes:
        vendor: Reference in the inventory.
        name: For people.
        component: Reference in the inventory.
        contract: Reference in the contract file of the same name.
        task: What it is asked.
        deployments: In order of their days; the first holds from the start.
        calls: Calls a quarter in the full demo.
        fewest_calls: The least that a shortened demo makes.
        labelled: Calls a quarter that somebody checks; None: all.
        at_once: Calls under way together.
        by_file: Whether its log comes as files, not through the client.
    """

    vendor: str
    name: str
    component: str
    contract: str
    task: Callable[[], Task]
    deployments: tuple[Deployment, ...]
    calls: int
    fewest_calls: int
    labelled: int | None = None
    at_once: int = 1
    by_file: bool = False

    def calls_at(self, size: float) -> int:
        """Calls a quarter when the demo is shortened to ``size`` (0 to 1) of its length."""
        return max(self.fewest_calls, round(self.calls * size))


NORTHWIND = DemoVendor(
    vendor="northwind-vision",
    name="Northwind Vision",
    component="digit-reader",
    contract="northwind-2026",
    task=task.handwritten_digits,
    deployments=(
        Deployment(date(2026, 4, 1), "digit-reader-2026.1", task.many_trees),
        Deployment(date(2026, 7, 20), "digit-reader-2026.2", task.shallow_tree),  # nobody is told
    ),
    calls=1_200,
    fewest_calls=200,
)
CLEARWATER = DemoVendor(
    vendor="clearwater-text",
    name="Clearwater Text",
    component="report-triage",
    contract="clearwater-2026",
    task=task.laboratory_reports,
    deployments=(
        Deployment(date(2026, 4, 1), "report-triage-5.0", partial(task.regression, 1.0)),
        Deployment(date(2026, 8, 3), "report-triage-5.1", partial(task.regression, 0.3)),
    ),
    calls=400,
    fewest_calls=400,
)
HARBOUR = DemoVendor(
    vendor="harbour-crm",
    name="Harbour CRM",
    component="lot-sorter",
    contract="harbour-2026",
    task=task.wine_lots,
    deployments=(
        Deployment(date(2026, 4, 1), "lot-sorter-3", partial(task.regression, 1.0), slow_every=7, slow_ms=160),
        Deployment(date(2026, 7, 1), "lot-sorter-3", partial(task.regression, 1.0), slow_every=7, slow_ms=160, fails_every=40),
    ),
    calls=420,
    fewest_calls=120,
    labelled=60,
    at_once=4,
    by_file=True,
)
VENDORS = (NORTHWIND, CLEARWATER, HARBOUR)
