"""Decisions: who may take them, on what ground, and what follows."""

import shlex
from concurrent.futures import ProcessPoolExecutor
from datetime import date, timedelta

import pytest

from tests.factories.command_line import CommandLine
from tests.factories.decision import (
    A_YEAR_ON,
    approved,
    approved_with_conditions,
    decided_more_mildly,
    pack_with_conditions,
    reviewed,
    token_of,
)
from tests.factories.due_diligence import APPROVER, NOW, PROCUREMENT, REVIEWER, SECOND, answer, small_pack, start, store_vendor, submitted
from tests.factories.pack import a_question
from vendor_ai.db import audit
from vendor_ai.db.base import Records
from vendor_ai.domain.actor import Actor
from vendor_ai.domain.assessment import AnswerSource, WrongStateError
from vendor_ai.domain.decision import Decision, DecisionCondition, DecisionState, read_condition
from vendor_ai.domain.errors import ConflictError, InvalidInputError, NotAllowedError, NotFoundError, VendorAIError
from vendor_ai.domain.pack import Floor, Level, Pack, Recommendation
from vendor_ai.domain.review import ReviewKind
from vendor_ai.domain.vendor import Component
from vendor_ai.services import assessment, user
from vendor_ai.services.audit import verify
from vendor_ai.services.decision import agree, decide, decisions_of, effective_decision, refuse, reopen
from vendor_ai.services.finding import findings
from vendor_ai.services.review import review, review_answers

R = Recommendation
TODAY = NOW.date()


def take(records: Records, ref: str, what: Recommendation, *, by: Actor = APPROVER, **options: object) -> Decision:
    with records.write() as session:
        return decide(session, ref, what, by=by, at=NOW, **({"rationale": "Because."} | options))  # type: ignore[arg-type]


@pytest.fixture
def good(records: Records) -> str:
    """Every answer LOW and verified: APPROVED is recommended."""
    with records.write() as session:
        store_vendor(session)
        return reviewed(session)


@pytest.fixture
def bad(records: Records) -> str:
    """Every answer CRITICAL and verified: REJECTED is recommended."""
    with records.write() as session:
        store_vendor(session)
        return reviewed(session, {"tested": "l4", "monitored": "l4", "insured": "l4"})


@pytest.fixture
def gaps(records: Records) -> str:
    """`tested` MEDIUM and `monitored` HIGH: 2.00, so APPROVED_WITH_CONDITIONS is recommended, with a condition for each."""
    with records.write() as session:
        store_vendor(session)
        return reviewed(session, {"tested": "l2", "monitored": "l3"}, pack=pack_with_conditions())


def test_a_decision_as_recommended_takes_effect_at_once(records: Records, good: str) -> None:
    made = take(records, good, R.APPROVED, valid_until=A_YEAR_ON)

    assert (made.state, made.decision, made.recommendation, made.milder) == (DecisionState.EFFECTIVE, R.APPROVED, R.APPROVED, False)
    with records.read() as session:
        row = assessment.row_of(session, good)
        assert (row.state, row.decision, row.decided_by, row.decided_at) == ("decided", "APPROVED", "user:anna", NOW)
        assert effective_decision(session, good) == made


def test_the_recommendation_stays_what_it_was_beside_a_stricter_decision(records: Records, good: str) -> None:
    made = take(records, good, R.REJECTED)

    assert (made.state, made.decision, made.recommendation) == (DecisionState.EFFECTIVE, R.REJECTED, R.APPROVED)
    with records.read() as session:
        entry = assessment.assessment(session, good)
    assert entry.score is not None
    assert (entry.decision, entry.score["recommendation"]) == ("REJECTED", "APPROVED")


def test_the_decision_keeps_the_score_it_rests_on_with_every_level(records: Records, gaps: str) -> None:
    made = take(records, gaps, R.APPROVED_WITH_CONDITIONS)

    assert made.score["score"] == "2.00"
    assert [question["level"] for dimension in made.score["dimensions"] for question in dimension["questions"]] == ["MEDIUM", "HIGH", "LOW"]


@pytest.mark.parametrize("what", [R.APPROVED, R.APPROVED_WITH_CONDITIONS])
def test_an_approval_needs_a_verified_score_and_says_what_is_not(records: Records, what: Recommendation) -> None:
    with records.write() as session:
        store_vendor(session)
        ref = submitted(session)
        review_answers(session, ref, dimension="d2", verified=True, by=REVIEWER, at=NOW)

    with pytest.raises(ConflictError, match=r"ocr-a1 cannot be approved \(not verified: tested\)"):
        take(records, ref, what)


def test_an_approval_needs_every_question_answered_and_names_the_open_ones(records: Records) -> None:
    with records.write() as session:
        store_vendor(session)
        ref = submitted(session, {"tested": "NA"})
        review_answers(session, ref, dimension="d2", verified=True, by=REVIEWER, at=NOW)

    with pytest.raises(ConflictError, match=r"cannot be approved \(unanswered: tested\)"):
        take(records, ref, R.APPROVED, valid_until=A_YEAR_ON)


def test_a_vendor_is_rejected_without_verifying_every_claim(records: Records) -> None:
    with records.write() as session:
        store_vendor(session)
        ref = submitted(session)
        review_answers(session, ref, dimension="d2", verified=True, by=REVIEWER, at=NOW)

    assert take(records, ref, R.REJECTED).state is DecisionState.EFFECTIVE


def test_a_prohibited_use_is_never_approved(records: Records) -> None:
    banned = Component("ocr", "OCR", "acme", use_case="social scoring", decision_type="automated")
    with records.write() as session:
        store_vendor(session, banned)
        ref = reviewed(session)

    with pytest.raises(NotAllowedError, match="a prohibited use, which no score can approve"):
        take(records, ref, R.APPROVED)
    assert take(records, ref, R.REJECTED).state is DecisionState.EFFECTIVE


def test_only_what_was_reviewed_is_decided(records: Records) -> None:
    with records.write() as session:
        store_vendor(session)
        ref = submitted(session)

    with pytest.raises(WrongStateError, match=r"is submitted, so it cannot be decided\. Review it"):
        take(records, ref, R.REJECTED)


def test_a_level_that_waits_for_a_second_person_holds_up_every_decision(records: Records, good: str) -> None:
    with records.write() as session:
        facts = {"verified": True, "level": Level.CRITICAL, "reason": "No proof.", "until": A_YEAR_ON}
        review(session, good, kind=ReviewKind.QUESTION, subject="tested", by=REVIEWER, at=NOW, **facts)  # type: ignore[arg-type]

    for what in (R.APPROVED, R.REJECTED):
        with pytest.raises(ConflictError, match="levels that wait for a second person: tested"):
            take(records, good, what)


def test_who_reviewed_does_not_decide(records: Records, good: str) -> None:
    with pytest.raises(NotAllowedError, match="user:rolf reviewed ocr-a1 and so cannot decide about it"):
        take(records, good, R.APPROVED, by=REVIEWER)


def test_who_answered_does_not_decide(records: Records) -> None:
    with records.write() as session:
        store_vendor(session)
        ref = start(session)
        answer(session, ref, {"tested": "l1"}, source=AnswerSource.STAFF, by=APPROVER)
        answer(session, ref, {"monitored": "l1", "insured": "l1"})
        review_answers(session, ref, verified=True, by=REVIEWER, at=NOW)

    for name in ("user:anna", "cli:anna", "token:Anna"):
        with pytest.raises(NotAllowedError, match="answered tested of ocr-a1 and so cannot decide about it"):
            take(records, ref, R.APPROVED, by=Actor(name))


def test_a_milder_decision_waits_for_a_second_person_and_then_takes_effect(records: Records, bad: str) -> None:
    proposed = take(records, bad, R.APPROVED, valid_until=A_YEAR_ON)
    with records.read() as session:
        assert assessment.assessment(session, bad).state == "under_review"
        assert effective_decision(session, bad) is None

    later = NOW + timedelta(hours=1)
    with records.write() as session:
        made = agree(session, bad, reason="Pilot without real data.", by=SECOND, at=later)

    assert (proposed.state, proposed.milder) == (DecisionState.PROPOSED, True)
    assert (made.state, made.by, made.second_by, made.second_at) == (DecisionState.EFFECTIVE, "user:anna", "user:sven", later)
    with records.read() as session:
        row = assessment.row_of(session, bad)
        assert (row.state, row.decision, row.decided_by, row.decided_at) == ("decided", "APPROVED", "user:anna", later)


def test_a_decision_milder_than_a_floor_is_milder_than_recommended(records: Records) -> None:
    floor = a_question("tested", floors=(Floor(("l1",), R.REJECTED),))
    small = small_pack()
    with records.write() as session:
        store_vendor(session)
        ref = reviewed(session, pack=Pack("floored", "1.0", "Floored", "", small.dimensions, (floor, *small.questions[1:])))

    assert take(records, ref, R.APPROVED, valid_until=A_YEAR_ON).state is DecisionState.PROPOSED


@pytest.mark.parametrize("until", [None, TODAY, TODAY - timedelta(days=1)])
def test_a_milder_decision_needs_an_end_date_in_the_future(records: Records, bad: str, until: date | None) -> None:
    with pytest.raises(InvalidInputError, match=r"needs an end date|not in the future"):
        take(records, bad, R.APPROVED, valid_until=until)


def test_a_decision_needs_a_rationale(records: Records, good: str) -> None:
    with pytest.raises(InvalidInputError, match="needs a rationale"):
        take(records, good, R.APPROVED, rationale="  ")


@pytest.mark.parametrize(
    ("by", "said"),
    [
        (APPROVER, "the second belongs to another person"),
        (Actor("cli:anna"), "the second belongs to another person"),
        (REVIEWER, "user:rolf reviewed ocr-a1"),
    ],
)
def test_the_second_person_is_another_one_who_neither_answered_nor_reviewed(records: Records, bad: str, by: Actor, said: str) -> None:
    take(records, bad, R.APPROVED, valid_until=A_YEAR_ON)

    with records.write() as session, pytest.raises(NotAllowedError, match=said):
        agree(session, bad, reason="Fine.", by=by, at=NOW)


def test_the_second_person_gives_a_reason_before_the_end_date(records: Records, bad: str) -> None:
    take(records, bad, R.APPROVED, valid_until=A_YEAR_ON)

    with records.write() as session:
        with pytest.raises(InvalidInputError, match="needs a reason"):
            agree(session, bad, reason=" ", by=SECOND, at=NOW)
        with pytest.raises(InvalidInputError, match="was to end on 2027-11-20"):
            agree(session, bad, reason="Fine.", by=SECOND, at=NOW + timedelta(days=365))


def test_a_proposal_whose_score_moved_is_not_agreed_to(records: Records, bad: str) -> None:
    take(records, bad, R.APPROVED, valid_until=A_YEAR_ON)
    with records.write() as session:
        assessment.return_to_vendor(session, bad, "Please check.", by=PROCUREMENT, at=NOW)
        answer(session, bad, {"tested": "l3"})
        review_answers(session, bad, verified=True, by=REVIEWER, at=NOW)

    with records.write() as session, pytest.raises(ConflictError, match="moved since the decision was proposed"):
        agree(session, bad, reason="Fine.", by=SECOND, at=NOW)


def test_a_proposal_stands_until_another_person_answers_it(records: Records, bad: str) -> None:
    take(records, bad, R.APPROVED, valid_until=A_YEAR_ON)
    with pytest.raises(ConflictError, match="user:anna proposed APPROVED for ocr-a1"):
        take(records, bad, R.REJECTED, by=SECOND)

    with records.write() as session:
        refused = refuse(session, bad, reason="Too risky.", by=SECOND, at=NOW)
    assert (refused.state, refused.ended_reason) == (DecisionState.REFUSED, "Too risky.")
    assert take(records, bad, R.REJECTED, by=SECOND).state is DecisionState.EFFECTIVE


def test_one_may_replace_ones_own_proposal(records: Records, bad: str) -> None:
    take(records, bad, R.APPROVED, valid_until=A_YEAR_ON)
    take(records, bad, R.REJECTED)

    with records.read() as session:
        assert [entry.state for entry in decisions_of(session, bad)] == [DecisionState.REPLACED, DecisionState.EFFECTIVE]


def test_nothing_can_be_agreed_to_or_refused_without_a_proposal(records: Records, good: str) -> None:
    for act in (agree, refuse):
        with records.write() as session, pytest.raises(NotFoundError, match="no proposed decision about 'ocr-a1'"):
            act(session, good, reason="Fine.", by=SECOND, at=NOW)


def test_conditions_of_an_approval_become_findings_with_owner_severity_and_due_date(records: Records, gaps: str) -> None:
    take(records, gaps, R.APPROVED_WITH_CONDITIONS)

    with records.read() as session:
        first, other = findings(session, at=NOW)
    assert (first.kind, first.subject, first.text, first.state) == ("condition", "ocr-a1:tested", "Test it.", "open")
    assert (first.owner, first.severity, first.due_at) == ("vendor", "MEDIUM", NOW + timedelta(days=30))
    assert (other.subject, other.owner, other.severity, other.due_at) == (
        "ocr-a1:monitored",
        "operations",
        "HIGH",
        NOW + timedelta(days=60),
    )


def test_conditions_are_added_by_hand(records: Records, gaps: str) -> None:
    take(
        records, gaps, R.APPROVED_WITH_CONDITIONS, added=[read_condition("Send the report|vendor|14"), read_condition("Train|Ines|7|high")]
    )

    with records.read() as session:
        found = {entry.subject: entry for entry in findings(session, at=NOW)}
    assert found["ocr-a1:added-1"].due_at == NOW + timedelta(days=14)
    assert (found["ocr-a1:added-2"].text, found["ocr-a1:added-2"].severity) == ("Train", "HIGH")


def test_leaving_out_a_raised_condition_is_milder_than_recommended(records: Records, gaps: str) -> None:
    left_out = {"tested": "We test it ourselves."}
    with pytest.raises(InvalidInputError, match="needs an end date"):
        take(records, gaps, R.APPROVED_WITH_CONDITIONS, dropped=left_out)
    proposed = take(records, gaps, R.APPROVED_WITH_CONDITIONS, dropped=left_out, valid_until=A_YEAR_ON)
    assert (proposed.state, proposed.dropped) == (DecisionState.PROPOSED, ({"question": "tested", "reason": "We test it ourselves."},))

    with records.write() as session:
        agree(session, gaps, reason="Right.", by=SECOND, at=NOW)
        assert [entry.subject for entry in findings(session, at=NOW)] == ["ocr-a1:monitored"]


@pytest.mark.parametrize(
    ("what", "options", "said"),
    [
        (R.APPROVED, {"added": [DecisionCondition("Mend it.", "vendor", 5)]}, "APPROVED carries no conditions"),
        (R.APPROVED_WITH_CONDITIONS, {"dropped": {"insured": "No."}}, "raises no condition for 'insured'. Name one of: monitored, tested"),
        (R.APPROVED_WITH_CONDITIONS, {"dropped": {"tested": " "}}, "for tested needs a reason"),
        (R.APPROVED_WITH_CONDITIONS, {"dropped": {"tested": "No.", "monitored": "No."}}, "needs at least one, and none is left"),
    ],
)
def test_conditions_that_do_not_fit_are_refused(
    records: Records, gaps: str, what: Recommendation, options: dict[str, object], said: str
) -> None:
    with pytest.raises(InvalidInputError, match=said):
        take(records, gaps, what, valid_until=A_YEAR_ON, **options)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "text", ["Mend it", "Mend it|vendor", "|vendor|3", "Mend it||3", "Mend it|vendor|soon", "Mend it|vendor|0", "Mend it|vendor|3|AWFUL"]
)
def test_a_condition_that_cannot_be_read_is_refused_with_how_to_write_it(text: str) -> None:
    with pytest.raises(InvalidInputError, match="condition"):
        read_condition(text)


def test_a_stricter_decision_carries_no_finding(records: Records, gaps: str) -> None:
    made = take(records, gaps, R.REQUIRES_REMEDIATION)

    assert [condition.text for condition in made.conditions] == ["Test it.", "Watch it."]
    with records.read() as session:
        assert findings(session, at=NOW) == []


def test_a_new_decision_supersedes_the_assessment_it_follows(records: Records) -> None:
    with records.write() as session:
        store_vendor(session)
        old = approved_with_conditions(session)
        new = reviewed(session, pack=pack_with_conditions(), supersedes=old)
        assert assessment.assessment(session, old).state == "decided"
        decide(session, new, R.APPROVED, rationale="All mended.", by=APPROVER, at=NOW)

    with records.read() as session:
        entry, (ended,) = assessment.assessment(session, old), decisions_of(session, old)
        assert (entry.state, entry.decision) == ("superseded", "")
        assert (ended.state, ended.ended_reason) == (DecisionState.REPLACED, "Superseded by ocr-a2.")
        assert {finding.state for finding in findings(session, at=NOW)} == {"replaced"}


def test_a_reopened_assessment_has_no_decision_in_force_and_keeps_the_old_one_on_record(records: Records) -> None:
    with records.write() as session:
        store_vendor(session)
        ref = approved(session)
        reopen(session, ref, reason="The vendor was bought.", by=PROCUREMENT, at=NOW)

    with records.read() as session:
        entry, (ended,) = assessment.assessment(session, ref), decisions_of(session, ref)
    assert (entry.state, entry.decision) == ("reopened", "")
    assert (ended.state, ended.ended_reason, ended.ended_at) == (DecisionState.REOPENED, "The vendor was bought.", NOW)


def test_only_a_decided_assessment_is_reopened_and_only_with_a_reason(records: Records, good: str) -> None:
    with records.write() as session, pytest.raises(WrongStateError, match="is under review, so it cannot be reopened"):
        reopen(session, good, reason="Why not.", by=PROCUREMENT, at=NOW)
    take(records, good, R.APPROVED)
    with records.write() as session, pytest.raises(InvalidInputError, match="needs a reason"):
        reopen(session, good, reason=" ", by=PROCUREMENT, at=NOW)


def test_a_decision_anew_replaces_the_open_conditions_of_the_one_before(records: Records) -> None:
    with records.write() as session:
        store_vendor(session)
        ref = approved_with_conditions(session)
        reopen(session, ref, reason="Look again.", by=PROCUREMENT, at=NOW)
        review_answers(session, ref, verified=True, by=REVIEWER, at=NOW)
        decide(session, ref, R.APPROVED_WITH_CONDITIONS, rationale="Still.", by=APPROVER, at=NOW + timedelta(days=10))
        found = findings(session, at=NOW)

    states = {state: [entry.due_at for entry in found if entry.state == state] for state in ("open", "replaced")}
    assert states["open"] == [NOW + timedelta(days=40), NOW + timedelta(days=70)]
    assert len(states["replaced"]) == 2


def test_every_step_is_in_an_audit_chain_that_verifies(records: Records, bad: str) -> None:
    with records.write() as session:
        decided_more_mildly(session, bad)
        reopen(session, bad, reason="Pilot over.", by=PROCUREMENT, at=NOW)

    with records.read() as session:
        last = [(event.action, event.actor) for _, event, _ in audit.events(session)][-3:]
        assert last == [
            ("assessment.decision_proposed", "user:anna"),
            ("assessment.decided", "user:sven"),
            ("assessment.reopened", "user:petra"),
        ]
        assert verify(session).problems == ()


def try_to_decide(url: str, ref: str, name: str) -> str:
    """What one of two deciders is told, in a process of its own."""
    found = Records(url, busy_timeout_s=60)
    try:
        with found.write() as session:
            return decide(session, ref, R.APPROVED, rationale="Mine.", by=Actor(name), at=NOW).state
    except VendorAIError as error:
        return error.code
    finally:
        found.close()


def test_of_two_who_decide_at_once_one_wins_and_the_other_is_told(records: Records, good: str, processes: ProcessPoolExecutor) -> None:
    tries = [processes.submit(try_to_decide, records.url, good, name) for name in ("user:anna", "user:sven")]

    assert sorted(entry.result() for entry in tries) == ["effective", "wrong-state"]
    with records.read() as session:
        assert [entry.state for entry in decisions_of(session, good)] == [DecisionState.EFFECTIVE]


def try_to_agree(url: str, ref: str, name: str) -> str:
    """What one of two second persons is told, in a process of its own."""
    found = Records(url, busy_timeout_s=60)
    try:
        with found.write() as session:
            return agree(session, ref, reason="Mine.", by=Actor(name), at=NOW).second_by
    except VendorAIError as error:
        return error.code
    finally:
        found.close()


def test_of_two_who_agree_at_once_one_is_the_second_person(records: Records, bad: str, processes: ProcessPoolExecutor) -> None:
    take(records, bad, R.APPROVED, valid_until=A_YEAR_ON)
    tries = [processes.submit(try_to_agree, records.url, bad, name) for name in ("user:sven", "user:petra")]

    told = sorted(entry.result() for entry in tries)
    with records.read() as session:
        (made,) = decisions_of(session, bad)
    assert told == sorted(["not-found", made.second_by])


@pytest.mark.parametrize("name", ["token:ci", "cli:root", "user:nobody"])
def test_only_people_who_may_decide_decide_agree_and_refuse(records: Records, bad: str, name: str) -> None:
    with pytest.raises(NotAllowedError, match="user add NAME --role risk_officer"):
        take(records, bad, R.REJECTED, by=Actor(name))
    take(records, bad, R.APPROVED, valid_until=A_YEAR_ON)
    for act in (agree, refuse):
        with records.write() as session, pytest.raises(NotAllowedError, match="vendor-ai token create TOKEN --user NAME"):
            act(session, bad, reason="Fine.", by=Actor(name), at=NOW)

    with records.read() as session:
        (entry,) = decisions_of(session, bad)
    assert entry.state is DecisionState.PROPOSED


def test_a_person_without_a_deciding_role_is_told_which_role_it_takes(records: Records, bad: str) -> None:
    with records.write() as session:
        user.set_roles(session, "anna", ["reviewer"], by=PROCUREMENT, at=NOW)

    with pytest.raises(NotAllowedError, match="user roles anna --role reviewer --role risk_officer"):
        take(records, bad, R.REJECTED)


def told(records: Records, ref: str, what: Recommendation, **options: object) -> list[list[str]]:
    """The commands in the refusal of a milder decision without an end date, as words after `assessment`."""
    with pytest.raises(InvalidInputError) as caught:
        take(records, ref, what, **options)  # type: ignore[arg-type]
    return [shlex.split(command)[2:] for command in str(caught.value).split("`")[1::2]]


def test_a_milder_decision_without_an_end_date_is_told_what_is_recommended(records: Records, bad: str) -> None:
    recommended, own = told(records, bad, R.APPROVED, rationale="It's a pilot.")

    shared = ["decide", "ocr-a1", "--rationale", "It's a pilot.", "--token", "TOKEN", "--decision"]
    assert recommended == [*shared, "REJECTED"]
    assert own == [*shared, "APPROVED", "--valid-until", "2027-11-20"]


def test_the_commands_repeat_the_conditions_that_were_given(records: Records, gaps: str) -> None:
    added = [DecisionCondition("Ask counsel.", "Ines", 7, Level.HIGH)]
    recommended, own = told(records, gaps, R.APPROVED_WITH_CONDITIONS, dropped={"tested": "We test."}, added=added)

    condition = ["APPROVED_WITH_CONDITIONS", "--condition", "Ask counsel.|Ines|7|HIGH"]
    assert recommended[-3:] == condition
    assert own[-7:] == [*condition, "--drop", "tested|We test.", "--valid-until", "2027-11-20"]
    assert read_condition(condition[-1]) == added[0]


def prepared(cli: CommandLine, answers: str) -> None:
    """An assessment of the small pack, reviewed by whoever runs the tests."""
    from tests.factories.pack import SMALL_PACK_YAML

    cli.inventory("ocr")
    (cli.home.parent / "small.yaml").write_text(SMALL_PACK_YAML)
    (cli.home.parent / "answers.yaml").write_text(answers)
    cli.ok("assessment", "send", "ocr", "--pack", cli.home.parent / "small.yaml")
    cli.ok("assessment", "import", "ocr-a1", cli.home.parent / "answers.yaml")
    cli.ok("assessment", "review", "ocr-a1", "--all", "--verify")


def test_the_command_line_decides_with_a_token_only(cli: CommandLine) -> None:
    prepared(cli, "tested: good\nretested: good\nlawful: good\n")
    words = ["assessment", "decide", "ocr-a1", "--decision", "approved", "--rationale", "Fine"]

    eve = str(cli.ok("token", "create", "eve", "--scope", "read", "--json").json["token"])
    nobody, reader = cli(*words), cli(*words, "--token", eve)
    assert (nobody.code, "needs a person's token" in nobody.err) == (3, True)
    assert (reader.code, "lacks the scope decide" in reader.err) == (3, True)
    assert cli.ok(*words, "--token", token_of(cli, "anna")).out == "ocr-a1 is decided: APPROVED (recommended: APPROVED).\n"
    (entry,) = cli.ok("assessment", "decisions", "ocr-a1", "--json").json
    assert (entry["by"], entry["in_force"]) == ("user:anna", True)


def test_the_command_line_takes_a_milder_decision_through_two_persons(cli: CommandLine) -> None:
    prepared(cli, "tested: good\nretested: good\nlawful: bad\n")  # its floor demands REJECTED
    anna, sven = token_of(cli, "anna"), token_of(cli, "sven")
    until = ["--valid-until", "2036-01-01"]
    wanted = ["--decision", "APPROVED_WITH_CONDITIONS", "--rationale", "Pilot", "--condition", "Ask counsel|Ines|7"]

    refused = cli("assessment", "decide", "ocr-a1", *wanted, "--token", anna)
    assert (refused.code, "milder than REJECTED, which is recommended" in refused.err) == (3, True)
    accepted = shlex.split(refused.err.split("`")[3].replace("TOKEN", anna))
    assert accepted[-2] == "--valid-until"
    said = cli.ok(*accepted[1:-1], until[1]).out
    assert "APPROVED_WITH_CONDITIONS is proposed for ocr-a1 (recommended: REJECTED)." in said
    again = cli("assessment", "second", "ocr-a1", "--decision", "--reason", "Fine", "--token", anna)
    assert (again.code, "the second belongs to another person" in again.err) == (3, True)
    made = cli.ok("assessment", "second", "ocr-a1", "--decision", "--reason", "Fine", "--token", sven, "--json").json
    assert (made["state"], made["by"], made["second_by"]) == ("effective", "user:anna", "user:sven")
    assert [entry["text"] for entry in cli.ok("finding", "list", "--json").json] == ["Ask counsel", "Make it lawful."]
    assert cli("assessment", "reopen", "ocr-a1", "--reason", "Over").code == 3  # nobody in particular may not
    over = cli.ok("assessment", "reopen", "ocr-a1", "--reason", "Over", "--token", anna)
    assert over.out == "ocr-a1 is reopened; its decision no longer holds.\n"
    assert "reopened" in cli.ok("assessment", "decisions", "ocr-a1").out


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["decide", "ocr-a1", "--decision", "MAYBE", "--rationale", "x"], "Write APPROVED, APPROVED_WITH_CONDITIONS"),
        (["decide", "ocr-a1", "--decision", "APPROVED", "--rationale", "x", "--drop", "lawful"], "lacks its reason"),
        (["decide", "ocr-a1", "--decision", "APPROVED", "--rationale", "x", "--valid-until", "soon"], "'soon' is not a day"),
        (["second", "ocr-a1", "--reason", "x"], "Say what is agreed to"),
        (["second", "ocr-a1", "--review", "1", "--refuse"], "--refuse goes with --decision"),
    ],
)
def test_words_that_do_not_fit_are_refused_with_advice(cli: CommandLine, words: list[str], said: str) -> None:
    outcome = cli("assessment", *words)
    assert outcome.code == 3
    assert said in outcome.err


def test_only_who_may_decide_or_a_job_reopens_a_decision(records: Records) -> None:
    with records.write() as session:
        store_vendor(session)
        ref = reviewed(session)
        decide(session, ref, Recommendation.APPROVED, rationale="Fit.", by=APPROVER, at=NOW)
        with pytest.raises(NotAllowedError, match="is no person known here"):
            reopen(session, ref, reason="Why not.", by=Actor("cli:root"), at=NOW)
        reopen(session, ref, reason="A condition is overdue.", by=Actor("job:condition"), at=NOW)
