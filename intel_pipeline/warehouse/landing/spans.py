"""Spans, from when to when each follower was there: worked out anew for a target, and laid together."""

from collections.abc import Collection

import polars as pl

from intel_pipeline.lake import snapshot_file
from intel_pipeline.parcels import parcels
from intel_pipeline.warehouse.landing.known import named
from intel_pipeline.warehouse.landing.lists import Lake
from intel_pipeline.warehouse.writer import Transaction

LAST_COMPLETE = """
select target, capture_id, listed from follower_balance semi join asked using (target) where verdict = 'complete'
qualify row_number() over (partition by target order by finished_at desc, capture_id desc) = 1
order by target
"""
TABLES = ("members", "unlisted_spans", "closed_spans")
# Rows of lists whose spans are made anew at once: many more did not fit into what a rebuild lets DuckDB hold.
ROWS_AT_ONCE = 50_000
# How rows lie, target by target: of those who followed at the same time their moments take no room and no time to read,
# which is half of what a span takes otherwise.
MEMBERS_LIE = ("followed_not_after", "user_id")
ENDED_LIE = ("followed_not_after", "left_not_after", "user_id")
SPANS_OF = f"create or replace temp table restated as from spans_in_log(?) order by target, {', '.join(ENDED_LIE)}"
# Whoever came or came back since the first complete list has been in every one since the capture that taught it.
CAME_OF = """
create or replace temp table came as
select target, user_id, max(balance.started_at) as started_at
from unnamed_change_log join follower_balance as balance using (target, capture_id)
where list_contains($1, target)
    and (kind in ('followed', 'revealed', 'refollowed') or (kind = 'left' and state = 'retracted'))
group by all
"""
# They are written target by target, so they need not be laid together once more. Of many targets in one statement: making
# its plan takes longer than a list of thousands does.
MEMBERS_OF = f"""
insert into members by name
with last as (select unnest($1) as target, unnest($2) as path),
listed as (
    select target, user_id, username, full_name, is_private, is_verified
    from read_parquet($2, filename = 'path', hive_partitioning = false) join last using (path)
),
seen as (
    select target, user_id, min(seen_at) as seen_at from sightings where list_contains($1, target) group by all
),
first as (
    select target, min(started_at) as started_at, min(finished_at) as finished_at from follower_balance
    where list_contains($1, target) and verdict = 'complete' group by all
)
select listed.target, listed.user_id, coalesce(shown.username, listed.username) as username,
    listed.full_name, listed.is_private, listed.is_verified,
    coalesce(came.started_at, first.started_at) as first_seen_at,
    coalesce(span.began_as, 'present') as began_as, span.followed_not_before,
    coalesce(span.followed_not_after, seen.seen_at, first.finished_at) as followed_not_after, true as packed
from listed join first using (target)
left join (from restated where left_not_after is null) as span using (target, user_id)
left join came using (target, user_id)
left join shown using (target, user_id)
left join seen using (target, user_id)
order by listed.target, {", ".join(MEMBERS_LIE)}
"""  # noqa: S608  our own names
# Of those who are in no list the name is told by whatever has shown them since, or had them last.
UNLISTED_OF = """
insert into unlisted_spans by name
select restated.* exclude (left_not_before, left_not_after)
    replace (coalesce(shown.username, suspected.username) as username)
from restated anti join (from members where list_contains($1, target)) as members using (target, user_id)
left join open_losses as suspected using (target, user_id)
left join shown using (target, user_id)
where left_not_after is null
"""
CLOSED_OF = """
insert into closed_spans by name
select restated.* replace (coalesce(restated.username, newest.username) as username), true as packed
from restated left join (from newest_names where list_contains($1, target)) as newest using (target, user_id)
where left_not_after is not null
"""
NOBODY = pl.DataFrame(schema={"target": pl.String(), "user_id": pl.Int64(), "username": pl.String()})
# Rows that may lie in the order in which they came, target by target mixed, before they are packed; of the members, all of
# which are written then, a part of them where that is more.
UNPACKED, PART_UNPACKED = 500_000, 1 / 4


def restate_spans(transaction: Transaction, lake: Lake, targets: Collection[str], shown: pl.DataFrame = NOBODY) -> None:
    """Let the members and the spans of targets be what their log, their losses and their last complete list say.

    `shown`: `target`, `user_id` and `username` of those whom incomplete captures have shown since that list, who are not
    in it or not by that name. Raises DamagedFileError where such a list cannot be read.
    """
    if not targets:
        return
    asked = sorted({*targets})
    last = {target: (one, listed) for target, one, listed in transaction.rows(LAST_COMPLETE, asked=named(asked))}
    sizes = ((target, last[target][1] if target in last else 0) for target in asked)
    for some in parcels(sizes, ROWS_AT_ONCE):
        places = ", ".join("?" for _ in some)
        for table in TABLES:
            transaction.run(f"delete from {table} where target in ({places})", *some)  # noqa: S608  our own names
        transaction.run(SPANS_OF, some)
        transaction.run(CAME_OF, some)
        listed = {target: lake.registry.get(last[target][0]) for target in some if target in last}
        paths = {target: lake.folder / str(capture.snapshot) for target, capture in listed.items()}
        if paths:
            with snapshot_file.unreadable(*paths.values()):
                transaction.run(MEMBERS_OF, [*paths], [*map(str, paths.values())], shown=shown)
        transaction.run(UNLISTED_OF, some, shown=shown)
        transaction.run(CLOSED_OF, some)
        transaction.run("drop table restated; drop table came")
        transaction.lighten()


def pack_spans(transaction: Transaction, unpacked: int = UNPACKED) -> None:
    """Lay the rows of each target together, where more than so many lie as they came.

    Then a question about one target reads only what is its own. Ended spans never change: only those that are not
    packed are written, so this costs no more after a year. Members are written anew altogether.
    """
    of_members = round(PART_UNPACKED * transaction.rows("select count(*) from members")[0][0])
    for table, chosen, lie, most in (
        ("members", "true", MEMBERS_LIE, max(unpacked, of_members)),
        ("closed_spans", "not packed", ENDED_LIE, unpacked),
    ):
        number = transaction.rows(f"select count(*) from {table} where not packed")[0][0]  # noqa: S608  our own names
        if number <= most:
            continue
        transaction.run(f"create or replace temp table packing as from {table} where {chosen}")
        transaction.run(f"delete from {table} where {chosen}")  # noqa: S608  our own names
        transaction.run(
            f"insert into {table} by name select * replace (true as packed) from packing "  # noqa: S608  our own names
            f"order by target, {', '.join(lie)}"
        )
        transaction.run("drop table packing")
