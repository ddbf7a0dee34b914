"""What a column of a foreign questionnaire holds, told by its heading."""

import re
from enum import StrEnum

from vendor_ai.importers.foreign.answer_word import plain


class Role(StrEnum):
    """What a column holds."""

    ID = "id"
    TEXT = "text"
    ANSWER = "answer"
    OPTIONS = "options"
    TYPE = "type"
    SECTION = "section"
    WEIGHT = "weight"
    COMPLIANT = "compliant"
    COMMENT = "comment"
    EVIDENCE = "evidence"
    EVIDENCE_ASKED = "evidence_asked"
    GUIDANCE = "guidance"
    CONTROL = "control"
    SCORE = "score"
    MAXIMUM = "maximum"
    DEPTH = "depth"


WEAK, ENDING, INSIDE, EXACT = 1, 2, 3, 4

# Headings in English, Spanish, German, French and Portuguese, as `plain` leaves them; the whole heading must be one of them, or
# hold one of more than one word.
_HEADINGS: dict[Role, str] = {
    Role.ID: "question id|question number|ques num|question num|question no|question nr|question ref|question reference"
    "|question code|ref id"
    "|ref|ref no|reference|id|#|no|nr|num|number|serial|serial no|serial number|s no|item no|item number|identifier|code|id pregunta|codigo"
    "|numero|n|no pregunta|frage nr|fragen nr|frage id|fragen id|nummer|lfd nr|identifiant|numero de question|id da pergunta|id de pregunta"
    "|codigo da pergunta|qid",
    Role.TEXT: "question|questions|question text|question request|control question|assessment question|consensus assessment question"
    "|consensus assessment questions|requirement|requirements|requirement text|request|pregunta|preguntas|cuestion|cuestiones|requisito"
    "|requisitos|frage|fragen|fragestellung|anforderung|anforderungen|exigence|exigences|question posee|pergunta|perguntas|questao"
    "|questoes",
    Role.ANSWER: "answer|answers|response|responses|vendor answer|vendor answers|supplier answer|provider answer|your answer|caiq answer"
    "|your response|vendor response|supplier response|provider response|yes no|yes no na|yes no n a|compliance status|implementation status"
    "|status|respuesta|respuestas|si no|antwort|antworten|ja nein|reponse|reponses|oui non|resposta|respostas|sim nao",
    Role.OPTIONS: "answer options|response options|options|choices|answer choices|question choices|allowed answers|possible answers"
    "|valid responses|valid answers|response choices|opciones|opciones de respuesta|respuestas posibles|antwortoptionen"
    "|antwortmoglichkeiten|mogliche antworten|choix|options de reponse|reponses possibles|opcoes|opcoes de resposta",
    Role.TYPE: "type|question type|answer type|response type|tipo|tipo de pregunta|tipo de respuesta|typ|fragetyp|antworttyp"
    "|type de question|type de reponse|tipo de pergunta|tipo de resposta",
    Role.SECTION: "domain|domain title|control domain|section|section title|category|control category|area|control area|topic|theme|family"
    "|control family|function|chapter|seccion|categoria|dominio|ambito|apartado|bereich|kategorie|themenbereich|abschnitt|kapitel|domaine"
    "|categorie|rubrique|secao",
    Role.WEIGHT: "weight|weighting|default weight|question weight|points|point value|peso|ponderacion|puntos|gewicht|gewichtung"
    "|punkte|poids"
    "|ponderation|ponderacao|pontos",
    Role.COMPLIANT: "compliant answer|compliant response|compliant value|expected answer|expected response|preferred answer"
    "|preferred response|desired answer|desired response|correct answer|ideal answer|target answer|respuesta esperada|respuesta conforme"
    "|erwartete antwort|konforme antwort|reponse attendue|reponse conforme|resposta esperada|resposta conforme",
    Role.COMMENT: "comment|comments|vendor comments|additional information|additional info|notes|note|remarks|explanation|details"
    "|justification"
    "|implementation description|implementation details|rationale|observaciones|comentario|comentarios|informacion adicional|bemerkung"
    "|bemerkungen|kommentar|kommentare|anmerkung|anmerkungen|zusatzliche informationen|erlauterung|commentaire|commentaires|remarques"
    "|informations complementaires|observacoes|informacoes adicionais",
    Role.EVIDENCE: "evidence|evidence link|evidence provided|supporting evidence|supporting documents|supporting documentation|attachment"
    "|attachments|evidencia|evidencias|nachweis|nachweise|preuve|preuves|justificatif|anexo",
    Role.EVIDENCE_ASKED: "evidence required|evidence requested|required evidence|expected evidence|evidence to provide|evidencia requerida"
    "|erforderlicher nachweis|preuve attendue|evidencia solicitada",
    Role.GUIDANCE: "guidance|help|help text|instructions|hint|clarification|question guidance|section about|about"
    "|reason for question|tooltip"
    "|control specification|guia|orientacion|orientaciones|ayuda|hinweis|hinweise|hilfe|aide|conseils|orientacao|ajuda",
    Role.CONTROL: "control id|control ref|control reference|control number|framework reference|standard reference|iso reference|iso 27001"
    "|iso 27002|nist reference|mapping|control mapping",
    Role.SCORE: "score|points earned|points awarded|earned points|vendor score|question score|puntuacion|puntos obtenidos|punktzahl"
    "|erreichte punkte|points obtenus|pontuacao",
    Role.MAXIMUM: "max score|maximum score|max points|maximum points|possible points|points possible|possible score|puntuacion maxima"
    "|maximale punkte|maximale punktzahl|score maximum|points possibles|pontuacao maxima",
    Role.DEPTH: "depth|hierarchy level|nivel",
}
_WEAK: dict[Role, str] = {
    Role.TEXT: "description|text|control|control statement|statement|criteria|criterion|item|descripcion|beschreibung"
}
_ENDINGS: dict[str, Role] = {
    "answer": Role.ANSWER,
    "answers": Role.ANSWER,
    "response": Role.ANSWER,
    "respuesta": Role.ANSWER,
    "antwort": Role.ANSWER,
    "reponse": Role.ANSWER,
    "resposta": Role.ANSWER,
    "comments": Role.COMMENT,
    "weight": Role.WEIGHT,
}
# The buyer's own columns, which are not the vendor's answer.
_NOT_THE_VENDORS = frozenset(
    {"analyst", "reviewer", "assessor", "auditor", "institution", "buyer", "internal", "follow", "previous", "prior", "last"}
)
_LONGEST = 80

_EXACT = {phrase: role for role, text in _HEADINGS.items() for phrase in text.split("|")}
_WEAKLY = {phrase: role for role, text in _WEAK.items() for phrase in text.split("|")}
_PHRASES = sorted((phrase for phrase in _EXACT if " " in phrase), key=len, reverse=True)


def heading_role(heading: str) -> tuple[Role, int] | None:
    """The role a heading names, and how surely: from EXACT down to WEAK; None where it names none."""
    if len(heading) > _LONGEST or heading.rstrip().endswith("?"):
        return None
    words = plain(re.sub(r"\([^)]*\)", " ", heading)) or plain(heading)
    role, strength = _named(words)
    if role is None or (role is Role.ANSWER and not _NOT_THE_VENDORS.isdisjoint(words.split())):
        return None
    return role, strength


def _named(words: str) -> tuple[Role | None, int]:
    if words in _EXACT:
        return _EXACT[words], EXACT
    if words in _WEAKLY:
        return _WEAKLY[words], WEAK
    padded = f" {words} "
    inside = next((phrase for phrase in _PHRASES if f" {phrase} " in padded), None)
    if inside is not None:
        return _EXACT[inside], INSIDE
    return _ENDINGS.get(words.rpartition(" ")[2]), ENDING
