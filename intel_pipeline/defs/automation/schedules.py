"""What happens by the clock."""

import dagster as dg

from intel_pipeline.clock import today
from intel_pipeline.defs.automation.ticks import run_config, tick
from intel_pipeline.defs.automation.upkeep import upkeep
from intel_pipeline.defs.resources import PipelineResource
from intel_pipeline.defs.snapshots.freshness import look

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
    if not it.due(day):
        return dg.SkipReason("no target is due today; add one with `intel-pipeline targets add NAME`")
    if resting := it.resting():
        return dg.SkipReason(f"the round {day} is open; {resting}, then the planner begins")
    # The key keeps a restarted daemon from starting the day's first tick twice; later ticks are the planner's.
    return dg.RunRequest(run_key=f"{day}-first", partition_key=day.isoformat(), run_config=run_config(until=it.rests()))


@dg.schedule(
    job=look,
    cron_schedule="30 */6 * * *",
    execution_timezone="UTC",
    default_status=dg.DefaultScheduleStatus.RUNNING,
    description="Looks every six hours whether each target was captured as its cadence promises, tick or no tick.",
)
def freshness_look(context: dg.ScheduleEvaluationContext, pipeline: PipelineResource) -> dg.RunRequest | dg.SkipReason:
    """Look how fresh everything is."""
    del context
    if pipeline.it.simulated:
        return dg.SkipReason(DEMO)
    return dg.RunRequest() if pipeline.it.registry.targets.all() else dg.SkipReason("there is no target yet")


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
