"""Followers: who they are now, and everything learned about their comings and goings."""

from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from intel_pipeline.lake import snapshot_file
from intel_pipeline.registry.captures import Captures
from intel_pipeline.registry.models import Capture
from intel_pipeline.warehouse.landing.registers import Landed, land_captures, land_each, ref
from intel_pipeline.warehouse.writer import Transaction

if TYPE_CHECKING:
    import polars as pl

# Losses that were suspected, and neither confirmed nor retracted, before a moment.
OPEN_LOSSES = """
select change_id, user_id, username, not_before, not_after, absences
from (
    from follower_change_log
    where target = ? and kind = 'left' and learned_at < ?
    qualify row_number() over (partition by change_id order by learned_at desc) = 1
)
where state = 'suspected' order by user_id
"""
# Those in the snapshot at hand who were confirmed lost at some time before.
LOST_ONCE = """
select distinct user_id from follower_change_log
where target = ? and kind = 'left' and state = 'confirmed' and learned_at < ?
"""
# Who was seen, as incomplete captures taught since the last complete one.
SINCE = """
select user_id, username from follower_change_log
where target = ? and learned_at > ? and learned_at < ? and (kind <> 'left' or state = 'retracted')
order by learned_at
"""
LAST_COMPLETE = """
select max(started_at) as last from captures where target = ? and surface = 'followers' and verdict = 'complete'
"""
# The members of a complete capture; who was there before keeps the moment of being first seen.
MEMBERS = """
insert into followers by name
select ? as target, fresh.* exclude (position, page),
    coalesce(old.first_seen_at, ?) as first_seen_at, ? as last_seen_at, ? as capture_id
from fresh left join members_before as old using (user_id)
"""


def land_followers(transaction: Transaction, lake: Path, captures: Sequence[Capture], registry: Captures) -> Landed:
    """Derive and land what these follower captures teach; counts the rows by kind and state."""

    def land(capture: Capture) -> Counter[str]:
        return land_list(transaction, lake, capture, registry)

    landed = Landed()
    for capture in captures:
        # One by one: what a capture teaches depends on which captures before it are in the warehouse.
        land_captures(transaction, [capture])
        one = land_each([capture], land)
        landed.numbers.update(one.numbers)
        landed.unreadable += one.unreadable
    return landed


def land_list(transaction: Transaction, lake: Path, capture: Capture, registry: Captures) -> Counter[str]:
    """Land one follower list, and what it teaches; nothing is derived from a suspect one."""
    learned: Counter[str] = Counter()
    if capture.verdict == "suspect":
        return learned
    snapshot = snapshot_file.read(lake, str(capture.snapshot))
    changes = derived(transaction, lake, capture, snapshot, registry.before(capture, complete=True))
    if changes is not None:
        transaction.replace("follower_change_log", changes, capture_id=capture.capture_id)
        learned.update(f"{kind} {state}" for kind, state in changes.select("kind", "state").iter_rows())
    if capture.verdict == "complete":
        land_members(transaction, capture, snapshot)
    return learned


def derived(
    transaction: Transaction, lake: Path, capture: Capture, snapshot: "pl.DataFrame", before: Capture | None
) -> "pl.DataFrame | None":
    """Return what the capture teaches, or None for a first one: its members are no events."""
    from intel_pipeline.changes.followers import brought_up_to_date, follower_changes

    if before is None or before.snapshot is None:
        return None
    now, then = capture.finished_at, before.finished_at
    since = transaction.query(SINCE, capture.target, then, now)
    return follower_changes(
        brought_up_to_date(snapshot_file.read(lake, before.snapshot), since),
        ref(before),
        snapshot,
        ref(capture),
        losses=transaction.query(OPEN_LOSSES, capture.target, now),
        lost_once=transaction.query(LOST_ONCE, capture.target, now),
    )


def land_members(transaction: Transaction, capture: Capture, snapshot: "pl.DataFrame") -> None:
    """Let the capture's members be the target's followers, unless a later capture has been landed already."""
    if transaction.query(LAST_COMPLETE, capture.target)["last"][0] > capture.started_at:
        return
    transaction.run("create temp table members_before as from followers where target = ?", capture.target)
    transaction.run("delete from followers where target = ?", capture.target)
    moments = (capture.started_at, capture.started_at)
    transaction.run(MEMBERS, capture.target, *moments, capture.capture_id, fresh=snapshot)
    transaction.run("drop table members_before")
