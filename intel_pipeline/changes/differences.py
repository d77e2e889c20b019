"""What differs between two lists as one table, so that it can be kept beside them and need not be found again."""

from collections.abc import Sequence
from dataclasses import fields
from itertools import accumulate, pairwise

import numpy as np
import polars as pl
import pyarrow as pa

from intel_pipeline.changes.cases import KEY, NUMBER
from intel_pipeline.changes.comparison import MEMBER, Compared
from intel_pipeline.changes.places import Listing, Places, differing_places
from intel_pipeline.contracts.attributes import FINGERPRINT

# Of which part of Compared a row is; it is told by its place among them.
PARTS = ("arrived", "missing", "altered", "head")
# What is kept of those who are in the later list.
SHOWN = pl.Schema({**MEMBER, "full_name": pl.String(), "is_private": pl.Boolean(), "is_verified": pl.Boolean()})
DIFFERENCE = pl.Schema({"part": pl.UInt8(), **SHOWN, "previous_username": pl.String(), "position_before": pl.Int64()})
# The same in Arrow's words. To ask Polars for them starts its threads, and a process that is forked afterwards hangs.
KEPT = pa.schema(
    {
        "part": pa.uint8(),
        "user_id": pa.int64(),
        "username": pa.large_string(),
        "position": pa.int64(),
        "full_name": pa.large_string(),
        "is_private": pa.bool_(),
        "is_verified": pa.bool_(),
        "previous_username": pa.large_string(),
        "position_before": pa.int64(),
    }
)


def difference_of(earlier: pa.Table, later: pa.Table) -> pa.Table:
    """Return what differs between two lists as DIFFERENCE, its parts one after the other; ValueError as `compared`.

    The lists have MEMBER columns and FINGERPRINT, the later one all of SHOWN. Accounts of a part rise in their ids, and
    the head is in the order of the later list. `previous_username` is that of the altered who are renamed,
    `position_before` that of the head.
    """
    # Whoever only reads what was found does without its ten megabytes.
    import pyarrow.compute as pc

    # Arrow makes one table of a few hundred rows in a fraction of the time in which Polars wakes its threads.
    before, after = listing_of(earlier), listing_of(later)
    found = differing_places(before, after)
    missing, altered_before, head_before = taken(before, found.missing_before, found.altered_before, found.head_before)
    arrived, altered, head = taken(after, found.arrived, found.altered, found.head)
    previous, name = altered_before["username"], altered["username"]
    renamed = pc.if_else(pc.not_equal(name, previous), previous, None)
    places = {"position": head["position"], "position_before": head_before["position"]}
    parts = (arrived, missing, altered.append_column("previous_username", renamed), pa.table(places))
    numbered = [
        rows.append_column("part", pa.repeat(pa.scalar(number, pa.uint8()), rows.num_rows))
        for number, rows in enumerate(parts)
    ]
    return pa.concat_tables([KEPT.empty_table(), *numbered], promote_options="permissive").combine_chunks()


def listing_of(rows: pa.Table) -> Listing[pa.Table]:
    """Return a list as it is compared."""
    return Listing(
        keys=rows["user_id"].to_numpy(),
        fingerprints=rows[FINGERPRINT].to_numpy(),
        positions=rows["position"].to_numpy(),
        rows=rows.drop_columns(FINGERPRINT),
    )


def taken(listing: Listing[pa.Table], *places: Places) -> list[pa.Table]:
    """Return the rows at each of these arrays of places; they are asked for at once."""
    rows = listing.rows.take(np.concatenate(places))
    starts = [0, *accumulate(map(len, places))]
    return [rows[start:end] for start, end in pairwise(starts)]


def compared_again(rows: pl.DataFrame, sizes: Sequence[int]) -> Compared:
    """Return what differs in many cases by the DIFFERENCE of each, one after the other, as `compared` does.

    `sizes`: how many rows each case has.
    """
    cases = pl.Series("case", np.repeat(np.arange(len(sizes)), sizes), NUMBER)
    arrived, missing, altered, head = (part_of(rows.with_columns(cases), name) for name in PARTS)
    shown = ["case", *SHOWN]
    return Compared(
        arrived=arrived.select(shown),
        missing=missing.select("case", *MEMBER.names()),
        altered=altered.select(shown),
        renamed=altered.filter(pl.col("previous_username").is_not_null()).select(*KEY, "username", "previous_username"),
        head=head.select("case", "position_before", "position"),
    )


def part_of(rows: pl.DataFrame, name: str) -> pl.DataFrame:
    """Return those of the rows (DIFFERENCE, or some of its columns) that are of one of PARTS."""
    return rows.filter(pl.col("part") == PARTS.index(name))


def merged(parts: Sequence[Compared], sizes: Sequence[int]) -> Compared:
    """Return what differs in the cases of all parts, one after the other; `sizes`: how many cases each part has."""
    starts = [0, *accumulate(sizes)]

    def together(name: str) -> pl.DataFrame:
        frames = [getattr(found, name) for found in parts]
        rows = [rows.with_columns(pl.col("case") + start) for start, rows in zip(starts, frames, strict=False)]
        whole: pl.DataFrame = pl.concat([one.select(rows[0].columns) for one in rows])
        return whole

    return Compared(**{part.name: together(part.name) for part in fields(Compared)})
