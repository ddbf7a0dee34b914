"""Evidence: files by their hash, what they stand for, and who looked at them."""

from datetime import date, datetime

from sqlalchemy import JSON, BigInteger, Column, UniqueConstraint
from sqlmodel import Field, Session, SQLModel, col, select

from vendor_ai.db.assessment import AnswerRow, AssessmentRow
from vendor_ai.db.base import UTCDateTime
from vendor_ai.db.vendor import VendorRow


class EvidenceRow(SQLModel, table=True):
    """One document somebody handed over; two records may hold the same content. ``url`` instead of content: link only."""

    __tablename__ = "evidence"

    id: int | None = Field(default=None, primary_key=True)
    ref: str = Field(unique=True)
    vendor_id: int = Field(foreign_key="vendor.id", index=True)
    sha256: str = Field(index=True)  # "" for a link
    url: str = ""
    name: str
    media_type: str
    size: int = Field(sa_type=BigInteger)
    issued_on: date | None = None
    expires_on: date | None = None
    confidentiality: str  # internal | nda | view_only | link_only
    viewers: list[str] = Field(sa_column=Column(JSON, nullable=False))  # names; none: whoever may read the assessment
    delete_on: date | None = None
    deleted_at: datetime | None = Field(default=None, sa_type=UTCDateTime)
    stored_by: str
    stored_at: datetime = Field(sa_type=UTCDateTime)
    reopened_at: datetime | None = Field(default=None, sa_type=UTCDateTime)  # when its expiry was acted upon


class EvidenceUseRow(SQLModel, table=True):
    """What a piece of evidence stands for: a question of an assessment, a clause of a contract, a finding."""

    __tablename__ = "evidence_use"
    __table_args__ = (UniqueConstraint("evidence_id", "noun", "reference", "subject"),)

    id: int | None = Field(default=None, primary_key=True)
    evidence_id: int = Field(foreign_key="evidence.id")
    noun: str  # question | clause | finding
    reference: str = Field(index=True)  # of the assessment, contract or finding
    subject: str  # id of the question or clause


class EvidenceViewRow(SQLModel, table=True):
    """Somebody looked at a piece of evidence."""

    __tablename__ = "evidence_view"

    id: int | None = Field(default=None, primary_key=True)
    evidence_id: int = Field(foreign_key="evidence.id", index=True)
    by: str
    at: datetime = Field(sa_type=UTCDateTime)


def add(session: Session, row: EvidenceRow | EvidenceUseRow | EvidenceViewRow) -> None:
    """Add a document, a use or a view."""
    session.add(row)
    session.flush()


def find(session: Session, ref: str) -> EvidenceRow | None:
    """The document with this reference, or None."""
    return session.exec(select(EvidenceRow).where(col(EvidenceRow.ref) == ref)).first()


def every(session: Session) -> list[EvidenceRow]:
    """Every document, oldest first."""
    return list(session.exec(select(EvidenceRow).order_by(col(EvidenceRow.id))))


def with_content(session: Session, sha256: str) -> list[EvidenceRow]:
    """Every document with this content."""
    return list(session.exec(select(EvidenceRow).where(col(EvidenceRow.sha256) == sha256).order_by(col(EvidenceRow.id))))


def uses(session: Session, *, evidence_id: int | None = None, noun: str = "", reference: str = "") -> list[EvidenceUseRow]:
    """What documents stand for, narrowed by what is given."""
    query = select(EvidenceUseRow).order_by(col(EvidenceUseRow.id))
    if evidence_id is not None:
        query = query.where(col(EvidenceUseRow.evidence_id) == evidence_id)
    if noun:
        query = query.where(col(EvidenceUseRow.noun) == noun)
    if reference:
        query = query.where(col(EvidenceUseRow.reference) == reference)
    return list(session.exec(query))


def views(session: Session, evidence_id: int) -> list[EvidenceViewRow]:
    """Who looked, oldest first."""
    return list(
        session.exec(select(EvidenceViewRow).where(col(EvidenceViewRow.evidence_id) == evidence_id).order_by(col(EvidenceViewRow.id)))
    )


def vendor_refs(session: Session) -> dict[int, str]:
    """The reference of every vendor, by its stored id."""
    return {row.id: row.ref for row in session.exec(select(VendorRow)) if row.id is not None}


def count_of_vendor(session: Session, vendor_id: int) -> int:
    """How many documents a vendor has had, deleted ones among them."""
    return len(session.exec(select(EvidenceRow.id).where(col(EvidenceRow.vendor_id) == vendor_id)).all())


def sizes_of_vendor(session: Session, vendor_id: int) -> dict[str, int]:
    """Size by hash of the contents that a vendor's documents keep."""
    rows = session.exec(
        select(EvidenceRow).where(col(EvidenceRow.vendor_id) == vendor_id, col(EvidenceRow.deleted_at).is_(None), EvidenceRow.sha256 != "")
    )
    return {row.sha256: row.size for row in rows}


def answers_naming(session: Session, text: str) -> list[tuple[AssessmentRow, AnswerRow]]:
    """Answers whose evidence names ``text``, a hash or a reference, with their assessments."""
    query = (
        select(AssessmentRow, AnswerRow)
        .join(AnswerRow, col(AnswerRow.assessment_id) == col(AssessmentRow.id))
        .where(col(AnswerRow.evidence).contains(text, autoescape=True))
        .order_by(col(AnswerRow.id))
    )
    return list(session.exec(query))


def answers_taken_from(session: Session, assessment: str, question: str) -> list[tuple[AssessmentRow, AnswerRow]]:
    """Answers to a question that were inherited from this assessment, with their own assessments."""
    query = (
        select(AssessmentRow, AnswerRow)
        .join(AnswerRow, col(AnswerRow.assessment_id) == col(AssessmentRow.id))
        .where(col(AnswerRow.origin) == assessment, col(AnswerRow.question) == question)
        .order_by(col(AnswerRow.id))
    )
    return list(session.exec(query))
