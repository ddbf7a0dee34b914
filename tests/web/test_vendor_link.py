"""The vendor's way in: one link, one person, one assessment, and nothing of it anywhere it does not belong."""

import logging
import secrets
from dataclasses import replace
from datetime import timedelta

import pytest
from fastapi.testclient import TestClient

from tests.factories.installation import BY, NOW, empty_installation
from tests.factories.respondent import LOCAL, Visitor, link, send, visitor
from vendor_ai.db.vendor import save_component
from vendor_ai.domain.asker import Asker
from vendor_ai.domain.assessment import WrongStateError
from vendor_ai.domain.errors import InvalidInputError
from vendor_ai.services import assessment, vendor_link
from vendor_ai.services.vendor_link import LinkClosedError, VisitEndedError, make_link, open_link, respondent_of, revoke_link
from vendor_ai.web.app import create_app
from vendor_ai.web.respondent import Tries, WithoutTokens
from vendor_ai.wiring import App

SECOND = timedelta(seconds=1)


def at(app: App, moment: object) -> TestClient:
    """The server of the installation at another moment."""
    return TestClient(create_app(app.at(moment)), base_url=LOCAL, raise_server_exceptions=False)  # type: ignore[arg-type]


def dump(app: App) -> str:
    """Everything the database holds, as text."""
    with app.records.read() as session:
        return "\n".join(str(line) for line in session.connection().connection.driver_connection.iterdump())  # type: ignore[union-attr]


def test_a_link_holds_256_random_bits_and_only_its_hash_is_kept(app: App) -> None:
    made = link(app, send(app))

    assert len(made.token) == 43  # 32 bytes in base64 without padding
    assert made.token not in dump(app)


def test_opening_a_link_takes_its_token_out_of_the_address(app: App) -> None:
    client = TestClient(create_app(app), base_url=LOCAL, follow_redirects=False)
    answer = client.get(f"/respond/{link(app, send(app)).token}")

    assert (answer.status_code, answer.headers["location"]) == (303, "/respond")
    assert answer.headers["referrer-policy"] == "no-referrer"
    assert answer.headers["cache-control"] == "no-store"


def test_the_visit_is_kept_out_of_the_reach_of_scripts_and_other_sites(app: App) -> None:
    token = link(app, send(app)).token
    plain = TestClient(create_app(app), base_url=LOCAL, follow_redirects=False).get(f"/respond/{token}").headers["set-cookie"]
    secure = TestClient(create_app(app, hosts=["risk.example.com"]), base_url="https://risk.example.com", follow_redirects=False)
    kept = secure.get(f"/respond/{token}").headers["set-cookie"]

    assert plain.startswith("vendor-ai-respondent=")
    assert kept.startswith("__Host-vendor-ai-respondent=")
    assert token not in plain + kept
    assert "Secure" in kept and "Secure" not in plain
    for cookie in (plain, kept):
        assert "HttpOnly" in cookie
        assert "SameSite=lax" in cookie
        assert "Path=/" in cookie
        assert "Domain" not in cookie


def test_a_server_that_vendors_reach_by_https_marks_the_visit_secure_behind_its_proxy(tmp_path: object) -> None:
    app = empty_installation(tmp_path, public_url="https://risk.example.com")  # type: ignore[arg-type]
    token = link(app, send(app)).token
    behind = TestClient(create_app(app, hosts=["risk.example.com"]), base_url="http://risk.example.com", follow_redirects=False)

    assert behind.get(f"/respond/{token}").headers["set-cookie"].startswith("__Host-")


def test_a_link_opens_until_the_second_it_ends(app: App) -> None:
    token = link(app, send(app), expires_days=7).token
    ends = NOW + timedelta(days=7)

    assert at(app, ends - SECOND).get(f"/respond/{token}").status_code == 200
    assert at(app, ends).get(f"/respond/{token}").status_code == 404
    assert at(app, ends + SECOND).get(f"/respond/{token}").status_code == 404


def test_an_ended_link_says_whom_to_ask_and_an_unknown_one_does_not(app: App) -> None:
    token = link(app, send(app), expires_days=7).token
    client = at(app, NOW + timedelta(days=8))
    known, unknown = client.get(f"/respond/{token}"), client.get(f"/respond/{secrets.token_urlsafe(32)}")

    assert known.status_code == unknown.status_code == 404
    assert "ended on 2026-11-27 at 09:30 UTC" in known.text
    assert "Ask Ines Ortega" in known.text
    assert "opens nothing" in unknown.text
    assert "Ortega" not in unknown.text
    assert token not in known.text


def test_a_revoked_link_ends_every_visit_by_it_at_the_next_request(app: App) -> None:
    jane = visitor(app)
    assert jane.client.get("/respond").status_code == 200
    with app.records.write() as session:
        assert revoke_link(session, jane.ref, 1, by=BY, at=NOW)
        assert not revoke_link(session, jane.ref, 1, by=BY, at=NOW)

    assert jane.client.get("/respond").status_code == 401
    assert "Open the link that you received again" in jane.client.get("/respond").text


def test_a_visit_ends_after_twelve_hours_and_the_link_begins_a_new_one(app: App) -> None:
    ref = send(app)
    token = link(app, ref).token
    with app.records.write() as session:
        visit = open_link(session, token, at=NOW)
        assert respondent_of(session, visit, at=NOW + timedelta(hours=12) - SECOND).name == "Jane Doe"
        with pytest.raises(VisitEndedError):
            respondent_of(session, visit, at=NOW + timedelta(hours=12))
        assert open_link(session, token, at=NOW + timedelta(hours=12)) != visit


def test_a_link_leads_to_its_own_assessment_only(app: App) -> None:
    jane = visitor(app)
    other = send(app, "translator")

    assert other not in jane.page
    assert jane.client.get(f"/respond/{other}").status_code == 404


def test_no_guess_opens_a_link(app: App, soak: bool) -> None:
    ref = send(app)
    for number in range(20):
        link(app, ref, f"Person {number}")
    hits = 0
    with app.records.write() as session:
        for _ in range(1_000_000 if soak else 10_000):
            try:
                open_link(session, secrets.token_urlsafe(32), at=NOW)
                hits += 1
            except LinkClosedError:
                pass
    assert hits == 0


def test_ten_wrong_links_a_minute_and_then_none_is_looked_at(app: App) -> None:
    token = link(app, send(app)).token
    client = TestClient(create_app(app), base_url=LOCAL)
    wrong = [client.get(f"/respond/{secrets.token_urlsafe(32)}").status_code for _ in range(11)]

    assert wrong == [404] * 10 + [429]
    refused = client.get(f"/respond/{token}")
    assert refused.status_code == 429
    assert refused.headers["retry-after"] == "60"
    assert "Wait 60 seconds" in refused.text


def test_tries_are_counted_by_address_and_forgotten_after_a_minute() -> None:
    counted = Tries()
    for _ in range(10):
        counted.count("192.0.2.7", NOW)
        counted.count("2001:db8::1", NOW)

    for address in ("192.0.2.7", "2001:db8::1", "2001:db8::ffff:2"):  # an IPv6 customer has a whole network
        with pytest.raises(vendor_link.VendorAIError):
            counted.refuse_too_many(address, NOW + timedelta(seconds=59))
    for address in ("192.0.2.7", "2001:db8::1"):
        counted.refuse_too_many(address, NOW + timedelta(seconds=60))
    counted.refuse_too_many("192.0.2.8", NOW)
    counted.refuse_too_many("2001:db8:0:1::1", NOW)


def test_links_stay_out_of_the_access_log_and_the_counters(app: App, caplog: pytest.LogCaptureFixture) -> None:
    jane = visitor(app)
    token = link(app, jane.ref).token
    jane.client.get(f"/respond/{token}")
    logger = logging.getLogger("uvicorn.access")
    with caplog.at_level(logging.INFO, "uvicorn.access"):
        logger.info('%s - "%s %s HTTP/%s" %d', "127.0.0.1:5", "GET", f"/respond/{token}", "1.1", 303)

    assert caplog.messages == ['127.0.0.1:5 - "GET /respond/... HTTP/1.1" 303']
    assert any(isinstance(found, WithoutTokens) for found in logger.filters)
    assert token not in jane.client.get("/metrics").text


@pytest.mark.parametrize("place", [0, 2, 14, -1])
def test_a_forged_visit_is_nobodys(app: App, place: int) -> None:
    token = link(app, send(app)).token
    with app.records.write() as session:
        visit = open_link(session, token, at=NOW)
        mark = "1" if visit[place] != "1" else "2"
        forged = visit[:place] + mark + (visit[place + 1 :] if place != -1 else "")
        with pytest.raises(VisitEndedError):
            respondent_of(session, forged, at=NOW)


@pytest.mark.parametrize("visit", ["", ".", "1", "1.2", "1.2.3.4", "²", "9" * 40, "1..." + "é" * 10])
def test_nonsense_instead_of_a_visit_is_nobodys(app: App, visit: str) -> None:
    link(app, send(app))
    with app.records.read() as session, pytest.raises(VisitEndedError):
        respondent_of(session, visit, at=NOW)


def test_without_a_link_there_is_nothing_to_see(app: App) -> None:
    answer = TestClient(create_app(app), base_url=LOCAL).get("/respond")

    assert answer.status_code == 401
    assert "ocr" not in answer.text


def test_a_link_for_one_section_shows_and_takes_only_that(app: App) -> None:
    ref = send(app)
    bob = Visitor(app, ref).open(link(app, ref, "Bob", sections=["company"]).token)
    jane = Visitor(app, ref).open(link(app, ref).token)

    assert "How many days?" in bob.page
    assert "How often is it tested?" not in bob.page
    assert bob.autosave("delay", "14").status_code == 200
    fields = {"seen.tested": jane.seen("tested"), "value.tested": "o1"}
    assert bob.post("answers/tested", fields).status_code == 403
    assert bob.post("messages", {"text": "Hello", "question": "tested"}).status_code == 403
    assert bob.hand_in().status_code == 403
    assert 'name="signatory"' not in bob.page


def test_a_link_without_the_right_to_sign_answers_and_does_not_hand_in(app: App) -> None:
    bob = visitor(app, name="Bob", may_attest=False)
    bob.answer_all()

    assert bob.hand_in().status_code == 403
    assert "the person who may sign hands in" in bob.page


def test_leaving_ends_the_visit_in_this_browser_and_keeps_the_link(app: App) -> None:
    jane = visitor(app)
    token = link(app, jane.ref).token
    assert "You have left" in jane.post("leave").text

    assert jane.client.get("/respond").status_code == 401
    assert jane.client.get(f"/respond/{token}").status_code == 200


def test_nobody_is_let_into_what_was_not_sent_or_was_withdrawn(app: App) -> None:
    draft = send(app, draft=True)
    with app.records.write() as session, pytest.raises(WrongStateError, match="is draft, so it cannot be opened to the vendor"):
        make_link(session, draft, "Jane", by=BY, at=NOW)
    withdrawn = send(app)
    with app.records.write() as session:
        assessment.withdraw(session, withdrawn, "No longer bought.", by=BY, at=NOW)
        with pytest.raises(WrongStateError, match="is withdrawn"):
            make_link(session, withdrawn, "Jane", by=BY, at=NOW)


@pytest.mark.parametrize(
    ("name", "email", "section", "words"),
    [
        (" ", "", (), "needs the name of the person"),
        ("Jane\x00Doe", "", (), "needs the name of the person"),
        ("J" * 101, "", (), "at most 100 characters"),
        ("Jane", "jane", (), "is not an e-mail address"),
        ("Jane", "jane@acme.example\nBcc: all@acme.example", (), "is not an e-mail address"),
        ("Jane", "", ("colour",), "no section 'colour'. Choose from: tests, company"),
    ],
)
def test_a_link_that_cannot_be_made_says_what_to_mend(app: App, name: str, email: str, section: tuple[str, ...], words: str) -> None:
    ref = send(app)
    with app.records.write() as session, pytest.raises(InvalidInputError, match=words):
        make_link(session, ref, name, email=email, sections=section, by=BY, at=NOW)


@pytest.mark.parametrize(
    ("due_in", "days", "ends_in", "too_short"),
    [(None, None, 30, False), (10, None, 30, False), (16, None, 30, False), (17, None, 31, False), (90, None, 104, False),
     (90, 7, 7, True), (7, 7, 7, False), (None, 3, 3, False)],
)  # fmt: skip
def test_a_link_outlasts_the_due_date_unless_its_days_are_given(
    app: App, due_in: int | None, days: int | None, ends_in: int, too_short: bool
) -> None:
    ref = send(app, due_at=NOW + timedelta(days=due_in) if due_in else None)
    made = link(app, ref, expires_days=days)
    assert (made.expires_at - NOW, made.too_short) == (timedelta(days=ends_in), too_short)


def test_an_ended_link_names_whom_the_settings_name_and_never_an_account(app: App) -> None:
    token = link(app, send(app), expires_days=1).token
    later = app.at(NOW + timedelta(days=1))
    with later.records.write() as session, pytest.raises(LinkClosedError, match=r"Ask risk@harbour\.example, who wanted these answers"):
        open_link(session, token, asker=Asker("Harbour", "risk@harbour.example"), at=later.clock.now())
    with later.records.write() as session:
        component = assessment.component_of(session, "ocr-a1")
        save_component(session, replace(component, business_owner=""), at=NOW)
        with pytest.raises(LinkClosedError, match="Ask the company that sent it for a new one"):
            open_link(session, token, at=later.clock.now())
