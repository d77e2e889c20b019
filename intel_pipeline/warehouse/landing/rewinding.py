"""Taking back what was learned from a capture on, because something before it has changed."""

from pathlib import Path

import polars as pl

from intel_pipeline.changes.returns import CAME_BACK, SOME_CAME_BACK
from intel_pipeline.changes.standing import LOST, OPEN_LOSS
from intel_pipeline.errors import DamagedFileError
from intel_pipeline.lake import snapshot_file
from intel_pipeline.registry.captured import Captured
from intel_pipeline.warehouse.landing.lessons import forget_lessons
from intel_pipeline.warehouse.landing.lists import Lake
from intel_pipeline.warehouse.landing.outstanding import order
from intel_pipeline.warehouse.landing.spans import restate_spans
from intel_pipeline.warehouse.writer import Transaction

LATER = """
select capture_id from follower_balance where target = $1 and (finished_at, capture_id) >= ($2, $3)
"""
# By which names everybody was known before that.
NAMED = """
select target, user_id, coalesce(undone.username, newest.username) as username
from newest_names as newest left join (
    select target, user_id, min_by(previous_username, renames.learned_at) as username
    from renames join lessons using (lesson_id) where target = $1 and capture_id in (from later) group by all
) as undone using (target, user_id)
where target = $1
"""
# The newest word on each loss.
LOSSES = """
from unnamed_change_log where target = $1 and kind = 'left'
qualify row_number() over (partition by user_id, first_capture_id order by learned_at desc) = 1
"""
# Losses that were suspected, with the capture that had listed them last; without it where one that is not complete has
# shown them since, and where it was not complete itself.
SUSPECTED = f"""
with loss as (
    select loss.* exclude (username), named.username
    from ({LOSSES}) as loss join named using (user_id) where state = 'suspected'
),
verdicts as (from follower_balance where target = $1),
last_lists as (
    select distinct lessons.capture_id as first_capture_id, before_capture_id
    from lessons join verdicts on verdicts.capture_id = lessons.before_capture_id
    where lessons.target = $1 and verdicts.verdict = 'complete'
),
shown_since as (
    select distinct user_id, before_capture_id from unnamed_change_log join verdicts using (capture_id)
    where unnamed_change_log.target = $1 and verdicts.verdict <> 'complete'
)
select loss.user_id, loss.username, not_before, not_after, reason, first_capture_id,
    if(shown_since.user_id is null, last_lists.before_capture_id, null) as listed_by
from loss left join last_lists using (first_capture_id)
left join shown_since
    on shown_since.user_id = loss.user_id and shown_since.before_capture_id = last_lists.before_capture_id
"""  # noqa: S608  our own names
# Whose newest word, of leaving and coming back, is a confirmed loss.
GONE = f"""
insert into lost by name
select target, {", ".join(LOST)} from (
    select * exclude (username) from unnamed_change_log
    where target = $1 and kind in ('left', 'refollowed') and state = 'confirmed'
    qualify row_number() over (partition by user_id order by learned_at desc, kind desc) = 1
) as gone join named using (target, user_id) where kind = 'left'
"""  # noqa: S608  our own names
# Who came back after the counts had let them go was missing all the same.
STILL_MISSING = f"""
update follower_balance set still_missing = (
    select count(*) from ({LOSSES}) as loss
    where loss.first_capture_id = follower_balance.capture_id
        and (loss.state <> 'retracted' or loss.reason in ($2, $3))
) where target = $1 and verdict = 'complete'
"""  # noqa: S608  our own names
# Who was missing from a complete capture and merely not shown, since a later one showed them again.
AWAY = f"""
update follower_balance set away = (
    select count(*) from ({LOSSES}) as loss
    where loss.state = 'retracted' and coalesce(loss.reason, '') not in ($2, $3)
        and follower_balance.finished_at >= loss.not_after and follower_balance.finished_at < loss.learned_at
) where target = $1 and verdict = 'complete'
"""  # noqa: S608  our own names


def rewind(transaction: Transaction, lake: Lake, target: str, first: Captured) -> None:
    """Forget what the captures of a target taught from `first` on, and restate how it stood before.

    Raises DamagedFileError where the last complete list before cannot be read.
    """
    transaction.run(f"create or replace temp table later as {LATER}", target, *order(first))
    transaction.run(f"create or replace temp table named as {NAMED}", target)
    forget_lessons(transaction, target)
    for table in ("sightings", "follower_balance"):
        # Last of all the balance, which says what is later.
        transaction.run(f"delete from {table} where target = ? and capture_id in (from later)", target)  # noqa: S608  our own names
    suspected = placed(lake, transaction.query(SUSPECTED, target))
    transaction.run("delete from open_losses where target = ?", target)
    transaction.append("open_losses", suspected.select(pl.lit(target).alias("target"), *OPEN_LOSS))
    transaction.run(STILL_MISSING, target, CAME_BACK, SOME_CAME_BACK)
    transaction.run(AWAY, target, CAME_BACK, SOME_CAME_BACK)
    transaction.run("delete from lost where target = ?", target)
    transaction.run(GONE, target)
    restate_spans(transaction, lake, [target], transaction.query("from named"))
    transaction.run("drop table named; drop table later")


def placed(lake: Lake, losses: pl.DataFrame) -> pl.DataFrame:
    """Return losses with the `position` in the list that they were `listed_by` last; null where nothing tells it."""
    listed = sorted({one for one in losses["listed_by"] if one is not None})
    paths = {one.capture_id: one.snapshot for one in lake.registry.finished_among({*listed})}
    places = [pl.DataFrame(schema={"listed_by": pl.String(), "user_id": pl.Int64(), "position": pl.Int64()})]
    for capture_id in listed:
        of_capture = losses.filter(pl.col("listed_by") == capture_id)["user_id"]
        rows = places_in(lake.folder, str(paths[capture_id]), of_capture)
        places.append(
            rows.select(pl.lit(capture_id).alias("listed_by"), "user_id", pl.col("position").cast(pl.Int64()))
        )
    return losses.join(pl.concat(places), on=["listed_by", "user_id"], how="left")


def places_in(folder: Path, snapshot: str, of: pl.Series) -> pl.DataFrame:
    """Return `user_id` and `position` of some in a list; nobody's where it cannot be read: no more than a hint is lost."""
    try:
        with snapshot_file.reading(folder, snapshot):
            listed = snapshot_file.scan(folder, snapshot).select("user_id", "position")
            return listed.filter(pl.col("user_id").is_in(of.implode())).collect(engine="streaming")
    except DamagedFileError:
        return pl.DataFrame(schema={"user_id": pl.Int64(), "position": pl.Int64()})
