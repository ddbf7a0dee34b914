"""Words as people write them into answers: without case and surplus spaces, with several ways to say not applicable."""

from datetime import date

from vendor_ai.domain.form_word import says_not_applicable


class ExactNumber(str):
    """A number that the file's format knows as one, such as 1.125 in a cell of numbers; in text the point could group thousands."""

    __slots__ = ()


def normal(word: str) -> str:
    """A word as it is compared: without case and with single spaces."""
    return " ".join(word.split()).casefold()


def means_not_applicable(word: str) -> bool:
    """Whether ``word`` says that a question does not apply, in one of the languages that forms are written in."""
    return says_not_applicable(word)


def is_iso_date(text: str) -> bool:
    """Whether ``text`` is a calendar date such as 2026-07-31."""
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return len(text) == 10
