"""Follower lists as they are now."""

import dagster as dg

from intel_pipeline.defs.resources import PipelineResource
from intel_pipeline.defs.snapshots.taking import TickConfig, snapshots, take_snapshots


@snapshots("followers", "follower_snapshots", "profile_snapshots")
def follower_snapshots(
    context: dg.AssetExecutionContext, config: TickConfig, pipeline: PipelineResource
) -> dg.MaterializeResult:
    """Follower lists as Instagram shows them now, each with a verdict on whether it is complete."""
    return take_snapshots(context, pipeline, "followers", config)
