"""What is kept for how long."""

from dataclasses import asdict

import dagster as dg

from intel_pipeline.clock import SystemClock
from intel_pipeline.defs.marking import RUNNING, tags
from intel_pipeline.defs.resources import PipelineResource
from intel_pipeline.errors import BusyError

CHECK = "journals_in_order"


@dg.asset(
    group_name="upkeep",
    kinds={"parquet"},
    owners=RUNNING,
    tags=tags("lake", "followers"),
    check_specs=[dg.AssetCheckSpec(CHECK, asset="raw_pages")],
)
def raw_pages(context: dg.AssetExecutionContext, pipeline: PipelineResource) -> dg.MaterializeResult:
    """Pages as Instagram sent them: packed once their day is over, and removed after INTEL_RAW_PAGES_DAYS."""
    from intel_pipeline.upkeep.raw_pages import Tidied, tidy

    try:
        told = tidy(pipeline.it)
    except BusyError as error:
        context.log.info("%s", error.problem)
        told = Tidied()
    numbers = ("packed", "packed_bytes", "became_bytes", "removed", "removed_bytes", "waiting", "going_on")
    check = dg.AssetCheckResult(
        check_name=CHECK,
        passed=not told.left,
        severity=dg.AssetCheckSeverity.WARN,
        description="\n".join(f"{name}: {reason}" for name, reason in told.left.items())
        or "every journal is of a capture that goes on, or could be packed",
    )
    metadata = {name: getattr(told, name) for name in numbers}
    return dg.MaterializeResult(metadata=metadata, check_results=[check])


@dg.asset(group_name="upkeep", kinds={"file"}, owners=RUNNING, tags=tags("dagster", "none"))
def run_logs(pipeline: PipelineResource) -> dg.MaterializeResult:
    """What runs have printed: removed after INTEL_RUN_LOGS_DAYS, which Dagster never does."""
    from intel_pipeline.upkeep.run_logs import forget

    return dg.MaterializeResult(metadata=asdict(forget(pipeline.it)))


@dg.asset(group_name="upkeep", kinds={"sqlite"}, owners=RUNNING, tags=tags("dagster", "none"), deps=["run_logs"])
def run_events(context: dg.AssetExecutionContext, pipeline: PipelineResource) -> dg.MaterializeResult:
    """Runs and their step-by-step logs, removed after INTEL_RUN_EVENTS_DAYS; what rounds and checks show is kept."""
    # Dagster's own storages bring Alembic along.
    from intel_pipeline.defs.pruning import prune

    return dg.MaterializeResult(metadata=asdict(prune(context.instance, pipeline.it.settings.run_events_days)))


@dg.asset(group_name="upkeep", kinds={"table"}, owners=RUNNING, tags=tags("registry", "none"))
def audit(pipeline: PipelineResource) -> dg.MaterializeResult:
    """What was done, by whom, to what: entries are removed after INTEL_AUDIT_DAYS."""
    from intel_pipeline.upkeep.audit import forget

    return dg.MaterializeResult(metadata={"removed": forget(pipeline.it, SystemClock().now())})
