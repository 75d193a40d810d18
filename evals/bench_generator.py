"""How fast a model writes here, at real shapes with random weights: `python -m evals.bench_generator --shape 0.5B`.

Speed does not depend on what weights are; quality cannot be judged with these. Our loop and the library's own run in
turn on one file, in one process, and are compared by processor time, which a busy machine changes least. Figures go to
evals/results/generator-SHAPE.json.
"""

import argparse
import ctypes
import json
import os
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from statistics import median
from typing import Any

import numpy as np

from assistant import prompt
from assistant.answer import Began, Evidence, ModelCard, Piece
from assistant.models.memory import available
from assistant.models.tuning import cores, repacking
from assistant.terminal import say
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


def timed(action: Callable[[], object], clock: Callable[[], float] = time.perf_counter) -> float:
    """Return the seconds of an action, on the wall or by another clock."""
    started = clock()
    action()
    return clock() - started


def drawn(stream: Iterator[int], count: int) -> None:
    """Take tokens from the library's own loop."""
    for _ in range(count):
        next(stream)


def inside(file: Path, threads: int, tokens: int, turns: int) -> dict[str, Any]:
    """Measure in this process: our loop and the library's in turn, prefixes, a quote inserted and one sampled."""
    os.environ["OMP_WAIT_POLICY"] = "passive"
    from llama_cpp import Llama, LlamaGrammar

    from assistant.writers.llama_child import Model
    from assistant.writers.llama_words import classes

    running = Running(str(file), 2048, threads, repacking())
    model = Model(running, (ctypes.c_uint8 * 2)())
    model.render()
    model.words = classes(model.api, model.vocab, model.llm.n_vocab())
    theirs = Llama(str(file), n_ctx=2048, n_batch=256, n_threads=threads, n_threads_batch=threads, verbose=False)
    sentences = [f"{QUOTE} ({n})" for n in range(6)]

    def asked(question: str) -> list[int]:
        text = prompt.user(question, sentences, "fr")
        return [
            *model.opening(prompt.system("fr")),
            *model.tokens(text),
            *model.tokens(model.template[2], special=True),
        ]

    first, follow = asked(QUESTIONS[0]), asked(QUESTIONS[1])
    new, again, ours, library, wall = list[float](), list[float](), list[float](), list[float](), list[float]()
    for _ in range(turns):
        model.llm.reset()
        new.append(timed(lambda: model.hold(first)))
        again.append(timed(lambda: model.hold(follow)))
        draw = np.random.default_rng(1)

        def write_ours(draw: np.random.Generator = draw) -> None:
            for _ in range(tokens):
                model.add([model.pick(model.words.text, draw)])

        wall.append(tokens / timed(lambda: ours.append(tokens / timed(write_ours, time.process_time))))
        theirs.reset()
        stream = theirs.generate(follow, temp=0.3, top_k=40)
        next(stream)
        library.append(tokens / timed(partial(drawn, stream, tokens), time.process_time))
    quote = model.tokens(QUOTE)
    inserted = timed(lambda: model.add(quote))
    literal = json.dumps(QUOTE, ensure_ascii=False)
    grammar = LlamaGrammar.from_string(f"root ::= {literal}", verbose=False)
    theirs.reset()
    stream = theirs.generate(follow, temp=0.3, top_k=40, grammar=grammar)
    next(stream)
    count = min(len(quote), 24)
    sampled = timed(partial(drawn, stream, count)) / count * len(quote)
    return {
        "prompt_tokens": len(first), "written_per_second": round(median(wall), 2), "written_per_cpu_second": round(median(ours), 2),
        "library_per_cpu_second": round(median(library), 2), "against_library": round(median(ours) / median(library), 3),
        "first_token_new_seconds": round(median(new), 3), "first_token_follow_up_seconds": round(median(again), 3),
        "follow_up_share": round(median(again) / median(new), 3), "quote_tokens": len(quote),
        "quote_inserted_seconds": round(inserted, 3), "quote_sampled_under_grammar_seconds": round(sampled, 3),
    }  # fmt: skip


def outside(file: Path, threads: int) -> dict[str, Any]:
    """Measure through the process: one asker, four askers, a stop, the memory of the process."""
    card = ModelCard("random", "generative", "Q4_K_M", "")
    writer = LlamaWriter(card, Running(str(file), 2048, threads, repacking()), QuoteWriter(card), Manner(seed=None))
    passage = Passage("fr/x", "T", "S", "fr", None, 0, 0, 1.0, "\n".join(f"{QUOTE} ({n})" for n in range(6)))
    evidence, at = [], 0
    for text in passage.text.split("\n"):
        evidence.append(Evidence(passage, text, at, at + len(text), 5.0))
        at += len(text) + 1

    def ask(question: str, firsts: list[float], wholes: list[float]) -> None:
        started, first = time.perf_counter(), 0.0
        for said in writer.write(question, evidence, "fr"):
            if isinstance(said, Piece) and not first:
                first = time.perf_counter() - started
            assert not isinstance(said, Began) or said.card == card, "the model failed"
        firsts.append(first)
        wholes.append(time.perf_counter() - started)

    ready = timed(lambda: [None for _ in writer.child.made_ready()])
    one: tuple[list[float], list[float]] = ([], [])
    ask(QUESTIONS[0], *one)
    four: tuple[list[float], list[float]] = ([], [])
    askers = [threading.Thread(target=ask, args=(f"{QUESTIONS[0]} {n}", *four)) for n in range(4)]

    def all_askers() -> None:
        for asker in askers:
            asker.start()
        for asker in askers:
            asker.join()

    whole = timed(all_askers)
    answer = writer.write("Une tout autre question ?", evidence[::-1], "fr")
    while not isinstance(next(answer), Began):
        pass
    next(answer)
    stopped = timed(answer.close)
    status = Path(f"/proc/{writer.child.pid}/status").read_text("ascii")
    memory = int(next(line.split()[1] for line in status.splitlines() if line.startswith("VmHWM"))) / 1024
    writer.close()
    return {
        "ready_seconds": round(ready, 2), "answer_seconds": round(one[1][0], 2), "first_piece_seconds": round(one[0][0], 2),
        "four_askers_seconds": round(whole, 2), "four_askers_last_first_piece_seconds": round(max(four[0]), 2),
        "stop_seconds": round(stopped, 3), "memory_mb": round(memory),
    }  # fmt: skip


def main() -> None:
    """Make the model, measure, print and keep the figures."""
    parser = argparse.ArgumentParser(prog="python -m evals.bench_generator")
    parser.add_argument("--shape", choices=tuple(SHAPES), default="0.5B")
    parser.add_argument("--tokens", type=int, default=32)
    parser.add_argument("--turns", type=int, default=3)
    parser.add_argument("--threads", type=int, default=cores())
    parser.add_argument("--folder", type=Path, default=Path(tempfile.gettempdir()))
    args = parser.parse_args()
    say(f"making {args.shape}")
    file = made(args.shape, args.folder)
    free = available()
    say(f"{file}: {file.stat().st_size / 1e9:.2f} GB, {(free or 0) / 1e9:.1f} GB of memory free")
    busy = os.getloadavg()[0]
    found = {"shape": args.shape, "bytes": file.stat().st_size, "threads": args.threads, "repacked": repacking()}
    found |= {"load_before": round(busy, 1), "turns": args.turns, "tokens": args.tokens}
    found |= inside(file, args.threads, args.tokens, args.turns) | outside(file, args.threads)
    RESULTS.mkdir(exist_ok=True)
    (RESULTS / f"generator-{args.shape}.json").write_text(json.dumps(found, indent=1) + "\n", "utf-8")
    for name, value in found.items():
        print(f"{name:40s} {value}")


if __name__ == "__main__":
    main()
