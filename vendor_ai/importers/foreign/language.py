"""In which language the questions of a file are written."""

import re
from collections.abc import Iterable

_DEFAULT = "en"
_COMMON = {
    "en": "the of and is are your with for does have",
    "es": "el los las del y su con para dispone tiene",
    "de": "der die das und ist sind ihre mit werden haben",
    "fr": "le les des et est sont votre avec pour vous",
    "pt": "o os das dos e sua com para possui uma",
    "it": "il gli della e sono vostra con per di che",
    "nl": "het een en van zijn uw met voor worden heeft",
}
_WORDS = {language: frozenset(words.split()) for language, words in _COMMON.items()}


def language_of(texts: Iterable[str]) -> str:
    """The code of the language whose common words occur most often; English where none do."""
    words = [word for text in texts for word in re.findall(r"[^\W\d_]+", text.casefold())]
    counts = {language: sum(word in common for word in words) for language, common in _WORDS.items()}
    best = max(counts, key=lambda language: (counts[language], language == _DEFAULT))
    return best if counts[best] else _DEFAULT
