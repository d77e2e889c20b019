"""The contract of post snapshots: one row per post."""

from typing import Annotated

import pandera.polars as pa
import polars as pl

from intel_pipeline.contracts.base import Contract, schema_of


class PostSnapshot(Contract):
    """A post as listed. Counts are null where Instagram hides or does not tell them.

    `taken_at` is in UTC, to the microsecond; `position` is the place in the list, 0 being the first, pinned ones
    included. `owner_id` may be another account's: a shared post is listed by all its authors.
    """

    post_id: pl.Int64 = pa.Field(unique=True)
    shortcode: pl.String = pa.Field(str_matches=r"^[A-Za-z0-9_-]{5,40}$")
    owner_id: pl.Int64 = pa.Field(gt=0)
    taken_at: Annotated[pl.Datetime, "us", "UTC"]
    media_type: pl.String = pa.Field(isin=["image", "video", "sidecar"])
    caption: pl.String = pa.Field(nullable=True)
    like_count: pl.Int64 = pa.Field(nullable=True, ge=0)
    comment_count: pl.Int64 = pa.Field(nullable=True, ge=0)
    view_count: pl.Int64 = pa.Field(nullable=True, ge=0)
    is_pinned: pl.Boolean
    position: pl.Int64 = pa.Field(ge=0)


SCHEMA = schema_of(PostSnapshot)
