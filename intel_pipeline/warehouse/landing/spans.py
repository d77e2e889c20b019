"""Spans: from when to when each follower was there, moved by what each wave of captures teaches."""

from collections.abc import Collection

import polars as pl

from intel_pipeline.warehouse.writer import Transaction

BEGINNINGS = ("followed", "refollowed", "revealed")
# Of one who was revealed nobody knows since when they follow.
BEGUN = """
insert into open_spans by name
select target, user_id, username, kind as began_as,
    if(kind = 'revealed', null, not_before) as followed_not_before, not_after as followed_not_after
from fresh
"""
ENDED = """
insert into closed_spans by name
select open_spans.* exclude (packed), gone.not_before as left_not_before, gone.not_after as left_not_after
from open_spans join gone using (target, user_id)
"""
NO_LONGER_OPEN = (
    "delete from open_spans using gone where open_spans.target = gone.target and open_spans.user_id = gone.user_id"
)
RENAMED = """
update open_spans set username = fresh.username
from fresh where open_spans.target = fresh.target and open_spans.user_id = fresh.user_id
"""
OPEN_OF = """
insert into open_spans by name
select * exclude (left_not_before, left_not_after) from spans_by_log where target = $1 and left_not_after is null
order by user_id
"""
CLOSED_OF = """
insert into closed_spans by name
from spans_by_log where target = $1 and left_not_after is not null order by user_id
"""
# Rows that may lie in the order in which they came, target by target mixed, before they are packed.
UNPACKED = 500_000


def keep_spans(transaction: Transaction, changes: pl.DataFrame, based: Collection[str]) -> None:
    """Begin, end and rename spans as these changes say (FOLLOWER_CHANGE, of one capture each of some targets).

    `based`: targets of which the capture is the first complete one; all who are in it have been there. The log and the
    members have been written already.
    """
    for target in based:
        restate_spans(transaction, target)
    news = changes.filter(~pl.col("target").is_in(list(based)))
    begun = news.filter(pl.col("kind").is_in(BEGINNINGS))
    if begun.height:
        transaction.run(BEGUN, fresh=begun)
    ended = news.filter((pl.col("kind") == "left") & (pl.col("state") == "confirmed"))
    if ended.height:
        transaction.run(ENDED, gone=ended)
        transaction.run(NO_LONGER_OPEN, gone=ended)
    renamed = news.filter(pl.col("kind") == "renamed")
    if renamed.height:
        transaction.run(RENAMED, fresh=renamed)


def restate_spans(transaction: Transaction, target: str) -> None:
    """Let the spans of a target be what its log and its members say."""
    for table in ("open_spans", "closed_spans"):
        transaction.run(f"delete from {table} where target = ?", target)  # noqa: S608  our own names
    transaction.run(OPEN_OF, target)
    transaction.run(CLOSED_OF, target)


def pack_spans(transaction: Transaction, unpacked: int = UNPACKED) -> None:
    """Lay the spans of each target together, where more than so many lie as they came.

    Then a question about one target reads only what is its own. Ended spans never change: only those that are not
    packed are written, so this costs no more after a year. Those who follow are written anew altogether.
    """
    for table, chosen in (("open_spans", "true"), ("closed_spans", "not packed")):
        number = transaction.rows(f"select count(*) from {table} where not packed")[0][0]  # noqa: S608  our own names
        if number <= unpacked:
            continue
        transaction.run(f"create or replace temp table packing as from {table} where {chosen}")
        transaction.run(f"delete from {table} where {chosen}")  # noqa: S608  our own names
        transaction.run(
            f"insert into {table} by name select * replace (true as packed) from packing order by target, user_id"  # noqa: S608  our own names
        )
        transaction.run("drop table packing")
