"""A vendor's person at their browser, without one: a pack with every type of question, a link into it, forms sent as a page would."""

import re
from dataclasses import dataclass, field
from decimal import Decimal
from fractions import Fraction
from typing import Any

from fastapi.testclient import TestClient
from httpx import Response

from tests.factories.installation import BY, NOW, add_component
from tests.web.test_pages import Reader
from vendor_ai.domain.answer import Answer
from vendor_ai.domain.band import Band
from vendor_ai.domain.pack import Dimension, Level, Option, Pack, QuestionTranslation, QuestionType, Scope, Translation, Trigger
from vendor_ai.domain.question import Question
from vendor_ai.services import assessment, vendor_link
from vendor_ai.web.app import create_app
from vendor_ai.wiring import App

LOCAL = "http://127.0.0.1:8321"
PDF = b"%PDF-1.4\n1 0 obj\n<<>>\nendobj\ntrailer\n<<>>\n%%EOF\n"
YES_NO = (Option("yes", "Yes", Level.LOW), Option("no", "No", Level.CRITICAL))
# Texts without any word for a level, so that a test can look for those.
OPTIONS = tuple(Option(f"o{n}", label, Level(n)) for n, label in enumerate(("Every week", "Once a year", "Rarely", "Not at all"), start=1))
_GERMAN = {"tested": "Wie oft wird geprüft?"}


def _german(questions: tuple[Question, ...]) -> Translation:
    texts = tuple(
        QuestionTranslation(
            it.id,
            _GERMAN.get(it.id, f"Frage {it.id}?"),
            evidence="Der Bericht." if it.evidence else "",
            options=tuple((option.value, f"Antwort {option.value}") for option in it.options),
        )
        for it in questions
    )
    return Translation("de", "Fragen an den Anbieter", "Höher ist schlechter.", (("tests", "Prüfungen"), ("company", "Firma")), texts)


def _question(question_id: str, dimension: str, text: str, **fields: Any) -> Question:
    fields.setdefault("options", OPTIONS)
    return Question(question_id, dimension, text, **fields)


def vendor_pack() -> Pack:
    """Every type of question in two sections; `how` is asked only after a yes."""
    questions = (
        _question("tested", "tests", "How often is it tested?", weight=Fraction(7), evidence="The report.", evidence_required=True),
        _question("outside", "tests", "Is it tested from outside?", type=QuestionType.YES_NO, options=YES_NO),
        _question("how", "tests", "How is it tested from outside?", applies_when=(Trigger("outside", None, ("yes",)),)),
        _question("covered", "tests", "What is covered?", type=QuestionType.MULTI),
        _question("mature", "tests", "How mature is it?", type=QuestionType.SCALE, options=_scale()),
        _question(
            "delay", "company", "How many days?", type=QuestionType.NUMBER, options=(), unit="days", minimum=Decimal(0),
            maximum=Decimal(365), bands=(Band(Decimal(30), Level.LOW), Band(None, Level.HIGH)),
        ),
        _question(
            "audited", "company", "When was the last audit?", type=QuestionType.DATE, options=(),
            bands=(Band(Decimal(365), Level.LOW), Band(None, Level.HIGH)),
        ),
        _question("suppliers", "company", "Who are your suppliers?", type=QuestionType.TEXT, options=()),
        _question("policy", "company", "Your policy?", type=QuestionType.FILE, options=(), scope=Scope.VENDOR),
        _question("remark", "company", "Anything else?", type=QuestionType.TEXT, options=(), required=False),
    )  # fmt: skip
    return Pack(
        "vendor-questions",
        "1.0",
        "Questions to the vendor",
        "Higher levels are worse.",
        (Dimension("tests", "Tests", "technical", Fraction("0.37")), Dimension("company", "Company", "legal", Fraction("0.63"))),
        questions,
        translations=(_german(questions),),
    )


def _scale() -> tuple[Option, ...]:
    return tuple(Option(str(n), f"Step {n}", level) for n, level in enumerate((Level.HIGH, Level.MEDIUM, Level.LOW), start=1))


ANSWERS: dict[str, str | list[str]] = {
    "tested": "o1",
    "outside": "yes",
    "how": "o2",
    "covered": ["o1", "o3"],
    "mature": "2",
    "delay": "14",
    "audited": "2026-05-04",
    "suppliers": "Cloud Ltd",
    "policy": "https://acme.example/policy",
}


def send(app: App, component: str = "ocr", *, pack: Pack | None = None, **options: Any) -> str:
    """Send the pack about a component, which is added where it is new."""
    with app.records.read() as session:
        known = {row.component for row in assessment.assessments(session)}
    if component not in known:
        add_component(app, "Acme AI", component)
    with app.records.write() as session:
        return assessment.send(session, component, pack or vendor_pack(), by=BY, at=NOW, **options)


def link(app: App, ref: str, name: str = "Jane Doe", **options: Any) -> vendor_link.NewLink:
    """A link into an assessment."""
    with app.records.write() as session:
        return vendor_link.make_link(session, ref, name, by=BY, at=NOW, **options)


def seen_in(page: str, question: str) -> str:
    """The digest of the answer that a page shows."""
    found = re.search(rf'name="seen\.{re.escape(question)}" value="([0-9a-f]+)"', page)
    assert found is not None
    return found[1]


@dataclass
class Visitor:
    """Somebody of the vendor with a browser of their own."""

    app: App
    ref: str
    client: TestClient = field(init=False)
    form_token: str = ""

    def __post_init__(self) -> None:
        self.client = TestClient(create_app(self.app), base_url=LOCAL, raise_server_exceptions=False)

    def open(self, token: str) -> "Visitor":
        """Open a link."""
        answer = self.client.get(f"/respond/{token}")
        assert answer.status_code == 200, answer.text
        return self

    @property
    def page(self) -> str:
        """The questionnaire as it stands."""
        answer = self.client.get("/respond")
        assert answer.status_code == 200, answer.text
        return answer.text

    @property
    def token(self) -> str:
        """What the forms of this visit carry."""
        if not self.form_token:
            found = re.search(r'name="form_token" value="([0-9a-f]+)"', self.page)
            assert found is not None
            self.form_token = found[1]
        return self.form_token

    def seen(self, question: str) -> str:
        """The digest of the answer that the page shows."""
        return seen_in(self.page, question)

    def post(self, path: str, fields: dict[str, Any] | None = None, **options: Any) -> Response:
        """Send a form of the page."""
        return self.client.post(f"/respond/{path}", data={"form_token": self.token, **(fields or {})}, **options)

    def fields(self, question: str, value: str | list[str], **beside: str) -> dict[str, Any]:
        """The fields of one question; ``beside`` are comment, evidence, dated, na or seen."""
        held = {f"{name}.{question}": text for name, text in beside.items()}
        return {f"seen.{question}": self.seen(question), f"value.{question}": value, **held}

    def autosave(self, question: str, value: str | list[str], **beside: str) -> Response:
        """Save one answer as the page's script does."""
        return self.post(f"answers/{question}", self.fields(question, value, **beside), headers={"Accept": "application/json"})

    def answer_all(self) -> None:
        """Answer everything that is asked, section by section."""
        page = self.page
        for section, questions in (("tests", list(ANSWERS)[:5]), ("company", list(ANSWERS)[5:])):
            fields: dict[str, Any] = {"evidence.tested": "report.pdf"} if section == "tests" else {}
            for question in questions:
                fields |= {f"value.{question}": ANSWERS[question], f"seen.{question}": seen_in(page, question)}
            assert self.post(f"sections/{section}", fields).status_code == 200

    def hand_in(self, **fields: str) -> Response:
        """Attest and hand in."""
        return self.post("hand-in", {"signatory": "Jane Doe", "role": "Head of Security", "attested": "1", **fields})


def visitor(app: App, component: str = "ocr", **options: Any) -> Visitor:
    """Somebody with an open link into a new assessment."""
    ref = send(app, component)
    return Visitor(app, ref).open(link(app, ref, **options).token)


def words(page: str) -> str:
    """The text of a page as it is read."""
    reader = Reader()
    reader.feed(page)
    return reader.text


def answers(jane: Visitor) -> dict[str, Answer]:
    """What is stored of the visitor's questionnaire."""
    with jane.app.records.read() as session:
        return assessment.answers_of(session, jane.ref)


def state(jane: Visitor) -> str:
    """Where the visitor's questionnaire stands."""
    with jane.app.records.read() as session:
        return assessment.assessment(session, jane.ref).state
