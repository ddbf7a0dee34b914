"""Questions whose wording suggests that No is the good answer, in four languages."""

import re

from vendor_ai.importers.foreign.answer_word import plain

# All without accents and in lower case, as `plain` leaves a text. Such questions are only pointed out, never turned round.
_BAD_NEWS = (
    r"breach(?:es|ed)?|incidents?|outages?|unplanned disruption|lawsuits?|litigation|sanctions?|fined|penalty|bankruptcy|insolvency"
    r"|hard coded|plaintext|plain text|end of life|shared accounts?|known vulnerabilit\w+|conflicts? of interest"
    r"|brechas?|incidentes?|litigios?|sancion(?:es)?|multas?|quiebra|insolvencia|violacion(?:es)? de datos|vulnerabilidades conocidas"
    r"|conflictos? de intereses?|cuentas compartidas"
    r"|datenpannen?|datenschutzverletzung(?:en)?|datenlecks?|sicherheitsvorfalle?n?|rechtsstreit\w*|bussgelder?n?|insolvenz\w*"
    r"|interessenkonflikte?n?|bekannte schwachstellen|klartext"
    r"|violations? de donnees|litiges?|amendes?|faillite|conflits? d interets?|vulnerabilites connues|en clair|violacao de dados"
)
_GIVING_AWAY = (
    r"(?:sell|sold|share|shared|transfer|transferred)\b.{0,60}\b(?:data|information)\b.{0,40}\bthird part\w+"
    r"|(?:data|information)\b.{0,60}\b(?:sold|shared|transferred)\b.{0,40}\bthird part\w+"
    r"|(?:train|training|trained)\b.{0,60}\b(?:our|customer|customers|client)\b.{0,20}\bdata"
    r"|(?:use|uses|used)\b.{0,30}\b(?:our|customer|customers|client)\b.{0,20}\bdata\b.{0,40}\b(?:train\w*|own purposes|advertising)"
)
# German, Spanish and French: a verb of using or passing on, then our data or those of customers; or the other way round.
_OUR_DATA = (
    r"(?:unsere[rn]?|eigene[rn]?|personenbezogene[rn]?) (?:\w+ )?daten|kundendaten|daten (?:unserer|der|von) kunden"
    r"|nuestros (?:\w+ )?datos|datos (?:de|del) (?:los |nuestros )?clientes?|datos personales"
    r"|nos (?:\w+ )?donnees|donnees (?:de |des )?(?:nos |vos )?clients?|donnees personnelles"
)
_USING = (
    r"nutz\w+|verwende\w*|verkauf\w*|weiterverkauf\w*|trainier\w*|teilen|weitergegeben|weitergeben|geben|ubermittel\w*|training\w*"
    r"|utiliza\w*|usan?|comparte\w*|compartid\w+|vende\w*|ceden?|cedid\w+|entrena\w*"
    r"|utilise\w*|partage\w*|vende\w*|vendu\w*|transmett\w+|entrain\w+"
)
_USING_OUR_DATA = rf"(?:{_USING})\b.{{0,60}}\b(?:{_OUR_DATA})|(?:{_OUR_DATA})\b.{{0,60}}\b(?:{_USING})"
_LIKELY_NO = re.compile(rf"\b(?:{_BAD_NEWS}|{_GIVING_AWAY}|{_USING_OUR_DATA})\b")
_EVENT = re.compile(
    r"^(?:has|have|had|did|is|are|was|were|do|does|will|within|in the|during"
    r"|ha|han|hubo|existen?|hay|utiliza\w*|usan?|comparten?|venden?|ceden?|entrenan?|se (?:utiliza\w*|usan?|comparten?|venden?|ceden?)"
    r"|haben|hat|gab|gibt|sind|ist|wird|werden|wurden?|nutz\w+|verwende\w*|verkauf\w*|teilen|geben|ubermittel\w*|trainier\w*"
    r"|avez|a t il|y a t il|est ce que|utilis\w+|partag\w+|vendez|transmettez|entrain\w+|nos donnees|les donnees"
    r"|houve|ja houve|ja sofreu)\b"
)
_CONTROL = re.compile(
    r"\b(?:plans?|polic(?:y|ies)|process(?:es)?|procedures?|program|team|response|management|notify|notification|report|documented"
    r"|procedimiento|proceso|gestion|politica|prozess|verfahren|processus|procedimento|processo)\b"
)
_RESTRICTED = re.compile(
    r"\b(?:only|solely|nur|ausschliesslich|solo|solamente|unicamente|exclusivamente|uniquement|exclusivement|seulement)\b"
)


def reads_as_no(question: str) -> bool:
    """Whether a Yes to the question would usually be the bad answer."""
    words = plain(question)
    return bool(_LIKELY_NO.search(words) and _EVENT.match(words) and not _CONTROL.search(words) and not _RESTRICTED.search(words))
