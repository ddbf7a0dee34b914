"""A real server and Debian's chromium."""

import shutil
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import uvicorn
from playwright.sync_api import Browser, sync_playwright

from tests.factories.installation import add_component, empty_installation, full_installation
from vendor_ai.cli.serve import listen
from vendor_ai.web.app import create_app
from vendor_ai.wiring import App

HOSTILE = "<img src=x onerror=\"document.title='ha'+'cked'\"><script>document.title='ha'+'cked'</script><svg/onload=alert(1)>"


@contextmanager
def served(app: App) -> Iterator[str]:
    """The pages of an installation on a free port."""
    with listen("127.0.0.1", 0, behind_proxy=False) as listening:
        server = uvicorn.Server(uvicorn.Config(create_app(app), log_level="error"))
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]})
        thread.start()
        while not server.started:
            time.sleep(0.02)
        yield f"http://127.0.0.1:{listening.getsockname()[1]}"
        server.should_exit = True
        thread.join(30)


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    path = shutil.which("chromium") or shutil.which("chromium-browser")
    if path is None:
        pytest.skip("Debian's chromium is absent (apt-get install chromium)")
    with sync_playwright() as play:
        browser = play.chromium.launch(executable_path=path, args=["--no-sandbox"])
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def full_site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Three vendors, and a fourth whose names are an attack."""
    app = full_installation(tmp_path_factory.mktemp("full"))
    add_component(app, HOSTILE.replace(" ", "/"), "odd", name=HOSTILE)
    with served(app) as url:
        yield url


@pytest.fixture(scope="session")
def empty_site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with served(empty_installation(tmp_path_factory.mktemp("empty"))) as url:
        yield url


@pytest.fixture
def pictures(tmp_path: Path) -> Path:
    return tmp_path
