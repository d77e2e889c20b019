"""What changed of the profiles."""

from datetime import date

import dagster as dg

from intel_pipeline.defs.reporting import derived, derived_result
from intel_pipeline.defs.resources import PipelineResource


@derived("profile_changes", "profile_snapshots")
def profile_changes(context: dg.AssetExecutionContext, pipeline: PipelineResource) -> dg.MaterializeResult:
    """Every captured profile in the history, and each field that differs from the capture before."""
    from intel_pipeline.warehouse.derive import derive_profiles

    return derived_result("profile_changes", derive_profiles(pipeline.it, date.fromisoformat(context.partition_key)))
