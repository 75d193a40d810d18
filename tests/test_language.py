"""The language of a question: told by its words where they are of one language alone, else by the model of py3langid."""

import pytest

from index import language
from index.language import language_of

FRENCH = [
    "Combien coûte un petit modèle pour une mairie ?",
    "Un petit modèle suffit-il ?",
    "Qu’est-ce que le règlement demande aux communes ?",
    "A-t-on le droit de filmer ?",
]
ENGLISH = ["What does the AI Act ask of us?", "Which model should we take?", "Is there a rule about their data?"]
OTHERS = {
    "de": [
        "Wie viel kostet ein kleines Modell im Jahr?",
        "Das Rendez-vous mit dem Anbieter ist morgen, was fragen wir?",
    ],
    "es": ["¿Podemos enviar datos personales a un proveedor de Estados Unidos?"],
    "it": ["Chi è responsabile se l’intelligenza artificiale sbaglia?"],
    "tr": ["Bu sert karar elle mi alınıyor?"],
    "nl": ["Is het model veilig of moeten we iets anders kiezen?", "Hoe lang mogen we logs bewaren?"],
    "pt": ["Como escolher o modelo mais pequeno que serve para os nossos serviços?"],
    "pl": ["Czy możemy wysyłać dane osobowe do dostawcy w USA?"],
    "sv": ["Får vi skicka personuppgifter till en leverantör i USA?"],
    "da": ["Må vi sende personoplysninger til en leverandør i USA?"],
}


@pytest.fixture
def by_words(monkeypatch):
    """Nothing but the words: the model is not there."""
    monkeypatch.delattr(language, "_identifier")


@pytest.mark.parametrize(("text", "code"), [*((t, "fr") for t in FRENCH), *((t, "en") for t in ENGLISH)])
def test_plain_questions_spare_the_model(by_words, text, code):
    """It takes 0.7 s of a processor to open."""
    assert language_of(text) == code


@pytest.mark.parametrize("text", [t for texts in OTHERS.values() for t in texts])
def test_the_words_claim_no_other_language(by_words, text):
    """They are of the two alone: whoever asks in another language is told so, by the model."""
    with pytest.raises(NameError):
        language_of(text)


@pytest.mark.parametrize(("code", "text"), [(code, t) for code, texts in OTHERS.items() for t in texts])
def test_other_languages_are_told(code, text):
    """By the model."""
    assert language_of(text) == code


def test_what_is_of_both_or_long_is_the_models(by_words):
    """A title in one language stands in a question of the other; a long text quotes."""
    for text in (
        "Que dit le guide « what should you ask » ?",
        "pour une " * 100,
        "Wat heb-je nodig?",
        "Elle sert bir şey mi?",
    ):
        with pytest.raises(NameError):
            language_of(text)
