"""The balance of a follower list: what the reported counts say about those who are missing from it."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from statistics import median
from typing import TYPE_CHECKING, NamedTuple

from intel_pipeline.changes.count_errors import REACH, Circumstances, believed, circumstances_of, ways
from intel_pipeline.changes.counts_needed import Asked, counts_needed
from intel_pipeline.changes.levels import Course, inferred_all
from intel_pipeline.changes.unshown import unshown_moves

if TYPE_CHECKING:
    from intel_pipeline.changes.count_errors import Array

# How often the count moves by one for a reason that no list shows, at a target without a gap. With one, those who are
# hidden leave as often as the others, and as many newcomers are hidden from the start.
UNSEEN = 0.0003
# How often somebody revealed was not counted before: their account was deactivated when the first list was read.
REVIVED = 0.1
# Beyond this the counts and the list have lost each other, and nothing is proven by them.
WIDEST = 2 * REACH
MOST_UNSEEN = 0.3
# At most this share of confirmed losses may be untrue, by what is expected.
BOUND = 0.0001
# Half of that is left to the errors of counts, the other half to what no count tells.
ALLOWED = BOUND / 2


class Entry(NamedTuple):
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
    `at`: what the error of each count depends on. `falls`: the chance, between two captures, that the count falls by one
    for somebody who is never listed.
    """

    chances: tuple[float, ...]
    evidence: float = 0.0
    ways: tuple[float, ...] = ()
    hiding: float = 1.0
    at: Sequence[Circumstances] = ()
    falls: float = 0.0


@lru_cache(maxsize=64)
def weigh(entries: tuple[Entry, ...], again: float = 0.0) -> Weighing:
    """Return for each entry the chance that one of its `missing` is hidden rather than gone; as `weigh_all`."""
    return weigh_all([(entries, again)])[0]


def weigh_all(balances: Sequence[tuple[tuple[Entry, ...], float]]) -> list[Weighing]:
    """Return of each balance, for each entry, the chance that one of its `missing` is hidden rather than gone.

    The first entry is the level to start from, so nothing is known of its missing: their chance is 1. What follows from
    the counts: between two captures the count rises by who arrived and falls by who left, so
    `reported - arrivals + missing`, summed up, stays level while everybody missing has left, and steps up by one for
    everybody who is missing and still counted. The counts err, so the steps are inferred from all of them at once:
    forward and backward over the levels, for each way to err and each share of hiding that is thought possible,
    weighed by how well it explains what was seen. Where followers flicker, some are counted and unshown for a while:
    beside its entries each balance has the chance `again` that somebody who is not shown is not at the next capture
    either. Where counts and list have lost each other, every chance is 1.
    """
    told = [circumstances(entries) if len(entries) > 1 else [] for entries, _ in balances]
    moves = [unseen_moves(entries) if at else (0.0, 0.0) for (entries, _), at in zip(balances, told, strict=True)]
    courses = [
        course(entries, at, again, unseen) if at else None
        for (entries, again), at, unseen in zip(balances, told, moves, strict=True)
    ]
    found = iter(inferred_all([one for one in courses if one is not None]))
    weighed = []
    for (entries, _), at, known, (falls, _) in zip(balances, told, courses, moves, strict=True):
        if known is None:
            # Without two entries there is no step; and with them, counts and list have lost each other.
            evidence = float("-inf") if at else 0.0
            weighed.append(Weighing((1.0,) * len(entries), evidence, falls=falls))
        else:
            one = next(found)
            weighed.append(Weighing((1.0, *one.chances), one.evidence, one.ways, one.hiding, at, falls))
    return weighed


def course(
    entries: tuple[Entry, ...], at: Sequence[Circumstances], again: float, moves: tuple[float, float]
) -> Course | None:
    """Return what was seen of the levels, the errors of the counts being what they are `at` each; None where it is too much.

    `moves`: as `unseen_moves`.
    """
    import numpy as np

    columns = dict(zip(Entry._fields, zip(*entries, strict=True), strict=True))
    arrived, gone, ripe = (np.array(columns[name][1:]) for name in ("arrived", "missing", "ripe"))
    height = np.array(columns["reported"])
    height[1:] += gone.cumsum() - arrived.cumsum()
    low, high = int(np.floor(height.min())) - 2, int(np.ceil(height.max())) + 2
    if high - low > WIDEST:
        return None
    levels = np.arange(low, high + 1)
    errors = np.round(2 * (height[:, None] - levels + REACH)).astype(int).clip(0, 4 * REACH)
    (down, up), arriving = moves, float(arrived.sum()) / len(gone)
    unseen = [
        moved_unseen(entry, down, up) if entry.mixed or entry.revealed or entry.lower or entry.higher else (down, up)
        for entry in entries[1:]
    ]
    return Course(
        seen=seen_at(at, errors),
        moves=unshown_moves([missing + arriving for missing in gone.tolist()], unshown_share(entries), again),
        missing=gone,
        ripe=ripe,
        unseen=(np.array([falls for falls, _ in unseen]), np.array([rises for _, rises in unseen])),
    )


def seen_at(at: Sequence[Circumstances], errors: "Array") -> "Array":
    """Return the chance of each count, [capture, way to err, level]; `errors`: in halves from -REACH, [capture, level]."""
    import numpy as np

    alike: dict[Circumstances, list[int]] = defaultdict(list)
    for number, one in enumerate(at):
        alike[one].append(number)
    found: Array = np.empty((len(at), len(believed()), errors.shape[1]))
    for one, numbers in alike.items():
        # [way to err, capture, level]
        found[numbers] = ways(one)[:, errors[numbers].astype(int)].swapaxes(0, 1)
    return found


def circumstances(entries: Sequence[Entry]) -> list[Circumstances]:
    """Return what each count's error depends on; of the first one's events nothing is known but what is usual."""
    usual = (round(number) for number in usual_events(entries))
    first = circumstances_of(entries[0].moved, *usual)
    return [first, *(circumstances_of(entry.moved, entry.arrived, entry.missing) for entry in entries[1:])]


def usual_events(entries: Sequence[Entry]) -> tuple[float, float]:
    """Return how many arrive and how many go missing between two captures, on average."""
    steps = len(entries) - 1
    return sum(entry.arrived for entry in entries[1:]) / steps, sum(entry.missing for entry in entries[1:]) / steps


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


def counts_to_tell(weighings: Sequence[Weighing]) -> list[float]:
    """Return of each how many counts tell a loss from somebody's becoming hidden, by their errors, the level before known."""
    known = [one for one in weighings if one.ways]
    found = iter(counts_needed([Asked(one.at, one.ways, one.hiding / ALLOWED) for one in known]))
    return [next(found) if one.ways else float("inf") for one in weighings]


def coincides(weighing: Weighing, counts: float) -> bool:
    """Tell whether somebody becomes hidden while somebody hidden leaves, too often to be left out.

    If that falls within the `counts` that it takes to tell, they are what they would be after a loss.
    """
    return weighing.hiding * weighing.falls * max(1.0, counts) > ALLOWED
