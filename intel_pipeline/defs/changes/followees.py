"""Whom the targets follow."""

from datetime import date

import dagster as dg

from intel_pipeline.defs.reporting import derived, derived_result
from intel_pipeline.defs.resources import PipelineResource


@derived("followees", "followee_snapshots")
def followees(context: dg.AssetExecutionContext, pipeline: PipelineResource) -> dg.MaterializeResult:
    """Whom each target follows, by its last complete list."""
    from intel_pipeline.warehouse.derive import derive_followees

    return derived_result("followees", derive_followees(pipeline.it, date.fromisoformat(context.partition_key)))
