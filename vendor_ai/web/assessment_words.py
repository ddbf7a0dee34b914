"""Answers and levels of an assessment in the words and shapes that pages show."""

from vendor_ai.domain.assessment import AnswerSource
from vendor_ai.domain.decision import Decision, DecisionState
from vendor_ai.domain.pack import Level
from vendor_ai.domain.report import Mark, Tone
from vendor_ai.services.assessment_page import Area
from vendor_ai.services.assessment_sheet import SheetLine
from vendor_ai.web.display import recommendation_words

_LEVELS = {
    Level.LOW: Mark("Low", Tone.GOOD),
    Level.MEDIUM: Mark("Medium", Tone.NEUTRAL),
    Level.HIGH: Mark("High", Tone.BAD),
    Level.CRITICAL: Mark("Critical", Tone.BAD),
}
_SOURCES = {
    AnswerSource.VENDOR: "vendor",
    AnswerSource.DOCUMENT: "document",
    AnswerSource.OWN_TEST: "own test",
    AnswerSource.STAFF: "staff",
}


def level_mark(level: Level | None) -> Mark:
    """A risk level; higher is worse."""
    return Mark("not scored", Tone.NEUTRAL) if level is None else _LEVELS[level]


def answer_words(line: SheetLine) -> str:
    """An answer as the vendor read it: labels, not values."""
    if line.given is None:
        return "not answered"
    if line.given.answer.not_applicable:
        return "Not applicable"
    chosen = line.question.chosen(line.given.answer.value)
    labels = [option.label for option in line.question.options if option.value in chosen]
    unit = f" {line.question.unit}" if line.question.unit and not labels else ""
    return "; ".join(labels) or f"{line.given.answer.value}{unit}"


def source_words(line: SheetLine) -> str:
    """Where an answer comes from, and who gave it."""
    if line.given is None:
        return ""
    origin = f", from {line.given.origin}" if line.given.origin else ""
    person = f" ({line.given.answered_by})" if line.given.answered_by else ""
    return f"{_SOURCES[line.given.source]}{person}{origin}"


def value_words(area: Area) -> str:
    """A dimension's value in two digits."""
    return "not scored" if area.score.value is None else f"{float(area.score.value):.2f}"


def decision_words(decision: Decision) -> str:
    """A decision with its state in a sentence's worth of words."""
    waiting = ", waits for a second approver" if decision.state is DecisionState.PROPOSED else ""
    until = f", valid until {decision.valid_until.isoformat()}" if decision.valid_until else ""
    return f"{recommendation_words(decision.decision.value)}{waiting}{until}"
