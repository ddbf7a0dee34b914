"""A vendor with two components and a small pack: what tests of assessments start from."""

from collections.abc import Mapping
from datetime import UTC, datetime

from sqlmodel import Session

from tests.factories.pack import a_pack, a_question
from vendor_ai.db import user as user_store
from vendor_ai.db.user import UserRow
from vendor_ai.db.vendor import save_component, save_vendor
from vendor_ai.domain.actor import Actor
from vendor_ai.domain.answer import Answer
from vendor_ai.domain.assessment import AnswerSource
from vendor_ai.domain.pack import Pack
from vendor_ai.domain.question import NOT_APPLICABLE, Scope
from vendor_ai.domain.user import Role
from vendor_ai.domain.vendor import Component, Vendor
from vendor_ai.importers.answers import AnswerSet
from vendor_ai.services import answering, assessment

NOW = datetime(2026, 11, 20, 9, 30, tzinfo=UTC)
PROCUREMENT = Actor("user:petra")
REVIEWER = Actor("user:rolf")
APPROVER = Actor("user:anna")
SECOND = Actor("user:sven")


def small_pack(version: str = "1.0") -> Pack:
    """Two questions about the component, one about the vendor; each answer is named by its level."""
    return Pack(
        "small",
        version,
        "Small pack",
        "",
        a_pack([], d1="0.5", d2="0.5").dimensions,
        (a_question("tested"), a_question("monitored", "d2"), a_question("insured", "d2", scope=Scope.VENDOR)),
    )


def store_deciders(session: Session, *actors: Actor) -> None:
    """Store these persons as risk officers, who may decide; without any, everybody named here."""
    for actor in actors or (PROCUREMENT, REVIEWER, APPROVER, SECOND):
        name = actor.name.removeprefix("user:")
        if user_store.find(session, name) is None:
            user_store.add(session, UserRow(name=name, roles=[Role.RISK_OFFICER.value], created_at=NOW))


def store_vendor(session: Session, *components: Component, vendor: str = "acme") -> None:
    """Store a vendor with its components, and people who may decide; without components, two that nothing is known about."""
    store_deciders(session)
    save_vendor(session, Vendor(vendor, vendor.title()), at=NOW)
    for component in components or (Component("ocr", "OCR", vendor), Component("chat", "Chat", vendor)):
        save_component(session, component, at=NOW)


def start(session: Session, component: str = "ocr", pack: Pack | None = None, **options: object) -> str:
    """Send an assessment; returns its reference."""
    return assessment.send(session, component, pack or small_pack(), by=PROCUREMENT, at=NOW, **options)  # type: ignore[arg-type]


def answer(
    session: Session, ref: str, values: Mapping[str, str], *, source: AnswerSource = AnswerSource.VENDOR, by: Actor = PROCUREMENT
) -> None:
    """Import answers as from a returned workbook; what does not apply comes with a reason."""
    reasons = {question: "Not part of the service." for question, value in values.items() if value == NOT_APPLICABLE}
    given = AnswerSet(None, {question: Answer(question, value, reasons.get(question, "")) for question, value in values.items()})
    answering.import_answers(session, ref, given, source=source, by=by, at=NOW)


def submitted(session: Session, values: Mapping[str, str] | None = None, **options: object) -> str:
    """An assessment of the component `ocr` whose every question is answered: all at LOW, unless ``values`` says otherwise."""
    ref = start(session, **options)  # type: ignore[arg-type]
    answer(session, ref, {"tested": "l1", "monitored": "l1", "insured": "l1", **(values or {})})
    return ref
