"""The balance of a follower list: what the reported counts say about those who are missing from it."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from statistics import median
from typing import TYPE_CHECKING

from intel_pipeline.changes.count_errors import REACH, Circumstances, believed, circumstances_of, ways
from intel_pipeline.changes.counts_needed import counts_needed
from intel_pipeline.changes.hiding import HIDING, step_chances
from intel_pipeline.changes.unshown import at_first, counted_on_top, unshown_moves

if TYPE_CHECKING:
    from intel_pipeline.changes.count_errors import Array

# How often the count moves by one for a reason that no list shows, at a target without a gap. With one, those who are
# hidden leave as often as the others, and as many newcomers are hidden from the start.
UNSEEN = 0.0003
# How often somebody revealed was not counted before: their account was deactivated when the first list was read.
REVIVED = 0.1
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
    those who followed since the entry before. `revealed`: those listed for the first time who are taken for older
    followers. `missing`: those who were listed before, are not since this capture, and were not merely away. `ripe`:
    they have been missing for so long that they do not merely flicker; of those who may, nothing is believed beforehand.
    `mixed`: only the count told who arrived and who was revealed, so it tells nothing else. `lower`, `higher`: the
    chances that the count is one lower or higher than these numbers make it, since it is not certain which of those who
    came back had left.
    """

    listed: int
    away: int
    reported: float
    moved: int
    arrived: int
    missing: int
    ripe: bool = True
    revealed: int = 0
    mixed: bool = False
    lower: float = 0.0
    higher: float = 0.0


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
def weigh(entries: tuple[Entry, ...], again: float = 0.0) -> Weighing:
    """Return for each entry the chance that one of its `missing` is hidden rather than gone.

    The first entry is the level to start from, so nothing is known of its missing: their chance is 1. What follows from
    the counts: between two captures the count rises by who arrived and falls by who left, so
    `reported - arrivals + missing`, summed up, stays level while everybody missing has left, and steps up by one for
    everybody who is missing and still counted. The counts err, so the steps are inferred from all of them at once:
    forward and backward over the levels, for each way to err and each share of hiding that is thought possible,
    weighed by how well it explains what was seen. Where followers flicker, some are counted and unshown for a while:
    `again` is the chance that somebody who is not shown is not at the next capture either. Where counts and list have
    lost each other, every chance is 1.
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
    seen = np.stack([way[:, error] for way, error in zip(told, errors, strict=True)])
    return inferred(seen, entries, again)


def circumstances(entries: Sequence[Entry]) -> list[Circumstances]:
    """Return what each count's error depends on; of the first one's events nothing is known but what is usual."""
    usual = (round(number) for number in usual_events(entries))
    first = circumstances_of(entries[0].moved, *usual)
    return [first, *(circumstances_of(entry.moved, entry.arrived, entry.missing) for entry in entries[1:])]


def usual_events(entries: Sequence[Entry]) -> tuple[float, float]:
    """Return how many arrive and how many go missing between two captures, on average."""
    steps = len(entries) - 1
    return sum(entry.arrived for entry in entries[1:]) / steps, sum(entry.missing for entry in entries[1:]) / steps


def inferred(seen: "Array", entries: Sequence[Entry], again: float) -> Weighing:
    """Weigh what was `seen`, [capture, way to err, level], over all ways to err, to hide and to be unshown."""
    import numpy as np

    hiding, belief = np.array([*HIDING]), np.array([*HIDING.values()])
    levels, (down, up) = seen.shape[2], unseen_moves(entries)
    arriving, _ = usual_events(entries)
    moves = unshown_moves([entry.missing + arriving for entry in entries[1:]], unshown_share(entries), again)
    seen = counted_on_top(seen, moves.shape[1])
    steps = [step_chances(entry.missing, entry.ripe, levels, moved_unseen(entry, down, up)) for entry in entries[1:]]
    # [share hiding, way to err, number unshown, level]
    forward = [np.broadcast_to(seen[0] * at_first(moves)[:, None] / levels, (len(hiding), *seen[0].shape))]
    evidence = np.log(belief[:, None] * believed())
    for here, (step, _), move in zip(seen[1:], steps, moves, strict=True):
        total = forward[-1].sum(axis=(2, 3)) + TINY
        evidence += np.log(total)
        forward.append(move.T @ (forward[-1] / total[..., None, None]) @ step[:, None] * here)
    evidence += np.log(forward[-1].sum(axis=(2, 3)) + TINY)
    best = evidence.max()
    weight = np.exp(evidence - best)
    explained = float(best + np.log(weight.sum()))
    weight /= weight.sum()

    chances = [1.0] * len(entries)
    backward = np.ones_like(forward[-1])
    for number in range(len(entries) - 1, 0, -1):
        ahead, before = moves[number - 1] @ (seen[number] * backward), forward[number - 1]
        step, hidden = (found.transpose(0, 2, 1)[:, None] for found in steps[number - 1])
        backward = ahead @ step
        whole = (before * backward).sum(axis=(2, 3))
        expected = (before * (ahead @ hidden)).sum(axis=(2, 3))
        missing = entries[number].missing
        # Where nothing that is thought possible explains the counts, nothing is proven by them.
        hidden_number = np.where(whole > 0, expected / (whole + TINY), missing)
        chances[number] = float((weight * hidden_number).sum()) / max(1, missing)
        backward = backward / (backward.max(axis=(2, 3), keepdims=True) + TINY)
    return Weighing(tuple(chances), explained, tuple(weight.sum(axis=0)), float((weight.sum(axis=1) * hiding).sum()))


def moved_unseen(entry: Entry, down: float, up: float) -> tuple[float, float]:
    """Return the chances that the count falls or rises by one at an entry for nobody's sake who went missing or arrived.

    `down` and `up`: what they are where nobody is revealed.
    """
    if entry.mixed:
        return MOST_UNSEEN, MOST_UNSEEN
    rises = up + REVIVED * entry.revealed + entry.higher
    return min(MOST_UNSEEN, down + entry.lower), min(MOST_UNSEEN, rises)


def unshown_share(entries: Sequence[Entry]) -> float:
    """Return which share of the followers a list merely does not show."""
    away, listed = sum(entry.away for entry in entries), sum(entry.listed for entry in entries)
    return away / (listed + away) if away else 0.0


def unseen_moves(entries: Sequence[Entry]) -> tuple[float, float]:
    """Return the chances, between two captures, that the count falls or rises by one for somebody who is never listed."""
    known = [entry for entry in entries if entry.ripe] or entries
    gap = max(0.0, median(entry.reported - entry.listed - entry.away for entry in known))
    hidden = gap / max(1.0, median(entry.listed for entry in known))
    came, left = usual_events(entries)
    # Rounded, so that the steps of one day can be used again on the next.
    down, up = (min(MOST_UNSEEN, round(UNSEEN + hidden * events, 4)) for events in (left, came))
    return down, up


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
