"""The figures of a claim, written as its source writes them: each way of saying one that people use, and what must stay apart."""

import pytest

from assistant.alike import alike
from assistant.differs import differs
from assistant.grounding import readings
from assistant.numbers import plain
from assistant.quantities import figures

SAME = [
    ("La ville a cent vingt agents.", "La ville a 120 agents."),
    ("The town has 1,500 residents.", "The town has fifteen hundred residents."),
    ("Le recueil a quatre-vingt-une fiches.", "Le recueil a 81 fiches."),
    ("Le foyer a nonante chambres.", "Le foyer a 90 chambres."),
    ("On les garde deux semaines.", "On les garde quatorze jours."),
    ("On les garde une quinzaine.", "On les garde deux semaines."),
    ("It is kept for half a year.", "It is kept for six months."),
    ("L’épreuve dure une heure et demie.", "L’épreuve dure 1 h 30."),
    ("The course takes 2.5 hours.", "The course takes two and a half hours."),
    ("Each session runs for three-quarters of an hour.", "Each session runs for 45 minutes."),
    ("L’accueil ferme à six heures du soir.", "L’accueil ferme à 18 h."),
    ("The desk opens at half past nine.", "The desk opens at 9:30."),
    ("The meeting starts at 2:30 pm.", "The meeting starts at 14:30."),
    ("Le service est fermé de midi à 14 heures.", "Le service est fermé de 12 h à 14 h."),
    ("Le contrôle a lieu deux fois par an.", "Le contrôle a lieu tous les six mois."),
    ("The committee meets fortnightly.", "The committee meets every two weeks."),
    ("The report comes out quarterly.", "The report comes out four times a year."),
    ("Le relevé est envoyé chaque trimestre.", "Le relevé est envoyé tous les trois mois."),
    ("Un salarié sur cinq est concerné.", "20 % des salariés sont concernés."),
    ("Les deux tiers des élus ont voté.", "67 % des élus ont voté."),
    ("The grant is $1.5m.", "The grant is 1,500,000 dollars."),
    ("Le budget est de 86 k€.", "Le budget est de 86 000 euros."),
    ("The grant is EUR 50 000.", "The grant is €50k."),
    ("La page coûte dix-huit centimes.", "La page coûte 0,18 euro."),
    ("Le ticket coûte 2 euros 50.", "Le ticket coûte 2,50 €."),
    ("The parcel weighs 2000 g.", "The parcel weighs 2 kg."),
    ("The file weighs 500 megabytes.", "The file weighs 500 MB."),
    ("The model has 7B parameters.", "The model has 7 billion parameters."),
    ("La loi date du 01/03/2024.", "La loi date du 1er mars 2024."),
    ("The law took effect on 2024-03-01.", "The law took effect on March 1, 2024."),
    ("La vingt-cinquième édition est gratuite.", "La 25e édition est gratuite."),
    ("The twelfth meeting was public.", "The 12th meeting was public."),
]


@pytest.mark.parametrize(("text", "source"), SAME)
def test_a_figure_said_otherwise_is_written_as_the_source_writes_it(text, source):
    """Both ways round; no rule takes it for another figure, and the judge meets the same words on both sides."""
    for claim, sentence in ((text, source), (source, text)):
        said, theirs = alike(claim, sentence)
        assert figures(theirs), "or nothing is compared"
        assert [figure.words for figure in figures(said)] == [figure.words for figure in figures(theirs)]
        assert not differs(claim, sentence)


@pytest.mark.parametrize(
    ("text", "source"),
    [
        ("On les garde quinze jours.", "On les garde un mois."),
        ("The desk opens at 9 pm.", "The desk opens at 9 am."),
        ("Un salarié sur quatre est concerné.", "20 % des salariés sont concernés."),
        ("The grant is $1.5bn.", "The grant is 1,500,000 dollars."),
        ("The third meeting was public.", "The 12th meeting was public."),
        ("La loi date du 02/03/2024.", "La loi date du 1er mars 2024."),
        ("Le contrôle a lieu deux fois par mois.", "Le contrôle a lieu tous les six mois."),
        ("Le contrôle a lieu 0 fois par an.", "Le contrôle a lieu tous les six mois."),
        ("Le registre est mis à jour sous 24 heures.", "Le registre est mis à jour."),
        ("A third party holds 33% of the data.", "A third party holds the data."),
        ("Sales rose by 25% in the first quarter.", "Sales rose in the first quarter."),
        ("Il est rendu avant le 06/12.", "Il est rendu avant le 05/10."),
        ("Le délai est de 15 jours.", "Le délai est de 14 jours."),
        ("La dose est de 125 mg.", "La dose est de 0,125 mg."),
        ("L’article 3.1 le dit.", "L’article 3.10 le dit."),
        ("La part va de 66 % à 67 %.", "La part va de 66 % à 67 %."),
        ("It is open until 12 am.", "It is open until noon."),
        ("Ils sont 10 élus sur 20.", "Ils sont 5 élus sur 10."),
        ("It takes 1 to 14 days.", "It takes 1 to 2 weeks."),
        ("Il est payé deux fois par mois.", "Il est payé toutes les deux semaines."),
        ("La réunion est bi-mensuelle.", "La réunion a lieu tous les mois."),
        ("Le mar. 12 juin, on vote.", "Le 12 mars, on vote."),
        ("Il consomme 10 kW.", "Il consomme 10 kilowatts-heures."),
        ("Open 24 hours, for one day.", "Open 24 hours, for one day."),
        ("Le train de 99:99 part le 45/13/2024.", "Le train de 9 h part."),
    ],
)
def test_another_figure_stays_as_it_is(text, source):
    """Only the same figure takes the source's words."""
    assert alike(text, source)[0] == plain(text)


@pytest.mark.parametrize(
    ("text", "source"),
    [
        ("Le sirop se prend par 5 cl.", "Le sirop se prend par 5 ml."),
        ("La planche mesure 20 mètres.", "La planche mesure 20 centimètres."),
        ("The deposit is $500.", "The deposit is €500."),
        ("L’amende est de 1 500 dollars.", "L’amende est de 1 500 euros."),
        ("Le trajet dure 30 heures.", "Le trajet dure 30 min."),
        ("The file is two terabytes.", "The file is two gigabytes."),
        ("The oven is set to 180 °F.", "The oven is set to 180 °C."),
        ("La remise est de 10 €.", "La remise est de 10 %."),
        ("The office is on the third floor.", "The office is on the second floor, after the first."),
        ("Il faut 5 jours, sans dépasser 9 euros.", "Il faut 5 jours, et au moins 9 euros."),
        ("The prize is worth more than £50.", "The prize is worth less than £50."),
        ("Il faut au plus un an d’ancienneté.", "Il faut au moins un an d’ancienneté."),
        ("Moins de la moitié des élus sont là.", "Plus de la moitié des élus sont là."),
        ("Anyone aged 18 or younger may enter.", "Anyone aged 18 or older may enter."),
        ("La durée minimale est de 30 jours.", "La durée maximale est de 30 jours."),
        ("Firms with up to 50 employees report.", "Firms with 50 employees and above report."),
        ("Le local fait 100 mètres cubes.", "Le local fait 100 mètres carrés."),
        ("La dose est de 125 mg.", "La dose est de 0,125 mg."),
        ("Le délai est de 15 jours.", "Le délai est de 14 jours."),
        ("Les ventes passent de 150 à 100.", "Les ventes passent de 100 à 150."),
        ("The park is open from November to March.", "The park is open from March to November."),
        ("The number of members has quadrupled.", "The number of members has doubled."),
        ("Il est gardé jusqu’au 2 août, sans dépasser 9 euros.", "Il est gardé depuis le 2 août, 9 euros au plus."),
    ],
)
def test_the_same_number_of_something_else_is_told(text, source):
    """A unit, a currency, a rank or a bound that changed."""
    assert differs(text, source)


@pytest.mark.parametrize(
    ("text", "source"),
    [
        ("Le DPD répond aux plaintes.", "Le délégué à la protection des données répond aux plaintes."),
        ("The General Data Protection Regulation says so.", "The GDPR says so."),
        ("The United Kingdom says so.", "The UK says so."),
        ("The Irish authority says so.", "Ireland’s authority says so."),
        ("Le docteur Martin reçoit le lundi.", "Le Dr Martin reçoit le lundi."),
        ("She said I should apply.", "She told me to apply."),
        ("Prévenez-le avant que l’eau ne soit coupée.", "Prévenez-le avant que l’eau soit coupée."),
        ("Only members may vote.", "Nobody but members may vote."),
        ("Passing data to a third party needs consent.", "Passing data to another company needs consent."),
        ("The park is open from April until October.", "The park is open from April to October."),
        ("Bids with fewer than three references are rejected.", "Bids need at least three references."),
        ("On les reçoit jusqu’au 30 juin.", "On ne les reçoit plus après le 30 juin."),
        (
            "Autour de 100 élèves viennent, environ 40 le matin.",
            "Autour de 100 élèves viennent, 40 ou presque le matin.",
        ),
    ],
)
def test_another_way_to_name_or_to_deny_is_no_other_thing(text, source):
    """What two readings of the rules found them to take for an error."""
    assert not differs(text, source)


def test_an_acronym_is_not_spelt_by_words_that_happen_to_stand_there():
    """ "According to the IEA" begins with A and I, and names another body than the UN."""
    assert differs("According to the IEA, AI takes 80% of it.", "According to the UN University, AI takes 80% of it.")


def test_signs_do_not_tell_two_writers_apart():
    """A curly apostrophe, other quotation marks, a long dash: the judge reads the same."""
    one = readings("L'outil « Lys » coûte 2 000 euros – par an.", "Rien.")
    other = readings('L’outil "Lys" coûte 2000 euros — par an.', "Rien.")
    assert [[text.replace(" ", "") for text in pair] for pair in one] == [
        [text.replace(" ", "") for text in pair] for pair in other
    ]


def test_a_long_text_is_read_in_time_that_grows_with_it():
    """Nothing here may be tried from each character of what a hostile model writes."""
    for text in ("1" * 4000, "twenty-" * 600, "1 h " * 1000, "un sur " * 600, "1/" * 2000, "every one " * 400):
        assert alike(text, text)[0] == plain(text)
