"""Running a tick from a command: the same job, recorded where the UI looks."""

from collections.abc import Sequence
from datetime import date
from typing import TYPE_CHECKING

import dagster as dg

from intel_pipeline.capture.watching import Watch
from intel_pipeline.defs.automation.ticks import run_config
from intel_pipeline.defs.resources import PipelineResource
from intel_pipeline.settings import PROJECT_ROOT, Settings

if TYPE_CHECKING:
    from intel_pipeline.pipeline import Pipeline


def open_instance(settings: Settings) -> dg.DagsterInstance:
    """Open Dagster's storage under the data folder, with the project's `dagster.yaml`."""
    from dagster._core.instance.ref import InstanceRef

    ref = InstanceRef.from_dir(
        base_dir=str(settings.dagster_dir),
        config_dir=str(PROJECT_ROOT),
        overrides={
            "storage": {"sqlite": {"base_dir": str(settings.dagster_dir)}},
            "compute_logs": {
                "module": "dagster._core.storage.local_compute_log_manager",
                "class": "LocalComputeLogManager",
                "config": {"base_dir": str(settings.dagster_dir / "compute_logs")},
            },
            "local_artifact_storage": {
                "module": "dagster._core.storage.root",
                "class": "LocalArtifactStorage",
                "config": {"base_dir": str(settings.dagster_dir)},
            },
        },
    )
    return dg.DagsterInstance.from_ref(ref)


def run_tick(
    pipeline: "Pipeline",
    instance: dg.DagsterInstance,
    day: date,
    targets: Sequence[str] = (),
    watch: Watch | None = None,
) -> dg.ExecuteInProcessResult:
    """Run one tick for the round of `day` in this process, recorded in `instance`; a failed step raises nothing.

    `watch` is told how far each capture is.
    """
    from intel_pipeline.definitions import defs

    return defs.resolve_job_def("tick").execute_in_process(
        instance=instance,
        partition_key=day.isoformat(),
        # What the console would show, the event log keeps.
        run_config={**run_config(targets), "loggers": {"console": {"config": {"log_level": "CRITICAL"}}}},
        # Hardcoded: Dagster would copy a resource by its fields, of which this one has none on purpose.
        resources={"pipeline": dg.ResourceDefinition.hardcoded_resource(PipelineResource.of(pipeline, watch))},
        raise_on_error=False,
    )
