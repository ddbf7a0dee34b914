"""What the workbook's instructions say about who asks, for what, and until when, by language."""

from dataclasses import dataclass

from vendor_ai.domain.asker import Cover


@dataclass(frozen=True, slots=True)
class CoverText:
    """The words of one language; ``{}`` is filled in."""

    asked_by: str
    nobody_named: str
    contact: str
    reference: str
    due: str
    use_case: str


COVER_TEXTS = {
    "en": CoverText(
        asked_by="Asked by {0}; \u201cwe\u201d and \u201cour\u201d in the questions mean {0}.",
        nobody_named="\u201cWe\u201d and \u201cour\u201d in the questions mean the company that sent you this file.",
        contact="Contact: {}",
        reference="Reference: {}",
        due="The answers are due {} UTC.",
        use_case="What it is used for, as the company that asks has noted it: {}",
    ),
    "de": CoverText(
        asked_by="Es fragt {0}; \u201ewir\u201c und \u201eunser\u201c in den Fragen meinen {0}.",
        nobody_named="\u201eWir\u201c und \u201eunser\u201c in den Fragen meinen das Unternehmen, das Ihnen diese Datei gesandt hat.",
        contact="Ansprechpartner: {}",
        reference="Zeichen: {}",
        due="Die Antworten werden bis {} UTC erwartet.",
        use_case="Wofür es verwendet wird, wie es das fragende Unternehmen vermerkt hat: {}",
    ),
    "fr": CoverText(
        asked_by="Questions posées par {0} ; «\u00a0nous\u00a0» et «\u00a0notre\u00a0» y désignent {0}.",
        nobody_named="Dans les questions, «\u00a0nous\u00a0» et «\u00a0notre\u00a0» désignent l'entreprise qui vous a envoyé ce fichier.",
        contact="Contact : {}",
        reference="Référence : {}",
        due="Les réponses sont attendues au plus tard le {} UTC.",
        use_case="Usage tel que l'a noté l'entreprise qui pose les questions : {}",
    ),
    "es": CoverText(
        asked_by="Pregunta {0}; «nosotros» y «nuestro» en las preguntas se refieren a {0}.",
        nobody_named="«Nosotros» y «nuestro» en las preguntas se refieren a la empresa que le envió este archivo.",
        contact="Contacto: {}",
        reference="Referencia: {}",
        due="Las respuestas se esperan a más tardar el {} UTC.",
        use_case="Para qué se usa, según consta en la empresa que pregunta: {}",
    ),
}


def cover_lines(cover: Cover, language: str) -> list[str]:
    """The cover, line by line; what is not known is left out."""
    text, asker = COVER_TEXTS[language], cover.asker
    due = f"{cover.due_at:%Y-%m-%d %H:%M}" if cover.due_at else ""
    stated = ((text.contact, asker.contact), (text.reference, cover.assessment), (text.due, due), (text.use_case, cover.use_case))
    who = text.asked_by.format(asker.name) if asker.name else text.nobody_named
    return [who, *(words.format(value) for words, value in stated if value)]
