"""Who followed, who left, who renamed."""

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
    check_specs=[check_spec(READABLE_CHECK, "follower_changes")],
    deps=["follower_snapshots"],
)
def follower_changes(context: dg.AssetExecutionContext, pipeline: PipelineResource) -> dg.MaterializeResult:
    """Who followed, left, came back or renamed since the last complete capture; an incomplete one yields no loss."""
    from intel_pipeline.warehouse.derive import derive_followers

    return derived_result("follower_changes", derive_followers(pipeline.it, date.fromisoformat(context.partition_key)))
