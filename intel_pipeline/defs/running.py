"""Running a tick from a command: the same job, recorded where the UI looks."""

import json
import logging
from collections.abc import Callable, Sequence
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import dagster as dg
from dagster._core.instance.ref import InstanceRef

from intel_pipeline.capture.watching import Watch
from intel_pipeline.clock import SystemClock
from intel_pipeline.defs.automation.ticks import run_config
from intel_pipeline.defs.marts.publication import published
from intel_pipeline.defs.pools import wait_for_turn
from intel_pipeline.defs.resources import PipelineResource
from intel_pipeline.errors import WHAT_NOW, InterruptedTickError
from intel_pipeline.folders import PROJECT_ROOT
from intel_pipeline.replacement import replaced
from intel_pipeline.settings import Settings

if TYPE_CHECKING:
    from intel_pipeline.pipeline import Pipeline

# The name under which the rest of the project knows Dagster's storage: it does not import dagster.
Instance = dg.DagsterInstance


log = logging.getLogger(__name__)
QUIET = logging.getLogger("intel_pipeline.quiet")
QUIET.setLevel(logging.CRITICAL)
INTERRUPTED = "DagsterExecutionInterruptedError"


def dagster_home(settings: Settings) -> Path:
    """Return the folder to be $DAGSTER_HOME: the data folder's own, with the project's `dagster.yaml` made to fit.

    That file names the storage by a path relative to the project's default data folder, and Dagster would resolve it
    against whatever folder a process happens to run in.
    """
    settings.make_directories()
    home = settings.dagster_dir
    config = (PROJECT_ROOT / "dagster.yaml").read_text(encoding="utf-8")
    for path in ("data/dagster/compute_logs", "data/dagster"):
        inside = home / path.removeprefix("data/dagster").removeprefix("/")
        config = config.replace(f"base_dir: {path}}}", f"base_dir: {json.dumps(str(inside))}}}")
    with replaced(home / "dagster.yaml") as temporary:
        temporary.write_text(config, encoding="utf-8")
    return home


def open_instance(settings: Settings) -> dg.DagsterInstance:
    """Open Dagster's storage under the data folder, for runs in this process.

    What such runs print is not captured: for that, Dagster takes the terminal away from the progress bar.
    """
    home = str(dagster_home(settings))
    noop = {"module": "dagster._core.storage.noop_compute_log_manager", "class": "NoOpComputeLogManager", "config": {}}
    return dg.DagsterInstance.from_ref(InstanceRef.from_dir(home, overrides={"compute_logs": noop}))


def prepare(settings: Settings) -> Path:
    """Return the folder to be $DAGSTER_HOME, with all in its storage that a daemon would warn of the absence of.

    The daemon looks at what runs ended with since its last look. On a storage where it has not looked yet it begins
    with the newest, and so does this, but without a warning about it.
    """
    from dagster._daemon.auto_run_reexecution import event_log_consumer as looks

    home = dagster_home(settings)
    with open_instance(settings) as instance:
        newest = instance.event_log_storage.get_maximum_record_id() or 0
        seen = looks._fetch_persisted_cursors(instance, looks.DAGSTER_EVENT_TYPES, QUIET)  # noqa: SLF001  in 1.13
        looks._persist_cursors(instance, {kind: newest for kind, at in seen.items() if at is None})  # noqa: SLF001
    return home


def run_tick(  # noqa: PLR0913  the last two only tell what happens
    pipeline: "Pipeline",
    instance: dg.DagsterInstance,
    day: date,
    targets: Sequence[str] = (),
    watch: Watch | None = None,
    tell: Callable[[str], None] = log.info,
) -> dg.ExecuteInProcessResult:
    """Run one tick for the round of `day` in this process, recorded in `instance`, and publish; a failed step raises nothing.

    A command publishes itself: there may be no daemon, whose sensor would.

    `watch` is told how far each capture is, `tell` what the tick waits for where another run is at work.
    """
    from intel_pipeline.definitions import defs

    wait_for_turn(instance, SystemClock().sleep, tell)
    result = defs.resolve_job_def("tick").execute_in_process(
        instance=instance,
        partition_key=day.isoformat(),
        # What the console would show, the event log keeps.
        run_config={**run_config(targets), "loggers": {"console": {"config": {"log_level": "CRITICAL"}}}},
        resources={"pipeline": PipelineResource.given(pipeline, watch)},
        raise_on_error=False,
    )
    if not result.success and INTERRUPTED in failure_of(result):
        problem = "interrupted; what was captured is kept, and a capture that was going on resumes"
        raise InterruptedTickError(problem, "run the same command again (the demo: with --resume)")
    if result.success:
        instance.report_runless_asset_event(dg.AssetMaterialization("publication", metadata=published(pipeline)))
    return result


def failure_of(result: dg.ExecuteInProcessResult) -> str:
    """Return what made a run fail: the text of our own error, where there is one in the chain of causes."""
    for event in result.filter_events(lambda event: event.is_step_failure):
        chain = []
        error = event.step_failure_data.error
        while error:
            chain.append(error.message.strip())
            error = error.cause
        ours = [message for message in chain if WHAT_NOW in message]
        described = event.step_failure_data.user_failure_data
        if described and described.description:
            return described.description
        return (ours or chain[-1:] or ["no step says why"])[0]
    return "no step says why"


def told(result: dg.ExecuteInProcessResult, name: str) -> list[str]:
    """Return the texts that the run's assets have told the UI under `name`."""
    found = [
        materialization.metadata.get(name)
        for step in result.job_def.graph.node_dict
        for materialization in result.asset_materializations_for_node(step)
    ]
    return sorted({value.value for value in found if isinstance(value, dg.TextMetadataValue) and value.value})
