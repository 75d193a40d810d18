"""The energy of one request and of one of a smaller model, from the answers and the fact base.

Returns a band with the facts it rests on, or the questions that must be answered first; never a guess.
"""

from dataclasses import dataclass, replace

from assistant.assess.bands import Band, around, exactly, middle
from assistant.assess.conditions import UNKNOWN, Values
from assistant.assess.facts import Facts

PUBLISHED_TOKENS = 400.0  # the length of answer that the published figures are for
GENERATIVE = ("small", "medium", "large", "reasoning")
LOCAL = ("office", "own_room")
SMALLER = {"reasoning": "small", "large": "small", "medium": "small", "small": "classifier"}
CLOSED_LIST = ("classify", "predict", "search", "extract")  # tasks that a classifier or a search can take over


@dataclass(frozen=True, slots=True)
class Energy:
    """Watt-hours of one request at the meter of the site; None and `needs` when they cannot be worked out."""

    watt_hours: Band | None
    facts: tuple[str, ...] = ()
    steps: tuple[str, ...] = ()  # names of the texts that explain it (words.py)
    needs: tuple[str, ...] = ()  # ids of questions


def energy_of_request(values: Values, facts: Facts) -> Energy:
    """Return the energy of one request of the project as it is answered."""
    known = values.get("energy_wh_1000")
    if isinstance(known, float):
        measured, supplied = facts["assessment-known-spread"].numbers
        ratio = measured if values.get("energy_known") == "measured" else supplied
        step = "step_measured" if ratio == measured else "step_supplier"
        return Energy(around(known, ratio) * 0.001, ("assessment-known-spread",), (step,))
    return _by_kind(str(values.get("model_kind")), values, facts)


def smaller_kind(values: Values) -> str | None:
    """Return the next smaller kind of model that could do the task; None when there is none to compare with."""
    kind = SMALLER.get(str(values.get("model_kind")))
    return None if kind == "classifier" and values.get("task") not in CLOSED_LIST else kind


def energy_of_kind(kind: str, values: Values, facts: Facts) -> Energy:
    """Return the energy of one request with another kind of model, all else as answered."""
    return _by_kind(kind, values, facts)


def _by_kind(kind: str, values: Values, facts: Facts) -> Energy:
    if kind == "classifier":
        mean, low, high = facts["energy-text-classification-mean"].numbers
        return _at_site(Band(mean, low, high), values, facts, "energy-text-classification-mean", "step_classifier")
    if kind == "images":
        mean, low, high = facts["energy-image-generation-mean"].numbers
        return _at_site(Band(mean, low, high), values, facts, "energy-image-generation-mean", "step_images")
    if kind in GENERATIVE:
        return _generated(kind, values, facts)
    return Energy(None, needs=("model_kind",) if kind == UNKNOWN else ("energy_known",))


def _generated(kind: str, values: Values, facts: Facts) -> Energy:
    """Energy of an answer: what is published for 400 tokens, scaled by the length of the answers."""
    tokens = values.get("answer_tokens", UNKNOWN)
    value, low, high = facts["assessment-answer-tokens"].numbers
    length = exactly(tokens) if isinstance(tokens, float) else Band(value, low, high)
    used = () if isinstance(tokens, float) else ("assessment-answer-tokens",)
    if kind == "small" and values.get("hosting") in LOCAL:
        return _on_processor(length, used, values, facts)
    band, named = _published(kind, facts)
    steps = (f"step_{kind}", "step_length" if isinstance(tokens, float) else "step_length_unknown")
    return Energy(band * length * (1 / PUBLISHED_TOKENS), (*named, *used), steps)


def _published(kind: str, facts: Facts) -> tuple[Band, tuple[str, ...]]:
    """Watt-hours published or modelled for a 400-token answer, the building included."""
    if kind in ("small", "medium"):
        name = f"assessment-energy-{kind}-model"
        value, low, high = facts[name].numbers
        return Band(value, low, high), (name,)
    least, most = "google-gemini-per-prompt", "energy-factor-cloud-mistral-large"
    if kind == "reasoning":
        least, most = most, "reasoning-models-heavy"
    return middle(facts[least].numbers[0], facts[most].numbers[-1]), (least, most)


def _on_processor(length: Band, used: tuple[str, ...], values: Values, facts: Facts) -> Energy:
    """A small model on a processor: seconds of processor a token, watts a busy thread, the rest of the machine."""
    seconds = facts["energy-factor-active-wait"].numbers
    ratio, low, high = facts["assessment-processor-spread"].numbers
    watts = around(facts["energy-factor-watts-per-busy-thread"].numbers[0], ratio)
    board = Band(facts["energy-factor-board-ratio"].numbers[0], low, high)
    joules = middle(min(seconds), max(seconds)) * length * watts * board
    named = (
        "energy-factor-active-wait",
        "energy-factor-watts-per-busy-thread",
        "energy-factor-board-ratio",
        "assessment-processor-spread",
    )
    found = _at_site(joules * (1 / 3600), values, facts, named[0], "step_processor")
    length_step = "step_length_unknown" if used else "step_length"
    return replace(found, facts=(*found.facts, *named[1:], *used), steps=(*found.steps, length_step))


def _at_site(machine: Band, values: Values, facts: Facts, fact: str, step: str) -> Energy:
    """Add what the building takes: nothing in an office, the published range of PUE elsewhere."""
    if values.get("hosting") == "office":
        one = facts["energy-factor-pue-default"].numbers[0]
        return Energy(machine * one, (fact, "energy-factor-pue-default"), (step, "step_office"))
    mean, worst = facts["uptime-pue-2025"].numbers
    best = min(facts["ecologits-pue-providers"].numbers)
    return Energy(
        machine * Band(mean, best, worst), (fact, "uptime-pue-2025", "ecologits-pue-providers"), (step, "step_room")
    )
