"""The contract of follower snapshots: one row per listed follower."""

import pandera.polars as pa
import polars as pl

from intel_pipeline.contracts.base import LARGEST_USER_ID, USERNAME, Contract, schema_of


class FollowerSnapshot(Contract):
    """A follower as listed, sorted by `user_id`.

    `position` is the place in the list where the follower was first seen, 0 being the newest; `page` is the number
    of the page that showed it, from 0.
    """

    user_id: pl.Int64 = pa.Field(
        ge=1, le=LARGEST_USER_ID, description="Instagram's number of the account, which stays when the name changes."
    )
    username: pl.String = pa.Field(str_matches=USERNAME, description="Its name, without the @.")
    full_name: pl.String = pa.Field(nullable=True, description="The name that is shown beside it.")
    is_private: pl.Boolean = pa.Field(nullable=True, description="Whether only the account's followers see its posts.")
    is_verified: pl.Boolean = pa.Field(nullable=True, description="Whether it bears the blue badge.")
    position: pl.Int64 = pa.Field(ge=0, description="Place in the list where it was first shown, 0 the newest.")
    page: pl.Int32 = pa.Field(ge=0, description="Number of the page that showed it, from 0.")

    # Proves order and uniqueness at once, for a tenth of what a search for duplicates costs.
    @pa.check("user_id")
    @classmethod
    def strictly_increasing(cls, data: pa.PolarsData) -> pl.LazyFrame:
        """Tell of each row whether its id is greater than the one before; the first row has none before it."""
        return data.lazyframe.select(pl.col(data.key).diff() > 0)


SCHEMA = schema_of(FollowerSnapshot)
