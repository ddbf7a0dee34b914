"""The pages as people read them."""

import re
from html.parser import HTMLParser
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from tests.factories.installation import BREAKS, add_component, add_contract, empty_installation
from vendor_ai.web.app import create_app
from vendor_ai.wiring import App

PAGES = ["/", "/components/digit-reader", "/contracts/digit-reader-2026", "/findings", "/reports", "/nothing"]
HOSTILE = "<script>alert(1)</script><img src=x onerror=alert(2)>\"'&{{7*7}}"


class Reader(HTMLParser):
    """Collects the text, the tags and the tables of a page."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.words: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.words.append(data)

    @property
    def text(self) -> str:
        return re.sub(r"\s+", " ", " ".join(self.words)).replace("\N{NO-BREAK SPACE}", " ")


def read(client: TestClient, path: str, status: int = 200) -> Reader:
    answer = client.get(path)
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    reader = Reader()
    reader.feed(answer.text)
    return reader


def test_the_first_page_answers_who_broke_a_promise_how_sure_that_is_and_what_is_due(full_client: TestClient) -> None:
    text = read(full_client, "/").text

    assert "Harbour CRM and Northwind Vision broke promises. 2 clauses broken, all proven. Credits due: 600.00 EUR." in text
    assert "Vendors in breach 2 of 3" in text


def test_a_row_joins_claim_promise_and_fact(full_client: TestClient) -> None:
    page = full_client.get("/").text
    table = page.partition('class="joined"')[2].partition("</table>")[0]
    rows = {ref: row for row in table.split("<tr>") for ref in ("digit-reader", "clause-finder") if f"/components/{ref}" in row}
    reader = Reader()
    reader.feed(rows["digit-reader"])
    text = reader.text

    assert "Northwind Vision digit-reader" in text
    assert re.search(r"Approved with conditions score 1\.\d\d of 4, as claimed no decision yet", text)
    assert "digit-reader-2026 3 measured clauses, to 31 March 2027" in text
    assert "Accuracy 60.0 %, promised at least 85 %; with tolerance 83 %" in text
    assert "Breach proven , n = 300, interval 54.2 to 65.6 %" in text
    assert "reader-4.1 → reader-4.2, first seen 1 July 2026" in text
    assert "Changed unannounced, materially" in text
    assert "2 open violations" in text
    reader = Reader()
    reader.feed(rows["clause-finder"])
    assert "Kept in 2026-Q3" in reader.text
    assert "Changed" not in reader.text  # it was announced


def test_the_most_urgent_components_come_first(full_client: TestClient) -> None:
    table = full_client.get("/").text.partition('class="joined"')[2].partition("</table>")[0]

    refs = list(dict.fromkeys(re.findall(r'href="/components/([^"]+)"', table)))
    assert refs == ["lead-score", "digit-reader", "clause-finder"]


def test_statuses_are_words_beside_their_shapes(full_client: TestClient) -> None:
    page = full_client.get("/").text

    assert re.search(r'class="mark bad"><span class="shape" aria-hidden="true">▲</span> Broken<', page)
    assert re.search(r'class="mark good"><span class="shape" aria-hidden="true">●</span> Kept<', page)


def test_the_page_says_what_was_fed_and_when(full_client: TestClient) -> None:
    text = read(full_client, "/").text

    assert "Prediction log digit-reader 900 2026-11-20 09:30 UTC 900 2026-11-20 09:30 UTC" in text
    assert "Network logs shadow AI 2026-11-20 09:30 UTC" in text


def test_a_contract_page_shows_the_closed_and_the_running_period(full_client: TestClient) -> None:
    text = read(full_client, "/contracts/lead-score-2026").text

    assert "Credits due: 600.00 EUR" in text
    assert "2026-Q3 ▲ Broken" in text
    assert "2026-Q4 Running" in text
    assert "second period in a row, persistent" in text
    assert "Off course" in text
    assert "10 defaults" in text
    assert "As of 2026-11-20 10:30 UTC+01:00 (Europe/Berlin)" in text


def test_a_component_page_shows_its_history_and_versions(full_client: TestClient) -> None:
    text = read(full_client, "/components/digit-reader").text

    assert "Closed periods, newest first (6 rows)" in text
    assert "reader-4.2 2026-07-01" in text
    assert "technical: nobody yet" in text


def test_findings_name_their_alternatives(full_client: TestClient) -> None:
    text = read(full_client, "/findings").text

    assert "Services seen, most calls first (3 rows)" in text
    assert "ChatGPT OpenAI; high confidence network 40 9" in text
    assert "clause-finder" in text


@pytest.mark.parametrize("path", PAGES)
def test_every_page_has_a_skip_link_a_main_part_and_captions_with_counts(full_client: TestClient, path: str) -> None:
    page = read(full_client, path, 404 if path == "/nothing" else 200)
    tags = [tag for tag, _ in page.tags]

    assert ("a", {"class": "skip", "href": "#content"}) in page.tags
    assert tags.count("h1") == tags.count("main") == 1
    assert tags.count("caption") == tags.count("table")
    assert len(re.findall(r"\(\d+ rows?( of \d+)?\)", page.text)) == tags.count("table")
    assert not {"script", "style", "form", "iframe"} & set(tags)
    assert not [name for _, attributes in page.tags for name in attributes if name == "style" or name.startswith("on")]
    heads = [attributes for tag, attributes in page.tags if tag == "th"]
    assert all("scope" in attributes for attributes in heads)


@pytest.mark.parametrize("path", PAGES)
def test_every_link_on_a_page_leads_somewhere_here(full_client: TestClient, path: str) -> None:
    page = read(full_client, path, 404 if path == "/nothing" else 200)

    links = {str(attributes["href"]) for tag, attributes in page.tags if tag in {"a", "link"} and attributes.get("href") != "#content"}
    assert all(link.startswith("/") for link in links)
    assert {full_client.get(link).status_code for link in links} == {200}


@pytest.mark.parametrize(
    ("path", "command"),
    [("/", "vendor-ai inventory import FILE"), ("/findings", "vendor-ai shadow scan FILE"), ("/reports", "vendor-ai report build")],
)
def test_an_empty_page_names_one_next_step(tmp_path: Path, path: str, command: str) -> None:
    client = TestClient(create_app(empty_installation(tmp_path)), base_url="http://localhost")

    page = read(client, path)
    assert command in page.text
    assert [tag for tag, _ in page.tags].count("code") == 1


def test_a_component_without_anything_says_what_is_missing(client: TestClient) -> None:
    text = read(client, "/components/digit-reader").text

    assert "vendor-ai prediction import FILE --component digit-reader" in text
    assert "vendor-ai contract import FILE" in text
    assert "No period has been evaluated yet" in read(client, "/").text


def test_a_closed_period_that_nobody_evaluated_is_not_called_kept(app: App, client: TestClient) -> None:
    add_contract(app, BREAKS)

    text = read(client, "/").text
    assert "Not evaluated" in text
    assert "vendor-ai sla evaluate --contract digit-reader-2026 --period 2026-Q3" in text
    assert "is over and not evaluated yet" in read(client, "/contracts/digit-reader-2026").text
    assert "Kept" not in text


def test_opening_pages_stores_nothing(app: App, client: TestClient) -> None:
    add_contract(app, BREAKS)
    with app.records.read() as session:
        before = session.connection().exec_driver_sql("SELECT count(*) FROM audit").scalar()
    for path in ("/", "/contracts/digit-reader-2026", "/components/digit-reader"):
        client.get(path)
    with app.records.read() as session:
        connection = session.connection()
        assert connection.exec_driver_sql("SELECT count(*) FROM audit").scalar() == before
        assert connection.exec_driver_sql("SELECT count(*) FROM verdict").scalar() == 0


def test_what_people_wrote_is_shown_and_never_run(tmp_path: Path) -> None:
    app = empty_installation(tmp_path)
    add_component(app, HOSTILE.replace(" ", ""), "odd", name=HOSTILE)
    client = TestClient(create_app(app), base_url="http://localhost")
    for path in ("/", "/components/odd"):
        page = read(client, path)
        assert not {"script", "img"} & {tag for tag, _ in page.tags}
        assert "alert(1)" in page.text
        assert "49" not in page.text.partition("alert(1)")[2][:80]  # nothing in it was calculated


@pytest.mark.parametrize("path", ["/components/<script>", "/contracts/%3Cimg%20src=x%3E"])
def test_an_address_that_names_nothing_is_repeated_harmlessly(client: TestClient, path: str) -> None:
    page = read(client, path, 404)

    assert not {"script", "img"} & {tag for tag, _ in page.tags}
    assert "There is no" in page.text
