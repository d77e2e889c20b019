"""Posts as they are now."""

import dagster as dg

from intel_pipeline.defs.resources import PipelineResource
from intel_pipeline.defs.snapshots.taking import TickConfig, snapshots, take_snapshots


@snapshots("posts", "post_snapshots", "profile_snapshots")
def post_snapshots(
    context: dg.AssetExecutionContext, config: TickConfig, pipeline: PipelineResource
) -> dg.MaterializeResult:
    """The newest posts with their counts as Instagram shows them now."""
    return take_snapshots(context, pipeline, "posts", config)
