"""The contract of profile snapshots: one row per capture."""

import pandera.polars as pa
import polars as pl

from intel_pipeline.contracts.base import LARGEST_USER_ID, USERNAME, Contract, schema_of


class ProfileSnapshot(Contract):
    """A profile as it was. Null means that the source did not tell; an empty text was left empty by its owner.

    `picture` is a fingerprint of the profile picture: 32 hexadecimal digits that change when the picture does.
    """

    user_id: pl.Int64 = pa.Field(ge=1, le=LARGEST_USER_ID)
    username: pl.String = pa.Field(str_matches=USERNAME)
    full_name: pl.String = pa.Field(nullable=True)
    biography: pl.String = pa.Field(nullable=True)
    external_url: pl.String = pa.Field(nullable=True)
    is_private: pl.Boolean
    is_verified: pl.Boolean
    is_business: pl.Boolean = pa.Field(nullable=True)
    category: pl.String = pa.Field(nullable=True)
    follower_count: pl.Int64 = pa.Field(nullable=True, ge=0)
    following_count: pl.Int64 = pa.Field(nullable=True, ge=0)
    media_count: pl.Int64 = pa.Field(nullable=True, ge=0)
    picture: pl.String = pa.Field(nullable=True, str_matches=r"^[0-9a-f]{32}$")


SCHEMA = PROFILE_SCHEMA = schema_of(ProfileSnapshot)
