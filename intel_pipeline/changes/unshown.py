"""Who is counted before a list ever shows them, or after it last did: for a while the count is higher than the list says."""

from collections.abc import Sequence
from functools import lru_cache
from math import comb
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from intel_pipeline.changes.count_errors import Array

# More than so many at once are not thought possible.
MOST = 2
# After so many captures it no longer matters how many were unshown at first.
FORGOTTEN = 16


def unshown_moves(events: Sequence[float], share: float, again: float) -> "Array":
    """Return the chances of moving from one number unshown to another, [capture, from, to]; one number without `share`.

    `events`: how many followed or went missing at each capture. `share`: of the followers, how many a list merely does
    not show. Somebody who follows may be one of them, and is counted before they are listed; somebody missing may be
    one, and leave only later. `again`: the chance that somebody unshown is so at the next capture too.
    """
    import numpy as np

    if not share:
        return np.ones((len(events), 1, 1))
    # Rounded, so that what was worked out for one day can be used again on the next.
    return np.stack([moves(round(1 - (1 - share) ** number, 4), again) for number in events])


@lru_cache(maxsize=256)
def moves(begun: float, again: float) -> "Array":
    """Return the chances of moving from one number to another, where one more has `begun` to be unshown with a chance."""
    import numpy as np

    found = np.zeros((MOST + 1, MOST + 1))
    for number in range(MOST + 1):
        for still in range(number + 1):
            chance = comb(number, still) * again**still * (1 - again) ** (number - still)
            found[number, still] += chance * (1 - begun)
            found[number, min(still + 1, MOST)] += chance * begun
    return found


def at_first(moves: "Array") -> "Array":
    """Return the chance of each number unshown where nothing is known but how it moves."""
    import numpy as np

    found: Array = np.linalg.matrix_power(moves.mean(axis=0), FORGOTTEN)[0]
    return found


def counted_on_top(seen: "Array", numbers: int) -> "Array":
    """Return the chances of what was seen, [..., level], where so many more are counted: [..., number unshown, level]."""
    import numpy as np

    if numbers == 1:
        return seen[..., None, :]
    higher = [np.pad(seen[..., by:], [(0, 0)] * (seen.ndim - 1) + [(0, by)]) for by in range(numbers)]
    return np.stack(higher, axis=-2)
