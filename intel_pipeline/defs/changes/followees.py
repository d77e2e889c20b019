"""Whom the targets follow."""

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
    check_specs=[check_spec(READABLE_CHECK, "followees")],
    deps=["followee_snapshots"],
)
def followees(context: dg.AssetExecutionContext, pipeline: PipelineResource) -> dg.MaterializeResult:
    """Whom each target follows, by its last complete list."""
    from intel_pipeline.warehouse.derive import derive_followees

    return derived_result("followees", derive_followees(pipeline.it, date.fromisoformat(context.partition_key)))
