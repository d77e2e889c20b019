"""What differs between two follower lists, found in one streaming pass over both."""

from dataclasses import dataclass

import polars as pl

from intel_pipeline.changes.sorted_join import Pairs, paired
from intel_pipeline.contracts.username import FINGERPRINT, fingerprinted

# A member of a list: `position` counts from the top of the list, null where that is not known.
MEMBER = pl.Schema({"user_id": pl.Int64(), "username": pl.String(), "position": pl.Int64()})
# So many of the earlier list's first entries tell in which order a list is kept.
HEAD = 100


@dataclass(frozen=True, slots=True)
class Compared:
    """What differs, as small frames sorted by `user_id`.

    `arrived`: MEMBER columns of those who are only in the later list. `missing`: the same of
    those only in the earlier one. `renamed`: `user_id`, `username`, `previous_username`. `head`: `position_before` and
    `position` of the earlier list's first HEAD entries that are in both, in the order of the later one.
    """

    arrived: pl.DataFrame
    missing: pl.DataFrame
    renamed: pl.DataFrame
    head: pl.DataFrame


def compared(before: pl.LazyFrame, after: pl.LazyFrame) -> Compared:
    """Compare two lists of MEMBER columns, sorted by `user_id` and distinct in it; ValueError where one is not.

    A list that has the column FINGERPRINT is compared without reading its usernames; names and positions are then
    read of those who differ. Only what differs is ever held as a whole.
    """
    found = differing(before, after).collect()
    gone, new = found["user_id_after"].is_null(), found["user_id"].is_null()
    changed = found.filter(~gone & ~new)["user_id"]
    old = members(before, pl.concat([found.filter(gone)["user_id"], changed]), pl.col("position") < HEAD)
    top = old.filter(pl.col("position") < HEAD)["user_id"]
    present = members(after, pl.concat([found.filter(new)["user_id_after"], changed, top]))
    both = old.join(present, on="user_id", suffix="_after", maintain_order="left")
    return Compared(
        arrived=present.join(old, on="user_id", how="anti", maintain_order="left"),
        missing=old.join(present, on="user_id", how="anti", maintain_order="left"),
        renamed=both.filter(pl.col("username") != pl.col("username_after")).select(
            "user_id", username="username_after", previous_username="username"
        ),
        head=both.filter(pl.col("position") < HEAD)
        .select(position_before="position", position="position_after")
        .sort("position"),
    )


def differing(before: pl.LazyFrame, after: pl.LazyFrame) -> Pairs:
    """Return `user_id` and `user_id_after` of those in one list only, and of those whose name is another one."""
    keys = "user_id", FINGERPRINT
    pairs = paired(fingerprinted(before).select(keys), fingerprinted(after).select(keys), "user_id")
    alone = pl.col("user_id").is_null() | pl.col("user_id_after").is_null()
    other_name = pl.col(FINGERPRINT) != pl.col(f"{FINGERPRINT}_after")
    return pairs.where(alone | other_name, "user_id", "user_id_after")


def members(listed: pl.LazyFrame, user_ids: pl.Series, also: pl.Expr | None = None) -> pl.DataFrame:
    """Return the MEMBER columns of those with `user_ids`, and of whom `also` holds, sorted by `user_id`."""
    wanted = pl.col("user_id").is_in(user_ids.implode())
    chosen = wanted if also is None else wanted | also
    return listed.select(MEMBER.names()).filter(chosen).collect(engine="streaming").sort("user_id")


def listing(listed: pl.LazyFrame) -> pl.LazyFrame:
    """Return the MEMBER columns and FINGERPRINT of a list, as the next comparison reads it fastest."""
    return fingerprinted(listed).select(*MEMBER.names(), FINGERPRINT)
