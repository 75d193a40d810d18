"""The clock and the files of a training run: processor minutes, a schedule that may end by the wall clock, a checkpoint.

Knows nothing of what is trained.
"""

import argparse
import json
import random
import time
from datetime import datetime, timedelta
from pathlib import Path

import torch


class Clock:
    """What a run has used and where it is written; goes on from OUT/last.pt when there is one."""

    model: torch.nn.Module
    optimiser: torch.optim.Optimizer

    def __init__(self, args: argparse.Namespace) -> None:
        """Call when `model` and `optimiser` are set; needs args.out, .seed, .minutes and .until."""
        self.args, self.step, self.spent = args, 0, 0.0
        self.file = args.out / "last.pt"
        if self.file.exists():
            kept = torch.load(self.file)
            self.model.load_state_dict(kept["model"])
            self.optimiser.load_state_dict(kept["optimiser"])
            self.step, self.spent = kept["step"], kept["spent"]
        self.began, self.before = time.time(), time.process_time()
        self.rng = random.Random(f"{args.seed}-{self.step}")
        torch.manual_seed(1000 * args.seed + self.step)
        self.until = None
        if args.until:
            until = datetime.combine(datetime.now().date(), datetime.strptime(args.until, "%H:%M").time())
            self.until = until + timedelta(days=until < datetime.now())

    def minutes(self) -> float:
        """Return the processor minutes spent so far, all starts together."""
        return (self.spent + time.process_time() - self.before) / 60

    def progress(self) -> float:
        """Return the part of the schedule that is done, 0 to 1: by processor time, or by the clock if that ends it sooner."""
        done = self.minutes() / self.args.minutes
        if self.until:
            # The schedule ends at `until`: what is left of it shrinks with the time left on the clock.
            left = (self.until - datetime.now()).total_seconds() / 60
            wall = (time.time() - self.began) / 60
            pace = (self.minutes() - self.spent / 60) / wall if wall > 1 else 1.0
            reach = self.minutes() + max(0.0, left) * pace
            done = max(done, self.minutes() / max(0.1, reach)) if left > 0 else 1.0
        return min(1.0, done)

    def save(self) -> None:
        """Write the checkpoint, whole or not at all."""
        kept = {"model": self.model.state_dict(), "optimiser": self.optimiser.state_dict(), "step": self.step, "spent": 60 * self.minutes()}
        torch.save(kept, self.file.with_suffix(".tmp"))
        self.file.with_suffix(".tmp").replace(self.file)

    def log(self, **row: object) -> None:
        """Add a line to the curves."""
        line = json.dumps({"minutes": round(self.minutes(), 2), "step": self.step, **row})
        print(line, flush=True)
        with (self.args.out / "log.jsonl").open("a", encoding="utf-8") as file:
            file.write(line + "\n")


def arguments(told: str, *folders: str, **flags: str) -> argparse.Namespace:
    """Read the command line of a training script, whose folders and flags (name -> help) are given, and keep to its threads."""
    parser = argparse.ArgumentParser(description=told)
    for name in folders:
        parser.add_argument(name, type=Path)
    for name, told in flags.items():
        parser.add_argument(f"--{name}", action="store_true", help=told)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--minutes", type=float, default=60)
    parser.add_argument("--until")
    parser.add_argument("--threads", type=int, default=1)
    args = parser.parse_args()
    torch.set_num_threads(args.threads)
    return args
