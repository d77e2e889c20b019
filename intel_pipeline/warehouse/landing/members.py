"""Members of the last complete lists and their spans, moved by what each wave of captures teaches."""

from collections.abc import Collection, Mapping

import polars as pl

from intel_pipeline.contracts.attributes import ATTRIBUTES
from intel_pipeline.warehouse.landing.lists import Lake
from intel_pipeline.warehouse.landing.spans import restate_spans
from intel_pipeline.warehouse.writer import Transaction

BEGINNINGS = ("followed", "refollowed", "revealed")
SPAN = "target, user_id, username, began_as, followed_not_before, followed_not_after"
# Found once, by their numbers first: these have to be read of all members, and their texts of nobody. And not updated
# where they lie: a column of which one row in a hundred thousand is updated is written anew as a whole.
TOUCHED = """
create or replace temp table touched as
with near as materialized (
    select rowid as place, * from members semi join (select user_id from fresh) using (user_id)
)
select place, fresh.*, first_seen_at, began_as, followed_not_before, followed_not_after
from near join fresh using (target, user_id)
"""
NAMED = """
create or replace temp table touched as
select members.rowid as place, false as gone, members.* exclude (packed) replace (fresh.username as username)
from members join fresh using (target, user_id)
"""
TAKEN_OUT = "delete from members where rowid in (select place from touched)"
ALTERED = "insert into members by name select * exclude (place, gone) from touched where not gone"
UNLISTED = f"insert into unlisted_spans by name select {SPAN} from touched where gone"  # noqa: S608  our own names
UNLISTED_NAMED = """
update unlisted_spans set username = fresh.username from fresh
where unlisted_spans.target = fresh.target and unlisted_spans.user_id = fresh.user_id
"""
ENDED = """
insert into closed_spans by name
select unlisted_spans.*, gone.not_before as left_not_before, gone.not_after as left_not_after
from unlisted_spans join gone using (target, user_id)
"""
NO_LONGER_UNLISTED = """
delete from unlisted_spans using gone
where unlisted_spans.target = gone.target and unlisted_spans.user_id = gone.user_id
"""
# With the span that a suspected loss has not ended, or that began with a capture that is not complete.
ARRIVED = """
insert into members by name
select fresh.*, began_as, followed_not_before, followed_not_after
from fresh join unlisted_spans using (target, user_id)
"""


def keep_members(
    transaction: Transaction, lake: Lake, anew: Collection[str], noted: Mapping[str, pl.DataFrame]
) -> None:
    """Let the tables hold the last complete lists and the spans of all who were ever listed.

    `noted`: of complete captures that follow one another who is `gone`, `altered` and has `arrived`; of all captures
    the changes that they taught, `turns` (FOLLOWER_CHANGE), of one capture each of some targets. Of the targets `anew`
    everything is worked out again, by the log, which has been written already. Raises DamagedFileError where a list
    for that cannot be read.
    """
    restate_spans(transaction, lake, anew)
    if "turns" not in noted:
        return
    news = noted["turns"].filter(~pl.col("target").is_in(list(anew)))
    ended = news.filter((pl.col("kind") == "left") & (pl.col("state") == "confirmed"))
    if ended.height:
        transaction.run(ENDED, gone=ended)
        transaction.run(NO_LONGER_UNLISTED, gone=ended)
    touch_members(transaction, noted)
    name_anew(transaction, news.filter(pl.col("kind") == "renamed"), noted)
    begin(transaction, begun_in(news), noted.get("arrived"))


def begun_in(news: pl.DataFrame) -> pl.DataFrame:
    """Return the spans that have begun with some changes: rows of `unlisted_spans`."""
    # Of one who was revealed nobody knows since when they follow.
    since = pl.when(pl.col("kind") != "revealed").then("not_before")
    return news.filter(pl.col("kind").is_in(BEGINNINGS)).select(
        *("target", "user_id", "username"),
        began_as="kind",
        followed_not_before=since,
        followed_not_after="not_after",
    )


def begin(transaction: Transaction, begun: pl.DataFrame, arrived: pl.DataFrame | None) -> None:
    """Write down the spans that have `begun`, and who has `arrived` in a complete list.

    Nearly all are both, and go where they stay at once.
    """
    if arrived is None:
        transaction.append("unlisted_spans", begun)
        return
    key = ["target", "user_id"]
    transaction.append("members", arrived.join(begun.drop("username"), on=key, maintain_order="left"))
    transaction.append("unlisted_spans", begun.join(arrived, on=key, how="anti", maintain_order="left"))
    others = arrived.join(begun, on=key, how="anti", maintain_order="left")
    if others.height:
        transaction.run(ARRIVED, fresh=others)
        transaction.run(NO_LONGER_UNLISTED, gone=others)


def touch_members(transaction: Transaction, noted: Mapping[str, pl.DataFrame]) -> None:
    """Take out who is gone, and write anew who is shown otherwise."""
    parts = [
        noted[name].select("target", "user_id", *texts, gone=name == "gone")
        for name, texts in (("gone", ("username",)), ("altered", ATTRIBUTES))
        if name in noted
    ]
    if parts:
        transaction.run(TOUCHED, fresh=pl.concat(parts, how="diagonal"))
        for statement in (TAKEN_OUT, UNLISTED, *([ALTERED] if "altered" in noted else [])):
            transaction.run(statement)
        transaction.run("drop table touched")


def name_anew(transaction: Transaction, renamed: pl.DataFrame, noted: Mapping[str, pl.DataFrame]) -> None:
    """Write anew who was `renamed` and is shown by no complete capture: others tell no more than the name."""
    for name in ("altered", "arrived"):
        if name in noted:
            renamed = renamed.join(noted[name], on=["target", "user_id"], how="anti")
    if renamed.height:
        named = renamed.select("target", "user_id", "username")
        transaction.run(NAMED, fresh=named)
        for statement in (TAKEN_OUT, ALTERED, "drop table touched"):
            transaction.run(statement)
        transaction.run(UNLISTED_NAMED, fresh=named)
