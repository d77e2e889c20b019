"""The balance of a follower list: what the reported counts say about those who are missing from it."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import chain, zip_longest
from math import prod
from typing import TYPE_CHECKING, NamedTuple

from intel_pipeline.changes.count_errors import MOST_EVENTS, REACH, Circumstances, circumstances_of, ways
from intel_pipeline.changes.counts_needed import COUNTS_APART, Asked, counts_needed
from intel_pipeline.changes.levels import Course, Inferred, inferred_all
from intel_pipeline.changes.scratch import SCRATCH
from intel_pipeline.changes.unshown import unshown_moves

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

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


class Columns(NamedTuple):
    """The entries of balances that have as many each, [balance, entry], as numbers; the names are those of Entry."""

    listed: "Array"
    away: "Array"
    reported: "Array"
    moved: "Array"
    arrived: "Array"
    missing: "Array"
    ripe: "Array"
    revealed: "Array"
    mixed: "Array"
    lower: "Array"
    higher: "Array"


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
    alike: dict[int, list[int]] = defaultdict(list)
    for number, (entries, _) in enumerate(balances):
        alike[len(entries)].append(number)
    found: dict[int, Weighing] = {}
    for length, numbers in alike.items():
        some = [balances[number] for number in numbers]
        # Without two entries there is no step.
        weighed = weighed_together(some) if length > 1 else [Weighing((1.0,) * length)] * len(some)
        found |= zip(numbers, weighed, strict=True)
    return [found[number] for number in range(len(balances))]


def weighed_together(balances: Sequence[tuple[tuple[Entry, ...], float]]) -> list[Weighing]:
    """Return what each of some balances comes to that have as many entries, two at least; as `weigh_all`."""
    columns = columns_of([entries for entries, _ in balances])
    at, kinds = circumstances(columns)
    moves = unseen_moves(columns)
    heights = heights_of(columns)
    found: dict[int, Inferred] = {}
    for (width, shown), numbers in alike_courses(heights, columns).items():
        if width > WIDEST:
            continue
        again = [balances[number][1] for number in numbers]
        own = Columns(*(column[numbers] for column in columns))
        unseen = [moves[number] for number in numbers]
        course = Course(
            seen=seen_at(kinds, at[numbers], heights[numbers], width),
            moves=unshown_of(own, again) if shown else None,
            missing=own.missing[:, 1:],
            ripe=own.ripe[:, 1:] > 0,
            unseen=moved_unseen(own, unseen),
        )
        found |= zip(numbers, inferred_all(course), strict=True)
    # Counts and list of the others have lost each other.
    nothing = Weighing((1.0,) * len(balances[0][0]), float("-inf"))
    weighed = []
    for number, (falls, _) in enumerate(moves):
        if one := found.get(number):
            told = tuple(kinds[kind] for kind in at[number].tolist())
            weighed.append(Weighing((1.0, *one.chances), one.evidence, one.ways, one.hiding, told, falls))
        else:
            weighed.append(replace(nothing, falls=falls))
    return weighed


def columns_of(balances: Sequence[Sequence[Entry]]) -> Columns:
    """Return the entries of balances that have as many each."""
    import numpy as np

    shape = len(balances), len(balances[0]), len(Columns._fields)
    numbers = np.fromiter(chain.from_iterable(chain.from_iterable(balances)), float, prod(shape))
    return Columns(*numbers.reshape(shape).transpose(2, 0, 1))


def heights_of(columns: Columns) -> "Array":
    """Return the counts as they would be if nobody had arrived or gone since the first one, [balance, entry]."""
    heights = columns.reported.copy()
    heights[:, 1:] += columns.missing[:, 1:].cumsum(axis=1) - columns.arrived[:, 1:].cumsum(axis=1)
    return heights


def lowest_of(heights: "Array") -> "Array":
    """Return the lowest level that is thought possible of each balance, by its `heights`, [balance, entry]."""
    import numpy as np

    found: Array = np.floor(heights.min(axis=1)) - 2
    return found


def alike_courses(heights: "Array", columns: Columns) -> dict[tuple[int, bool], list[int]]:
    """Return which balances go through as many levels, so many and one, and whether some are unshown in them."""
    import numpy as np

    widths = np.ceil(heights.max(axis=1)) + 2 - lowest_of(heights)
    kinds = zip(widths.tolist(), columns.away.sum(axis=1).tolist(), strict=True)
    alike: dict[tuple[int, bool], list[int]] = defaultdict(list)
    for number, (width, away) in enumerate(kinds):
        alike[int(width), away > 0].append(number)
    return alike


def seen_at(kinds: Sequence[Circumstances], at: "NDArray[np.intp]", heights: "Array", width: int) -> "Array":
    """Return the chance of each count, [balance, capture, way to err, level], until the next ones are asked for.

    `at`: which of the `kinds` of circumstances each count errs in, [balance, capture]; `heights`: as `heights_of`. From
    the lowest level to the highest it is so much, `width`.
    """
    import numpy as np

    levels = lowest_of(heights)[:, None] + np.arange(width + 1)
    # In halves from -REACH.
    errors = np.round(2 * (heights[:, :, None] - levels[:, None] + REACH)).astype(int).clip(0, 4 * REACH)
    low, high = int(errors.min()), int(errors.max()) + 1
    # [circumstances and error, way to err]: of each count and level all ways lie in a row.
    chances = np.concatenate([ways(one)[:, low:high].T for one in kinds])
    places = (high - low) * at[:, :, None] + errors - low
    found = SCRATCH.room("chances", (*places.shape, chances.shape[1]))
    # Places that are not there would be refused in twice the time.
    return chances.take(places, axis=0, out=found, mode="clip").swapaxes(2, 3)


def circumstances(columns: Columns) -> "tuple[NDArray[np.intp], list[Circumstances]]":
    """Return what each count's error depends on, [balance, capture], by its place among all that there is, and that.

    Of the first one's events nothing is known but what is usual.
    """
    import numpy as np

    events = np.stack([columns.arrived, columns.missing])
    events[:, :, 0] = np.round(usual_events(columns))
    # Numbers of events that say no more have been cut off, so that each kind makes one whole number.
    told = events.clip(max=MOST_EVENTS).astype(int)
    apart = MOST_EVENTS + 1
    codes, at = np.unique((columns.moved.astype(int) * apart + told[0]) * apart + told[1], return_inverse=True)
    kinds = [circumstances_of(code // apart // apart, code // apart % apart, code % apart) for code in codes.tolist()]
    return at.reshape(columns.moved.shape), kinds


def usual_events(columns: Columns) -> "Array":
    """Return how many arrive and how many go missing between two captures, on average; [which of both, balance]."""
    import numpy as np

    steps = columns.arrived.shape[1] - 1
    return np.stack([column[:, 1:].sum(axis=1) for column in (columns.arrived, columns.missing)]) / steps


def moved_unseen(columns: Columns, moves: Sequence[tuple[float, float]]) -> "tuple[Array, Array]":
    """Return the chances that the count falls or rises by one for nobody's sake who went missing or arrived.

    Both [balance, entry but the first]. `moves`: what they are in each balance where nobody is revealed.
    """
    import numpy as np

    down, up = np.array(moves).T[:, :, None]
    lower, higher, revealed, mixed = (
        column[:, 1:] for column in (columns.lower, columns.higher, columns.revealed, columns.mixed)
    )
    falls, rises = down + lower, up + REVIVED * revealed + higher
    both = (np.where(mixed, MOST_UNSEEN, way.clip(max=MOST_UNSEEN)) for way in (falls, rises))
    return next(both), next(both)


def unshown_of(columns: Columns, again: Sequence[float]) -> "Array":
    """Return of each balance, of whose followers lists merely do not show some, its `unshown_moves`.

    `again`: the chance of each that somebody who is not shown is not at the next capture either.
    """
    import numpy as np

    away, listed = columns.away.sum(axis=1), columns.listed.sum(axis=1)
    shares = (away / (listed + away)).tolist()
    arriving = columns.arrived[:, 1:].sum(axis=1) / (columns.arrived.shape[1] - 1)
    events = (columns.missing[:, 1:] + arriving[:, None]).tolist()
    return np.stack([unshown_moves(*of_one) for of_one in zip(events, shares, again, strict=True)])


def unseen_moves(columns: Columns) -> list[tuple[float, float]]:
    """Return the chances of each balance, between two captures, that the count falls or rises by one.

    For somebody who is never listed, that is.
    """
    known = columns.ripe > 0
    known[~known.any(axis=1)] = True
    gaps = median_of(columns.reported - columns.listed - columns.away, known).clip(min=0.0)
    hidden = gaps / median_of(columns.listed, known).clip(min=1.0)
    came, left = (UNSEEN + hidden * usual_events(columns)).tolist()
    # Rounded, and not by NumPy, which rounds otherwise: so they are what they were the day before, mostly.
    return [
        (min(MOST_UNSEEN, round(down, 4)), min(MOST_UNSEEN, round(up, 4))) for down, up in zip(left, came, strict=True)
    ]


def median_of(values: "Array", chosen: "NDArray[np.bool_]") -> "Array":
    """Return the median of those values of each row, [row, place], that are `chosen`, one at least."""
    import numpy as np

    rows, numbers = np.arange(len(values)), chosen.sum(axis=1)
    rising = np.sort(np.where(chosen, values, np.inf), axis=1)
    found: Array = (rising[rows, (numbers - 1) // 2] + rising[rows, numbers // 2]) / 2
    return found


def counts_to_tell(weighings: Sequence[Weighing], likely: Sequence[float | None] = ()) -> list[float]:
    """Return of each how many counts tell a loss from somebody's becoming hidden, by their errors, the level before known.

    `likely`: what that is likely to be of each, as far as that is known; it is found sooner where it is so.
    """
    known = [
        Asked(one.at, one.ways, one.hiding / ALLOWED, guess or COUNTS_APART)
        for one, guess in zip_longest(weighings, likely)
        if one.ways
    ]
    found = iter(counts_needed(known))
    return [next(found) if one.ways else float("inf") for one in weighings]


def coincides(weighing: Weighing, counts: float) -> bool:
    """Tell whether somebody becomes hidden while somebody hidden leaves, too often to be left out.

    If that falls within the `counts` that it takes to tell, they are what they would be after a loss.
    """
    return weighing.hiding * weighing.falls * max(1.0, counts) > ALLOWED
