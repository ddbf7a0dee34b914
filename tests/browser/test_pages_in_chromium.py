"""The pages in a real browser: nothing from outside, nothing run, nothing cut off."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

import pytest
from playwright.sync_api import Browser, ConsoleMessage, Page

pytestmark = pytest.mark.browser

PAGES = ["/", "/components/digit-reader", "/components/odd", "/contracts/digit-reader-2026", "/findings", "/reports"]
Scheme = Literal["light", "dark"]


@dataclass
class Visit:
    """One page as it was opened, and all the browser had to say about it."""

    page: Page
    requests: list[str] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)

    @property
    def width(self) -> int:
        return int(self.page.evaluate("document.documentElement.scrollWidth"))


def visit(browser: Browser, url: str, *, width: int = 1280, scheme: Scheme = "light", scripts: bool = True) -> Visit:
    context = browser.new_context(viewport={"width": width, "height": 900}, color_scheme=scheme, java_script_enabled=scripts)
    seen = Visit(context.new_page())

    def hear(message: ConsoleMessage) -> None:
        seen.complaints.append(message.text)

    seen.page.on("console", hear)
    seen.page.on("pageerror", lambda error: seen.complaints.append(str(error)))
    seen.page.on("dialog", lambda dialog: (seen.complaints.append(dialog.message), dialog.dismiss()))
    seen.page.on("request", lambda request: seen.requests.append(request.url))
    seen.page.goto(url, wait_until="networkidle")
    return seen


@pytest.mark.parametrize("path", PAGES)
def test_a_page_asks_nobody_else_and_breaks_no_policy(browser: Browser, full_site: str, path: str) -> None:
    seen = visit(browser, full_site + path)

    assert all(request.startswith(full_site) for request in seen.requests)
    assert f"{full_site}/static/style.css" in seen.requests
    assert seen.complaints == []
    assert "hacked" not in seen.page.title()


@pytest.mark.parametrize("path", PAGES)
@pytest.mark.parametrize("width", [320, 360, 768, 1280])
def test_no_page_is_wider_than_the_window(browser: Browser, full_site: str, path: str, width: int) -> None:
    assert visit(browser, full_site + path, width=width).width <= width


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [360, 1280])
def test_the_first_page_with_data_is_drawn(browser: Browser, full_site: str, pictures: Path, scheme: Scheme, width: int) -> None:
    seen = visit(browser, full_site, width=width, scheme=scheme)

    picture = seen.page.screenshot(path=pictures / f"first-{scheme}-{width}.png", full_page=True)
    assert len(picture) > 20_000
    assert seen.page.locator("table.joined tbody tr").count() == 4
    assert seen.page.get_by_text("Credits due: 600.00 EUR").is_visible()
    dark = seen.page.evaluate("getComputedStyle(document.documentElement).backgroundColor")
    assert dark == ("rgb(20, 25, 30)" if scheme == "dark" else "rgb(255, 255, 255)")


def test_the_first_page_of_an_empty_installation_names_the_next_step(browser: Browser, empty_site: str, pictures: Path) -> None:
    seen = visit(browser, empty_site)

    seen.page.screenshot(path=pictures / "empty.png", full_page=True)
    assert seen.page.locator("code").all_inner_texts() == ["vendor-ai inventory import FILE"]
    assert seen.complaints == []


def test_the_pages_work_without_script_and_by_keyboard(browser: Browser, full_site: str) -> None:
    page = visit(browser, full_site, scripts=False).page

    page.keyboard.press("Tab")
    assert page.locator(".skip:focus").is_visible()
    page.keyboard.press("Enter")
    page.get_by_role("link", name="digit-reader-2026").click()
    page.wait_for_url("**/contracts/digit-reader-2026")
    page.get_by_text("10 defaults").click()
    assert page.get_by_text("latency measured at").is_visible()
