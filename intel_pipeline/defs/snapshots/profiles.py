"""Profiles as they are now."""

import dagster as dg

from intel_pipeline.defs.resources import PipelineResource
from intel_pipeline.defs.snapshots.taking import TickConfig, snapshots, take_snapshots


@snapshots("profile", "profile_snapshots")
def profile_snapshots(
    context: dg.AssetExecutionContext, config: TickConfig, pipeline: PipelineResource
) -> dg.MaterializeResult:
    """Profiles as Instagram shows them now: names, texts, counts. One row per target and round, in the lake."""
    return take_snapshots(context, pipeline, "profile", config)
