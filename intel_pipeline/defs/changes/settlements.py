"""Why somebody left."""

import dagster as dg

from intel_pipeline.defs.marking import CAPTURING, tags
from intel_pipeline.defs.resources import PipelineResource


@dg.asset(
    group_name="changes",
    kinds={"duckdb"},
    owners=CAPTURING,
    tags=tags("instagram", "followers"),
    pool="instagram",
    deps=["follower_changes"],
)
def settlements(pipeline: PipelineResource) -> dg.MaterializeResult:
    """Causes of confirmed losses, each settled by one look at the account. Off unless INTEL_SETTLE_PER_TICK is set."""
    from intel_pipeline.settling import Settled, settle

    most = pipeline.it.settings.settle_per_tick
    settled = settle(pipeline.it, None, most, lambda *_: None) if most else Settled()
    numbers = {name: settled.causes[name] for name in ("unfollowed", "deactivated", "unknown")}
    metadata: dict[str, dg.MetadataValue] = {name: dg.MetadataValue.int(number) for name, number in numbers.items()}
    if settled.stopped:
        metadata["stopped"] = dg.MetadataValue.text(settled.stopped)
    return dg.MaterializeResult(metadata=metadata)
