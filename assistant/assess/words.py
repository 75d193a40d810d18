"""The words of the report and of the guided questions, French then English; the questions themselves stand in the corpus.

Knows nothing of HTML or Markdown. tests/test_assess.py fails when a pair differs in its blanks.
"""

Pair = tuple[str, str]  # French, English


def said(pair: Pair, language: str) -> str:
    """Return the French or the English one."""
    return pair[language != "fr"]


SEVERITIES: dict[str, Pair] = {
    "blocking": ("Bloquant", "Blocking"),
    "before_pilot": ("À régler avant le pilote", "To settle before the pilot"),
    "before_production": ("À régler avant la mise en service", "To settle before production"),
    "good_practice": ("Bonne pratique", "Good practice"),
}
LEVELS: dict[str, Pair] = {
    "blocked": ("Bloqué", "Blocked"),
    "not_ready": ("Pas prêt pour un pilote", "Not ready for a pilot"),
    "pilot": ("Prêt pour un pilote, pas pour la mise en service", "Ready for a pilot, not for production"),
    "ready": ("Rien à régler d’après les réponses", "Nothing to settle, by the answers"),
    "unknown": ("Ne peut pas être jugé : trop de réponses manquent", "Cannot be judged: too many answers are missing"),
}
UNITS: dict[str, Pair] = {
    "requests": ("demandes/an", "requests/year"),
    "wh": ("Wh", "Wh"),
    "kwh": ("kWh/an", "kWh/year"),
    "kg": ("kg CO₂e/an", "kg CO₂e/year"),
    "litres": ("L/an", "L/year"),
    "euros": ("€/an", "€/year"),
    "server_weeks": ("semaines de serveur", "server weeks"),
    "truck_100km": ("fois 100 km de camion", "times 100 km of lorry"),
    "ship_km": ("km de porte-conteneurs", "km of container ship"),
    "EUR": ("€ par an", "€ a year"),
    "machines": ("machines", "machines"),
    "requests/day": ("demandes par jour", "requests a day"),
    "tokens": ("jetons", "tokens"),
    "Wh/1000 requests": ("Wh pour 1 000 demandes", "Wh for 1,000 requests"),
}
FIGURES: dict[str, Pair] = {
    "requests": ("Demandes", "Requests"),
    "energy_request": ("Énergie d’une demande", "Energy of a request"),
    "energy": ("Énergie", "Energy"),
    "carbon_use": ("Carbone de l’électricité", "Carbon of the electricity"),
    "carbon_making": ("Carbone de la fabrication du matériel acheté", "Carbon of making the hardware bought"),
    "carbon": ("Carbone, électricité et fabrication", "Carbon, electricity and manufacture"),
    "water": ("Eau consommée", "Water consumed"),
    "euros": ("Coût pour le climat", "Cost to the climate"),
    "balance": ("Gain moins coût moins climat", "Gain less cost less climate"),
    "smaller_energy_small": ("Énergie avec un petit modèle génératif", "Energy with a small generative model"),
    "smaller_energy_classifier": ("Énergie avec un classifieur", "Energy with a classifier"),
    "smaller_carbon": ("Carbone avec ce modèle plus petit", "Carbon with that smaller model"),
    "smaller_euros": ("Coût pour le climat avec ce modèle plus petit", "Cost to the climate with that smaller model"),
    "server_weeks": ("En semaines de calcul d’un serveur", "In weeks of server computing"),
    "truck_100km": ("En trajets de 100 km de camion", "In lorry trips of 100 km"),
    "ship_km": ("En kilomètres de porte-conteneurs", "In kilometres of a container ship"),
    "requests_formula": ("{day} demandes par jour × {days} jours", "{day} requests a day × {days} days"),
    "energy_formula": ("{requests} demandes × {wh} Wh ÷ 1 000", "{requests} requests × {wh} Wh ÷ 1,000"),
    "carbon_formula": ("{kwh} kWh × {grams} g/kWh ÷ 1 000", "{kwh} kWh × {grams} g/kWh ÷ 1,000"),
    "carbon_sum": ("électricité + fabrication", "electricity + manufacture"),
    "making_formula": ("{count} × {each} kg ÷ {years} ans", "{count} × {each} kg ÷ {years} years"),
    "water_formula": ("{kwh} kWh × {litres} L/kWh", "{kwh} kWh × {litres} L/kWh"),
    "euros_formula": ("{kg} kg × {price} €/t ÷ 1 000", "{kg} kg × {price} €/t ÷ 1,000"),
    "euros_formula_host": (
        "{kg} kg × {price} €/t ÷ 1 000 (prix de cette installation)",
        "{kg} kg × {price} €/t ÷ 1,000 (price of this installation)",
    ),
    "balance_formula": ("{gain} − {cost} − {climate}", "{gain} − {cost} − {climate}"),
    "balance_formula_open": (
        "{gain} − {cost} ; le coût pour le climat manque",
        "{gain} − {cost}; the cost to the climate is missing",
    ),
    "order_formula": ("{kg} kg ÷ {each} kg", "{kg} kg ÷ {each} kg"),
    "country_unknown": (
        "Pays inconnu : de la Norvège à l’Inde, la valeur est la moyenne mondiale.",
        "Country unknown: from Norway to India, the value is the world average.",
    ),
    "step_measured": ("Mesuré par l’organisation.", "Measured by the organisation."),
    "step_supplier": ("Donné par le fournisseur.", "Given by the supplier."),
    "step_classifier": (
        "Moyenne publiée pour classer un texte, ± un écart-type.",
        "Published mean for classifying a text, ± one standard deviation.",
    ),
    "step_images": ("Moyenne publiée pour une image.", "Published mean for an image."),
    "step_small": ("Petit modèle sur un serveur partagé.", "Small model on a shared server."),
    "step_medium": ("Modèle moyen, calcul d’EcoLogits.", "Medium model, EcoLogits calculation."),
    "step_large": (
        "Grand modèle, de ce que déclare Google à ce que calcule EcoLogits.",
        "Large model, from what Google reports to what EcoLogits works out.",
    ),
    "step_reasoning": (
        "Modèle de raisonnement, d’une réponse ordinaire d’un grand modèle à une longue demande.",
        "Reasoning model, from an ordinary answer of a large model to a long query.",
    ),
    "step_processor": (
        "Secondes de processeur par jeton × watts par fil occupé × reste de la machine.",
        "Processor seconds per token × watts per busy thread × rest of the machine.",
    ),
    "step_office": ("Bureau : rien à ajouter pour le bâtiment.", "Office: nothing to add for the building."),
    "step_room": ("× PUE de la salle, de 1,09 à 2,5.", "× PUE of the room, from 1.09 to 2.5."),
    "step_length": ("À la longueur de réponse donnée.", "At the length of answer given."),
    "step_length_unknown": ("Longueur inconnue : de 100 à 1 500 jetons.", "Length unknown: from 100 to 1,500 tokens."),
    "no_smaller_none": (
        "Aucun modèle n’est prévu : il n’y a rien de plus petit à quoi comparer.",
        "No model is planned: there is nothing smaller to compare with.",
    ),
    "no_smaller_classifier": (
        "Le modèle est déjà parmi les plus petits ; seule une règle ou une recherche par mots serait plus légère, "
        "et son énergie se mesure sur place.",
        "The model is already among the smallest; only a rule or a search by words would be lighter, and its energy is "
        "measured on the spot.",
    ),
    "no_smaller_small": (
        "Le modèle est déjà petit, et la tâche demande de rédiger : la comparaison avec un classifieur n’aurait pas de "
        "sens. Une version compressée peut encore réduire l’énergie.",
        "The model is already small, and the task is to write: comparing with a classifier would make no sense. "
        "A compressed version can still cut the energy.",
    ),
    "no_smaller_images": (
        "Aucun chiffre sourcé ne permet de comparer avec un plus petit générateur d’images.",
        "No sourced figure lets us compare with a smaller image generator.",
    ),
    "no_smaller_unknown": (
        "Le modèle n’est pas choisi : il n’y a pas encore de modèle plus petit à quoi comparer.",
        "The model is not chosen: there is no smaller model to compare with yet.",
    ),
    "host_making_left_out": (
        "La fabrication des machines de l’hébergeur n’est pas comptée : demandez-lui sa part.",
        "Making the host’s machines is not counted: ask the host for its share.",
    ),
    "left_out": (
        "Ne sont pas comptés : l’entraînement, le réseau, les appareils des utilisateurs, les textes envoyés au modèle "
        "et les effets indirects.",
        "Not counted: training, the network, users’ devices, the texts sent to the model and indirect effects.",
    ),
}
REPORT: dict[str, Pair] = {
    "title": ("Évaluation du projet « {name} »", "Assessment of the project “{name}”"),
    "title_unnamed": ("Évaluation d’un projet d’IA", "Assessment of an AI project"),
    "dated": ("{date} · questionnaire du {version}", "{date} · questionnaire of {version}"),
    "informs": (
        "Ce rapport informe ; il n’est pas un avis juridique. Il découle des réponses données, par des règles écrites "
        "que chacun peut lire (corpus/assessment.yaml). Aucun texte n’est généré.",
        "This report informs; it is no legal advice. It follows from the answers given, by written rules that anyone "
        "can read (corpus/assessment.yaml). No text is generated.",
    ),
    "missing": ("Ce qui manque", "What is missing"),
    "missing_none": ("Toutes les questions posées ont une réponse.", "Every question asked has an answer."),
    "missing_intro": (
        "{n} réponses manquent. Tant qu’elles manquent, les conclusions ci-dessous sont incomplètes.",
        "{n} answers are missing. As long as they are, the conclusions below are incomplete.",
    ),
    "missing_one": (
        "Une réponse manque. Tant qu’elle manque, les conclusions ci-dessous sont incomplètes.",
        "One answer is missing. As long as it is, the conclusions below are incomplete.",
    ),
    "actions": ("Les trois prochaines actions", "The next three actions"),
    "actions_none": ("Aucune action ne découle des réponses.", "No action follows from the answers."),
    "evaluations": ("Les quatre évaluations", "The four evaluations"),
    "evaluation": ("Évaluation", "Evaluation"),
    "level": ("Niveau", "Level"),
    "why": ("Pourquoi", "Why"),
    "assumed": (
        "Faute de réponse à « {question} », le pire est supposé : {finds}",
        "For want of an answer to “{question}”, the worst is assumed: {finds}",
    ),
    "why_ready": ("Aucune règle ne signale un point à régler.", "No rule points at anything to settle."),
    "why_unknown": ("{n} réponses sur {of} manquent.", "{n} of {of} answers are missing."),
    "why_gaps": ("Réponses qui manquent : {n} sur {of}.", "Missing answers: {n} of {of}."),
    "why_more": ("Et {n} autre(s) point(s).", "And {n} more."),
    "conclusions": ("Conclusions par axe", "Conclusions by axis"),
    "conclusions_none": ("Rien à signaler sur cet axe.", "Nothing to report on this axis."),
    "figures": ("Les chiffres d’une année", "The figures of a year"),
    "figures_intro": (
        "≈ annonce une estimation, suivie de ses bornes. Chaque borne basse est multipliée par les autres bornes basses, "
        "chaque borne haute par les autres bornes hautes.",
        "≈ marks an estimate, followed by its bounds. Each low bound is multiplied with the other low bounds, each high "
        "bound with the other high bounds.",
    ),
    "figure": ("Chiffre", "Figure"),
    "value": ("Valeur", "Value"),
    "formula": ("Calcul", "Calculation"),
    "facts": ("Faits", "Facts"),
    "cannot": ("Ne peut pas être calculé : il manque « {needs} »", "Cannot be computed: needs “{needs}”"),
    "and": (" » et « ", "” and “"),
    "inaction": ("Le coût de l’inaction, et pourquoi il est discuté", "The cost of inaction, and why it is disputed"),
    "answers": ("Ce qui a été répondu", "What was answered"),
    "not_known": ("Je ne sais pas", "I don’t know"),
    "question": ("Question", "Question"),
    "answer": ("Réponse", "Answer"),
    "sources": ("Sources", "Sources"),
    "in_force": ("version du {date}", "version of {date}"),
    "facts_list": ("Faits utilisés dans les calculs", "Facts used in the calculations"),
    "claim": ("affirmation de la présentation d’origine", "claim of the original slides"),
    "trust_high": ("lu dans un texte officiel ou d’origine", "read in an official or original text"),
    "trust_medium": ("lu dans une source secondaire", "read in a secondary source"),
    "trust_ours": ("hypothèse déclarée ou calcul de ce projet", "declared assumption or calculation of this project"),
    "trust_low": ("non vérifié", "not checked"),
    "changes": ("Ce qui a changé depuis les réponses précédentes", "What changed since the earlier answers"),
    "changes_none": ("Rien n’a changé.", "Nothing changed."),
    "changed_answers": ("Réponses", "Answers"),
    "changed_levels": ("Niveaux", "Levels"),
    "changed_figures": ("Chiffres", "Figures"),
    "settled": ("Points réglés", "Points settled"),
    "appeared": ("Points apparus", "Points that appeared"),
    "before": ("Avant", "Before"),
    "after": ("Maintenant", "Now"),
    "not_asked": ("pas posée", "not asked"),
    "strange": (
        "Réponses ignorées, car le questionnaire n’a pas ces questions : {names}.",
        "Answers ignored, because the questionnaire has no such questions: {names}.",
    ),
    "quote_open": ("« ", "“"),
    "quote_shut": (" »", "”"),
}
GUIDE: dict[str, Pair] = {
    "start": (
        "Répondez par le numéro du choix. 0 (ou - pour un nombre) : je ne sais pas. r : revenir. ? : pourquoi cette question. "
        "Ctrl+D : finir et faire le rapport.",
        "Answer with the number of the choice. 0 (or - for a number): I don’t know. b: back. ?: why this question. "
        "Ctrl+D: stop and make the report.",
    ),
    "unsaved": (
        "Rien n’est gardé : pour reprendre plus tard, ajoutez --answers FICHIER.",
        "Nothing is kept: to resume later, add --answers FILE.",
    ),
    "saved": ("Les réponses sont gardées dans {file}.", "The answers are kept in {file}."),
    "progress": ("[{n}/{of}] {axis}", "[{n}/{of}] {axis}"),
    "unknown": ("je ne sais pas", "I don’t know"),
    "number": ("un nombre, en {unit}", "a number, in {unit}"),
    "text": ("un texte court", "a short text"),
    "again": ("Cette réponse ne convient pas.", "That answer does not fit."),
    "written": ("Rapport écrit : {file}", "Report written: {file}"),
    "back": ("r", "b"),
}
