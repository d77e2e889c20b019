"""How many counts decide whether somebody has left or is hidden, by the ways in which they err."""

from bisect import bisect_left
from collections.abc import Callable, Sequence
from functools import lru_cache
from math import inf, log, pi
from typing import TYPE_CHECKING

from intel_pipeline.changes.count_errors import Circumstances, ways

if TYPE_CHECKING:
    from intel_pipeline.changes.count_errors import Array

LEAST_ALIKE = 1e-6
# The share of losses that the counts on either side may fail to decide after k absences: half of 1 %.
MISSED = 0.005
# Numbers of counts are tried up to this, so far apart; a target weighs fewer.
MOST_COUNTS = 100
COUNTS_APART = 0.2
TINY = 1e-300
# The t of Chernoff's bound that are tried.
TILTS = tuple(number / 20 for number in range(1, 20))


def counts_needed(circumstances: Sequence[Circumstances], weight: "Array", odds: float) -> float:
    """Return how many counts tell a loss from somebody's becoming hidden, where the level before is known.

    `weight`: what each of the `ways` has come to be believed; `odds` to overcome: how likely hiding is beforehand, over
    what is allowed. After so many counts at most MISSED of the losses are undecided; infinite from MOST_COUNTS on.
    """
    import numpy as np

    numbers = np.arange(COUNTS_APART, MOST_COUNTS, COUNTS_APART)
    share = undecided(circumstances, odds)
    # The more counts, the less is undecided: so the first number that is enough is found by halving.
    place = bisect_left(numbers, True, key=lambda number: bool(share(number) @ weight <= MISSED))
    return float(numbers[place]) if place < len(numbers) else inf


def undecided(circumstances: Sequence[Circumstances], odds: float) -> "Callable[[float], Array]":
    """Return which share of the losses is undecided after a number of counts, for each way to err.

    After a loss the error e of a count has the chance p(e), after hiding p(e - 1). That the counts are not `odds` times
    likelier after the loss has at most the chance odds^t M(t)^m for any t, where M is the sum of p(e)^(1-t) p(e-1)^t
    (Chernoff's bound), and with the best t about that over t sqrt(2 pi m v), v the curvature of log M (Bahadur and Rao).
    """
    import numpy as np

    tilts = np.array(TILTS)
    alike = np.log(np.mean([likeness(at) for at in circumstances], axis=0))
    curvature = np.gradient(np.gradient(alike, tilts, axis=0), tilts, axis=0).clip(0)
    hindrance, every = log(max(odds, 1.0)) * tilts[:, None], np.arange(alike.shape[1])

    def share(number: float) -> "Array":
        exponents = hindrance + number * alike
        best = exponents.argmin(axis=0)
        spread = np.sqrt(2 * pi * number * curvature[best, every])
        found: Array = np.minimum(1.0, np.exp(exponents[best, every]) / np.maximum(1.0, tilts[best] * spread))
        return found

    return share


@lru_cache(maxsize=4096)
def likeness(at: Circumstances) -> "Array":
    """Return M of `undecided`, [t, way to err]: 1 where a count tells nothing, 0 where it tells all."""
    import numpy as np

    chances = ways(at)
    loss, hiding = np.log(chances[:, 2:] + TINY), np.log(chances[:, :-2] + TINY)
    alike: Array = np.exp(loss + np.array(TILTS)[:, None, None] * (hiding - loss)).sum(axis=2)
    return np.clip(alike, LEAST_ALIKE, 1 - LEAST_ALIKE)
