"""How posts fared between two captures."""

from collections.abc import Sequence
from dataclasses import dataclass

import polars as pl

from intel_pipeline.changes.cases import given
from intel_pipeline.changes.evidence import CaptureRef
from intel_pipeline.contracts.change import MOMENT, POST_METRIC

COUNTS = {"like_count": "likes_gained", "comment_count": "comments_gained", "view_count": "views_gained"}
KEY = ["case", "post_id"]


@dataclass(frozen=True, slots=True)
class Measurement:
    """A capture of posts, the one before it, and how many followers were reported then; None where there is none."""

    capture: CaptureRef
    before: CaptureRef | None
    followers: int | None


def post_metrics(cases: Sequence[Measurement], before: pl.DataFrame, after: pl.DataFrame) -> pl.DataFrame:
    """Return one row of POST_METRIC per row of `after`, sorted by case and `post_id`.

    `before`, `after`: as `contracts.post.PostSnapshot`, of each case by its number in `case`. What was gained since
    `before` is null for a post that it does not hold, and where a count is hidden; the rate without followers.
    """
    old = before.select(*KEY, *(pl.col(count).alias(f"{count}_before") for count in COUNTS))
    rows = given(
        after.join(old, on=KEY, how="left", maintain_order="left"),
        target=(pl.String(), [one.capture.target for one in cases]),
        capture_id=(pl.String(), [one.capture.capture_id for one in cases]),
        captured_at=(MOMENT, [one.capture.started_at for one in cases]),
        before_at=(MOMENT, [one.before.started_at if one.before else None for one in cases]),
        followers=(pl.Float64(), [one.followers or None for one in cases]),
    )
    engaged = pl.col("like_count") + pl.col("comment_count").fill_null(0)
    told = pl.col("like_count_before").is_not_null() | pl.col("comment_count_before").is_not_null()
    measured = rows.with_columns(
        *((pl.col(count) - pl.col(f"{count}_before")).alias(gained) for count, gained in COUNTS.items()),
        age_hours=hours("taken_at"),
        hours_since_before=pl.when(told).then(hours("before_at")),
        engagement_rate=engaged / pl.col("followers"),
    )
    return measured.sort(KEY).select(POST_METRIC.names()).cast(POST_METRIC)


def hours(since: str) -> pl.Expr:
    """Return the hours from a moment to the capture."""
    return (pl.col("captured_at") - pl.col(since)).dt.total_seconds() / 3600
