"""The data files of the risk tier, checked field by field."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cache
from importlib import resources
from typing import TypeVar

from vendor_ai.domain.problem import Problem
from vendor_ai.domain.term import TermError, TermReader, to_reference, to_text
from vendor_ai.domain.tier import AffectedRight, DecisionType, RiskTier
from vendor_ai.governance.region import RegionGroup, region_key
from vendor_ai.governance.rule_file import parse_rules, rule_problem
from vendor_ai.governance.tier_rules import Condition, Duty, RegionalRule, TierDuties, TierRules
from vendor_ai.governance.use_area import PHRASE_WORD, UseArea, phrase_words

E = TypeVar("E", bound=StrEnum)

AREAS, REGIONS, DUTIES = "use_areas.yaml", "regions.yaml", "tier_duties.yaml"
_KEYS = {
    AREAS: ("areas",),
    REGIONS: ("everywhere", "groups", "rules"),
    DUTIES: ("tiers", "sources", "regulations", "controls", "documents"),
}
_LONGEST_MONTHS = 120


@dataclass(slots=True)
class _Names:
    """What the files define so far, for what refers to it; ``phrases`` has the area that owns each."""

    areas: list[str] = field(default_factory=list)
    groups: list[str] = field(default_factory=list)
    rules: list[str] = field(default_factory=list)
    phrases: dict[str, str] = field(default_factory=dict)


@cache
def shipped_rules() -> TierRules:
    """The rules that come with the product."""
    folder = resources.files("vendor_ai.governance")
    rules, problems = load_rules({name: folder.joinpath(name).read_text(encoding="utf-8") for name in _KEYS})
    if rules is None:
        raise ValueError("\n".join(problem.sentence(name) for name, problem in problems))
    return rules


def load_rules(texts: Mapping[str, str]) -> tuple[TierRules | None, tuple[tuple[str, Problem], ...]]:
    """Return the rules of the three files, or None and every mistake with its file, line and field.

    Args:
        texts: The content by file name: use_areas.yaml, regions.yaml and tier_duties.yaml.
    """
    parsed = {name: parse_rules(texts[name], fields) for name, fields in _KEYS.items()}
    problems = [(name, found) for name, found in parsed.items() if isinstance(found, Problem)]
    files = {name: found for name, found in parsed.items() if not isinstance(found, Problem)}
    if problems:
        return None, tuple(problems)
    readers = {name: reader for name, (reader, _) in files.items()}
    rules = _read(readers[AREAS], readers[REGIONS], readers[DUTIES])
    for name, (reader, root) in files.items():
        reader.finish()
        problems += [(name, rule_problem(root, mistake)) for mistake in reader.mistakes]
    return (None, tuple(problems)) if problems else (rules, ())


def _read(areas: TermReader, regions: TermReader, duties: TermReader) -> TierRules:
    names = _Names()
    tiers = _tiers(duties)
    return TierRules(
        areas=tuple(_area(part, names) for part in areas.parts("areas", required=True)),
        groups=_groups(regions, names),
        regional=tuple(_rule(part, names) for part in regions.parts("rules", required=True)),
        tiers=tiers,
        sources=_sources(duties, tiers.values()),
        regulations=_duties(duties, "regulations", names),
        controls=_duties(duties, "controls", names),
        documents=_duties(duties, "documents", names),
    )


def _new_id(reader: TermReader, taken: list[str]) -> str:
    identifier = reader.read("id", to_reference, "", required=True)
    if identifier in taken:
        reader.wrong("id", f"{identifier!r} is used twice.")
    taken.append(identifier)
    return identifier


def _area(reader: TermReader, names: _Names) -> UseArea:
    identifier = _new_id(reader, names.areas)
    phrases = reader.texts("phrases", required=True, convert=_phrase)
    for phrase in phrases:
        owner = names.phrases.setdefault(" ".join(phrase_words(phrase)), identifier)
        if owner != identifier:
            reader.wrong("phrases", f"{phrase!r} already belongs to the area {owner!r}.")
    area = UseArea(
        id=identifier,
        name=reader.text("name", required=True),
        general_tier=reader.choice("general_tier", RiskTier, None),
        phrases=phrases,
        not_within=reader.texts("not_within", convert=_phrase),
    )
    if area.general_tier in (RiskTier.LOW, RiskTier.MEDIUM):
        reader.wrong("general_tier", "is HIGH or PROHIBITED; the lower tiers follow from decision type and rights alone.")
    reader.finish()
    return area


def _phrase(value: object) -> str:
    phrase = to_text(value)
    if not all(PHRASE_WORD.fullmatch(word) for word in phrase_words(phrase)):
        raise TermError(f"{phrase!r} is not a phrase; write words parted by blanks, with '*' only at the end of a word.")
    return phrase


def _groups(reader: TermReader, names: _Names) -> tuple[RegionGroup, ...]:
    everywhere = [region_key(text) for text in reader.texts("everywhere")]
    groups: dict[str, RegionGroup] = {}
    for part in reader.parts("groups", required=True):
        included = [groups[name].members for name in part.texts("includes", options=groups)]
        identifier = _new_id(part, names.groups)
        own = map(region_key, part.texts("members", required=True))
        groups[identifier] = RegionGroup(identifier, part.text("name", required=True), frozenset().union(everywhere, own, *included))
        part.finish()
    return tuple(groups.values())


def _rule(reader: TermReader, names: _Names) -> RegionalRule:
    rule = RegionalRule(
        id=_new_id(reader, names.rules),
        region=reader.word("region", names.groups, ""),
        areas=reader.texts("areas", options=names.areas, required=True),
        at_least=reader.choice("at_least", RiskTier, RiskTier.LOW, required=True),
        basis=reader.text("basis", required=True),
    )
    if not reader.has("region"):
        reader.wrong("region", f"is missing; write {' or '.join(names.groups)}.")
    reader.finish()
    return rule


def _tiers(reader: TermReader) -> dict[RiskTier, TierDuties]:
    found: dict[RiskTier, TierDuties] = {}
    tiers = reader.part("tiers", shape="one entry for each tier", required=True)
    if tiers is None:
        return found
    for tier in RiskTier:
        part = tiers.part(tier, shape="controls, documents, approvals and reassessment_months", required=True)
        if part is None:
            continue
        # Nothing opens a prohibited use, so it has neither approvals nor a date to look at it again.
        usable = tier is not RiskTier.PROHIBITED
        found[tier] = TierDuties(
            controls=part.texts("controls", required=True),
            documents=part.texts("documents", required=True),
            approvals=part.texts("approvals", required=True, convert=to_reference) if usable else (),
            reassessment_months=part.whole("reassessment_months", None, at_least=1, at_most=_LONGEST_MONTHS, required=True)
            if usable
            else None,
        )
        part.finish()
    tiers.finish()
    return found


def _sources(reader: TermReader, tiers: Iterable[TierDuties]) -> dict[str, str]:
    """Where a framework asks for what the tiers ask for, by its text; a source for anything else is a mistake."""
    part = reader.part("sources", shape="the source of each control and document")
    if part is None:
        return {}
    texts = dict.fromkeys(text for duties in tiers for text in (*duties.controls, *duties.documents))
    found = {text: part.text(text) for text in texts}
    part.finish()
    return {text: source for text, source in found.items() if source}


def _duties(reader: TermReader, name: str, names: _Names) -> tuple[Duty, ...]:
    duties = []
    for part in reader.parts(name, required=True):
        text = part.text("text", required=True)
        when = part.part("when", shape="{tiers: [HIGH], regions: [eu]}")
        duties.append(Duty(text, _condition(when, names) if when is not None else Condition()))
        part.finish()
    return tuple(duties)


def _condition(reader: TermReader, names: _Names) -> Condition:
    condition = Condition(
        tiers=_members(reader, "tiers", RiskTier),
        areas=reader.texts("areas", options=names.areas),
        regions=reader.texts("regions", options=names.groups),
        rights=_members(reader, "rights", AffectedRight),
        decision_types=_members(reader, "decision_types", DecisionType),
    )
    reader.finish()
    return condition


def _members(reader: TermReader, name: str, options: type[E]) -> tuple[E, ...]:
    return tuple(options(text) for text in reader.texts(name, options=[option.value for option in options]))
