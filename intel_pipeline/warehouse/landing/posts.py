"""Posts: which there are, and how each stood at each capture."""

from collections.abc import Sequence
from pathlib import Path

from intel_pipeline.lake import snapshot_file
from intel_pipeline.registry.models import Capture
from intel_pipeline.warehouse.landing.finished import Finished
from intel_pipeline.warehouse.landing.late import followed_by, unlanded
from intel_pipeline.warehouse.landing.registers import Landed, land_captures, land_each, ref
from intel_pipeline.warehouse.writer import Transaction

# The follower count that was captured last before a moment, which the engagement rate refers to.
AUDIENCE = """
select follower_count from profile_history
where target = ? and captured_at <= ? order by captured_at desc, capture_id desc limit 1
"""
# What can change is taken from the newest capture, in whatever order captures are landed.
KNOWN_POSTS = """
update posts set
    shortcode = if(last_seen_at <= $1, fresh.shortcode, posts.shortcode),
    owner_id = if(last_seen_at <= $1, fresh.owner_id, posts.owner_id),
    taken_at = if(last_seen_at <= $1, fresh.taken_at, posts.taken_at),
    media_type = if(last_seen_at <= $1, fresh.media_type, posts.media_type),
    caption = if(last_seen_at <= $1, fresh.caption, posts.caption),
    is_pinned = if(last_seen_at <= $1, fresh.is_pinned, posts.is_pinned),
    first_seen_at = least(first_seen_at, $1),
    last_seen_at = greatest(last_seen_at, $1)
from fresh where posts.target = $2 and posts.post_id = fresh.post_id
"""
NEW_POSTS = """
insert into posts by name
select ? as target, fresh.* exclude (like_count, comment_count, view_count, position),
    ? as first_seen_at, ? as last_seen_at
from fresh where post_id not in (select post_id from posts where target = ?)
"""


def land_posts(transaction: Transaction, lake: Path, captures: Sequence[Capture], registry: Finished) -> Landed:
    """Derive and land what these post captures teach; counts the posts.

    One that comes late changes what the next one has gained: that is derived again.
    """
    after = followed_by(transaction, registry, "posts", unlanded(transaction, captures))
    land_captures(transaction, captures)
    return land_each([*captures, *after], lambda capture: land_listing(transaction, lake, capture, registry))


def land_listing(transaction: Transaction, lake: Path, capture: Capture, registry: Finished) -> dict[str, int]:
    """Land the posts of one capture, and how each stood at it."""
    from intel_pipeline.changes.posts import post_metrics

    snapshot = snapshot_file.read(lake, str(capture.snapshot))
    earlier = registry.before(capture, complete=False)
    before = snapshot_file.read(lake, earlier.snapshot) if earlier and earlier.snapshot else None
    audience = transaction.query(AUDIENCE, capture.target, capture.finished_at)
    metrics = post_metrics(
        before,
        ref(earlier) if earlier else None,
        snapshot,
        ref(capture),
        audience["follower_count"][0] if audience.height else None,
    )
    transaction.replace("post_metrics", metrics, capture_id=capture.capture_id)
    seen = capture.started_at
    transaction.run(KNOWN_POSTS, seen, capture.target, fresh=snapshot)
    transaction.run(NEW_POSTS, capture.target, seen, seen, capture.target, fresh=snapshot)
    return {"posts": metrics.height}
