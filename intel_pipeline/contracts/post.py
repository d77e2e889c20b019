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

    post_id: pl.Int64 = pa.Field(unique=True, description="Instagram's number of the post.")
    shortcode: pl.String = pa.Field(
        str_matches=r"^[A-Za-z0-9_-]{5,40}$", description="What stands for the post in its address."
    )
    owner_id: pl.Int64 = pa.Field(gt=0, description="Account that posted it: another one for a shared post.")
    taken_at: Annotated[pl.Datetime, "us", "UTC"] = pa.Field(description="When it was posted.")
    media_type: pl.String = pa.Field(
        isin=["image", "video", "sidecar"], description="image, video, or sidecar for several of them."
    )
    caption: pl.String = pa.Field(nullable=True, description="Its text.")
    like_count: pl.Int64 = pa.Field(nullable=True, ge=0, description="Likes; null where they are hidden.")
    comment_count: pl.Int64 = pa.Field(nullable=True, ge=0, description="Comments.")
    view_count: pl.Int64 = pa.Field(nullable=True, ge=0, description="Views, of a video.")
    is_pinned: pl.Boolean = pa.Field(description="Whether it is kept on top of the profile.")
    position: pl.Int64 = pa.Field(ge=0, description="Place in the list, 0 the first, pinned ones included.")


SCHEMA = schema_of(PostSnapshot)
