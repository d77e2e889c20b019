"""What differs between two follower lists, of any number of targets, found in one streaming pass over all of them."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate, pairwise
from typing import TypeGuard

import numpy as np
import polars as pl

from intel_pipeline.changes.cases import KEY
from intel_pipeline.changes.places import BEYOND, HEAD, Listing, Places, differing_places
from intel_pipeline.changes.sorted_join import Pairs, paired
from intel_pipeline.contracts.attributes import FINGERPRINT, fingerprinted

# A member of a list: `position` counts from the top of the list, null where that is not known.
MEMBER = pl.Schema({"user_id": pl.Int64(), "username": pl.String(), "position": pl.Int64()})
SHOWN = ["username", "position"]
# A list that is held, or read as it is needed.
Listed = pl.DataFrame | pl.LazyFrame
# The earlier and the later list of a case.
Lists = tuple[Listed, Listed]


@dataclass(frozen=True, slots=True)
class Compared:
    """What differs in each case, as small frames sorted by `case` and `user_id`.

    `arrived`: MEMBER columns of those who are only in the later list. `missing`: the same of
    those only in the earlier one. `altered`: of those in both, who is shown otherwise than before, as `arrived`.
    `renamed`: of these `user_id`, `username`, `previous_username`. `head`: `position_before` and
    `position` of the earlier list's first HEAD entries that are in both, in the order of the later one.
    """

    arrived: pl.DataFrame
    missing: pl.DataFrame
    altered: pl.DataFrame
    renamed: pl.DataFrame
    head: pl.DataFrame


def compared(lists: Sequence[Lists], more: Sequence[str] = ()) -> Compared:
    """Compare the lists of each case: MEMBER columns, sorted by `user_id` and distinct in it; ValueError where one is not.

    A list that has the column FINGERPRINT is compared without reading its texts; names and positions are then
    read of those who differ, and of the later list `more` columns. Only what differs is ever held as a whole, unless
    all lists are held already.
    """
    held = [(earlier, later) for earlier, later in lists if is_held(earlier) and is_held(later)]
    if len(held) < len(lists):
        return compared_at_places(*map(placed, narrowed(lists, more)))
    earlier, later = ([pair[side] for pair in held] for side in (0, 1))
    return compared_at_places(laid(earlier, SHOWN), laid(later, [*SHOWN, *more]))


def is_held(listed: Listed) -> TypeGuard[pl.DataFrame]:
    """Tell whether a list is in memory."""
    return isinstance(listed, pl.DataFrame)


def laid(lists: Sequence[pl.DataFrame], columns: Sequence[str]) -> Listing[pl.DataFrame]:
    """Return lists that are held, one after the other; a list without FINGERPRINT gets it. Rows have `columns`."""
    wanted = ["user_id", *columns, FINGERPRINT]
    rows = pl.concat([(one if FINGERPRINT in one.columns else fingerprinted(one)).select(wanted) for one in lists])
    # Laid together are only the numbers, which are gone through row by row; texts are picked here and there.
    cases = np.repeat(np.arange(len(lists)), [one.height for one in lists])
    return Listing(
        keys=rows["user_id"].to_numpy() + cases * BEYOND,
        fingerprints=rows[FINGERPRINT].to_numpy(),
        positions=rows["position"].to_numpy(),
        rows=rows.select(columns),
    )


def compared_at_places(before: Listing[pl.DataFrame], after: Listing[pl.DataFrame]) -> Compared:
    """Return what differs between lists whose rows have SHOWN, of `after` more columns too; ValueError as `compared`."""
    found = differing_places(before, after)
    missing, altered_before, head_before = picked(before, found.missing_before, found.altered_before, found.head_before)
    arrived, altered, head = picked(after, found.arrived, found.altered, found.head)
    previous = altered_before["username"].alias("previous_username")
    renamed = pl.DataFrame([*(altered[name] for name in (*KEY, "username")), previous])
    return Compared(
        arrived=arrived,
        missing=missing,
        altered=altered,
        renamed=renamed[(renamed["username"] != previous).arg_true()],
        head=pl.DataFrame([head["case"], head_before["position"].alias("position_before"), head["position"]]),
    )


def picked(listing: Listing[pl.DataFrame], *places: Places) -> list[pl.DataFrame]:
    """Return the rows at each of these arrays of places, with `case` and `user_id`; they are asked for at once."""
    everywhere = np.concatenate(places)
    keys = listing.keys[everywhere]
    numbers = [pl.Series("case", (keys // BEYOND).astype(np.int32)), pl.Series("user_id", keys % BEYOND)]
    rows = pl.DataFrame([*numbers, *listing.rows[everywhere]])
    starts = [0, *accumulate(map(len, places))]
    return [rows[start:end] for start, end in pairwise(starts)]


def narrowed(lists: Sequence[Lists], more: Sequence[str]) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Return of the earlier and the later lists, of which some are not held, the rows that are needed to compare them.

    They have `key`, SHOWN and FINGERPRINT, the later ones `more` columns; as `compared`.
    """
    before = keyed([earlier for earlier, _ in lists], *SHOWN, FINGERPRINT)
    after = keyed([later for _, later in lists], *SHOWN, FINGERPRINT, *more)
    found = differing(before, after).collect()
    old = members(before, found["key"], head=True)
    top = old.filter(pl.col("position") < HEAD)["key"]
    return old, members(after, pl.concat([found["key_after"], top]))


def placed(rows: pl.DataFrame) -> Listing[pl.DataFrame]:
    """Return narrowed lists as they are compared."""
    return Listing(
        keys=rows["key"].to_numpy(),
        fingerprints=rows[FINGERPRINT].to_numpy(),
        positions=rows["position"].to_numpy(),
        rows=rows.drop("key", FINGERPRINT),
    )


def differing(before: pl.LazyFrame, after: pl.LazyFrame) -> Pairs:
    """Return the query for `key` and `key_after` of those in one list only, and of those who are shown otherwise.

    `before`, `after`: as `keyed` returns them, with FINGERPRINT.
    """
    left, right = (listed.select("key", FINGERPRINT) for listed in (before, after))
    pairs = paired(left, right, "key")
    alone = pl.col("key").is_null() | pl.col("key_after").is_null()
    otherwise = pl.col(FINGERPRINT) != pl.col(f"{FINGERPRINT}_after")
    return pairs.where(alone | otherwise, "key", "key_after")


def keyed(lists: Sequence[Listed], *columns: str) -> pl.LazyFrame:
    """Return the rows of all lists with the one number of their case and id, `key`, and these columns.

    A list without FINGERPRINT gets it, where that is one of the columns.
    """
    frames = []
    for case, listed in enumerate(lists):
        own = fingerprinted(listed.lazy()) if FINGERPRINT in columns else listed.lazy()
        # Of a single list the key is the id itself, so that a filter by it is left to whoever reads the file.
        key = pl.col("user_id") + case * BEYOND if case else pl.col("user_id")
        frames.append(own.select(key.alias("key"), *columns))
    return pl.concat(frames)


def members(listed: pl.LazyFrame, keys: pl.Series, *, head: bool = False) -> pl.DataFrame:
    """Return the rows of those with `keys`, of which a null is nobody's, and of the first HEAD entries, by `key`."""
    wanted = pl.col("key").is_in(keys.drop_nulls().implode())
    chosen = wanted | (pl.col("position") < HEAD) if head else wanted
    return listed.filter(chosen).collect(engine="streaming").sort("key")


def listing(listed: pl.LazyFrame) -> pl.LazyFrame:
    """Return the MEMBER columns and FINGERPRINT of a list, as the next comparison reads it fastest."""
    return fingerprinted(listed).select(*MEMBER.names(), FINGERPRINT)
