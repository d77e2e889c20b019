"""How a process of Dagster's looks for garbage: seldom, and not among all that it has imported."""

import gc
from functools import cache

# New objects after which the young ones are looked through, and how many such rounds the older ones wait. Whatever is
# left in cycles meanwhile is a few megabytes.
YOUNG, MIDDLE, OLD = 10_000, 20, 10


@cache
def spare_what_stays() -> None:
    """Let the collector pass over all that is there by now, once in a process.

    Dagster's modules are half a million objects that live as long as the process does, and Python looks at each again
    whenever a quarter as many have come: a tenth of a tick's CPU.
    """
    gc.freeze()
    gc.set_threshold(YOUNG, MIDDLE, OLD)
