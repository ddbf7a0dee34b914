"""What the questionnaire claimed, beside what was measured."""

from decimal import Decimal
from fractions import Fraction

from vendor_ai.domain.account import AccountFacts, ClaimedFigure, ClaimFact
from vendor_ai.domain.report import Block, Cell, Column, ColumnType, Mark, Paragraph, TableBlock, Tone
from vendor_ai.domain.verdict import ClauseVerdict, Result
from vendor_ai.kit.number import fraction_text
from vendor_ai.reports.quantity import decimal_of, quantity
from vendor_ai.reports.section import Section
from vendor_ai.reports.wording import plain_words, sentence

_CLAIMS = (
    Column("component", "Component"),
    Column("pack", "Questionnaire"),
    Column("version", "Version"),
    Column("score", "Score", ColumnType.DECIMAL),
    Column("recommendation", "Recommendation"),
    Column("standing", "Answers"),
    Column("decision", "Decision"),
    Column("decided_by", "By"),
    Column("decided_on", "On", ColumnType.DATE),
)
_FIGURES = (
    Column("component", "Component"),
    Column("figure", "Figure"),
    Column("claimed", "Claimed", ColumnType.QUANTITY),
    Column("measured", "Measured", ColumnType.QUANTITY),
    Column("difference", "Measured less claimed", ColumnType.QUANTITY),
    Column("n", "Calls", ColumnType.INTEGER),
    Column("period", "Period"),
    Column("reading", "Reading", ColumnType.MARK),
    Column("question", "Question", detail=True),
)


def build(facts: AccountFacts) -> tuple[Block, ...]:
    """The questionnaires with their scores, then each claimed figure with its measurement."""
    if not facts.claims:
        return (Paragraph("No scored questionnaire is on record, so there is no claim to hold against the measurements."),)
    blocks: list[Block] = [
        Paragraph(
            "Scores run from 1 (low risk) to 4 (critical); higher is worse. A recommendation is arithmetic, a decision a person\u2019s."
        ),
        TableBlock("Claims", "Questionnaires answered", _CLAIMS, tuple(_claim(claim) for claim in facts.claims)),
    ]
    figures = tuple(_figure(facts, claim, figure) for claim in facts.claims for figure in claim.figures)
    if not figures:
        return (*blocks, Paragraph("The questionnaires hold no figure that is also measured here."))
    return (*blocks, TableBlock("Claims and facts", "Claimed and measured", _FIGURES, figures))


def _claim(claim: ClaimFact) -> tuple[Cell, ...]:
    standing = "incomplete" if not claim.complete else "verified" if claim.verified else "as claimed"
    return (
        claim.component,
        claim.pack,
        claim.version,
        None if claim.score is None else _score(claim.score),
        sentence(plain_words(claim.recommendation or "no score").lower()),
        sentence(standing),
        sentence(plain_words(claim.decision).lower()) if claim.decision else "None yet",
        claim.decided_by,
        claim.decided_on,
    )


def _score(score: Fraction) -> Cell:
    """The score as it is shown elsewhere: exact, at least two digits, six where it has no end."""
    return Decimal(fraction_text(score, at_least=2))


def _figure(facts: AccountFacts, claim: ClaimFact, figure: ClaimedFigure) -> tuple[Cell, ...]:
    found = _measurement(facts, claim.component, figure.metric)
    claimed = quantity(figure.claimed, figure.unit)
    if found is None or found[1].measurement.value is None:
        nothing = Mark("Not measured", Tone.UNKNOWN)
        return (claim.component, facts.metric_label(figure.metric), claimed, None, None, 0, "", nothing, figure.question)
    period, verdict = found
    measured = verdict.measurement.value
    assert measured is not None
    difference = decimal_of(decimal_of(measured) - figure.claimed)
    return (
        claim.component,
        facts.metric_label(figure.metric),
        claimed,
        quantity(measured, figure.unit, limit=Fraction(figure.claimed)),
        quantity(difference, "points" if figure.unit == "share" else "ms"),
        verdict.measurement.n,
        period,
        _reading(verdict, worse=difference < 0 if verdict.is_floor else difference > 0),
        figure.question,
    )


def _reading(verdict: ClauseVerdict, *, worse: bool) -> Mark:
    if verdict.result is Result.INSUFFICIENT_DATA:
        return Mark("Too little data", Tone.UNKNOWN)
    return Mark("Worse than claimed", Tone.BAD) if worse else Mark("As claimed or better", Tone.GOOD)


def _measurement(facts: AccountFacts, component: str, metric: str) -> tuple[str, ClauseVerdict] | None:
    """The measurement over most calls, of a closed period where there is one."""
    for evaluations in (facts.closed(), facts.running()):
        found = [
            (it.period.name, verdict)
            for _, it in evaluations
            for verdict in it.clauses
            if verdict.component == component and verdict.metric == metric and verdict.measurement.value is not None
        ]
        if found:
            return max(found, key=lambda pair: pair[1].measurement.n)
    return None


SECTION = Section("claims", 60, "Claims against measurements", build)
