"""What people write never becomes part of a page."""

import pytest

from tests.factories.installation import empty_installation
from tests.factories.payload import PAYLOADS
from tests.factories.respondent import Visitor, visitor
from tests.web.test_pages import Reader
from vendor_ai.domain.review import answers_digest
from vendor_ai.wiring import App

MARKUP = ("script", "img", "svg", "math", "iframe", "body", "video", "form", "meta", "base", "link", "input", "button", "details", "a")


def shape(page: str) -> dict[str, int]:
    """How often each tag occurs, and every attribute that could run something."""
    reader = Reader()
    reader.feed(page)
    found = {tag: sum(name == tag for name, _ in reader.tags) for tag in MARKUP}
    found["handlers"] = sum(name.startswith("on") or name in ("style", "srcdoc") for _, attributes in reader.tags for name in attributes)
    return found


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> Visitor:
    """A questionnaire with one answer and a message of each kind of place."""
    jane = visitor(empty_installation(tmp_path_factory.mktemp("home")))
    jane.autosave("suppliers", "plain", comment="plain", evidence="plain")
    jane.post("messages", {"text": "plain"})
    jane.post("messages", {"text": "plain", "question": "tested"})
    return jane


@pytest.fixture(scope="module")
def plain(written: Visitor) -> dict[str, int]:
    """The page's own tags."""
    return shape(written.page)


@pytest.mark.parametrize("payload", PAYLOADS, ids=range(len(PAYLOADS)))
def test_what_somebody_wrote_never_becomes_markup(written: Visitor, plain: dict[str, int], payload: str) -> None:
    with written.app.records.write() as session:
        session.connection().exec_driver_sql("UPDATE message SET text = ?", (payload,))
    saved = written.fields("suppliers", payload, comment=payload, evidence=payload)
    refused = {"value.delay": payload, "comment.delay": payload, "seen.delay": answers_digest([None])}
    answer = written.post("sections/company", saved | refused)

    assert answer.status_code == 422
    assert shape(answer.text) == plain | {"a": plain["a"] + 1}  # to the question that was not saved
    assert shape(written.page) == plain


@pytest.mark.parametrize("payload", PAYLOADS[::8])
def test_the_name_of_who_signed_never_becomes_markup(app: App, payload: str) -> None:
    jane = visitor(app)
    jane.autosave("tested", "o1", evidence="report.pdf")
    jane.hand_in(incomplete="1", signatory=payload[:200], role=payload[:200])

    for path, scripts in (("/respond", 1), ("/respond/receipts/1", 0)):
        found = shape(jane.client.get(path).text)
        assert (found["script"], found["img"], found["svg"], found["iframe"], found["handlers"]) == (scripts, 0, 0, 0, 0)


def test_a_hostile_address_is_not_repeated(written: Visitor) -> None:
    for path in ("/respond/<script>alert(1)</script>", "/respond?done=<script>&language=<b>", "/respond/answers/<img>"):
        answer = written.client.get(path)
        assert "<img>" not in answer.text
        assert "alert(1)" not in answer.text
