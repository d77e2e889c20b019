"""How a reported number of followers errs: the ways that are thought possible, and what each says of an error."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from math import comb, inf, log, pi
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np

    Array = np.ndarray[tuple[int, ...], np.dtype[np.float64]]

# What is believed of a target before its counts have been seen, with the share of targets that are like that.
# Exact, but for what the count moved by while the list was read.
EXACT = 0.83
# The count leaves out each event since the capture before with a chance, for it is some hours old; and with another
# chance it has one more, who came and went between the lists.
LATE = {(0.08, 0.0): 0.015, (0.25, 0.0): 0.015, (0.5, 0.0): 0.02, (0.25, 0.3): 0.003, (0.5, 0.3): 0.003}
# Each reading is off by up to so many, evenly.
OFF_BY = {1: 0.02, 2: 0.01, 4: 0.005}
# With a chance it errs by a Laplace distribution of a scale.
ERRING = {
    (0.03, 0.5): 0.03,
    (0.15, 1.0): 0.015,
    (0.15, 4.0): 0.01,
    (0.6, 0.7): 0.01,
    (1.0, 2.0): 0.012,
    (1.0, 6.0): 0.008,
}
# Whatever its way, a count is now and then simply wrong.
ACCIDENTS = 0.0003
ACCIDENT_SCALE = 2.0
# A hundred events of one day say no more about a late count than this many.
MOST_EVENTS = 100
# Errors are looked at in halves, for the mean of two readings, up to this many to either side.
REACH = 40
LEAST_ALIKE = 1e-6
# The share of losses that the counts on either side may fail to decide after k absences: half of 1 %.
MISSED = 0.005
# Numbers of counts are tried up to this, so far apart; a target weighs fewer.
MOST_COUNTS = 100
COUNTS_APART = 0.2
TINY = 1e-300
# The t of Chernoff's bound that are tried.
TILTS = tuple(number / 20 for number in range(1, 20))


@dataclass(frozen=True, slots=True)
class Circumstances:
    """What the error of one count depends on.

    `moved`: the difference between the readings before and after the list. `arrived`, `missing`: events since the
    count before.
    """

    moved: int
    arrived: int
    missing: int


def believed() -> "Array":
    """Return the prior belief in each way, in the order that `ways` has."""
    import numpy as np

    shares: Array = np.array([EXACT, *LATE.values(), *OFF_BY.values(), *ERRING.values()])
    shares /= shares.sum()
    return shares


@lru_cache(maxsize=1024)
def ways(at: Circumstances) -> "Array":
    """Return the chance of each error, in halves from -REACH to REACH, one row for each way to err."""
    import numpy as np

    # Cut off at the next number of the same kind: a mean of readings an odd number apart lies between whole numbers.
    moved = min(at.moved, 2 * REACH - at.moved % 2)
    fixed, unmoved = fixed_ways(moved), evenly(moved / 2)
    arrived, missing = min(at.arrived, MOST_EVENTS), min(at.missing, MOST_EVENTS)
    late = (
        np.convolve(left_out(arrived, missing, share), visited(unmoved, visitor), "same") for share, visitor in LATE
    )
    accident = ACCIDENTS * erring(ACCIDENT_SCALE, moved)
    return np.vstack([fixed[:1], *((1 - ACCIDENTS) * chances + accident for chances in late), fixed[1:]])


@cache
def fixed_ways(moved: int) -> "Array":
    """Return the rows of those ways that do not depend on what happened."""
    import numpy as np

    exact, accident = evenly(moved / 2), ACCIDENTS * erring(ACCIDENT_SCALE, moved)
    rows = [(1 - ACCIDENTS) * exact + accident]
    # Two readings that are a certain distance apart leave less room for their mean to be off.
    rows += [(1 - ACCIDENTS) * evenly(most - moved / 2) + accident for most in OFF_BY]
    rows += [(1 - rate) * exact + rate * erring(scale, moved) for rate, scale in ERRING]
    return np.vstack(rows)


def evenly(most: float) -> "Array":
    """Return equal chances for the errors from -most to most in whole steps; none where `most` is negative."""
    import numpy as np

    found = np.zeros(4 * REACH + 1)
    if most >= 0:
        first = round(2 * (REACH - min(most, REACH)))
        places = np.arange(first, 4 * REACH - first + 1, 2)
        found[places] = 1 / len(places)
    return found


def visited(told: "Array", visitor: float) -> "Array":
    """Return the chances of errors where one more is counted with a chance."""
    import numpy as np

    higher = np.pad(told[:-2], (2, 0))
    found: Array = (1 - visitor) * told + visitor * higher
    return found


@cache
def erring(scale: float, moved: int) -> "Array":
    """Return the chances of errors other than none, by a Laplace distribution.

    The mean of two readings is a whole number, as the truth is, unless they are an odd number apart.
    """
    import numpy as np

    halves = np.arange(-2 * REACH, 2 * REACH + 1)
    possible = (halves % 2 == moved % 2) & (halves != 0)
    chances: Array = np.where(possible, np.exp(-np.abs(halves) / 2 / scale), 0.0)
    chances /= chances.sum()
    return chances


@lru_cache(maxsize=4096)
def left_out(arrived: int, missing: int, share: float) -> "Array":
    """Return the chances of errors where the count leaves out each arrival and each loss with a chance."""
    import numpy as np

    def some(number: int) -> "list[float]":
        return [comb(number, k) * share**k * (1 - share) ** (number - k) for k in range(number + 1)]

    errors = np.convolve(some(arrived)[::-1], some(missing))  # from -arrived to missing
    found = np.zeros(4 * REACH + 1)
    for error, chance in zip(range(-arrived, missing + 1), errors, strict=True):
        if abs(error) <= REACH:
            found[2 * (error + REACH)] += chance
    return found


def counts_needed(circumstances: Sequence[Circumstances], weight: "Array", odds: float) -> float:
    """Return how many counts tell a loss from somebody's becoming hidden, where the level before is known.

    `weight`: what each of the `ways` has come to be believed; `odds` to overcome: how likely hiding is beforehand, over
    what is allowed. After so many counts at most MISSED of the losses are undecided; infinite from MOST_COUNTS on.
    """
    import numpy as np

    numbers = np.arange(COUNTS_APART, MOST_COUNTS, COUNTS_APART)
    enough = undecided(circumstances, numbers, odds) @ weight <= MISSED
    return float(numbers[enough.argmax()]) if enough.any() else inf


def undecided(circumstances: Sequence[Circumstances], numbers: "Array", odds: float) -> "Array":
    """Return which share of the losses is undecided after so many counts, [number of counts, way to err].

    After a loss the error e of a count has the chance p(e), after hiding p(e - 1). That the counts are not `odds` times
    likelier after the loss has at most the chance odds^t M(t)^m for any t, where M is the sum of p(e)^(1-t) p(e-1)^t
    (Chernoff's bound), and with the best t about that over t sqrt(2 pi m v), v the curvature of log M (Bahadur and Rao).
    """
    import numpy as np

    tilts = np.array(TILTS)
    alike = np.log(np.mean([likeness(at) for at in circumstances], axis=0))
    curvature = np.gradient(np.gradient(alike, tilts, axis=0), tilts, axis=0).clip(0)
    exponents = log(max(odds, 1.0)) * tilts[:, None] + numbers[:, None, None] * alike
    best = exponents.argmin(axis=1)
    bound = np.exp(np.take_along_axis(exponents, best[:, None], axis=1)[:, 0])
    spread = np.sqrt(2 * pi * numbers[:, None] * np.take_along_axis(curvature, best, axis=0))
    found: Array = np.minimum(1.0, bound / np.maximum(1.0, tilts[best] * spread))
    return found


@lru_cache(maxsize=4096)
def likeness(at: Circumstances) -> "Array":
    """Return M of `undecided`, [t, way to err]: 1 where a count tells nothing, 0 where it tells all."""
    import numpy as np

    chances = ways(at)
    loss, hiding = np.log(chances[:, 2:] + TINY), np.log(chances[:, :-2] + TINY)
    alike: Array = np.exp(loss + np.array(TILTS)[:, None, None] * (hiding - loss)).sum(axis=2)
    return np.clip(alike, LEAST_ALIKE, 1 - LEAST_ALIKE)
