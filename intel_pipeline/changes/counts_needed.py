"""How many counts decide whether somebody has left or is hidden, by the ways in which they err."""

from collections.abc import Callable, Sequence
from functools import lru_cache
from math import inf, log, pi
from typing import TYPE_CHECKING, NamedTuple

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


class Asked(NamedTuple):
    """What the number of counts is asked for: of each count what its error depends on, and what is believed.

    `weight`: what each of the `ways` has come to be believed; `odds` to overcome: how likely hiding is beforehand, over
    what is allowed.
    """

    circumstances: Sequence[Circumstances]
    weight: Sequence[float]
    odds: float


def counts_needed(asked: Sequence[Asked]) -> list[float]:
    """Return of each how many counts tell a loss from somebody's becoming hidden, where the level before is known.

    After so many counts at most MISSED of the losses are undecided; infinite from MOST_COUNTS on.
    """
    import numpy as np

    if not asked:
        return []
    numbers = np.append(np.arange(COUNTS_APART, MOST_COUNTS, COUNTS_APART), inf)
    share, weight = undecided(asked), np.array([one.weight for one in asked])[:, :, None]
    # The more counts, the less is undecided: so the first number that is enough is found by halving, of all side by side.
    low, high = (np.full(len(asked), place) for place in (0, len(numbers) - 1))
    while (open_ := low < high).any():
        middle = (low + high) // 2
        enough = (share(numbers[middle])[:, None] @ weight)[:, 0, 0] <= MISSED
        high = np.where(open_ & enough, middle, high)
        low = np.where(open_ & ~enough, middle + 1, low)
    found: list[float] = numbers[low].tolist()
    return found


def undecided(asked: Sequence[Asked]) -> "Callable[[Array], Array]":
    """Return which share of the losses is undecided after a number of counts, [one, way to err], by the number of each.

    After a loss the error e of a count has the chance p(e), after hiding p(e - 1). That the counts are not `odds` times
    likelier after the loss has at most the chance odds^t M(t)^m for any t, where M is the sum of p(e)^(1-t) p(e-1)^t
    (Chernoff's bound), and with the best t about that over t sqrt(2 pi m v), v the curvature of log M (Bahadur and Rao).
    """
    import numpy as np

    tilts = np.array(TILTS)
    # [one, t, way to err]
    alike = np.log(np.stack([np.mean([likeness(at) for at in one.circumstances], axis=0) for one in asked]))
    curvature = np.gradient(np.gradient(alike, tilts, axis=1), tilts, axis=1).clip(0)
    hindrance = np.array([log(max(one.odds, 1.0)) for one in asked])[:, None, None] * tilts[:, None]

    def share(number: "Array") -> "Array":
        exponents = hindrance + number[:, None, None] * alike
        best = exponents.argmin(axis=1)[:, None]
        least, curved = (np.take_along_axis(every, best, axis=1)[:, 0] for every in (exponents, curvature))
        spread = np.sqrt((2 * pi * number)[:, None] * curved)
        found: Array = np.minimum(1.0, np.exp(least) / np.maximum(1.0, tilts[best[:, 0]] * spread))
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
