"""The balance of a follower list: what the reported counts say about those who are missing from it."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import zip_longest
from typing import TYPE_CHECKING

from intel_pipeline.changes.count_chances import circumstances, moved_unseen, seen_at, unseen_moves, unshown_of
from intel_pipeline.changes.count_errors import REACH, Circumstances
from intel_pipeline.changes.counts_needed import COUNTS_APART, Asked, counts_needed
from intel_pipeline.changes.entries import Columns, Entry, columns_of, heights_of, lowest_of
from intel_pipeline.changes.levels import Course, Inferred, inferred_all

if TYPE_CHECKING:
    from intel_pipeline.changes.count_errors import Array

# Beyond this the counts and the list have lost each other, and nothing is proven by them.
WIDEST = 2 * REACH
# At most this share of confirmed losses may be untrue, by what is expected.
BOUND = 0.0001
# Half of that is left to the errors of counts, the other half to what no count tells.
ALLOWED = BOUND / 2


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


def alike_courses(heights: "Array", columns: Columns) -> dict[tuple[int, bool], list[int]]:
    """Return which balances go through as many levels, so many and one, and whether some are unshown in them."""
    import numpy as np

    widths = np.ceil(heights.max(axis=1)) + 2 - lowest_of(heights)
    kinds = zip(widths.tolist(), columns.away.sum(axis=1).tolist(), strict=True)
    alike: dict[tuple[int, bool], list[int]] = defaultdict(list)
    for number, (width, away) in enumerate(kinds):
        alike[int(width), away > 0].append(number)
    return alike


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
