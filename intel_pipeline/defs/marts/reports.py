"""What is handed on, on demand."""

from typing import Literal

import dagster as dg
from pydantic import Field

from intel_pipeline.defs.marts.handing_on import handed_on
from intel_pipeline.defs.resources import PipelineResource


class ReportConfig(dg.Config):
    """Of whom a run of `reports` writes into data/exports/, and of which days."""

    targets: list[str] = Field(description="Labels; a file for each.")
    first_day: str | None = Field(
        default=None, description="From this day on (UTC); 30 days up to the last unless told."
    )
    last_day: str | None = Field(default=None, description="Up to this day (UTC), which is in it; today unless told.")
    charts: Literal["none", "svg", "png"] = Field(
        default="none", description="Its charts beside it, as files of their own; png takes the extra [charts]."
    )


@handed_on
def reports(config: ReportConfig, pipeline: PipelineResource) -> dg.MaterializeResult:
    """Self-contained HTML reports of targets' periods in data/exports/: written when somebody asks, never by a tick."""
    from intel_pipeline.exports.description import day_of
    from intel_pipeline.web.report.making import write

    first, last = day_of(config.first_day), day_of(config.last_day)
    folder = pipeline.it.settings.exports_dir
    charts = None if config.charts == "none" else (folder, config.charts)
    paths = [path for label in config.targets for path in write(pipeline.it, label, first, last, charts=charts)]
    metadata = {
        "path": dg.MetadataValue.path(str(folder)),
        "reports": dg.MetadataValue.int(len(config.targets)),
        "files": dg.MetadataValue.int(len(paths)),
        "bytes": dg.MetadataValue.int(sum(path.stat().st_size for path in paths)),
    }
    return dg.MaterializeResult(metadata=metadata)
