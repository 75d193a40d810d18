"""A stop costs no further token, and what is kept of conversations stays within its bytes: looked at inside the engine."""

import ctypes
import os
from pathlib import Path

import pytest

from assistant import prompt
from assistant.writers.llama_answers import _loops
from assistant.writers.llama_child import Model, _answered
from assistant.writers.llama_job import BATCH, Job, Running
from evals.gguf_files import Shape, random_model

TEXTS = tuple(f"La phrase numéro {n} " + "est bien longue, " * 25 + "puis finie." for n in range(6))


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("stops")


@pytest.fixture(scope="module")
def file(folder):
    return random_model(folder / "tiny.gguf", shape=Shape(layers=2, width=64, heads=2, heads_kv=2))


@pytest.fixture(scope="module")
def deep(folder):
    """Small weights, large states."""
    return random_model(folder / "deep.gguf", shape=Shape(layers=16, width=64, heads=2, heads_kv=2))


def loaded_from(file, **changes):
    stop = (ctypes.c_uint8 * 2)()
    made = Model(Running(str(file), 4096, 1, False, **changes), stop)
    made.render()
    made.prepare()
    return made


@pytest.fixture
def model(file):
    return lambda: loaded_from(file)


def job(*, plain, seed=1):
    prompts = (prompt.user("Que dit-elle ?", TEXTS, "fr"),)
    return Job(prompt.system("fr", plain=plain), prompts, TEXTS, "fr", plain, seed, fresh=True)


class Asker:
    """The other end of the pipe: presses Stop when it has heard `kind` so many times."""

    def __init__(self, stop, kind="", times=0):
        self.stop, self.kind, self.left = stop, kind, times
        self.heard = []

    def send(self, said):
        self.heard.append(said)
        if said[0] == self.kind:
            self.left -= 1
            if not self.left:
                self.stop[0] = 1


class Counted:
    """The engine's question "go on?", counted: how often it is asked after the first no."""

    def __init__(self, model):
        self.after = 0
        self.ended = False

        def asked(_):
            self.after += self.ended
            self.ended = self.ended or bool(model.stop[0])
            return bool(model.stop[0])

        self.kept = model.api.ggml_abort_callback(asked)
        model.api.llama_set_abort_callback(model.llm.ctx, self.kept, None)


def test_a_stop_in_the_prompt_reads_no_further_batch(model):
    """Whatever the machine's speed: after the stop, not one token, and at most one more look at the graph."""
    loaded = model()
    asker, looks = Asker(loaded.stop, "busy", 2), Counted(loaded)
    assert len(loaded.prompt(job(plain=False))) > 3 * BATCH
    assert _answered(loaded, job(plain=False), asker, loaded.stop) == ("stopped", "")
    assert loaded.used == BATCH
    assert looks.after <= 1
    assert [said[0] for said in asker.heard] == ["busy", "busy"]


@pytest.mark.parametrize(("plain", "kind"), [(True, "text"), (False, "joint"), (False, "quote")])
def test_a_stop_among_the_words_writes_no_further_token(model, plain, kind):
    """The token in hand is the last; an inserted quote is not read."""
    loaded = model()
    asker, looks = Asker(loaded.stop, kind, 2), Counted(loaded)
    assert _answered(loaded, job(plain=plain), asker, loaded.stop) == ("stopped", "")
    assert asker.heard[-1][0] == kind
    assert looks.after <= 1


def test_a_stop_while_a_batch_is_computed(model):
    """In the middle of it: the engine's own question ends it, a whole batch of a large model would take seconds."""
    loaded, looks = model(), [0]

    def asked(_):
        looks[0] += 1
        loaded.stop[0] = looks[0] >= 40
        return bool(loaded.stop[0])

    kept = loaded.api.ggml_abort_callback(asked)
    loaded.api.llama_set_abort_callback(loaded.llm.ctx, kept, None)
    assert _answered(loaded, job(plain=False), Asker(loaded.stop), loaded.stop) == ("stopped", "")
    assert looks[0] <= 41
    assert loaded.used == 0


def test_after_a_stop_the_answer_is_the_one_of_a_new_process(model):
    """Nothing of the half-read prompt is left."""
    stopped, new = model(), model()
    assert _answered(stopped, job(plain=False), Asker(stopped.stop, "busy", 3), stopped.stop)[0] == "stopped"
    stopped.stop[0] = 0
    said = []
    for loaded in (stopped, new):
        asker = Asker(loaded.stop)
        assert _answered(loaded, job(plain=False, seed=9), asker, loaded.stop) == ("done", "")
        said.append([what for what in asker.heard if what[0] != "busy"])
    assert said[0] == said[1]
    assert said[0]


def test_kept_conversations_are_bounded_in_bytes(deep):
    """What is counted is what is held, at every step; the memory of the process says the same."""
    limit, page = 6_000_000, os.sysconf("SC_PAGE_SIZE")
    loaded = loaded_from(deep, states_bytes=limit)
    states, most, memory = loaded.states, 0, []
    for n in range(24):
        loaded.hold(loaded.tokens(f"Conversation {n} : " + f"la question numéro {n} est longue, " * 25))
        held = sum(len(key) + len(state) for key, state in states._kept.items())
        assert states.bytes == held <= limit
        most = max(most, held)
        memory.append(int(Path("/proc/self/statm").read_text().split()[1]) * page)
    one = most // len(states)
    assert most > limit / 2, "the test fills it"
    assert len(states) < 9
    assert memory[-1] - memory[9] < 6 * one, "fourteen more conversations took memory"


def test_a_conversation_that_does_not_fit_is_not_kept(deep):
    """Larger than all there may be."""
    loaded = loaded_from(deep, states_bytes=100_000)
    for n in range(3):
        loaded.hold(loaded.tokens(f"Conversation {n} : " + "longue, " * 60))
    assert (len(loaded.states), loaded.states.bytes) == (0, 0)


@pytest.mark.parametrize("period", [1, 2, 3, 5, 7, 8, 13, 48])
def test_words_that_come_round_are_a_loop(period):
    """Whatever their number; what only begins again once or twice is none."""
    before = list(range(1000, 1030))
    assert _loops(before + [n % period for n in range(max(20, 4 * period))])
    assert not _loops(before + [n % period for n in range(max(20, 4 * period) - 1)])
    assert not _loops(before + list(range(200)))
