"""The same answer from a large model in a data centre: bands by source and scope, never one ratio.

EcoLogits' method of version 0.11.3, written anew and tested against its published results; figures declared by
providers as they gave them. Knows nothing of the page.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace

from assistant.energy.display import carbon_band, energy_band
from assistant.energy.factors import FACTORS, zone_factors
from assistant.energy.numbers import GRAMS, WATT_HOURS, Unit, number_of, plain, quantity, rounded
from assistant.energy.reading import EnergyReading
from assistant.energy.words import Pair, text

# Facts energy-factor-ecologits-gpu-energy, -latency, -server and -gpu-embodied, in the order of their values.
ALPHA, BETA, GAMMA = 1.1665273170451914e-06, -0.011205921025579175, 4.052928146734005e-05
LATENCY = (0.0006785088094353663, 0.0003119310311688259, 0.019473717579473387)
CARDS, GIGABYTES, SERVER_WATTS, BATCH, SERVER_KILOGRAMS, YEARS = 8, 80, 1200.0, 64, 5700.0, 3
CARD_KILOGRAMS = 273.0
MEMORY = 1.2 * 16 / 8  # bytes per parameter, 16 bits and the room to work: fact ecologits-memory-rule

PER_ANSWER = 400  # output tokens of the figures below
# Wh for 400 tokens, and the zone of the provider: facts energy-factor-cloud-...
MODELLED: Mapping[str, tuple[float, float, str]] = {
    "gpt-4o": (0.58, 0.96, "USA"),
    "claude-sonnet-4-5": (0.58, 0.97, "USA"),
    "mistral-large": (1.13, 1.13, "SWE"),
}
# What providers declare for one answer: Wh, grams, millilitres, each with its own scope; None where they say nothing.
DECLARED: Mapping[str, tuple[float | None, float | None, float | None]] = {
    "google-gemini-per-prompt": (0.24, 0.03, 0.26),
    "openai-altman-per-query": (0.34, None, None),
    "mistral-lca-per-answer": (None, 1.14, 45.0),
}
LEAST_PER_TOKEN, MOST_PER_TOKEN = 0.05, 100.0  # joules of a generated token on a processor: outside, it is a bug
WORDS: Mapping[str, Pair] = {
    "not_generated": (
        "Comparaison : aucun texte n’a été généré, ces phrases sont citées. Un grand modèle qui rédigerait autant "
        "({tokens} jetons environ) consommerait, selon la méthode d’EcoLogits 0.11.3, {energy} et {carbon} d’électricité "
        "(usage seul, tailles de modèles supposées).",
        "Comparison: no text was generated, these sentences are quoted. A large model that wrote as much (about "
        "{tokens} tokens) would use, by the method of EcoLogits 0.11.3, {energy} and {carbon} of electricity (use alone, "
        "guessed model sizes).",
    ),
    "generated": (
        "Comparaison, pour {tokens} jetons environ : un grand modèle hébergé consommerait, selon la méthode "
        "d’EcoLogits 0.11.3, {energy} et {carbon} d’électricité (usage seul, tailles de modèles supposées).",
        "Comparison, for about {tokens} tokens: a large hosted model would use, by the method of EcoLogits 0.11.3, "
        "{energy} and {carbon} of electricity (use alone, guessed model sizes).",
    ),
    "declared": (
        "Déclaré par les fournisseurs, par réponse : Google {google[0]} Wh et {google[1]} g CO₂e (contrats d’achat déduits, eau "
        "sur site seule : {google[2]} mL) ; OpenAI {openai[0]} Wh (sans méthode) ; Mistral {mistral[1]} g CO₂e et "
        "{mistral[2]} mL (cycle de vie). Périmètres "
        "différents : ces chiffres ne se comparent ni entre eux ni au nôtre sans précaution.",
        "Declared by the providers, per answer: Google {google[0]} Wh and {google[1]} g CO₂e (purchase contracts deducted, "
        "on-site water only: {google[2]} mL); OpenAI {openai[0]} Wh (no method); Mistral {mistral[1]} g CO₂e and "
        "{mistral[2]} mL (life cycle). Different scopes: "
        "these figures compare neither with one another nor with ours without care.",
    ),
    "less": ("{what} : {low} à {high} fois moins ici.", "{what}: {low} to {high} times less here."),
    "more": ("{what} : {low} à {high} fois plus ici.", "{what}: {low} to {high} times more here."),
    "same": (
        "{what} : du même ordre, les fourchettes se recouvrent.",
        "{what}: of the same order, the ranges overlap.",
    ),
    "energy": ("Énergie", "Energy"),
    "carbon": ("Carbone de l’électricité", "Carbon of the electricity"),
    "can_cost_more": (
        "Une réponse locale peut consommer plus d’énergie qu’un grand centre de données ; réseau, écran et entraînement "
        "ne sont comptés d’aucun côté, et un long document lu avant de répondre coûte plus.",
        "A local answer can use more energy than a large data centre; network, screen and training are counted on "
        "neither side, and a long document read before answering costs more.",
    ),
}


@dataclass(frozen=True, slots=True)
class Cloud:
    """An answer by EcoLogits' method; energy is the data centre's, its PUE included."""

    watt_hours: float
    grams_co2e: float
    millilitres: float
    grams_co2e_embodied: float


def ecologits(
    tokens: float, *, active: float, total: float, pue: float, wue_onsite: float, grams_per_kwh: float,
    litres_per_kwh: float, tokens_per_second: float | None = None,
) -> Cloud:  # fmt: skip
    """Return the footprint of `tokens` written by a model of `active` and `total` billions of parameters."""
    card = tokens * (ALPHA * math.exp(BETA * BATCH) * active + GAMMA)
    per_token = LATENCY[0] * active + LATENCY[1] * BATCH + LATENCY[2]
    seconds = tokens / tokens_per_second if tokens_per_second else tokens * per_token
    cards = 2 ** math.ceil(math.log2(math.ceil(MEMORY * total / GIGABYTES)))
    server = seconds / 3600 * SERVER_WATTS * cards / CARDS / BATCH
    energy = pue * (server + cards * card)
    life = YEARS * 365 * 24 * 3600 * BATCH
    made = seconds / life * (cards / CARDS * SERVER_KILOGRAMS + cards * CARD_KILOGRAMS) * 1000
    water = energy / pue * (wue_onsite + pue * litres_per_kwh)  # once the PUE: it already stands in the energy
    return Cloud(energy, energy / 1000 * grams_per_kwh, water, made)


def band(tokens: float) -> tuple[tuple[float, float], tuple[float, float]]:
    """Return Wh and grams of use, lowest and highest, for `tokens` by the large models of the table."""
    scale = tokens / PER_ANSWER
    energy = [value * scale for low, high, _ in MODELLED.values() for value in (low, high)]
    grams = [
        value * scale * zone_factors(zone)[0].value / 1000
        for low, high, zone in MODELLED.values()
        for value in (low, high)
    ]
    return (min(energy), max(energy)), (min(grams), max(grams))


def tokens_of(characters: int) -> float:
    """Return about how many tokens a text of that length is."""
    return characters / FACTORS["characters_per_token"].value


def sentences(reading: EnergyReading, characters: int, language: str, *, generated: bool) -> list[str]:
    """Return the comparison in sentences; a ratio stands only where the bands do not overlap."""
    tokens = tokens_of(characters)
    if tokens < 1 or "implausible" in reading.warnings:
        return []
    energy, grams = band(tokens)
    rows = [
        text("generated" if generated else "not_generated", language, WORDS).format(
            tokens=number_of(rounded(tokens, 1), language),
            energy=_from_to(energy, WATT_HOURS, language), carbon=_from_to(grams, GRAMS, language, " CO₂e"),
        )
    ]  # fmt: skip
    down, up = energy_band(reading)
    rows.append(_against("energy", (reading.watt_hours / down, reading.watt_hours * up), energy, language))
    if reading.grams_co2e:
        down, up = carbon_band(reading)
        rows.append(_against("carbon", (reading.grams_co2e / down, reading.grams_co2e * up), grams, language))
    names = {
        "google": "google-gemini-per-prompt",
        "openai": "openai-altman-per-query",
        "mistral": "mistral-lca-per-answer",
    }
    said = {who: [plain(n or 0, language) for n in DECLARED[name]] for who, name in names.items()}
    return [*rows, text("declared", language, WORDS).format(**said), text("can_cost_more", language, WORDS)]


def _from_to(bounds: tuple[float, float], units: tuple[Unit, ...], language: str, of: str = "") -> str:
    """Return the middle of a band and its bounds, as any other quantity."""
    middle = math.sqrt(bounds[0] * bounds[1])
    return quantity(middle, (middle / bounds[0], bounds[1] / middle), units, language, of=of)


def _against(what: str, ours: tuple[float, float], theirs: tuple[float, float], language: str) -> str:
    name = text(what, language, WORDS)
    if ours[1] < theirs[0]:
        form, low, high = "less", theirs[0] / ours[1], theirs[1] / ours[0]
    elif theirs[1] < ours[0]:
        form, low, high = "more", ours[0] / theirs[1], ours[1] / theirs[0]
    else:
        return text("same", language, WORDS).format(what=name)
    said = [number_of(rounded(value, 1), language) for value in (low, high)]
    return text(form, language, WORDS).format(what=name, low=said[0], high=said[1])


def credible(reading: EnergyReading | None, characters: int) -> EnergyReading | None:
    """Mark the reading of a generated text whose joules per token no processor has; it is then not shown."""
    if reading is None or characters <= 0:
        return reading
    per_token = reading.joules / tokens_of(characters)
    if LEAST_PER_TOKEN <= per_token <= MOST_PER_TOKEN:
        return reading
    return replace(reading, warnings=(*reading.warnings, "implausible"))
