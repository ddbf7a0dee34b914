"""A vendor's day in a real browser: answers save themselves, nothing typed is lost, nothing written runs."""

import io
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

import openpyxl
import pytest
from playwright.sync_api import Browser, Page, Route, expect

from tests.browser.conftest import served
from tests.factories.installation import empty_installation
from tests.factories.payload import PAYLOADS
from tests.factories.respondent import link, send
from vendor_ai.domain.answer import Answer
from vendor_ai.domain.message import Side
from vendor_ai.services import assessment, message
from vendor_ai.wiring import App

pytestmark = pytest.mark.browser

Scheme = Literal["light", "dark"]
PDF = b"%PDF-1.4\n1 0 obj\n<<>>\nendobj\ntrailer\n<<>>\n%%EOF\n"


@dataclass
class Day:
    """An installation that is served, with one questionnaire under way, and what browsers complained of."""

    app: App
    url: str
    ref: str
    complaints: list[str] = field(default_factory=list)

    def open(
        self,
        browser: Browser,
        name: str = "Jane Doe",
        *,
        width: int = 1280,
        scheme: Literal["light", "dark"] = "light",
        scripts: bool = True,
    ) -> Page:
        """The questionnaire in a browser of its own, by a link of its own."""
        context = browser.new_context(viewport={"width": width, "height": 900}, color_scheme=scheme, java_script_enabled=scripts)
        page = context.new_page()
        page.on("console", lambda message: self.complaints.append(message.text))
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        page.on("request", lambda request: self.complaints.append(request.url) if not request.url.startswith(self.url) else None)
        page.goto(f"{self.url}/respond/{link(self.app, self.ref, name).token}", wait_until="networkidle")
        assert page.url == f"{self.url}/respond"
        return page

    @property
    def answers(self) -> dict[str, Answer]:
        with self.app.records.read() as session:
            return assessment.answers_of(session, self.ref)


@pytest.fixture
def day(tmp_path: Path) -> Iterator[Day]:
    app = empty_installation(tmp_path / "home")
    ref = send(app)
    with served(app) as url:
        yield Day(app, url, ref)


def status(page: Page, question: str) -> str:
    return f"#q-{question} [data-status]"


def test_an_answer_saves_itself_and_the_page_says_when(browser: Browser, day: Day) -> None:
    page = day.open(browser)
    page.locator("#q-outside").get_by_label("Yes").check()
    expect(page.locator(status(page, "outside"))).to_have_text("Saved 09:30 UTC")
    expect(page.locator("[data-answered]")).to_have_text("1")
    expect(page.locator("#q-how")).not_to_have_class("question waiting")  # it is asked now

    page.locator("#q-suppliers textarea").first.fill("Cloud Ltd")
    expect(page.locator(status(page, "suppliers"))).to_have_text("Saved 09:30 UTC")
    assert {key: it.value for key, it in day.answers.items()} == {"outside": "yes", "suppliers": "Cloud Ltd"}
    page.reload()
    expect(page.locator("#q-suppliers textarea").first).to_have_value("Cloud Ltd")
    assert day.complaints == []


def test_a_comment_before_its_answer_is_kept_once_as_a_message_and_stays_in_its_field(browser: Browser, day: Day) -> None:
    page = day.open(browser)
    comment = page.locator("#q-outside").get_by_label("Comment", exact=True)
    comment.press_sequentially("By Lab Ltd", delay=5)
    expect(page.locator(status(page, "outside"))).to_have_text("Not saved yet")  # a pause in typing makes no message
    comment.press("Tab")
    expect(page.locator(status(page, "outside"))).to_have_text("Kept as a message 09:30 UTC; the question is still open")
    expect(comment).to_have_value("By Lab Ltd")

    page.locator("#q-outside").get_by_label("Yes").check()
    expect(page.locator(status(page, "outside"))).to_have_text("Saved 09:30 UTC")
    assert day.answers["outside"] == Answer("outside", "yes", "By Lab Ltd")
    with day.app.records.read() as session:
        assert [it.text for it in message.messages(session, day.ref, side=Side.STAFF)] == ["By Lab Ltd"]
    assert day.complaints == []


def test_what_was_typed_stays_when_the_server_is_away_and_is_sent_once_it_is_back(browser: Browser, day: Day) -> None:
    page = day.open(browser)

    def away(route: Route) -> None:
        route.abort()

    page.route("**/respond/answers/**", away)
    page.locator("#q-suppliers textarea").first.fill("Cloud Ltd")
    expect(page.locator(status(page, "suppliers"))).to_contain_text("Your text stays here and is sent again.")
    page.get_by_role("button", name="Leave").click()  # first everything is saved
    expect(page.locator("#q-suppliers textarea").first).to_have_value("Cloud Ltd")
    assert day.answers == {}

    page.unroute("**/respond/answers/**", away)
    page.get_by_role("button", name="Leave").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("You have left the questionnaire")
    assert day.answers["suppliers"].value == "Cloud Ltd"


def test_leaving_with_something_unsaved_is_warned_of(browser: Browser, day: Day) -> None:
    page = day.open(browser)
    page.route("**/respond/answers/**", lambda route: route.abort())
    page.locator("#q-suppliers textarea").first.fill("Cloud Ltd")
    expect(page.locator(status(page, "suppliers"))).to_contain_text("Not saved")
    warned: list[str] = []
    page.on("dialog", lambda dialog: (warned.append(dialog.type), dialog.accept()))
    page.close(run_before_unload=True)
    page.wait_for_event("close")
    assert warned == ["beforeunload"]


def test_two_people_at_one_answer_see_both_texts_and_one_decides(browser: Browser, day: Day) -> None:
    jane, bob = day.open(browser), day.open(browser, "Bob Ray")
    jane.locator("#q-suppliers textarea").first.fill("Jane’s list")
    expect(jane.locator(status(jane, "suppliers"))).to_have_text("Saved 09:30 UTC")
    bob.locator("#q-suppliers textarea").first.fill("Bob’s list")
    expect(bob.locator(status(bob, "suppliers"))).to_contain_text("Jane Doe changed this answer meanwhile to “Jane’s list”")
    assert day.answers["suppliers"].value == "Jane’s list"

    bob.get_by_role("button", name="Save mine instead").click()
    expect(bob.locator(status(bob, "suppliers"))).to_have_text("Saved 09:30 UTC")
    assert day.answers["suppliers"].value == "Bob’s list"


def test_a_refused_answer_is_told_beside_it_and_stays_in_its_field(browser: Browser, day: Day) -> None:
    page = day.open(browser)
    page.locator("#q-delay").get_by_label("Answer in days").fill("two weeks")
    expect(page.locator(status(page, "delay"))).to_contain_text("Not saved: 'two weeks' is not a number")
    expect(page.locator("#q-delay").get_by_label("Answer in days")).to_have_value("two weeks")
    assert day.answers == {}


@pytest.mark.parametrize("scripts", [True, False], ids=["with script", "without script"])
def test_the_whole_day_from_the_link_to_the_receipt(browser: Browser, day: Day, scripts: bool) -> None:
    page = day.open(browser, scripts=scripts)
    page.locator("#q-tested").get_by_label("Every week").check()
    page.locator("#q-tested").get_by_label("Comment", exact=True).fill("By a laboratory.")
    page.locator("#q-outside").get_by_label("No", exact=True).check()
    page.locator("#q-covered").get_by_label("Rarely").check()
    page.locator("#q-mature").get_by_label("2: Step 2").check()
    page.get_by_role("button", name="Save this section").first.click()
    expect(page.locator(".done")).to_have_text("Saved.")
    page.locator("#q-tested summary").click()
    upload = {"name": "report.pdf", "mimeType": "application/pdf", "buffer": PDF}
    page.locator("#q-tested").get_by_label("Attach a document").set_input_files(files=[upload])  # type: ignore[list-item]
    page.locator("#q-tested").get_by_role("button", name="Attach", exact=True).click()
    expect(page.locator(".done")).to_have_text("The document was received.")
    expect(page.locator("#q-tested")).to_contain_text("Nobody has looked at it yet")

    page.get_by_label("Your position").fill("Head of Security")
    page.get_by_label("I attest that these answers").check()
    page.get_by_label("I hand in although points are open").check()
    page.get_by_role("button", name="Hand in").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Handed in: version 1")
    with page.expect_download() as copy:
        page.get_by_role("link", name="Download the copy").click()
    assert copy.value.suggested_filename == "ocr-a1-1.json"
    page.get_by_role("link", name="Back to the questionnaire").click()
    expect(page.locator("#q-tested")).to_contain_text("By a laboratory.")
    assert page.locator("[name='value.tested']").count() == 0
    assert day.complaints == []


def test_a_workbook_goes_out_and_comes_back_through_the_browser(browser: Browser, day: Day) -> None:
    page = day.open(browser)
    with page.expect_download() as blank:
        page.get_by_role("link", name="Blank workbook").click()
    book = openpyxl.load_workbook(io.BytesIO(blank.value.path().read_bytes()))
    sheet = book["Questionnaire"]
    row = next(cell.row for cells in sheet.iter_rows() for cell in cells if cell.value == "suppliers")
    head = next(cells for cells in sheet.iter_rows() if "Answer" in [cell.value for cell in cells])
    sheet.cell(row, next(cell.column for cell in head if cell.value == "Answer")).value = "Cloud Ltd"
    saved = io.BytesIO()
    book.save(saved)
    file = {"name": "filled.xlsx", "mimeType": "application/octet-stream", "buffer": saved.getvalue()}
    page.get_by_label("Filled workbook").set_input_files(files=[file])  # type: ignore[list-item]
    page.get_by_role("button", name="Show what it changes").click()
    expect(page.locator("tbody")).to_contain_text("Cloud Ltd")
    assert day.answers == {}
    page.get_by_role("button", name="Store these answers").click()
    expect(page.locator(".done")).to_have_text("The answers of the workbook were saved.")
    assert day.answers["suppliers"].value == "Cloud Ltd"


def test_forty_attacks_in_every_text_run_nothing(browser: Browser, day: Day) -> None:
    page = day.open(browser)
    dialogs: list[str] = []
    page.on("dialog", lambda dialog: (dialogs.append(dialog.message), dialog.dismiss()))
    whole = "\n".join(PAYLOADS)[:4_900]
    page.locator("#q-suppliers textarea").first.fill(whole)
    page.locator("#q-suppliers").get_by_label("Comment", exact=True).fill(whole)
    expect(page.locator(status(page, "suppliers"))).to_have_text("Saved 09:30 UTC")
    page.locator("#messages textarea").fill(whole)
    page.locator("#messages").get_by_role("button", name="Send").click()
    expect(page.locator("#messages .said")).to_have_count(1)
    for payload in PAYLOADS[::5]:
        page.locator("#q-policy").get_by_label("Answer name or link").fill(payload)
        expect(page.locator(status(page, "policy"))).to_have_text(re.compile("^(Saved|Not saved:)"))
    page.reload(wait_until="networkidle")

    assert "hacked" not in page.title()
    assert dialogs == []
    assert [complaint for complaint in day.complaints if "422" not in complaint] == []


@pytest.mark.parametrize("width", [320, 400, 1280])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_page_fits_the_window_and_its_targets_a_finger(browser: Browser, day: Day, width: int, scheme: Scheme) -> None:
    page = day.open(browser, width=width, scheme=scheme)
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    small = page.evaluate(
        """[...document.querySelectorAll('button, summary, .option, select, input[type=text], input[type=date]')]
           .filter(it => it.checkVisibility() && it.getBoundingClientRect().height < 24).map(it => it.outerHTML)"""
    )
    assert small == []


def test_the_page_is_worked_by_keyboard_with_the_focus_in_sight(browser: Browser, day: Day) -> None:
    page = day.open(browser)
    page.keyboard.press("Tab")
    assert page.locator(".skip:focus").is_visible()
    page.locator("#q-outside input[type=radio]").first.focus()
    page.keyboard.press("Space")
    expect(page.locator(status(page, "outside"))).to_have_text("Saved 09:30 UTC")
    page.keyboard.press("Tab")
    width = page.evaluate("getComputedStyle(document.activeElement).outlineWidth")
    assert width == "3px"
