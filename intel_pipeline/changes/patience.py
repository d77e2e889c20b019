"""How many absences it takes to believe that a follower has left."""

from functools import lru_cache
from math import ceil, log

from intel_pipeline.changes.balance import BOUND

# The counts speak against it when somebody merely flickers; how often they fail to, by accident.
ACCIDENT = 0.2
FEWEST = 2
# Where counts err in more ways than one, what is learned of them promises up to a quarter too much.
MARGIN = 1.25


def flicker_absences(returned: int, waited: int, confirmed: int) -> int:
    """Return the absences after which flickering explains too few of those missing; at least 2.

    `returned` followers came back after `waited` absences altogether although the count had never let them go, while
    `confirmed` ones had left. Somebody who flickers and is missing is missing the next time too with the chance
    q = (waited - returned + 1) / (waited + 2). Of those missing k times, returned * q^(k-1) to confirmed flicker, and
    the counts fail to tell by ACCIDENT only: k is the first with returned / confirmed * q^(k-1) * ACCIDENT <= BOUND.
    """
    if not returned:
        return FEWEST
    again = missing_again(returned, waited)
    allowed = BOUND / ACCIDENT * max(confirmed, 1) / returned
    return max(FEWEST, 1 + ceil(log(min(allowed, 1)) / log(again)))


def missing_again(returned: int, waited: int) -> float:
    """Return the chance q that somebody who flickers and is missing is missing the next time too."""
    return (waited - returned + 1) / (waited + 2)


@lru_cache(maxsize=4096)
def counts_after(counts: float, before: int) -> int | None:
    """Return how many counts after a loss decide 99 in 100; None where too few are known before it.

    `counts`: how many tell a loss from somebody's becoming hidden where the level before is known. It is known from the
    counts `before` it, and no better: m counts after it and so many before it tell as much as `counts` do where
    1 / m + 1 / before is 1 / counts, as variances add up. `counts` is learned from counts itself, so a MARGIN is added.
    """
    # Rounded, or two that are equal differ by so little that a number without end comes of it.
    most = round(MARGIN * counts, 6)
    return None if most >= before else ceil(most * before / (before - most))
