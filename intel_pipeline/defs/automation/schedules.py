"""What happens by the clock."""

import dagster as dg

from intel_pipeline.clock import today
from intel_pipeline.defs.automation.ticks import tick
from intel_pipeline.defs.automation.upkeep import upkeep
from intel_pipeline.defs.resources import PipelineResource

DEMO = "this data folder holds a demo: its days pass with `intel-pipeline demo --resume`"


@dg.schedule(
    job=tick,
    cron_schedule="0 6 * * *",
    execution_timezone="UTC",
    default_status=dg.DefaultScheduleStatus.RUNNING,
    description="Opens the day's round at 06:00 UTC and starts its first tick; the planner works off the rest.",
)
def daily_round(context: dg.ScheduleEvaluationContext, pipeline: PipelineResource) -> dg.RunRequest | dg.SkipReason:
    """Open today's round."""
    del context
    it = pipeline.it
    if it.simulated:
        return dg.SkipReason(DEMO)
    day = today(it.clock)
    it.registry.rounds.begin(day)
    due = len(it.registry.captures.due("profile", day))
    if not due:
        return dg.SkipReason("no target is active; add one with `intel-pipeline targets add NAME`")
    # The key keeps a restarted daemon from starting the day's first tick twice; later ticks are the planner's.
    return dg.RunRequest(run_key=f"{day}-first", partition_key=day.isoformat())


@dg.schedule(
    job=upkeep,
    cron_schedule="30 3 * * *",
    execution_timezone="UTC",
    default_status=dg.DefaultScheduleStatus.RUNNING,
    description="Packs and forgets raw pages at 03:30 UTC, before the day's round begins.",
)
def daily_upkeep(context: dg.ScheduleEvaluationContext, pipeline: PipelineResource) -> dg.RunRequest | dg.SkipReason:
    """Do the day's upkeep."""
    del context
    return dg.SkipReason(DEMO) if pipeline.it.simulated else dg.RunRequest()
