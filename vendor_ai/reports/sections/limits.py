"""What this report cannot say."""

from vendor_ai.domain.account import AccountFacts
from vendor_ai.domain.contract import ChangeNotice
from vendor_ai.domain.report import Block, Paragraph, Points
from vendor_ai.domain.verdict import Reason, Result
from vendor_ai.reports.section import Section
from vendor_ai.reports.wording import count_text, listing, local_day, reason_text

_SAID_ELSEWHERE = frozenset({Reason.NO_DATA, Reason.RUNNING_PERIOD, Reason.NOT_SIGNIFICANT, Reason.WORST_CASE, Reason.CLUSTERS_BY_DAY})


def build(facts: AccountFacts) -> tuple[Block, ...]:
    """The gaps found in the facts, those the caller knows of, and what no report of this kind covers."""
    found = [*_nothing_on_record(facts), *_calls(facts), *_verdicts(facts), *_unmeasured(facts), *_signals(facts), *facts.limits]
    found.append("Incidents, drift, fairness, expired evidence and obligations ahead are not part of this report.")
    return (Paragraph("A figure that is missing below is not a good figure."), Points(tuple(found)))


def _nothing_on_record(facts: AccountFacts) -> list[str]:
    found = []
    if not facts.contracts:
        found.append("No contract is on record: nothing here says whether the vendor keeps its word.")
    if not facts.components:
        found.append("No component is on record: nothing is measured.")
    if not facts.claims:
        found.append("No scored questionnaire is on record: there is no claim to compare.")
    return found


def _calls(facts: AccountFacts) -> list[str]:
    silent = [month.component.ref for month in facts.components if not month.counts.attempted]
    unlabelled = [month.component.ref for month in facts.components if month.counts.answered and not month.counts.labelled]
    found = []
    if silent:
        found.append(f"No calls of {listing(silent)} were logged in {facts.month.name}: nothing is known about the month.")
    if unlabelled:
        found.append(f"No outcome has arrived for {listing(unlabelled)} in {facts.month.name}: how often it was right is unknown.")
    return found


def _verdicts(facts: AccountFacts) -> list[str]:
    found = []
    for contract, it in facts.running():
        found.append(f"{contract.ref}, {it.period.name} still runs: its figures may turn, and nothing in it is decided.")
    reasons: dict[str, list[str]] = {}
    for _, it in facts.closed():
        thin = [verdict for verdict in it.clauses if verdict.result is Result.INSUFFICIENT_DATA]
        if thin:
            named = listing([f"{facts.promise_label(verdict.metric, verdict.clause)} of {verdict.component}" for verdict in thin])
            found.append(f"{it.period.name}: {count_text(len(thin), 'promise')} without enough data to judge: {named}.")
        for verdict in it.clauses:
            for code in (code for code in verdict.measurement.reasons if code not in _SAID_ELSEWHERE):
                reasons.setdefault(code, []).append(
                    f"{facts.promise_label(verdict.metric, verdict.clause)} of {verdict.component}, {it.period.name}"
                )
    found += [f"{listing(places)}: {reason_text(code)}." for code, places in reasons.items()]
    return found


def _unmeasured(facts: AccountFacts) -> list[str]:
    """Clauses no evaluation speaks of: their kind is not measured, or no period of their length is in this report."""
    found = []
    for one in facts.contracts:
        spoken = {verdict.clause for it in one.evaluations for verdict in it.clauses}
        silent = [clause.id for clause in one.contract.clauses if clause.id not in spoken and not isinstance(clause.terms, ChangeNotice)]
        if silent:
            found.append(f"{one.contract.ref}: {listing(silent)} {'is' if len(silent) == 1 else 'are'} agreed, but not measured here.")
    return found


def _signals(facts: AccountFacts) -> list[str]:
    zone = facts.month.time_zone
    fed = [f"{it.signal} ({local_day(it.last_fed, zone).isoformat()})" for it in facts.signals if it.last_fed is not None]
    silent = [it.signal for it in facts.signals if it.last_fed is None]
    if not fed:
        return ["No signal of shadow use was fed: use of this vendor outside the approved components would not have been seen."]
    found = [f"Shadow use is known only from the signals fed, with the day each was last fed: {listing(fed)}."]
    return [*found, f"Never fed: {listing(silent)}."] if silent else found


SECTION = Section("limits", 90, "What this report cannot say", build)
