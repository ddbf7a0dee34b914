"""What of an answer or a judgement may be kept: a short plain label, a number, right or wrong; never free text."""

import math
import re
from collections.abc import Mapping
from typing import Any

from vendor_ai.importers.log_shape import Notes, Row
from vendor_ai.importers.shapes.field import opened, text_of

LONGEST_ANSWER = 200
LEFT_OUT = "answers are long, nested or of several lines and were not kept; without a prediction such a call cannot be right or wrong."
ON_A_SCALE = "scores are numbers on a scale, which say neither right nor wrong, and were left out."
NO_VERSION = "calls do not name the model that served them, so its change cannot be seen. If a column does: --map model_version=COLUMN."

# Where an answer stands inside a response, outermost first.
_HOLDERS = (
    *("choices", "candidates", "message", "parts", "content", "text"),
    *("outputs", "output", "predictions", "prediction", "predicted_label", "predicted_value"),
    *("label", "result"),
)
_CERTAINTIES = ("confidence", "probability", "score")
_NUMBER = re.compile(r"[+-]?\d{1,15}(\.\d+)?([eE][+-]?\d{1,3})?")
_RIGHT, _WRONG = ("correct", "pass", "passed"), ("incorrect", "fail", "failed")


def answer_in(output: Any, notes: Notes) -> Row:
    """The prediction, its number and its confidence, as far as a response holds one short plain answer."""
    found: Row = {"prediction": None, "prediction_value": None, "confidence": None}
    leaf = _leaf(output, found)
    if leaf is None or leaf == "":
        return found
    label, value = plain(leaf)
    if label is None and value is None:
        notes[LEFT_OUT] += 1
        return found | {"confidence": None}
    return found | {"prediction": label, "prediction_value": value}


def plain(leaf: Any) -> tuple[str | None, float | None]:
    """A value as label and as number: a fraction is only a number, a whole number is both; neither for text too long to be a label."""
    if isinstance(leaf, Mapping | list) or (isinstance(leaf, float) and not math.isfinite(leaf)):
        return None, None
    word = str(leaf).lower() if isinstance(leaf, bool) else str(leaf).strip()
    if not isinstance(leaf, bool) and _NUMBER.fullmatch(word) and math.isfinite(float(word)):
        return (word if word.lstrip("+-").isdecimal() else None), float(word)
    return (word, None) if 0 < len(word) <= LONGEST_ANSWER and word.isprintable() else (None, None)


def _leaf(value: Any, found: Row) -> Any:
    """The one plain value inside a response, or the container that holds several."""
    for _depth in range(16):
        value = opened(value)
        if isinstance(value, list) and len(value) == 1:
            value = value[0]
        elif isinstance(value, Mapping) and value:
            certainty = next((value[name] for name in _CERTAINTIES if name in value), None)
            name = next((name for name in _HOLDERS if name in value), None) or (next(iter(value)) if len(value) == 1 else None)
            if name is None:
                return value
            if isinstance(certainty, int | float) and 0 <= certainty <= 1:
                found["confidence"] = certainty
            value = value[name]
        else:
            return value
    return value


def judgement(label: Any, notes: Notes) -> Row | None:
    """What a judge's label says about an answer: right, wrong, or which one would have been right; None where it says nothing."""
    if isinstance(label, bool):
        return {"correct": label, "actual": None, "actual_value": None}
    word = text_of(label)
    if word is None:
        notes[ON_A_SCALE] += 1
        return None
    if word.lower() in _RIGHT + _WRONG:
        return {"correct": word.lower() in _RIGHT, "actual": None, "actual_value": None}
    return truth(word, notes)


def truth(value: Any, notes: Notes) -> Row | None:
    """The right answer as an outcome; None where it is no short plain value."""
    label, number = plain(value)
    if label is None and number is None:
        notes["true answers are long, nested or empty and were left out."] += 1
        return None
    return {"correct": None, "actual": label, "actual_value": number}


def source_of(name: Any, kind: Any) -> str | None:
    """Who judged: the name of the score and what kind of judge gave it, as ``correctness/human``."""
    parts = [part.lower() for part in (text_of(name), text_of(kind)) if part]
    return "/".join(parts) or None
