"""What differs between two lists as one table, so that it can be kept beside them and need not be found again."""

from collections.abc import Sequence
from dataclasses import fields
from itertools import accumulate

import polars as pl

from intel_pipeline.changes.cases import KEY, NUMBER
from intel_pipeline.changes.comparison import MEMBER, Compared

# Of which part of Compared a row is.
PARTS = ("arrived", "missing", "altered", "head")
# What is kept of those who are in the later list.
SHOWN = pl.Schema({**MEMBER, "full_name": pl.String(), "is_private": pl.Boolean(), "is_verified": pl.Boolean()})
DIFFERENCE = pl.Schema({"part": pl.String(), **SHOWN, "previous_username": pl.String(), "position_before": pl.Int64()})


def difference_of(found: Compared) -> pl.DataFrame:
    """Return what differs in a single case as DIFFERENCE, its parts one after the other, each in its order.

    `found`: compared with the rest of ATTRIBUTES as columns more. `previous_username` is that of the altered who are
    renamed, `position_before` that of the head.
    """
    renamed = found.renamed.select("user_id", "previous_username")
    parts = {
        "arrived": found.arrived,
        "missing": found.missing,
        "altered": found.altered.join(renamed, on="user_id", how="left", maintain_order="left"),
        "head": found.head,
    }
    rows = [part.drop("case").with_columns(part=pl.lit(name)) for name, part in parts.items()]
    return pl.concat([pl.DataFrame(schema=DIFFERENCE), *rows], how="diagonal")


def compared_again(differences: Sequence[pl.DataFrame]) -> Compared:
    """Return what differs in many cases by the DIFFERENCE of each, as `compared` does."""
    cases = [pl.repeat(case, rows.height, dtype=NUMBER, eager=True) for case, rows in enumerate(differences)]
    rows = pl.concat([pl.DataFrame(schema=DIFFERENCE), *differences])
    rows = rows.insert_column(0, pl.concat([pl.Series(dtype=NUMBER), *cases]).alias("case"))
    shown = ["case", *SHOWN]
    arrived, missing, altered, head = (rows.filter(pl.col("part") == name) for name in PARTS)
    return Compared(
        arrived=arrived.select(shown),
        missing=missing.select("case", *MEMBER.names()),
        altered=altered.select(shown),
        renamed=altered.filter(pl.col("previous_username").is_not_null()).select(*KEY, "username", "previous_username"),
        head=head.select("case", "position_before", "position"),
    )


def merged(parts: Sequence[Compared], sizes: Sequence[int]) -> Compared:
    """Return what differs in the cases of all parts, one after the other; `sizes`: how many cases each part has."""
    starts = [0, *accumulate(sizes)]

    def together(name: str) -> pl.DataFrame:
        frames = [getattr(found, name) for found in parts]
        rows = [rows.with_columns(pl.col("case") + start) for start, rows in zip(starts, frames, strict=False)]
        whole: pl.DataFrame = pl.concat([one.select(rows[0].columns) for one in rows])
        return whole

    return Compared(**{part.name: together(part.name) for part in fields(Compared)})
