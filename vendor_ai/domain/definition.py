"""What the words of a performance clause mean, where the contract does not say otherwise.

A measured figure can be disputed by its definitions: one real log is 85.75 % available by calls and 99.83 % by time. So each
definition has a stated default, which is stored with the contract when it is read, and shown.
"""

from typing import Any

from vendor_ai.domain.declared_term import DeclaredTerm, read_declared
from vendor_ai.domain.term import TermReader

DEFINITIONS = (
    DeclaredTerm("latency_measured_at", "client", "where the clock of the latency runs", ("client", "proxy")),
    DeclaredTerm("latency_to", "last_token", "up to which token of the answer the latency runs", ("last_token", "first_token")),
    DeclaredTerm("retries", "each_attempt", "whether every attempt is a call, or the last one alone", ("each_attempt", "last_attempt")),
    DeclaredTerm("uptime_by", "calls", "uptime is the share of calls that were answered", ("calls",)),
    DeclaredTerm("calls_in_scope", "all_logged", "every logged call of the component that matches the clause's `where`", ("all_logged",)),
    DeclaredTerm("partial_periods", "clipped", "the first and last period are cut to the contract's term", ("clipped",)),
    DeclaredTerm("mid_period_amendment", "next_period", "an amendment holds from the next period on", ("next_period",)),
    DeclaredTerm("label_freeze_days", 30, "days after a period's end until its labels freeze", holds="days"),
    DeclaredTerm("claim_days", None, "days after a period's end to claim a credit", holds="days"),
    DeclaredTerm("completeness", None, "least share of the calls that the log must hold", holds="share"),
)


def read_definitions(reader: TermReader | None) -> dict[str, Any]:
    """Return every definition of a contract, the unsaid ones with their defaults; ``reader`` is None where none are given."""
    if reader is None:
        return {definition.name: definition.default for definition in DEFINITIONS}
    found = read_declared(DEFINITIONS, reader)
    reader.finish()
    return dict(found)
