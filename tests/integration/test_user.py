"""People, their roles, and the tokens that act in their name."""

from datetime import timedelta

import pytest

from tests.factories.command_line import CommandLine
from tests.factories.due_diligence import NOW
from tests.factories.gate import BY
from vendor_ai.db.audit import events
from vendor_ai.db.base import Records
from vendor_ai.domain.actor import Actor
from vendor_ai.domain.errors import ConflictError, InvalidInputError, NotAllowedError, NotFoundError
from vendor_ai.domain.user import ROLE_MEANINGS, Role, user_name
from vendor_ai.services import token, user


def test_a_person_is_added_once_whatever_the_case_and_never_deleted(records: Records) -> None:
    with records.write() as session:
        made = user.add(session, "Alice", ["reviewer", "reviewer"], email=" alice@example.org ", by=BY, at=NOW)
        assert (made.name, made.email, made.roles) == ("Alice", "alice@example.org", (Role.REVIEWER,))
        user.disable(session, "alice", by=BY, at=NOW)
        with pytest.raises(ConflictError, match="is, or was, a person 'ALICE'"):
            user.add(session, "ALICE", [], by=BY, at=NOW)
        assert [entry.name for entry in user.users(session)] == ["Alice"]


@pytest.mark.parametrize(
    ("name", "roles", "email", "words"),
    [
        ("", [], "", "cannot name a person"),
        ("jane doe", [], "", "cannot name a person"),
        ("user:jane", [], "", "cannot name a person"),
        ("x" * 65, [], "", "up to 64"),
        ("jane", ["legal_council"], "", "Did you mean 'legal_counsel'"),
        ("jane", [], "jane", "not an e-mail address"),
    ],
)
def test_what_cannot_be_a_person_is_refused(records: Records, name: str, roles: list[str], email: str, words: str) -> None:
    with records.write() as session, pytest.raises(InvalidInputError, match=words):
        user.add(session, name, roles, email=email, by=BY, at=NOW)


def test_what_is_done_to_a_person_stands_in_the_audit_chain(records: Records) -> None:
    with records.write() as session:
        user.add(session, "alice", ["reviewer"], by=BY, at=NOW)
        user.set_roles(session, "ALICE", ["legal_counsel"], by=BY, at=NOW)
        assert user.disable(session, "alice", by=BY, at=NOW) is True
        assert user.disable(session, "alice", by=BY, at=NOW) is False
        chain = [(event.actor, event.action, event.data.get("after")) for _, event, _ in events(session)]
    assert chain == [
        ("cli:root", "user.added", None),
        ("cli:root", "user.roles", ["legal_counsel"]),
        ("cli:root", "user.disabled", None),
    ]


def test_nobody_has_roles_who_is_unknown_or_disabled(records: Records) -> None:
    with records.write() as session:
        user.add(session, "alice", ["reviewer"], by=BY, at=NOW)
        assert user.roles_of(session, "alice") == (Role.REVIEWER,)
        user.disable(session, "alice", by=BY, at=NOW)
        assert (user.roles_of(session, "alice"), user.roles_of(session, "bob")) == ((), ())
        for act in (lambda: user.disable(session, "bob", by=BY, at=NOW), lambda: user.set_roles(session, "bob", [], by=BY, at=NOW)):
            with pytest.raises(NotFoundError, match="no person 'bob'"):
                act()


def test_a_token_of_a_person_acts_in_that_name_with_its_own_scopes(records: Records) -> None:
    with records.write() as session:
        user.add(session, "Alice", ["reviewer"], by=BY, at=NOW)
        hers = token.create(session, "laptop", ["decide"], user="alice", by=BY, at=NOW)
        programs = token.create(session, "ci", ["read"], by=BY, at=NOW)
        actor = token.authenticate(session, hers.secret, at=NOW)
        assert (actor.name, actor.scopes) == ("user:Alice", frozenset({"decide"}))
        assert token.authenticate(session, programs.secret, at=NOW).name == "token:ci"
        assert [(entry.name, entry.holder) for entry in token.tokens(session)] == [("ci", ""), ("laptop", "Alice")]
        assert (user_name("user:Alice"), user_name("token:ci")) == ("Alice", None)


def test_the_tokens_of_a_disabled_person_die_at_once_and_read_like_unknown_ones(records: Records) -> None:
    with records.write() as session:
        user.add(session, "alice", [], by=BY, at=NOW)
        hers = token.create(session, "laptop", ["read"], user="alice", by=BY, at=NOW)
        user.disable(session, "alice", by=BY, at=NOW + timedelta(seconds=1))
        with pytest.raises(token.NotAuthenticatedError) as dead:
            token.authenticate(session, hers.secret, at=NOW)
        with pytest.raises(token.NotAuthenticatedError) as unknown:
            token.authenticate(session, "vai_guess", at=NOW)
        assert str(dead.value) == str(unknown.value)
        with pytest.raises(ConflictError, match="alice is disabled"):
            token.create(session, "phone", ["read"], user="alice", by=BY, at=NOW)
        with pytest.raises(NotFoundError, match="no person 'bob'"):
            token.create(session, "phone", ["read"], user="bob", by=BY, at=NOW)


def test_every_role_says_what_it_is_for() -> None:
    assert set(ROLE_MEANINGS) == set(Role)


def test_people_on_the_command_line(cli: CommandLine) -> None:
    assert "Nobody yet" in cli.ok("user", "list").out
    cli.ok("user", "add", "alice", "--role", "reviewer", "--email", "alice@example.org")
    assert cli.ok("user", "roles", "alice", "--role", "legal_counsel", "--json").json["roles"] == ["legal_counsel"]
    made = cli.ok("token", "create", "laptop", "--user", "alice", "--scope", "decide", "--json").json
    assert made["user"] == "alice"
    assert cli.ok("token", "list", "--json").json[0]["user"] == "alice"
    assert cli.ok("user", "disable", "alice", "--json").json["changed"] is True
    assert "disabled before" in cli.ok("user", "disable", "alice").out
    assert "disabled" in cli.ok("user", "list").out
    assert cli("user", "disable", "bob").code == 3
    assert [entry["name"] for entry in cli.ok("user", "list", "--json").json] == ["alice"]


@pytest.mark.parametrize("role", ["risk_officer", "executive_sponsor", "administrator"])
def test_a_person_with_one_of_these_roles_may_decide(records: Records, role: str) -> None:
    with records.write() as session:
        user.add(session, "Olga", [role], by=BY, at=NOW)
        user.require_decider(session, Actor("user:olga"))
        user.disable(session, "olga", by=BY, at=NOW)
        with pytest.raises(NotAllowedError, match="user:olga is disabled"):
            user.require_decider(session, Actor("user:olga"))


@pytest.mark.parametrize("role", sorted(set(Role) - set(user.DECIDERS)))
def test_a_person_with_another_role_may_not_decide_and_keeps_it_in_the_command_that_mends_it(records: Records, role: str) -> None:
    with records.write() as session:
        user.add(session, "olga", [role], by=BY, at=NOW)
        with pytest.raises(NotAllowedError, match=f"vendor-ai user roles olga --role {role} --role risk_officer$"):
            user.require_decider(session, Actor("user:olga"))


@pytest.mark.parametrize("name", ["token:olga", "cli:olga", "link:3:olga", "user:", "user:nobody", "olga"])
def test_who_is_no_stored_person_may_not_decide(records: Records, name: str) -> None:
    with records.write() as session:
        user.add(session, "olga", ["risk_officer"], by=BY, at=NOW)
        with pytest.raises(
            NotAllowedError, match=r"user add NAME --role risk_officer, then vendor-ai token create TOKEN --user NAME --scope"
        ):
            user.require_decider(session, Actor(name))


def test_a_token_that_is_nobodys_says_when_it_is_made_that_it_decides_nothing(cli: CommandLine) -> None:
    cli.ok("user", "add", "olga", "--role", "risk_officer")
    assert "It is nobody's" in cli.ok("token", "create", "ci", "--scope", "decide").err
    assert "nobody's" not in cli.ok("token", "create", "olga-1", "--scope", "decide", "--user", "olga").err
    assert "nobody's" not in cli.ok("token", "create", "reader", "--scope", "read").err
