"""What an answer looks like: hostile texts shown to the letter, quotes apart, refusals that look like refusals."""

import re
from dataclasses import replace
from html.parser import HTMLParser

import pytest

from assistant.answer import Mark, ModelCard, Sentence
from assistant.render import FactSource, asked_markdown, escaped, page_markdown, terminal
from tests.fakes import FACTS, FR, answered, cited, failed, refused

HOSTILE = [
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "![x](http://elsewhere.example/p.png?q=secret)",
    "[click](javascript:alert(1))",
    "[click](http://elsewhere.example)",
    "<http://elsewhere.example>",
    "http://elsewhere.example www.elsewhere.example a@elsewhere.example",
    '" onmouseover="alert(1)',
    "' onmouseover='alert(1)",
    "</blockquote></details></div><dialog open>",
    "# heading\n\n- list\n\n```html\n<b>\n```\n\n    code",
    "**bold** _it_ ~~gone~~ `code` | a | b |\n|---|---|",
    "$$x$$ \\(y\\) {z} \\<b>",
    "&lt;script&gt; &#60;script&#62; &amp;",
    "line\r\n\r\n<iframe src=//elsewhere.example>",
    "a\u202egnp.exe\u2066",
    "\x1b[31mred\x07",
]


class Reader(HTMLParser):
    """Collects tags, attributes and text as a browser would read them."""

    def __init__(self, html: str) -> None:
        super().__init__(convert_charrefs=True)
        self.tags: list[str] = []
        self.attributes: list[tuple[str, str | None]] = []
        self.text = ""
        self.feed(html)
        self.close()

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)
        self.attributes += attrs
        if tag == "br":
            self.text += "\n"

    def handle_data(self, data):
        self.text += data


def stuffed(text: str):
    """An answered, a refused and a failed answer with `text` in every place that others write."""
    passage = replace(FR, document=text, title=text, section=text, text=text, start=0, end=len(text), in_force_on=text)
    citation = replace(
        cited(FR, FR.text, 1, "f"), document=text, title=text, section=text, language=text, in_force_on=text, start=0,
        end=len(text), quote=text,
    )  # fmt: skip
    done = replace(
        answered(text, "fr")[-1], search=f"{text} more", text=text, citations=(citation,), passages=(passage,),
        model=ModelCard(text, "generative", text, text), reason=text,
        sentences=(Sentence(text, Mark.OWN), Sentence(text, Mark.QUOTED, (1,)), Sentence(text, Mark.CLOSE, (1,))),
    )  # fmt: skip
    return [done, replace(refused(text, "fr")[0], text=text, passages=(passage,)), failed(text, "en", text)[0]]


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_texts_are_shown_and_never_obeyed(text):
    """A document, a model or a person must not add a tag, a link, an image or an attribute to the page."""
    harmless, facts = "harmless", {"f": FactSource(text, text, text, 2020, text, text)}
    benign = {"f": replace(facts["f"], publisher=harmless, title=harmless, url=harmless, confidence=harmless)}
    for hostile, calm in zip(stuffed(text), stuffed(harmless), strict=True):
        html = page_markdown(hostile, 3, facts)
        seen, expected = Reader(html), Reader(page_markdown(calm, 3, benign))
        assert [t for t in seen.tags if t != "br"] == [t for t in expected.tags if t != "br"]
        assert [name for name, _ in seen.attributes] == [name for name, _ in expected.attributes]
        assert "\n" not in html, "a blank line would end the HTML block and let Markdown in"
        assert html.startswith("<div ")


@pytest.mark.parametrize("text", HOSTILE)
def test_escaping_shows_the_text_to_the_letter(text):
    """What is quoted must be readable as it stands, whatever it holds."""
    shown = "".join(c for c in text if c.isprintable() or c == "\n").replace("\n\n", "\n")
    for character in "\u202e\u2066":
        shown = shown.replace(character, "")
    assert Reader(escaped(text)).text == shown
    assert Reader(asked_markdown(text)).text == shown
    assert not set("*_[]`!#|\\$~@") & set(escaped(text).replace("&#", ""))


@pytest.mark.parametrize(
    "address", ["javascript:alert(1)", "file:///etc/passwd", "//elsewhere", "https://a b", "https://"]
)
def test_only_web_addresses_become_links(address):
    """An address of another kind stays text."""
    facts = {"bm25": replace(FACTS["bm25"], url=address)}
    html = page_markdown(answered("q", "fr")[-1], 1, facts)
    assert [v for n, v in Reader(html).attributes if n == "href"] == ["#t1s1", "#t1s2", "#receipt"]
    assert address in Reader(html).text


def test_citations_open_their_source():
    """Each marker is a link to a <details> of the same message, and the ids of two messages differ."""
    seen = Reader(page_markdown(answered("q", "fr")[-1], 3, FACTS))
    ids = [value for name, value in seen.attributes if name == "id"]
    assert ids == ["t3s1", "t3s2"]
    assert [v for n, v in seen.attributes if n == "href" and v.startswith("#t")] == ["#t3s1", "#t3s2"]


def test_a_source_shows_its_quote_in_place_its_date_and_where_its_facts_come_from():
    """A reader can judge a quote only in its passage, with its date and the source behind the fact."""
    html = page_markdown(answered("q", "fr")[-1], 1, FACTS)
    assert html.count("<mark>") == 2
    text = Reader(html).text
    assert "Petit ou grand modèle, lequel choisir ? › Peut-on se passer d’un modèle génératif ?" in text
    assert "Trier des courriels ne demande pas toujours" in text, "the passage around the quote"
    assert "en vigueur au 24 novembre 2026" in text
    assert "Foundations and Trends, The Probabilistic Relevance Framework, 2009" in text
    assert "https://example.org/bm25?a=1&b=2" in text
    assert "Échelle des méthodes (non vérifié dans une source)" in text


def test_a_quote_that_is_not_in_its_passage_stands_alone():
    """Marking the wrong span would be a false citation."""
    answer = answered("q", "fr")[-1]
    wrong = replace(answer.citations[0], start=answer.citations[0].start + 1)
    html = page_markdown(replace(answer, citations=(wrong,)), 1, {})
    assert html.count("<mark>") == 1
    assert "Trier des courriels" not in Reader(html).text


def test_a_refusal_never_looks_like_an_answer():
    """Its sources stand under "closest sources", without quotes or markers."""
    html = page_markdown(refused("Quel temps ?", "fr")[0], 2, FACTS)
    seen = Reader(html)
    assert 'class="said refused"' in html
    assert "Pas de réponse dans les sources" in seen.text
    assert "Sources les plus proches" in seen.text
    assert 'class="quote"' not in html
    assert 'class="cite"' not in html
    assert "[1]" not in seen.text


def test_a_failure_shows_neither_cost_nor_sources():
    """Nothing was asked of the model; a line of energy would say otherwise."""
    html = page_markdown(failed("???", "en", "The question holds no word.")[0], 1, FACTS)
    assert 'class="said failed"' in html
    assert "details" not in html
    assert "energy" not in html


def test_a_growing_answer_shows_no_cost_and_a_stopped_one_says_that_it_is_incomplete():
    """Half an answer must not pass for a whole one, and its cost is not known yet."""
    part = answered("q", "fr")[1]
    assert "energy" not in page_markdown(part, 1, FACTS)
    stopped = page_markdown(part, 1, FACTS, stopped=True)
    assert "incomplet" in stopped
    assert 'class="energy"' in stopped, "an unread meter is said, not hidden"


def test_the_model_line_says_that_nothing_was_generated():
    """The kind of the model decides what the page may promise."""
    quoting = answered("q", "en")[-1]
    writing = replace(quoting, model=replace(quoting.model, kind="generative"))
    assert "Exact quotes, no generated text" in Reader(page_markdown(quoting, 1, {})).text
    assert "no generated text" not in Reader(page_markdown(writing, 1, {})).text
    assert "Text written by a model" in terminal(writing, "en")


def test_a_generators_own_words_are_told_from_quotes():
    """A sentence without a source is marked as such."""
    answer = answered("q", "en")[-1]
    answer = replace(answer, model=replace(answer.model, kind="generative"))
    html = page_markdown(answer, 1, {})
    assert 'class="own"' in html
    assert "without a source" in Reader(html).attributes.__repr__()


def test_quotes_in_the_other_language_say_so():
    """A screen reader must change its voice."""
    html = page_markdown(refused("Quel temps ?", "fr")[0], 1, {})
    assert '<blockquote lang="en">' in html
    assert '<div class="said refused" lang="fr">' in html


def test_the_terminal_shows_text_sources_cost_and_model():
    """The same facts as on the page, in plain text."""
    said = terminal(answered("q", "fr")[-1], "fr")
    assert "[2] Petit ou grand modèle, lequel choisir ? › Peut-on se passer d’un modèle génératif ?" in said
    assert "(fr/small-or-large-model, en vigueur au 24 novembre 2026)" in said
    assert "Citations exactes, aucun texte généré · lecteur-petit (int8)" in said
    assert "Coût de cette réponse : ≈ 1\u202fmWh (0,5–2)" in said
    assert not re.search(r"<[\w/]", said), 'no markup; "< 0,0001 €" is text'


def test_the_terminal_says_a_refusal_and_its_nearest_sources():
    """They are listed as nearest, not numbered like citations."""
    said = terminal(refused("q", "en")[0], "en")
    assert "Closest sources" in said
    assert "[1]" not in said


def test_the_terminal_obeys_no_document():
    """An escape sequence in a document could rewrite the screen."""
    answer = replace(answered("q", "fr")[-1], text="\x1b[2Jempty\x9b1m")
    assert "\x1b" not in terminal(answer, "fr")
    assert "\x9b" not in terminal(answer, "fr")


def test_what_was_searched_is_shown_where_it_is_not_the_question():
    slipped = replace(answered("combien d’énerige ?", "fr")[-1], search="combien d’energie ?")
    assert "Cherché : « combien d’energie ? »" in Reader(page_markdown(slipped, 1, FACTS)).text.replace("\xa0", " ")
    assert terminal(slipped, "fr").startswith("Cherché : «\u00a0combien d’energie ?\u00a0»\n\n")
    same = replace(slipped, question=" combien  d’energie ?")
    assert "Cherché" not in page_markdown(same, 1, FACTS) + terminal(same, "fr")
