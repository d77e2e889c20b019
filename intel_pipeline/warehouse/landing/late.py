"""Captures that come out of their order: left behind by a run that was killed, judged again, or imported late."""

from collections.abc import Collection, Sequence

import polars as pl

from intel_pipeline.registry.capture_course import CaptureCourse
from intel_pipeline.registry.captured import Captured
from intel_pipeline.registry.finishing import finished
from intel_pipeline.warehouse.landing.finished import Finished
from intel_pipeline.warehouse.landing.known import named
from intel_pipeline.warehouse.writer import Transaction

NUMBER = "select count(*) from captures where surface = $1"
ALL = "select capture_id from captures where surface = $1"
HELD = "select capture_id from captures where surface = $1 and held"
AMONG = "select capture_id from captures semi join asked using (target, capture_id)"
NEWEST = "select target, max(finished_at) from captures semi join asked using (target) where surface = $1 group by all"
# Posts whose engagement was held against an earlier profile than one that is landed by now.
MEASURED = """
select posts.capture_id from captures as posts join asked using (target)
where posts.surface = 'posts' and posts.finished_at >= asked.started_at and posts.finished_at < coalesce((
    select min(captured_at) from profile_history as history
    where history.target = asked.target and history.captured_at > asked.started_at
), 'infinity')
"""


def with_left_behind(
    transaction: Transaction, registry: CaptureCourse, surface: str, captures: Sequence[Captured]
) -> list[Captured]:
    """Return the captures, and whichever of their surface are finished and were never landed, or were held then.

    A run that was killed between a capture and its landing leaves one behind, of whatever round; one that was held back
    may have been released or given up since. Told by numbers, so that the usual case costs a count.
    """
    number = transaction.rows(NUMBER, surface)[0][0] + len(unlanded(transaction, captures))
    wanted = {capture_id for (capture_id,) in transaction.rows(HELD, surface)}
    if number != registry.finished_number(surface):
        wanted |= registry.finished_ids(surface) - {capture_id for (capture_id,) in transaction.rows(ALL, surface)}
    wanted -= {capture.capture_id for capture in captures}
    return [*registry.finished_among(wanted), *captures]


def unlanded(transaction: Transaction, captures: Sequence[Captured]) -> list[Captured]:
    """Return those of the captures that the warehouse does not have yet."""
    known = landed_among(transaction, captures)
    return [capture for capture in captures if capture.capture_id not in known]


def followed_by(
    transaction: Transaction, registry: Finished, surface: str, captures: Sequence[Captured]
) -> list[Captured]:
    """Return the landed captures of a surface that come right after `captures`, which are not landed yet.

    What those taught was told by comparing them with an earlier one.
    """
    if transaction.being_made:
        return []
    asked = named({capture.target for capture in captures})
    newest = dict(transaction.rows(NEWEST, surface, asked=asked))
    late = [one for one in captures if one.target in newest and finished(one) < newest[one.target]]
    after = {following.capture_id: following for one in late if (following := registry.after(one)) is not None}
    return [after[capture_id] for capture_id in sorted(landed_among(transaction, after.values()))]


def measured_since(transaction: Transaction, registry: Finished, profiles: Sequence[Captured]) -> Sequence[Captured]:
    """Return the landed captures of posts for which one of these profiles, just landed, is the last one before."""
    if transaction.being_made:
        return []
    moments = [(profile.target, profile.started_at) for profile in profiles]
    schema = {"target": pl.String(), "started_at": pl.Datetime("us", "UTC")}
    asked = pl.DataFrame(moments, schema=schema, orient="row")
    return registry.finished_among({capture_id for (capture_id,) in transaction.rows(MEASURED, asked=asked)})


def landed_among(transaction: Transaction, captures: Collection[Captured]) -> set[str]:
    """Return the ids of those captures that the warehouse has."""
    if transaction.being_made or not captures:
        return set()
    # By target as well: of a table that lies target by target little is read then.
    columns = {name: [getattr(one, name) for one in captures] for name in ("target", "capture_id")}
    asked = pl.DataFrame(columns, schema=dict.fromkeys(columns, pl.String()))
    return {capture_id for (capture_id,) in transaction.rows(AMONG, asked=asked)}
