"""Who followed, who left, who renamed."""

from datetime import date

import dagster as dg

from intel_pipeline.defs.reporting import derived, derived_result
from intel_pipeline.defs.resources import PipelineResource


@derived("follower_changes", "follower_snapshots")
def follower_changes(context: dg.AssetExecutionContext, pipeline: PipelineResource) -> dg.MaterializeResult:
    """Who followed, left, came back or renamed since the last complete capture; an incomplete one yields no loss."""
    from intel_pipeline.warehouse.derive import derive_followers

    return derived_result("follower_changes", derive_followers(pipeline.it, date.fromisoformat(context.partition_key)))
