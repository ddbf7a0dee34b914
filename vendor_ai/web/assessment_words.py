"""Answers and levels of an assessment in the words and shapes that pages show."""

from vendor_ai.domain.decision import Decision, DecisionState
from vendor_ai.domain.pack import Level
from vendor_ai.domain.report import Mark, Tone
from vendor_ai.services.assessment_page import Area
from vendor_ai.web.display import recommendation_words

_LEVELS = {
    Level.LOW: Mark("Low", Tone.GOOD),
    Level.MEDIUM: Mark("Medium", Tone.NEUTRAL),
    Level.HIGH: Mark("High", Tone.BAD),
    Level.CRITICAL: Mark("Critical", Tone.BAD),
}


def level_mark(level: Level | None) -> Mark:
    """A risk level; higher is worse."""
    return Mark("not scored", Tone.NEUTRAL) if level is None else _LEVELS[level]


def value_words(area: Area) -> str:
    """A dimension's value in two digits."""
    return "not scored" if area.score.value is None else f"{float(area.score.value):.2f}"


def decision_words(decision: Decision) -> str:
    """A decision with its state in a sentence's worth of words."""
    waiting = ", waits for a second approver" if decision.state is DecisionState.PROPOSED else ""
    until = f", valid until {decision.valid_until.isoformat()}" if decision.valid_until else ""
    return f"{recommendation_words(decision.decision.value)}{waiting}{until}"
