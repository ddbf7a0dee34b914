"""The four-eyes rule: the same person does not act twice where two are asked for."""

_PEOPLE = frozenset({"cli", "user", "token"})


def person(actor: str) -> str:
    """Who stands behind an actor's name: ``cli:Alice``, ``user:alice`` and ``token:alice`` are taken for one person.

    Names that only happen to be equal are refused too: a needless refusal asks for another colleague, a missed one for nobody.
    """
    channel, _, name = actor.partition(":")
    return name.strip().casefold() if channel in _PEOPLE and name.strip() else actor


def same_person(one: str, other: str) -> bool:
    """Whether two actors are, or may be, one person."""
    return person(one) == person(other)
