"""Who appears in a list for the first time: somebody new, or somebody who was only hidden before."""

from collections.abc import Sequence

import polars as pl

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


def edges(head: pl.DataFrame, before: Sequence[int]) -> tuple[int, ...]:
    """Return above which positions only those stand who have followed since earlier complete captures, the last one first.

    Nothing for a list that is not newest first.
    `head`: `position_before` and `position` of members known from before, in the order of `position`. In a list kept
    newest first they keep their order, and whoever followed since stands above all of them. `before`: the edges of the
    last complete capture.
    """
    if head.height < FEWEST_IN_ORDER:
        return ()
    ordered = head.with_columns(in_order=pl.col("position_before") < pl.col("position_before").shift(-1))
    # Who followed anew stands at the top too, out of the old order, and does not count.
    in_order = ordered.filter(pl.col("in_order"))
    if in_order.height < LEAST_ORDER * (head.height - 1):
        return ()
    older = (in_order.filter(pl.col("position_before") >= place)["position"] for place in (0, *before[: EDGES - 1]))
    return tuple(int(positions[0]) for positions in older if len(positions))


def at_top(top: int | None) -> pl.Expr:
    """Return whether a follower stands above all who have stayed."""
    return pl.lit(value=False) if top is None else (pl.col("position") <= top).fill_null(value=False)


def risen_to_top(top: int | None) -> pl.Expr:
    """Return whether a follower stands above all who have stayed, where `above` tells how many would be above the old place.

    Only following anew brings anybody there. Whoever was among the first and is back there may not have been away.
    """
    return at_top(top) & (pl.col("above") >= FEWEST_ABOVE).fill_null(value=False)


def likely_new(above: Sequence[int], *, risen: float | None, settled: bool) -> pl.Expr:
    """Return which of the followers never seen before are taken to be new rather than revealed.

    In a list kept newest first the place decides: whoever stands above all that were there a few complete captures ago,
    the last of the `edges`, has followed since. In any other all are new if the list has `settled`: by then everybody
    who flickers has been seen. Until then as many are as the count has `risen` by, those who are missing counted in.
    """
    if above:
        return at_top(above[-1])
    return pl.lit(value=True) if settled else pl.int_range(pl.len()) < max(0.0, risen or 0.0)
