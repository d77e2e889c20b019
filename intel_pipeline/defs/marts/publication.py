"""What readers open."""

import dagster as dg

from intel_pipeline.defs.resources import PipelineResource


@dg.asset(
    group_name="publication",
    kinds={"duckdb"},
    pool="warehouse",
    deps=["profile_changes", "follower_changes", "followees", "settlements", "post_metrics"],
)
def publication(pipeline: PipelineResource) -> dg.MaterializeResult:
    """The DuckDB file for everybody: `data/intel.duckdb`, replaced whole, never blocking and never blocked."""
    from intel_pipeline.warehouse.derive import publish_now

    file, rows = publish_now(pipeline.it)
    metadata = {
        "path": dg.MetadataValue.path(str(file)),
        "bytes": dg.MetadataValue.int(file.stat().st_size),
        **{f"{table}_rows": dg.MetadataValue.int(number) for table, number in rows.items()},
    }
    return dg.MaterializeResult(metadata=metadata)
