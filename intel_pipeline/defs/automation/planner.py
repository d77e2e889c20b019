"""What happens when there is work left."""

import json
from datetime import date, datetime

import dagster as dg

from intel_pipeline.capture.planning import Asked, Situation, decide
from intel_pipeline.defs.automation.ticks import run_config, tick
from intel_pipeline.defs.by_hand.capturing import capture_now
from intel_pipeline.defs.resources import PipelineResource

IN_FLIGHT = [
    dg.DagsterRunStatus.QUEUED,
    dg.DagsterRunStatus.NOT_STARTED,
    dg.DagsterRunStatus.STARTING,
    dg.DagsterRunStatus.STARTED,
    dg.DagsterRunStatus.CANCELING,
]


@dg.sensor(
    job=tick,
    minimum_interval_seconds=60,
    default_status=dg.DefaultSensorStatus.RUNNING,
    description="Asks for one tick at a time until everything that is due in the open round is captured.",
)
def planner(context: dg.SensorEvaluationContext, pipeline: PipelineResource) -> dg.SensorResult | dg.SkipReason:
    """Hand out the next tick, or say why not."""
    it = pipeline.it
    day = it.registry.rounds.open()
    hindrance = "this data folder holds a demo: its days pass with `intel-pipeline demo --resume`"
    decision = decide(
        Situation(
            now=it.clock.now(),
            open_round=day,
            due=it.due(day) if day else 0,
            in_flight=sum(
                context.instance.get_runs_count(dg.RunsFilter(job_name=one.name, statuses=IN_FLIGHT))
                for one in (tick, capture_now)
            ),
            hindrance=hindrance if it.simulated else it.resting() or it.idle(day) if day else None,
            last=read_cursor(context.cursor),
        )
    )
    if isinstance(decision, str):
        return dg.SkipReason(decision)
    config = run_config(until=it.rests())
    request = dg.RunRequest(partition_key=decision.day.isoformat(), run_config=config)
    return dg.SensorResult(run_requests=[request], cursor=write_cursor(decision))


def write_cursor(asked: Asked) -> str:
    """Return the planner's memory as text."""
    return json.dumps({"day": asked.day.isoformat(), "at": asked.at.isoformat(), "due": asked.due})


def read_cursor(text: str | None) -> Asked | None:
    """Return the planner's memory."""
    if not text:
        return None
    memory = json.loads(text)
    return Asked(date.fromisoformat(memory["day"]), datetime.fromisoformat(memory["at"]), memory["due"])
