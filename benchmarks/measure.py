"""Measuring CPU seconds of this process, the figure that a busy machine distorts least."""

import time
from collections.abc import Callable


def cpu(work: Callable[[], object], rounds: int = 3) -> float:
    """Return the least CPU seconds (user and system) of `rounds` runs."""
    taken = []
    for _ in range(rounds):
        began = time.process_time()
        work()
        taken.append(time.process_time() - began)
    return min(taken)
