"""Scheduled work: what a job is, and one item of it that is due."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Generic, TypeVar

A = TypeVar("A")


@dataclass(frozen=True, slots=True)
class DueItem:
    """One item of a job: ``period`` names it in the ledger, ``run`` does it and says in one line what came of it."""

    period: str
    run: Callable[[], str]


@dataclass(frozen=True, slots=True)
class Job(Generic[A]):
    """A job, one file.

    Attributes:
        key: Name for ``job run``.
        label: What it does.
        every_s: Seconds between looks for due items.
        due: The items that are due, safe to run twice; the ledger sees to it that each runs once.
    """

    key: str
    label: str
    every_s: int
    due: Callable[[A], Iterable[DueItem]]


@dataclass(frozen=True, slots=True)
class JobRun:
    """One line of the ledger."""

    job: str
    period: str
    state: str
    attempt: int
    worker: str
    started_at: datetime
    finished_at: datetime | None
    message: str
