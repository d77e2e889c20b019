"""Measuring CPU seconds of this process, the figure that a busy machine distorts least."""

import time
from collections.abc import Callable, Mapping


def cpu(work: Callable[[], object], rounds: int = 3) -> float:
    """Return the least CPU seconds (user and system, all threads) of `rounds` runs."""
    return interleaved({"work": work}, rounds)["work"]


def interleaved(ways: Mapping[str, Callable[[], object]], rounds: int) -> dict[str, float]:
    """Return the least CPU seconds of each way, run in turns: what else the machine does meets all of them alike."""
    least = dict.fromkeys(ways, float("inf"))
    for _ in range(rounds):
        for name, work in ways.items():
            began = time.process_time()
            work()
            least[name] = min(least[name], time.process_time() - began)
    return least
