"""How many absences it takes to believe that a follower has left."""

from math import ceil, log

# At most this share of confirmed losses may be untrue, by what is expected.
BOUND = 0.0005
# The counts speak against it when somebody merely flickers; how often they fail to, by accident.
ACCIDENT = 0.05
FEWEST = 2


def flicker_absences(returned: int, waited: int, confirmed: int) -> int:
    """Return the absences after which flickering explains too few of those missing; at least 2.

    `returned` followers came back after `waited` absences altogether, while `confirmed` ones had left. Somebody who
    flickers and is missing is missing the next time too with the chance q = (waited - returned + 1) / (waited + 2).
    Of those missing k times, returned * q^(k-1) to confirmed flicker, and the counts fail to tell by ACCIDENT only:
    k is the first with returned / confirmed * q^(k-1) * ACCIDENT <= BOUND.
    """
    if not returned:
        return FEWEST
    again = (waited - returned + 1) / (waited + 2)
    allowed = BOUND / ACCIDENT * max(confirmed, 1) / returned
    return max(FEWEST, 1 + ceil(log(min(allowed, 1)) / log(again)))


def count_absences(error_rate: float, hiding: float) -> int:
    """Return how many counts in a row must agree, since each may err: the first m with hiding * error_rate^m <= BOUND."""
    return max(1, ceil(log(min(BOUND / hiding, 1)) / log(error_rate)))
