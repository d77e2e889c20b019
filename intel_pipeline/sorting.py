"""The proof that a frame is sorted, without which nothing may claim that it is."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import polars as pl


def strictly_increasing(frame: "pl.DataFrame", column: str) -> bool:
    """Tell whether `column` is sorted, distinct and without nulls: what a merge join needs and never checks."""
    return rises(frame[column])


def rises(keys: "pl.Series", last: object = None) -> bool:
    """Tell whether the keys strictly rise, the first one from `last` (None for no key before), without nulls."""
    if keys.is_empty():
        return True
    # Slices of a series lie where it does; an expression of the same takes ten times as long to set up.
    if keys.has_nulls() or not (keys[1:] > keys[:-1]).all():
        return False
    return last is None or bool(keys[0] > last)
