"""What a conversion assumed about ids, answers, levels and the good answer, in sentences."""

import re
from collections.abc import Iterator, Sequence

from vendor_ai.domain.question import QuestionType
from vendor_ai.importers.foreign.answer_word import Meaning, plain
from vendor_ai.importers.foreign.asking import Asking
from vendor_ai.importers.foreign.column import Role
from vendor_ai.importers.foreign.column_content import number_of
from vendor_ai.importers.foreign.identity import Identities
from vendor_ai.importers.foreign.likely_no import reads_as_no
from vendor_ai.importers.foreign.question_row import QuestionRow

_NAMED = 5  # ids in a sentence
_DEPENDING = re.compile(
    r"^(?:if (?:yes|so|no|not|applicable)|en caso (?:afirmativo|negativo)|wenn ja|falls ja|si oui|em caso afirmativo|se sim)\b"
)
_DEPENDING_SHOWN = "If yes, ..."


def assumptions(
    rows: Sequence[QuestionRow], identities: Identities, askings: Sequence[Asking], compliant: Sequence[Meaning]
) -> Iterator[str]:
    """Every assumption, one sentence each."""
    yield from _about_ids(rows, identities)
    yield from _about_levels(askings)
    yield from _about_texts(askings)
    yield from _about_weights(rows, askings)
    turned = [known for known, good in zip(identities.ids, compliant, strict=True) if good is Meaning.NO]
    if turned:
        yield f"{len(turned)} questions are answered well with No: {_some(turned)}."
    depending = sum(bool(_DEPENDING.match(plain(row.text))) for row in rows)
    if depending:
        advice = "Add applies_when to the pack to ask them in turn."
        yield f"{depending} questions begin like {_DEPENDING_SHOWN!r}; they are always asked. {advice}"
    likely = list(_likely_no(rows, identities, askings, compliant))
    if likely:
        ids = " ".join(f"--compliant no={known}" for known in likely)
        yield f"{len(likely)} questions read as if No were the good answer, but Yes was taken. Where No is good, add: {ids}"


def _about_ids(rows: Sequence[QuestionRow], identities: Identities) -> Iterator[str]:
    ids = identities.ids
    if identities.derived:
        some = _some([ids[place] for place in identities.derived])
        yield f"{len(identities.derived)} questions have no id of their own; it was derived from sheet and text: {some}."
    if identities.repeated:
        some = _some([f"{rows[place].cell(Role.ID) or 'the same text'} became {ids[place]}" for place in identities.repeated])
        yield f"{len(identities.repeated)} ids stand at several different questions and were made unique: {some}."
    if identities.changed:
        some = _some([f"{rows[place].cell(Role.ID)!r} became {ids[place]}" for place in identities.changed])
        yield f"{len(identities.changed)} ids hold signs that a pack's cannot: {some}."


def _about_levels(askings: Sequence[Asking]) -> Iterator[str]:
    summaries: dict[tuple[str, bool], int] = {}
    for asking in askings:
        if asking.graded is not None:
            key = (asking.graded.summary, asking.assumed)
            summaries[key] = summaries.get(key, 0) + 1
    for (summary, assumed), count in summaries.items():
        offered = "no list is offered, so the answers were taken to be" if assumed else "the levels of the answers were taken to be"
        yield f"{count} questions: {offered} {summary}."
    unsure = sorted({label for asking in askings if asking.graded for label in asking.graded.unsure})
    if unsure:
        yield f"Answers whose meaning is not known count as MEDIUM: {_some([repr(label) for label in unsure])}."


def _about_texts(askings: Sequence[Asking]) -> Iterator[str]:
    lists: dict[tuple[str, ...], int] = {}
    for asking in askings:
        if asking.labels and asking.graded is None:
            lists[asking.labels] = lists.get(asking.labels, 0) + 1
    for labels, count in lists.items():
        shown = "; ".join(labels[:_NAMED]) + ("; …" if len(labels) > _NAMED else "")
        advice = "Give them options with levels in the pack."
        yield f"{count} questions offer {shown!r}, which says nothing about risk: they are text and not scored. {advice}"
    open_ones = sum(asking.type is QuestionType.TEXT and asking.assumed for asking in askings)
    if open_ones:
        yield f"{open_ones} questions offer no answers and ask for a description: they are text and not scored."


def _about_weights(rows: Sequence[QuestionRow], askings: Sequence[Asking]) -> Iterator[str]:
    nothing = sum(number_of(row.cell(Role.WEIGHT)) == 0 and asking.graded is not None for row, asking in zip(rows, askings, strict=True))
    if nothing:
        yield f"{nothing} questions weigh 0: they are asked as text and not scored."
    without = sum(not row.cell(Role.WEIGHT) for row in rows)
    if 0 < without < len(rows):
        yield f"{without} questions state no weight and weigh 1."


def _likely_no(
    rows: Sequence[QuestionRow], identities: Identities, askings: Sequence[Asking], compliant: Sequence[Meaning]
) -> Iterator[str]:
    for row, known, asking, good in zip(rows, identities.ids, askings, compliant, strict=True):
        open_to_doubt = asking.graded is not None and good is Meaning.YES and not row.cell(Role.COMPLIANT)
        if open_to_doubt and reads_as_no(row.text):
            yield known


def _some(entries: Sequence[str]) -> str:
    return ", ".join(entries[:_NAMED]) + (f" and {len(entries) - _NAMED} more" if len(entries) > _NAMED else "")
