"""The balance of a follower list: what the reported counts say about those who are missing from it."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from itertools import product
from math import comb
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np

    Array = np.ndarray[tuple[int, ...], np.dtype[np.float64]]

# What is believed of a target before its counts have been seen: which share of what happened since the capture before
# the count still leaves out; how often it errs beyond that, and by how much then (the scale of a Laplace distribution);
# with the share of targets that are like that.
ERRORS = {
    (0.0, 0.002, 2.0): 0.88,
    (0.08, 0.002, 2.0): 0.02,
    (0.4, 0.002, 2.0): 0.02,
    (0.0, 0.15, 1.0): 0.02,
    (0.0, 0.15, 4.0): 0.015,
    (0.0, 0.6, 0.7): 0.025,
    (0.0, 1.0, 2.0): 0.015,
    (0.0, 1.0, 6.0): 0.005,
}
# A count that does not err still need not lie on the level exactly: the mean of two readings lies between them.
SHARPNESS = 0.1
# The share of those missing who are hidden rather than gone; on average 1.5 %.
HIDING = {0.002: 0.75, 0.02: 0.2, 0.2: 0.05}
# How often the count moves by one for a reason that no list shows: somebody who was always hidden left, a newcomer
# was hidden from the start.
UNSEEN = {0.0003: 0.97, 0.01: 0.03}
# Fractions of one that the first count may be off by: the mean of two readings, or a lag.
OFFSETS = (0.0, 0.5)
# Complete captures that are weighed: older ones say nothing about who is missing now.
WEIGHED = 64
# Beyond this the counts and the list have lost each other, and nothing is proven by them.
WIDEST = 400
LEAST = 1e-12
BELIEVED = (
    sum(max(lag, rate) * share for (lag, rate, _), share in ERRORS.items()),
    sum(hiding * share for hiding, share in HIDING.items()),
)


@dataclass(frozen=True, slots=True)
class Entry:
    """One complete capture in the balance.

    `reported`: the number that Instagram reported at it. `arrived`: those who followed since the entry before.
    `missing`: those who were listed before, are not since this capture, and have not come back. `ripe`: they have been
    missing for so long that they do not merely flicker; of those who may, nothing is believed beforehand.
    """

    reported: float
    arrived: int
    missing: int
    ripe: bool = True


@dataclass(frozen=True, slots=True)
class Weighing:
    """What the balance came to. `chances`: for each entry, that at least one of its `missing` is hidden, not gone.

    `error_rate`: how often a reported count is wrong. `hiding`: share of those missing who are hidden.
    """

    chances: list[float]
    error_rate: float
    hiding: float


def weigh(entries: Sequence[Entry]) -> Weighing:
    """Return for each entry the chance that at least one of its `missing` is hidden rather than gone.

    The first entry is the level to start from, so nothing is known of its missing: their chance is 1. What follows from the counts: between two captures the count rises by who arrived and falls by who left, so
    `reported - arrivals + missing`, summed up, stays level while everybody missing has left, and steps up by one for
    everybody who is missing and still counted. The counts err, so the steps are inferred from all of them at once:
    forward and backward over the levels, for each noise, share of hiding and offset that is thought possible, weighed
    by how well it explains what was seen. Where counts and list have lost each other, every chance
    is 1.
    """
    import numpy as np

    if len(entries) < 2:  # noqa: PLR2004  no step without two entries
        return Weighing([1.0] * len(entries), *BELIEVED)
    arrived = np.cumsum([0, *(entry.arrived for entry in entries[1:])])
    missing = np.cumsum([0, *(entry.missing for entry in entries[1:])])
    height = np.array([entry.reported for entry in entries]) - entries[0].reported - arrived + missing
    low, high = int(np.floor(height.min())) - 2, int(np.ceil(height.max())) + 2
    if high - low > WIDEST:
        return Weighing([1.0] * len(entries), *BELIEVED)
    return chances(height, entries, np.arange(low, high + 1, dtype=float))


def chances(height: "Array", entries: Sequence[Entry], levels: "Array") -> Weighing:
    """Weigh `height`, the level that each entry seems to stand at, over the possible `levels`."""
    import numpy as np

    tiny = np.finfo(float).tiny
    lag, rate, scale, hiding, unseen, belief, offset = grid()
    error = height[:, None, None] - levels - offset[:, None]
    exact = np.exp(-0.5 * (error / SHARPNESS) ** 2)
    for share in {*lag.tolist()} - {0.0}:
        late = lag == share
        exact[:, late] = [lagging(part, entry, share) for part, entry in zip(error[:, late], entries, strict=True)]
    # Readings are whole numbers and their means halves: errors lie on halves too, and have a mass rather than a density.
    wrong = np.exp(-np.abs(error) / scale[:, None]) * np.tanh(1 / (4 * scale[:, None]))
    seen = (1 - rate[:, None]) * exact + rate[:, None] * wrong
    steps = [step_chances(entry.missing, min(entry.missing, len(levels)), ripe=entry.ripe) for entry in entries]

    forward = [seen[0] / len(levels)]
    evidence = np.log(belief)
    for here, step in zip(seen[1:], steps[1:], strict=True):
        total = forward[-1].sum(axis=1) + tiny
        evidence += np.log(total)
        forward.append(moved(forward[-1] / total[:, None], step, 1) * here)
    evidence += np.log(forward[-1].sum(axis=1) + tiny)
    weight = np.exp(evidence - evidence.max())
    weight /= weight.sum()

    found = [1.0] * len(height)
    backward = np.ones_like(seen[0])
    for number in range(len(height) - 1, 0, -1):
        ahead, before = seen[number] * backward, forward[number - 1]
        backward = moved(ahead, steps[number], -1)
        whole = (before * backward).sum(axis=1)
        still = unseen * ((1 - hiding) ** entries[number].missing)[:, None]
        none = (before * moved(ahead, still, -1)).sum(axis=1)
        found[number] = float(1 - (weight * none / (whole + tiny)).sum())
        backward /= backward.max(axis=1, keepdims=True) + tiny
    return Weighing(found, float((weight * np.maximum(lag, rate)).sum()), float((weight * hiding).sum()))


@cache
def grid() -> "tuple[Array, Array, Array, Array, Array, Array, Array]":
    """Return what is thought possible: lag, rate and scale of errors; hiding; unseen steps -1, 0, 1; belief; offset."""
    import numpy as np

    cells = list(product(ERRORS.items(), HIDING.items(), UNSEEN.items(), OFFSETS))
    lag, rate, scale = np.array([errors for (errors, _), _, _, _ in cells]).T
    hiding, alone, offset = np.array([(hidden, by_one, start) for _, (hidden, _), (by_one, _), start in cells]).T
    belief = np.array([errors * hidden * by_one for (_, errors), (_, hidden), (_, by_one), _ in cells]) / len(OFFSETS)
    unseen = np.stack([alone, 1 - 2 * alone, alone], axis=1)
    return lag, rate, scale, hiding, unseen, belief, offset


def lagging(error: "Array", entry: Entry, share: float) -> "Array":
    """Return the chance of `error` where the count leaves out each arrival and each loss of the entry with a chance."""
    import numpy as np

    chances, most = late(entry.arrived, entry.missing, share)
    found = np.zeros_like(error)
    for place, chance in enumerate(chances):
        if chance > LEAST:
            found += chance * np.exp(-0.5 * ((error - most + place) / SHARPNESS) ** 2)
    return found


@lru_cache(maxsize=4096)
def late(arrived: int, missing: int, share: float) -> "tuple[list[float], int]":
    """Return the chances of errors from the highest down by one, and the highest: losses are left out, arrivals too."""
    import numpy as np

    def left_out(number: int) -> "list[float]":
        return [comb(number, k) * share**k * (1 - share) ** (number - k) for k in range(number + 1)]

    return np.convolve(left_out(missing)[::-1], left_out(arrived)).tolist(), missing


@lru_cache(maxsize=1024)
def step_chances(missing: int, most: int, *, ripe: bool) -> "Array":
    """Return the chances of a step by -1, 0, 1, ...: so many of `missing` are hidden, as far as `most` are."""
    import numpy as np

    _, _, _, hiding, unseen, _, _ = grid()
    if ripe:
        hidden = [(1 - hiding) ** missing]
        for number in range(most):
            hidden.append(hidden[-1] * (missing - number) / (number + 1) * hiding / (1 - hiding))
            if hidden[-1].max() < LEAST:
                break
    else:
        hidden = [np.full_like(hiding, 1 / (missing + 1))] * (most + 1)
    whole = np.zeros((len(hiding), len(hidden) + 2))
    for place, share in enumerate(hidden):
        whole[:, place : place + 3] += share[:, None] * unseen
    return whole


def moved(levels: "Array", step: "Array", direction: int) -> "Array":
    """Return the chances of the levels after a step (direction 1), or of what lies ahead of each before it (-1).

    The chances in `step` begin with that of a step by -1.
    """
    import numpy as np

    result, width = np.zeros_like(levels), levels.shape[1]
    for place in range(min(step.shape[1], width + 1)):
        by = (place - 1) * direction
        result[:, max(0, by) : width + min(0, by)] += step[:, place, None] * levels[:, max(0, -by) : width - max(0, by)]
    return result
