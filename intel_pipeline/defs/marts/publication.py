"""What readers open."""

import dagster as dg

from intel_pipeline.clock import SystemClock
from intel_pipeline.defs.automation.publishing import BEGAN, OUTDATED
from intel_pipeline.defs.marking import READING, tags
from intel_pipeline.defs.resources import PipelineResource
from intel_pipeline.pipeline import Pipeline


@dg.asset(
    group_name="publication",
    kinds={"duckdb"},
    owners=READING,
    tags=tags("warehouse", "followers"),
    pool="warehouse",
    automation_condition=OUTDATED,
    deps=["profile_changes", "follower_changes", "followees", "settlements", "post_metrics"],
)
def publication(pipeline: PipelineResource) -> dg.MaterializeResult:
    """The DuckDB file for everybody: `data/intel.duckdb`, replaced whole, never blocking and never blocked.

    The marts in it (growth, overlap, retention, engagement) are views over tables that the warehouse has anyway. They
    are never late, so none is an asset.
    """
    return dg.MaterializeResult(metadata=published(pipeline.it))


def published(pipeline: Pipeline) -> dict[str, dg.MetadataValue]:
    """Publish the warehouse, and return what the UI is told of the new file."""
    from intel_pipeline.warehouse.derive import publish_now

    # The machine's clock, not a world's: it is compared with the times of Dagster's events.
    began = SystemClock().now()
    file, rows = publish_now(pipeline)
    return {
        "path": dg.MetadataValue.path(str(file)),
        BEGAN: dg.MetadataValue.timestamp(began),
        "bytes": dg.MetadataValue.int(file.stat().st_size),
        **{f"{table}_rows": dg.MetadataValue.int(number) for table, number in rows.items()},
    }
