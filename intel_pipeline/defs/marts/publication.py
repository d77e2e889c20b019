"""What readers open."""

import dagster as dg

from intel_pipeline.defs.resources import PipelineResource
from intel_pipeline.pipeline import Pipeline


@dg.asset(
    group_name="publication",
    kinds={"duckdb"},
    pool="warehouse",
    deps=["profile_changes", "follower_changes", "followees", "settlements", "post_metrics"],
)
def publication(pipeline: PipelineResource) -> dg.MaterializeResult:
    """The DuckDB file for everybody: `data/intel.duckdb`, replaced whole, never blocking and never blocked."""
    return dg.MaterializeResult(metadata=published(pipeline.it))


def published(pipeline: Pipeline) -> dict[str, dg.MetadataValue]:
    """Publish the warehouse, and return what the UI is told of the new file."""
    from intel_pipeline.warehouse.derive import publish_now

    file, rows = publish_now(pipeline)
    return {
        "path": dg.MetadataValue.path(str(file)),
        "bytes": dg.MetadataValue.int(file.stat().st_size),
        **{f"{table}_rows": dg.MetadataValue.int(number) for table, number in rows.items()},
    }
