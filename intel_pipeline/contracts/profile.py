"""The contract of profile snapshots: one row per capture."""

import pandera.polars as pa
import polars as pl

from intel_pipeline.contracts.base import LARGEST_USER_ID, USERNAME, Contract, schema_of


class ProfileSnapshot(Contract):
    """A profile as it was. Null means that the source did not tell; an empty text was left empty by its owner.

    `picture` is a fingerprint of the profile picture: 32 hexadecimal digits that change when the picture does.
    """

    user_id: pl.Int64 = pa.Field(
        ge=1, le=LARGEST_USER_ID, description="Instagram's number of the account, which stays when the name changes."
    )
    username: pl.String = pa.Field(str_matches=USERNAME, description="Its name, without the @.")
    full_name: pl.String = pa.Field(nullable=True, description="The name that is shown beside it.")
    biography: pl.String = pa.Field(nullable=True, description="What the account says of itself.")
    external_url: pl.String = pa.Field(nullable=True, description="The address that it points to.")
    is_private: pl.Boolean = pa.Field(description="Whether only the account's followers see its posts.")
    is_verified: pl.Boolean = pa.Field(description="Whether it bears the blue badge.")
    is_business: pl.Boolean = pa.Field(nullable=True, description="Whether it is a business account.")
    category: pl.String = pa.Field(nullable=True, description="What kind of business it says it is.")
    follower_count: pl.Int64 = pa.Field(nullable=True, ge=0, description="Number of followers that Instagram reports.")
    following_count: pl.Int64 = pa.Field(
        nullable=True, ge=0, description="Number of accounts followed that Instagram reports."
    )
    media_count: pl.Int64 = pa.Field(nullable=True, ge=0, description="Number of posts that Instagram reports.")
    picture: pl.String = pa.Field(
        nullable=True,
        str_matches=r"^[0-9a-f]{32}$",
        description="Fingerprint of the profile picture: changes when the picture does.",
    )


SCHEMA = PROFILE_SCHEMA = schema_of(ProfileSnapshot)
