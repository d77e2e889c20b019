"""Events: what a capture taught, one row each, in the columns of FOLLOWER_CHANGE."""

import polars as pl

from intel_pipeline.changes.evidence import CaptureRef, change_id
from intel_pipeline.contracts.change import FOLLOWER_CHANGE, MOMENT


def event(rows: pl.DataFrame, kind: str, state: str) -> pl.DataFrame:
    """Return `rows` as events of one kind and state, in those columns of FOLLOWER_CHANGE that they tell of."""
    if rows.is_empty():
        # Most captures teach little, and each empty frame costs as much as a full one.
        return rows.clear()
    silent = {"previous_username"} if kind == "left" else set()
    known = [column for column in rows.columns if column in FOLLOWER_CHANGE and column not in silent]
    return rows.select(known).with_columns(kind=pl.lit(kind), state=pl.lit(state))


def told(parts: list[pl.DataFrame], before: CaptureRef, capture: CaptureRef) -> pl.DataFrame:
    """Return the events with what they have in common, sorted by (user_id, kind, state).

    Each change has an id, and one that goes on keeps its own. `before`: the last complete capture before `capture`.
    """
    found = pl.concat([pl.DataFrame(schema=FOLLOWER_CHANGE), *(part for part in parts if part.height)], how="diagonal")
    ids = [
        known or change_id(capture.target, kind, user_id, capture.capture_id)
        for known, kind, user_id in found.select("change_id", "kind", "user_id").iter_rows()
    ]
    return found.with_columns(
        change_id=pl.Series(ids, dtype=pl.String),
        target=pl.lit(capture.target),
        not_before=pl.coalesce("not_before", pl.lit(before.started_at, MOMENT)),
        not_after=pl.coalesce("not_after", pl.lit(capture.finished_at, MOMENT)),
        learned_at=pl.lit(capture.finished_at, MOMENT),
        capture_id=pl.lit(capture.capture_id),
        before_capture_id=pl.lit(before.capture_id),
        first_capture_id=pl.coalesce("first_capture_id", pl.lit(capture.capture_id)),
    ).sort("user_id", "kind", "state")


def named(kind: str, user_ids: pl.Series, capture: CaptureRef) -> pl.Series:
    """Return the ids of changes that begin with `capture`."""
    ids = [change_id(capture.target, kind, user_id, capture.capture_id) for user_id in user_ids]
    return pl.Series(ids, dtype=pl.String)
