"""The vendor's pages: what they show, fields on their way in and out, and where a browser goes next."""

from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlencode

from starlette.datastructures import FormData
from starlette.responses import HTMLResponse, RedirectResponse

from vendor_ai.domain.evidence import Confidentiality
from vendor_ai.domain.pack import NOT_APPLICABLE, Question, QuestionType
from vendor_ai.services.response import Entry, Saved
from vendor_ai.services.response_decision import decision_shown
from vendor_ai.services.response_form import FormQuestion, response_form
from vendor_ai.services.response_notice import NOTICES
from vendor_ai.web.form import text
from vendor_ai.web.guard import FORM_POLICY
from vendor_ai.web.rendering import render
from vendor_ai.web.respondent import Visit
from vendor_ai.wiring import App

_NOTHING = Saved((), {}, {})
_NO_ENTRIES: Mapping[str, Entry] = {}
CONFIDENTIALITY = {
    Confidentiality.INTERNAL: "For your buyer’s own use",
    Confidentiality.NDA: "Under a non-disclosure agreement",
    Confidentiality.VIEW_ONLY: "To be looked at only, not passed on as a file",
}
_DONE = {
    "saved": "Saved.",
    "kept": "Saved. What you wrote beside questions without an answer is kept as a message at each of them.",
    "signed": "The section is signed off.",
    "sent": "Your message was received.",
    "attached": "The document was received.",
    "noticed": "Your notice was received; its number, time and hash stand under Messages.",
    "imported": "The answers of the workbook were saved.",
}


@dataclass(frozen=True, slots=True)
class Fields:
    """What the fields of one question hold; ``seen`` is the digest of the answer that the respondent has before their eyes."""

    value: str
    chosen: tuple[str, ...]
    not_applicable: bool
    comment: str
    evidence: str
    dated: str
    seen: str


def fields_of(question: FormQuestion, typed: Entry | None, *, settled: bool) -> Fields:
    """The stored answer in fields, or what was typed and could not be saved; once a conflict was shown, saving again is ``settled``."""
    if typed is None:
        answer = question.answer
        value = answer.value if answer else ""
        said = (answer.comment, answer.evidence, answer.dated) if answer else ("", "", "")
        return Fields(value, question.chosen, value == NOT_APPLICABLE, *said, question.seen)
    value, chosen = (typed.value, (typed.value,)) if isinstance(typed.value, str) else ("", typed.value)
    seen = question.seen if settled else typed.seen
    return Fields(value, chosen, value == NOT_APPLICABLE, typed.comment, typed.evidence, typed.dated, seen)


def entry_of(form: FormData, question: FormQuestion | Question) -> Entry:
    """One question as it was filled in."""
    key = question.id
    value: str | tuple[str, ...] = text(form, f"value.{key}")
    if question.type is QuestionType.MULTI:
        value = tuple(it for it in form.getlist(f"value.{key}") if isinstance(it, str) and it)
    if text(form, f"na.{key}"):
        value = NOT_APPLICABLE
    return Entry(
        key, value, text(form, f"comment.{key}"), text(form, f"evidence.{key}"), text(form, f"dated.{key}"), text(form, f"seen.{key}")
    )


def form_page(
    app: App,
    visit: Visit,
    *,
    language: str = "",
    done: str = "",
    typed: Mapping[str, Entry] = _NO_ENTRIES,
    saved: Saved = _NOTHING,
    problem: str = "",
    status: int = 200,
) -> HTMLResponse:
    """The questionnaire's page; ``typed`` is what could not be saved and is shown again."""
    at = app.clock.now()
    with app.records.read() as session:
        shown = response_form(session, visit.respondent, language=language, asker=app.settings.asker)
        decision = decision_shown(session, visit.respondent)
    fields = {
        it.id: fields_of(it, typed.get(it.id), settled=it.id in saved.conflicts) for section in shown.sections for it in section.questions
    }
    return show(
        "response.html",
        status=status,
        it=shown,
        visit=visit,
        at=at,
        decision=decision,
        fields=fields,
        saved=saved,
        problem=problem,
        done=_DONE.get(done, ""),
        notices=shown.state in NOTICES and not visit.respondent.sections,
        confidentiality=CONFIDENTIALITY,
    )


def show(template: str, *, status: int = 200, **values: object) -> HTMLResponse:
    """A page of the vendor's, which may run our own script."""
    answer = render(template, status=status, **values)
    answer.headers["Content-Security-Policy"] = FORM_POLICY
    return answer


def back(language: str, done: str, anchor: str) -> RedirectResponse:
    """Back to the form, at a place of it, with one of the known remarks."""
    query = {"done": done} | ({"language": language} if language else {})
    return RedirectResponse(f"/respond?{urlencode(query)}#{anchor}", 303)
