"""Measuring CPU seconds of this process, the figure that a busy machine distorts least."""

import json
import resource
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from statistics import median
from typing import Any

Way = Callable[[], object]
# The environment of what others use for the same; see benchmarks/rivals.
RIVALS = Path(__file__).parents[1] / ".rivals" / "bin"


def cpu(work: Way, rounds: int = 3) -> float:
    """Return the least CPU seconds (user and system, all threads) of `rounds` runs."""
    return interleaved({"work": work}, rounds)["work"]


def interleaved(ways: Mapping[str, Way], rounds: int) -> dict[str, float]:
    """Return the least CPU seconds of each way, run in turns: what else the machine does meets all of them alike."""
    return {name: min(taken) for name, taken in turns(ways, rounds).items()}


def ratios(taken: Mapping[str, list[float]], base: str) -> dict[str, float]:
    """Return what each way took in what `base` took in the same turn: the median over all turns.

    The least of each may be of different turns, and what else the machine did then comes into their ratio.
    """
    return {
        name: median(one / other for one, other in zip(times, taken[base], strict=True))
        for name, times in taken.items()
    }


def turns(ways: Mapping[str, Way], rounds: int, before: Way = int) -> dict[str, list[float]]:
    """Return the CPU seconds of each way in each of `rounds` turns; `before` is run ahead of each and not measured."""
    taken: dict[str, list[float]] = {name: [] for name in ways}
    for _ in range(rounds):
        for name, work in ways.items():
            before()
            began = time.process_time()
            work()
            taken[name].append(time.process_time() - began)
    return taken


def children_used() -> float:
    """Return the CPU seconds of all processes that this one has waited for, and of those that they have."""
    spent = resource.getrusage(resource.RUSAGE_CHILDREN)
    return spent.ru_utime + spent.ru_stime


def in_own_process(module: str, *arguments: object) -> dict[str, Any]:
    """Return the figures that `python -m module` prints as JSON: its memory is nobody else's, and what it says is seen."""
    command = [sys.executable, "-m", module, *map(str, arguments)]
    done = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True)  # noqa: S603  our own interpreter
    figures: dict[str, Any] = json.loads(done.stdout)
    return figures
