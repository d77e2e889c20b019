"""Taking back what was learned from a capture on, because something before it has changed."""

from intel_pipeline.changes.returns import CAME_BACK, SOME_CAME_BACK
from intel_pipeline.changes.standing import LOST, OPEN_LOSS
from intel_pipeline.registry.models import Capture
from intel_pipeline.warehouse.landing.lists import Lake
from intel_pipeline.warehouse.landing.outstanding import order
from intel_pipeline.warehouse.landing.spans import restate_spans
from intel_pipeline.warehouse.writer import Transaction

LATER = """
select capture_id from follower_balance where target = $1 and (finished_at, capture_id) >= ($2, $3)
"""
# The newest word on each loss.
LOSSES = """
from follower_change_log where target = $1 and kind = 'left'
qualify row_number() over (partition by change_id order by learned_at desc) = 1
"""
OPEN = (
    f"insert into open_losses by name select target, {', '.join(OPEN_LOSS)} from ({LOSSES}) where state = 'suspected'"  # noqa: S608  our own names
)
# Whose newest word, of leaving and coming back, is a confirmed loss.
GONE = f"""
insert into lost by name
select target, {", ".join(LOST)} from (
    from follower_change_log where target = $1 and kind in ('left', 'refollowed') and state = 'confirmed'
    qualify row_number() over (partition by user_id order by learned_at desc, kind desc) = 1
) where kind = 'left'
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
LEARNED = ("follower_change_log", "sightings", "follower_balance")


def rewind(transaction: Transaction, lake: Lake, target: str, first: Capture) -> None:
    """Forget what the captures of a target taught from `first` on, and restate how it stood before.

    Raises DamagedFileError where the last complete list before cannot be read.
    """
    transaction.run(f"create or replace temp table later as {LATER}", target, *order(first))
    for table in LEARNED:
        # Last of all the balance, which says what is later.
        transaction.run(f"delete from {table} where target = ? and capture_id in (from later)", target)  # noqa: S608  our own names
    transaction.run("delete from open_losses where target = ?", target)
    transaction.run(OPEN, target)
    transaction.run(STILL_MISSING, target, CAME_BACK, SOME_CAME_BACK)
    transaction.run(AWAY, target, CAME_BACK, SOME_CAME_BACK)
    transaction.run("delete from lost where target = ?", target)
    transaction.run(GONE, target)
    restate_spans(transaction, lake, [target])
