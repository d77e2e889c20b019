"""Who appears in a list for the first time: somebody new, or somebody who was only hidden before."""

import polars as pl

# With fewer members known from before, or less of them in their old order, a list's order tells nothing.
FEWEST_IN_ORDER = 5
LEAST_ORDER = 0.9
# Complete captures after the first that everybody who flickers needs to have been seen.
SETTLING = 3


def edge(head: pl.DataFrame) -> int | None:
    """Return the position above which only new followers stand, or None for a list that is not newest first.

    `head`: `position_before` and `position` of members known from before, in the order of `position`. In a list kept
    newest first they keep their order, and whoever followed since stands above all of them.
    """
    if head.height < FEWEST_IN_ORDER:
        return None
    ordered = head.with_columns(in_order=pl.col("position_before") < pl.col("position_before").shift(-1))
    # Who followed anew stands at the top too, out of the old order, and does not count.
    in_order = ordered.filter(pl.col("in_order"))
    if in_order.height < LEAST_ORDER * (head.height - 1):
        return None
    return int(in_order["position"][0])


def newly_followed(fresh: pl.DataFrame, head: pl.DataFrame, *, risen: float | None, settled: bool) -> pl.Expr:
    """Return, for the rows of `fresh` (never seen before), whether they are proven to be new rather than revealed.

    In a list kept newest first the place decides. In any other, an arrival is new if the count has `risen` by as many
    as arrived, or if the list has `settled`: by then everybody who flickers has been seen.
    """
    top = edge(head)
    if top is not None:
        return pl.col("position") <= top
    return pl.lit(settled or (risen is not None and fresh.height <= risen))
