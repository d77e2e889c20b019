"""Posts: which there are, and how each stood at each capture."""

from collections.abc import Sequence
from pathlib import Path

import polars as pl

from intel_pipeline.changes.cases import given
from intel_pipeline.changes.posts import Measurement, post_metrics
from intel_pipeline.contracts.change import MOMENT
from intel_pipeline.contracts.post import SCHEMA
from intel_pipeline.registry.captured import Captured
from intel_pipeline.registry.finishing import finished
from intel_pipeline.warehouse.landing.finished import Finished
from intel_pipeline.warehouse.landing.late import followed_by, unlanded
from intel_pipeline.warehouse.landing.pairs import Pairs, pairs
from intel_pipeline.warehouse.landing.registers import Landed, land_captures, ref
from intel_pipeline.warehouse.writer import Transaction

# The follower count that was captured last before each capture, which the engagement rate refers to.
AUDIENCE = """
select asked.capture_id, history.follower_count
from asked asof join (
    from profile_history semi join asked using (target)
    qualify row_number() over (partition by target, captured_at order by capture_id desc) = 1
) as history on history.target = asked.target and history.captured_at <= asked.finished_at
"""
# What can change is taken from the newest capture, in whatever order captures are landed. Two statements, since DuckDB
# 2.0 does both halves of a MERGE at once: it read texts of rows of the same transaction while it wrote others beside
# them, and once in 4,500 times called the file corrupted.
KNOWN = """
update posts set
    shortcode = if(posts.last_seen_at <= fresh.last_seen_at, fresh.shortcode, posts.shortcode),
    owner_id = if(posts.last_seen_at <= fresh.last_seen_at, fresh.owner_id, posts.owner_id),
    taken_at = if(posts.last_seen_at <= fresh.last_seen_at, fresh.taken_at, posts.taken_at),
    media_type = if(posts.last_seen_at <= fresh.last_seen_at, fresh.media_type, posts.media_type),
    caption = if(posts.last_seen_at <= fresh.last_seen_at, fresh.caption, posts.caption),
    is_pinned = if(posts.last_seen_at <= fresh.last_seen_at, fresh.is_pinned, posts.is_pinned),
    first_seen_at = least(posts.first_seen_at, fresh.first_seen_at),
    last_seen_at = greatest(posts.last_seen_at, fresh.last_seen_at)
from fresh where posts.target = fresh.target and posts.post_id = fresh.post_id
"""
NEW = "insert into posts by name from fresh anti join posts using (target, post_id)"
POST = ("post_id", "shortcode", "owner_id", "taken_at", "media_type", "caption", "is_pinned")


def land_posts(transaction: Transaction, lake: Path, captures: Sequence[Captured], registry: Finished) -> Landed:
    """Derive and land what these post captures teach; counts the posts.

    One that comes late changes what the next one has gained: that is derived again.
    """
    after = followed_by(transaction, registry, "posts", unlanded(transaction, captures))
    land_captures(transaction, captures)
    return land_listings(transaction, lake, [*captures, *after], registry)


def land_listings(transaction: Transaction, lake: Path, captures: Sequence[Captured], registry: Finished) -> Landed:
    """Land the posts of captures, and how each stood at each of them."""
    landed = Landed()
    for found in pairs(lake, registry, captures, SCHEMA, "post_id", landed):
        ids = [capture.capture_id for capture in found.captures]
        moments = [(one.capture_id, one.target, finished(one)) for one in found.captures]
        schema = {"capture_id": pl.String(), "target": pl.String(), "finished_at": MOMENT}
        audiences = dict(transaction.rows(AUDIENCE, asked=pl.DataFrame(moments, schema=schema, orient="row")))
        cases = [
            Measurement(ref(capture), ref(earlier) if earlier else None, audiences.get(capture.capture_id))
            for capture, earlier in zip(found.captures, found.earlier, strict=True)
        ]
        metrics = post_metrics(cases, found.before, found.after)
        newest = newest_of(found)
        transaction.put("post_metrics", metrics, "capture_id", ids)
        for statement in (KNOWN, NEW):
            transaction.run(statement, fresh=newest)
        landed.numbers["posts"] += metrics.height
    return landed


def newest_of(found: Pairs) -> pl.DataFrame:
    """Return each post once, as it was shown last, with when it was seen first and last: the columns of `posts`."""
    seen = given(
        found.after,
        target=(pl.String(), [capture.target for capture in found.captures]),
        seen_at=(MOMENT, [capture.started_at for capture in found.captures]),
    ).sort("seen_at", maintain_order=True)
    moments = {"first_seen_at": pl.col("seen_at").first(), "last_seen_at": pl.col("seen_at").last()}
    return seen.group_by("target", "post_id", maintain_order=True).agg(
        *(pl.col(name).last() for name in POST if name != "post_id"), **moments
    )
