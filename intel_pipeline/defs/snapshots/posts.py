"""Posts as they are now."""

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
    check_specs=[check_spec(VERDICT_CHECK, "post_snapshots")],
    deps=["profile_snapshots"],
)
def post_snapshots(
    context: dg.AssetExecutionContext, config: TickConfig, pipeline: PipelineResource
) -> dg.MaterializeResult:
    """The newest posts with their counts as Instagram shows them now."""
    return take_snapshots(context, pipeline, "posts", config)
