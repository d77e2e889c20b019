"""Spans: from when to when each follower was there, moved by what each wave of captures teaches."""

from collections.abc import Collection

import polars as pl

from intel_pipeline.parcels import parcels
from intel_pipeline.warehouse.landing.known import named
from intel_pipeline.warehouse.writer import Transaction

BEGINNINGS = ("followed", "refollowed", "revealed")
# Of one who was revealed nobody knows since when they follow.
BEGUN = """
insert into open_spans by name
select target, user_id, username, kind as began_as,
    if(kind = 'revealed', null, not_before) as followed_not_before, not_after as followed_not_after
from fresh
"""
# Found once: what has to be read of all who follow is who they are, and the rest only of these.
ENDING = """
create or replace temp table ending as
select open_spans.rowid as place, gone.not_before as left_not_before, gone.not_after as left_not_after
from open_spans join gone using (target, user_id)
"""
ENDED = """
insert into closed_spans by name
select open_spans.* exclude (packed), left_not_before, left_not_after
from open_spans join ending on open_spans.rowid = ending.place
"""
NO_LONGER_OPEN = "delete from open_spans where rowid in (select place from ending)"
# Not updated where it lies: a column of which one row in a hundred thousand is updated is written anew as a whole.
RENAMED = """
create or replace temp table renamed as
select open_spans.rowid as place, open_spans.* replace (fresh.username as username, false as packed)
from open_spans join fresh using (target, user_id)
"""
NO_LONGER_NAMED = "delete from open_spans where rowid in (select place from renamed)"
NAMED_NOW = "insert into open_spans by name select * exclude (place) from renamed"
LISTED = "select target, count(*) from members semi join asked using (target) group by all"
# Members whose spans are made anew at once: many more did not fit into what a rebuild lets DuckDB hold.
ROWS_AT_ONCE = 50_000
SPANS_OF = "create or replace temp table restated as from spans_by_log_of(?) order by target, user_id"
# They are written target by target, so they need not be laid together once more.
OPEN_OF = """
insert into open_spans by name
select * exclude (left_not_before, left_not_after), true as packed from restated where left_not_after is null
"""
CLOSED_OF = """
insert into closed_spans by name select *, true as packed from restated where left_not_after is not null
"""
# Rows that may lie in the order in which they came, target by target mixed, before they are packed.
UNPACKED = 500_000


def keep_spans(transaction: Transaction, changes: pl.DataFrame | None, based: Collection[str]) -> None:
    """Begin, end and rename spans as these changes say, if any (FOLLOWER_CHANGE, of one capture each of some targets).

    `based`: targets of which the capture is the first complete one; all who are in it have been there. The log and the
    members have been written already.
    """
    restate_spans(transaction, based)
    if changes is None:
        return
    news = changes.filter(~pl.col("target").is_in(list(based)))
    begun = news.filter(pl.col("kind").is_in(BEGINNINGS))
    if begun.height:
        transaction.run(BEGUN, fresh=begun)
    ended = news.filter((pl.col("kind") == "left") & (pl.col("state") == "confirmed"))
    if ended.height:
        transaction.run(ENDING, gone=ended)
        transaction.run(ENDED)
        transaction.run(NO_LONGER_OPEN)
    renamed = news.filter(pl.col("kind") == "renamed")
    if renamed.height:
        transaction.run(RENAMED, fresh=renamed)
        transaction.run(NO_LONGER_NAMED)
        transaction.run(NAMED_NOW)


def restate_spans(transaction: Transaction, targets: Collection[str]) -> None:
    """Let the spans of targets be what their log and their members say."""
    listed = dict(transaction.rows(LISTED, asked=named(targets)))
    for some in parcels(((target, listed.get(target, 0)) for target in targets), ROWS_AT_ONCE):
        places = ", ".join("?" for _ in some)
        for table in ("open_spans", "closed_spans"):
            transaction.run(f"delete from {table} where target in ({places})", *some)  # noqa: S608  our own names
        transaction.run(SPANS_OF, list(some))
        transaction.run(OPEN_OF)
        transaction.run(CLOSED_OF)
        transaction.run("drop table restated")


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
