"""Questions that are pointed out because No may be their good answer."""

import pytest

from tests.factories.foreign import converted, question, simple
from vendor_ai.importers.foreign.likely_no import reads_as_no


@pytest.mark.parametrize(
    "text",
    [
        "Have you had a data breach within the last year?",
        "Do you use our data to train your models?",
        "Nutzen Sie unsere Daten zum Training Ihrer Modelle?",
        "Nutzen Sie unsere Daten f\u00fcr eigene Zwecke?",
        "Verkaufen Sie personenbezogene Daten an Dritte?",
        "Werden Kundendaten an Dritte weitergegeben?",
        "Gab es in den letzten zw\u00f6lf Monaten Datenschutzverletzungen?",
        "\u00bfUtilizan nuestros datos para entrenar sus modelos?",
        "\u00bfComparten los datos de los clientes con terceros?",
        "\u00bfHan tenido violaciones de datos en el \u00faltimo a\u00f1o?",
        "Utilisez-vous nos donn\u00e9es pour entra\u00eener vos mod\u00e8les\u202f?",
        "Est-ce que les donn\u00e9es de nos clients sont vendues \u00e0 des tiers ?",
        "Avez-vous re\u00e7u des amendes au cours des deux derni\u00e8res ann\u00e9es ?",
    ],
)
def test_a_question_whose_yes_is_bad_news_is_pointed_out(text: str) -> None:
    assert reads_as_no(text)


@pytest.mark.parametrize(
    "text",
    [
        question(1),
        "Nutzen Sie unsere Daten ausschlie\u00dflich zur Erf\u00fcllung des Vertrags?",
        "Nutzen Sie Verschl\u00fcsselung f\u00fcr alle Datentr\u00e4ger?",
        "Haben Sie ein Verfahren f\u00fcr Sicherheitsvorf\u00e4lle?",
        "\u00bfUtilizan nuestros datos solo para prestar el servicio?",
        "\u00bfTienen un procedimiento para incidentes?",
        "Utilisez-vous le chiffrement pour toutes les sauvegardes ?",
        "Do you use our data only to provide the service?",
    ],
)
def test_a_question_about_a_control_is_not(text: str) -> None:
    assert not reads_as_no(text)


def test_the_hint_stands_among_what_was_assumed_and_yes_stays_the_good_answer() -> None:
    rows = [("A1", "Nutzen Sie unsere Daten zum Training Ihrer Modelle?", "Nein"), ("A2", "Sind alle Mitarbeitenden geschult?", "Ja")]
    found = converted(simple(("ID", "Frage", "Antwort"), *rows))

    assert [line for line in found.assumed if "--compliant" in line] == [
        "1 questions read as if No were the good answer, but Yes was taken. Where No is good, add: --compliant no=A1"
    ]
