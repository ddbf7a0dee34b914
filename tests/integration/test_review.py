"""Reviewers verify answers, accept what does not apply, and set other levels with a second person."""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from tests.factories.command_line import CommandLine
from tests.factories.decision import reviewed, token_of
from tests.factories.due_diligence import APPROVER, NOW, PROCUREMENT, REVIEWER, SECOND, answer, start, store_vendor, submitted
from tests.factories.pack import a_pack, a_question
from vendor_ai.db import audit
from vendor_ai.db.base import Records
from vendor_ai.domain.actor import Actor
from vendor_ai.domain.assessment import AnswerSource, AssessmentState, WrongStateError
from vendor_ai.domain.errors import ConflictError, InvalidInputError, NotAllowedError, NotFoundError
from vendor_ai.domain.pack import NOT_APPLICABLE, Level, Pack, Recommendation
from vendor_ai.domain.review import Review, ReviewKind
from vendor_ai.services import assessment, decision
from vendor_ai.services.assessment_score import ScoreStanding, standing_of
from vendor_ai.services.review import review, review_answers, second

SPRING = date(2027, 3, 31)
QUESTION = ReviewKind.QUESTION


def set_level(records: Records, ref: str, subject: str, level: Level, *, by: Actor = REVIEWER, kind: ReviewKind = QUESTION) -> Review:
    with records.write() as session:
        return review(session, ref, kind=kind, subject=subject, verified=True, level=level, reason="Seen.", until=SPRING, by=by, at=NOW)


def standing(records: Records, ref: str, *, days: int = 0) -> ScoreStanding:
    with records.read() as session:
        return standing_of(session, ref, at=NOW + timedelta(days=days))


@pytest.fixture
def handed_in(records: Records) -> str:
    """An assessment whose every answer is LOW."""
    with records.write() as session:
        store_vendor(session)
        return submitted(session)


def test_verifying_every_answer_makes_the_score_a_verified_one(records: Records, handed_in: str) -> None:
    assert standing(records, handed_in).unverified == ("tested", "monitored", "insured")

    with records.write() as session:
        batch = review_answers(session, handed_in, verified=True, by=REVIEWER, at=NOW)

    assert [act.subject for act in batch.reviews] == ["tested", "monitored", "insured"]
    assert standing(records, handed_in).verified
    with records.read() as session:
        assert assessment.assessment(session, handed_in).state == "under_review"


def test_a_dimension_is_verified_without_the_others(records: Records, handed_in: str) -> None:
    with records.write() as session:
        review_answers(session, handed_in, dimension="d2", verified=True, by=REVIEWER, at=NOW)

    assert standing(records, handed_in).unverified == ("tested",)


def test_what_is_verified_already_is_left_as_it_is(records: Records, handed_in: str) -> None:
    with records.write() as session:
        review_answers(session, handed_in, dimension="d2", verified=True, by=REVIEWER, at=NOW)
        batch = review_answers(session, handed_in, verified=True, by=SECOND, at=NOW)

    assert [act.subject for act in batch.reviews] == ["tested"]


def test_an_answer_that_changes_after_its_review_is_no_longer_verified(records: Records, handed_in: str) -> None:
    with records.write() as session:
        review_answers(session, handed_in, verified=True, by=REVIEWER, at=NOW)
        assessment.return_to_vendor(session, handed_in, "Please check.", by=PROCUREMENT, at=NOW)
        answer(session, handed_in, {"monitored": "l2"})

    assert standing(records, handed_in).unverified == ("monitored",)


def test_a_reviewers_own_answers_are_left_out_and_named(records: Records) -> None:
    with records.write() as session:
        store_vendor(session)
        ref = start(session)
        answer(session, ref, {"tested": "l1"}, source=AnswerSource.OWN_TEST, by=REVIEWER)
        answer(session, ref, {"monitored": "l1", "insured": "l1"})
        batch = review_answers(session, ref, verified=True, by=REVIEWER, at=NOW)

    assert batch.left_out == ("tested",)
    assert standing(records, ref).unverified == ("tested",)


@pytest.mark.parametrize("name", ["user:rolf", "cli:rolf", "token:Rolf"])
@pytest.mark.parametrize(("kind", "subject"), [(QUESTION, "tested"), (ReviewKind.DIMENSION, "d1")])
def test_nobody_reviews_what_they_answered_whatever_way_they_come_in(records: Records, name: str, kind: ReviewKind, subject: str) -> None:
    with records.write() as session:
        store_vendor(session)
        ref = start(session)
        answer(session, ref, {"tested": "l1"}, source=AnswerSource.STAFF, by=REVIEWER)
        answer(session, ref, {"monitored": "l1", "insured": "l1"})
        with pytest.raises(NotAllowedError, match="answered tested and so cannot review it"):
            review(session, ref, kind=kind, subject=subject, verified=True, by=Actor(name), at=NOW)


def test_a_level_counts_once_another_person_agreed_and_the_claimed_one_stays_shown(records: Records, handed_in: str) -> None:
    # d1 is the only question `tested`: LOW becomes HIGH, so the score goes from 1.00 to (3 + 1) / 2 = 2.00.
    act = set_level(records, handed_in, "tested", Level.HIGH)
    before = standing(records, handed_in)
    with records.write() as session:
        second(session, handed_in, act.number, reason="Agreed.", by=SECOND, at=NOW)
    after = standing(records, handed_in)

    assert (before.score.as_json()["score"], [entry.number for entry in before.proposed]) == ("1.00", [act.number])
    assert (after.score.as_json()["score"], after.claimed.as_json()["score"]) == ("2.00", "1.00")
    (shown,) = after.score.as_json(breakdown=True)["dimensions"][0]["questions"]
    assert (shown["level"], shown["claimed"]) == ("HIGH", "LOW")
    with records.read() as session:
        stored = assessment.assessment(session, handed_in).score
    assert stored is not None
    assert stored["score"] == "2.00"


def test_a_level_counts_until_its_last_day(records: Records, handed_in: str) -> None:
    act = set_level(records, handed_in, "tested", Level.HIGH)
    with records.write() as session:
        second(session, handed_in, act.number, by=SECOND, at=NOW)

    last = (SPRING - NOW.date()).days
    assert standing(records, handed_in, days=last).score.as_json()["score"] == "2.00"
    assert standing(records, handed_in, days=last + 1).score.as_json()["score"] == "1.00"


def test_a_dimension_gets_a_level_too(records: Records, handed_in: str) -> None:
    # d2 weighs a half: (1 + 4) / 2 = 2.50.
    act = set_level(records, handed_in, "d2", Level.CRITICAL, kind=ReviewKind.DIMENSION)
    with records.write() as session:
        second(session, handed_in, act.number, by=SECOND, at=NOW)

    assert standing(records, handed_in).score.as_json()["score"] == "2.50"


@pytest.mark.parametrize(
    ("reason", "until", "said"),
    [("", SPRING, "needs a reason"), ("Seen.", None, "needs an end date"), ("Seen.", NOW.date(), "needs an end date in the future")],
)
def test_a_level_needs_a_reason_and_an_end_date(records: Records, handed_in: str, reason: str, until: date | None, said: str) -> None:
    with records.write() as session, pytest.raises(InvalidInputError, match=said):
        facts = {"verified": True, "level": Level.LOW, "reason": reason, "until": until}
        review(session, handed_in, kind=QUESTION, subject="tested", by=REVIEWER, at=NOW, **facts)  # type: ignore[arg-type]


def test_the_reviewer_cannot_agree_to_their_own_level(records: Records, handed_in: str) -> None:
    act = set_level(records, handed_in, "tested", Level.HIGH)

    with records.write() as session, pytest.raises(NotAllowedError, match="the second belongs to another person"):
        second(session, handed_in, act.number, by=Actor("token:rolf"), at=NOW)


def test_who_answered_cannot_agree_to_a_level(records: Records) -> None:
    with records.write() as session:
        store_vendor(session)
        ref = start(session)
        answer(session, ref, {"tested": "l4"}, source=AnswerSource.OWN_TEST, by=SECOND)
        answer(session, ref, {"monitored": "l1", "insured": "l1"})
    act = set_level(records, ref, "monitored", Level.LOW)

    with records.write() as session, pytest.raises(NotAllowedError, match="answered tested of ocr-a1"):
        second(session, ref, act.number, by=SECOND, at=NOW)


def test_what_two_people_set_one_cannot_take_back(records: Records, handed_in: str) -> None:
    act = set_level(records, handed_in, "tested", Level.CRITICAL)
    with records.write() as session:
        second(session, handed_in, act.number, by=SECOND, at=NOW)

    for verified in (True, False):
        with records.write() as session, pytest.raises(ConflictError, match="set tested to CRITICAL until 2027-03-31"):
            review(session, handed_in, kind=QUESTION, subject="tested", verified=verified, reason="No.", by=APPROVER, at=NOW)
    assert standing(records, handed_in).score.as_json()["score"] == "2.50"


def test_a_level_that_was_replaced_before_anybody_agreed_is_not_agreed_to(records: Records, handed_in: str) -> None:
    first = set_level(records, handed_in, "tested", Level.HIGH)
    newer = set_level(records, handed_in, "tested", Level.MEDIUM, by=APPROVER)

    with records.write() as session:
        with pytest.raises(ConflictError, match="was replaced by a newer one"):
            second(session, handed_in, first.number, by=SECOND, at=NOW)
        second(session, handed_in, newer.number, by=SECOND, at=NOW)
        with pytest.raises(ConflictError, match="agreed to by user:sven before"):
            second(session, handed_in, newer.number, by=PROCUREMENT, at=NOW)


def test_a_level_for_an_answer_that_changed_since_is_not_agreed_to(records: Records, handed_in: str) -> None:
    act = set_level(records, handed_in, "tested", Level.LOW)
    with records.write() as session:
        assessment.return_to_vendor(session, handed_in, "Please check.", by=PROCUREMENT, at=NOW)
        answer(session, handed_in, {"tested": "l4"})

    with records.write() as session, pytest.raises(ConflictError, match="changed since"):
        second(session, handed_in, act.number, by=SECOND, at=NOW)


def test_a_level_is_not_agreed_to_after_its_end(records: Records, handed_in: str) -> None:
    act = set_level(records, handed_in, "tested", Level.HIGH)

    with records.write() as session, pytest.raises(InvalidInputError, match="2027-03-31, which has passed"):
        second(session, handed_in, act.number, by=SECOND, at=NOW + timedelta(days=200))


def test_a_verification_needs_no_second_person_and_takes_none(records: Records, handed_in: str) -> None:
    with records.write() as session:
        act = review(session, handed_in, kind=QUESTION, subject="tested", verified=True, by=REVIEWER, at=NOW)
        with pytest.raises(ConflictError, match="sets no level"):
            second(session, handed_in, act.number, by=SECOND, at=NOW)


def test_another_assessments_review_is_not_found(records: Records, handed_in: str) -> None:
    act = set_level(records, handed_in, "tested", Level.HIGH)
    with records.write() as session:
        other = submitted(session, component="chat")
        with pytest.raises(NotFoundError, match="There is no review"):
            second(session, other, act.number, by=SECOND, at=NOW)


def test_verifying_what_does_not_apply_accepts_its_reason(records: Records) -> None:
    with records.write() as session:
        store_vendor(session)
        ref = submitted(session, {"tested": NOT_APPLICABLE})
    assert standing(records, ref).score.unanswered == ("tested",)

    with records.write() as session:
        review_answers(session, ref, verified=True, by=REVIEWER, at=NOW)

    found = standing(records, ref)
    assert (found.score.unanswered, found.verified) == ((), True)


def test_a_rejected_answer_is_not_verified_and_says_why(records: Records) -> None:
    with records.write() as session:
        store_vendor(session)
        ref = reviewed(session)
        with pytest.raises(InvalidInputError, match="Rejecting tested needs a reason"):
            review(session, ref, kind=QUESTION, subject="tested", verified=False, by=REVIEWER, at=NOW)
        review(session, ref, kind=QUESTION, subject="tested", verified=False, reason="The report is another's.", by=REVIEWER, at=NOW)

    assert standing(records, ref).unverified == ("tested",)


def test_an_unanswered_question_cannot_be_verified_but_can_be_rated(records: Records, handed_in: str) -> None:
    with records.write() as session:
        ref = start(session, "chat")
        answer(session, ref, {"tested": "l1"})
        assessment.move(session, assessment.row_of(session, ref), AssessmentState.SUBMITTED)
        with pytest.raises(InvalidInputError, match="monitored has no answer to review"):
            review(session, ref, kind=QUESTION, subject="monitored", verified=True, by=REVIEWER, at=NOW)
    act = set_level(records, ref, "monitored", Level.HIGH)
    with records.write() as session:
        second(session, ref, act.number, by=SECOND, at=NOW)

    assert standing(records, ref).score.unanswered == ("insured",)


@pytest.mark.parametrize(("kind", "known"), [(QUESTION, "tested, monitored, insured"), (ReviewKind.DIMENSION, "d1, d2")])
def test_an_unknown_subject_is_refused_with_those_there_are(records: Records, handed_in: str, kind: ReviewKind, known: str) -> None:
    with records.write() as session, pytest.raises(NotFoundError, match=known):
        review(session, handed_in, kind=kind, subject="nonsense", verified=True, by=REVIEWER, at=NOW)


def test_only_what_was_handed_in_is_reviewed(records: Records) -> None:
    with records.write() as session:
        store_vendor(session)
        ref = start(session)
        answer(session, ref, {"tested": "l1"})
        with pytest.raises(WrongStateError, match="is in progress, so it cannot be reviewed"):
            review_answers(session, ref, verified=True, by=REVIEWER, at=NOW)


def test_a_reopened_assessment_is_under_review_again_once_a_reviewer_confirms_it(records: Records) -> None:
    with records.write() as session:
        store_vendor(session)
        ref = reviewed(session)
        decision.decide(session, ref, Recommendation.APPROVED, rationale="Fine.", by=APPROVER, at=NOW)
        decision.reopen(session, ref, reason="The vendor was bought.", by=PROCUREMENT, at=NOW)
        batch = review_answers(session, ref, verified=True, by=REVIEWER, at=NOW)

        assert batch.reviews == ()
        assert assessment.assessment(session, ref).state == "under_review"


def test_every_act_of_review_is_in_the_audit_chain(records: Records, handed_in: str) -> None:
    act = set_level(records, handed_in, "tested", Level.HIGH)
    with records.write() as session:
        second(session, handed_in, act.number, reason="Agreed.", by=SECOND, at=NOW)

    with records.read() as session:
        first, agreed = [event for _, event, _ in audit.events(session)][-2:]
    assert (first.action, first.actor, first.data["acts"]) == (
        "assessment.reviewed",
        "user:rolf",
        [{"subject": "tested", "verified": True, "level": "HIGH"}],
    )
    assert (agreed.action, agreed.actor, agreed.data["first_by"], agreed.data["reason"]) == (
        "assessment.level_agreed",
        "user:sven",
        "user:rolf",
        "Agreed.",
    )


DEMANDING = Pack(
    "demanding",
    "1.0",
    "Demanding pack",
    "",
    a_pack([], d1="0.5", d2="0.5").dimensions,
    (replace(a_question("tested"), evidence="The report.", evidence_required=True), a_question("monitored", "d2")),
)


@pytest.fixture
def bare(records: Records) -> str:
    """Two answers, of which `tested` demands evidence that nobody gave."""
    with records.write() as session:
        store_vendor(session)
        ref = start(session, pack=DEMANDING)
        answer(session, ref, {"tested": "l1", "monitored": "l1"})
    return ref


@pytest.mark.parametrize(("dimension", "verified"), [("", ["monitored"]), ("d1", [])])
def test_what_must_be_looked_at_singly_is_left_out_and_named(records: Records, bare: str, dimension: str, verified: list[str]) -> None:
    with records.write() as session:
        batch = review_answers(session, bare, dimension=dimension, verified=True, reason="Read.", by=REVIEWER, at=NOW)

    assert [act.subject for act in batch.reviews] == verified
    assert batch.remarks == (("tested", ("demanded evidence is missing",)),)
    assert "tested" in standing(records, bare).unverified


def test_remarks_can_be_verified_with_a_reason_that_keeps_them(records: Records, bare: str) -> None:
    with records.write() as session:
        with pytest.raises(InvalidInputError, match="despite remarks needs a reason"):
            review_answers(session, bare, verified=True, including_remarks=True, reason=" ", by=REVIEWER, at=NOW)
        batch = review_answers(session, bare, verified=True, including_remarks=True, reason="Seen on site.", by=REVIEWER, at=NOW)

    assert [(act.subject, act.reason) for act in batch.reviews] == [
        ("tested", "Seen on site. (verified although: demanded evidence is missing)"),
        ("monitored", "Seen on site."),
    ]
    assert (batch.remarks, standing(records, bare).verified) == ((), True)


@pytest.mark.parametrize(("kind", "subject"), [(QUESTION, "tested"), (ReviewKind.DIMENSION, "d1")])
def test_one_act_on_an_answer_with_remarks_needs_a_reason(records: Records, bare: str, kind: ReviewKind, subject: str) -> None:
    with records.write() as session:
        with pytest.raises(InvalidInputError, match=f"Verifying {subject} needs a reason .*demanded evidence is missing"):
            review(session, bare, kind=kind, subject=subject, verified=True, by=REVIEWER, at=NOW)
        review(session, bare, kind=kind, subject=subject, verified=True, reason="Seen on site.", by=REVIEWER, at=NOW)

    assert standing(records, bare).unverified == ("monitored",)


def test_rejecting_many_asks_for_no_single_look(records: Records, bare: str) -> None:
    with records.write() as session:
        batch = review_answers(session, bare, verified=False, reason="All unclear.", by=REVIEWER, at=NOW)

    assert [act.subject for act in batch.reviews] == ["tested", "monitored"]


def test_only_people_who_may_decide_agree_to_a_level(records: Records, handed_in: str) -> None:
    act = set_level(records, handed_in, "tested", Level.HIGH)

    for name in ("token:ci", "cli:root", "user:nobody"):
        with records.write() as session, pytest.raises(NotAllowedError, match="user add NAME --role risk_officer"):
            second(session, handed_in, act.number, by=Actor(name), at=NOW)
    assert standing(records, handed_in).proposed


ANSWERS = "tested: good\nretested: good\nlawful: good\n"


@pytest.fixture
def acme(cli: CommandLine) -> CommandLine:
    """An assessment of the component `ocr` with the small pack, handed in."""
    from tests.factories.pack import SMALL_PACK_YAML

    cli.inventory("ocr")
    (cli.home.parent / "small.yaml").write_text(SMALL_PACK_YAML)
    (cli.home.parent / "answers.yaml").write_text(ANSWERS)
    cli.ok("assessment", "send", "ocr", "--pack", cli.home.parent / "small.yaml")
    cli.ok("assessment", "import", "ocr-a1", cli.home.parent / "answers.yaml")
    return cli


def test_the_review_sheet_shows_answer_source_level_and_verification(acme: CommandLine) -> None:
    shown = acme.ok("assessment", "review", "ocr-a1").out
    assert "Claimed 1.00 APPROVED; with the reviews 1.00 APPROVED." in shown
    assert "Unanswered: 0; not verified: 3." in shown

    acme.ok("assessment", "review", "ocr-a1", "--question", "tested", "--verify")
    lines = {line["question"]: line for line in acme.ok("assessment", "review", "ocr-a1", "--json").json["answers"]}
    assert [lines[question]["verified"] for question in ("tested", "retested", "lawful")] == [True, False, False]
    assert (lines["tested"]["source"], lines["tested"]["level"]) == ("vendor", "LOW")


def test_the_command_line_reviews_a_dimension_and_everything(acme: CommandLine) -> None:
    found = acme.ok("assessment", "review", "ocr-a1", "--dimension", "law", "--verify", "--json").json
    assert (found["verified"], found["unverified"]) == (False, ["tested", "retested"])
    assert "every answer that carries it is verified" in acme.ok("assessment", "review", "ocr-a1", "--all", "--verify").out


def test_the_command_line_names_what_to_look_at_and_how_to_verify_it(acme: CommandLine) -> None:
    (acme.home.parent / "na.yaml").write_text('tested: {value: good, evidence: Report, date: "2099-01-01"}\n')
    acme.ok("assessment", "import", "ocr-a1", acme.home.parent / "na.yaml")

    outcome = acme.ok("assessment", "review", "ocr-a1", "--all", "--verify")
    assert "Left out, look at it: tested: evidence is dated 2099-01-01, in the future" in outcome.err
    assert "vendor-ai assessment review ocr-a1 --question tested --verify --reason TEXT" in outcome.err
    found = acme.ok("assessment", "review", "ocr-a1", "--all", "--verify", "--including-remarks", "--reason", "A slip", "--json").json
    assert (found["verified"], found["remarks"]) == (True, [])


def test_the_command_line_sets_a_level_and_a_token_agrees_to_it(acme: CommandLine) -> None:
    level = ["--question", "lawful", "--level", "high", "--until", "2036-01-01", "--reason", "No proof"]
    (act,) = acme.ok("assessment", "review", "ocr-a1", *level, "--json").json["reviews"]
    assert (act["level"], act["second_by"]) == ("HIGH", None)

    without = acme("assessment", "second", "ocr-a1", "--review", str(act["review"]))
    assert (without.code, "needs a person's token" in without.err) == (3, True)
    said = acme.ok("assessment", "second", "ocr-a1", "--review", str(act["review"]), "--token", token_of(acme, "sven")).out
    assert said == "The level HIGH of lawful counts until 2036-01-01.\n"
    # safety (0.6) is LOW, law (0.4) HIGH: 0.6 + 1.2.
    assert acme.ok("assessment", "review", "ocr-a1", "--json").json["score"]["score"] == "1.80"


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["--verify"], "Say what is reviewed"),
        (["--all"], "Say what is found"),
        (["--including-remarks"], "Say what is reviewed"),
        (["--all", "--verify", "--including-remarks"], "needs a reason"),
        (["--all", "--verify", "--to", "sheet.xlsx"], "--to writes the review sheet"),
        (["--to", "sheet.pdf"], "written as .xlsx, not 'sheet.pdf'"),
        (["--all", "--dimension", "law", "--verify"], "give only one"),
        (["--all", "--level", "HIGH"], "not for all of them"),
        (["--question", "lawful", "--level", "AWFUL"], "Write LOW, MEDIUM, HIGH, CRITICAL"),
        (["--question", "lawful", "--level", "HIGH", "--until", "spring"], "'spring' is not a day"),
    ],
)
def test_options_that_do_not_fit_are_refused_with_advice(acme: CommandLine, options: list[str], said: str) -> None:
    outcome = acme("assessment", "review", "ocr-a1", *options)
    assert outcome.code == 3
    assert said in outcome.err
