"""Who appears in a list for the first time: somebody new, or somebody who was only hidden before."""

from collections.abc import Sequence
from datetime import datetime

import polars as pl

from intel_pipeline.changes.cases import given
from intel_pipeline.changes.events import event
from intel_pipeline.changes.rows import flicker_patience
from intel_pipeline.changes.standing import Case
from intel_pipeline.contracts.change import MOMENT

# The edges of each case's list.
Edges = Sequence[tuple[int, ...]]

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
    in_order = [
        (old, now)
        for old, following, now in zip(places_before, places_before[1:], places, strict=False)
        if old < following
    ]
    if len(in_order) < LEAST_ORDER * (len(places) - 1):
        return ()
    older = (next((now for old, now in in_order if old >= place), None) for place in (0, *before[: EDGES - 1]))
    return tuple(place for place in older if place is not None)


def at_top(edge: str) -> pl.Expr:
    """Return whether a follower stands above all who have stayed, by the column `edge`, null where nothing tells."""
    return (pl.col("position") <= pl.col(edge)).fill_null(value=False)


def risen_to_top(top: str) -> pl.Expr:
    """Return whether a follower stands above all who have stayed, where `above` tells how many would be above the old place.

    Only following anew brings anybody there. Whoever was among the first and is back there may not have been away.
    """
    return at_top(top) & (pl.col("above") >= FEWEST_ABOVE).fill_null(value=False)


def likely_new(last_edge: str) -> pl.Expr:
    """Return which of the followers never seen before are taken to be new rather than revealed.

    In a list kept newest first the place decides: whoever stands above all that were there a few complete captures ago,
    the last of the `edges`, has followed since. In any other all are new if the list has `settled`: by then everybody
    who flickers has been seen. Until then as many of a case are as there is `room` for: the count has risen by so many,
    those who are missing counted in.
    """
    within = pl.col("settled") | (pl.int_range(pl.len()).over("case") < pl.col("room"))
    return pl.when(pl.col(last_edge).is_not_null()).then(at_top(last_edge)).otherwise(within)


def first_seen(cases: Sequence[Case], fresh: pl.DataFrame, again: pl.DataFrame, above: Edges) -> Sequence[pl.DataFrame]:
    """Return the events of those who have followed, anew or for the first time, and of those who were only revealed."""
    if fresh.is_empty() and again.is_empty():
        return ()
    earliest = [doubtful_since(case, max(1, len(one))) for case, one in zip(cases, above, strict=True)]
    after = given(again, doubtful=(MOMENT, [nth(moments, 0) for moments in earliest]))
    refollowed = after.with_columns(not_before=pl.max_horizontal("not_before", "doubtful")).drop("doubtful")
    placed = {f"edge{number}": (pl.Int64(), [nth(one, number) for one in above]) for number in range(EDGES)}
    since = {f"since{number}": (MOMENT, [nth(one, number) for one in earliest]) for number in range(EDGES)}
    shown = given(fresh.filter("based"), **placed, **since)
    followed = shown.filter("proven").with_columns(not_before=followed_since())
    return (
        event(refollowed, "refollowed", "confirmed"),
        event(followed, "followed", "confirmed"),
        event(shown.filter(~pl.col("proven")), "revealed", "confirmed"),
    )


def nth(values: Sequence[object], number: int) -> object:
    """Return one of the values, None where there are not so many."""
    return values[number] if number < len(values) else None


def doubtful_since(case: Case, number: int) -> list[datetime]:
    """Return the start of the last complete capture that proves who did not follow: one who flickers may be missed.

    After it as many as make up `number`, each a complete capture earlier; nothing before there is a complete capture.
    """
    if not case.balance:
        return []
    known, doubtful = len(case.balance), flicker_patience(case.balance) - 1
    return [case.balance[max(0, known - doubtful - more)].started_at for more in range(number)]


def followed_since() -> pl.Expr:
    """Return the last moment at which new followers are proven not to have followed yet, by their place in the list.

    Who stands above all whom an earlier capture knew, but not at the top, followed since that one: the columns `edge0`
    and so on are the edges, `since0` and so on the moments of `doubtful_since`.
    """
    placed = (pl.when(at_top(f"edge{number}")).then(pl.col(f"since{number}")) for number in range(EDGES))
    return pl.coalesce(*placed, pl.col("since0"))
