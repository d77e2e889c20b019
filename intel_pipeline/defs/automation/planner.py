"""What happens when there is work left."""

import json
from datetime import date, datetime

import dagster as dg
from dagster._core.storage.tags import GRPC_INFO_TAG

from intel_pipeline.capture.planning import Asked, Situation, decide
from intel_pipeline.defs.automation.ticks import DEMO, run_config, tick
from intel_pipeline.defs.by_hand.capturing import capture_now
from intel_pipeline.defs.pools import buried, waiting_or_at_work
from intel_pipeline.defs.resources import PipelineResource
from intel_pipeline.settings import load_settings

IN_FLIGHT = [
    dg.DagsterRunStatus.QUEUED,
    dg.DagsterRunStatus.NOT_STARTED,
    dg.DagsterRunStatus.STARTING,
    dg.DagsterRunStatus.STARTED,
    dg.DagsterRunStatus.CANCELING,
]


@dg.sensor(
    job=tick,
    minimum_interval_seconds=load_settings().planner_seconds,
    default_status=dg.DefaultSensorStatus.RUNNING,
    description="Asks for one tick at a time until everything that is due in the open round is captured.",
)
def planner(context: dg.SensorEvaluationContext, pipeline: PipelineResource) -> dg.SensorResult | dg.SkipReason:
    """Hand out the next tick, or say why not."""
    it = pipeline.it
    day = it.registry.rounds.open()
    at_work = len(in_flight(context.instance))
    # Both take a look at every target, and neither matters while a run is at it.
    lacking = it.all_lacking(day) if day and not at_work else {}
    decision = decide(
        Situation(
            now=it.clock.now(),
            open_round=day,
            due=it.due(day, lacking) if day else 0,
            in_flight=at_work,
            hindrance=DEMO if it.told else it.resting() or it.idle(day, lacking) if day and not at_work else None,
            last=read_cursor(context.cursor),
        )
    )
    if isinstance(decision, str):
        return dg.SkipReason(decision)
    config = run_config(until=it.rests())
    request = dg.RunRequest(partition_key=decision.day.isoformat(), run_config=config)
    return dg.SensorResult(run_requests=[request], cursor=write_cursor(decision))


def in_flight(instance: dg.DagsterInstance) -> list[str]:
    """Return the runs that capture or are about to; those that have died are ended here, and what they held given back.

    Dagster learns of a death from the code server that had started the run. Where that died as well, as when the
    machine goes down, the run would count as at work for `max_runtime_seconds`; ended, it is started again. A place in
    a pool is otherwise given back minutes after the death, and the next tick waits for that.
    """
    filters = [dg.RunsFilter(job_name=one.name, statuses=IN_FLIGHT) for one in (tick, capture_now)]
    runs = [run.run_id for one in filters for run in instance.get_runs(one)]
    for run_id in {*runs, *waiting_or_at_work(instance)}:
        run = instance.get_run_by_id(run_id)
        # Whether another one lives can only be told where its process is: a command may run in another container.
        if run is None or run.is_finished or GRPC_INFO_TAG in run.tags:
            buried(instance, run_id)
    return runs


def write_cursor(asked: Asked) -> str:
    """Return the planner's memory as text."""
    return json.dumps({"day": asked.day.isoformat(), "at": asked.at.isoformat(), "due": asked.due})


def read_cursor(text: str | None) -> Asked | None:
    """Return the planner's memory."""
    if not text:
        return None
    memory = json.loads(text)
    return Asked(date.fromisoformat(memory["day"]), datetime.fromisoformat(memory["at"]), memory["due"])
