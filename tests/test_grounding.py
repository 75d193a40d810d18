"""What a model's own sentence may wear: rules and the bundled model together, and the claims that they were set and tried on."""

import json

import numpy as np
import pytest

from assistant import wiring
from assistant.answer import Evidence, Mark, Piece
from assistant.config import read_config
from assistant.differs import differs
from assistant.grounding import TURNED, Closeness, Grounding, readings
from evals.altered import CLAIMS, LATER, PROMISES, written
from evals.closeness import CLAIMS as TRAIN
from evals.closeness import THRESHOLD, Claims, fitted, joined, row_sets
from index.search import Passage
from tests.fakes import SureJudge
from tests.model_server import ModelServer, serving

SOURCE = "Selon la CNIL, un employeur ne doit pas conserver plus de 30 jours les images, sauf enquête en cours."
PASSAGE = Passage("fr/images", "Images", "Images", "fr", None, 0, len(SOURCE), 1.0, SOURCE)


@pytest.fixture(scope="module")
def grounding():
    return wiring.grounding(read_config())


@pytest.mark.parametrize(
    ("text", "source"),
    [
        ("Les images se gardent 60 jours.", "Les images se gardent 30 jours."),
        ("Les images se gardent trente-cinq jours.", "Les images se gardent 30 jours."),
        ("Le projet coûte 1 200 euros.", "Le projet coûte 12 000 euros."),
        ("It costs 0.25 Wh.", "It costs 0.24 Wh."),
        ("About four people.", "About three people."),
        ("La règle s’applique à partir du 2 août 2026.", "La règle s’applique à partir du 2 décembre 2026."),
        ("Le rapport de la Cour des comptes le dit.", "Le rapport de l’ADEME le dit."),
        ("A report by Eurostat says so.", "A report by Insee says so."),
        ("Une centaine de critères par personne.", "Une dizaine de critères par personne."),
        ("The small model serves where the large one fails.", "The large model serves where the small one fails."),
        ("La loi européenne impose de le dire.", "La loi européenne n’impose pas de le dire."),
        ("The host never reads what is asked.", "The host reads what is asked."),
        ("It keeps them for about 30 days.", "It keeps them for 30 days."),
        ("Deux tiers des gens l’utilisent.", "La moitié des gens l’utilisent."),
        ("L’image ne sert jamais qu’à décorer.", "L’image sert à décorer."),
        ("La CNIL n’exige plus que ce dossier soit gardé.", "La CNIL exige que ce dossier soit gardé."),
        ("Selon l’Amérique, la règle suffit.", "Selon l’état des lieux, la règle suffit."),
        ("Les entreprises des États-Unis le font.", "Les entreprises de l’État le font."),
        ("Le contrat se renouvelle tous les deux mois.", "Le contrat se renouvelle tous les deux ans."),
        ("Le rapport est gardé trois ans, la facture un mois.", "Le rapport est gardé un an, la facture trois mois."),
        ("It waits for 10 minutes.", "It waits for 10 seconds."),
        ("Cela fait 48 fois le prix annoncé.", "Cela fait 48 % du prix annoncé."),
        ("The audit is done two times a year.", "The audit is done every two years."),
        ("It fell by 7 % in 100 days.", "It fell by 7 % in 10 days."),
        ("Sept pour cent, sur 100 dossiers lus.", "Sept pour cent, sur 40 dossiers lus."),
        (
            "Le CSE d’une entreprise de moins de 50 salariés est consulté.",
            "Dès qu’elle a au moins 50 salariés, le CSE est consulté.",
        ),
        ("L’énergie a un maximum de 4,5 Wh par jeton.", "L’énergie par jeton a un plancher de 4,5 Wh."),
        ("They are kept for three months or less.", "They are kept for at least three months."),
        ("Elle est à rendre au plus tôt le 2 août.", "Elle est à rendre au plus tard le 2 août."),
        ("Le quota est de trois cents pages.", "Le quota est de quatre cents pages."),
        ("The model has 540 million weights.", "The model has 540 billion weights."),
        ("Le délai est de trois semaines.", "Le délai est de quatorze jours."),
        ("Le contrat dure deux ans.", "Le contrat dure trente-six mois."),
        ("Trois personnes sur quatre l’ont dit.", "Les deux tiers des personnes l’ont dit."),
        ("Le budget est de 68 k€.", "Le budget est de 86 000 euros."),
        ("On en paie la moitié dans les vingt jours.", "On le paie dans les vingt jours."),
        ("It needs at least five votes.", "It needs no more than five votes."),
        ("They keep it for no less than 48 hours.", "They keep it for at most 48 hours."),
        ("Il se tient le jeudi, avec le service.", "Il se tient le mardi, avec le service."),
        ("It is open on Saturdays as well.", "It is open on Sundays as well."),
        ("Le contrat commence le 1er mars.", "Le contrat commence le 1er février."),
        ("Il coûte 750 euros par semaine.", "Il coûte 750 euros par mois."),
        ("The report is written weekly.", "The report is written monthly."),
        ("Le préavis est de deux mois.", "Le préavis est d’un mois."),
        ("Le préavis est d’un an.", "Le préavis est d’un mois."),
        ("It is done two times a year.", "It is done one time a year."),
        ("Il n’est pas interdit de le garder.", "Il est interdit de le garder."),
        ("La réunion se tient en mai.", "La réunion se tient en mars."),
        ("Il est ouvert du lundi au samedi.", "Il est ouvert du lundi au vendredi."),
        ("Le chef de service est M. Lefèvre.", "Le chef de service est M. Durand."),
        ("Le fichier n° 12 n’est pas public.", "Le fichier n° 12 est public."),
        ("The desk is open from 8 until 1.", "The desk is open from 8 until 11, with a guard."),
        ("On retient une mesure, pas une déclaration.", "On retient une déclaration, pas une mesure."),
        (
            "Pour finir, le maire signe et le préfet vérifie les comptes et les contrats.",
            "Pour finir, le préfet signe et le maire vérifie les comptes et les contrats.",
        ),
        (
            "En 2024, l’accord du juge est requis pour saisir la police.",
            "En 2024, l’accord de la police est requis pour saisir le juge.",
        ),
        (
            "La paie est tenue par la trésorière, et la comptable relance les clients en retard.",
            "La comptable tient la paie, et la trésorière relance les clients en retard.",
        ),
        (
            "When a pupil complains, the nurse writes to the platform; the teacher talks with the parents.",
            "When a pupil complains, the teacher writes to the platform and the nurse talks with the parents.",
        ),
        (
            "In short, the provider gives the summary that the deployer has asked for.",
            "In short, the deployer gives the summary that the provider has asked for.",
        ),
    ],
)
def test_a_figure_a_month_a_name_or_a_lone_negation_is_told_by_rule(text, source):
    """These a small model overlooks; the rule needs none."""
    assert differs(text, source)
    assert not Grounding(SureJudge(9.0)).close(text, source, "fr")


@pytest.mark.parametrize(
    ("text", "source"),
    [
        ("Les images se gardent 30 jours.", "Les images se gardent trente jours."),
        ("La moitié des gens l’utilisent.", "50 % des gens l’utilisent."),
        ("Dix pour cent des gens.", "10 % des gens."),
        ("Environ 30 jours suffisent.", "Près de 30 jours suffisent."),
        ("Le serveur coûte 12000 euros.", "Le serveur coûte 12\u00a0000 euros."),
        ("Ces trois points sont à noter : le lieu, la date, le nom.", "Notez le lieu, la date et le nom."),
        ("En France, la loi le dit.", "La loi le dit en France."),
        ("The EU regulates it.", "The European Union regulates it."),
        ("French law says so.", "The law in France says so."),
        ("Ce n’est pas interdit à l’école.", "Une école en a le droit."),
        ("On note les plaintes et les abandons.", "On note les abandons et les plaintes."),
        ("Le règlement de l’Union le dit.", "Le règlement européen le dit."),
        ("Une entreprise des États-Unis le dit.", "Une entreprise américaine le dit."),
        ("Une entreprise d’Amérique le dit.", "Une entreprise des États-Unis le dit."),
        ("Est-ce vrai ? » Voilà la question.", "La question : est-ce vrai ?"),
        ("L’image ne sert qu’à décorer.", "L’image sert uniquement à décorer."),
        ("Que manque-t-il au calcul ?", "Ce qui manque au calcul, on le demande."),
        ("Il le dit à des tiers.", "Il le dit à d’autres."),
        ("Ils ont dix jours, ou deux s’il y a mort.", "Ils ont dix jours, ou deux s’il y a décès."),
        ("Deux années durant, on garde le rapport.", "Le rapport se garde deux ans."),
        ("It waits for 10 s.", "It waits for 10 seconds."),
        ("It fell from 29 % to 24 %.", "It fell from 29 to 24 per cent."),
        ("L’écart est de 9 % contre 3 %, trois fois plus.", "L’écart est de 9 %, contre 3 %."),
        ("The gap is 9 % against 3 %, three times higher.", "The gap is 9 % against 3 %."),
        ("La part est de 9 %, trois fois supérieure aux 3 %.", "La part est de 9 %, contre 3 %."),
        ("24 sur cent l’ont dit, ou 29.", "De 24 à 29 % l’ont dit."),
        ("Il se trompe sept fois sur cent.", "Il se trompe dans 7 % des cas."),
        ("Il ne peut garder les images plus de 30 jours.", "Il ne peut pas garder plus de 30 jours les images."),
        ("Au-dessus de 24 degrés, il s’arrête.", "Il marche jusqu’à 24 degrés ; au-delà, il s’arrête."),
        (
            "Le service compte des clés, des copies et des machines neuves.",
            "Le service compte des machines neuves, des copies et des clés.",
        ),
        ("En mai, la loi le dit.", "La loi le dit en mai."),
        (
            "La trésorière relance les clients en retard ; quant à la paie, la comptable la tient.",
            "La comptable tient la paie, et la trésorière relance les clients en retard.",
        ),
        ("Savoir qui décide, c’est gouverner une IA.", "Gouverner une IA, c’est savoir qui décide."),
        ("Le glossaire a quelque 600 entrées.", "Le glossaire compte environ six cents termes."),
        ("Up to 2,500 euros a year.", "Up to two thousand five hundred euros a year."),
        ("Un modèle de 770 millions de paramètres.", "Un modèle de sept cent soixante-dix millions de paramètres."),
        ("On peut le lire deux semaines.", "On peut le lire quatorze jours."),
        ("Elle est ouverte une quinzaine de jours.", "Elle est ouverte quinze jours."),
        ("Chacun y reste une demi-heure au plus.", "Chacun y reste trente minutes au plus."),
        ("On est tenu pour trois ans.", "Le contrat dure trente-six mois."),
        ("Il y reste un an et demi.", "Il y reste dix-huit mois."),
        ("You have two weeks to say so.", "It takes fourteen days' notice."),
        ("The audit is done every three months.", "The audit is done each quarter."),
        ("A session of sixty minutes is held.", "There is a one-hour session."),
        ("Deux foyers sur trois l’ont lu.", "Les deux tiers des foyers l’ont lu."),
        ("Six demandes sur dix sont traitées.", "Il traite 60 % des demandes."),
        ("One in four came from abroad.", "A quarter of them came from abroad."),
        ("Ils ont été divisés par deux.", "Leur nombre a diminué de moitié."),
        ("Un crédit de 86 k€ est voté.", "Un crédit de 86 000 euros est voté."),
        ("Le 2e mardi du mois.", "Le deuxième mardi du mois."),
        ("La panne du 3/02 vient de là.", "La panne du 3 février vient de là."),
        ("La moyenne est de 41 par m³.", "La moyenne est de 41 par mètre cube."),
        ("Le seuil est de 50 W.", "Le seuil est de 50 watts."),
        ("On le remet à Mme Ferrand ou à M. Kessler.", "On le remet à Madame Ferrand ou à Monsieur Kessler."),
        ("À effacer à J+8 au plus tard.", "Elles sont à effacer au plus tard dans les huit jours."),
        ("They come from Monday to Friday.", "They come on weekdays."),
        ("Three wrong PINs block the card.", "The card is blocked after three incorrect PIN entries."),
        ("Connect it to the Wi-Fi, with an ID.", "Connect it to the wireless network, with an identity card."),
        ("Fees are due in Oct. and Jan.", "Fees are due in October and in January."),
        ("No fewer than three offers are wanted.", "At least three offers are wanted."),
        ("Files of no more than 800 words are read in two days.", "Files of up to 800 words are read in two days."),
        (
            "The subsidy is paid to the town rather than to the families.",
            "The subsidy is paid to the town, not to the families.",
        ),
        (
            "Medicines may be given only if a prescription is there.",
            "Medicines may not be given unless a prescription is there.",
        ),
        ("Spreading it within 10 metres is prohibited.", "It may not be spread within 10 metres."),
        ("Le standard du W3C est suivi.", "Le standard du W3C est suivi, pour tous."),
        ("Il coûte 9 000 euros chaque année.", "Il coûte 9 000 euros par an."),
        ("Il y en a 1 témoin par salle.", "Il y a un témoin par salle."),
        ("Elle ouvre à 9 h.", "Elle ouvre à 9h00."),
        ("Le budget est de 3,5 M€.", "Le budget est de 3,5 millions d’euros."),
        ("La dette est de 3 000 milliards.", "La dette est de trois mille milliards."),
        ("Elle est ouverte le mardi et le jeudi.", "Elle est ouverte du lundi au vendredi."),
        ("Il s’arrête après 30 min.", "Il s’arrête après une demi-heure."),
        ("SMEs are exempt, and SMEs may ask.", "The rule exempts SMEs, which may ask."),
        ("The model has 10 million weights.", "The model has ten million weights."),
        ("The notice is one month instead of three.", "The notice goes down from three months to one."),
        ("It opens from ten to eight hours.", "It opens from ten hours to eight."),
        ("Wait from 10 to 20 hours.", "Wait from 10 hours to 20 hours."),
        (
            "Il en faut 45 mL, soit 45 fois plus que Google n’en dit.",
            "Google en dit 45 fois moins, et il en faut 45 mL.",
        ),
        ("Il en faut 45 mL, soit 45 fois ce que dit Google.", "Il en faut 45 mL, ce que dit Google 45 fois."),
        ("Breaking Article 26 may cost the deployer dearly.", "Whoever breaks Article 26 pays dearly."),
    ],
)
def test_the_rule_leaves_a_change_of_form_alone(text, source):
    """Words or digits, initials, a country's adjective, a list counted or in another order, another turn of phrase."""
    assert not differs(text, source)


def test_what_no_rule_tells_is_the_judges(grounding):
    """No judge, no mark; a sentence of two words is compared with nothing; one that is growing was never compared."""
    text = "Sauf enquête en cours, un employeur ne doit pas conserver les images plus de 30 jours, selon la CNIL."
    assert not Grounding().close(text, SOURCE, "fr")
    assert Grounding(SureJudge(2.0), Closeness(fr=1.0, en=3.0)).close(text, SOURCE, "fr")
    assert not Grounding(SureJudge(2.0), Closeness(fr=1.0, en=3.0)).close(text, SOURCE, "en")
    assert not Grounding(SureJudge(0.5), Closeness(fr=1.0)).close(text, SOURCE, "fr")
    assert not Grounding(SureJudge(2.0), Closeness(fr=1.0)).close("La CNIL.", SOURCE, "fr")
    assert grounding.close(text, SOURCE, "fr")


def test_a_claim_is_read_in_both_orders_and_their_mean_decides():
    """One reading alone may be fooled."""
    text, rule = "La CNIL limite la durée des images chez un employeur.", Closeness(fr=1.0)
    assert Grounding(SureJudge(0.5, 1.6), rule).close(text, SOURCE, "fr")
    assert not Grounding(SureJudge(1.6, 0.3), rule).close(text, SOURCE, "fr")


@pytest.mark.parametrize(
    "text",
    [
        "Selon la CNIL, un employeur ne doit pas conserver plus de 60 jours les images, sauf enquête en cours.",
        "Selon la CNIL, un employeur doit conserver plus de 30 jours les images, sauf enquête en cours.",
        "Selon la CNIL, un employeur ne doit pas conserver plus de 30 jours les images, même si une enquête est en cours.",
        "Selon un employeur, la CNIL ne doit pas conserver plus de 30 jours les images, sauf enquête en cours.",
        "Selon la CNIL, un employeur ne doit pas conserver moins de 30 jours les images, sauf enquête en cours.",
        "Selon la CNIL, un employeur ne doit pas conserver plus de 30 jours les images.",
        "Selon la CNIL, un salarié ne doit pas conserver plus de 30 jours les images, sauf enquête en cours.",
        "Selon la CNIL, un employeur peut ne pas conserver plus de 30 jours les images, sauf enquête en cours.",
        "Selon la CNIL, un employeur n’est pas tenu de conserver plus de 30 jours les images, sauf enquête en cours.",
        "Garder les images est interdit à tout employeur.",
        "Un employeur peut vendre les images au bout de 30 jours.",
        "La CNIL.",
        "",
    ],
)
def test_a_changed_meaning_is_not_close(grounding, text):
    """A number, a negation, an exception, a subject, a bound."""
    assert not grounding.close(text, SOURCE, "fr")


def test_a_close_sentence_carries_its_source_and_is_compared_once():
    """A growing answer is marked again at each word: the model must not be."""
    judge = SureJudge(2.0)
    grounding = Grounding(judge, Closeness(fr=1.0)).for_one_answer()
    evidence = Evidence(PASSAGE, SOURCE, 0, len(SOURCE), 1.0)
    pieces = [Piece("La CNIL limite la durée des images chez un employeur.", evidence), Piece(SOURCE, evidence)]
    for _ in range(5):
        sentences, citations = grounding.checked(pieces, [evidence], "fr")
    assert [(s.mark, s.citations) for s in sentences] == [(Mark.CLOSE, (1,)), (Mark.QUOTED, (2,))]
    assert [c.quote for c in citations] == [SOURCE, SOURCE]
    assert judge.seen == readings(pieces[0].text, SOURCE)
    assert judge.seen[1][0].startswith(TURNED)
    translated, _ = grounding.checked(pieces[:1], [evidence], "en")
    assert translated[0].mark is Mark.OWN


@pytest.mark.parametrize(
    ("language", "folder", "size", "kept"),
    [
        ("fr", CLAIMS, 200, 0.75),
        ("en", CLAIMS, 200, 0.8),
        ("fr", CLAIMS / "second", 200, 0.68),
        ("en", CLAIMS / "second", 200, 0.73),
        ("fr", CLAIMS / "third", 159, 0.65),
        ("en", CLAIMS / "third", 159, 0.83),
        ("fr", CLAIMS / "fourth", 100, 0.68),
        ("en", CLAIMS / "fourth", 100, 0.82),
        ("fr", CLAIMS / "fifth", 100, 0.67),
        ("en", CLAIMS / "fifth", 100, 0.76),
        ("fr", CLAIMS / "sixth", 100, 0.7),
        ("en", CLAIMS / "sixth", 100, 0.75),
        ("fr", CLAIMS / "seventh", 93, 0.65),
        ("en", CLAIMS / "seventh", 93, 0.84),
        ("fr", CLAIMS / "eighth", 200, 0.66),
        ("en", CLAIMS / "eighth", 200, 0.73),
        ("fr", CLAIMS / "ninth", 200, 0.72),
        ("en", CLAIMS / "ninth", 200, 0.79),
        ("fr", CLAIMS / "tenth", 200, 0.73),
        ("en", CLAIMS / "tenth", 200, 0.65),
        ("fr", CLAIMS / "eleventh", 400, 0.67),
        ("en", CLAIMS / "eleventh", 300, 0.72),
        ("fr", CLAIMS / "docs", 100, 0.71),
        ("en", CLAIMS / "docs", 100, 0.8),
    ],
)
def test_the_promise_holds_on_claims_that_nothing_was_learnt_from(grounding, language, folder, size, kept):
    """95 of 100 altered claims lose the mark, 90 of a manual's and of another hand's; faithful ones keep it nearly as often as measured.

    One in 100 less is let pass here: another processor's sums may turn a claim that stands at the threshold.
    """
    found = written(grounding.close, language, folder)
    for kind, least in (("altered", PROMISES[folder] - 0.01), ("faithful", kept)):
        good, count = (sum(column) for column in zip(*(r for n, r in found.items() if n.startswith(kind)), strict=True))
        assert count == size
        assert good >= least * count, (kind, good)


def claims(folder):
    return [
        json.loads(line) for file in sorted(folder.glob("*.jsonl")) for line in file.read_text("utf-8").splitlines()
    ]


@pytest.mark.usefixtures("_recipes")
def test_no_claim_is_tried_on_a_sentence_that_it_was_learnt_from():
    """Each source is in one set; the test's are 200 in each language."""
    from claims import read_claims

    learnt, tried = [*read_claims("train"), *read_claims("dev")], claims(CLAIMS)
    later = [row for name in LATER for row in claims(CLAIMS / name)]
    assert len(learnt) == len(claims(TRAIN))
    assert len(tried) == 400
    assert not {r["source"] for r in learnt} & {r["source"] for r in tried}
    assert len({r["id"] for r in learnt}) == len(learnt)
    for row in learnt:
        texts = [row["source"], *row["faithful"], *row["altered"]]
        assert row["split"] in ("train", "dev")
        assert len(set(texts)) == len(texts) >= 7, row["id"]
        assert all(text == text.strip() != "" for text in texts)
    assert 0.04 < np.mean([row["split"] == "dev" for row in learnt]) < 0.2
    taught = {row["source"] for row in learnt if row["split"] == "train"}
    assert not taught & {r["source"] for r in later}
    for row in claims(THRESHOLD):
        assert row["split"] == "dev"
        assert row["source"] not in taught
        assert len({row["source"], *row["faithful"], *row["altered"]}) == 5


def claimed(judged, faithful):
    told = np.array(faithful, float)
    counts = {True: int(told.sum()), False: int((1 - told).sum())}
    return Claims(np.array(judged), np.zeros(len(told)), told, counts)


def test_a_threshold_lets_no_more_altered_claims_pass_than_it_says():
    """Each language has its own."""
    claims = {
        "fr": claimed([0, 1, 2, 3, 2.5, 4], [0, 0, 0, 0, 1, 1]),
        "en": claimed([0, 0, 0, 1, 0.5, 9], [0, 0, 0, 0, 1, 1]),
    }
    rule = fitted(0.0, claims, 0.25)
    for name, limit in (("fr", rule.fr), ("en", rule.en)):
        assert claims[name].share(rule.words, limit, faithful=False) == 0.25
    assert 2 < rule.fr <= 2.5
    assert 0 < rule.en <= 0.5


def test_thresholds_stand_on_the_sheets_claims_and_on_those_of_documents():
    """Each dev claim is in one set; the sets that a threshold stands on are counted together."""
    sets = row_sets()
    assert all(sets.values())
    ids = [row["id"] for name, rows in sets.items() if name != "threshold" for row in rows]
    assert len(ids) == len(set(ids)) == sum(row["split"] == "dev" for row in claims(TRAIN))
    assert not any("-own-docs-r" in row["id"] for row in sets["documents"])
    one, other = claimed([3, 1], [1, 0]), claimed([2, 4], [1, 0])
    assert joined([one, other]).share(0.0, 2.5, faithful=True) == 0.5
    assert joined([one, other]).share(0.0, 2.5, faithful=False) == 0.5


NOTE = """# Borne d’accueil de Cassis

## Combien de temps les questions posées à la borne sont-elles conservées ?

Le service de Cassis conserve les questions posées à la borne pendant 9 mois.
"""


def test_the_command_marks_what_a_model_rewords(jugeote, own_corpus_home, tmp_path):
    """A server that writes prose: reworded, altered, invented; only the first carries the source."""
    (tmp_path / "notes").mkdir()
    (tmp_path / "notes" / "borne.md").write_text(NOTE, "utf-8")
    assert jugeote("index", str(tmp_path / "notes"), home=own_corpus_home).returncode == 0
    said = [
        "Les questions posées à la borne sont conservées pendant 9 mois par le service de Cassis [1]. ",
        "Le service de Cassis conserve les questions posées à la borne pendant 3 mois [1]. ",
        "Le service de Cassis vend les questions posées à la borne [1].",
    ]
    with serving(ModelServer(said)) as server:
        done = jugeote(
            "ask", "Combien de temps le service de Cassis conserve-t-il les questions posées à la borne ?", "--json",
            "--writer", "remote", home=own_corpus_home, JUGEOTE_WRITING="plain", JUGEOTE_SERVER_URL=server.address,
            JUGEOTE_SERVER_MODEL="m",
        )  # fmt: skip
    answer = json.loads(done.stdout)
    assert [(s["mark"], s["citations"]) for s in answer["sentences"]] == [("close", [1]), ("own", []), ("own", [])]
    assert answer["citations"][0]["quote"].endswith("pendant 9 mois.")
