"""What happens by the clock."""

from collections.abc import Callable
from typing import TYPE_CHECKING

import dagster as dg

from intel_pipeline.clock import today
from intel_pipeline.defs.automation.ticks import DEMO, run_config, tick
from intel_pipeline.defs.automation.upkeep import upkeep
from intel_pipeline.defs.resources import PipelineResource
from intel_pipeline.defs.snapshots.freshness import look
from intel_pipeline.pipeline import Pipeline

if TYPE_CHECKING:
    from dagster._core.definitions.unresolved_asset_job_definition import UnresolvedAssetJobDefinition

Asking = Callable[[Pipeline], dg.RunRequest | dg.SkipReason]


def by_the_clock(
    job: "UnresolvedAssetJobDefinition", cron: str, description: str
) -> Callable[[Asking], dg.ScheduleDefinition]:
    """Return the decorator of a schedule in UTC, which is on and never asks for a run in a simulated world."""

    def scheduled(ask: Asking) -> dg.ScheduleDefinition:
        @dg.schedule(
            job=job,
            cron_schedule=cron,
            name=ask.__name__,
            execution_timezone="UTC",
            default_status=dg.DefaultScheduleStatus.RUNNING,
            description=description,
        )
        def asked(context: dg.ScheduleEvaluationContext, pipeline: PipelineResource) -> dg.RunRequest | dg.SkipReason:
            del context
            return dg.SkipReason(DEMO) if pipeline.it.simulated else ask(pipeline.it)

        return asked

    return scheduled


@by_the_clock(
    tick, "0 6 * * *", "Opens the day's round at 06:00 UTC and starts its first tick; the planner works off the rest."
)
def daily_round(it: Pipeline) -> dg.RunRequest | dg.SkipReason:
    """Open today's round."""
    day = today(it.clock)
    it.registry.rounds.begin(day)
    if not it.due(day):
        return dg.SkipReason("no target is due today; add one with `intel-pipeline targets add NAME`")
    if resting := it.resting():
        return dg.SkipReason(f"the round {day} is open; {resting}, then the planner begins")
    # The key keeps a restarted daemon from starting the day's first tick twice; later ticks are the planner's.
    return dg.RunRequest(run_key=f"{day}-first", partition_key=day.isoformat(), run_config=run_config(until=it.rests()))


@by_the_clock(
    look,
    "30 */6 * * *",
    "Looks every six hours whether each target was captured as its cadence promises, tick or no tick.",
)
def freshness_look(it: Pipeline) -> dg.RunRequest | dg.SkipReason:
    """Look how fresh everything is."""
    return dg.RunRequest() if it.registry.targets.all() else dg.SkipReason("there is no target yet")


@by_the_clock(upkeep, "30 3 * * *", "Packs and forgets raw pages at 03:30 UTC, before the day's round begins.")
def daily_upkeep(it: Pipeline) -> dg.RunRequest | dg.SkipReason:
    """Do the day's upkeep."""
    del it
    return dg.RunRequest()
