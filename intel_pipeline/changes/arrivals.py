"""Who appears in a list for the first time: somebody new, or somebody who was only hidden before."""

from collections.abc import Sequence
from datetime import datetime
from itertools import compress
from operator import itemgetter, lt
from typing import TYPE_CHECKING

import polars as pl

from intel_pipeline.changes.cases import given
from intel_pipeline.changes.events import event
from intel_pipeline.changes.rows import flicker_patience
from intel_pipeline.changes.standing import Case
from intel_pipeline.contracts.change import MOMENT

if TYPE_CHECKING:
    import numpy as np

    Positions = np.ndarray[tuple[int, ...], np.dtype[np.int64]]
    Chosen = np.ndarray[tuple[int, ...], np.dtype[np.bool_]]

# The edges of each case's list.
Edges = Sequence[tuple[int, ...]]
# A position that is not known: below everybody's.
NOWHERE = 2**62

# With fewer members known from before, or less of them in their old order, a list's order tells nothing.
FEWEST_IN_ORDER = 5
LEAST_ORDER = 0.9
# Complete captures after the first that everybody who flickers needs to have been seen.
SETTLING = 3
# After so many, nearly everybody has, however long they stay away: enough to guess by, not to prove anything.
SEEN = 8
# Of so many who stood above somebody in the list, or have followed since, one at least is listed.
FEWEST_ABOVE = 5
# Followers may be listed late. So many complete captures are kept apart in the order of a list to find their place.
EDGES = 4


def edges(places_before: Sequence[int], places: Sequence[int], before: Sequence[int]) -> tuple[int, ...]:
    """Return above which positions only those stand who have followed since earlier complete captures, the last one first.

    Nothing for a list that is not newest first.
    `places_before` and `places`: where members known from before stood and stand now, in the order of now. In a list
    kept newest first they keep their order, and whoever followed since stands above all of them. `before`: the edges
    of the last complete capture.
    """
    if len(places) < FEWEST_IN_ORDER:
        return ()
    # Who followed anew stands at the top too, out of the old order, and does not count.
    follows = map(lt, places_before, places_before[1:])
    in_order = [*compress(zip(places_before, places, strict=True), follows)]
    if len(in_order) < LEAST_ORDER * (len(places) - 1):
        return ()
    lowest = max(map(itemgetter(0), in_order))
    # Below the lowest of them nobody is looked for.
    asked = (place for place in (0, *before[: EDGES - 1]) if place <= lowest)
    older = (next(now for old, now in in_order if old >= place) for place in asked)
    return tuple(place for place in older if place is not None)


def at_top(positions: "Positions", edge: int) -> "Chosen":
    """Return which followers, by their `positions`, stand above all who have stayed."""
    chosen: Chosen = positions <= edge
    return chosen


def risen_to_top(position: int | None, top: int | None, above: int | None) -> bool:
    """Return whether a follower stands above all who have stayed, where so many would be `above` the old place.

    `top`: down to where only those stand who have followed since; None for a list without order. Only following anew
    brings anybody there. Whoever was among the first and is back there may not have been away.
    """
    return None not in (position, top, above) and position <= top and above >= FEWEST_ABOVE  # type: ignore[operator]


def newness(
    case: Case, positions: "Positions", others: int, missing: int, above: tuple[int, ...]
) -> "tuple[Chosen, Chosen]":
    """Return which of those seen for the first time are likely to be new rather than revealed, and of whom that is proven.

    `positions`: where they stand, those of a case by `user_id`; NOWHERE where that is not known. `others`: how many are
    listed and were not before, and have been seen already; `missing`: how many are missing. `above`: the edges of the
    list.

    In a list kept newest first the place decides: whoever stands above all that were there a few complete captures ago,
    the last of the edges, has followed since. In any other all are new if the list has settled: by then everybody
    who flickers has been seen. Until then as many as there is room for: the count has risen by so many,
    those who are missing counted in. While not everybody who flickers has been seen, it takes counts that leave no room
    for anybody hidden, or that have risen by as many as appear.
    """
    import numpy as np

    nobody = np.zeros(len(positions), dtype=bool)
    if not case.based or not len(positions):
        return nobody, nobody
    balance, known, patience = case.balance, len(case.balance), flicker_patience(case.balance) if case.balance else 0
    risen = None
    if case.capture.complete and case.capture.reported is not None:
        risen = case.capture.reported - balance[-1].reported - case.since.arrived - others
    if above:
        likely = at_top(positions, above[-1])
    elif known >= max(SETTLING, min(patience, SEEN)):
        likely = ~nobody
    else:
        likely = np.arange(len(positions)) < (0.0 if risen is None else max(0.0, risen + missing))
    certain = (
        known >= max(SETTLING, patience)
        or (risen is not None and len(positions) <= risen)
        or all(row.reported <= row.listed for row in balance)
    )
    return likely, likely if certain else nobody


def places_since(positions: "Positions", above: tuple[int, ...]) -> "Positions":
    """Return by their place in the list since which of the moments of `doubtful_since` new followers may have followed.

    Who stands above all whom an earlier capture knew, but not at the top, followed since that one. `above`: the edges.
    """
    import numpy as np

    if not above:
        return np.zeros(len(positions), dtype=np.int64)
    # The first edge that one stands above; of who stands above none, as of who stands at the top.
    found: Positions = np.stack([at_top(positions, edge) for edge in above]).argmax(axis=0)
    return found


def first_seen(
    cases: Sequence[Case], fresh: pl.DataFrame, again: pl.DataFrame, earliest: Sequence[Sequence[datetime]]
) -> Sequence[pl.DataFrame]:
    """Return the events of those who have followed, anew or for the first time, and of those who were only revealed.

    `fresh`: with `proven`, and `not_before` of those of whom that is so. `earliest`: of each case as `doubtful_since`.
    """
    if fresh.is_empty() and again.is_empty():
        return ()
    after = given(again, doubtful=(MOMENT, [moments[0] if moments else None for moments in earliest]))
    refollowed = after.with_columns(not_before=pl.max_horizontal("not_before", "doubtful")).drop("doubtful")
    shown = given(fresh, based=(pl.Boolean(), [case.based for case in cases])).filter("based")
    return (
        event(refollowed, "refollowed", "confirmed"),
        event(shown.filter("proven"), "followed", "confirmed"),
        event(shown.filter(~pl.col("proven")).drop("not_before"), "revealed", "confirmed"),
    )


def doubtful_since(case: Case, number: int) -> list[datetime]:
    """Return the start of the last complete capture that proves who did not follow: one who flickers may be missed.

    After it as many as make up `number`, each a complete capture earlier; nothing before there is a complete capture.
    """
    if not case.balance:
        return []
    known, doubtful = len(case.balance), flicker_patience(case.balance) - 1
    return [case.balance[max(0, known - doubtful - more)].started_at for more in range(number)]
