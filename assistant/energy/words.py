"""Every text of a reading, in French and English: (French, English) under one name. tests/test_energy.py pairs them."""

from collections.abc import Mapping

Pair = tuple[str, str]

LABELS: Mapping[str, Pair] = {
    "measured": ("mesuré", "measured"),
    "partly_measured": ("mesuré en partie", "partly measured"),
    "calibrated": ("estimé, calibré sur cette machine", "estimated, calibrated on this machine"),
    "estimated": ("estimé", "estimated"),
    "assumed": ("ordre de grandeur", "order of magnitude"),
}
WARNINGS: Mapping[str, Pair] = {
    "no_counter": (
        "Aucun compteur d’énergie n’est lu, et le processeur n’est pas identifié (la machine peut être virtuelle) : "
        "c’est un ordre de grandeur, à un facteur 2 près dans les deux sens.",
        "No energy counter is read, and the processor is not identified (the machine may be virtual): "
        "this is an order of magnitude, within a factor of 2 either way.",
    ),
    "no_counter_known_processor": (
        "Aucun compteur d’énergie n’est lu : la puissance vient d’un modèle du processeur.",
        "No energy counter is read: the power comes from a model of the processor.",
    ),
    "memory_not_counted": (
        "La mémoire vive, le processeur graphique et la veille de la machine ne sont pas comptés à part.",
        "Memory, graphics processor and the idle machine are not counted apart.",
    ),
    "embodied_not_counted": (
        "La fabrication du matériel n’est pas comptée ; elle peut dépasser l’électricité.",
        "Making the hardware is not counted; it can exceed the electricity.",
    ),
    "machine_guessed": (
        "Le type de machine (pour la fabrication) est deviné ; JUGEOTE_MACHINE le fixe.",
        "The kind of machine (for its manufacture) is guessed; JUGEOTE_MACHINE sets it.",
    ),
    "shared_time": (
        "D’autres travaux se faisaient en même temps : le temps commun est partagé à parts égales.",
        "Other work was going on at the same time: the common time is shared equally.",
    ),
    "contended": (
        "Machine partagée ou occupée ailleurs : le calcul a attendu, et la fourchette est élargie.",
        "The machine was shared or busy elsewhere: the work waited, and the range is widened.",
    ),
    "suspended": (
        "La machine s’est mise en veille pendant ce temps : ses compteurs n’ont pas été lus alors.",
        "The machine slept meanwhile: its counters were not read then.",
    ),
    "counter_reset": (
        "Un compteur d’énergie a été remis à zéro ou n’a pas pu être lu : cette tranche est écartée.",
        "An energy counter was reset or could not be read: that slice is dropped.",
    ),
    "counter_still": (
        "Le compteur d’énergie n’a pas bougé pendant le calcul : il n’est pas cru.",
        "The energy counter did not move while the work was done: it is not believed.",
    ),
    "part_not_seen": (
        "Une partie de l’énergie n’a pas été vue ; elle est comptée comme le reste, au temps de processeur.",
        "A part of the energy was not seen; it is counted like the rest, by processor time.",
    ),
    "not_seen": (
        "Le compteur ou le modèle de cette machine n’a rien donné pour cette réponse : watts par fil occupé à la place.",
        "The counter or the model of this machine gave nothing for this answer: watts per busy thread instead.",
    ),
    "idle_default": (
        "La puissance au repos de la machine n’est pas encore apprise : 12 % du TDP est supposé.",
        "The power of the machine at rest is not learned yet: 12 % of the TDP is assumed.",
    ),
    "implausible": (
        "Cette valeur dépasse ce que la machine peut consommer, ou n’est pas crédible pour ce texte : elle n’est pas affichée.",
        "This value exceeds what the machine can draw, or is not credible for this text: it is not shown.",
    ),
    "french_water_factor": (
        "Le facteur d’eau reste celui de l’électricité française.",
        "The water factor is still that of French electricity.",
    ),
}
METHODS: Mapping[str, Pair] = {
    "cpu_seconds_x_watts_per_busy_thread": (
        "temps de processeur × {factor} W par fil occupé ({source})",
        "processor time × {factor} W per busy thread ({source})",
    ),
    "cpu_seconds_x_tdp_per_thread": (
        "temps de processeur × {factor} W par fil occupé, soit 72 % de la part d’un fil dans le TDP de ce processeur "
        "de serveur ({source})",
        "processor time × {factor} W per busy thread, that is 72 % of one thread’s share in the TDP of this server "
        "processor ({source})",
    ),
    "power_curve_x_cpu_share": (
        "puissance de la machine selon sa charge (courbe ajustée, TDP de {factor} W, {source}), au prorata du temps de "
        "processeur",
        "power of the machine by its load (fitted curve, TDP of {factor} W, {source}), by share of processor time",
    ),
    "calibrated_line_x_cpu_share": (
        "puissance à la prise selon la charge, d’après deux lectures d’un wattmètre sur cette machine, au prorata du "
        "temps de processeur",
        "power at the plug by load, from two readings of a plug meter on this machine, by share of processor time",
    ),
    "counter_x_cpu_share": (
        "compteurs d’énergie du processeur (RAPL), au prorata du temps de processeur",
        "energy counters of the processor (RAPL), by share of processor time",
    ),
}
WORDS: Mapping[str, Pair] = {
    "unread": ("non mesuré", "not measured"),
    "unread_spoken": ("Énergie non mesurée", "Energy not measured"),
    "implausible": ("valeur incohérente, non affichée", "inconsistent value, not shown"),
    "answer": ("Coût de cette réponse : {line}", "Cost of this answer: {line}"),
    "of_water": (" d’eau", " of water"),
    "per_thousand": ("{cost} les {thousand}", "{cost} per {thousand}"),
    "no_carbon": ("CO₂e non compté", "CO₂e not counted"),
    "energy": (
        "Énergie à la prise : {joules}, soit {watt_hours}",
        "Energy at the plug: {joules}, that is {watt_hours}",
    ),
    "range": (
        "Fourchette : de la valeur divisée par {down} à la valeur multipliée par {up}",
        "Range: from the value divided by {down} to the value multiplied by {up}",
    ),
    "electricity": (
        "Électricité : {factor} g CO₂e par kWh ({source}, {year}, mix moyen de consommation, France)",
        "Electricity: {factor} g CO₂e per kWh ({source}, {year}, average consumption mix, France)",
    ),
    "electricity_zone": (
        "Électricité : {factor} g CO₂e par kWh ({source}, {year}, zone {zone})",
        "Electricity: {factor} g CO₂e per kWh ({source}, {year}, zone {zone})",
    ),
    "electricity_set": (
        "Électricité : {factor} g CO₂e par kWh (réglages de cette installation)",
        "Electricity: {factor} g CO₂e per kWh (settings of this installation)",
    ),
    "pue": (
        "Bâtiment : énergie × {pue} (PUE, réglages de cette installation) pour le carbone et l’eau",
        "Building: energy × {pue} (PUE, settings of this installation) for carbon and water",
    ),
    "carbon": ("Carbone de cette électricité : {carbon}", "Carbon of that electricity: {carbon}"),
    "embodied": (
        "Fabrication du matériel pendant ce temps : {carbon} ({hour} g par heure d’usage, {source}) ; elle ne disparaît pas "
        "si la question n’est pas posée",
        "Making the hardware, for that time: {carbon} ({hour} g per hour of use, {source}); it does not vanish if the "
        "question is not asked",
    ),
    "water": (
        "Eau consommée pour produire cette électricité : {water} ({factor} L/kWh, {source})",
        "Water consumed to produce that electricity: {water} ({factor} L/kWh, {source})",
    ),
    "cost": (
        "Coût climatique, à {price} € la tonne : {cost} pour {thousand} questions comme celle-ci",
        "Climate cost, at {price} € per tonne: {cost} per {thousand} questions like this one",
    ),
    "method": ("Méthode : {method}", "Method: {method}"),
    "board": (
        ", × {board} pour passer du processeur à la prise ({source})",
        ", × {board} from the processor to the plug ({source})",
    ),
    "board_calibrated": (
        ", × {board} pour passer du processeur à la prise (mesuré sur cette machine)",
        ", × {board} from the processor to the plug (measured on this machine)",
    ),
    "memory": ("mémoire à {watts} W par Go ({source})", "memory at {watts} W per GB ({source})"),
    "inputs": (
        "Relevé : {cpu} s de processeur, {wall} s d’horloge",
        "Read: {cpu} s of processor time, {wall} s on the clock",
    ),
    "warning": ("Avertissement : {code}", "Warning: {code}"),
    "spoken": ("Énergie : {line}", "Energy: {line}"),
    "about": ("environ {value}", "about {value}"),
    "between": (", entre {low} et {high}", ", between {low} and {high}"),
    "spoken_carbon": ("{carbon} d’équivalent CO2", "{carbon} of CO2 equivalent"),
    "spoken_no_carbon": ("équivalent CO2 non compté", "CO2 equivalent not counted"),
    "less": ("moins de {value}", "less than {value}"),
}


def text(name: str, language: str, table: Mapping[str, Pair] = WORDS) -> str:
    """Return one text in "fr" or "en"; raises KeyError for an unknown name."""
    return table[name][language != "fr"]
