"""A pack as a form in one language: which questions, their words, hints and conditions, what an answer looks like."""

from collections.abc import Collection
from dataclasses import dataclass

from vendor_ai.domain.answer import Answer
from vendor_ai.domain.band import number_text
from vendor_ai.domain.errors import InvalidInputError
from vendor_ai.domain.form_word import HEADINGS, NOT_APPLICABLE_LABELS
from vendor_ai.domain.pack import NOT_APPLICABLE, SEPARATOR, Option, Pack, Question, QuestionType, Trigger
from vendor_ai.exporters.workbook_text import FORM_TEXTS, FormText

LONGEST_ANSWER = {QuestionType.TEXT: 5_000, QuestionType.FILE: 500}  # characters that are read back
_LISTED = 6  # values of a condition that are spelled out


@dataclass(frozen=True, slots=True)
class Form:
    """The questions that are sent, in the language they are sent in; ``chosen`` where somebody picked them for a component."""

    pack: Pack
    questions: tuple[Question, ...]
    language: str
    text: FormText
    chosen: bool

    @classmethod
    def of(cls, pack: Pack, questions: Collection[str] | None, language: str) -> "Form":
        """The form in ``language`` ("": the pack's own); where only questions or only instructions are there in it, the rest stays.

        Raises:
            InvalidInputError: When there is neither, or no question is left.
        """
        wanted = language.strip().casefold() or pack.language
        translated = wanted in (known.casefold() for known in pack.languages)
        if not translated and wanted not in FORM_TEXTS:
            pack.in_language(wanted)  # which says what there is
        shown = pack.in_language(wanted) if translated else pack
        asked = tuple(question for question in shown.questions if questions is None or question.id in questions)
        if not asked:
            raise InvalidInputError(f"No question of the pack {pack.id!r} is left to be asked. Check the component's properties.")
        around = next(code for code in (wanted, pack.language, "en") if code in FORM_TEXTS)
        return cls(shown, asked, wanted, FORM_TEXTS[around], questions is not None)

    @property
    def headings(self) -> tuple[str, ...]:
        """The headings of the columns."""
        return HEADINGS[self.around]

    @property
    def not_applicable(self) -> str:
        """The words for not applicable."""
        return NOT_APPLICABLE_LABELS[self.around]

    @property
    def around(self) -> str:
        """The language of the words around the questions."""
        return next(code for code, text in FORM_TEXTS.items() if text is self.text)

    def number(self, question_id: str) -> int | None:
        """The number of a question on the form."""
        return next((place for place, question in enumerate(self.questions, start=1) if question.id == question_id), None)

    def question(self, question_id: str | None) -> Question | None:
        """The question with this id, where it is on the form."""
        return next((question for question in self.questions if question.id == question_id), None)

    def labels(self, question: Question) -> list[str]:
        """The answers to choose from as the vendor reads them, in the pack's order."""
        labels = [self.label(question, option) for option in question.options]
        return labels + ([self.not_applicable] if question.not_applicable and question.options else [])

    def label(self, question: Question, option: Option) -> str:
        """One answer to choose; on a scale with its number."""
        numbered = question.type is QuestionType.SCALE and not option.label.startswith(option.value)
        return f"{option.value} \u2013 {option.label}" if numbered else option.label

    def question_text(self, question: Question) -> str:
        """The question with its guidance, how to answer it, and when it applies."""
        guidance = [f"({question.guidance})"] if question.guidance else []
        conditions = [self.text.only_if.format(words) for trigger in question.applies_when if (words := self._condition(trigger))]
        optional = [] if question.required else [self.text.optional]
        if question.type is QuestionType.MULTI:
            choices = [self.hint(question), *(f"\u2022 {option.label}" for option in question.options)]
        else:
            choices = [f"[{hint}]"] if (hint := self.hint(question)) else []
        return "\n".join([question.text, *guidance, *choices, *(f"[{words}]" for words in [*optional, *conditions])])

    def hint(self, question: Question) -> str:
        """How the answer is to be written; nothing where it is chosen from a list."""
        match question.type:
            case QuestionType.MULTI:
                return self.text.several
            case QuestionType.NUMBER:
                return self.text.number + (self.text.unit.format(question.unit) if question.unit else "") + self._limits(question)
            case QuestionType.DATE:
                return self.text.date
            case QuestionType.TEXT:
                return self.text.text.format(LONGEST_ANSWER[QuestionType.TEXT])
            case QuestionType.FILE:
                return self.text.file.format(LONGEST_ANSWER[QuestionType.FILE])
            case _:
                return ""

    def evidence_text(self, question: Question) -> str:
        """The evidence that is asked for."""
        demands = [self.text.required] if question.evidence_required else []
        demands += [self.text.months.format(question.evidence_months)] if question.evidence_months else []
        return "\n".join([question.evidence, " ".join(demands)] if demands else [question.evidence])

    def answer_text(self, question: Question, answer: Answer | None) -> str:
        """What the answer's cell shows."""
        if answer is None:
            return ""
        if answer.value == NOT_APPLICABLE:
            return self.not_applicable
        if not question.type.has_options:
            return answer.value
        options = [option for value in question.chosen(answer.value) if (option := question.option(value))]
        return SEPARATOR.join(self.label(question, option) for option in options)

    def _limits(self, question: Question) -> str:
        low, high = (
            None if limit is None else number_text(limit).replace(".", self.text.decimal) for limit in (question.minimum, question.maximum)
        )
        if low is not None and high is not None:
            return self.text.between.format(low, high)
        return self.text.at_least.format(low) if low is not None else self.text.at_most.format(high) if high is not None else ""

    def _condition(self, trigger: Trigger) -> str:
        """A trigger in the vendor's words; nothing where it is known to hold, as the question was chosen for the component."""
        earlier = self.question(trigger.question)
        if trigger.question is None and not self.chosen:
            named = (trigger.property or "").replace("_", " ")
            values = [value.replace("_", " ") for value in trigger.values]
            return self.text.property_is.format(self.text.properties.get(trigger.property or "", named), self._one_of(values))
        if earlier is None:
            return ""
        opening, closing = self.text.quotes
        labels = [
            f"{opening}{self.label(earlier, option) if (option := earlier.option(value)) else self.not_applicable}{closing}"
            for value in trigger.values
        ]
        return self.text.answer_is.format(self.number(earlier.id), self._one_of(labels))

    def _one_of(self, words: list[str]) -> str:
        """``EU, Europe or worldwide``; of a long list the first ones."""
        if len(words) > _LISTED:
            words = [*words[: _LISTED - 1], self.text.one_of_more.format(len(words) - _LISTED + 1)]
        return f" {self.text.either} ".join([", ".join(words[:-1]), words[-1]] if len(words) > 1 else words)
