"""The table of members, made anew for a target from its last complete list."""

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


def restate_members(transaction: Transaction, lake: Lake, target: str) -> None:
    """Let the table `members` hold the target's last complete list; DamagedFileError where that cannot be read."""
    transaction.run("delete from members where target = ?", target)
    last = transaction.rows(LAST_COMPLETE, target)
    if not last:
        return
    path = lake.folder / str(lake.registry.get(last[0][0]).snapshot)
    with snapshot_file.unreadable(path):
        transaction.run(MEMBERS, target, str(path))
