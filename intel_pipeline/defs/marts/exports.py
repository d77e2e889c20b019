"""What is taken out, on demand."""

from typing import Literal

import dagster as dg
from pydantic import Field

from intel_pipeline.defs.marts.handing_on import handed_on
from intel_pipeline.defs.reporting import table
from intel_pipeline.defs.resources import PipelineResource


class ExportConfig(dg.Config):
    """What a run of `exports` writes into data/exports/."""

    tables: list[str] = Field(
        default=["follower_changes", "profile_changes", "post_metrics"],
        description="Tables or views; [all] is each of them. `intel-pipeline export --list` shows what there is.",
    )
    format: Literal["csv", "parquet", "jsonl", "xlsx"] = Field(default="parquet", description="What is written.")
    target: str | None = Field(default=None, description="Only of this target, by its label.")
    since: str | None = Field(default=None, description="From this day on (UTC), for example 2026-11-01.")


@handed_on
def exports(config: ExportConfig, pipeline: PipelineResource) -> dg.MaterializeResult:
    """Files of chosen tables in data/exports/, each with its manifest: written when somebody asks, never by a tick."""
    from intel_pipeline.exports.description import Form, Selection, day_of
    from intel_pipeline.exports.writing import export_tables

    it = pipeline.it
    label = it.registry.targets.get(config.target).label if config.target else None
    selection = Selection(label, day_of(config.since))
    folder = it.settings.exports_dir
    form = Form(config.format)
    done = export_tables(it.settings.publication, folder, config.tables, selection, form, it.clock.now())
    files = [(one.path.name, one.rows, one.bytes) for one in done]
    metadata = {
        "path": dg.MetadataValue.path(str(folder)),
        "rows": dg.MetadataValue.int(sum(one.rows for one in done)),
        "bytes": dg.MetadataValue.int(sum(one.bytes for one in done)),
        "files": table({"file": "string", "rows": "int", "bytes": "int"}, files),
    }
    return dg.MaterializeResult(metadata=metadata)
