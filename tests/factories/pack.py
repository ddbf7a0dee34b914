"""Small packs for tests."""

from collections.abc import Sequence
from fractions import Fraction
from typing import Any

from vendor_ai.domain.answer import Answer
from vendor_ai.domain.pack import NOT_APPLICABLE, Dimension, Level, Option, Pack, Question


def a_question(question_id: str, dimension: str = "d1", levels: Sequence[int] = (1, 2, 3, 4), **fields: Any) -> Question:
    """A question whose options are named by their level: l1, l2, l3, l4."""
    options = tuple(Option(f"l{level}", f"Level {level}", Level(level)) for level in levels)
    return Question(question_id, dimension, f"What about {question_id}?", options, **fields)


def a_pack(questions: Sequence[Question], **weights: str) -> Pack:
    """A pack of these questions; weights by dimension as text."""
    dimensions = tuple(Dimension(name, name.title(), "technical", Fraction(weight)) for name, weight in (weights or {"d1": "1"}).items())
    return Pack("small", "1.0", "Small pack", "", dimensions, tuple(questions))


def answered(**values: str) -> dict[str, Answer]:
    """Answers by question id."""
    return {question: Answer(question, value) for question, value in values.items()}


NA = NOT_APPLICABLE

SMALL_PACK_YAML = """\
pack: small
version: "1.0"
title: Small pack
dimensions:
  - {id: safety, group: technical, weight: 0.6}
  - {id: law, group: legal, weight: 0.4}
questions:
  - id: tested
    dimension: safety
    text: Was it tested?
    options:
      - {value: good, label: Well tested, level: LOW}
      - {value: bad, label: Not tested, level: CRITICAL}
  - id: retested
    dimension: safety
    text: Was it tested again?
    applies_when: {question: tested, answer: good}
    options:
      - {value: good, label: Every year, level: LOW}
      - {value: bad, label: Never, level: HIGH}
  - id: lawful
    dimension: law
    text: Is it lawful?
    not_applicable: false
    options:
      - {value: good, label: Lawful, level: LOW}
      - {value: bad, label: Unlawful, level: CRITICAL}
    floor: {answer: bad, at_least: REJECTED}
    condition: {text: Make it lawful., days: 30, owner: vendor}
"""
