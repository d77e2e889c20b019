"""The proof that a frame is sorted, without which nothing may claim that it is."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import polars as pl


def strictly_increasing(frame: "pl.DataFrame", column: str) -> bool:
    """Tell whether `column` is sorted, distinct and without nulls: what a merge join needs and never checks."""
    import polars as pl

    steps = frame.select((pl.col(column).diff().drop_nulls() > 0).all() & (pl.col(column).null_count() == 0))
    return bool(steps.item())
