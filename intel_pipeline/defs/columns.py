"""What columns an asset has, what each means and where it comes from, as the UI shows it: nobody's values."""

from collections.abc import Mapping, Sequence
from typing import Any

import dagster as dg

# Names under which Dagster looks for them.
SCHEMA, LINEAGE = "dagster/column_schema", "dagster/column_lineage"
# What Pandera's own checks ask.
WORDS = {
    "greater_than": "more than {}",
    "greater_than_or_equal_to": "{} or more",
    "less_than_or_equal_to": "at most {}",
    "str_matches": "like {}",
    "isin": "one of {}",
}
# The columns that columns of derived assets are worked out from.
ORIGINS: Mapping[str, Mapping[str, Sequence[tuple[str, str]]]] = {
    "profile_changes": {
        "user_id": [("profile_snapshots", "user_id")],
        "value_before": [("profile_snapshots", "username"), ("profile_snapshots", "biography")],
        "value_after": [("profile_snapshots", "username"), ("profile_snapshots", "biography")],
    },
    "follower_changes": {
        "user_id": [("follower_snapshots", "user_id")],
        "kind": [("follower_snapshots", "user_id"), ("follower_snapshots", "position")],
        # A loss is proven by the reported number, which the profile shows.
        "state": [("follower_snapshots", "user_id"), ("profile_snapshots", "follower_count")],
        "needed": [("follower_snapshots", "user_id"), ("profile_snapshots", "follower_count")],
        "username": [("follower_snapshots", "username")],
        "previous_username": [("follower_snapshots", "username")],
    },
    "followees": {
        name: [("followee_snapshots", name)]
        for name in ("user_id", "username", "full_name", "is_private", "is_verified")
    },
    "post_metrics": {
        "post_id": [("post_snapshots", "post_id")],
        "like_count": [("post_snapshots", "like_count")],
        "comment_count": [("post_snapshots", "comment_count")],
        "view_count": [("post_snapshots", "view_count")],
        "likes_gained": [("post_snapshots", "like_count")],
        "comments_gained": [("post_snapshots", "comment_count")],
        "views_gained": [("post_snapshots", "view_count")],
        "age_hours": [("post_snapshots", "taken_at")],
        "engagement_rate": [
            ("post_snapshots", "like_count"),
            ("post_snapshots", "comment_count"),
            ("profile_snapshots", "follower_count"),
        ],
    },
}


def of_contract(model: Any) -> dict[str, dg.MetadataValue]:  # noqa: ANN401  a Pandera model class has no common base
    """Return the columns of the snapshots that a contract is of, as metadata."""
    columns = [
        dg.TableColumn(
            name,
            str(column.dtype.type),
            column.description,
            dg.TableColumnConstraints(column.nullable, column.unique, [rule(check) for check in column.checks]),
        )
        for name, column in model.to_schema().columns.items()
    ]
    return {SCHEMA: dg.TableSchemaMetadataValue(dg.TableSchema(columns))}


def rule(check: Any) -> str:  # noqa: ANN401  Pandera's own
    """Return in words what a check asks of a column."""
    if check.name in WORDS:
        return WORDS[check.name].format(*check.statistics.values())
    return str(check.name).replace("_", " ")


def of_table(asset: str, columns: Sequence[tuple[str, str, str | None]]) -> dict[str, dg.MetadataValue]:
    """Return the columns of a derived asset's table (name, type, comment) as metadata, with where they come from."""
    schema = dg.TableSchema([dg.TableColumn(name, kind, comment) for name, kind, comment in columns])
    origins = {
        name: [dg.TableColumnDep(dg.AssetKey(one), column) for one, column in told]
        for name, told in ORIGINS[asset].items()
    }
    return {
        SCHEMA: dg.TableSchemaMetadataValue(schema),
        LINEAGE: dg.TableColumnLineageMetadataValue(dg.TableColumnLineage(origins)),
    }
