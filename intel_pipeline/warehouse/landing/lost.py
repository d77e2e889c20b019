"""Who has left, whose loss is confirmed and who has not come back since: looked up among newcomers, who may be back."""

from collections.abc import Mapping, Sequence

import polars as pl

from intel_pipeline.changes.cases import KEY
from intel_pipeline.changes.standing import LOST
from intel_pipeline.warehouse.landing.keeping import Wave, places_of
from intel_pipeline.warehouse.landing.known import named
from intel_pipeline.warehouse.writer import Transaction

# By their numbers first, and of none but these targets: those of which whole histories are landed lie together. Asked
# for more than the number, DuckDB reads names and moments of a few in nearly every block of all who have ever left.
NEAR = "select distinct user_id from lost semi join asked using (user_id) where target between $1 and $2"
AMONG = "select target, user_id, username, not_before from lost semi join asked using (target, user_id)"
ANY = "select distinct target from lost semi join asked using (target)"
BACK = "delete from lost using gone where lost.target = gone.target and lost.user_id = gone.user_id"
NOBODY = pl.DataFrame(schema={"case": pl.Int32(), **LOST})


def lost_among(transaction: Transaction, newcomers: pl.DataFrame, targets: Sequence[str]) -> pl.DataFrame:
    """Return `case` and LOST of those `newcomers` (`case`, `user_id`) who had left; `targets`: of each case."""
    if newcomers.is_empty():
        return NOBODY
    places = places_of(targets)
    asked = newcomers.join(places, on="case").select("target", "user_id")
    near = transaction.query(NEAR, min(targets), max(targets), asked=asked.select("user_id"))
    if near.is_empty():
        return NOBODY
    found = transaction.query(AMONG, asked=asked.join(near, on="user_id", how="semi"))
    return found.join(places, on="target").select(NOBODY.columns).cast(NOBODY.schema).sort(KEY)


def lost_of(transaction: Transaction, newcomers: Mapping[str, pl.DataFrame]) -> dict[str, pl.DataFrame]:
    """Return LOST by target, of those of its `newcomers` (with `user_id`) who had left before."""
    some = {target for (target,) in transaction.rows(ANY, asked=named(newcomers))}
    found = {}
    for target, rows in newcomers.items():
        found[target] = pl.DataFrame(schema=LOST)
        if target in some and rows.height:
            asked = rows.select(pl.lit(target).alias("target"), "user_id").unique()
            found[target] = transaction.query(AMONG, asked=asked).select(*LOST).cast(LOST).sort("user_id")
    return found


def keep_lost(transaction: Transaction, wave: Wave) -> None:
    """Write down who is back and who has left by what a wave taught: the next one asks."""
    again = wave.of(wave.lessons.again)
    if again.height:
        transaction.run(BACK, gone=again)
    transaction.append("lost", wave.of(wave.lessons.confirmed).select("target", *LOST))
