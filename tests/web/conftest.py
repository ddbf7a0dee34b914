"""A server over an installation, asked without a network."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from tests.factories.installation import BY, NOW, add_component, empty_installation, full_installation
from vendor_ai.services import token
from vendor_ai.web.app import create_app
from vendor_ai.wiring import App

LOCAL = "http://127.0.0.1:8321"
Headers = dict[str, str]
Bearer = Callable[..., Headers]


def bearer_of(app: App, name: str, *scopes: str, component: str | None = None, expires_days: int | None = None) -> Headers:
    with app.records.write() as session:
        made = token.create(session, name, scopes, component=component, expires_days=expires_days, by=BY, at=NOW)
    return {"Authorization": f"Bearer {made.secret}"}


@pytest.fixture
def app(tmp_path: Path) -> App:
    """An installation with one component and nothing in its log; bodies may be 1 MiB."""
    app = empty_installation(tmp_path / "home", body_limit_mib=1)
    add_component(app, "Northwind Vision", "digit-reader")
    return app


@pytest.fixture
def client(app: App) -> Iterator[TestClient]:
    with TestClient(create_app(app), base_url=LOCAL, raise_server_exceptions=False) as client:
        yield client


@pytest.fixture
def writer(app: App) -> Headers:
    return bearer_of(app, "writer", "predictions:write")


@pytest.fixture
def reader(app: App) -> Headers:
    return bearer_of(app, "reader", "read")


@pytest.fixture(scope="session")
def full(tmp_path_factory: pytest.TempPathFactory) -> App:
    """Three vendors over two closed quarters; only read."""
    return full_installation(tmp_path_factory.mktemp("full"))


@pytest.fixture(scope="session")
def full_client(full: App) -> Iterator[TestClient]:
    with TestClient(create_app(full), base_url=LOCAL) as client:
        yield client


@pytest.fixture(scope="session")
def full_reader(full: App) -> Headers:
    return bearer_of(full, "reader", "read")
