"""How many counts decide whether somebody has left or is hidden, by the ways in which they err."""

from collections.abc import Callable, Sequence
from functools import cache, lru_cache
from math import inf, log, pi
from typing import TYPE_CHECKING, NamedTuple

from intel_pipeline.changes.count_errors import Circumstances, ways

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from intel_pipeline.changes.count_errors import Array

    Places = NDArray[np.intp]

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
    what is allowed. `likely`: what the answer is likely to be, which is found sooner if it is so.
    """

    circumstances: Sequence[Circumstances]
    weight: Sequence[float]
    odds: float
    likely: float = COUNTS_APART


def counts_needed(asked: Sequence[Asked]) -> list[float]:
    """Return of each how many counts tell a loss from somebody's becoming hidden, where the level before is known.

    After so many counts at most MISSED of the losses are undecided; infinite from MOST_COUNTS on.
    """
    import numpy as np

    if not asked:
        return []
    numbers = tried()
    share, weight = undecided(asked), np.array([one.weight for one in asked])[:, None, :, None]

    def enough(places: "Places") -> "NDArray[np.bool_]":
        found: NDArray[np.bool_] = (share(numbers[places])[..., None, :] @ weight)[..., 0, 0] <= MISSED
        return found

    # The more counts, the less is undecided: so the first number that is enough is found by halving, of all side by side.
    low, high = (np.full(len(asked), place) for place in (0, len(numbers) - 1))
    likely = np.array([place_of(one.likely) for one in asked])
    steps = np.stack([halving(place) for place in likely.tolist()])
    # Where every step of the halving leads to the likely one, it is found, and all of them were asked for at once.
    leads = (enough(steps) == (likely[:, None] <= steps)).all(axis=1)
    low[leads] = high[leads] = likely[leads]
    while (open_ := low < high).any():
        middle = (low + high) // 2
        is_enough = enough(middle[:, None])[:, 0]
        high = np.where(open_ & is_enough, middle, high)
        low = np.where(open_ & ~is_enough, middle + 1, low)
    found: list[float] = numbers[low].tolist()
    return found


@cache
def tried() -> "Array":
    """Return the numbers of counts that are tried, in their order."""
    import numpy as np

    return np.append(np.arange(COUNTS_APART, MOST_COUNTS, COUNTS_APART), inf)


def place_of(number: float) -> int:
    """Return the place of one of the numbers that are tried, or of one near it."""
    return min(len(tried()) - 1, max(0, round(min(number, MOST_COUNTS) / COUNTS_APART) - 1))


@cache
def halving(place: int) -> "Places":
    """Return at which places it is asked whether the number is enough until that one is found, the last one repeated."""
    import numpy as np

    low, high = 0, len(tried()) - 1
    most, steps = high.bit_length(), list[int]()
    while low < high:
        steps.append((low + high) // 2)
        low, high = (low, steps[-1]) if place <= steps[-1] else (steps[-1] + 1, high)
    return np.array(steps + steps[-1:] * (most - len(steps)))


def undecided(asked: Sequence[Asked]) -> "Callable[[Array], Array]":
    """Return which share of the losses is undecided after numbers of counts, [one, number, way to err], by these of each.

    After a loss the error e of a count has the chance p(e), after hiding p(e - 1). That the counts are not `odds` times
    likelier after the loss has at most the chance odds^t M(t)^m for any t, where M is the sum of p(e)^(1-t) p(e-1)^t
    (Chernoff's bound), and with the best t about that over t sqrt(2 pi m v), v the curvature of log M (Bahadur and Rao).
    """
    import numpy as np

    tilts = np.array(TILTS)
    known = [tilted(tuple(one.circumstances)) for one in asked]
    # [one, number, way to err, t]
    alike, curvature = (np.stack([of_one[place] for of_one in known])[:, None] for place in (0, 1))
    hindrance = np.array([log(max(one.odds, 1.0)) for one in asked])[:, None, None, None] * tilts

    def share(number: "Array") -> "Array":
        exponents = hindrance + number[..., None, None] * alike
        best = exponents.argmin(axis=-1)[..., None]
        least, curved = (np.take_along_axis(every, best, axis=-1)[..., 0] for every in (exponents, curvature))
        spread = np.sqrt((2 * pi * number)[..., None] * curved)
        found: Array = np.minimum(1.0, np.exp(least) / np.maximum(1.0, tilts[best[..., 0]] * spread))
        return found

    return share


@lru_cache(maxsize=64)
def tilted(circumstances: tuple[Circumstances, ...]) -> "tuple[Array, Array]":
    """Return log M of `undecided` for counts in these circumstances, [way to err, t], and its curvature.

    Counts of many events err alike: from one day to the next, and from one target to another.
    """
    import numpy as np

    kinds = {one: place for place, one in enumerate(dict.fromkeys(circumstances))}
    each = np.stack([likeness(one) for one in kinds]).take([kinds[one] for one in circumstances], axis=0)
    alike, tilts = np.log(each.mean(axis=0)), np.array(TILTS)
    curvature = np.gradient(np.gradient(alike, tilts, axis=0), tilts, axis=0).clip(0)
    # The best of what lies in a row is found in half the time.
    return np.ascontiguousarray(alike.T), np.ascontiguousarray(curvature.T)


@lru_cache(maxsize=4096)
def likeness(at: Circumstances) -> "Array":
    """Return M of `undecided`, [t, way to err]: 1 where a count tells nothing, 0 where it tells all."""
    import numpy as np

    chances = ways(at)
    loss, hiding = np.log(chances[:, 2:] + TINY), np.log(chances[:, :-2] + TINY)
    alike: Array = np.exp(loss + np.array(TILTS)[:, None, None] * (hiding - loss)).sum(axis=2)
    return np.clip(alike, LEAST_ALIKE, 1 - LEAST_ALIKE)
