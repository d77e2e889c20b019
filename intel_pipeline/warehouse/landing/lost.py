"""Who has left, whose loss is confirmed and who has not come back since: looked up among newcomers, who may be back."""

from collections.abc import Sequence

import polars as pl

from intel_pipeline.changes.cases import KEY
from intel_pipeline.changes.standing import LOST
from intel_pipeline.warehouse.landing.keeping import Wave, places_of
from intel_pipeline.warehouse.writer import Transaction

# By their numbers first: of nearly all who have ever left nothing else is read. And of none but these targets: those
# of which whole histories are landed lie together.
AMONG = """
select target, user_id, username, not_before
from (
    from lost semi join (select user_id from asked) using (user_id) where target between $1 and $2
) semi join asked using (target, user_id)
"""
BACK = "delete from lost using gone where lost.target = gone.target and lost.user_id = gone.user_id"
NOBODY = pl.DataFrame(schema={"case": pl.Int32(), **LOST})


def lost_among(transaction: Transaction, newcomers: pl.DataFrame, targets: Sequence[str]) -> pl.DataFrame:
    """Return `case` and LOST of those `newcomers` (`case`, `user_id`) who had left; `targets`: of each case."""
    if newcomers.is_empty():
        return NOBODY
    places = places_of(targets)
    asked = newcomers.join(places, on="case").select("target", "user_id")
    found = transaction.query(AMONG, min(targets), max(targets), asked=asked)
    return found.join(places, on="target").select(NOBODY.columns).cast(NOBODY.schema).sort(KEY)


def keep_lost(transaction: Transaction, wave: Wave) -> None:
    """Write down who is back and who has left by what a wave taught: the next one asks."""
    again = wave.of(wave.lessons.again)
    if again.height:
        transaction.run(BACK, gone=again)
    transaction.append("lost", wave.of(wave.lessons.confirmed).select("target", *LOST))
