"""A vendor's month by hand: two components, one contract, a breach, an unannounced change, a claim that did not hold."""

from datetime import UTC, date, datetime
from decimal import Decimal
from fractions import Fraction

from vendor_ai.domain.account import (
    AccountFacts,
    ClaimedFigure,
    ClaimFact,
    ClauseHistory,
    ComparisonFact,
    ComponentMonth,
    ContractAccount,
    FileTrace,
    FindingFact,
    NoticeFact,
    PastPeriod,
    Series,
    SeriesPoint,
    ShadowFact,
    SignalFed,
    VerdictTrace,
    ViolationFact,
)
from vendor_ai.domain.comparison import AccuracyChange, Comparison, LatencyChange, OutputChange, PairedChange, VersionFigures
from vendor_ai.domain.contract import ChangeNotice, Clause, Contract, Credit, Performance, Tolerance, ToleranceKind, ToleranceMeaning
from vendor_ai.domain.measure import Counts
from vendor_ai.domain.report import Unit
from vendor_ai.domain.vendor import Component, Vendor
from vendor_ai.domain.verdict import (
    ClauseVerdict,
    ContractEvaluation,
    ContractStatus,
    Evidence,
    Measurement,
    Result,
    VersionChange,
)
from vendor_ai.kit.money import Money
from vendor_ai.kit.period import Period, PeriodLength, parse_period

ZONE = "Europe/Berlin"
AT = datetime(2026, 11, 3, 8, 0, tzinfo=UTC)
OCTOBER = parse_period("2026-10", time_zone=ZONE)
FEE = Money(Decimal("12000.00"), "EUR")
LABELS = {
    "accuracy": "Accuracy",
    "precision": "Precision",
    "recall": "Recall",
    "latency_p95": "Response time (95th percentile)",
    "uptime": "Uptime",
}


def verdict(
    clause: str,
    component: str,
    value: Fraction | float | None,
    threshold: str,
    *,
    metric: str = "",
    limit: str = "",
    unit: Unit = "share",
    n: int = 1000,
    interval: tuple[float | None, float | None] = (None, None),
    result: Result = Result.MET,
    evidence: Evidence = Evidence.NOT_PROVEN,
    p: float | None = 0.5,
    adjusted: float | None = None,
    reasons: tuple[str, ...] = (),
    consecutive: int = 0,
    credit: Money | None = None,
    labelled: int = 0,
    excluded: dict[str, int] | None = None,
) -> ClauseVerdict:
    missed = result is Result.MISSED
    measurement = Measurement(
        value, interval, n, labelled, excluded or {}, missed, p, p if adjusted is None else adjusted, evidence, reasons
    )
    is_floor = unit == "share"
    bound = Fraction(limit or threshold)
    return ClauseVerdict(
        clause, component, metric or clause.replace("-", "_"), unit, Decimal(threshold), bound, is_floor, measurement,
        result, missed, consecutive, consecutive >= 2, credit,
    )  # fmt: skip


def performance(
    metric: str, threshold: str, *, floor: bool = True, tolerance: str = "", period: PeriodLength = PeriodLength.QUARTER
) -> Performance:
    allowed = Tolerance(Decimal(tolerance), ToleranceKind.ABSOLUTE, ToleranceMeaning.ALLOWANCE) if tolerance else None
    number = Decimal(threshold)
    return Performance(
        metric,
        number if floor else None,
        None if floor else number,
        period,
        allowed,
        persistence=2,
        credit=Credit(Decimal(5)),
        claim_days=60,
    )


def contract() -> Contract:
    clauses = (
        Clause("accuracy", "performance", performance("accuracy", "0.85", tolerance="0.02")),
        Clause("recall", "performance", performance("recall", "0.83")),
        Clause("latency-p95", "performance", performance("latency_p95", "200", floor=False)),
        Clause("uptime", "performance", performance("uptime", "0.995", period=PeriodLength.MONTH)),
        Clause("change-notice", "change_notice", ChangeNotice()),
        Clause("fairness", "fairness", {"bound": "0.10"}),
    )
    return Contract(
        "acme-2026", "Acme AI", ("acme-ocr", "acme-chat"), date(2025, 10, 1), date(2027, 12, 31), ZONE, FEE, Decimal("0.05"), clauses,
        document_sha256="9f" * 32,
    )  # fmt: skip


def third_quarter() -> ContractEvaluation:
    credit = Money(Decimal("600.00"), "EUR")
    excluded = {"cancelled": 12, "rate_limited": 31}
    clauses = (
        verdict("accuracy", "acme-ocr", Fraction(511, 1000), "0.85", limit="0.83", interval=(0.4795, 0.5424), result=Result.MISSED,
                evidence=Evidence.PROVEN_BREACH, p=5.9e-119, consecutive=2, credit=credit, labelled=1000, excluded=excluded),
        verdict("accuracy", "acme-chat", Fraction(83, 99), "0.85", limit="0.83", n=99, interval=(0.7509, 0.9047),
                result=Result.INSUFFICIENT_DATA, p=0.61, reasons=("not_significant",), labelled=99),
        verdict("recall", "acme-ocr", Fraction(8299, 10000), "0.83", n=10_000, interval=(0.8224, 0.8372), result=Result.MISSED,
                p=0.49, adjusted=1.0, consecutive=1, labelled=10_000, reasons=("unlabelled",)),
        verdict("latency-p95", "acme-ocr", 148.0, "200", unit="ms", n=9_411, interval=(146.2, 151.0),
                evidence=Evidence.PROVEN_COMPLIANT, p=0.99, excluded=excluded),
        verdict("latency-p95", "acme-chat", 212.0, "200", unit="ms", n=4_020, interval=(203.0, None), result=Result.MISSED,
                p=0.031, adjusted=0.093, reasons=("clusters_too_few",), consecutive=1),
    )  # fmt: skip
    changes = (
        VersionChange("acme-ocr", "ocr-2026-03", "ocr-2026-06", datetime(2026, 8, 14, 7, 12, tzinfo=UTC), None, None, 60, True, True,
                      "accuracy fell by 32.9 points between the two versions"),
    )  # fmt: skip
    period = parse_period("2026-Q3", time_zone=ZONE)
    return ContractEvaluation("acme-2026", period, AT, ContractStatus.VIOLATED, clauses, changes, credit)


def fourth_quarter() -> ContractEvaluation:
    clauses = (
        verdict("accuracy", "acme-ocr", Fraction(290, 540), "0.85", limit="0.83", n=540, result=Result.MISSED, evidence=Evidence.AT_RISK,
                p=1e-40, interval=(0.494, 0.58), reasons=("running_period",), labelled=540),
        verdict("latency-p95", "acme-ocr", 151.0, "200", unit="ms", n=3_220, interval=(147.0, 156.0), reasons=("running_period",)),
    )  # fmt: skip
    return ContractEvaluation("acme-2026", parse_period("2026-Q4", time_zone=ZONE), AT, ContractStatus.VIOLATED, clauses, (), None)


def october_uptime() -> ContractEvaluation:
    clauses = (
        verdict("uptime", "acme-ocr", Fraction(99951, 100000), "0.995", n=100_000, interval=(0.99935, 0.99964),
                evidence=Evidence.PROVEN_COMPLIANT, p=0.99),
    )  # fmt: skip
    return ContractEvaluation("acme-2026", OCTOBER, AT, ContractStatus.COMPLIANT, clauses, (), None)


def history(
    clause: str, component: str, unit: Unit, rows: list[tuple[str, Fraction | float | None, int, Result]], limit: str
) -> ClauseHistory:
    past = tuple(PastPeriod(name, value, Fraction(limit), n, result) for name, value, n, result in rows)
    return ClauseHistory("acme-2026", clause, component, clause.replace("-", "_"), unit, unit == "share", past)


def histories() -> tuple[ClauseHistory, ...]:
    accuracy = [
        ("2025-Q4", Fraction(7, 8), 24, Result.INSUFFICIENT_DATA),
        ("2026-Q1", Fraction(840, 1000), 1000, Result.MET),
        ("2026-Q2", Fraction(790, 1000), 1000, Result.MISSED),
        ("2026-Q3", Fraction(511, 1000), 1000, Result.MISSED),
    ]
    latency: list[tuple[str, Fraction | float | None, int, Result]] = [
        ("2025-Q4", None, 0, Result.INSUFFICIENT_DATA),
        ("2026-Q1", 188.0, 8_804, Result.MET),
        ("2026-Q2", 204.0, 9_120, Result.MISSED),
        ("2026-Q3", 148.0, 9_411, Result.MET),
    ]
    uptime = [(f"2026-{month:02d}", Fraction(99_900 + 7 * month, 100_000), 100_000, Result.MET) for month in range(1, 11)]
    return (
        history("accuracy", "acme-ocr", "share", [*accuracy], "0.83"),
        history("latency-p95", "acme-ocr", "ms", latency, "200"),
        history("uptime", "acme-ocr", "share", [*uptime], "0.995"),
    )


def daily_exceedance() -> Series:
    days = tuple(OCTOBER.days())
    points = tuple(
        SeriesPoint(day.isoformat(), None if index in (17, 18) else Fraction(2 + index * 7 % 5, 100), 320, index not in (3, 4))
        for index, day in enumerate(days)
    )
    return Series("Share of calls above 200 ms, by day", "acme-ocr", "share", False, Fraction(5, 100), points)


def comparison() -> ComparisonFact:
    before = VersionFigures("ocr-2026-03", 1000, 1000, 840, 0.84, 6704.0, 21474.0)
    after = VersionFigures("ocr-2026-06", 1000, 1000, 511, 0.511, 1459.0, 12371.0)
    return ComparisonFact(
        "acme-ocr",
        Comparison(
            before,
            after,
            AccuracyChange(Fraction(329, 1000), (0.2899, 0.3666), 15.7131, 1e-55),
            PairedChange(((13, 147), (476, 364)), 1e-40),
            LatencyChange(843759.0, 1e-90, 9103.0),
            OutputChange(3.0628, 0.38905, 891.752, 1e-100),
            "ROLLBACK_IMMEDIATELY",
        ),
    )


def claims() -> tuple[ClaimFact, ...]:
    figures = (
        ClaimedFigure("accuracy", "technical-14", Decimal("0.95")),
        ClaimedFigure("latency_p95", "technical-15", Decimal(150), "ms"),
        ClaimedFigure("precision", "technical-16", Decimal("0.90")),
    )
    pack = "vendor-ai-due-diligence"
    return (
        ClaimFact("acme-ocr", pack, "1.0", Fraction(9, 4), "APPROVED_WITH_CONDITIONS", True, True, "APPROVED_WITH_CONDITIONS",
                  "R. Okafor", date(2026, 2, 20), figures),
        ClaimFact("acme-chat", pack, "1.0", Fraction(7, 3), "APPROVED_WITH_CONDITIONS", complete=False),
    )  # fmt: skip


def account() -> AccountFacts:
    """October 2026 of Acme AI, read on 3 November."""
    ocr = Component("acme-ocr", "Acme OCR", "acme-ai")
    chat = Component("acme-chat", "Acme Chat", "acme-ai")
    counts = Counts(3_320, 3_240, {"error": 40, "timeout": 9}, {"cancelled": 4, "rate_limited": 27}, 3_240, 540, 290)
    return AccountFacts(
        vendor=Vendor("acme-ai", "Acme AI"),
        month=OCTOBER,
        at=AT,
        program_version="0.1.0",
        components=(
            ComponentMonth(ocr, counts, {"ocr-2026-06": 3_320}),
            ComponentMonth(chat, Counts(1_301, 1_300, {"error": 1}), {"": 1_301}),
        ),
        contracts=(ContractAccount(contract(), (third_quarter(), october_uptime(), fourth_quarter()), histories()),),
        series=(daily_exceedance(),),
        violations=(
            ViolationFact("V-0007", "acme-2026", "accuracy", "acme-ocr", "2026-Q3", "open", datetime(2026, 10, 31, 9, tzinfo=UTC),
                          Money(Decimal("600.00"), "EUR"), "verdict-41", "sent to the vendor on 2 November"),
            ViolationFact("V-0004", "acme-2026", "accuracy", "acme-ocr", "2026-Q2", "disputed", datetime(2026, 7, 31, 9, tzinfo=UTC)),
        ),
        notices=(
            NoticeFact("N-3", "acme-chat", datetime(2026, 10, 9, 12, tzinfo=UTC), date(2026, 12, 15), "chat-5", "Successor of chat-4"),
        ),
        comparisons=(comparison(),),
        claims=claims(),
        findings=(
            FindingFact("F-12", "condition", "Report bias tests for all named attributes", "HIGH", "M. Silva", date(2026, 10, 15),
                        component="acme-ocr"),
            FindingFact("F-19", "finding", "No technical owner", "MEDIUM", due=date(2026, 12, 1), component="acme-chat"),
        ),
        shadow=(
            ShadowFact("Acme Notes", "network", datetime(2026, 9, 2, 8, tzinfo=UTC), datetime(2026, 10, 30, 17, tzinfo=UTC), 412, 9,
                       18_204_113, "under_review", ("Acme OCR", "In-house notes")),
        ),
        signals=(SignalFed("network", datetime(2026, 11, 1, 5, tzinfo=UTC)), SignalFed("survey")),
        limits=("The proxy log of 17 and 18 October was lost.",),
        verdicts=(
            VerdictTrace("verdict-41", "acme-2026", "accuracy", "acme-ocr", "2026-Q3", sha256="ab" * 32),
            VerdictTrace("verdict-42", "acme-2026", "latency-p95", "acme-ocr", "2026-Q3"),
        ),
        files=(FileTrace("predictions/acme-ocr/2026-10-01.parquet", "0c" * 32, 3_320),),
        metric_labels=LABELS,
    )  # fmt: skip


def empty_account(*, vendor: str = "Acme AI", month: Period = OCTOBER) -> AccountFacts:
    """A vendor with one component, and nothing known about it."""
    component = ComponentMonth(Component("acme-ocr", "Acme OCR", "acme-ai"))
    return AccountFacts(Vendor("acme-ai", vendor), month, AT, "0.1.0", components=(component,))
