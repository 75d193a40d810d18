"""How fast a model writes here, at real shapes with random weights: `python -m evals.bench_generator --shape 0.5B`.

Speed does not depend on what weights are; quality cannot be judged with these. Our loop and the library's own take turns
every few tokens on one file, in one process, on one thread, and are compared by processor time, which a busy machine
changes least. Figures go to evals/results/generator-SHAPE.json.
"""

import argparse
import ctypes
import json
import multiprocessing
import os
import tempfile
import threading
import time
from collections.abc import Callable
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

import numpy as np

from assistant import prompt
from assistant.answer import Began, Evidence, ModelCard
from assistant.models.memory import available
from assistant.models.tuning import cores, repacking
from assistant.terminal import say
from assistant.writers.child import Limits
from assistant.writers.llama_job import Running
from assistant.writers.local import LlamaWriter, Manner
from assistant.writers.quote import QuoteWriter
from evals.gguf_files import Shape, Words, pairs_of, vocabulary, write
from index.search import Passage

SHAPES = {
    "tiny": (Shape(layers=4, width=256, inner=512, heads=4, heads_kv=2), 4096),
    "0.5B": (Shape(layers=24, width=896, inner=4864, heads=14, heads_kv=2, context=32768), 151_936),
    "1.5B": (Shape(layers=28, width=1536, inner=8960, heads=12, heads_kv=2, context=32768), 151_936),
}
STEPS = ("writing", "quoting", "first", "pipe", "askers")
RESULTS = Path(__file__).resolve().parent / "results"
Q4_K_M = 15
QUOTE = (
    "Avant de déployer un système d’intelligence artificielle, l’organisation écrit à quoi il sert, qui en répond, ce "
    "qu’il coûte et ce qui ferait l’arrêter."
)
QUESTIONS = ("Que faut-il écrire avant de déployer une IA ?", "Et qui doit en répondre ?")


def made(name: str, folder: Path) -> Path:
    """Write a model of random weights with a shape's sizes, quantised as hosts use them; the file is kept."""
    file = folder / f"random-{name}-q4_k_m.gguf"
    if file.is_file():
        return file
    shape, count = SHAPES[name]
    known = vocabulary()
    words = Words([*known.tokens, *(f"[PAD{n}]" for n in range(count - len(known.tokens)))], known.merges)
    pairs = pairs_of(shape, words)
    kinds = pairs["tokenizer.ggml.token_type"][1][1]
    kinds[len(known.tokens) :] = [5] * (count - len(known.tokens))  # unused
    rough = folder / f"random-{name}.gguf"
    write(rough, pairs, _weights(shape, count))
    import llama_cpp

    params = llama_cpp.llama_model_quantize_default_params()
    params.ftype = Q4_K_M
    if llama_cpp.llama_model_quantize(str(rough).encode(), f"{file}.part".encode(), ctypes.byref(params)):
        raise RuntimeError("quantisation failed")
    rough.unlink()
    os.replace(f"{file}.part", file)
    return file


def _weights(shape: Shape, count: int) -> dict[str, Any]:
    """Return tensors cut from one block of noise, the same ones in every layer.

    A billion draws would take longer than the measurements, and as many numbers would fill the memory.
    """
    noise = np.random.default_rng(0).standard_normal(1_000_003).astype(np.float16)
    w, inner, kv = shape.width, shape.inner, shape.width // shape.heads * shape.heads_kv
    sizes = {"attn_q": (w, w), "attn_k": (kv, w), "attn_v": (kv, w), "attn_output": (w, w), "ffn_gate": (inner, w),
             "ffn_up": (inner, w), "ffn_down": (w, inner)}  # fmt: skip
    layer: dict[str, Any] = {f"{part}.weight": np.ones(w, np.float32) for part in ("attn_norm", "ffn_norm")}
    for part, (rows, columns) in sizes.items():
        layer[f"{part}.weight"] = np.resize(noise / np.float16(columns**0.5), (rows, columns))
    found: dict[str, Any] = {"token_embd.weight": np.resize(noise, (count, w))}
    found |= {f"blk.{n}.{name}": tensor for n in range(shape.layers) for name, tensor in layer.items()}
    found["output_norm.weight"] = np.ones(w, np.float32)
    return found


def used(action: Callable[[], object]) -> float:
    """Return the processor seconds of this process during an action."""
    started = time.process_time()
    action()
    return time.process_time() - started


class Inside:
    """Our loop and the library's own beside each other in this process, on one thread."""

    def __init__(self, file: Path) -> None:
        os.environ["OMP_WAIT_POLICY"] = "passive"
        from llama_cpp import Llama

        from assistant.writers.llama_child import Model
        from assistant.writers.llama_words import classes

        self.model = Model(Running(str(file), 2048, 1, repacking()), (ctypes.c_uint8 * 2)())
        self.model.render()
        self.model.words = classes(self.model.api, self.model.vocab, self.model.llm.n_vocab())
        self.theirs = Llama(str(file), n_ctx=2048, n_batch=256, n_threads=1, n_threads_batch=1, verbose=False)

    def asked(self, question: str, sentences: list[str]) -> list[int]:
        """Return the tokens of a prompt."""
        model = self.model
        middle, close = (model.tokens(part, special=True) for part in model.template[1:])
        text = model.tokens(prompt.user(question, sentences, "fr"))
        return [*model.opening(prompt.system("fr")), *middle, *text, *close]

    def first_tokens(self, count: int) -> dict[str, Any]:
        """Measure a new question, then one that keeps its sentences; the instructions are known, as in service."""
        sentences = [f"{QUOTE} ({n})" for n in range(count)]
        first, follow = (self.asked(question, sentences) for question in QUESTIONS)
        self.model.hold(self.model.opening(prompt.system("fr")))
        new, again = used(lambda: self.model.hold(first)), used(lambda: self.model.hold(follow))
        return {
            "prompt_tokens": len(first), "first_token_new_cpu_seconds": round(new, 3),
            "first_token_follow_up_cpu_seconds": round(again, 3), "follow_up_share": round(again / new, 3),
        }  # fmt: skip

    def writing(self, tokens: int, turns: int) -> dict[str, Any]:
        """Measure free text: a few tokens of ours, a few of the library's, again and again; then the draw alone."""
        model, draw = self.model, np.random.default_rng(1)
        start = [int(t) for t in draw.choice(model.words.text.ids, 64)]
        model.hold(start)
        stream = self.theirs.generate(start, temp=0.3, top_k=40)

        def write_ours() -> None:
            for _ in range(tokens):
                model.add([model.pick(model.words.text, draw)])

        def write_theirs() -> None:
            for _ in range(tokens):
                next(stream)

        write_ours()  # both warm, none counted
        write_theirs()
        ours, library = list[float](), list[float]()
        for _ in range(turns):
            ours.append(used(write_ours))
            library.append(used(write_theirs))
        picking = used(lambda: [model.pick(model.words.text, draw) for _ in range(50)]) / 50
        sampling = used(lambda: [self.theirs.sample(temp=0.3, top_k=40) for _ in range(50)]) / 50
        count = tokens * turns
        return {
            "written_per_cpu_second": round(count / sum(ours), 2), "library_per_cpu_second": round(count / sum(library), 2),
            "against_library": round(sum(library) / sum(ours), 3),
            "against_library_by_turn": [round(b / a, 3) for a, b in zip(ours, library, strict=True)],
            "draw_cpu_ms": round(picking * 1e3, 3), "library_draw_cpu_ms": round(sampling * 1e3, 3),
        }  # fmt: skip

    def quoting(self, tokens: int) -> dict[str, Any]:
        """Measure a quote that is inserted, then the same words sampled under a grammar that allows nothing else."""
        from llama_cpp import LlamaGrammar

        quote = self.model.tokens(QUOTE)
        inserted = used(lambda: self.model.add(quote))
        grammar = LlamaGrammar.from_string(f"root ::= {json.dumps(QUOTE, ensure_ascii=False)}", verbose=False)
        self.theirs.reset()
        stream = self.theirs.generate(quote, temp=0.3, top_k=40, grammar=grammar)
        next(stream)
        sampled = used(lambda: [next(stream) for _ in range(tokens)]) / tokens * len(quote)
        return {
            "quote_tokens": len(quote), "quote_inserted_cpu_seconds": round(inserted, 3),
            "quote_sampled_under_grammar_cpu_seconds": round(sampled, 3),
        }  # fmt: skip


def sending(pipe: Connection, count: int) -> None:
    """Be a process that sends what a model's process sends for each token, then what that cost it."""
    started = time.process_time()
    for _ in range(count):
        pipe.send(("text", " énergie"))
    pipe.send(("end", "done", time.process_time() - started))


def piping(count: int = 2000) -> dict[str, Any]:
    """Measure what a token costs on its way through a pipe, on both sides."""
    context = multiprocessing.get_context("spawn")
    ours, theirs = context.Pipe()
    process = context.Process(target=sending, args=(theirs, count), daemon=True)
    process.start()
    said, started = ours.recv(), time.process_time()
    while said[0] != "end":
        if ours.poll(0.05):
            said = ours.recv()
    received = time.process_time() - started
    process.join()
    return {"pipe_cpu_ms_per_token": round((received + said[2]) / count * 1e3, 3)}


class Outside:
    """The model in its own process, as it serves: one asker, then four at once, a stop, memory."""

    def __init__(self, file: Path, threads: int, sentences: int) -> None:
        self.card = ModelCard("random", "generative", "Q4_K_M", "")
        running = Running(str(file), 2048, threads, repacking())
        patient = Limits(prepare=600, silence=600)  # a busy machine is not a model that hangs
        quoting = QuoteWriter(ModelCard("quotes", "extractive", "", ""))
        self.writer, self.failed = LlamaWriter(self.card, running, quoting, Manner(), limits=patient), False
        self.sentences, self.threads = sentences, threads

    def evidence(self, asker: int) -> list[Evidence]:
        """Return sentences that no other asker has."""
        texts = [f"{asker}. {QUOTE} ({n})" for n in range(self.sentences)]
        passage = Passage("fr/x", "T", "S", "fr", None, 0, 0, 1.0, "\n".join(texts))
        starts = [passage.text.index(text) for text in texts]
        return [Evidence(passage, t, at, at + len(t), 5.0) for t, at in zip(texts, starts, strict=True)]

    def ask(self, asker: int) -> None:
        """Take a whole answer."""
        for said in self.writer.write(QUESTIONS[0], self.evidence(asker), "fr"):
            self.failed |= isinstance(said, Began) and said.card != self.card

    def measured(self) -> dict[str, Any]:
        """Return the figures, and end the process; raises RuntimeError when the model failed."""
        for _ in self.writer.child.made_ready():
            pass
        alone, alone_wall = self._spent([0])
        four, four_wall = self._spent([1, 2, 3, 4])
        status = Path(f"/proc/{self.writer.child.pid}/status").read_text("ascii")
        memory = int(next(line.split()[1] for line in status.splitlines() if line.startswith("VmHWM"))) / 1024
        answer = self.writer.write("Une tout autre question ?", self.evidence(5), "fr")
        while not isinstance(next(answer), Began):
            pass
        next(answer)
        started = time.perf_counter()
        answer.close()
        stopped = time.perf_counter() - started
        self.writer.close()
        return {
            "threads": self.threads, "sentences": self.sentences, "one_asker_cpu_seconds": round(alone, 2), "one_asker_seconds": round(alone_wall, 2),
            "four_askers_cpu_seconds": round(four, 2), "four_askers_seconds": round(four_wall, 2),
            "stop_in_prompt_seconds": round(stopped, 3), "memory_mb": round(memory),
        }  # fmt: skip

    def _spent(self, askers: list[int]) -> tuple[float, float]:
        """Return (processor seconds of the model's process, wall seconds) of askers who come together."""
        before, started = self.writer.cpu_nanoseconds(), time.perf_counter()
        threads = [threading.Thread(target=self.ask, args=(asker,)) for asker in askers]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        if self.failed:
            raise RuntimeError("the model failed")
        return (self.writer.cpu_nanoseconds() - before) / 1e9, time.perf_counter() - started


def main() -> None:
    """Make the model, measure, say and keep the figures."""
    parser = argparse.ArgumentParser(prog="python -m evals.bench_generator")
    parser.add_argument("--shape", choices=tuple(SHAPES), default="0.5B")
    parser.add_argument("--tokens", type=int, default=5, help="of a turn")
    parser.add_argument("--turns", type=int, default=8)
    parser.add_argument("--sentences", type=int, default=6)
    parser.add_argument("--threads", type=int, default=cores())
    parser.add_argument("--folder", type=Path, default=Path(tempfile.gettempdir()))
    parser.add_argument("--steps", nargs="+", choices=STEPS, default=list(STEPS), help="the others' figures are kept")
    args = parser.parse_args()
    say(f"making {args.shape}")
    file = made(args.shape, args.folder)
    free = available()
    say(f"{file}: {file.stat().st_size / 1e9:.2f} GB, {(free or 0) / 1e9:.1f} GB of memory free")
    kept = RESULTS / f"generator-{args.shape}.json"
    found: dict[str, Any] = json.loads(kept.read_text("utf-8")) if args.steps != list(STEPS) and kept.is_file() else {}
    found |= {"shape": args.shape, "bytes": file.stat().st_size, "repacked": repacking()}
    inside = Inside(file) if set(args.steps) & set(STEPS[:3]) else None
    for step in args.steps:
        busy = os.getloadavg()[0]
        match step, inside:
            case "writing", Inside():
                figures = inside.writing(args.tokens, args.turns)
            case "quoting", Inside():
                figures = inside.quoting(2 * args.tokens)
            case "first", Inside():
                figures = inside.first_tokens(args.sentences)
            case "pipe", _:
                figures = piping()
            case _:
                figures = Outside(file, args.threads, args.sentences).measured()
        found[step] = figures | {"load": round(busy, 1)}
        say(json.dumps(found[step]))
        kept.write_text(json.dumps(found, indent=1) + "\n", "utf-8")


if __name__ == "__main__":
    main()
