"""How posts perform."""

from datetime import date

import dagster as dg

from intel_pipeline.defs.reporting import derived, derived_result
from intel_pipeline.defs.resources import PipelineResource


# The engagement rate refers to the follower count that profile_changes lands.
@derived("post_metrics", "post_snapshots", "profile_changes")
def post_metrics(context: dg.AssetExecutionContext, pipeline: PipelineResource) -> dg.MaterializeResult:
    """Likes, comments and views of every listed post, what they gained, and the rate of engagement."""
    from intel_pipeline.warehouse.derive import derive_posts

    return derived_result("post_metrics", derive_posts(pipeline.it, date.fromisoformat(context.partition_key)))
