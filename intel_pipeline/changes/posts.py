"""How posts fared between two captures."""

import polars as pl

from intel_pipeline.changes.evidence import CaptureRef
from intel_pipeline.contracts.change import POST_METRIC

COUNTS = {"like_count": "likes_gained", "comment_count": "comments_gained", "view_count": "views_gained"}


def post_metrics(
    before: pl.DataFrame | None,
    before_capture: CaptureRef | None,
    after: pl.DataFrame,
    after_capture: CaptureRef,
    followers: int | None,
) -> pl.DataFrame:
    """Return one row of POST_METRIC per post of `after`.

    `before`, `after`: as `contracts.post.PostSnapshot`; what was gained since `before` is null for a post that it
    does not hold, and where a count is hidden. `followers`: reported at the time; the rate is null without it.
    """
    seen_at = pl.lit(after_capture.started_at, POST_METRIC["captured_at"])
    rows = after.with_columns(
        target=pl.lit(after_capture.target),
        captured_at=seen_at,
        capture_id=pl.lit(after_capture.capture_id),
        age_hours=(seen_at - pl.col("taken_at")).dt.total_seconds() / 3600,
    )
    if before is None or before_capture is None:
        empty = [pl.lit(None, POST_METRIC[name]).alias(name) for name in (*COUNTS.values(), "hours_since_before")]
        rows = rows.with_columns(empty)
    else:
        hours = (after_capture.started_at - before_capture.started_at).total_seconds() / 3600
        rows = rows.join(before.select("post_id", *COUNTS), on="post_id", how="left", suffix="_before").with_columns(
            *((pl.col(count) - pl.col(f"{count}_before")).alias(gained) for count, gained in COUNTS.items()),
            hours_since_before=pl.when(
                pl.col("like_count_before").is_not_null() | pl.col("comment_count_before").is_not_null()
            )
            .then(pl.lit(hours))
            .otherwise(None),
        )
    audience = pl.lit(followers or None, pl.Float64)
    engaged = pl.col("like_count") + pl.col("comment_count").fill_null(0)
    rows = rows.with_columns(engagement_rate=engaged / audience)
    return rows.select(POST_METRIC.names()).cast(POST_METRIC).sort("post_id")
