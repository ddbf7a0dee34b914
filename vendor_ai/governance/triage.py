"""Triage: from ten answers of our own staff to the use that is classified, and to the packs that are asked."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from vendor_ai.domain.errors import InvalidInputError
from vendor_ai.domain.pack import SEPARATOR
from vendor_ai.domain.tier import AffectedRight, ComponentUse, DecisionType, RiskTier
from vendor_ai.governance.triage_file import Setting, TriageRules, shipped_triage

Answers = Mapping[str, str | tuple[str, ...]]


class UnknownTriageAnswerError(InvalidInputError):
    """An answer that the triage question does not offer, so that any use read from it would be a guess."""

    code = "unknown-triage-answer"

    def __init__(self, question: str, answer: str, known: Iterable[str]) -> None:
        super().__init__(f"{answer!r} is not an answer to {question}; use {', '.join(known)}.")


@dataclass(frozen=True, slots=True)
class ChosenPack:
    """A pack to be asked, and why."""

    pack: str
    reason: str


def properties_from_triage(answers: Answers) -> dict[str, tuple[str, ...]]:
    """The properties of the component that triage answers state, by column of the inventory; what nobody answered is left out.

    Raises:
        UnknownTriageAnswerError: When an answer is not among those of its question.
    """
    stated: dict[str, dict[str, None]] = {}
    for setting in _settings(answers, shipped_triage()):
        for name, values in setting.properties.items():
            stated.setdefault(name, {}).update(dict.fromkeys(values))
    return {name: tuple(values) for name, values in stated.items()}


def use_from_triage(answers: Answers) -> ComponentUse:
    """The use that triage answers describe, ready to be classified; several areas of use stand side by side.

    Args:
        answers: By question of the pack ``triage``: one value, or several, also as stored ("eu; us").

    Raises:
        UnknownTriageAnswerError: When an answer is not among those of its question.
    """
    stated = properties_from_triage(answers)
    decisions = [DecisionType(value) for value in stated.get("decision_type", ())]
    return ComponentUse(
        use_case="; ".join(stated.get("use_case", ())),
        # Were more than one stated, the more automated would count.
        decision_type=max(decisions, key=list(DecisionType).index, default=None),
        affected_rights=tuple(AffectedRight(value) for value in stated.get("affected_rights", ())),
        regions=stated.get("regions", ()),
    )


def chosen_packs(tier: RiskTier, answers: Answers) -> tuple[ChosenPack, ...]:
    """The packs to ask at ``tier``, with reasons; none at PROHIBITED, since no score opens it."""
    return tuple(ChosenPack(rule.pack, rule.reason) for rule in shipped_triage().packs if rule.asks(tier, _values(answers)))


def packs_for(tier: RiskTier, answers: Answers) -> tuple[str, ...]:
    """The ids of the packs to ask at ``tier``."""
    return tuple(chosen.pack for chosen in chosen_packs(tier, answers))


def _values(answers: Answers) -> dict[str, tuple[str, ...]]:
    """Every answer as its chosen values."""
    return {
        question: tuple(part.strip() for part in given.split(SEPARATOR.strip()) if part.strip()) if isinstance(given, str) else given
        for question, given in answers.items()
    }


def _settings(answers: Answers, rules: TriageRules) -> Iterator[Setting]:
    for question, values in _values(answers).items():
        known = {setting.answer: setting for setting in rules.settings if setting.question == question}
        for value in values if known else ():
            if value not in known:
                raise UnknownTriageAnswerError(question, value, known)
            yield known[value]
