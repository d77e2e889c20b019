"""The table of members: changed by what captures teach, or made anew for a target from its last complete list."""

from collections.abc import Iterable, Mapping

import polars as pl

from intel_pipeline.contracts.attributes import ATTRIBUTES
from intel_pipeline.lake import snapshot_file
from intel_pipeline.warehouse.landing.lists import Lake
from intel_pipeline.warehouse.writer import Transaction

LAST_COMPLETE = """
select capture_id from follower_balance where target = $1 and verdict = 'complete'
order by finished_at desc, capture_id desc limit 1
"""
# Whoever came or came back since the first complete list has been seen since the capture that taught it.
MEMBERS = """
insert into members by name
select $1 as target, listed.user_id, listed.username, listed.full_name, listed.is_private, listed.is_verified,
    coalesce(came.started_at, (
        select min(started_at) from follower_balance where target = $1 and verdict = 'complete'
    )) as first_seen_at
from read_parquet($2) as listed left join (
    select log.user_id, max(balance.started_at) as started_at
    from follower_change_log as log join follower_balance as balance using (target, capture_id)
    where log.target = $1
        and (kind in ('followed', 'revealed', 'refollowed') or (kind = 'left' and state = 'retracted'))
    group by all
) as came using (user_id)
"""


GONE = "delete from members using gone where members.target = gone.target and members.user_id = gone.user_id"
# Not updated where they lie: a column of which one row in a hundred thousand is updated is written anew as a whole.
ALTERED = """
create or replace temp table altered as
select members.rowid as place, fresh.*, members.first_seen_at from members join fresh using (target, user_id)
"""
NO_LONGER_SO = "delete from members where rowid in (select place from altered)"
SO_NOW = "insert into members by name select * exclude (place) from altered"


def keep_members(transaction: Transaction, lake: Lake, anew: Iterable[str], noted: Mapping[str, pl.DataFrame]) -> None:
    """Let the table hold the last complete lists, by who is `gone`, `altered` and has `arrived`; of some targets, `anew`."""
    for target in anew:
        restate_members(transaction, lake, target)
    if "gone" in noted:
        transaction.run(GONE, gone=noted["gone"])
    if "altered" in noted:
        transaction.run(ALTERED, fresh=noted["altered"].select("target", "user_id", *ATTRIBUTES))
        transaction.run(NO_LONGER_SO)
        transaction.run(SO_NOW)
    if "arrived" in noted:
        transaction.append("members", noted["arrived"])


def restate_members(transaction: Transaction, lake: Lake, target: str) -> None:
    """Let the table `members` hold the target's last complete list; DamagedFileError where that cannot be read."""
    transaction.run("delete from members where target = ?", target)
    last = transaction.rows(LAST_COMPLETE, target)
    if not last:
        return
    path = lake.folder / str(lake.registry.get(last[0][0]).snapshot)
    with snapshot_file.unreadable(path):
        transaction.run(MEMBERS, target, str(path))
