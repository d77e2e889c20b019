"""Lists of followees as they are now."""

import dagster as dg

from intel_pipeline.defs.resources import PipelineResource
from intel_pipeline.defs.snapshots.taking import TickConfig, snapshots, take_snapshots


@snapshots("followees", "followee_snapshots", "profile_snapshots")
def followee_snapshots(
    context: dg.AssetExecutionContext, config: TickConfig, pipeline: PipelineResource
) -> dg.MaterializeResult:
    """Whom each target follows now, each list with a verdict; captured where INTEL_SURFACES names followees."""
    return take_snapshots(context, pipeline, "followees", config)
