"""The review sheet in words: what a reviewer needs of each question, as text and as a workbook."""

import io
from collections.abc import Sequence

from vendor_ai.domain.evidence import Document
from vendor_ai.domain.message import Message
from vendor_ai.domain.review import Review
from vendor_ai.exporters.table_sheet import Column, write_table
from vendor_ai.services.assessment_sheet import Sheet, SheetLine, answer_words, source_words

_COLUMNS = (
    Column("Area", 14),
    Column("Question", 16, whole=True),
    Column("Text", 30),
    Column("Answer", 24),
    Column("Source", 13),
    Column("Comment", 24),
    Column("Evidence", 26),
    Column("Documents", 18),
    Column("Open messages", 22),
    Column("Claimed level", 10),
    Column("Reviewed level", 12),
    Column("Verified", 9),
    Column("To look at", 18),
    Column("Review", 18),
    Column("Your finding", 12, own=True),
    Column("Your level", 9, own=True),
    Column("Your reason", 18, own=True),
)
NOT_READ_BACK = "The columns 'Your …' are for your notes and are not read back: enter reviews with `vendor-ai assessment review`."


def entry_of(line: SheetLine) -> dict[str, str]:
    """One question in words, by heading; what there is nothing to say about is ""."""
    return {
        "Question": line.question.id,
        "Text": line.question.text,
        "Answer": answer_words(line),
        "Source": _source(line),
        "Comment": line.given.answer.comment if line.given else "",
        "Evidence": _evidence(line),
        "Documents": "\n".join(map(_document, line.documents)),
        "Open messages": "\n".join(map(message_words, line.messages)),
        "Claimed level": line.level.name if line.level else "not scored",
        "Reviewed level": _reviewed_level(line),
        "Verified": _verified(line),
        "To look at": "\n".join(line.remarks),
        "Review": _review(line.review),
    }


def message_words(message: Message) -> str:
    """A message with its number, which a reply and a settlement need."""
    internal = " (internal)" if message.internal else ""
    return f"{message.number}: {message.kind.words}{internal} by {message.person}, {message.at:%Y-%m-%d}: {message.text}"


def workbook_of(sheet: Sheet) -> bytes:
    """The sheet as a workbook with columns for the reviewer's notes."""
    import xlsxwriter

    titles = {dimension.id: dimension.label for dimension in sheet.pack.dimensions}
    entries = [{"Area": titles[line.question.dimension], **entry_of(line)} for line in sheet.lines]
    rows = [[entry.get(column.title, "") for column in _COLUMNS] for entry in entries]
    sink = io.BytesIO()
    with xlsxwriter.Workbook(sink, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}) as book:
        note = f"{sheet.assessment.ref}: {sheet.pack.title} {sheet.pack.version}. Higher levels are worse. {NOT_READ_BACK}"
        write_table(book, "Review", _COLUMNS, rows, note=note, cut=" … (cut; `assessment show --json` has all of it)")
    return sink.getvalue()


def _verified(line: SheetLine) -> str:
    if line.given is not None and not line.counts:
        return "not asked after the other answers"
    return "yes" if line.verified else "no"


def _source(line: SheetLine) -> str:
    return f"{source_words(line)}, {line.given.answered_at:%Y-%m-%d}" if line.given else ""


def _evidence(line: SheetLine) -> str:
    question, answer = line.question, line.given.answer if line.given else None
    stated = answer.evidence if answer else ""
    dated = f", dated {answer.dated}" if answer and answer.dated else ""
    months = f", not older than {question.evidence_months} months" if question.evidence_months else ""
    demanded = f"demanded{months}" if question.evidence_required else f"not demanded{months}"
    asked = f"; asked for: {question.evidence}" if question.evidence else ""
    return f"{stated or 'none stated'}{dated} ({demanded}{asked})"


def _document(document: Document) -> str:
    days = _listed([("issued", document.issued_on), ("expires", document.expires_on), ("deleted", document.deleted_at)])
    return f"{document.ref} {document.name}{days}"


def _listed(days: Sequence[tuple[str, object]]) -> str:
    said = [f"{word} {str(day)[:10]}" for word, day in days if day is not None]
    return f" ({', '.join(said)})" if said else ""


def _reviewed_level(line: SheetLine) -> str:
    said = []
    if line.review is not None and line.review.level is not None and line.review.second_by:
        said.append(f"{line.review.level.name} until {line.review.until}")
    if line.proposed is not None and line.proposed.level is not None:
        said.append(f"{line.proposed.level.name} proposed (review {line.proposed.number} waits for a second person)")
    return "; ".join(said)


def _review(act: Review | None) -> str:
    if act is None:
        return ""
    found = "verified" if act.verified else "rejected"
    second = f", agreed to by {act.second_by}" if act.second_by else ""
    reason = f": {act.reason}" if act.reason else ""
    return f"{act.number}: {found} by {act.by}, {act.at:%Y-%m-%d}{second}{reason}"
