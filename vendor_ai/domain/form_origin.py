"""Where a form comes from: what a workbook says about itself in cells nobody sees, and whether it still says it."""

import hashlib
import hmac
import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass

from vendor_ai.domain.errors import InvalidInputError
from vendor_ai.domain.pack import Pack

SCHEMA = "vendor-ai-questionnaire-2"
_UNSIGNED_SCHEMA = "vendor-ai-questionnaire-1"  # files of this form were never signed, and named no assessment
_PREFIX = "vendor_ai_"
_SIGNATURE = f"{_PREFIX}hmac"
_LONGEST_PROPERTY = 250  # characters; the file format keeps 255
_EVERY = "all"


class FormChangedError(InvalidInputError):
    """What a form says about itself is not what was written into it."""

    def __init__(self, name: str, what: str = "does not fit") -> None:
        super().__init__(
            f"{name} was changed where it says which questionnaire it is: its signature {what}. "
            "Copy the answers into the file that was sent."
        )


@dataclass(frozen=True, slots=True)
class FormOrigin:
    """The pack, component and assessment a form was written for; ``questions`` marks the sent ones among the pack's, in hex."""

    pack: str
    version: str
    pack_sha256: str
    component: str = ""
    assessment: str = ""
    language: str = ""
    questions: str = _EVERY

    @classmethod
    def of(
        cls, pack: Pack, *, component: str = "", assessment: str = "", language: str = "", questions: Collection[str] | None = None
    ) -> "FormOrigin":
        """The origin of a form with these questions of ``pack``; None: with all of them."""
        bits = "".join("1" if questions is None or question.id in questions else "0" for question in pack.questions)
        sent = f"{int(bits, 2):x}" if "0" in bits else _EVERY
        return cls(pack.id, pack.version, pack.digest(), component, assessment, language, sent)

    def sent(self, pack: Pack) -> tuple[str, ...]:
        """The ids of the questions that the form was written with; all where it does not say."""
        try:
            marks = int(self.questions, 16)
        except ValueError:
            return tuple(question.id for question in pack.questions)
        last = len(pack.questions) - 1
        return tuple(question.id for place, question in enumerate(pack.questions) if marks >> (last - place) & 1)

    def properties(self, key: bytes | None = None) -> dict[str, str]:
        """What is written into the file; with a key it is signed."""
        parts = [self.questions[start : start + _LONGEST_PROPERTY] for start in range(0, len(self.questions), _LONGEST_PROPERTY)]
        stated = {
            "schema": SCHEMA,
            "pack": self.pack,
            "version": self.version,
            "pack_sha256": self.pack_sha256,
            "component": self.component,
            "assessment": self.assessment,
            "language": self.language,
            **{f"questions_{number}": part for number, part in enumerate(parts, start=1)},
        }
        named = {f"{_PREFIX}{word}": text for word, text in stated.items()}
        return named if key is None else {**named, _SIGNATURE: _signature(named, key)}

    @classmethod
    def read(cls, stated: Mapping[str, str], *, name: str, key: bytes | None = None) -> "FormOrigin | None":
        """What a file says about itself; None where it says nothing. Without a key a signature is taken as it is.

        Raises:
            FormChangedError: When it is signed, and not with ``key``, or names what only signed files name.
        """
        named = {word: text for word, text in stated.items() if word.startswith(_PREFIX)}
        signature = named.pop(_SIGNATURE, "")
        if key is not None and signature and not hmac.compare_digest(signature.encode(), _signature(named, key).encode()):
            raise FormChangedError(name)
        texts = {word.removeprefix(_PREFIX): text for word, text in named.items()}
        if "pack" not in texts:
            return None
        if not signature and _must_be_signed(texts, checked=key is not None):
            raise FormChangedError(name, "is missing")
        parts = sorted((int(place), text) for word, text in texts.items() if (place := word.removeprefix("questions_")).isdecimal())
        return cls(
            texts["pack"],
            texts.get("version", ""),
            texts.get("pack_sha256", ""),
            texts.get("component", ""),
            texts.get("assessment", ""),
            texts.get("language", ""),
            "".join(text for _, text in parts) or _EVERY,
        )


def _must_be_signed(texts: Mapping[str, str], *, checked: bool) -> bool:
    """Whether a form lost its signature; a blank pack, which is about nobody, and the oldest files never had one."""
    about_component = bool(texts.get("component")) and texts.get("schema") != _UNSIGNED_SCHEMA
    return bool(texts.get("assessment")) or (checked and about_component)


def _signature(named: Mapping[str, str], key: bytes) -> str:
    """Empty texts are left out: a workbook keeps no empty property."""
    canonical = json.dumps({word: text for word, text in named.items() if text}, sort_keys=True, separators=(",", ":"))
    return hmac.new(key, canonical.encode(), hashlib.sha256).hexdigest()
