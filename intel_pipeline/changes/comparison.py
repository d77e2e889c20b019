"""What differs between two follower lists, of any number of targets, found in one streaming pass over all of them."""

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate, pairwise
from typing import TypeGuard

import numpy as np
import polars as pl
from numpy.typing import NDArray

from intel_pipeline.changes.cases import KEY
from intel_pipeline.changes.places import (
    BEYOND,
    HEAD,
    Listing,
    Places,
    differing_places,
    only_in_one,
    shown_otherwise,
)
from intel_pipeline.changes.stretches import Pieces, stretches
from intel_pipeline.contracts.attributes import FINGERPRINT, fingerprinted

# A member of a list: `position` counts from the top of the list, null where that is not known.
MEMBER = pl.Schema({"user_id": pl.Int64(), "username": pl.String(), "position": pl.Int64()})
SHOWN = ["username", "position"]
# A list that is held, or read as it is needed.
Listed = pl.DataFrame | pl.LazyFrame
# The earlier and the later list of a case.
Lists = tuple[Listed, Listed]
Keys = NDArray[np.int64]
NOBODY: Keys = np.empty(0, np.int64)


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


@dataclass(frozen=True, slots=True)
class DifferingKeys:
    """The keys of those who are `missing` in the later list, `arrived` in it, or `altered`: shown otherwise in it."""

    missing: Keys
    arrived: Keys
    altered: Keys


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
    before, after = ([pair[side] for pair in lists] for side in (0, 1))
    found = differing(pieces(before, FINGERPRINT), pieces(after, FINGERPRINT))
    old = members(before, np.concatenate([found.missing, found.altered]), SHOWN, head=True)
    top = old.filter(pl.col("position") < HEAD)["key"].to_numpy()
    return old, members(after, np.concatenate([found.arrived, found.altered, top]), [*SHOWN, *more])


def placed(rows: pl.DataFrame) -> Listing[pl.DataFrame]:
    """Return narrowed lists as they are compared."""
    return Listing(
        keys=rows["key"].to_numpy(),
        fingerprints=rows[FINGERPRINT].to_numpy(),
        positions=rows["position"].to_numpy(),
        rows=rows.drop("key", FINGERPRINT),
    )


def pieces(lists: Sequence[Listed], *columns: str) -> Pieces:
    """Yield the numbers of all lists, one after the other: the one number of case and id, and these columns."""
    for case, listed in enumerate(lists):
        # Whatever else is asked of the stream, it holds three hundred megabytes of two lists ahead.
        stream = fingerprinted(listed.lazy()).select("user_id", *columns).collect_batches(engine="streaming")
        try:
            for batch in stream:
                user_ids, *others = (column.to_numpy() for column in batch)
                yield user_ids + case * BEYOND if case else user_ids, *others
        finally:
            # What was begun is read to its end: a process that exits while Polars still pulls at a stream is aborted.
            deque(stream, maxlen=0)


def differing(before: Pieces, after: Pieces) -> DifferingKeys:
    """Return who differs, in one pass over both sides, `pieces` with FINGERPRINT; ValueError where one is not sorted."""
    parts = [[NOBODY, NOBODY, NOBODY]]
    for (keys, shown), (new_keys, shown_now) in stretches(before, after):
        missing, arrived = only_in_one(keys, new_keys)
        _, altered = shown_otherwise((shown, missing), (shown_now, arrived))
        parts.append([keys[missing], new_keys[arrived], new_keys[altered]])
    return DifferingKeys(*map(np.concatenate, zip(*parts, strict=True)))


def members(lists: Sequence[Listed], keys: Keys, columns: Sequence[str], *, head: bool = False) -> pl.DataFrame:
    """Return the rows of those with `keys`, and of the first HEAD entries, by `key`, with `columns` and FINGERPRINT."""
    frames = []
    for case, listed in enumerate(lists):
        # Of a single list the key is the id itself, so that a filter by it is left to whoever reads the file.
        key = pl.col("user_id") + case * BEYOND if case else pl.col("user_id")
        frames.append(fingerprinted(listed.lazy()).select(key.alias("key"), *columns, FINGERPRINT))
    wanted = pl.col("key").is_in(pl.Series(keys).implode())
    chosen = wanted | (pl.col("position") < HEAD) if head else wanted
    return pl.concat(frames).filter(chosen).collect(engine="streaming").sort("key")


def listing(listed: pl.LazyFrame) -> pl.LazyFrame:
    """Return the MEMBER columns and FINGERPRINT of a list, as the next comparison reads it fastest."""
    return fingerprinted(listed).select(*MEMBER.names(), FINGERPRINT)
