"""Packs and scores as tables and sentences."""

from typing import TYPE_CHECKING, Any

from vendor_ai.cli.output import console, print_table

if TYPE_CHECKING:
    from vendor_ai.domain.pack import Band, Pack, Question
    from vendor_ai.domain.score import Score

_SHOWN = 60


def print_pack(pack: "Pack") -> None:
    """A table for every dimension."""
    out = console()
    out.print(f"[bold]{pack.title}[/bold]  {pack.id} {pack.version}", pack.description, sep="\n", highlight=False)
    for dimension in pack.dimensions:
        rows = [_question_row(question) for question in pack.questions if question.dimension == dimension.id]
        weight = dimension.as_json()["weight"]
        print_table(f"\n{dimension.label} ({dimension.group}, weight {weight})", ["Id", "Question", "Answers, best first"], rows)


def _question_row(question: "Question") -> list[str]:
    asked = "".join(
        f"\nAsked when {trigger.question or trigger.property} is {' or '.join(trigger.values)}." for trigger in question.applies_when
    )
    return [question.id, question.text + asked, "\n".join([*_option_lines(question), *_figure_lines(question)])]


def _option_lines(question: "Question") -> list[str]:
    if question.bands:
        return [f"{option.value}: {option.label}" for option in question.options]
    options = sorted(question.options, key=lambda option: option.level)
    several = [f"Several may be chosen, the {question.combine} counts:"] if question.type == "multi" else []
    return several + [f"{option.value} ({option.level.name}): {option.label}" for option in options]


def _figure_lines(question: "Question") -> list[str]:
    if question.answered is not None:
        return [f"{question.type} ({question.answered.name})"]
    if question.type.has_options and not question.bands:
        return []
    measure = {"date": "age in days", "multi": "number chosen"}.get(question.type, question.unit or "number")
    if not question.bands:
        return [f"{question.type} {question.unit}".strip() + " (not scored)"]
    return [f"{measure} {_limit(band)} ({band.level.name})" for band in question.bands]


def _limit(band: "Band") -> str:
    return "above that" if band.up_to is None else f"up to {band.as_json()['up_to']}"


def print_score(pack: "Pack", score: "Score", breakdown: bool) -> None:
    """The breakdown as a table, then what follows from it as sentences."""
    document = score.as_json(breakdown=breakdown)
    labels = {dimension.id: dimension.label for dimension in pack.dimensions}
    rows: list[list[str]] = []
    for part in document["dimensions"]:
        rows.append([labels[part["id"]], part["value"] or "not applicable", part["weight"], part["contribution"] or "-"])
        for question in part.get("questions", []):
            rows.append([f"  {question['id']}", f"{_short(question['answer'])} ({question['level']})", "", question["contribution"]])
    rows.append(["Score", "", "", document["score"] or "no score"])
    print_table(f"{pack.title} {pack.version} (1 is best, 4 is worst)", ["Dimension", "Value", "Weight", "Contribution"], rows)
    for line in _score_sentences(score, document):
        console().print(line, markup=False)


def _short(answer: str | None) -> str:
    """An answer on one line of a table."""
    words = " ".join((answer or "unanswered").split())
    return words if len(words) <= _SHOWN else f"{words[:_SHOWN]}…"


def _score_sentences(score: "Score", document: dict[str, Any]) -> list[str]:
    if score.best is None or score.worst is None:
        return ["No score: nothing here applies."]
    lines = [f"Recommendation: {score.recommendation}"]
    if score.recommendation != score.by_mean:
        lines.append(f"By the mean alone: {score.by_mean}")
    lines += [f"Floor: {floor.question} answered {floor.answer!r} forces at least {floor.at_least}" for floor in score.floors]
    if not score.complete:
        best, worst = document["bounds"]["best"], document["bounds"]["worst"]
        lines.append(f"{len(score.unanswered)} unanswered, counted as CRITICAL: {', '.join(score.unanswered)}")
        lines.append(f"Still possible: {best['score']} {best['recommendation']} to {worst['score']} {worst['recommendation']}")
    lines += [
        f"Condition ({condition.severity.name}, {condition.days} days): {condition.text} [{condition.question}]"
        for condition in score.conditions
    ]
    return lines
