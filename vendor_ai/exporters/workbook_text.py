"""What the questionnaire's workbook says around the questions, by language."""

from collections.abc import Mapping
from dataclasses import dataclass

_EN_STEPS = (
    "Fill in the sheet 'Questionnaire': one row is one question. Higher risk levels are worse; the levels are not shown here.",
    "Choose an answer from the list in the tinted cell, or write a number, a date or a text where the question asks for one.",
    "Several answers: write them into one cell, separated by semicolons, in the words given below the question.",
    "Where a question does not apply, choose or write 'Not applicable' and give the reason as a comment.",
    "Name the evidence for each answer: a link, or the title and page of a document, with its date (year-month-day).",
    "Some questions apply only after certain answers; the question says which. They turn grey where they do not apply: leave them empty.",
    "You may sort, filter and resize: a row made taller shows more of a long comment. Do not delete or copy rows, and do not unlock "
    "the sheet: rows are matched by a hidden id.",
    "A red cell is unanswered; orange means that evidence or a reason is missing. The number of unanswered questions stands at the top.",
    "Save the file as .xlsx, without a password, and send it back.",
)
_DE_STEPS = (
    "Füllen Sie das Blatt „Questionnaire“ aus: Jede Zeile ist eine Frage. Höhere Risikostufen sind schlechter; hier stehen keine Stufen.",
    "Wählen Sie die Antwort aus der Liste der getönten Zelle, oder schreiben Sie Zahl, Datum oder Text, wo die Frage danach verlangt.",
    "Mehrere Antworten: Schreiben Sie sie in eine Zelle, durch Semikolon getrennt, in den Worten unter der Frage.",
    "Trifft eine Frage nicht zu, wählen oder schreiben Sie „Nicht zutreffend“ und nennen Sie den Grund als Bemerkung.",
    "Nennen Sie zu jeder Antwort den Nachweis: einen Link oder Titel und Seite eines Dokuments, mit dessen Datum (Jahr-Monat-Tag).",
    "Manche Fragen gelten nur nach bestimmten Antworten; nach welchen, steht dabei. Gelten sie nicht, werden sie grau und bleiben leer.",
    "Sie dürfen sortieren, filtern und Größen ändern: Eine höhere Zeile zeigt mehr von einer langen Bemerkung. Löschen und kopieren Sie "
    "keine Zeilen und heben Sie den Blattschutz nicht auf: Zeilen werden über eine verborgene Kennung zugeordnet.",
    "Eine rote Zelle ist unbeantwortet; orange heißt, dass Nachweis oder Grund fehlt. Wie viele Fragen offen sind, steht oben.",
    "Speichern Sie die Datei als .xlsx ohne Kennwort und senden Sie sie zurück.",
)
_FR_STEPS = (
    "Remplissez la feuille « Questionnaire » : une ligne est une question. Un niveau de risque élevé est moins bon ; "
    "les niveaux ne figurent pas ici.",
    "Choisissez la réponse dans la liste de la cellule teintée, ou écrivez un nombre, une date ou un texte si la question le demande.",
    "Plusieurs réponses : écrivez-les dans une seule cellule, séparées par des points-virgules, avec les mots donnés sous la question.",
    "Si une question ne s'applique pas, choisissez ou écrivez « Sans objet » et donnez la raison en commentaire.",
    "Indiquez le justificatif de chaque réponse : un lien, ou le titre et la page d'un document, avec sa date (année-mois-jour).",
    "Certaines questions ne valent qu'après certaines réponses, indiquées avec la question. "
    "Elles deviennent grises quand elles ne valent plus : laissez-les vides.",
    "Vous pouvez trier, filtrer et redimensionner : une ligne plus haute montre davantage d'un long commentaire. Ne supprimez ni ne "
    "copiez de lignes et n'ôtez pas la protection : les lignes sont reconnues par un identifiant masqué.",
    "Une cellule rouge est sans réponse ; l'orange signale un justificatif ou une raison qui manque. "
    "Le nombre de questions sans réponse figure en haut.",
    "Enregistrez le fichier au format .xlsx, sans mot de passe, et renvoyez-le.",
)
_ES_STEPS = (
    "Rellene la hoja «Questionnaire»: cada fila es una pregunta. Un nivel de riesgo más alto es peor; los niveles no se muestran aquí.",
    "Elija la respuesta en la lista de la celda coloreada, o escriba un número, una fecha o un texto donde la pregunta lo pida.",
    "Varias respuestas: escríbalas en una sola celda, separadas por punto y coma, con las palabras que figuran bajo la pregunta.",
    "Si una pregunta no procede, elija o escriba «No aplicable» y dé el motivo como comentario.",
    "Indique la evidencia de cada respuesta: un enlace, o el título y la página de un documento, con su fecha (año-mes-día).",
    "Algunas preguntas solo proceden tras ciertas respuestas, que se indican. Cuando no proceden se vuelven grises: déjelas vacías.",
    "Puede ordenar, filtrar y cambiar tamaños: una fila más alta muestra más de un comentario largo. No borre ni copie filas ni quite "
    "la protección de la hoja: las filas se reconocen por un identificador oculto.",
    "Una celda roja está sin responder; naranja significa que falta una evidencia o un motivo. El número de preguntas sin responder "
    "figura arriba.",
    "Guarde el archivo como .xlsx, sin contraseña, y devuélvalo.",
)


@dataclass(frozen=True, slots=True)
class FormText:
    """The words of one language; ``{}`` is filled in, ``quotes`` open and close."""

    sheet: str
    steps: tuple[str, ...]
    about: str
    about_unknown: str
    legend: str
    unanswered: str
    answer_note: str
    page: str
    quotes: tuple[str, str]
    decimal: str
    only_if: str
    answer_is: str
    property_is: str
    properties: Mapping[str, str]
    either: str
    one_of_more: str
    scopes: Mapping[str, str]
    several: str
    number: str
    unit: str
    between: str
    at_least: str
    at_most: str
    date: str
    text: str
    file: str
    optional: str
    required: str
    months: str
    choose: str
    write_number: str
    write_date: str
    too_long: str


FORM_TEXTS = {
    "en": FormText(
        sheet="Instructions",
        steps=_EN_STEPS,
        about="About: {}",
        about_unknown="About: the AI component named in the letter that came with this file",
        legend="Fill in the tinted cells. Red: not answered yet. Orange: evidence or a reason is missing. Grey: does not apply.",
        unanswered="unanswered",
        answer_note="Choose from the list, or write what the question asks for. The reason for 'Not applicable' goes into the comment.",
        page="Page &P of &N",
        quotes=("\u201c", "\u201d"),
        decimal=".",
        only_if="Only if {}",
        answer_is="the answer to question {} is: {}",
        property_is="the component's {} is: {}",
        properties={},
        either="or",
        one_of_more="one of {} more",
        scopes={"component": "component", "vendor": "vendor"},
        several="One or several of these, separated by semicolons:",
        number="A number",
        unit=" in {}",
        between=", from {} to {}",
        at_least=", at least {}",
        at_most=", at most {}",
        date="A date such as 2026-07-31",
        text="In your own words, at most {} characters",
        file="The name or link of the document, at most {} characters",
        optional="Optional",
        required="Required.",
        months="Not older than {} months.",
        choose="Choose an answer from the list. Anything else goes into the comment.",
        write_number="Write a number here, or 'Not applicable' where that may be said: {}.",
        write_date="Write a date such as 2026-07-31, or 'Not applicable' where that may be said.",
        too_long="At most {} characters. Attach longer text as evidence.",
    ),
    "de": FormText(
        sheet="Anleitung",
        steps=_DE_STEPS,
        about="Betrifft: {}",
        about_unknown="Betrifft: die KI-Komponente, die im Begleitschreiben zu dieser Datei genannt ist",
        legend="Füllen Sie die getönten Zellen aus. Rot: noch offen. Orange: Nachweis oder Grund fehlt. Grau: trifft nicht zu.",
        unanswered="unbeantwortet",
        answer_note="Aus der Liste wählen oder schreiben, wonach gefragt ist. Der Grund für „Nicht zutreffend“ gehört in die Bemerkung.",
        page="Seite &P von &N",
        quotes=("„", "\u201c"),
        decimal=",",
        only_if="Nur wenn {}",
        answer_is="die Antwort auf Frage {} lautet: {}",
        property_is="für die Komponente gilt ({}): {}",
        properties={
            "kind": "Art",
            "use_case": "Einsatz",
            "decision_type": "Art der Entscheidung",
            "affected_rights": "betroffene Rechte",
            "regions": "Regionen",
            "data_classes": "Datenarten",
            "tier": "Risikoklasse",
        },
        either="oder",
        one_of_more="eines von {} weiteren",
        scopes={"component": "Komponente", "vendor": "Anbieter"},
        several="Eine oder mehrere hiervon, durch Semikolon getrennt:",
        number="Eine Zahl",
        unit=" ({})",
        between=", von {} bis {}",
        at_least=", mindestens {}",
        at_most=", höchstens {}",
        date="Ein Datum wie 2026-07-31",
        text="In eigenen Worten, höchstens {} Zeichen",
        file="Name oder Link des Dokuments, höchstens {} Zeichen",
        optional="Freiwillig",
        required="Erforderlich.",
        months="Nicht älter als {} Monate.",
        choose="Wählen Sie eine Antwort aus der Liste. Alles andere gehört in die Bemerkung.",
        write_number="Schreiben Sie hier eine Zahl oder, wo das gesagt werden darf, „Nicht zutreffend“: {}.",
        write_date="Schreiben Sie ein Datum wie 2026-07-31 oder, wo das gesagt werden darf, „Nicht zutreffend“.",
        too_long="Höchstens {} Zeichen. Längeren Text bitte als Nachweis beilegen.",
    ),
    "fr": FormText(
        sheet="Mode d\u2019emploi",
        steps=_FR_STEPS,
        about="Objet : {}",
        about_unknown="Objet : le composant d'IA nommé dans la lettre qui accompagne ce fichier",
        legend="Remplissez les cellules teintées. Rouge : sans réponse. Orange : justificatif ou raison manque. Gris : ne s'applique pas.",
        unanswered="sans réponse",
        answer_note="Choisissez dans la liste ou écrivez ce qui est demandé. La raison de « Sans objet » va dans le commentaire.",
        page="Page &P sur &N",
        quotes=("«\u00a0", "\u00a0»"),
        decimal=",",
        only_if="Seulement si {}",
        answer_is="la réponse à la question {} est : {}",
        property_is="pour le composant ({}) : {}",
        properties={
            "kind": "type",
            "use_case": "usage",
            "decision_type": "type de décision",
            "affected_rights": "droits touchés",
            "regions": "régions",
            "data_classes": "types de données",
            "tier": "classe de risque",
        },
        either="ou",
        one_of_more="l'un de {} autres",
        scopes={"component": "composant", "vendor": "fournisseur"},
        several="Une ou plusieurs de ces réponses, séparées par des points-virgules :",
        number="Un nombre",
        unit=" ({})",
        between=", de {} à {}",
        at_least=", au moins {}",
        at_most=", au plus {}",
        date="Une date comme 2026-07-31",
        text="En vos propres mots, {} caractères au plus",
        file="Nom ou lien du document, {} caractères au plus",
        optional="Facultatif",
        required="Obligatoire.",
        months="Pas plus de {} mois.",
        choose="Choisissez une réponse dans la liste. Tout le reste va dans le commentaire.",
        write_number="Écrivez ici un nombre, ou « Sans objet » si cela est admis : {}.",
        write_date="Écrivez une date comme 2026-07-31, ou « Sans objet » si cela est admis.",
        too_long="{} caractères au plus. Joignez un texte plus long comme justificatif.",
    ),
    "es": FormText(
        sheet="Instrucciones",
        steps=_ES_STEPS,
        about="Sobre: {}",
        about_unknown="Sobre: el componente de IA nombrado en la carta que acompaña a este archivo",
        legend="Rellene las celdas coloreadas. Rojo: sin responder. Naranja: falta evidencia o motivo. Gris: no procede.",
        unanswered="sin responder",
        answer_note="Elija en la lista o escriba lo que se pide. El motivo de «No aplicable» va en el comentario.",
        page="Página &P de &N",
        quotes=("«", "»"),
        decimal=",",
        only_if="Solo si {}",
        answer_is="la respuesta a la pregunta {} es: {}",
        property_is="para el componente ({}): {}",
        properties={
            "kind": "tipo",
            "use_case": "uso",
            "decision_type": "tipo de decisión",
            "affected_rights": "derechos afectados",
            "regions": "regiones",
            "data_classes": "tipos de datos",
            "tier": "clase de riesgo",
        },
        either="o",
        one_of_more="uno de otros {}",
        scopes={"component": "componente", "vendor": "proveedor"},
        several="Una o varias de estas respuestas, separadas por punto y coma:",
        number="Un número",
        unit=" ({})",
        between=", de {} a {}",
        at_least=", como mínimo {}",
        at_most=", como máximo {}",
        date="Una fecha como 2026-07-31",
        text="Con sus propias palabras, {} caracteres como máximo",
        file="Nombre o enlace del documento, {} caracteres como máximo",
        optional="Opcional",
        required="Obligatoria.",
        months="De no más de {} meses.",
        choose="Elija una respuesta de la lista. Todo lo demás va en el comentario.",
        write_number="Escriba aquí un número, o «No aplicable» donde se admita: {}.",
        write_date="Escriba una fecha como 2026-07-31, o «No aplicable» donde se admita.",
        too_long="{} caracteres como máximo. Adjunte un texto más largo como evidencia.",
    ),
}
