"""The balance of a follower list: what the reported counts say about those who are missing from it."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from statistics import median
from typing import TYPE_CHECKING

from intel_pipeline.changes.count_errors import REACH, Circumstances, believed, counts_needed, ways

if TYPE_CHECKING:
    from intel_pipeline.changes.count_errors import Array

# The share of those missing who are hidden rather than gone, with the share of targets that are like that.
HIDING = {0.001: 0.5, 0.005: 0.3, 0.03: 0.15, 0.2: 0.05}
# How often the count moves by one for a reason that no list shows, at a target without a gap. With one, those who are
# hidden leave as often as the others, and as many newcomers are hidden from the start.
UNSEEN = 0.0003
# Complete captures that are weighed: older ones say nothing about who is missing now.
WEIGHED = 64
# Beyond this the counts and the list have lost each other, and nothing is proven by them.
WIDEST = 2 * REACH
TINY = 1e-300
MOST_UNSEEN = 0.3
# At most this share of confirmed losses may be untrue, by what is expected.
BOUND = 0.0001
# Half of that is left to the errors of counts, the other half to what no count tells.
ALLOWED = BOUND / 2


@dataclass(frozen=True, slots=True)
class Entry:
    """One complete capture in the balance.

    `listed`: how many its list holds; `away`: how many it lacks who were merely not shown, since later ones show them.
    `reported`: the number that Instagram reported at it, the mean of two readings that were `moved` apart. `arrived`:
    those who followed since the entry before. `missing`: those who were listed before, are not since this capture, and
    were not merely away. `ripe`: they have been missing for so long that they do not merely flicker; of those who may,
    nothing is believed beforehand.
    """

    listed: int
    away: int
    reported: float
    moved: int
    arrived: int
    missing: int
    ripe: bool = True


@dataclass(frozen=True, slots=True)
class Weighing:
    """What the balance came to.

    `chances`: for each entry, which share of its `missing` is expected to be hidden rather than gone. `evidence`: how
    well the entries explain the counts, as a logarithm, to be compared with that of other entries for the same counts.
    `ways`: the belief in each way in which the counts may err. `hiding`: the share of those missing who are hidden.
    """

    chances: tuple[float, ...]
    evidence: float = 0.0
    ways: tuple[float, ...] = ()
    hiding: float = 1.0


@lru_cache(maxsize=64)
def weigh(entries: tuple[Entry, ...]) -> Weighing:
    """Return for each entry the chance that one of its `missing` is hidden rather than gone.

    The first entry is the level to start from, so nothing is known of its missing: their chance is 1. What follows from
    the counts: between two captures the count rises by who arrived and falls by who left, so
    `reported - arrivals + missing`, summed up, stays level while everybody missing has left, and steps up by one for
    everybody who is missing and still counted. The counts err, so the steps are inferred from all of them at once:
    forward and backward over the levels, for each way to err and each share of hiding that is thought possible,
    weighed by how well it explains what was seen. Where counts and list have lost each other, every chance is 1.
    """
    import numpy as np

    unknown = Weighing((1.0,) * len(entries))
    if len(entries) < 2:  # noqa: PLR2004  no step without two entries
        return unknown
    arrived = np.cumsum([0, *(entry.arrived for entry in entries[1:])])
    missing = np.cumsum([0, *(entry.missing for entry in entries[1:])])
    height = np.array([entry.reported for entry in entries]) - arrived + missing
    low, high = int(np.floor(height.min())) - 2, int(np.ceil(height.max())) + 2
    if high - low > WIDEST:
        return replace(unknown, evidence=float("-inf"))
    levels = np.arange(low, high + 1)
    errors = np.round(2 * (height[:, None] - levels + REACH)).astype(int).clip(0, 4 * REACH)
    told = [ways(at) for at in circumstances(entries)]
    return inferred(np.stack([way[:, error] for way, error in zip(told, errors, strict=True)]), entries)


def circumstances(entries: Sequence[Entry]) -> list[Circumstances]:
    """Return what each count's error depends on; of the first one's events nothing is known but what is usual."""
    rest = entries[1:]
    usual = [round(sum(numbers) / len(rest)) for numbers in zip(*((e.arrived, e.missing) for e in rest), strict=True)]
    first = Circumstances(entries[0].moved, *usual)
    return [first, *(Circumstances(entry.moved, entry.arrived, entry.missing) for entry in rest)]


def inferred(seen: "Array", entries: Sequence[Entry]) -> Weighing:
    """Weigh what was `seen`, [capture, way to err, level], over all ways to err and to hide."""
    import numpy as np

    hiding, belief = np.array([*HIDING]), np.array([*HIDING.values()])
    levels, unseen = seen.shape[2], unseen_moves(entries)
    steps = [step_chances(entry.missing, entry.ripe, levels, unseen) for entry in entries[1:]]
    forward = [np.broadcast_to(seen[0] / levels, (len(hiding), *seen[0].shape))]
    evidence = np.log(belief[:, None] * believed())
    for here, (step, _) in zip(seen[1:], steps, strict=True):
        total = forward[-1].sum(axis=2) + TINY
        evidence += np.log(total)
        forward.append(((forward[-1] / total[..., None]) @ step) * here)
    evidence += np.log(forward[-1].sum(axis=2) + TINY)
    best = evidence.max()
    weight = np.exp(evidence - best)
    explained = float(best + np.log(weight.sum()))
    weight /= weight.sum()

    chances = [1.0] * len(entries)
    backward = np.ones_like(forward[-1])
    for number in range(len(entries) - 1, 0, -1):
        ahead, before = seen[number] * backward, forward[number - 1]
        step, hidden = steps[number - 1]
        backward = ahead @ step.transpose(0, 2, 1)
        whole = (before * backward).sum(axis=2)
        expected = (before * (ahead @ hidden.transpose(0, 2, 1))).sum(axis=2)
        missing = entries[number].missing
        # Where nothing that is thought possible explains the counts, nothing is proven by them.
        hidden_number = np.where(whole > 0, expected / (whole + TINY), missing)
        chances[number] = float((weight * hidden_number).sum()) / max(1, missing)
        backward = backward / (backward.max(axis=2, keepdims=True) + TINY)
    return Weighing(tuple(chances), explained, tuple(weight.sum(axis=0)), float((weight.sum(axis=1) * hiding).sum()))


def unseen_moves(entries: Sequence[Entry]) -> tuple[float, float]:
    """Return the chances, between two captures, that the count falls or rises by one for somebody who is never listed."""
    rest = entries[1:]
    known = [entry for entry in entries if entry.ripe] or entries
    gap = max(0.0, median(entry.reported - entry.listed - entry.away for entry in known))
    hidden = gap / max(1.0, median(entry.listed for entry in known))
    left, came = (sum(numbers) / len(rest) for numbers in zip(*((e.missing, e.arrived) for e in rest), strict=True))
    # Rounded, so that the steps of one day can be used again on the next.
    down, up = (min(MOST_UNSEEN, round(UNSEEN + hidden * events, 4)) for events in (left, came))
    return down, up


@lru_cache(maxsize=80)
def step_chances(missing: int, ripe: bool, levels: int, unseen: tuple[float, float]) -> "tuple[Array, Array]":  # noqa: FBT001  a key of the cache
    """Return the chances of moving from level to level, [hiding, from, to], and the same times how many are hidden."""
    import numpy as np

    hiding, most = np.array([*HIDING]), min(missing, levels)
    if ripe:
        hidden = [(1 - hiding) ** missing]
        for number in range(most):
            hidden.append(hidden[-1] * (missing - number) / (number + 1) * hiding / (1 - hiding))
    else:
        hidden = [np.full_like(hiding, 1 / (missing + 1))] * (most + 1)
    moved = np.zeros((2, len(hiding), levels, levels))
    down, up = unseen
    for number, share in enumerate(hidden):
        for by, part in ((-1, down), (0, 1 - down - up), (1, up)):
            where = np.eye(levels, k=number + by)
            moved[0] += (share * part)[:, None, None] * where
            moved[1] += (number * share * part)[:, None, None] * where
    return moved[0], moved[1]


def counts_to_tell(entries: Sequence[Entry], weighing: Weighing) -> float:
    """Return how many counts tell a loss from somebody's becoming hidden, by their errors, the level before known."""
    import numpy as np

    if not weighing.ways:
        return float("inf")
    return counts_needed(circumstances(entries), np.array(weighing.ways), weighing.hiding / ALLOWED)


def coincides(entries: Sequence[Entry], weighing: Weighing, counts: float) -> bool:
    """Tell whether somebody becomes hidden while somebody hidden leaves, too often to be left out.

    If that falls within the `counts` that it takes to tell, they are what they would be after a loss.
    """
    return weighing.hiding * unseen_moves(entries)[0] * max(1.0, counts) > ALLOWED
