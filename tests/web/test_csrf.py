"""No other site's page can have a vendor's browser send anything."""

import importlib
import pkgutil
import re

import pytest
from fastapi.testclient import TestClient

from tests.factories.installation import empty_installation
from tests.factories.respondent import LOCAL, Visitor, link, visitor
from vendor_ai.domain.review import answers_digest
from vendor_ai.web import pages
from vendor_ai.web.app import create_app
from vendor_ai.wiring import App

UNSAFE = [
    "answers/{question}",
    "conditions/{number}",
    "evidence/{question}",
    "hand-in",
    "leave",
    "maintenance",
    "messages",
    "notices",
    "sections/{section}",
    "sections/{section}/sign-off",
    "workbook",
    "workbook/answers",
]
FOREIGN = [
    {"Sec-Fetch-Site": "cross-site", "Origin": LOCAL},
    {"Sec-Fetch-Site": "same-site", "Origin": "http://other.127.0.0.1:8321"},
    {"Sec-Fetch-Site": "none"},
    {"Origin": "https://evil.example"},
    {"Origin": "null"},
    {"Origin": "http://127.0.0.1:9999"},
]


UNANSWERED = answers_digest([None])


def path_of(pattern: str) -> str:
    return "/respond/" + pattern.format(question="tested", number="1", section="tests")


def stored(app: App) -> int:
    """Entries of the audit chain: whatever is stored makes one."""
    with app.records.read() as session:
        return int(session.connection().exec_driver_sql("SELECT count(*) FROM audit").scalar() or 0)


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory) -> App:
    """One installation for all: what is refused changes nothing."""
    return empty_installation(tmp_path_factory.mktemp("home"))


@pytest.fixture(scope="module")
def jane(app: App) -> Visitor:
    return visitor(app)


def test_every_unsafe_address_of_the_vendors_pages_is_tried_here() -> None:
    modules = [importlib.import_module(f"vendor_ai.web.pages.{module.name}") for module in pkgutil.iter_modules(pages.__path__)]
    routes = [route for module in modules for route in module.ROUTER.routes if route.path.startswith("/respond")]
    unsafe = [route.path.removeprefix("/respond/") for route in routes if route.methods - {"GET", "HEAD"}]
    assert sorted(unsafe) == UNSAFE


@pytest.mark.parametrize("pattern", UNSAFE)
@pytest.mark.parametrize("headers", FOREIGN, ids=lambda headers: "-".join(headers.values()))
def test_what_another_sites_page_sends_is_refused(app: App, jane: Visitor, pattern: str, headers: dict[str, str]) -> None:
    fields, before = {"form_token": jane.token, "value.tested": "o1", "seen.tested": UNANSWERED, "text": "Hello"}, stored(app)
    answer = jane.client.post(path_of(pattern), data=fields, headers=headers)

    assert answer.status_code == 403
    assert "not sent from its own page" in answer.text
    assert stored(app) == before


@pytest.mark.parametrize("pattern", UNSAFE)
@pytest.mark.parametrize("token", ["", "0" * 64, "é"])
def test_a_form_without_the_visits_token_is_refused(app: App, jane: Visitor, pattern: str, token: str) -> None:
    fields, before = {"form_token": token, "value.tested": "o1", "seen.tested": UNANSWERED, "text": "Hello"}, stored(app)
    answer = jane.client.post(path_of(pattern), data=fields, headers={"Sec-Fetch-Site": "same-origin"})

    assert answer.status_code == 403
    assert "belongs to another visit" in answer.text
    assert stored(app) == before


def test_the_token_of_another_visit_is_refused(app: App, jane: Visitor) -> None:
    again = Visitor(app, jane.ref).open(link(app, jane.ref).token)

    answer = jane.client.post("/respond/messages", data={"form_token": again.token, "text": "Hello"})
    assert answer.status_code == 403


@pytest.mark.parametrize("pattern", UNSAFE)
def test_a_form_without_a_visit_is_refused(app: App, jane: Visitor, pattern: str) -> None:
    stranger = TestClient(create_app(app), base_url=LOCAL)

    assert stranger.post(path_of(pattern), data={"form_token": jane.token}).status_code == 401


@pytest.mark.parametrize("headers", [{"Sec-Fetch-Site": "same-origin", "Origin": "null"}, {"Origin": LOCAL}, {}])
def test_our_own_page_is_heard(jane: Visitor, headers: dict[str, str]) -> None:
    answer = jane.post("messages", {"text": "Hello"}, headers=headers)

    assert answer.status_code == 200
    assert "Your message was received" in answer.text


def test_every_form_of_the_page_carries_the_token_and_stays_here(jane: Visitor) -> None:
    page = jane.page
    forms = re.findall(r"<form [^>]*>", page)

    assert len(forms) > 20
    assert all('method="post" action="/respond/' in form for form in forms)
    assert page.count('name="form_token"') == len(forms)
