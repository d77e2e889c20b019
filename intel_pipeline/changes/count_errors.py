"""How a reported number of followers errs: the ways that are thought possible, and what each says of an error."""

from functools import cache, lru_cache
from math import comb
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    import numpy as np

    Array = np.ndarray[tuple[int, ...], np.dtype[np.float64]]

# What is believed of a target before its counts have been seen, with the share of targets that are like that.
# Exact, but for what the count moved by while the list was read.
EXACT = 0.83
# The count leaves out each event since the capture before with a chance, for it is some hours old; with another chance
# it has one more, who came and went between the lists; and each reading is off by up to so many besides.
LATE = {
    (0.08, 0.0, 0): 0.015,
    (0.25, 0.0, 0): 0.015,
    (0.5, 0.0, 0): 0.02,
    (0.25, 0.3, 0): 0.003,
    (0.5, 0.3, 0): 0.003,
    (0.25, 0.0, 1): 0.002,
    (0.5, 0.0, 1): 0.003,
    (0.5, 0.6, 0): 0.003,
    (0.5, 0.3, 1): 0.002,
}
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


class Circumstances(NamedTuple):
    """What the error of one count depends on.

    `moved`: the difference between the readings before and after the list. `arrived`, `missing`: events since the
    count before.
    """

    moved: int
    arrived: int
    missing: int


@lru_cache(maxsize=4096)
def circumstances_of(moved: int, arrived: int, missing: int) -> Circumstances:
    """Return what an error depends on, with numbers that say no more cut off, so that many counts share their ways."""
    # A mean of readings an odd number apart lies between whole numbers.
    moved = min(moved, 2 * REACH - moved % 2)
    return Circumstances(moved, min(arrived, MOST_EVENTS), min(missing, MOST_EVENTS))


@cache
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

    fixed = fixed_ways(at.moved)
    late = (
        np.convolve(left_out(at.arrived, at.missing, share), visited(at.moved, most, visitor), "same")
        for share, visitor, most in LATE
    )
    accident = ACCIDENTS * erring(ACCIDENT_SCALE, at.moved)
    return np.vstack([fixed[:1], *((1 - ACCIDENTS) * chances + accident for chances in late), fixed[1:]])


def apart(moved: int, most: int) -> "Array":
    """Return the chances of errors of the mean of two readings that are so far apart, each off by up to `most`.

    The farther apart they are, the less room they leave for their mean to be off; exact ones only for what happened
    meanwhile.
    """
    return evenly(most - moved / 2 if most else moved / 2)


@cache
def fixed_ways(moved: int) -> "Array":
    """Return the rows of those ways that do not depend on what happened."""
    import numpy as np

    exact, accident = apart(moved, 0), ACCIDENTS * erring(ACCIDENT_SCALE, moved)
    rows = [(1 - ACCIDENTS) * exact + accident]
    rows += [(1 - ACCIDENTS) * apart(moved, most) + accident for most in OFF_BY]
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


@cache
def visited(moved: int, most: int, visitor: float) -> "Array":
    """Return the chances of errors as `apart` has them, where one more is counted with a chance."""
    import numpy as np

    told = apart(moved, most)
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
