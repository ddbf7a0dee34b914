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

EVERY_TYPE_YAML = """\
pack: every-type
version: "1.0"
title: Every type
language: en
dimensions:
  - {id: safety, label: Safety, group: technical, weight: 0.5}
  - {id: law, label: Law, group: legal, weight: 0.5}
questions:
  - id: tested
    dimension: safety
    text: Was it tested?
    type: yes_no
    options: [{value: yes, level: LOW}, {value: no, level: CRITICAL}]
  - id: channels
    dimension: safety
    text: Where is it open to abuse?
    type: multi
    options:
      - {value: chat, label: Chat; also by voice, level: MEDIUM}
      - {value: mail, label: E-mail, level: HIGH}
      - {value: none, label: Nowhere, level: LOW}
    floor: {answer: mail, at_least: REQUIRES_REMEDIATION}
  - id: checks
    dimension: safety
    text: Which checks are run?
    type: multi
    combine: count
    options: [{value: lint, level: LOW}, {value: unit, level: LOW}, {value: fuzz, level: LOW}]
    bands: [{up_to: 1, level: HIGH}, {up_to: 2, level: MEDIUM}, {level: LOW}]
  - id: grade
    dimension: safety
    text: How good is it?
    type: scale
    options: [{value: 1, label: Bad, level: CRITICAL}, {value: 2, label: Fair, level: MEDIUM}, {value: 3, label: Good, level: LOW}]
  - id: notice
    dimension: law
    text: How many days of notice?
    type: number
    unit: days
    minimum: 0
    maximum: 365.5
    bands: [{up_to: 29.5, level: CRITICAL}, {up_to: 90, level: MEDIUM}, {level: LOW}]
    evidence: {ask: The clause., required: true, valid_months: 12}
  - id: audited
    dimension: law
    text: When was the last audit?
    type: date
    applies_when: {question: tested, answer: yes}
    bands: [{up_to: 365, level: LOW}, {level: HIGH}]
    condition: {text: Audit again., level: HIGH, days: 90}
  - id: remark
    dimension: law
    text: What else?
    type: text
    required: false
  - id: policy
    dimension: law
    text: The policy, please.
    type: file
    answered: LOW
    applies_when: [{property: tier, is: [MEDIUM, HIGH]}, {question: channels, answer: [chat, mail]}]
translations:
  de:
    title: Alle Arten
    dimensions: {safety: Sicherheit, law: Recht}
    questions:  # by id
      tested: {text: "Wurde es getestet?", options: {yes: Ja, no: Nein}}
      channels: {text: "Wo ist Missbrauch möglich?", options: {chat: Im Chat, mail: Per E-Mail, none: Nirgends}}
      checks: {text: "Welche Prüfungen laufen?", options: {lint: Stil, unit: Einzeltests, fuzz: Zufallstests}}
      grade: {text: "Wie gut ist es?", options: {1: Schlecht, 2: Mittel, 3: Gut}}
      notice: {text: "Wie viele Tage Vorlauf?", evidence: Die Klausel.}
      audited: {text: "Wann war die letzte Prüfung?"}
      remark: {text: "Was noch?"}
      policy: {text: Bitte die Richtlinie.}
"""
