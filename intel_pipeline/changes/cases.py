"""Rows of several cases at once: captures that are learned from together, each of another target."""

from collections import Counter
from collections.abc import Sequence
from typing import Any

import polars as pl

# What rows of several cases are told apart by: the place of the case among them, and the account.
KEY = ["case", "user_id"]
NUMBER = pl.Int32()


def given(rows: pl.DataFrame, **columns: tuple[pl.DataType, Sequence[Any]]) -> pl.DataFrame:
    """Return `rows` with columns more, each given by its type and by its value in every case."""
    known = pl.DataFrame([pl.Series(name, values, dtype) for name, (dtype, values) in columns.items()])
    return rows.hstack(known[rows["case"]] if rows.height else known.clear())


def numbered(rows: pl.DataFrame, case: int = 0) -> pl.DataFrame:
    """Return the rows as those of a case."""
    return rows.select(pl.lit(case, NUMBER).alias("case"), pl.all())


def counted(rows: pl.DataFrame) -> Counter[int]:
    """Return how many rows each case has."""
    return Counter(dict(rows.group_by("case").len().iter_rows()))
