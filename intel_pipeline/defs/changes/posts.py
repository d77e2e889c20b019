"""How posts perform."""

from datetime import date

import dagster as dg

from intel_pipeline.defs.partitions import rounds
from intel_pipeline.defs.reporting import READABLE_CHECK, check_spec, derived_result
from intel_pipeline.defs.resources import PipelineResource


@dg.asset(
    partitions_def=rounds,
    group_name="changes",
    kinds={"polars", "duckdb"},
    pool="warehouse",
    check_specs=[check_spec(READABLE_CHECK, "post_metrics")],
    # The engagement rate refers to the follower count that profile_changes lands.
    deps=["post_snapshots", "profile_changes"],
)
def post_metrics(context: dg.AssetExecutionContext, pipeline: PipelineResource) -> dg.MaterializeResult:
    """Likes, comments and views of every listed post, what they gained, and the rate of engagement."""
    from intel_pipeline.warehouse.derive import derive_posts

    return derived_result("post_metrics", derive_posts(pipeline.it, date.fromisoformat(context.partition_key)))
