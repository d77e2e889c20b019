"""Lists of followees as they are now."""

import dagster as dg

from intel_pipeline.defs.partitions import rounds
from intel_pipeline.defs.reporting import VERDICT_CHECK, check_spec
from intel_pipeline.defs.resources import PipelineResource
from intel_pipeline.defs.snapshots.taking import RETRIES, TickConfig, take_snapshots


@dg.asset(
    partitions_def=rounds,
    group_name="snapshots",
    kinds={"polars", "parquet"},
    pool="instagram",
    retry_policy=RETRIES,
    check_specs=[check_spec(VERDICT_CHECK, "followee_snapshots")],
    deps=["profile_snapshots"],
)
def followee_snapshots(
    context: dg.AssetExecutionContext, config: TickConfig, pipeline: PipelineResource
) -> dg.MaterializeResult:
    """Whom each target follows now, each list with a verdict; captured where INTEL_SURFACES names followees."""
    return take_snapshots(context, pipeline, "followees", config)
