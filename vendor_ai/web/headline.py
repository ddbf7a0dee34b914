"""The first page in a sentence and a row of figures."""

from vendor_ai.domain.report import Mark, Tone
from vendor_ai.reports.wording import count_text, listing, sentence
from vendor_ai.services.overview import Overview
from vendor_ai.web.display import money_text


def lead(it: Overview) -> Mark:
    """The first page in a sentence or three: who broke a promise, how sure that is, what is due."""
    if not it.judged_vendors:
        return Mark("No period has been evaluated yet, so nothing can be said about any promise.", Tone.UNKNOWN)
    names = [vendor.name for vendor in it.broken_vendors]
    if not names:
        return Mark(f"None of the {count_text(it.judged_vendors, 'vendor')} with a verdict broke a promise.", Tone.GOOD)
    parts = [f"{listing(names)} broke {'a promise' if len(names) == len(it.broken_clauses) == 1 else 'promises'}."]
    if it.broken_clauses:
        parts.append(
            f"{sentence(count_text(len(it.broken_clauses), 'clause'))} broken, {_proven_words(it.proven, len(it.broken_clauses))}."
        )
    if it.credits:
        parts.append(f"Credits due: {money_text(it.credits)}.")
    return Mark(" ".join(parts), Tone.BAD)


def _proven_words(proven: int, broken: int) -> str:
    if proven == broken:
        return "proven" if broken == 1 else "all proven"
    return f"{proven} of them proven" if proven else "not proven" if broken == 1 else "none of them proven"


def tiles(it: Overview) -> list[dict[str, str]]:
    """The figures above the first page's table."""
    open_violations = len({violation.id for row in it.rows for violation in row.violations})
    unowned = sum(not entry.owner for entry in it.findings)
    broken, grave = len(it.broken_clauses), Tone.BAD
    return [
        _tile(
            "Vendors in breach", f"{len(it.broken_vendors)} of {it.judged_vendors}", "with a verdict", grave if it.broken_vendors else None
        ),
        _tile("Clauses broken", f"{broken}", f"{it.proven} proven" if broken else "last closed period", grave if broken else None),
        _tile("Credits due", money_text(it.credits) or "none", "last closed period", grave if it.credits else None),
        _tile("Unannounced changes", f"{len(it.changes)}", "of the served version", Tone.UNKNOWN if it.changes else None),
        _tile("Open violations", f"{open_violations}", "of any period", Tone.UNKNOWN if open_violations else None),
        _tile(
            "Shadow-AI services",
            f"{len(it.findings)}",
            f"{unowned} without an owner" if it.findings else _signals_words(it),
            Tone.UNKNOWN if unowned else None,
        ),
    ]


def _tile(label: str, value: str, note: str, tone: Tone | None) -> dict[str, str]:
    return {"label": label, "value": value, "tone": (tone or Tone.NEUTRAL).value, "note": note}


def _signals_words(it: Overview) -> str:
    return "seen in what was scanned" if any(last for _, last in it.signals) else "no signal fed yet"
