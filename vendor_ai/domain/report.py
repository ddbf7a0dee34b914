"""The report value: worded, ordered and typed once, printed by every format."""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Literal

from vendor_ai.kit.money import Money

Unit = Literal["share", "ms", "number", "percent", "money", "calls_per_minute"]
Shown = Literal[Unit, "points"]


class Tone(StrEnum):
    """How a figure is meant; every format shows it as a shape and in words, never by colour alone."""

    GOOD = "good"
    BAD = "bad"
    UNKNOWN = "unknown"
    NEUTRAL = "neutral"


@dataclass(frozen=True, slots=True)
class Mark:
    """A word with its tone: ``Kept``, ``Broken``."""

    text: str
    tone: Tone


@dataclass(frozen=True, slots=True)
class Quantity:
    """A share (0-1) printed as percent, a difference of shares printed as points, or ms, with ``places`` digits printed."""

    value: Decimal
    unit: Shown
    places: int = 1


@dataclass(frozen=True, slots=True)
class Span:
    """An interval in the unit of a quantity; a side None is unbounded."""

    low: Decimal | None
    high: Decimal | None
    unit: Shown
    places: int = 1


Cell = str | int | Decimal | Money | date | Mark | Quantity | Span | None


class ColumnType(StrEnum):
    """What a column holds; ``percent`` and ``ms`` are plain decimals (a share 0-1, milliseconds), ``quantity`` is either by row."""

    TEXT = "text"
    INTEGER = "integer"
    DECIMAL = "decimal"
    PERCENT = "percent"
    MS = "ms"
    MONEY = "money"
    DATE = "date"
    MARK = "mark"
    QUANTITY = "quantity"
    SPAN = "span"
    CODE = "code"  # signs without meaning to a reader (a hash), never broken


@dataclass(frozen=True, slots=True)
class Column:
    """One column; a ``detail`` column is left out where people read and kept where machines do (XLSX, JSON)."""

    key: str
    label: str
    type: ColumnType = ColumnType.TEXT
    detail: bool = False


@dataclass(frozen=True, slots=True)
class Paragraph:
    """Running text; ``lead`` is the sentence a hurried reader needs."""

    text: str
    lead: bool = False
    tone: Tone = Tone.NEUTRAL


@dataclass(frozen=True, slots=True)
class Points:
    """Sentences of equal rank."""

    items: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Subheading:
    """A heading inside a section."""

    text: str


@dataclass(frozen=True, slots=True)
class Figure:
    """One key figure: the question it answers, the answer, and what it rests on."""

    label: str
    value: str
    tone: Tone
    note: str = ""


@dataclass(frozen=True, slots=True)
class Figures:
    """Key figures side by side."""

    items: tuple[Figure, ...]


@dataclass(frozen=True, slots=True)
class TableBlock:
    """Rows under typed columns; tables with the same ``sheet`` share a worksheet where their columns are equal."""

    sheet: str
    caption: str
    columns: tuple[Column, ...]
    rows: tuple[tuple[Cell, ...], ...]


@dataclass(frozen=True, slots=True)
class ChartPoint:
    """One point; ``value`` None is a gap, NEUTRAL tone is not judged, UNKNOWN is drawn hollow."""

    label: str
    value: Decimal | None
    n: int
    tone: Tone
    low: Decimal | None = None
    high: Decimal | None = None


@dataclass(frozen=True, slots=True)
class ChartBlock:
    """A course over time with the limit it is held against; ``alt`` says in words what the picture shows."""

    kind: Literal["line", "bar"]
    title: str
    unit: Unit
    points: tuple[ChartPoint, ...]
    threshold: Decimal
    threshold_label: str
    alt: str
    note: str = ""


Block = Paragraph | Points | Subheading | Figures | TableBlock | ChartBlock


@dataclass(frozen=True, slots=True)
class ReportSection:
    """One section of a report."""

    key: str
    title: str
    blocks: tuple[Block, ...]


@dataclass(frozen=True, slots=True)
class Report:
    """One report, from which every format is printed.

    Attributes:
        title: ``Accountability report: Acme AI``.
        subtitle: The month in words.
        vendor: The vendor's name.
        period: First and last day with the time zone.
        as_of: The instant of the records in words, with the zone.
        at: The same instant; formats use it where they must carry a time.
        program_version: Of the program that computed the figures.
        sections: In printing order.
    """

    title: str
    subtitle: str
    vendor: str
    period: str
    as_of: str
    at: datetime
    program_version: str
    sections: tuple[ReportSection, ...]
